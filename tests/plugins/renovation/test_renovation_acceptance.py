"""REN-4: acceptance, the second acceptance, the deposit back, the warranty running."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    BATHROOM,
    DEPOSIT,
    INSPECTION,
    PASS,
    PERMIT,
    PHOTO,
    SIGNED,
    TEST,
    WARRANTY,
    Estate,
    accept,
    book,
    complete,
    exchange,
    find,
    see,
    settle,
    sign,
    stop,
)

from wuye_client import InvalidEntry
from wuye_client.expressions import compile_expression
from wuye_renovation.entities import WARRANTY as DECLARED


@pytest.fixture
def paid(estate: Estate, desk: Tablet, boss: Tablet, cashier: Tablet) -> str:
    """Works under way, for which a deposit of 3,000 yuan was paid."""
    estate.set(renovation_deposit=True, renovation_deposit_amount=300_000)
    desk.sync()
    application = estate.approved(desk, boss)
    sign(desk, application)
    exchange(desk, cashier)
    book(cashier, application, "receive", 3000)
    exchange(cashier, desk)
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    desk.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
    exchange(desk, boss, cashier)
    return application


def test_REN_4_acceptance_needs_every_point_the_water_test_and_no_open_violation(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss, BATHROOM)
    walker.deliver()
    violation = find(walker, application)
    exchange(walker, boss)
    boss.act(ESTATE, APPLICATION, application, "report_completion", set={"completed_on": "2027-02-20"})
    boss.act(ESTATE, APPLICATION, application, "inspect")
    boss.deliver()
    with pytest.raises(InvalidEntry) as told:
        accept(boss, application)
    assert set(told.value.messages("en")) == {"water_test", "open_violations", "acceptance"}
    points = [{"item": "waterproof", "result": "ok"}]
    boss.update(ESTATE, APPLICATION, application, {"acceptance": points})
    stop(walker, violation)
    settle(walker, violation)
    estate.wait_until("2026-12-10")
    walker.create(ESTATE, INSPECTION, {"application": application, **TEST})
    exchange(walker, boss)
    accept(boss, application)
    exchange(boss, desk)
    assert see(desk, application)["status"] == "accepted"
    assert desk.query(PERMIT)[0]["status"] == "ended"
    boss.update(ESTATE, APPLICATION, application, {"accepted_on": "2027-03-01"})
    assert boss.refused().message == "message.renovation.accepted_stands"


def test_REN_4_two_replicas_accept_and_find_a_violation_offline_and_the_server_tells(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    complete(boss, application)
    exchange(boss, walker)
    violation = find(walker, application)
    accept(boss, application)
    walker.deliver()
    refused = boss.refused()
    assert refused.message == "message.renovation.violation_open"
    assert see(boss, application)["status"] == "inspected"
    stop(walker, violation)
    settle(walker, violation)
    exchange(walker, boss)
    accept(boss, application)
    boss.deliver()


def test_REN_4_what_is_not_in_order_is_corrected_and_inspected_again(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    application = estate.working(desk, boss)
    complete(boss, application)
    wanting = [{"item": "drains", "result": "not_ok", "note": "地漏堵塞"}]
    set_ = {"rectify_by": "2027-02-28", "acceptance": wanting}
    boss.act(ESTATE, APPLICATION, application, "demand_correction", {"reason": "地漏堵塞"}, set_)
    with pytest.raises(InvalidEntry):
        accept(boss, application)
    mended = {"acceptance": [{"item": "drains", "result": "ok"}]}
    boss.act(ESTATE, APPLICATION, application, "inspect", set=mended)
    accept(boss, application)
    boss.deliver()
    assert see(boss, application)["status"] == "accepted"


def test_REN_4_the_second_acceptance_comes_before_the_end_and_may_find_what_the_first_did_not(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    estate.set(renovation_second_days=90, renovation_refund_days=10)
    desk.sync()
    application = estate.working(desk, boss)
    complete(boss, application)
    accept(boss, application)
    boss.deliver()
    shown = see(boss, application)
    assert (shown["second_due"], shown["refund_by"]) == ("2027-05-26", "2027-06-05")
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, APPLICATION, application, "close")
    assert set(told.value.messages("en")) == {"second_accepted_on"}
    demand = {"rectify_by": "2027-06-01"}
    boss.act(ESTATE, APPLICATION, application, "demand_correction", {"reason": "樓下滲水"}, demand)
    boss.act(ESTATE, APPLICATION, application, "inspect")
    accept(boss, application, on="2027-06-01")
    boss.act(ESTATE, APPLICATION, application, "accept_again", set={"second_accepted_on": "2027-06-10"})
    boss.act(ESTATE, APPLICATION, application, "close")
    boss.deliver()
    [warranty] = boss.query(WARRANTY)  # accepted anew, it runs anew
    assert (warranty["accepted_on"], warranty["ends_on"]) == ("2027-06-01", "2029-06-01")
    assert see(boss, application)["refund_by"] == "2027-06-20"


def test_REN_4_a_deduction_needs_proof_and_signature(paid: str, walker: Tablet, cashier: Tablet, boss: Tablet) -> None:
    with pytest.raises(InvalidEntry) as told:
        book(cashier, paid, "deduct", -500)
    assert set(told.value.messages("en")) == {"violation", "signature", "reason"}
    with pytest.raises(InvalidEntry):  # what is taken is negative
        book(cashier, paid, "deduct", 500, reason="刮傷電梯", evidence=PHOTO, signature=SIGNED)
    walker.deliver()
    violation = find(walker, paid)
    exchange(walker, cashier)
    book(cashier, paid, "deduct", -500, reason="刮傷電梯", violation=violation, signature=SIGNED)
    book(cashier, paid, "deduct", -200, reason="地磚破損", evidence=PHOTO, signature=SIGNED)
    exchange(cashier, boss)
    assert see(boss, paid)["deposit_balance"] == 230_000


def test_REN_4_the_deposit_goes_back_after_acceptance_and_before_the_file_is_closed(
    paid: str, cashier: Tablet, boss: Tablet
) -> None:
    book(cashier, paid, "refund", -3000)
    assert cashier.refused().message == "message.renovation.refund_after_acceptance"
    complete(boss, paid)
    accept(boss, paid)
    exchange(boss, cashier)
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, APPLICATION, paid, "close")
    assert set(told.value.messages("en")) == {"deposit_balance"}
    assert see(cashier, paid)["refund_by"] == "2027-03-27"
    book(cashier, paid, "refund", -3000, party="王建國", signature=SIGNED)
    exchange(cashier, boss)
    boss.act(ESTATE, APPLICATION, paid, "close")
    boss.deliver()


def test_REN_4_two_replicas_cannot_give_the_same_deposit_back_twice(
    paid: str, estate: Estate, cashier: Tablet, boss: Tablet
) -> None:
    complete(boss, paid)
    accept(boss, paid)
    exchange(boss, cashier)
    with pytest.raises(InvalidEntry) as told:
        book(cashier, paid, "refund", -3001)
    assert set(told.value.messages("en")) == {"amount"}
    first = book(cashier, paid, "refund", -3000)
    second = book(boss, paid, "refund", -3000)
    cashier.deliver()
    refused = boss.refused()
    assert (refused.status, refused.code) == ("rejected", "balance")
    exchange(boss, cashier)
    assert see(boss, paid)["deposit_balance"] == 0
    assert cashier.get(ESTATE, DEPOSIT, first)
    assert boss.get(ESTATE, DEPOSIT, second) is None


def test_REN_4_a_slip_of_the_pen_is_corrected_by_an_entry_of_another_with_its_reason(
    paid: str, cashier: Tablet, boss: Tablet
) -> None:
    with pytest.raises(InvalidEntry):
        book(boss, paid, "correction", -200)
    book(boss, paid, "correction", -200, reason="多記 200 元")
    boss.sync()
    book(boss, paid, "correction", 100, reason="實為 100 元")  # a correction is corrected by whoever made it
    exchange(boss, cashier)
    assert see(boss, paid)["deposit_balance"] == 290_000


def test_REN_4_passes_come_back_before_the_file_is_closed(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    man = {"application": application, "holder": "周師傅", "valid_until": "2027-02-28"}
    passes = [desk.create(ESTATE, PASS, man) for _ in range(2)]
    complete(boss, application)
    accept(boss, application)
    exchange(desk, boss)
    boss.act(ESTATE, APPLICATION, application, "close")
    assert boss.refused().message == "message.renovation.passes_out"
    boss.act(ESTATE, PASS, passes[0], "give_back")
    boss.act(ESTATE, PASS, passes[1], "report_lost", set={"note": "工人稱遺失"})
    boss.act(ESTATE, APPLICATION, application, "close")
    boss.deliver()
    assert see(boss, application)["status"] == "closed"


def test_REN_4_the_warranty_runs_two_years_and_five_where_water_may_leak(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    facade = {"kind": "outer_opening", "place": "outer_wall"}
    application = estate.working(desk, boss, BATHROOM, facade)
    walker.deliver()
    estate.wait_until("2026-12-10")
    walker.create(ESTATE, INSPECTION, {"application": application, **TEST})
    exchange(walker, boss)
    complete(boss, application)
    accept(boss, application)
    exchange(boss, desk)
    ends = {str(warranty["part"]): warranty["ends_on"] for warranty in desk.query(WARRANTY)}
    assert ends == {"works": "2029-02-25", "wet_rooms": "2032-02-25", "outer_walls": "2032-02-25"}
    file = {child.entity: records for child, records in desk.children(ESTATE, "unit", estate.home)}
    assert len(file[WARRANTY]) == 3
    estate.company.house.wait(days=900)
    estate.company.run_jobs()
    desk.sync()
    states = {str(warranty["part"]): warranty["status"] for warranty in desk.query(WARRANTY)}
    assert states == {"works": "ended", "wet_rooms": "running", "outer_walls": "running"}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dates(), st.integers(2, 50))
def test_REN_4_a_warranty_ends_on_the_same_day_so_many_years_later(day: object, years: int) -> None:
    accepted = str(day)
    derive = DECLARED.field("ends_on").derive
    assert derive
    ends = compile_expression(derive).evaluate({"accepted_on": accepted, "years": years})
    if int(accepted[:4]) + years > 9999:
        assert ends is None
    else:
        assert str(ends)[:4] == f"{int(accepted[:4]) + years:04d}"
        assert str(ends)[5:] in (accepted[5:], "02-28")
