"""Rules of tickets: who stays responsible, what is urgent, what is never refused, what is kept on record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View, to_wire

from .ticket_flow import LEGAL
from .tickets import PRIORITIES

STAMPS: Mapping[str, str] = {
    "dispatch": "relayed_at",
    "accept": "accepted_at",
    "late_notice": "late_notified_at",
    "escalate": "escalated_at",
    "finish": "done_at",
    "answer": "done_at",
    "close": "closed_at",
}
"""Act → the field that keeps when it was done, by the device's corrected clock."""

OVER = ("done_at", "closed_at", "satisfaction")
"""What is void again once a ticket is reopened."""


def is_later(one: object, other: str) -> bool:
    """Tell whether a moment (or None: then not) lies after another; both as ops hold them."""
    return isinstance(one, str) and datetime.fromisoformat(one) > datetime.fromisoformat(other)


def act_of(change: Change) -> str | None:
    """Return the act that was carried out; a refused one is none (protocol §3.3)."""
    if change.act and change.old and (change.act, change.old.get("status")) in LEGAL:
        return change.act
    return None


def take_in(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Complete a new ticket: who took it in stays responsible (TKT-1), all three times are known (TKT-11)."""
    for change in changes:
        new = change.new
        if change.old is not None or new is None:
            continue
        recorded = new.get("recorded_at") or change.at
        set_: dict[str, object] = {
            "recorded_at": recorded,
            # When the night's call came only its taker knows (TKT-11).
            "occurred_at": new.get("occurred_at") or (None if new.get("backfilled") else recorded),
            "received_at": new.get("received_at") or to_wire(view.now),
        }
        if not new.get("responsible") and not new.get("source") and not change.author.startswith("plugin:"):
            set_["responsible"] = change.author
        yield Correct(op=change.op, set=set_)


def weigh(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """A VIP's ticket says so, and a VIP's complaint is at least extra urgent (TKT-4)."""
    for change in changes:
        new = change.new
        if new is None or not (change.old is None or change.changed(("owner", "kind", "vip", "priority"))):
            continue
        owner = view.get("owner", str(new["owner"])) if new.get("owner") else None
        named = change.old is None or bool(change.changed(("owner",)))
        vip = bool(new.get("vip")) or (named and bool(owner and owner.get("vip")))
        set_: dict[str, object] = {"vip": True} if vip and not new.get("vip") else {}
        if vip and new.get("kind") == "complaint" and _rank(new) < PRIORITIES.index("extra_urgent"):
            set_["priority"] = "extra_urgent"
        if set_:
            yield Correct(op=change.op, set=set_)


def _rank(ticket: Mapping[str, object]) -> int:
    return PRIORITIES.index(str(ticket.get("priority") or "normal"))


def keep_duties(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """Nobody refuses a complaint (CMP-9), drops a ticket (TKT-1), moves a promise without a word (TKT-7)."""
    for change in changes:
        old, new = change.old, change.new
        if old is None:
            continue
        if new is None:
            if old.get("kind") == "complaint":
                yield Reject(op=change.op, code="rule", message="message.complaint_never_refused")
        elif old.get("responsible") and not new.get("responsible"):
            yield Reject(
                op=change.op,
                code="rule",
                fields=("responsible",),
                message="message.somebody_stays_responsible",
            )
        elif (
            old.get("promised_reply_at") and change.changed(("promised_reply_at",)) and act_of(change) != "late_notice"
        ):
            yield Reject(
                op=change.op,
                code="rule",
                fields=("promised_reply_at",),
                message="message.promise_needs_late_notice",
            )
        elif act_of(change) == "late_notice" and not is_later(new.get("promised_reply_at"), change.at):
            yield Reject(
                op=change.op,
                code="rule",
                fields=("promised_reply_at",),
                message="message.late_notice_needs_new_time",
            )
        elif new.get("duplicate_of") == change.record or new.get("repeat_of") == change.record:
            yield Reject(op=change.op, code="rule", fields=("duplicate_of", "repeat_of"), message="message.not_itself")


def stamp(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Keep when each step was done; reopening counts and voids what was over (TKT-13)."""
    for change in changes:
        act, old, new = act_of(change), change.old, change.new
        if act is None or old is None or new is None:
            continue
        set_: dict[str, object] = {STAMPS[act]: change.at} if act in STAMPS else {}
        if act == "answer" and not new.get("replied_at"):
            set_["replied_at"] = change.at
        elif act == "callback_ok":
            set_["satisfaction"] = new.get("satisfaction") or "satisfied"
        elif act == "reopen":
            count = old.get("reopened")
            set_["reopened"] = (count if isinstance(count, int) else 0) + 1
            set_.update({name: None for name in OVER if name not in change.changed(OVER)})
        if set_:
            yield Correct(op=change.op, set=set_)


def note_down(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Write an event for every act, promise, handing-on and alarm: the course of a ticket can be told."""
    for change in changes:
        for kind, values in _events(change):
            event = {
                "ticket": change.record,
                "type": kind,
                "occurred_at": change.at,
                "received_at": to_wire(view.now),
                **({} if change.author.startswith("plugin:") else {"author": change.author}),
                **values,
            }
            yield FollowUp(
                key=f"{change.op}:{kind}",
                cause=change.op,
                entity="ticket.event",
                kind="create",
                set={name: value for name, value in event.items() if value is not None},
            )


def _events(change: Change) -> Iterable[tuple[str, Mapping[str, object]]]:
    old, new = change.old or {}, change.new
    if new is None or (change.old is None and new.get("source")):
        return
    if act := act_of(change):
        yield (
            "act",
            {
                "act": act,
                "from_state": old.get("status"),
                "to_state": new.get("status"),
                "reason": change.args.get("reason"),
                "promised_at": new.get("promised_reply_at") if act == "late_notice" else None,
                "escalated_to": new.get("escalated_to") if act == "escalate" else None,
            },
        )
    if change.changed(("promised_reply_at",)) and act != "late_notice" and new.get("promised_reply_at"):
        yield "promise", {"promised_at": new.get("promised_reply_at")}
    if change.old is not None and change.changed(("responsible",)):
        yield "handed_on", {}
    alarming = bool(new.get("major")) or new.get("priority") == "emergency"
    if alarming and not (old.get("major") or old.get("priority") == "emergency"):
        yield "alarm", {}


def sign_event(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Who wrote an event and when it arrived is never what the device says."""
    for change in changes:
        if change.new is not None and not change.author.startswith("plugin:"):
            set_ = {
                "author": change.author,
                "occurred_at": change.new.get("occurred_at") or change.at,
                "received_at": change.new.get("received_at") or to_wire(view.now),
            }
            yield Correct(op=change.op, set=set_)


_TICKET = ("ticket",)

RULES = (
    Rule(name="ticket.intake", on=_TICKET, judge=take_in),
    Rule(
        name="ticket.weight",
        on=_TICKET,
        reads=(Read(entity="owner", field="id", value_of="owner"),),
        judge=weigh,
    ),
    Rule(name="ticket.duties", on=_TICKET, judge=keep_duties),
    Rule(name="ticket.times", on=_TICKET, judge=stamp),
    Rule(name="ticket.events", on=_TICKET, writes=("ticket.event.create",), react=note_down),
    Rule(name="ticket.event.author", on=("ticket.event",), judge=sign_event),
)
