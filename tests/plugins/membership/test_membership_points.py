"""MEM-2, FEE-4: points as an account, from tablets at the desks."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.membership.club import (
    CORRECTION,
    ENTRY,
    GIFT,
    MEMBER,
    RULE,
    Club,
    buy,
    enrol,
    points,
    redeem,
    see,
)

from wuye_client import InvalidEntry

CAP = "membership_offline_cap"
BACK = {"kind": "reversal", "reason": "退貨"}


def _rich(tablet: Tablet, club: Club, yuan: int = 3000) -> str:
    """Return a member with a tenth of the yuan in points."""
    member = enrol(tablet, club.ivan)
    buy(tablet, club, member, yuan, "start")
    tablet.deliver()
    assert points(tablet, member) == yuan // 10
    return member


def _far_apart(desk: Tablet, other: Tablet, lead: Tablet) -> None:
    for tablet in (desk, other, lead):
        tablet.deliver()


def test_MEM_2_what_is_bought_paid_and_attended_earns_by_rule_and_tier(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = enrol(desk, club.ivan)
    bought = buy(desk, club, member, 259, "1", occurred_on="2026-11-20", points=9999)
    fee = {"rule": club.fees, "amount": 990_000, "receipt": "F1", "issuer": "財務部"}
    paid = desk.create(MALL, ENTRY, {"member": member, "kind": "property_fee", **fee})
    went = desk.create(MALL, ENTRY, {"member": member, "kind": "activity", "rule": club.fair})
    desk.deliver()
    # Whole steps; at most the rule's cap; what was typed does not count.
    assert [see(desk, ENTRY, entry)["points"] for entry in (bought, paid, went)] == [25, 300, 50]
    shown = see(desk, ENTRY, bought)
    assert (shown["booked_on"], shown["expires_on"], str(shown["number"])[:8]) == (
        "2026-11-20",
        "2028-11-20",
        "JF-2026-",
    )
    assert points(desk, member) == 375
    lead.deliver()
    lead.act(MALL, MEMBER, member, "set_tier", {"reason": "年度"}, {"tier": club.gold})
    lead.deliver()
    golden = buy(desk, club, member, 259, "2")
    desk.deliver()
    assert see(desk, ENTRY, golden)["points"] == 37


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"yuan": 49}, "below_minimum"),
        ({"yuan": 100, "occurred_on": "2025-12-31"}, "rule_does_not_hold"),
        ({"yuan": 100, "rule": "fees"}, "rule_is_for_else"),
    ],
)
def test_MEM_2_what_no_rule_covers_earns_nothing_and_says_why(
    club: Club, desk: Tablet, values: dict[str, object], why: str
) -> None:
    member = enrol(desk, club.ivan)
    more = {**values, "rule": club.fees} if "rule" in values else dict(values)
    yuan = more.pop("yuan")
    assert isinstance(yuan, int)
    buy(desk, club, member, yuan, "1", **more)
    assert desk.refused().message == f"message.membership.{why}"
    assert points(desk, member) == 0


def test_MEM_2_an_edit_takes_the_approval_of_a_rule_away(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = enrol(desk, club.ivan)
    lead.update(MALL, RULE, club.shopping, {"points": 5})
    lead.deliver()
    buy(desk, club, member, 100, "1")
    assert desk.refused().message == "message.membership.rule_does_not_hold"
    lead.act(MALL, RULE, club.shopping, "approve", set={"approved_edition": 2})
    lead.deliver()
    assert see(lead, RULE, club.shopping)["approved_by"] == club.company.user("lead")
    buy(desk, club, member, 100, "1")
    desk.deliver()
    assert points(desk, member) == 50


def test_MEM_2_nobody_approves_a_rate_that_he_has_not_seen(club: Club, lead: Tablet) -> None:
    chief = club.company.tablet("chief")
    rate = {"code": "N", "name": {"ru": "Новое"}, "kind": "purchase", "per_amount": 1000, "valid_from": "2026-01-01"}
    rule = chief.create(MALL, RULE, {**rate, "points": 1})
    chief.deliver()
    lead.deliver()
    with pytest.raises(InvalidEntry):
        lead.act(MALL, RULE, rule, "approve")
    lead.act(MALL, RULE, rule, "approve", set={"approved_edition": 1})
    chief.update(MALL, RULE, rule, {"points": 100})
    chief.deliver()
    refused = lead.refused()
    assert refused.message == "membership.rule.constraint.approved_as_read"
    assert see(lead, RULE, rule)["status"] == "draft"


def test_MEM_2_a_receipt_earns_once_whoever_books_it(club: Club, desk: Tablet, other: Tablet, lead: Tablet) -> None:
    member = _rich(desk, club)
    _far_apart(desk, other, lead)
    with pytest.raises(InvalidEntry):  # told on the spot where it is known
        buy(desk, club, member, 3000, "start")
    buy(desk, club, member, 500, "77")
    buy(other, club, member, 500, "77")
    buy(other, club, member, 500, "77", issuer="B3")
    desk.deliver()
    assert other.refused().code == "duplicate_key"
    assert points(other, member) == 400


def test_MEM_2_two_tablets_that_redeem_the_same_points_offline_end_in_one_success_and_one_visible_refusal(
    club: Club, desk: Tablet, other: Tablet, lead: Tablet
) -> None:
    club.setting(CAP, "500")
    member = _rich(desk, club)
    _far_apart(desk, other, lead)
    for tablet in (desk, other):
        redeem(tablet, club, member, 300)
        assert points(tablet, member) == 0  # each sees his own
        with pytest.raises(InvalidEntry) as told:
            redeem(tablet, club, member, 100)
        assert set(told.value.messages("zh-Hans")) == {"points"}
    desk.deliver()
    refused = other.refused()
    assert (refused.status, refused.code) == ("rejected", "balance")
    assert other.words("ru").refusal(refused.code, refused.message) != "balance"
    assert points(other, member) == 0
    lead.deliver()
    [item] = lead.query("review", where={"status": "open"})
    assert (item["subject_entity"], item["author"]) == (ENTRY, club.company.user("desk2"))
    assert [entry["points"] for entry in lead.query(ENTRY, where={"kind": "redeem_gift"})] == [-300]


def test_MEM_2_offline_nothing_is_redeemed_unless_the_site_sets_a_cap(
    club: Club, desk: Tablet, other: Tablet, lead: Tablet
) -> None:
    member = _rich(desk, club)
    with pytest.raises(InvalidEntry) as told:
        redeem(desk, club, member, 100)
    assert "points" in told.value.messages("ru")
    club.setting(CAP, "250")
    desk.deliver()
    redeem(desk, club, member, 200)
    with pytest.raises(InvalidEntry):
        redeem(desk, club, member, 100)
    desk.deliver()
    assert points(desk, member) == 100


def test_MEM_2_a_gift_costs_what_it_costs(club: Club, desk: Tablet, lead: Tablet) -> None:
    club.setting(CAP, "5000")
    member = _rich(desk, club)
    gift = {"member": member, "kind": "redeem_gift", "gift": club.bag}
    for wrong in (100, None):
        with pytest.raises(InvalidEntry) as told:
            desk.create(MALL, ENTRY, {**gift, "points": wrong} if wrong else gift)
        assert "-500" in told.value.messages("zh-Hant")["points"]
    desk.create(MALL, ENTRY, {**gift, "quantity": 2, "points": -100})
    assert desk.refused().message == "message.membership.gift_costs_else"
    lead.deliver()
    lead.act(MALL, GIFT, club.bag, "retire")
    lead.deliver()
    desk.create(MALL, ENTRY, {**gift, "points": -100})
    assert desk.refused().message == "message.membership.gift_is_not_offered"
    assert points(desk, member) == 300


def test_MEM_2_goods_that_come_back_take_their_points_even_below_zero_and_a_person_looks(
    club: Club, desk: Tablet, lead: Tablet
) -> None:
    club.setting(CAP, "500")
    member = _rich(desk, club)
    redeem(desk, club, member, 300)
    desk.deliver()
    [bought] = desk.query(ENTRY, where={"kind": "purchase"})
    desk.create(MALL, ENTRY, {"member": member, "reverses": bought.id, **BACK})
    desk.deliver()
    assert points(desk, member) == -300
    lead.deliver()
    [item] = lead.query("review", where={"status": "open"})
    assert item["subject_entity"] == ENTRY
    with pytest.raises(InvalidEntry):
        redeem(desk, club, member, 100)
    buy(desk, club, member, 5000, "next")
    desk.deliver()
    assert points(desk, member) == 200


def test_MEM_2_an_entry_is_taken_back_once_and_at_most_wholly(
    club: Club, desk: Tablet, other: Tablet, lead: Tablet
) -> None:
    member = _rich(desk, club)
    small = buy(desk, club, member, 200, "2")
    desk.deliver()
    _far_apart(desk, other, lead)
    [bought] = desk.query(ENTRY, where={"receipt": "start"})
    back = {"member": member, "reverses": bought.id, **BACK}
    for wrong in ({"points": -301}, {"points": 5}, {"returned": 300_001}):
        desk.create(MALL, ENTRY, {**back, **wrong})
        assert desk.refused().message == "message.membership.reverses_too_much"
    part = desk.create(MALL, ENTRY, {**back, "returned": 100_500})
    other.create(MALL, ENTRY, back)
    desk.deliver()
    assert other.refused().code == "duplicate_key"
    assert see(desk, ENTRY, part)["points"] == -101  # for 2995 yuan nobody earns more than 299
    desk.create(MALL, ENTRY, {"member": member, "reverses": part, **BACK})
    assert desk.refused().message == "message.membership.cannot_be_reversed"
    stranger = enrol(desk, club.wang)
    desk.create(MALL, ENTRY, {"member": stranger, "reverses": small, **BACK})
    assert desk.refused().message == "message.membership.reverses_another_member"


def test_MEM_2_a_gift_that_comes_back_gives_its_points_back(club: Club, desk: Tablet) -> None:
    club.setting(CAP, "500")
    member = _rich(desk, club)
    gift = redeem(desk, club, member, 200)
    desk.deliver()
    desk.create(MALL, ENTRY, {"member": member, "reverses": gift, **BACK})
    desk.deliver()
    assert points(desk, member) == 300


def test_MEM_2_points_are_corrected_by_two_people_and_only_so(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = _rich(desk, club)
    with pytest.raises(InvalidEntry) as told:
        desk.create(MALL, ENTRY, {"member": member, "kind": "correction", "points": 50, "reason": "補計"})
    assert "積分更正" in told.value.messages("zh-Hant")["kind"]
    lead.deliver()
    own = lead.create(MALL, CORRECTION, {"member": member, "points": 10, "reason": "補計"})
    lead.act(MALL, CORRECTION, own, "approve")
    assert lead.refused().message == "message.membership.second_person"
    asked = desk.create(MALL, CORRECTION, {"member": member, "points": -50, "reason": "多計 5 號小票"})
    too_much = desk.create(MALL, CORRECTION, {"member": member, "points": -900, "reason": "?"})
    desk.deliver()
    lead.deliver()
    desk.update(MALL, CORRECTION, asked, {"points": 5000})  # before the lead's decision arrives
    assert desk.refused().message == "message.membership.correction_is_kept"
    lead.act(MALL, CORRECTION, asked, "approve")
    lead.deliver()
    assert points(lead, member) == 250
    [entry] = lead.query(ENTRY, where={"kind": "correction"})
    assert (entry["points"], entry["reason"]) == (-50, "多計 5 號小票")
    lead.act(MALL, CORRECTION, too_much, "approve")
    assert lead.refused().code == "balance"


def test_FEE_4_points_pay_part_of_a_fee_at_what_they_are_worth(club: Club, desk: Tablet) -> None:
    club.setting(CAP, "100000")
    club.setting("membership_point_worth", "2")
    member = _rich(desk, club, 30_000)
    cashier = club.company.tablet("cashier")
    fee = {"member": member, "kind": "redeem_fee", "fee_bill": "WY-2026-11-101", "fee_total": 8000}
    with pytest.raises(InvalidEntry) as told:
        cashier.create(MALL, ENTRY, {**fee, "points": -2001})
    assert set(told.value.messages("en")) == {"points"}
    paid = cashier.create(MALL, ENTRY, {**fee, "points": -2000})
    cashier.deliver()
    assert see(cashier, ENTRY, paid)["covers"] == 4000
    assert str(see(cashier, ENTRY, paid)["number"]).startswith("DH-2026-")
    assert points(cashier, member) == 1000


def test_MEM_2_entries_are_never_changed(club: Club, desk: Tablet, lead: Tablet) -> None:
    member = _rich(desk, club)
    lead.deliver()
    [bought] = lead.query(ENTRY)
    for verb in (
        lambda: lead.update(MALL, ENTRY, bought.id, {"amount": 1}),
        lambda: lead.delete(MALL, ENTRY, bought.id),
    ):
        try:
            verb()
        except InvalidEntry:
            continue
        assert lead.refused().status == "rejected"
    assert points(lead, member) == 300
