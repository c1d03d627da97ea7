"""USR-2: whoever loses his post still hears what became of the work that he had handed in (protocol §3.2, §3.5)."""

import pytest
from tests.duties.company import MALL, ORG, Company, Tablet, rows
from tests.duties.conftest import with_people
from tests.duties.test_lostfound_client import FOUND, ITEM, Source

from wuye_client import InvalidEntry


@pytest.fixture
def company() -> Company:
    """A company whose mall has lost and found."""
    company = with_people(Company(Source()))
    company.person("counter", "front_desk", site=MALL)
    company.person("lead", "cs_supervisor", site=MALL)
    return company


@pytest.fixture
def counter(company: Company) -> Tablet:
    """The front desk of the mall, its only post."""
    return company.tablet("counter")


def plug(company: Company, *plugins: str) -> None:
    """Set which plugins are on at the mall."""
    house = company.house
    stored = house.record("site", house.mall, house.org)
    was = {"plugins": stored.values.get("plugins")} if stored else {}
    on = {"plugins": [{"id": plugin} for plugin in plugins]}
    house.write(house.org, house.op("site", "update", house.mall, site=house.org, set=on, was=was))
    house.run(house.door.sweep(house.mall, house.now))


def leave(company: Company, admin: Tablet) -> None:
    """End the front desk's post."""
    [grant] = admin.query("grant", where={"user": company.user("counter")})
    admin.update(ORG, "grant", grant.id, {"ends": company.now})
    admin.deliver()


def days_pass(company: Company, days: int) -> None:
    """Let time pass, and the server look at what it holds."""
    company.house.wait(days=days)
    company.house.run(company.house.door.sweep(company.house.mall, company.house.now))


def states(tablet: Tablet) -> list[str]:
    return [entry.state for entry in tablet.outbox()]


def test_USR_2_who_left_hears_that_his_held_work_was_refused(company: Company, counter: Tablet, admin: Tablet) -> None:
    counter.create(MALL, ITEM, FOUND)
    plug(company, "core")
    assert counter.refused().code == "plugin_off"
    leave(company, admin)
    assert counter.sync().attention == []
    assert states(counter) == ["held"]
    days_pass(company, 8)
    told = counter.refused()
    assert (told.status, told.code, told.op) == ("rejected", "expired", counter.outbox()[0].op.op)
    [item] = counter.query("review", where={"author": company.user("counter")})
    assert [(row["status"], row["code"]) for row in rows(item["items"])] == [("rejected", "expired")]


def test_USR_2_who_left_hears_that_his_held_work_counts(company: Company, counter: Tablet, admin: Tablet) -> None:
    item = counter.create(MALL, ITEM, FOUND)
    plug(company, "core")
    counter.sync()
    leave(company, admin)
    counter.sync()
    plug(company, "core", "lostfound")
    counter.sync()
    assert states(counter) == ["applied"]
    lead = company.tablet("lead")
    assert lead.see(ITEM, item, MALL)["name"] == FOUND["name"]


def test_USR_2_work_that_came_in_at_the_end_of_the_days_of_grace_is_answered_after_them(
    company: Company, counter: Tablet, admin: Tablet
) -> None:
    counter.create(MALL, ITEM, FOUND)
    plug(company, "core")
    leave(company, admin)
    days_pass(company, 13)
    assert counter.refused().code == "plugin_off"  # by the rights that his tablet still knew of
    days_pass(company, 2)
    assert counter.sync().attention == []
    assert [site.code for site in counter.sites] == [ORG]
    assert states(counter) == ["held"]
    counter.sync()
    assert states(counter) == ["held"]
    days_pass(company, 6)
    assert counter.refused().code == "expired"
    assert counter.sync().attention == []


def test_USR_2_who_left_reads_nothing_but_his_own_review_items_and_does_nothing(
    company: Company, counter: Tablet, admin: Tablet
) -> None:
    counter.create(MALL, ITEM, FOUND)
    plug(company, "core")
    counter.sync()
    leave(company, admin)
    counter.sync()
    assert {bucket for bucket in counter.store.buckets() if bucket.startswith(company.house.mall)} == {
        f"{company.house.mall}/review/{company.user('counter')}"
    }
    assert [name for name, entity in counter.manifest.entities.items() if company.house.mall in entity.rights] == [
        "review"
    ]
    with pytest.raises(InvalidEntry):
        counter.create(MALL, ITEM, FOUND)
    days_pass(company, 15)
    counter.sync()
    assert [site.code for site in counter.sites] == [ORG]
    assert not [bucket for bucket in counter.store.buckets() if bucket.startswith(company.house.mall)]
