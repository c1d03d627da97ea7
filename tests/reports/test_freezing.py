"""Design §3, long reads: a report is run after an act, with the rights of who acted, and becomes a field."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.duties.company import ESTATE, ORG, Tablet
from tests.duties.conftest import with_people
from tests.duties.stored import StoredCompany
from tests.http.company import Company as Served
from tests.http.company import name_of, serving
from tests.reports.lab import Lab

from wuye.kernel.errors import Problem
from wuye_client import Record

SAMPLE = "lab.sample"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StoredCompany]:
    """A company with the lab; the clerk reads tickets of one zone only."""
    with StoredCompany(tmp_path, Lab()) as company:
        with_people(company)
        yield company


@pytest.fixture
def desk(company: StoredCompany) -> Tablet:
    """The front desk, with three tickets."""
    desk = company.tablet("desk")
    for kind in ("repair", "repair", "complaint"):
        desk.create(ESTATE, "ticket", {"title": "漏水", "kind": kind})
    desk.deliver()
    return desk


def asked(tablet: Tablet, **values: object) -> str:
    """Ask for a report from a new sample, offline; return the sample."""
    sample = tablet.create(ESTATE, SAMPLE, {"name": "樣本", "report": "lab.by_kind", **values})
    tablet.act(ESTATE, SAMPLE, sample, "ask")
    return sample


def frozen(company: StoredCompany, tablet: Tablet, sample: str) -> Record:
    """Let the server do its work; return the sample as the tablet then has it."""
    tablet.deliver()
    company.run_jobs()
    tablet.sync()
    return tablet.see(SAMPLE, sample)


def rows_of(record: Record) -> object:
    """Return the rows of a frozen table."""
    table = record["measures"]
    assert isinstance(table, Mapping)
    return table["rows"]


def test_the_table_arrives_at_the_tablet_with_its_charts(company: StoredCompany, desk: Tablet) -> None:
    sample = frozen(company, desk, asked(desk))
    assert sample["status"] == "filled"
    assert rows_of(sample) == [["complaint", 1], ["repair", 2]]
    assert company.history(SAMPLE, sample.id)[-1].author == "plugin:core"
    table = sample["measures"]
    assert isinstance(table, Mapping)
    assert table["charts"] == [
        {"type": "plot", "title": "report.lab.by_kind", "x": "ticket.kind", "series": [{"column": "n"}]}
    ]


def test_fields_are_the_parameters(company: StoredCompany, desk: Tablet) -> None:
    assert rows_of(frozen(company, desk, asked(desk, least=2))) == [["repair", 2]]
    assert rows_of(frozen(company, desk, asked(desk, kind="complaint"))) == [["complaint", 1]]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"report": "lab.notes"}, "error.forbidden"),
        ({"report": "lab.wide"}, "error.too_large"),
        ({"report": "lab.crooked"}, "error.internal"),
        ({"report": None}, "error.not_found"),
        ({"least": 99}, "error.invalid_request"),
    ],
)
def test_what_cannot_be_frozen_says_why(
    company: StoredCompany, desk: Tablet, values: dict[str, object], reason: str
) -> None:
    sample = frozen(company, desk, asked(desk, **values))
    assert (sample["status"], sample.get("measures")) == ("failed", None)
    ledger = company.house.store.read(lambda s: s.ledger(company.house.estate, ref=(SAMPLE, sample.id)))
    assert f'"reason":"{reason}"'.encode() in ledger[-1].body


def test_the_rights_are_those_of_who_acted(company: StoredCompany, desk: Tablet) -> None:
    company.person("clerk", "technician", zone=company.house.east)  # reads the tickets of a zone, not all
    grant = {"user": company.user("clerk"), "role": "lab_hand", "site": company.house.estate}
    company.write(ORG, "grant", company.house.id(), **grant)
    clerk = company.tablet("clerk")
    assert frozen(company, clerk, asked(clerk))["status"] == "failed"
    boss = company.tablet("boss")
    assert rows_of(frozen(company, boss, asked(boss, report="lab.notes"))) == [[0]]


def test_another_site_is_asked_with_the_rights_there(company: StoredCompany, desk: Tablet) -> None:
    company.person("traveller", "front_desk")
    sample = frozen(company, desk, asked(desk, asked_site=company.house.mall))
    assert sample["status"] == "failed"
    company.write(
        ORG, "grant", company.house.id(), user=company.user("desk"), role="front_desk", site=company.house.mall
    )
    sample = frozen(company, desk, asked(desk, asked_site=company.house.mall))
    assert (sample["status"], rows_of(sample)) == ("filled", [])


def test_nothing_is_frozen_twice_and_a_failed_one_can_be_asked_again(company: StoredCompany, desk: Tablet) -> None:
    sample = frozen(company, desk, asked(desk, least=99))
    company.run_jobs()
    company.run_jobs()
    assert len(company.history(SAMPLE, sample.id)) == 3
    desk.act(ESTATE, SAMPLE, sample.id, "ask")
    assert frozen(company, desk, sample.id)["status"] == "failed"
    assert [line.kind for line in company.history(SAMPLE, sample.id)] == ["create", "ask", "give_up", "ask", "give_up"]


def test_a_table_that_a_rule_refuses_is_given_up(company: StoredCompany, desk: Tablet) -> None:
    sample = frozen(company, desk, asked(desk, name="stubborn"))
    assert (sample["status"], sample.get("measures")) == ("failed", None)
    assert [(line.kind, line.status) for line in company.history(SAMPLE, sample.id)[2:]] == [
        ("fill", "rejected"),
        ("give_up", "applied"),
    ]


def test_OWN_7_private_data_in_a_frozen_report_is_a_look_up(company: StoredCompany) -> None:
    boss = company.tablet("boss")
    frozen(company, boss, asked(boss, report="lab.notes"))
    [seen] = [record for record in boss.query("access") if record["subject"] == "report.lab.notes"]
    assert (seen["user"], seen["subject_entity"], seen["screen"]) == (company.user("boss"), "lab.note", "export")


def test_what_waits_while_the_plugin_is_off_is_frozen_when_it_is_on_again(company: StoredCompany, desk: Tablet) -> None:
    admin, sample = company.tablet("admin"), asked(desk)
    desk.deliver()
    admin.update(ORG, "site", company.house.estate, {"plugins": [{"id": "core"}]})
    admin.deliver()
    company.run_jobs()
    assert [line.kind for line in company.history(SAMPLE, sample)] == ["create", "ask"]
    with pytest.raises(Problem, match="not_found"):
        company.report(ESTATE, "lab.by_kind", "boss")
    admin.update(ORG, "site", company.house.estate, {"plugins": None})
    admin.deliver()
    assert frozen(company, desk, sample)["status"] == "filled"


def test_a_running_server_freezes_after_the_commit(served: Served) -> None:
    async def story() -> None:
        async with serving(served) as office:
            tablet = await office.at_work("desk")
            sample = name_of("to freeze")
            values = {"name": "s", "report": "lab.by_kind"}
            create = tablet.op("create", SAMPLE, sample, set=values)
            await tablet.sync(create, tablet.op("act", SAMPLE, sample, act="ask"))
            for _ in range(1000):  # of 10 ms: it never takes that long
                if (await tablet.read_all())[SAMPLE, sample]["status"] != "asked":
                    break
                await asyncio.sleep(0.01)
            assert (await tablet.read_all())[SAMPLE, sample]["status"] == "filled"

    asyncio.run(story())
