"""Short cuts through a renovation that somebody might try, and what comes of them (REN-1…4)."""

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    AGREEMENT,
    APPLICATION,
    BATHROOM,
    INSPECTION,
    PASS,
    PERMIT,
    ROUND,
    RULE,
    SIGNED,
    TEST,
    VIOLATION,
    Estate,
    book,
    exchange,
    find,
    see,
    sign,
    stop,
)

from wuye_client import InvalidEntry


def test_REN_2_not_even_those_in_charge_write_a_permit_for_what_is_not_permitted(estate: Estate, boss: Tablet) -> None:
    application = estate.apply(boss)
    boss.deliver()
    boss.create(ESTATE, PERMIT, {"application": application, "valid_until": "2030-01-01"})
    assert boss.refused().message == "message.renovation.no_permit"


def test_REN_2_permitted_works_last_longer_by_the_act_alone(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    desk.update(ESTATE, APPLICATION, application, {"ends_on": "2035-01-01"})
    assert desk.refused().message == "message.renovation.extend_by_act"
    boss.act(ESTATE, APPLICATION, application, "extend", {"reason": "材料晚到"}, {"ends_on": "2027-03-31"})
    exchange(boss, desk)
    [permit] = desk.query(PERMIT)
    assert permit["valid_until"] == "2027-03-31"


def test_REN_1_the_house_rule_cannot_be_left_out(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    house = estate.company.house
    house.write(house.estate, house.op("unit", "update", estate.home, set={"layout": "two_rooms"}))
    application = estate.apply(desk)
    desk.deliver()
    # In force only after the application was written, and taken out of it again.
    rule = boss.create(ESTATE, RULE, {"name": "B", "layout": "two_rooms", "forbidden_works": ["floor"]})
    boss.act(ESTATE, RULE, rule, "put_in_force", set={"valid_from": "2026-01-01"})
    exchange(boss, desk)
    desk.update(ESTATE, APPLICATION, application, {"house_rule": None})
    desk.act(ESTATE, APPLICATION, application, "submit", set={"applicant_signature": SIGNED})
    assert desk.refused().message == "message.renovation.house_rule_forbids"
    assert see(desk, application)["status"] == "draft"


@pytest.mark.parametrize("told", [False, True])
def test_REN_3_a_violation_is_not_taken_off_its_application(
    estate: Estate, desk: Tablet, boss: Tablet, told: bool
) -> None:
    application = estate.working(desk, boss)
    violation = find(desk, application)
    if told:
        stop(desk, violation)
    desk.deliver()
    desk.update(ESTATE, VIOLATION, violation, {"application": None, "location": "1號樓"})
    assert desk.refused().message == "message.renovation.application_stays"
    assert see(desk, application)["open_violations"] == 1


def test_REN_2_a_signed_agreement_and_a_pass_stay_as_they_were_given_out(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    application = estate.approved(desk, boss)
    agreement = sign(desk, application)
    other = estate.apply(desk, unit=estate.flat)
    desk.deliver()
    desk.update(ESTATE, AGREEMENT, agreement, {"special": "免押金"})
    assert desk.refused().message == "message.renovation.signed_stands"
    desk.update(ESTATE, AGREEMENT, agreement, {"application": other})
    assert desk.refused().message == "message.renovation.application_stays"
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    given = desk.create(ESTATE, PASS, {"application": application, "holder": "李師傅", "valid_until": "2027-01-31"})
    desk.deliver()
    desk.update(ESTATE, PASS, given, {"application": other})
    assert desk.refused().message == "message.renovation.application_stays"


def test_REN_4_a_late_word_of_an_older_test_and_another_room_do_not_make_it_tight(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    application = estate.working(desk, boss, BATHROOM)
    estate.wait_until("2026-12-20")
    leak = {**TEST, "application": application, "water_result": "leak", "found": "樓下滴水"}
    earlier = {"inspected_on": "2026-12-05", "water_started_at": "2026-12-04T00:00:00.000Z"}
    boss.create(ESTATE, INSPECTION, {**TEST, "application": application, **earlier})
    desk.create(ESTATE, INSPECTION, leak)
    desk.create(ESTATE, INSPECTION, {**TEST, "application": application, "water_place": "kitchen"})
    exchange(desk, boss)
    assert see(boss, application)["water_test"] == "failed"
    again = {"inspected_on": "2026-12-20", "water_started_at": "2026-12-19T00:00:00.000Z"}
    boss.create(ESTATE, INSPECTION, {**TEST, "application": application, **again})
    exchange(boss, desk)
    assert see(desk, application)["water_test"] == "passed"


def test_REN_4_nobody_pays_for_the_violation_of_another(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    estate.set(renovation_deposit=True, renovation_deposit_amount=200_000)
    desk.sync()
    boss.sync()
    application = estate.approved(desk, boss)
    book(boss, application, "receive", 2000)
    foreign = find(boss, None, location="2號樓")
    boss.deliver()
    book(boss, application, "deduct", -500, violation=foreign, reason="—", signature=SIGNED)
    assert boss.refused().message == "message.renovation.other_application"


def test_REN_4_a_correction_by_whoever_took_the_money_is_no_refund_before_acceptance(
    estate: Estate, desk: Tablet, boss: Tablet, cashier: Tablet
) -> None:
    estate.set(renovation_deposit=True, renovation_deposit_amount=200_000)
    exchange(desk, boss)
    application = estate.approved(desk, boss)
    cashier.sync()
    with cashier.group():  # in one breath
        book(cashier, application, "receive", 2000)
        book(cashier, application, "correction", -2000, reason="—")
    assert {result.code for result in cashier.sync().attention} == {"rule", "group"}
    book(cashier, application, "receive", 2000)
    cashier.deliver()
    book(cashier, application, "correction", -2000, reason="—")
    assert cashier.refused().message == "message.renovation.second_person_corrects"
    boss.sync()
    correction = book(boss, application, "correction", -1500, reason="實收 500 元")
    boss.sync()
    assert see(boss, application)["deposit_balance"] == 50_000
    [item] = boss.query("review", where={"subject": correction})  # it is looked at before acceptance
    assert "message.renovation.correction_lowers" in str(item.values)


@pytest.mark.parametrize("day", ["2026-11-24", "2099-01-01", "9999-12-31"])
def test_REN_3_no_round_lies_in_the_future_to_silence_the_reminders(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet, day: str
) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    round_ = {"application": application, **ROUND}
    with pytest.raises(InvalidEntry) as told:
        walker.create(ESTATE, INSPECTION, {**round_, "inspected_on": day})
    assert "inspected_on" in told.value.messages("ru")
    house = estate.company.house
    op = house.op(INSPECTION, set={**round_, "inspected_on": day})
    pushed = house.run(house.door.submit(estate.company.user("walker"), house.id(), house.estate, [op], house.now))
    assert [result.status for result in pushed.results] == ["rejected"]
    walker.create(ESTATE, INSPECTION, {**round_, "inspected_on": "2026-11-23"})  # of a clock that is ahead
    exchange(walker, desk)
    assert see(desk, application)["next_inspection"] == "2026-11-26"


def test_REN_3_no_test_to_come_outweighs_a_leak(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss, BATHROOM)
    estate.wait_until("2026-12-10")
    with pytest.raises(InvalidEntry) as told:
        desk.create(
            ESTATE, INSPECTION, {**TEST, "application": application, "water_started_at": "2099-01-01T00:00:00.000Z"}
        )
    assert "water_started_at" in told.value.messages("zh-Hant")


def test_REN_3_works_on_site_are_always_due_for_a_round(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    desk.update(ESTATE, APPLICATION, application, {"started_on": "9999-12-31"})
    desk.deliver()
    assert see(desk, application)["next_inspection"] == "2026-11-22"
