"""Lost and found on the shipped client, which knows nothing of it but the manifest (USR-4, OWN-6, OWN-7)."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.duties.company import ESTATE, MALL, ORG, Company, Tablet, rows
from tests.duties.conftest import with_people

import wuye.builtin.plugin
from wuye.host import load
from wuye.storage.migrator import migrate
from wuye.storage.sqlite import SqliteStore
from wuye_client import InvalidEntry
from wuye_lostfound import plugin
from wuye_lostfound.rules import JOBS

ITEM, CLAIMANT = "lostfound.item", "lostfound.claimant"
FOUND = {"name": "黑色背包", "category": "bag", "place": "二樓扶梯口", "found_on": "2026-11-22", "shelf": "A-2"}


class Source:
    """Where the plugin comes from."""

    name = "lostfound"

    def load(self) -> object:
        return plugin


@pytest.fixture
def company() -> Company:
    """A company with the plugin; people at the mall."""
    return _with_mall(Company(Source()))


def _with_mall(company: Company) -> Company:
    with_people(company)
    for name, role in (("counter", "front_desk"), ("finder", "cs_assistant"), ("lead", "cs_supervisor")):
        company.person(name, role, site=MALL)
    return company


@pytest.fixture
def counter(company: Company) -> Tablet:
    """The front desk of the mall."""
    return company.tablet("counter")


def _claimed(tablet: Tablet, **more: object) -> str:
    """Return a find that somebody came for."""
    item = tablet.create(MALL, ITEM, {**FOUND, **more})
    with tablet.group():
        tablet.create(MALL, CLAIMANT, {"item": item, "name": "Иван Петров", "phone": "+7 914 700 11 22"})
        tablet.act(MALL, ITEM, item, "claim")
    return item


def _proof(tablet: Tablet, document: str = "passport") -> dict[str, object]:
    signed = {"sha256": "d" * 64, "signer": "Иван Петров", "at": "2026-11-22T08:30:00.000Z"}
    return {"document_seen": document, "signature": signed}


def test_USR_4_the_plugin_s_entity_is_listed_shown_and_filled_in_from_the_manifest(counter: Tablet) -> None:
    known = counter.manifest.entities[ITEM]
    words = counter.words("ru")
    sections = counter.view.form(counter.site(MALL), ITEM, {})
    assert {"name", "category", "place", "found_on"} <= {field.name for _, fields in sections for field in fields}
    item = counter.create(MALL, ITEM, FOUND)
    shown = counter.see(ITEM, item, MALL)
    number = str(shown["device_number"])
    assert number.startswith("SW-T01-")
    assert words.title(shown) == f"{number} 黑色背包"
    assert (
        words.value(shown.site, ITEM, "category", "bag") == counter.manifest.codes["lostfound_category"][8].label["ru"]
    )
    assert (shown["keep_until"], shown["valuable"]) == ("2027-02-20", False)
    assert {step.act for step in counter.view.acts(shown)} == {"claim"}
    assert known.views.list.columns
    for words_asked in ("背包", "bb", "二楼", number):
        assert [found.id for found in counter.query(ITEM, search=words_asked)] == [item], words_asked


def test_a_find_goes_back_to_its_owner_against_proof(company: Company, counter: Tablet) -> None:
    item = _claimed(counter)
    counter.act(MALL, ITEM, item, "hand_out", set=_proof(counter))
    counter.deliver()
    lead = company.tablet("lead")
    shown = lead.see(ITEM, item, MALL)
    assert (shown["status"], shown["number"], shown["document_seen"]) == ("handed_out", "SW-2026-000001", "passport")
    assert [(line.author, line.kind) for line in company.history(ITEM, item, MALL)] == [
        ("counter", "create"),
        ("counter", "claim"),
        ("counter", "hand_out"),
    ]


def test_nothing_is_handed_out_without_proof_and_that_is_told_on_the_spot(counter: Tablet) -> None:
    plain, valuable = _claimed(counter), _claimed(counter, name="筆記本電腦", worth=600_000)
    with pytest.raises(InvalidEntry) as told:
        counter.act(MALL, ITEM, plain, "hand_out", set={"document_seen": "none"})
    assert set(told.value.messages("zh-Hans")) == {"signature"}
    with pytest.raises(InvalidEntry) as told:
        counter.act(MALL, ITEM, valuable, "hand_out", set=_proof(counter, "none"))
    assert told.value.messages("zh-Hans") == {"document_seen": "贵重物品须查验有效证件后方可发还"}
    counter.act(MALL, ITEM, plain, "hand_out", set=_proof(counter, "none"))  # nobody shows a passport for a bag
    counter.act(MALL, ITEM, valuable, "hand_out", set=_proof(counter))
    counter.deliver()


def test_nothing_is_handed_out_to_nobody(company: Company, counter: Tablet) -> None:
    item = counter.create(MALL, ITEM, FOUND)
    counter.act(MALL, ITEM, item, "claim")
    counter.act(MALL, ITEM, item, "hand_out", set=_proof(counter))
    refused = counter.refused()
    assert refused.message == "message.lostfound.no_claimant"
    assert "认领人" in counter.words("zh-Hans").refusal(refused.code, refused.message)
    assert counter.see(ITEM, item, MALL)["status"] == "claimed"


def test_a_valuable_find_opens_a_ticket_that_the_desk_sees(company: Company) -> None:
    finder, lead = company.tablet("finder"), company.tablet("lead")
    finder.create(MALL, ITEM, {**FOUND, "name": "金戒指", "category": "jewellery", "worth": 300_000})
    finder.deliver()
    lead.deliver()
    [ticket] = lead.query("ticket")
    assert (ticket["title"], ticket["department"]) == ("金戒指", "customer_service")


def test_OWN_7_claimants_are_for_the_counter_and_look_ups_are_logged(company: Company, counter: Tablet) -> None:
    finder, lead = company.tablet("finder"), company.tablet("lead")
    item = _claimed(counter)
    counter.deliver()
    finder.deliver()
    assert finder.see(ITEM, item, MALL)["status"] == "claimed"
    assert CLAIMANT not in finder.manifest.entities
    [(_, [claimant])] = counter.children(MALL, ITEM, item)
    assert claimant["name"] == "Иван Петров"
    counter.deliver()
    lead.deliver()
    [line] = lead.query("access")
    assert (line["user"], line["subject_entity"], line["subject"]) == (company.user("counter"), CLAIMANT, claimant.id)
    assert {row["field"] for row in rows(line["fields"])} == {"name", "phone"}


def test_OWN_6_what_was_found_in_a_home_stands_in_its_household_file(company: Company, li: Tablet) -> None:
    unit = company.house.unit_east
    li.create(ESTATE, ITEM, {**FOUND, "name": "鑰匙", "category": "keys", "unit": unit})
    file = {child.label["zh-Hant"]: records for child, records in li.children(ESTATE, "unit", unit)}
    assert [record["name"] for record in file["失物"]] == ["鑰匙"]


def test_USR_4_the_plugin_s_own_post_is_granted_like_any_other(company: Company, admin: Tablet) -> None:
    label = {choice.value: choice.label for choice in admin.manifest.codes["role"]}["lostfound_keeper"]
    assert set(label) == {"zh-Hant", "zh-Hans", "ru", "en"}
    company.person("keeper", "technician")
    grant = {"user": company.user("keeper"), "site": company.house.mall, "role": "lostfound_keeper"}
    admin.sync()
    admin.create(ORG, "grant", grant)
    admin.deliver()
    keeper = company.tablet("keeper")
    item = keeper.create(MALL, ITEM, FOUND)
    assert {"expire", "claim"} <= {step.act for step in keeper.view.acts(keeper.see(ITEM, item, MALL))}
    with pytest.raises(InvalidEntry):
        keeper.create(ESTATE, ITEM, FOUND)  # at the estate he is a technician
    keeper.deliver()


def test_design_3_off_at_one_site_its_work_is_held_and_released_when_it_is_switched_on(
    company: Company, counter: Tablet, admin: Tablet
) -> None:
    admin.update(ORG, "site", company.house.mall, {"plugins": [{"id": "core"}]})
    admin.deliver()
    item = counter.create(MALL, ITEM, FOUND)  # offline: he does not know yet
    ticket = counter.create(MALL, "ticket", {"title": "燈不亮"})
    held = counter.refused()
    assert (held.status, held.code) == ("held", "plugin_off")
    assert counter.see("ticket", ticket, MALL)["number"]
    assert ITEM not in counter.manifest.entities
    assert [entry.state for entry in counter.outbox(decided=False)] == ["held"]
    admin.update(ORG, "site", company.house.mall, {"plugins": None})
    admin.deliver()
    counter.deliver()
    assert counter.see(ITEM, item, MALL)["number"] == "SW-2026-000001"
    assert [entry.state for entry in counter.outbox()] == ["applied", "applied"]
    assert counter.query("review", where={"status": "open"}) == []


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[Company, SqliteStore]]:
    """The same company on a database, which jobs read."""
    loaded = load(wuye.builtin.plugin, [Source()], strict=True)
    path = tmp_path / "wuye.sqlite"
    migrate(path, loaded.piccolo_apps)
    with closing(SqliteStore(path, loaded.registry)) as store:
        yield _with_mall(Company(Source(), store=store.blocking)), store


def test_what_nobody_claims_expires_by_the_calendar_and_is_disposed_of_by_a_person(
    stored: tuple[Company, SqliteStore],
) -> None:
    company, store = stored
    counter, lead = company.tablet("counter"), company.tablet("lead")
    item = counter.create(MALL, ITEM, FOUND)
    claimed = _claimed(counter, name="傘", category="umbrella")
    counter.deliver()
    lead.deliver()
    with pytest.raises(InvalidEntry):
        lead.act(MALL, ITEM, item, "dispose", set={"disposal": "charity"})
    for days, status in ((89, "found"), (3, "expired")):
        company.house.wait(days=days)
        _run_job(company, store)
        lead.sync()
        assert lead.see(ITEM, item, MALL)["status"] == status
    assert lead.see(ITEM, claimed, MALL)["status"] == "claimed"
    lead.act(MALL, ITEM, item, "dispose", set={"disposal": "charity"})
    lead.deliver()
    counter.sync()
    assert (counter.see(ITEM, item, MALL)["status"], counter.see(ITEM, item, MALL)["disposal"]) == (
        "disposed",
        "charity",
    )
    assert [(line.author, line.kind) for line in company.history(ITEM, item, MALL)] == [
        ("counter", "create"),
        ("plugin:lostfound", "expire"),
        ("lead", "dispose"),
    ]


def _run_job(company: Company, store: SqliteStore) -> None:
    house, [job] = company.house, JOBS

    async def ask() -> object:
        async with store.reader() as reader:
            return await job.run(reader, house.mall, house.now)

    asked = asyncio.run(ask())
    writes = frozenset(job.writes)
    house.run(house.door.follow_up("lostfound", job.id, house.mall, asked, house.now, writes))  # type: ignore[arg-type]
