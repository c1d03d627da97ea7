"""REN-3, REN-5: rounds, the closed-water test, violations from the stop order to their end."""

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    BATHROOM,
    FOUND,
    INSPECTION,
    PHOTO,
    ROUND,
    STOP,
    TEST,
    VIOLATION,
    Estate,
    exchange,
    find,
    see,
    settle,
    sign,
    stop,
)

from wuye_client import InvalidEntry

COUNTED = "open_violations"


def _report(boss: Tablet, violation: str, act: str, **set_: object) -> None:
    boss.act(ESTATE, VIOLATION, violation, act, set=set_)


def test_REN_3_a_round_is_made_offline_by_checklist_with_photos_and_moves_the_next_one(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    estate.wait_until("2026-12-03")
    walker.deliver()
    assert see(walker, application)["next_inspection"] == "2026-12-04"  # every third day at the second level
    with pytest.raises(InvalidEntry) as told:  # the list that comes with the form is to be answered
        walker.create(ESTATE, INSPECTION, {"application": application, "inspected_on": "2026-12-03"})
    assert set(told.value.messages("en")) == {"checklist"}
    bad = [{"item": "lift_protected", "result": "ok"}, {"item": "floors_protected", "result": "not_ok"}]
    with pytest.raises(InvalidEntry):
        walker.create(ESTATE, INSPECTION, {"application": application, **ROUND, "checklist": bad})
    done = {"application": application, **ROUND, "checklist": bad, "photos": PHOTO, "told": "當場鋪保護板"}
    round_ = walker.create(ESTATE, INSPECTION, done)
    assert walker.see(INSPECTION, round_)["result"] == "findings"
    exchange(walker, desk)
    shown = see(desk, application)
    assert (shown["last_inspected_on"], shown["next_inspection"]) == ("2026-12-03", "2026-12-06")
    assert desk.see(INSPECTION, round_)["inspector"] == estate.company.user("walker")
    walker.create(ESTATE, INSPECTION, {"application": application, **ROUND, "inspected_on": "2026-12-02"})
    exchange(walker, desk)
    assert see(desk, application)["last_inspected_on"] == "2026-12-03"  # told late, not newer


def test_REN_3_how_often_is_the_site_s_service_level(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    estate.set(renovation_level="first")
    desk.sync()
    assert see(desk, estate.working(desk, boss))["next_inspection"] == "2026-12-02"


def test_REN_3_what_was_seen_is_never_changed(estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet) -> None:
    application = estate.working(desk, boss)
    estate.wait_until("2026-12-03")
    walker.deliver()
    round_ = walker.create(ESTATE, INSPECTION, {"application": application, **ROUND})
    exchange(walker, boss)
    boss.update(ESTATE, INSPECTION, round_, {"found": "其實一切正常"})
    assert boss.refused().code == "invalid"


def test_REN_3_water_must_stand_long_enough_to_prove_anything(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss, BATHROOM)
    estate.wait_until("2026-12-10")
    walker.deliver()
    with pytest.raises(InvalidEntry) as told:
        walker.create(ESTATE, INSPECTION, {"application": application, **TEST, "water_hours": 20})
    assert set(told.value.messages("en")) == {"water_hours"}
    with pytest.raises(InvalidEntry):
        walker.create(ESTATE, INSPECTION, {"application": application, **TEST, "water_result": None})
    leak = {**TEST, "water_hours": 2, "water_result": "leak", "found": "樓下頂棚有水漬"}
    walker.create(ESTATE, INSPECTION, {"application": application, **leak})
    exchange(walker, desk)
    assert see(desk, application)["water_test"] == "failed"
    walker.create(ESTATE, INSPECTION, {"application": application, **TEST})
    exchange(walker, desk)
    assert see(desk, application)["water_test"] == "passed"


def test_REN_3_a_stop_order_stops_the_site_until_the_correction_is_verified(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    with pytest.raises(InvalidEntry):  # a stop order without evidence
        stop(walker, find(walker, application, evidence=None))
    violation = find(walker, application)
    stop(walker, violation)
    exchange(walker, desk, boss)
    shown = see(desk, application)
    assert (shown["status"], shown[COUNTED]) == ("stopped", 2)
    assert see(desk, violation, VIOLATION)["unit"] == estate.home
    course = estate.company.history(APPLICATION, application)
    assert ("plugin:renovation", "stop") in [(line.author, line.kind) for line in course]
    with pytest.raises(InvalidEntry):  # a stopped site does not report completion
        desk.act(ESTATE, APPLICATION, application, "report_completion", set={"completed_on": "2026-12-20"})
    boss.act(ESTATE, APPLICATION, application, "resume")
    assert boss.refused().message == "message.renovation.stop_order_stands"
    settle(walker, violation)
    exchange(walker, boss)
    boss.act(ESTATE, APPLICATION, application, "resume")
    boss.deliver()
    assert (see(boss, application)["status"], see(boss, application)[COUNTED]) == ("working", 1)


def test_REN_3_works_do_not_begin_under_a_stop_order(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.approved(desk, boss)
    sign(desk, application)
    desk.deliver()
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    exchange(desk, walker)
    early = find(walker, None, kind="undeclared_works", unit=estate.home)
    stop(walker, early)
    walker.update(ESTATE, VIOLATION, early, {"application": application})
    exchange(walker, desk)
    desk.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
    assert desk.refused().message == "message.renovation.stop_order_stands"


def test_REN_3_a_correction_that_does_not_hold_is_sent_back_with_a_new_deadline(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    violation = find(walker, application)
    stop(walker, violation)
    walker.act(ESTATE, VIOLATION, violation, "correct", set={"correction": "已鋪板"})
    walker.act(ESTATE, VIOLATION, violation, "send_back", {"reason": "只鋪了一半"}, {"deadline": "2026-12-08"})
    walker.deliver()
    shown = see(walker, violation, VIOLATION)
    assert (shown["status"], shown["deadline"]) == ("told_to_stop", "2026-12-08")


def test_REN_3_refusal_starts_the_clock_of_reporting_and_its_miss_is_an_emergency(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    violation = find(walker, application)
    stop(walker, violation)
    _report(walker, violation, "refuse", refusal="施工負責人拒不停工")
    offline = str(see(walker, violation, VIOLATION)["report_by"])  # known before any sync
    walker.deliver()
    shown = see(walker, violation, VIOLATION)
    [refused] = [line.at for line in estate.company.history(VIOLATION, violation) if line.kind == "refuse"]
    assert (shown["report_from"], shown["report_by"]) == (refused, refused.replace("-22T", "-23T"))
    assert offline[:16] == str(shown["report_by"])[:16]
    estate.company.run_jobs()
    boss.deliver()
    assert boss.query("ticket") == []
    estate.company.house.wait(hours=25)
    estate.company.run_jobs()
    estate.company.run_jobs()
    boss.deliver()
    [ticket] = [ticket for ticket in boss.query("ticket") if ticket["priority"] == "emergency"]
    assert str(see(boss, violation, VIOLATION)["number"]) in str(ticket["title"])


def test_REN_3_the_authority_s_way_from_report_to_compensation(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    violation = find(walker, application, kind="structure_changed", what="承重牆開洞")
    _report(walker, violation, "note_damage", damage="樓上牆面開裂")
    exchange(walker, boss)
    assert see(boss, application)["status"] == "stopped"
    with pytest.raises(InvalidEntry):  # to whom?
        _report(boss, violation, "report")
    with pytest.raises(InvalidEntry):  # the inspector does not write to authorities
        _report(walker, violation, "report", authority="housing")
    _report(boss, violation, "report", authority="housing", report_number="2026-17")
    boss.deliver()
    assert see(boss, violation, VIOLATION)["reported_at"]
    _report(boss, violation, "record_result", authority_decision="責令恢復原狀")
    _report(boss, violation, "compensate", compensation=800_000)
    boss.deliver()
    assert see(boss, application).get(COUNTED) == 0
    _report(boss, violation, "close", compensation_paid_on="2027-01-10")
    boss.deliver()
    assert see(boss, violation, VIOLATION)["status"] == "closed"


def test_REN_3_two_replicas_on_one_violation_stop_once_and_the_second_sees_so(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    guard = estate.company.tablet("wu.gang")
    exchange(guard, walker)
    violation = find(walker, application)
    exchange(walker, guard)
    stop(walker, violation)
    guard.act(ESTATE, VIOLATION, violation, "note_damage", set={"damage": "電梯轎廂刮傷"})
    walker.deliver()
    guard.deliver()  # damage may be noted of what was told to stop
    exchange(walker, guard, desk)
    assert (see(desk, violation, VIOLATION)["status"], see(desk, application)["status"]) == ("damage_done", "stopped")
    stop_again = {**STOP, "deadline": "2026-12-09"}
    other = find(walker, application, kind="noise")
    exchange(walker, guard)
    walker.act(ESTATE, VIOLATION, other, "tell_to_stop", set=STOP)
    guard.act(ESTATE, VIOLATION, other, "tell_to_stop", set=stop_again)
    walker.deliver()
    refused = guard.refused()
    assert (refused.status, refused.fields) == ("merged", ["deadline"])
    assert see(guard, other, VIOLATION)["deadline"] == STOP["deadline"]


def test_REN_3_an_overdue_round_becomes_one_ticket(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    for days, tickets in ((11, 0), (3, 1), (1, 1)):
        estate.company.house.wait(days=days)
        estate.company.run_jobs()
        desk.sync()
        assert len(desk.query("ticket")) == tickets, days
    [ticket] = desk.query("ticket")
    assert (ticket["unit"], ticket["priority"]) == (estate.home, "urgent")
    assert str(see(desk, application)["number"]) in str(ticket["title"])


def test_REN_5_illegal_structures_take_the_same_way_without_any_application(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    with pytest.raises(InvalidEntry) as told:
        find(walker, None, kind="illegal_structure")
    assert set(told.value.messages("en")) == {"application"}
    shed = find(walker, None, kind="illegal_structure", unit=estate.flat, location="2 號樓天台", source="patrol")
    stop(walker, shed)
    _report(walker, shed, "refuse", refusal="拒不拆除")
    exchange(walker, boss)
    _report(boss, shed, "report", authority="urban_management")
    _report(boss, shed, "record_result", authority_decision="限期拆除")
    _report(boss, shed, "correct", correction="已拆除", corrected_photos=PHOTO)
    _report(boss, shed, "verify")
    _report(boss, shed, "close")
    exchange(boss, desk)
    shown = see(desk, shed, VIOLATION)
    assert (shown["status"], shown["zone"]) == ("closed", estate.company.house.west)
    file = {child.entity: records for child, records in desk.children(ESTATE, "unit", estate.flat)}
    assert [record.id for record in file[VIOLATION]] == [shed]
    lawn = walker.create(ESTATE, VIOLATION, {**FOUND, "kind": "common_part_occupied", "location": "東側綠地"})
    exchange(walker, desk)
    assert see(desk, lawn, VIOLATION)["status"] == "found"
