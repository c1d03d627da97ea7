"""Every plugin of the house can be absent, off at one site and on at another, and switched off with work pending:
nothing is lost, and the rest goes on (design §3, protocol §3.2)."""

from collections.abc import Mapping
from importlib import import_module

import pytest
from msgspec import Struct
from tests.duties.company import ESTATE, MALL, ORG, Company, Tablet, rows

from wuye_client.outbox import Entry
from wuye_client.texts import LANGUAGES

TODAY = "2026-11-22"
CASES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "broadcast": ("broadcast.channel", {"code": "A", "name": "全場"}),
    "lostfound": (
        "lostfound.item",
        {"name": "黑色背包", "category": "bag", "place": "二樓扶梯口", "found_on": TODAY},
    ),
    "membership": (
        "membership.gift",
        {"code": "G1", "name": {"zh-Hant": "保溫杯", "ru": "Термос"}, "cost": 200, "valid_from": TODAY},
    ),
    "qc": ("qc.suggestion", {"name": "門禁燈", "problem": "夜間看不清", "proposal": "加裝感應燈"}),
    "renovation": (
        "renovation.violation",
        {"kind": "waste_misplaced", "found_on": TODAY, "what": "走道堆放水泥", "location": "1號樓3層"},
    ),
}


class Source(Struct, frozen=True):
    """Where a plugin comes from."""

    name: str

    def load(self) -> object:
        return import_module(f"wuye_{self.name}.plugin")


def company_with(*names: str) -> Company:
    """Return a company with these plugins, off everywhere but at the estate."""
    company = Company(*(Source(name) for name in names))
    company.person("chief", "site_chief", site=ESTATE)
    company.person("lady", "site_chief", site=MALL)
    company.person("admin", "admin", site=ORG)
    switch(company, ESTATE, *names)
    switch(company, MALL)
    return company


def switch(company: Company, site: str, *names: str) -> None:
    """Say which plugins are on at a site."""
    admin = company.tablet("admin")
    admin.update(ORG, "site", company.sites[site], {"plugins": [{"id": name} for name in ("core", *names)]})
    admin.deliver()


def state_of(tablet: Tablet, record: str) -> Entry:
    """Return the outbox entry of the op that made a record."""
    [entry] = [entry for entry in tablet.outbox() if entry.op.record == record]
    return entry


@pytest.mark.parametrize("name", CASES)
def test_a_plugin_may_be_absent_and_core_and_the_others_go_on(name: str) -> None:
    company = company_with(*(other for other in CASES if other != name))
    chief = company.tablet("chief")
    ticket = chief.create(ESTATE, "ticket", {"kind": "repair", "title": "電梯異響"})
    made = {other: chief.create(ESTATE, entity, values) for other, (entity, values) in CASES.items() if other != name}
    chief.deliver()
    assert chief.see("ticket", ticket)["number"]
    assert all(chief.see(CASES[other][0], record) for other, record in made.items())
    assert CASES[name][0] not in chief.manifest.entities


@pytest.mark.parametrize("name", CASES)
def test_a_plugin_is_on_at_one_site_and_off_at_another(name: str) -> None:
    company = company_with(name)
    entity, values = CASES[name]
    chief, lady = company.tablet("chief"), company.tablet("lady")
    record = chief.create(ESTATE, entity, values)
    chief.deliver()
    assert chief.see(entity, record)
    assert entity not in lady.manifest.entities


@pytest.mark.parametrize("name", CASES)
def test_work_that_meets_a_plugin_switched_off_waits_and_is_done_when_it_is_on_again(name: str) -> None:
    company = company_with(name)
    entity, values = CASES[name]
    chief = company.tablet("chief")
    before = chief.create(ESTATE, entity, values)
    chief.deliver()
    other = {name: f"{value}2" if name in ("code", "name") and isinstance(value, str) else value
             for name, value in values.items()}  # fmt: skip
    if "code" in values:
        other["code"] = "B2"
    record = chief.create(ESTATE, entity, other)
    switch(company, ESTATE)
    chief.sync()
    assert state_of(chief, record).state == "held"
    assert chief.get(ESTATE, entity, before) is None, "what the plugin showed is taken away"
    assert company.house.record(entity, before), "on the server it stays"
    switch(company, ESTATE, name)
    chief.sync()
    assert state_of(chief, record).state == "applied"
    assert chief.see(entity, record)
    assert chief.see(entity, before)


def test_3_2_a_plugin_that_there_is_not_is_refused_by_its_name_in_four_languages() -> None:
    company = company_with("lostfound")
    admin = company.tablet("admin")
    mall = admin.see("site", company.sites[MALL], ORG)
    admin.update(ORG, "site", mall.id, {"plugins": [{"id": "core"}, {"id": "lostfnd"}], "phone": "123456"})
    refused = admin.refused()
    assert (refused.code, refused.fields) == ("invalid", ["plugins"])
    said = {lang: admin.words(lang).refusal(refused.code, refused.message) for lang in LANGUAGES}
    assert len(set(said.values())) == len(LANGUAGES)
    assert all("lostfnd" in words and "core, lostfound" in words and "{" not in words for words in said.values())
    english = admin.words("en")
    plain = english.refusal("invalid", None)
    assert english.refusal("invalid", said["ru"], spoken=True) == said["ru"], "the server has said it already"
    assert english.refusal("invalid", f"{plain} (a detail)", spoken=True) == plain
    review = admin.see("review", str(refused.review), ORG)
    [item] = rows(review["items"])
    assert item["message"] == refused.message
    assert admin.see("site", mall.id, ORG).values == mall.values, "all of it was refused"
