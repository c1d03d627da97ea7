"""Circles and their meetings: every member accounted for, the circle kept alive, notices settled (QC-1, QC-3, QC-4)."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.circles import CIRCLE, MEETING
from ..entities.owed import NOTICE
from .changes import did, number, rows, texts

OPEN = ("due", "urgent", "missed", "explained")


def keep_circle(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """A circle is dissolved, not deleted; who registered it is never what the form says."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.qc.circle_is_dissolved")
        elif change.old is None and change.new.get("registered_on") is not None:
            yield Correct(op=change.op, set={"registered_on": None})
        elif change.entered("registered") or did(change, "renew", "registered", "active"):
            yield Correct(op=change.op, set={"registered_by": change.author})
        elif change.old and change.act is None and (touched := change.changed(("registered_on", "suspended_on"))):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.qc.registered_by_act")


def settle_with(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """What a circle does about its registration or suspension settles the notices about it; its end settles all."""
    for change in changes:
        kinds: tuple[str, ...] = ()
        if did(change, "renew", "registered", "active"):
            kinds = ("renewal",)
        elif change.act == "resume" and change.entered("active"):
            kinds = ("suspension",)
        elif change.entered("dissolved"):
            kinds = ("month", "idle", "suspension", "renewal")
        for notice, values in view.find(NOTICE.name, "circle", change.record) if kinds else ():
            if values["kind"] in kinds and values["status"] in OPEN:
                yield _settle(change, notice)


def count_everybody(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Whoever of the circle is not in the list was absent: nobody drops out of the record (QC-3)."""
    for change in changes:
        if change.old is None and change.new:
            circle = view.get(CIRCLE.name, str(change.new.get("circle"))) or {}
            listed = rows(change.new.get("attendance"))
            named = {row["user"] for row in listed}
            missing = [user for user in texts(circle.get("people")) if user not in named]
            absent = [{"user": user, "presence": "absent"} for user in missing]
            yield Correct(op=change.op, set={"recorder": change.author, "attendance": [*listed, *absent]})


def after_meeting(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """A meeting makes the circle active, ends its idleness, and settles what was asked of that month (QC-3, QC-4)."""
    for change in changes:
        new = change.new
        if change.old is not None or not new or new.get("corrects"):
            continue
        id_, held = str(new["circle"]), str(new["held_on"])
        circle = view.get(CIRCLE.name, id_) or {}
        latest = max(held, str(circle.get("last_activity") or ""))
        set_: dict[str, object] = {"last_activity": latest, "meetings": number(circle.get("meetings")) + 1}
        if circle.get("idle") and latest == held:
            set_ |= {"idle": None, "idle_reason": None}
        yield FollowUp(key=id_, cause=change.op, entity=CIRCLE.name, kind="update", record=id_, set=set_)
        if circle.get("status") == "registered":
            yield FollowUp(
                key=f"{id_}:active", cause=change.op, entity=CIRCLE.name, kind="act", record=id_, act="activate"
            )
        for notice, values in view.find(NOTICE.name, "circle", id_):
            of_month = values["kind"] == "month" and values.get("month") == held[:7]
            if values["status"] in OPEN and (of_month or (values["kind"] == "idle" and latest == held)):
                yield _settle(change, notice)


def _settle(change: Change, notice: str) -> FollowUp:
    return FollowUp(key=notice, cause=change.op, entity=NOTICE.name, kind="act", record=notice, act="settle")


def name_explainer(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Who gave a reason is never what the form says."""
    for change in changes:
        if change.entered("explained"):
            yield Correct(op=change.op, set={"explained_by": change.author})


def pass_reason_on(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """The reason for half a year of idleness stands on the circle (QC-4)."""
    for change in changes:
        if change.new and change.entered("explained") and change.new["kind"] == "idle":
            yield FollowUp(
                key=change.record,
                cause=change.op,
                entity=CIRCLE.name,
                kind="update",
                record=str(change.new["circle"]),
                set={"idle_reason": change.new.get("explanation")},
            )


_CIRCLE = Read(entity=CIRCLE.name, field="id", value_of="circle")

RULES = (
    Rule(
        name="qc.circle",
        on=(CIRCLE.name,),
        reads=(Read(entity=NOTICE.name, field="circle", value_of="id"),),
        writes=("qc.notice.act.settle",),
        judge=keep_circle,
        react=settle_with,
    ),
    Rule(
        name="qc.meeting",
        on=(MEETING.name,),
        reads=(_CIRCLE, Read(entity=NOTICE.name, field="circle", value_of="circle")),
        writes=("qc.circle.update", "qc.circle.act.activate", "qc.notice.act.settle"),
        judge=count_everybody,
        react=after_meeting,
    ),
    Rule(
        name="qc.notice",
        on=(NOTICE.name,),
        writes=("qc.circle.update",),
        judge=name_explainer,
        react=pass_reason_on,
    ),
)
