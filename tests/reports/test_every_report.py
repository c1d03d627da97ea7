"""Every report and calendar of every plugin runs on a site where nothing has happened yet, in every language."""

import io
from collections.abc import Iterator

import pytest
from tests.duties.company import ORG
from tests.duties.stored import StoredCompany

from wuye.builtin import plugin as core
from wuye.host import installed, load
from wuye.model.catalogue import LANGUAGES
from wuye.model.entity import Field
from wuye.reports.shown import Looks, shown
from wuye.reports.workbook import write_report

REGISTRY = load(core, installed(), strict=True).registry
EVERY = "EVERY"
NOBODY = "018f0000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredCompany]:
    """A company with a new site where all plugins are on, and an administrator who reads everything."""
    with StoredCompany(tmp_path_factory.mktemp("every"), *installed()) as company:
        company.sites[EVERY] = company.house.id()
        plugins = [{"id": plugin} for plugin in REGISTRY.plugins]
        company.write(ORG, "site", company.sites[EVERY], code=EVERY, name=EVERY, type="mixed", plugins=plugins)
        company.person("admin", "admin", site=ORG)
        yield company


def sample(field: Field) -> object:
    """Return a value that a required parameter may have."""
    if field.codes:
        return next(iter(REGISTRY.codes[field.codes].values), None)
    plain = {"integer": field.min or 1, "date": "2026-11-01", "ref": NOBODY, "boolean": False, "money": 1}
    return field.choices[0] if field.choices else plain.get(field.type, "a")


@pytest.mark.parametrize("report_id", REGISTRY.reports)
def test_every_report_runs_on_an_empty_site(company: StoredCompany, report_id: str) -> None:
    args = {field.name: sample(field) for field in REGISTRY.reports[report_id].args if field.required}
    table = company.report(EVERY, report_id, "admin", **args)
    directory = company.house.store.read(company.house.door.directory)
    for language in LANGUAGES:
        looks = Looks(directory, company.sites[EVERY], language)
        assert len(shown(table, looks).heads) == len(table.columns)
        write_report(io.BytesIO(), table, looks, looks.text(f"report.{report_id}"))


@pytest.mark.parametrize("calendar_id", REGISTRY.calendars)
def test_every_calendar_is_read_on_an_empty_site(company: StoredCompany, calendar_id: str) -> None:
    assert b"VCALENDAR" in company.feed(EVERY, calendar_id, "admin")


def test_every_job_finds_nothing_to_do_on_an_empty_site(company: StoredCompany) -> None:
    company.run_jobs()
