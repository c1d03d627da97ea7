"""What a clever desk might try with points and tiers, and what comes of it (MEM-1, MEM-2, MEM-3)."""

from collections.abc import Mapping

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.membership.club import (
    CORRECTION,
    ENTRY,
    GIFT,
    MEMBER,
    RULE,
    VISIT,
    Club,
    buy,
    enrol,
    points,
    see,
)

from wuye.protocol.wire import Op, Result
from wuye.sync.door import server_replica

BACK = {"kind": "reversal", "reason": "退貨"}


def _push(club: Club, user: str, *ops: Op) -> list[Result]:
    """Push ops as written, in a request of somebody's own making."""
    house, id_ = club.company.house, club.company.user(user)
    return house.run(house.door.submit(id_, server_replica(id_, "by hand"), house.mall, ops, house.now)).results


def _stored(club: Club, entity: str, record: str) -> Mapping[str, object]:
    stored = club.company.house.record(entity, record, club.company.house.mall)
    assert stored
    return stored.values


def test_MEM_2_points_beyond_all_bounds_are_refused_and_the_rest_of_the_log_goes_on(club: Club, desk: Tablet) -> None:
    rule = club.company.house.id()
    rate = {"points": 1_000_000, "per_amount": 1, "status": "approved", "valid_from": "2026-01-01"}
    club.company.write(MALL, RULE, rule, code="BIG", name={"ru": "х"}, kind="purchase", **rate)
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 2**46, "1", rule=rule)
    buy(desk, club, member, 100, "2")
    assert (desk.refused().code, points(desk, member)) == ("invalid", 10)


def test_MEM_1_nobody_makes_himself_a_vip_between_application_and_approval(club: Club, desk: Tablet) -> None:
    house = club.company.house
    member, group = house.id(), house.id()
    wish = {"vip": True, "tier": club.gold}
    made = house.op(MEMBER, record=member, site=house.mall, set={"owner": club.ivan}, group=group)
    raised = house.op(MEMBER, "update", member, site=house.mall, set=wish, group=group)
    assert [result.status for result in _push(club, "desk1", made, raised)] == ["rejected", "rejected"]
    waits = desk.create(MALL, MEMBER, {"owner": club.ivan, "tier": club.silver})
    desk.deliver()
    desk.update(MALL, MEMBER, waits, wish)
    assert desk.refused().message == "message.membership.tier_by_act"
    assert see(desk, MEMBER, waits)["tier"] == club.silver


def test_FEE_4_a_bill_is_paid_by_points_up_to_its_share_in_however_many_entries(club: Club, desk: Tablet) -> None:
    club.setting("membership_offline_cap", "1000")
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 10_000, "1")
    desk.deliver()
    bill = {"member": member, "kind": "redeem_fee", "fee_bill": "WY-7", "fee_total": 100}
    first = desk.create(MALL, ENTRY, {**bill, "points": -30})
    desk.create(MALL, ENTRY, {**bill, "points": -20})
    desk.deliver()
    desk.create(MALL, ENTRY, {**bill, "points": -1})
    assert desk.refused().message == "message.membership.bill_share"
    desk.create(MALL, ENTRY, {"member": member, "reverses": first, **BACK})
    desk.deliver()
    desk.create(MALL, ENTRY, {**bill, "points": -30})
    desk.deliver()
    assert points(desk, member) == 950


def test_MEM_2_even_an_import_does_not_correct_points_alone(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    house = club.company.house
    values = {"member": member, "points": 5000, "reason": "—", "status": "approved"}
    [result] = _push(club, "admin", house.op(CORRECTION, site=house.mall, set=values))
    assert result.message == "message.membership.second_person"
    assert points(desk, member) == 0


def test_MEM_2_a_typed_number_takes_no_less_than_the_returned_goods_earned(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    bought = buy(desk, club, member, 1000, "1")
    desk.deliver()
    for less in ({"points": -1}, {"points": -49, "returned": 50_000}):
        desk.create(MALL, ENTRY, {"member": member, "reverses": bought, **BACK, **less})
        assert desk.refused().message == "message.membership.reverses_too_much"
    assert points(desk, member) == 100


def test_MEM_2_a_gift_of_yesteryear_is_not_redeemed_on_a_day_of_yesteryear(club: Club, desk: Tablet) -> None:
    house = club.company.house
    over = {"status": "approved", "valid_from": "2020-01-01", "valid_until": "2020-12-31"}
    gift = house.id()
    club.company.write(MALL, GIFT, gift, code="OLD", name={"ru": "х"}, cost=1, **over)
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 1000, "1")
    desk.deliver()
    values = {"member": member, "kind": "redeem_gift", "gift": gift, "points": -1, "occurred_on": "2020-06-01"}
    [result] = _push(club, "desk1", house.op(ENTRY, site=house.mall, set=values))
    assert result.message == "message.membership.gift_is_not_offered"


@pytest.mark.parametrize("receipt", ["A 17", "A  17", " A 17 ", "Ａ 17", "A\u00a017"])
def test_MEM_2_another_spelling_is_no_other_receipt(club: Club, desk: Tablet, other: Tablet, receipt: str) -> None:
    member = enrol(desk, club.ivan)
    other.sync()
    buy(desk, club, member, 100, "A 17")
    desk.deliver()
    buy(other, club, member, 100, receipt)
    assert other.refused().code == "duplicate_key"


def test_MEM_3_a_mistyped_year_does_not_end_the_visits(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    visit = desk.create(MALL, VISIT, {"member": member, "planned_on": "2026-11-22"})
    seen = {"channel": "phone", "outcome": "satisfied", "done_on": "2226-11-22"}
    desk.act(MALL, VISIT, visit, "finish", set=seen)
    desk.deliver()
    assert _stored(club, MEMBER, member)["last_visit_on"] == "2026-11-22"


def test_3_3_a_reason_that_is_no_text_is_refused(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = enrol(desk, club.ivan)
    house = club.company.house
    for reason in ({}, [], 5):
        op = house.op(MEMBER, "act", member, site=house.mall, act="approve", args={"reason": reason})
        assert [result.code for result in _push(club, "lead", op)] == ["invalid"]
