"""The plan: what a repetition may be, no two slots of a channel at once, who approved a programme."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.plan import FIRST_DAYS, PROGRAMME, SLOT
from ..recurrence import Times, first_clash, times_of
from .changes import act_of

WHEN = ("channel", "starts", "minutes", "rrule", "valid_from", "valid_to", "days", "except_on")


def keep_apart(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """One channel carries one thing at a time (BRD-1), whoever planned it first, and wherever he was."""
    last = {change.record: change for change in changes}
    for change in last.values():
        new = change.new
        if new is None or new.get("status") != "planned" or not change.changed((*WHEN, "status")):
            continue
        if not all(new.get(name) for name in ("channel", "starts", "minutes", "valid_from")):
            continue  # what is required is asked for elsewhere
        if not FIRST_DAYS[0] <= str(new["valid_from"]) <= FIRST_DAYS[1]:
            continue  # as its constraint says
        try:
            times = times_of(new)
        except ValueError:
            yield Reject(op=change.op, code="invalid", fields=("rrule",), message="message.broadcast.rule_unknown")
            continue
        others = _others(change, view)
        if first_clash(times, others, view.now.date()):
            yield Reject(
                op=change.op,
                code="rule",
                fields=("starts", "minutes", "rrule"),
                message="message.broadcast.overlap",
            )


def _others(change: Change, view: View) -> list[tuple[str, Times]]:
    """Return the slots that the channel carries beside this one and that are not over."""
    assert change.new is not None
    over = (view.now.date() - timedelta(days=2)).isoformat()
    slots = view.find(SLOT.name, "channel", str(change.new["channel"]))
    return [(record, times_of(slot)) for record, slot in slots if record != change.record and _counts(slot, over)]


def _counts(slot: Mapping[str, object], over: str) -> bool:
    last = slot.get("valid_to") if slot.get("rrule") else slot.get("valid_from")
    return slot.get("status") == "planned" and (last is None or str(last) >= over)


def approve(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Keep who let a programme on air; of another type, it is let on air anew: what type it is says what it needs."""
    for change in changes:
        old, new = change.old, change.new
        if old and new and old.get("status") == new.get("status") == "running" and change.changed(("type",)):
            yield Correct(op=change.op, set={"status": "draft", "approver": None, "approved_at": None})
        elif act_of(change, PROGRAMME) == "approve":
            yield Correct(op=change.op, set={"approver": change.author, "approved_at": change.at})


def clear(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Take the slots of a retired programme off the plan, lest they stand in the way unseen."""
    for change in changes:
        if change.new is None or act_of(change, PROGRAMME) != "retire":
            continue
        for record, slot in view.find(SLOT.name, "programme", change.record):
            if slot.get("status") == "planned":
                yield FollowUp(
                    key=record,
                    cause=change.op,
                    entity=SLOT.name,
                    kind="act",
                    record=record,
                    act="withdraw",
                    args={"reason": change.new["title_zh"]},
                )


RULES = (
    Rule(
        name="broadcast.apart",
        on=(SLOT.name,),
        reads=(Read(entity=SLOT.name, field="channel", value_of="channel"),),
        judge=keep_apart,
    ),
    Rule(
        name="broadcast.programme",
        on=(PROGRAMME.name,),
        reads=(Read(entity=SLOT.name, field="programme", value_of="id"),),
        writes=(f"{SLOT.name}.act.withdraw",),
        judge=approve,
        react=clear,
    ),
)
