"""MEM-1: members, cards, tiers, VIPs, freezing, from tablets at the desks."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.membership.club import ENTRY, MEMBER, Club, buy, enrol, points, see

from wuye_client import InvalidEntry


def test_MEM_1_a_member_is_enrolled_offline_with_a_printed_card_or_the_next_number(club: Club, desk: Tablet) -> None:
    with desk.group():
        owner = desk.create(MALL, "owner", {"name": "Ольга", "language": "ru"})
        scanned = desk.create(MALL, MEMBER, {"owner": owner, "card_number": "SFM-77001", "source": "event"})
    numbered = desk.create(MALL, MEMBER, {"owner": club.wang})
    shown = see(desk, MEMBER, numbered)
    assert (shown["status"], str(shown["device_number"])[:7]) == ("applied", "HY-T01-")
    desk.deliver()
    assert (see(desk, MEMBER, scanned)["card_number"], see(desk, MEMBER, scanned)["language"]) == ("SFM-77001", "ru")
    shown = see(desk, MEMBER, numbered)
    assert (shown["card_number"], shown["status"], shown["joined_on"]) == ("HY-2026-000001", "active", "2026-11-22")
    assert [found.id for found in desk.query(MEMBER, search="77001")] == [scanned]
    assert desk.words("ru").title(shown) == "HY-2026-000001 王秀英"


def test_MEM_1_two_desks_that_enrol_the_same_person_end_with_one_membership(
    club: Club, desk: Tablet, other: Tablet
) -> None:
    member = desk.create(MALL, MEMBER, {"owner": club.ivan})
    second = other.create(MALL, MEMBER, {"owner": club.ivan})
    buy(other, club, second, 100, "1")
    desk.deliver()
    assert [result.code for result in other.sync().attention] == ["duplicate_key", "dependency"]
    assert [found.id for found in other.query(MEMBER)] == [member]


def test_MEM_1_where_the_site_wants_it_or_a_tier_is_asked_for_a_person_admits(
    club: Club, desk: Tablet, lead: Tablet
) -> None:
    asked = desk.create(MALL, MEMBER, {"owner": club.ivan, "tier": club.gold})
    club.setting("membership_instant_enrolment", "false")
    plain = desk.create(MALL, MEMBER, {"owner": club.wang})
    desk.deliver()
    assert {see(desk, MEMBER, member)["status"] for member in (asked, plain)} == {"applied"}
    buy(desk, club, plain, 100, "1")
    assert desk.refused().message == "message.membership.not_active"
    assert "approve" not in {step.act for step in desk.view.acts(see(desk, MEMBER, plain))}
    lead.deliver()
    for member in (asked, plain):
        lead.act(MALL, MEMBER, member, "approve")
    lead.deliver()
    assert (see(lead, MEMBER, asked)["vip"], see(lead, MEMBER, plain)["status"]) == (True, "active")


def test_MEM_1_a_tier_changes_by_an_act_with_a_reason_of_who_may(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = enrol(desk, club.ivan)
    desk.update(MALL, MEMBER, member, {"tier": club.gold})
    refused = desk.refused()
    assert refused.message == "message.membership.tier_by_act"
    assert "Изменить уровень" in desk.words("ru").refusal(refused.code, refused.message)
    with pytest.raises(InvalidEntry):
        desk.act(MALL, MEMBER, member, "set_tier", {"reason": "?"}, {"tier": club.gold})
    lead.deliver()
    lead.act(MALL, MEMBER, member, "set_tier", {"reason": "年度消費"}, {"tier": club.gold})
    lead.deliver()
    assert see(lead, MEMBER, member)["vip"] is True


def test_MEM_1_a_VIP_s_complaints_are_extra_urgent_as_long_as_the_membership_lasts(
    club: Club, desk: Tablet, lead: Tablet
) -> None:
    member = enrol(desk, club.ivan)
    lead.deliver()
    lead.act(MALL, MEMBER, member, "set_tier", {"reason": "VIP"}, {"tier": club.gold})
    lead.deliver()
    assert see(lead, "owner", club.ivan)["vip"] is True
    ticket = {"kind": "complaint", "title": "Шуба порвалась", "owner": club.ivan, "channel": "walk_in"}
    complaint = desk.create(MALL, "ticket", ticket)
    desk.deliver()
    assert see(desk, "ticket", complaint)["priority"] == "extra_urgent"
    lead.act(MALL, MEMBER, member, "cancel", {"reason": "по заявлению"})
    lead.deliver()
    assert (see(lead, "owner", club.ivan)["vip"], see(lead, MEMBER, member)["state_reason"]) == (False, "по заявлению")


def test_MEM_1_who_was_a_VIP_before_stays_one(club: Club, desk: Tablet, lead: Tablet) -> None:
    desk.update(MALL, "owner", club.wang, {"vip": True})
    member = desk.create(MALL, MEMBER, {"owner": club.wang, "vip": True})
    desk.deliver()
    lead.deliver()
    lead.act(MALL, MEMBER, member, "approve")
    lead.act(MALL, MEMBER, member, "cancel", {"reason": "搬離"})
    lead.deliver()
    assert see(lead, "owner", club.wang)["vip"] is True


def test_MEM_1_a_member_frozen_on_one_tablet_neither_earns_nor_redeems_on_another(
    club: Club, desk: Tablet, other: Tablet, lead: Tablet
) -> None:
    member = enrol(desk, club.ivan)
    other.deliver()
    desk.act(MALL, MEMBER, member, "freeze", {"reason": "Карта потеряна"})
    buy(other, club, member, 200, "1")  # offline: he does not know yet
    desk.deliver()
    assert other.refused().message == "message.membership.not_active"
    assert see(other, MEMBER, member)["state_reason"] == "Карта потеряна"
    with pytest.raises(InvalidEntry):
        other.act(MALL, MEMBER, member, "unfreeze")  # those in charge alone
    other.act(MALL, MEMBER, member, "replace_card", {"reason": "потеряна"}, {"card_number": "SFM-9"})
    other.deliver()
    lead.deliver()
    lead.act(MALL, MEMBER, member, "unfreeze")
    lead.deliver()
    other.deliver()
    buy(other, club, member, 200, "1")
    other.deliver()
    shown = see(other, MEMBER, member)
    assert (shown["points"], shown["card_number"], "state_reason" in shown.values) == (20, "SFM-9", False)
    [replaced] = [line for line in club.company.history(MEMBER, member, MALL) if line.kind == "replace_card"]
    assert replaced.changes["card_number"] == ("HY-2026-000001", "SFM-9")


def test_MEM_1_a_card_is_never_changed_in_passing_nor_a_membership_given_away(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    desk.update(MALL, MEMBER, member, {"card_number": "X-1"})
    assert desk.refused().message == "message.membership.card_by_act"
    desk.update(MALL, MEMBER, member, {"owner": club.wang})
    assert desk.refused().message == "message.membership.owner_stays"


def test_MEM_1_who_left_may_come_back_with_the_points_that_have_not_ended(
    club: Club, desk: Tablet, lead: Tablet
) -> None:
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 300, "1")
    desk.deliver()
    lead.deliver()
    lead.act(MALL, MEMBER, member, "cancel", {"reason": "?"})
    lead.deliver()
    desk.deliver()
    desk.act(MALL, MEMBER, member, "rejoin", set={"terms_version": "2027"})
    desk.deliver()
    assert (see(desk, MEMBER, member)["status"], points(desk, member)) == ("active", 30)


def test_OWN_6_the_membership_stands_in_the_owner_s_file_with_points_below_it(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 300, "1")
    file = {child.entity: records for child, records in desk.children(MALL, "owner", club.ivan)}
    assert [record.id for record in file[MEMBER]] == [member]
    [(_, [entry])] = [(c, r) for c, r in desk.children(MALL, MEMBER, member) if c.entity == ENTRY]
    assert entry["receipt"] == "1"
