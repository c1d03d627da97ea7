"""Tickets: first-contact responsibility, priorities, promises, times, reopening, and the course of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builtin.desk import AT, Desk

from wuye.builtin.ticket_flow import LEGAL, WORKFLOW
from wuye.builtin.tickets import PRIORITIES
from wuye.model.registry import Registry

NEW = {"kind": "repair", "title": "水管漏水", "channel": "phone", "priority": "normal", "status": "received"}
EARLIER = "2026-11-21T19:30:00.000Z"


def _ticket(desk: Desk, **values: object) -> None:
    desk.have("ticket", "t-1", **{**NEW, "responsible": "user-1", "occurred_at": EARLIER, **values})


def _message(desk: Desk, set_: dict[str, object] | None, **how: str) -> str | None:
    rejects, _ = desk.judge(desk.change("ticket", "t-1", set_, **how))  # type: ignore[arg-type]
    return rejects[0].message if rejects else None


def test_TKT_1_who_takes_a_ticket_in_stays_responsible_until_he_hands_it_on(desk: Desk) -> None:
    desk.write(desk.change("ticket", "t-1", NEW, author="user-3"))
    assert desk.records["ticket", "t-1"]["responsible"] == "user-3"
    assert _message(desk, {"responsible": None}) == "message.somebody_stays_responsible"
    refused, asked = desk.write(desk.change("ticket", "t-1", {"responsible": "user-4"}))
    assert refused is None
    assert [follow_up.set["type"] for follow_up in asked] == ["handed_on"]


def test_TKT_1_the_desk_may_name_somebody_else_at_intake_and_history_names_nobody(desk: Desk) -> None:
    _, set_ = desk.judge(desk.change("ticket", "t-1", {**NEW, "responsible": "user-5"}))
    assert "responsible" not in set_
    _, set_ = desk.judge(desk.change("ticket", "t-2", {**NEW, "source": "311", "status": "closed"}))
    assert "responsible" not in set_


@pytest.mark.parametrize("priority", PRIORITIES)
@pytest.mark.parametrize("told", ["by the owner's file", "by the desk"])
def test_TKT_4_a_vip_complaint_is_at_least_extra_urgent(desk: Desk, priority: str, told: str) -> None:
    desk.have("owner", "owner-1", name="趙", vip=True)
    who = {"owner": "owner-1"} if told == "by the owner's file" else {"vip": True}
    desk.write(desk.change("ticket", "t-1", {**NEW, "kind": "complaint", "priority": priority, **who}))
    ticket = desk.records["ticket", "t-1"]
    assert ticket["vip"] is True
    assert ticket["priority"] == max(priority, "extra_urgent", key=PRIORITIES.index)
    desk.write(desk.change("ticket", "t-1", {"priority": "normal"}))
    assert desk.records["ticket", "t-1"]["priority"] == "extra_urgent"


def test_TKT_4_other_tickets_keep_their_priority(desk: Desk) -> None:
    _, set_ = desk.judge(desk.change("ticket", "t-1", {**NEW, "vip": True}))
    assert "priority" not in set_


@pytest.mark.parametrize("set_", [{"major": True}, {"priority": "emergency"}])
def test_TKT_4_a_major_event_raises_one_alarm(desk: Desk, set_: dict[str, object]) -> None:
    _ticket(desk)
    _, asked = desk.write(desk.change("ticket", "t-1", set_))
    assert [follow_up.set["type"] for follow_up in asked] == ["alarm"]
    _, asked = desk.write(desk.change("ticket", "t-1", {"title": "again"}))
    assert asked == []


def test_TKT_6_escalating_says_to_whom_and_why_and_changes_no_stage(desk: Desk) -> None:
    _ticket(desk, status="in_progress")
    set_ = {"escalated_to": "manager"}
    refused, asked = desk.write(desk.change("ticket", "t-1", set_, act="escalate", reason="beyond me"))
    assert refused is None
    assert desk.records["ticket", "t-1"]["escalated_at"] == AT
    assert desk.records["ticket", "t-1"]["status"] == "in_progress"
    assert {"act": "escalate", "escalated_to": "manager", "reason": "beyond me"}.items() <= asked[0].set.items()


def test_TKT_7_a_promise_moves_only_by_telling_the_customer_why(desk: Desk) -> None:
    _ticket(desk, status="in_progress", promised_reply_at="2026-11-22T10:00:00.000Z")
    later = {"promised_reply_at": "2026-11-23T10:00:00.000Z"}
    assert _message(desk, later) == "message.promise_needs_late_notice"
    assert _message(desk, {"promised_reply_at": None}) == "message.promise_needs_late_notice"
    refused, asked = desk.write(desk.change("ticket", "t-1", later, act="late_notice", reason="parts are late"))
    assert refused is None
    assert desk.records["ticket", "t-1"]["late_notified_at"] == AT
    event = asked[0].set
    assert (event["reason"], event["promised_at"]) == ("parts are late", later["promised_reply_at"])


def test_TKT_7_a_stale_late_notice_does_not_move_the_promise(desk: Desk) -> None:
    _ticket(desk, status="closed", promised_reply_at="2026-11-22T10:00:00.000Z")
    later = {"promised_reply_at": "2026-11-23T10:00:00.000Z"}
    assert _message(desk, later, act="late_notice", reason="—") == "message.promise_needs_late_notice"


def test_TKT_11_a_back_filled_ticket_keeps_both_times(desk: Desk, registry: Registry) -> None:
    desk.write(desk.change("ticket", "t-0", {**NEW, "backfilled": True}))
    assert not _fits(registry, "backfilled_has_its_time", **desk.records["ticket", "t-0"])
    desk.write(desk.change("ticket", "t-1", {**NEW, "backfilled": True, "occurred_at": EARLIER}))
    ticket = desk.records["ticket", "t-1"]
    assert (ticket["occurred_at"], ticket["recorded_at"]) == (EARLIER, AT)
    assert ticket["received_at"] == "2026-11-22T08:00:00.000Z"


def test_TKT_18_a_promise_is_kept_as_an_event(desk: Desk) -> None:
    _, asked = desk.write(desk.change("ticket", "t-1", {**NEW, "promised_reply_at": "2026-11-22T10:00:00.000Z"}))
    assert [(e.set["type"], e.set["promised_at"]) for e in asked] == [("promise", "2026-11-22T10:00:00.000Z")]


def test_CMP_9_a_complaint_is_neither_deleted_nor_cancelled(desk: Desk, registry: Registry) -> None:
    _ticket(desk, kind="complaint")
    assert _message(desk, None) == "message.complaint_never_refused"
    assert not _fits(registry, "complaint_never_cancelled", kind="complaint", status="cancelled")
    assert _fits(registry, "complaint_never_cancelled", kind="repair", status="cancelled")
    assert _fits(registry, "complaint_never_cancelled", kind="complaint", status="open_unresolvable")


def _fits(registry: Registry, name: str, **values: object) -> bool:
    found = {known: expression for known, expression, _ in registry.models["ticket"].constraints}
    return found[name].evaluate(values) is not False


def test_CMP_3_a_complaint_is_closed_with_its_cause(registry: Registry) -> None:
    closed = {"kind": "complaint", "status": "closed"}
    assert not _fits(registry, "complaint_has_cause", **closed)
    assert _fits(registry, "complaint_has_cause", **closed, cause_category="attitude")
    assert _fits(registry, "complaint_has_cause", **closed, source="old register")
    assert _fits(registry, "complaint_has_cause", kind="repair", status="closed")


def test_TKT_5_a_ticket_is_dispatched_to_somebody(registry: Registry) -> None:
    assert not _fits(registry, "relayed_to_someone", status="relayed")
    assert _fits(registry, "relayed_to_someone", status="relayed", department="engineering")
    assert _fits(registry, "relayed_to_someone", status="relayed", assignee="user-1")
    assert _fits(registry, "relayed_to_someone", status="received")


def test_TKT_4_a_major_event_is_closed_with_a_report(registry: Registry) -> None:
    assert not _fits(registry, "major_has_report", major=True, status="closed")
    assert _fits(registry, "major_has_report", major=True, status="closed", major_report="…")
    assert _fits(registry, "major_has_report", status="closed")


@pytest.mark.parametrize("field", ["duplicate_of", "repeat_of"])
def test_a_ticket_is_no_duplicate_of_itself(desk: Desk, field: str) -> None:
    _ticket(desk)
    assert _message(desk, {field: "t-1"}) == "message.not_itself"


_ACTS = sorted({step.act for step in WORKFLOW.transitions})
_SETS = {
    "escalate": {"escalated_to": "manager"},
    "late_notice": {"promised_reply_at": "2026-11-25T00:00:00.000Z"},
    "callback_ok": {"satisfaction": "satisfied"},
}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 99)), max_size=25))
def test_TKT_13_whatever_happens_the_course_of_a_ticket_is_told(choices: list[tuple[bool, int]]) -> None:
    desk = Desk()
    desk.write(desk.change("ticket", "t-1", NEW))
    course, reopened = ["received"], 0
    for stale, number in choices:
        state = course[-1]
        legal = sorted(step.act for step in WORKFLOW.transitions if state in step.from_)
        acts = _ACTS if stale or not legal else legal
        act = acts[number % len(acts)]
        to = next((step.to for step in WORKFLOW.transitions if step.act == act and state in step.from_), None)
        change = desk.change("ticket", "t-1", _SETS.get(act, {}) if to else {}, act=act, to=to, reason="—")
        refused, asked = desk.write(change)
        assert refused is None
        events = [follow_up.set for follow_up in asked if follow_up.set["type"] == "act"]
        assert bool(events) is ((act, state) in LEGAL)
        for event in events:
            assert (event["act"], event["from_state"], event["to_state"]) == (act, state, to)
            assert (event["author"], event["occurred_at"], event["reason"]) == ("user-1", AT, "—")
            course.append(str(event["to_state"]))
            reopened += act == "reopen"
    ticket = desk.records["ticket", "t-1"]
    assert ticket["status"] == course[-1]
    assert ticket.get("reopened", 0) == reopened
    assert ticket["responsible"] == "user-1"
    assert ("closed_at" in ticket) is (course[-1] == "closed")


def test_TKT_13_reopening_voids_what_was_over_but_not_what_the_customer_says_now(desk: Desk) -> None:
    _ticket(desk, status="closed", done_at=EARLIER, closed_at=EARLIER, satisfaction="satisfied", reopened=1)
    desk.write(
        desk.change("ticket", "t-1", {"satisfaction": "not_satisfied"}, act="reopen", to="in_progress", reason="—")
    )
    ticket = desk.records["ticket", "t-1"]
    assert not {"done_at", "closed_at"} & ticket.keys()
    assert (ticket["satisfaction"], ticket["reopened"]) == ("not_satisfied", 2)


def test_a_plugin_writes_events_without_claiming_to_be_a_person(desk: Desk) -> None:
    _ticket(desk)
    change = desk.change(
        "ticket", "t-1", {"department": "engineering"}, act="dispatch", to="relayed", author="plugin:x"
    )
    _, asked = desk.write(change)
    assert "author" not in asked[0].set


def test_an_event_names_its_true_author(desk: Desk) -> None:
    _ticket(desk)
    _, set_ = desk.judge(desk.change("ticket.event", "e-1", {"ticket": "t-1", "author": "user-9", "text": "!"}))
    assert (set_["author"], set_["occurred_at"]) == ("user-1", AT)
