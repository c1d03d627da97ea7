"""Who sees what of the owners (OWN-7, OWN-10): levels of access, look-ups and disclosures on record, zones."""

import pytest
from tests.duties.company import ESTATE, Company, Tablet

from wuye_client import InvalidEntry


def _register(tablet: Tablet, unit: str, name: str = "陳大文") -> tuple[str, str]:
    """Open a household's file; return the ids of the card and of the private data."""
    with tablet.group():
        owner = tablet.create(ESTATE, "owner", {"name": name, "unit": unit})
        tablet.create(ESTATE, "occupancy", {"unit": unit, "owner": owner, "role": "owner", "starts": "2020-01-01"})
        return owner, tablet.create(ESTATE, "owner.private", {"owner": owner, "phone": "13800138000"})


def _everything(tablet: Tablet) -> bytes:
    """Return all records and ops in a tablet's database."""
    rows = tablet.store.all("SELECT body FROM record UNION ALL SELECT body FROM op")
    return b"\n".join(bytes(body) for (body,) in rows if isinstance(body, bytes))


def test_OWN_7_who_lacks_the_private_stream_never_receives_it(
    company: Company, li: Tablet, desk: Tablet, wu: Tablet
) -> None:
    owner, _ = _register(li, company.house.unit_east)
    li.deliver()
    for tablet in (desk, wu):
        tablet.deliver()
        assert "owner.private" not in tablet.manifest.entities
        assert b"13800138000" not in _everything(tablet)
    assert desk.get(ESTATE, "owner", owner)
    assert wu.get(ESTATE, "owner", owner) is None
    assert b"13800138000" in _everything(li)


def test_OWN_7_a_look_up_on_a_tablet_is_on_record_though_it_was_offline(
    company: Company, li: Tablet, boss: Tablet
) -> None:
    owner, private = _register(li, company.house.unit_east)
    li.deliver()
    seen_at = company.now
    shown = li.get(ESTATE, "owner.private", private, reason="回電")
    assert shown
    assert shown["phone"] == "13800138000"
    li.query("owner.private", search="138 0013 8000")
    li.children(ESTATE, "owner", owner)
    li.deliver()
    boss.deliver()
    log = boss.query("access", where={"owner": owner})
    assert [(line["screen"], line.get("reason")) for line in log] == [
        ("view", "回電"),
        ("search", None),
        ("view", None),
    ]
    for line in log:
        assert (line["user"], line["fields"]) == (company.user("li.na"), [{"field": "phone"}])
        assert str(line["occurred_at"])[:16] == seen_at[:16]


def test_OWN_7_what_is_computed_and_not_shown_is_no_look_up(company: Company, li: Tablet) -> None:
    _, private = _register(li, company.house.unit_east)
    li.update(ESTATE, "owner.private", private, {"phone": "13900139000"})
    li.query("owner", search="陳")
    li.deliver()
    assert company.house.all("access") == {}


def test_OWN_7_a_look_up_stays_on_record_when_the_work_around_it_falls(company: Company, li: Tablet) -> None:
    owner, private = _register(li, company.house.unit_east)
    li.deliver()

    def look_and_fail() -> None:
        with li.group():
            li.get(ESTATE, "owner.private", private)
            li.update(ESTATE, "owner", owner, {"sex": "none of these"})

    with pytest.raises(InvalidEntry):
        look_and_fail()
    li.deliver()
    assert [line["subject"] for line in company.house.all("access").values()] == [private]


def test_OWN_7_the_log_of_look_ups_cannot_be_altered(company: Company, li: Tablet, boss: Tablet) -> None:
    _, private = _register(li, company.house.unit_east)
    li.get(ESTATE, "owner.private", private)
    [line] = li.query("access")
    with pytest.raises(InvalidEntry):
        li.update(ESTATE, "access", line.id, {"screen": "print"})
    with pytest.raises(InvalidEntry):
        boss.delete(ESTATE, "access", line.id)


def test_OWN_7_a_disclosure_is_applied_for_by_one_and_approved_by_another(
    company: Company, boss: Tablet, chief: Tablet
) -> None:
    owner, _ = _register(boss, company.house.unit_east)
    asked = {
        "recipient": "道里公安分局",
        "purpose": "協助查案",
        "legal_basis": "authority",
        "owners": [owner],
        "data": [{"field": "phone"}],
    }
    request = boss.create(ESTATE, "disclosure", asked)
    boss.act(ESTATE, "disclosure", request, "submit")
    boss.deliver()
    assert "approve" not in {step.act for step in boss.view.acts(boss.see("disclosure", request))}
    chief.deliver()
    chief.act(ESTATE, "disclosure", request, "approve")
    chief.deliver()
    boss.deliver()
    boss.act(ESTATE, "disclosure", request, "deliver")
    boss.deliver()
    done = boss.see("disclosure", request)
    people = (company.user("boss"), company.user("chief"))
    assert (done["applicant"], done["approver"], done["status"]) == (*people, "delivered")
    assert [(line.author, line.kind) for line in company.history("disclosure", request)] == [
        ("boss", "create"),
        ("boss", "submit"),
        ("chief", "approve"),
        ("boss", "deliver"),
    ]


def test_OWN_7_nobody_approves_his_own_application(company: Company, chief: Tablet) -> None:
    owner, _ = _register(chief, company.house.unit_east)
    asked = {"recipient": "保險公司", "purpose": "理賠", "legal_basis": "consent", "owners": [owner]}
    request = chief.create(ESTATE, "disclosure", {**asked, "data": [{"field": "name"}]})
    chief.act(ESTATE, "disclosure", request, "submit")
    chief.act(ESTATE, "disclosure", request, "approve")
    refused = chief.refused()
    assert chief.words("zh-Hans").refusal(refused.code, refused.message) == "申请人不能审批自己的申请。"
    assert chief.see("disclosure", request)["status"] == "submitted"


def test_OWN_10_an_assistant_sees_the_households_of_her_zones_alone(company: Company, li: Tablet, zhao: Tablet) -> None:
    east, _ = _register(li, company.house.unit_east, "東")
    west, _ = _register(zhao, company.house.unit_west, "歐陽")
    for tablet in (li, zhao, li):
        tablet.deliver()
    assert [owner.id for owner in li.query("owner")] == [east]
    assert [owner.id for owner in zhao.query("owner")] == [west]
    assert "歐陽".encode() not in _everything(li)


def test_OWN_10_who_takes_over_a_second_zone_sees_both(company: Company, li: Tablet, zhao: Tablet) -> None:
    _register(zhao, company.house.unit_west, "西")
    zhao.deliver()
    company.house.grant(company.user("li.na"), "cs_assistant", key=company.house.west)
    li.deliver()
    assert [owner["name"] for owner in li.query("owner")] == ["西"]


def test_OWN_10_a_unit_that_changes_zone_moves_with_everything(
    company: Company, li: Tablet, zhao: Tablet, boss: Tablet
) -> None:
    unit = company.house.unit_east
    owner, private = _register(li, unit)
    ticket = boss.create(ESTATE, "ticket", {"title": "暖氣不熱", "unit": unit, "kind": "complaint"})
    letter = li.create(ESTATE, "document", {"title": "委託書", "category": "letter", "unit": unit})
    given = {"owner": owner, "purposes": ["service"], "version": "1", "language": "ru", "channel": "counter"}
    consent = li.create(ESTATE, "consent", {**given, "informed": True})
    for tablet in (boss, li, zhao):
        tablet.deliver()
    file = {
        ("owner", owner),
        ("owner.private", private),
        ("ticket", ticket),
        ("document", letter),
        ("consent", consent),
    }
    assert file <= _here(li)
    assert file.isdisjoint(_here(zhao))
    boss.update(ESTATE, "unit", unit, {"zone": company.house.west})
    for tablet in (boss, li, zhao):
        tablet.deliver()
    assert file <= _here(zhao)
    assert file.isdisjoint(_here(li))
    assert {record["zones"][0] for record in zhao.query("owner")} == {company.house.west}  # type: ignore[index]


def test_OWN_10_work_on_a_household_that_moved_away_meanwhile_is_not_lost(
    company: Company, li: Tablet, zhao: Tablet, boss: Tablet
) -> None:
    unit = company.house.unit_east
    owner, private = _register(li, unit)
    li.deliver()
    boss.deliver()
    li.update(ESTATE, "owner.private", private, {"phone": "13900139000"})  # in the cellar, without network
    boss.update(ESTATE, "owner.private", private, {"phone": "13700137000"})
    boss.update(ESTATE, "unit", unit, {"zone": company.house.west})
    boss.deliver()
    contested = li.refused()
    assert (contested.status, contested.code, contested.fields) == ("merged", "conflict", ["phone"])
    # Both numbers lie where the household now lies: its new assistant and the supervisor see them, she no more.
    assert b"13700137000" not in _everything(li)
    assert [item["subject"] for item in li.query("review")] == [private]
    zhao.deliver()
    assert b"13700137000" in _everything(zhao)
    assert b"13900139000" in _everything(zhao)
    boss.deliver()
    [item] = boss.query("review", where={"status": "open"})
    boss.resolve(ESTATE, item.id, set={"phone": "13900139000"})
    boss.deliver()
    zhao.deliver()
    assert zhao.view.get(zhao.site(ESTATE), "owner.private", private)["phone"] == "13900139000"  # type: ignore[index]
    assert zhao.get(ESTATE, "owner", owner)


def _here(tablet: Tablet) -> set[tuple[str, str]]:
    return {
        (entity, record.id)
        for entity in tablet.manifest.entities
        for record in tablet.view.query(entity, _sites(tablet))
    }


def _sites(tablet: Tablet) -> list[str]:
    return [site.id for site in tablet.sites]
