"""Members: who is one, at which tier, whether a VIP; their points expire when the calendar says so."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities import ENTRY, MEMBER, TIER
from ..lots import expiring

STANDING = ("tier", "vip")
IN_FORCE = ("active", "frozen")
# What only the server knows, even where an import may write it.
COUNTED = {"points": None, "points_year": None, "suggested_tier": None, "expired_through": None, "vip_marked": None}


def keep(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """A card, a tier and VIP change by acts that say why; a membership never changes hands nor disappears."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.membership.cancel_instead")
        elif change.old is None:
            yield Correct(op=change.op, set=COUNTED)
        elif change.changed(("owner",)):
            yield Reject(op=change.op, code="rule", fields=("owner",), message="message.membership.owner_stays")
        elif change.person is not None:
            yield from _by_act(change)


def _by_act(change: Change) -> Iterable[Reject]:
    if change.act != "replace_card" and change.changed(("card_number",)):
        yield Reject(op=change.op, code="rule", fields=("card_number",), message="message.membership.card_by_act")
    # While it waits too: who approves it must get what he saw.
    elif change.act not in ("approve", "set_tier") and (touched := change.changed(STANDING)):
        yield Reject(op=change.op, code="rule", fields=touched, message="message.membership.tier_by_act")


def complete(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Fill in what follows from an act: the day of joining, the tier's VIP, why somebody is frozen, the home."""
    for change in changes:
        new = change.new
        if new is None:
            continue
        set_: dict[str, object] = {}
        if change.old is None:
            owner = view.get("owner", str(new.get("owner")))
            set_ = {name: new.get(name) or (owner or {}).get(name) for name in ("unit", "language")}
        if change.entered("active"):
            set_ |= {"joined_on": new.get("joined_on") or change.at[:10], "state_reason": None}
        elif change.entered("frozen") or change.entered("cancelled"):
            set_["state_reason"] = change.args.get("reason")
        tier = view.get(TIER.name, str(new["tier"])) if new.get("tier") else None
        if tier is not None and change.act in ("approve", "set_tier") and not change.changed(("vip",)):
            stays = new.get("vip") if not change.changed(("tier",)) else None
            set_["vip"] = bool(stays or tier.get("vip"))
        if set_:
            yield Correct(op=change.op, set=set_)


def enrol(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Whoever applies for nothing but the card is a member at once, where the site wants it so."""
    for change in changes:
        new = change.new or {}
        plain = not any(new.get(name) for name in STANDING)
        if change.entered("applied") and plain and view.setting("membership_instant_enrolment"):
            yield _act(change, "approve")


def mark_vip(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Remember whether VIP came to the owner from here: only then does it go again with the membership."""
    for change in changes:
        if change.new is None or _is_vip(change.old) == _is_vip(change.new):
            continue
        owner = view.get("owner", str(change.new.get("owner"))) or {}
        yield Correct(op=change.op, set={"vip_marked": True if _is_vip(change.new) and not owner.get("vip") else None})


def pass_vip_on(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """The owner of a VIP's card is a VIP to the whole house: his complaints are extra urgent (TKT-4)."""
    for change in changes:
        old, new = change.old or {}, change.new or {}
        if bool(old.get("vip_marked")) != bool(new.get("vip_marked")):
            yield FollowUp(
                key=change.op,
                cause=change.op,
                entity="owner",
                kind="update",
                record=str(new.get("owner")),
                set={"vip": bool(new.get("vip_marked"))},
            )


def promote(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Follow the suggested tier, where the site leaves that to the computer."""
    for change in changes:
        new = change.new or {}
        suggested = new.get("suggested_tier")
        if (
            change.changed(("suggested_tier",))
            and suggested
            and new.get("status") == "active"
            and view.setting("membership_tier_automatic")
        ):
            yield _act(change, "set_tier", {"tier": suggested}, {"reason": f"12M {new.get('points_year') or 0}"})


def expire(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Take off the points whose last day is over, once for every day that the calendar names."""
    for change in changes:
        through = (change.new or {}).get("expired_through")
        if not through or not change.changed(("expired_through",)):
            continue
        entries = [entry for _, entry in view.find(ENTRY.name, "member", change.record)]
        if points := expiring(entries, str(through)):
            yield FollowUp(
                key=f"{change.record}:{through}",
                cause=change.op,
                entity=ENTRY.name,
                kind="create",
                set={"member": change.record, "kind": "expire", "points": -points},
            )


def _is_vip(member: Mapping[str, object] | None) -> bool:
    return bool(member and member.get("vip") and member.get("status") in IN_FORCE)


def _act(
    change: Change, act: str, set_: Mapping[str, object] | None = None, args: Mapping[str, object] | None = None
) -> FollowUp:
    return FollowUp(
        key=f"{change.op}:{act}",
        cause=change.op,
        entity=MEMBER.name,
        kind="act",
        record=change.record,
        act=act,
        set=set_ or {},
        args=args or {},
    )


_OWNER = (Read(entity="owner", field="id", value_of="owner"),)
_TIER = (Read(entity=TIER.name, field="id", value_of="tier"),)

RULES = (
    Rule(name="membership.kept", on=(MEMBER.name,), judge=keep),
    Rule(name="membership.completed", on=(MEMBER.name,), reads=(*_OWNER, *_TIER), judge=complete),
    Rule(name="membership.enrolment", on=(MEMBER.name,), writes=(f"{MEMBER.name}.act.approve",), react=enrol),
    Rule(
        name="membership.vip",
        on=(MEMBER.name,),
        reads=_OWNER,
        writes=("owner.update",),
        judge=mark_vip,
        react=pass_vip_on,
    ),
    Rule(name="membership.promotion", on=(MEMBER.name,), writes=(f"{MEMBER.name}.act.set_tier",), react=promote),
    # It reads no entries beforehand: most changes of a member ask for none, and a member may have thousands.
    Rule(name="membership.expiry", on=(MEMBER.name,), writes=(f"{ENTRY.name}.create",), react=expire),
)
