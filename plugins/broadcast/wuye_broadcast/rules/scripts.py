"""Scripts: every edit is a new version and takes an approval away; nobody approves his own words; what was approved
is kept, and the plays to come learn of it."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View, to_wire

from ..entities.log import PLAY
from ..entities.scripts import CHECKS, SCRIPT, TEXTS, VERSION
from .changes import act_of

JUDGED = ("submitted", "checked", "approved", "returned")
"""States that speak of a text as it was: an edit leads back to the draft."""
_VOID = (
    *CHECKS,
    "check_note",
    "checked_version",
    "checker",
    "checked_at",
    "approver",
    "approved_at",
    "approval_note",
)
_KEPT = ("version", "title_zh", "title_ru", "text", "waiver_reason", "author", "editor", "checker", "approval_note")
_COPIED = (
    "slot",
    "channel",
    "programme",
    "type",
    "script",
    "day",
    "starts",
    "minutes",
    "planned_at",
    "language_order",
    "planned_announcer",
)


def keep_versions(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """Count versions, and keep who wrote, checked and approved which (BRD-2)."""
    edited = set()
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            continue
        if old is None:
            if change.person is not None:
                # An import brings its own.
                who = change.author
                first = {"author": who, "editor": who, "editors": [who], "version": 1}
                edited.add(change.record)
                yield Correct(op=change.op, set={name: new.get(name) or value for name, value in first.items()})
            continue
        act = act_of(change, SCRIPT)
        edits = change.changed((*TEXTS, "waiver_reason"))
        if act in ("check", "approve") and (edits or change.record in edited):
            yield Reject(op=change.op, code="rule", fields=TEXTS, message="message.broadcast.edit_first")
            continue
        if edits:
            writers = {} if change.record in edited else {"editors": _writers(change)}
            set_: dict[str, object] = {**dict.fromkeys(_VOID), "editor": change.author, **writers}
            edited.add(change.record)
            if old.get("status") != "draft":
                set_["version"] = _number(old.get("version")) + 1
            if act is None and old.get("status") in JUDGED:
                set_["status"] = "draft"
            yield Correct(op=change.op, set=set_)
        elif act == "submit" and old.get("status") not in ("draft", "returned"):
            # Submitted once more without an edit, say from a second device: nothing of the approval is lost.
            yield Correct(op=change.op, set={"status": "submitted" if change.record in edited else old["status"]})
        if old.get("airable") and (change.record in edited or act in ("return", "archive")):
            yield Correct(op=change.op, set={"voided_at": change.at})
        if act == "approve" and change.author in (old.get("author"), old.get("editor"), *_list(old, "editors")):
            yield Reject(op=change.op, code="rule", message="message.broadcast.own_script")
        elif stamps := _stamps(act, change):
            yield Correct(op=change.op, set=stamps)


def _writers(change: Change) -> list[object]:
    """Return who wrote on the words since they were last approved, the author of this edit included."""
    old = change.old or {}
    approved = all(old.get(name) == old.get(f"approved_{name}") for name in TEXTS)
    before = [] if approved else _list(old, "editors")
    return [*before, *({change.author} - {*before})]


def _list(values: Mapping[str, object], name: str) -> list[object]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 1


def _stamps(act: str | None, change: Change) -> dict[str, object]:
    new = change.new or {}
    if act == "check":
        return {"checker": change.author, "checked_at": change.at}
    if act == "approve":
        return {
            "approver": change.author,
            "approved_at": change.at,
            "return_reason": None,
            **{f"approved_{name}": new.get(name) for name in TEXTS},
        }
    if act == "return":
        return {"return_reason": change.args.get("reason")}
    if act == "reopen":
        # Who still holds the text of before must not check or approve what comes now.
        return {**dict.fromkeys(_VOID), "version": _number((change.old or {}).get("version")) + 1}
    return {}


def keep_approved(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """File what was approved, word for word."""
    for change in changes:
        new = change.new
        if new is None or act_of(change, SCRIPT) != "approve" or new.get("status") != "approved":
            continue
        values = {"script": change.record, **{name: new.get(name) for name in _KEPT}}
        values |= {"approver": change.author, "approved_at": change.at}
        yield FollowUp(
            key=change.op,
            cause=change.op,
            entity=VERSION.name,
            kind="create",
            set={name: value for name, value in values.items() if value is not None},
        )


def hold(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Put the plays to come on hold while their script has no valid approval."""
    for change in changes:
        if not (change.old and change.old.get("airable")) or (change.new and change.new.get("airable")):
            continue
        for record, play in view.find(PLAY.name, "awaits", change.record):
            if _is_to_come(play.get("planned_at"), view):
                yield _write(change, record, {"on_hold": True})


def hand_on(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Give the plays to come the text that was just approved.

    A play that bears an older text is withdrawn and made anew, not overwritten: an announcer who has not heard of the
    new text logs on the old play, so the log never claims that he read what he did not have.
    """
    for change in changes:
        new = change.new
        if new is None or change.old is not None:
            continue
        for record, play in view.find(PLAY.name, "awaits", str(new["script"])):
            before = view.get(VERSION.name, str(play["version"])) if play.get("version") else None
            if not _is_to_come(play.get("planned_at"), view):
                continue
            if before is None or before.get("version") == new.get("version"):
                yield _write(change, record, {"version": change.record, "on_hold": None})
                continue
            yield FollowUp(
                key=f"{record}:withdraw",
                cause=change.op,
                entity=PLAY.name,
                kind="act",
                record=record,
                act="withdraw",
            )
            successor = {name: play[name] for name in _COPIED if play.get(name) is not None}
            yield FollowUp(
                key=f"{record}:anew",
                cause=change.op,
                entity=PLAY.name,
                kind="create",
                set={**successor, "version": change.record},
            )


def _is_to_come(planned_at: object, view: View) -> bool:
    return planned_at is None or str(planned_at) > to_wire(view.now)


def _write(change: Change, record: str, values: dict[str, object]) -> FollowUp:
    return FollowUp(key=record, cause=change.op, entity=PLAY.name, kind="update", record=record, set=values)


RULES = (
    Rule(
        name="broadcast.versions",
        on=(SCRIPT.name,),
        writes=(f"{VERSION.name}.create",),
        judge=keep_versions,
        react=keep_approved,
    ),
    Rule(
        name="broadcast.hold",
        on=(SCRIPT.name,),
        reads=(Read(entity=PLAY.name, field="awaits", value_of="id"),),
        writes=(f"{PLAY.name}.update",),
        react=hold,
    ),
    Rule(
        name="broadcast.hand_on",
        on=(VERSION.name,),
        reads=(Read(entity=PLAY.name, field="awaits", value_of="script"),),
        writes=tuple(f"{PLAY.name}.{right}" for right in ("create", "update", "act.withdraw")),
        react=hand_on,
    ),
)
