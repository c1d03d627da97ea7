"""Points: what an entry is worth follows from the rule, gift or entry that it names; only active members earn and
spend; corrections are decided by a second person (MEM-2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from unicodedata import normalize

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities import CORRECTION, ENTRY, GIFT, MEMBER, RULE, TIER
from ..entities.catalogue import EARNING
from ..lots import points_of

Values = Mapping[str, object]
MOST = ENTRY.field("points").max or 0


class No(NamedTuple):
    """Why an entry is refused: the message and the field at fault."""

    message: str
    field: str


def worth(rule: Values, amount: int, percent: int) -> int:
    """Return the points that a rule gives for an amount (fen), at a tier's rate: whole steps only, at most its cap."""
    per = rule.get("per_amount")
    steps = amount // per if isinstance(per, int) and rule.get("kind") != "activity" else 1
    points = steps * _number(rule, "points") * percent // 100
    most = rule.get("max_points")
    return min(points, most) if isinstance(most, int) else points


def taken_back(original: Values, returned: object) -> int:
    """Return what undoes an entry, wholly or in the share of its money that was returned (never less than due)."""
    points, amount = points_of(original), original.get("amount")
    if not isinstance(returned, int) or not isinstance(amount, int):
        return -points
    return -points + points * max(0, amount - returned) // amount


def book(changes: Sequence[Change], view: View) -> Iterable[Correct | Reject]:
    """Compute what an entry adds or takes, or say why it cannot be."""
    for change in changes:
        entry = change.new
        decide = _DECIDE.get(str(entry.get("kind"))) if entry else None
        member = view.get(MEMBER.name, str(entry.get("member"))) if entry else None
        if entry is None or decide is None or member is None:  # what is missing, the engine says
            continue
        # Only what was earned may be of another day: an offer that is over does not come back.
        day = entry.get("occurred_on") if entry.get("kind") in EARNING else None
        match decide({**entry, "occurred_on": day or change.at[:10]}, member, view):
            case No(message, field):
                yield Reject(op=change.op, code="rule", fields=(field,), message=f"message.membership.{message}")
            case int(points) if abs(points) > MOST:
                yield Reject(op=change.op, code="invalid", fields=("amount", "rule"))
            case int(points):
                yield Correct(op=change.op, set={"points": points, **_proof(entry)})


def _proof(entry: Values) -> dict[str, object]:
    """Return receipt and issuer in one spelling, so that blanks and full-width figures make no second receipt."""
    return {
        name: " ".join(normalize("NFKC", text).split())
        for name in ("receipt", "issuer")
        if isinstance(text := entry.get(name), str) and text.strip()
    }


def _earn(entry: Values, member: Values, view: View) -> int | No | None:
    rule = view.get(RULE.name, str(entry.get("rule")))
    if member.get("status") != "active":
        return No("not_active", "member")
    if rule is None:
        return None
    if rule.get("kind") != entry.get("kind"):
        return No("rule_is_for_else", "rule")
    if not _holds(rule, entry):
        return No("rule_does_not_hold", "rule")
    amount = _number(entry, "amount")
    if amount < _number(rule, "min_amount"):
        return No("below_minimum", "amount")
    tier = view.get(TIER.name, str(member.get("tier"))) if member.get("tier") else None
    percent = (tier or {}).get("percent")
    points = worth(rule, amount, percent if isinstance(percent, int) else 100)
    return points or No("below_minimum", "amount")


def _redeem_gift(entry: Values, member: Values, view: View) -> int | No | None:
    gift = view.get(GIFT.name, str(entry.get("gift")))
    if member.get("status") != "active":
        return No("not_active", "member")
    if gift is None:
        return None
    if not _holds(gift, entry):
        return No("gift_is_not_offered", "gift")
    cost = _number(gift, "cost") * (_number(entry, "quantity") or 1)
    return -cost if points_of(entry) == -cost else No("gift_costs_else", "points")


def _redeem_fee(entry: Values, member: Values, view: View) -> No | None:
    """Points pay their share of a bill, in however many entries; what was taken back does not count."""
    if member.get("status") != "active":
        return No("not_active", "member")
    booked = dict(view.find(ENTRY.name, "member", str(entry.get("member"))))
    paying = {id_ for id_, other in booked.items() if other.get("fee_bill") == entry.get("fee_bill")}
    counted = (other for id_, other in booked.items() if id_ in paying or other.get("reverses") in paying)
    spent = -sum(map(points_of, counted))
    worth_, percent = view.setting("membership_point_worth"), view.setting("membership_fee_percent")
    if not isinstance(worth_, int) or not isinstance(percent, int):
        return None
    # Half a fen counts for the member, as in the entry's own constraint.
    share = (_number(entry, "fee_total") * percent + 50) // 100
    return None if spent * worth_ <= share else No("bill_share", "points")


def _reverse(entry: Values, _member: Values, view: View) -> int | No | None:
    """A frozen member's purchase can be undone as well: the goods are back."""
    original = view.get(ENTRY.name, str(entry.get("reverses")))
    if original is None:
        return None
    if original.get("member") != entry.get("member"):
        return No("reverses_another_member", "reverses")
    if original.get("kind") not in (*EARNING, "redeem_gift", "redeem_fee"):
        return No("cannot_be_reversed", "reverses")
    if _number(entry, "returned") > (_number(original, "amount") or _number(entry, "returned")):
        return No("reverses_too_much", "returned")
    if entry.get("points") is None:
        return taken_back(original, entry.get("returned"))
    given, most = points_of(entry), -points_of(original)
    # What the goods earned goes with them; of a redemption part may be given back.
    due = taken_back(original, entry.get("returned"))
    fits = 0 < given <= most if most > 0 else most <= given <= due
    return given if fits else No("reverses_too_much", "points")


def _holds(offer: Values, entry: Values) -> bool:
    day = str(entry.get("occurred_on"))
    until = offer.get("valid_until")
    return offer.get("status") == "approved" and str(offer.get("valid_from")) <= day <= str(until or day)


def _number(values: Values, name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) else 0


_DECIDE: Mapping[str, Callable[[Values, Values, View], int | No | None]] = {
    **dict.fromkeys(EARNING, _earn),
    "redeem_gift": _redeem_gift,
    "redeem_fee": _redeem_fee,
    "reversal": _reverse,
}

ASKED = ("member", "points", "reason")


def decide_correction(changes: Sequence[Change], view: View) -> Iterable[Correct | Reject]:
    """Nobody corrects points alone; no account is corrected below 0. What was asked for is not altered, not even while
    it waits: whoever approves it offline must get what he saw."""
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            yield Reject(op=change.op, code="rule", message="message.membership.correction_is_kept")
        elif old is None and change.entered("approved") and change.person:
            yield Reject(op=change.op, code="rule", fields=("status",), message="message.membership.second_person")
        elif old is None:
            yield Correct(op=change.op, set={"requested_by": change.person})
        elif touched := change.changed(ASKED):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.membership.correction_is_kept")
        elif change.entered("approved") or change.entered("refused"):
            member = view.get(MEMBER.name, str(new.get("member"))) or {}
            alone = old.get("requested_by") == change.author and view.setting("membership_second_person")
            short = _number(member, "points") + points_of(new) < 0 and points_of(new) < 0
            if change.entered("approved") and alone:
                yield Reject(op=change.op, code="rule", message="message.membership.second_person")
            elif change.entered("approved") and short:
                yield Reject(op=change.op, code="balance", fields=("points",))
            else:
                yield Correct(op=change.op, set={"decided_by": change.person, "decided_at": change.at})


def book_correction(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """What was decided is booked."""
    for change in changes:
        if change.entered("approved") and change.new:
            values = {name: change.new.get(name) for name in ASKED}
            yield FollowUp(
                key=change.record,
                cause=change.op,
                entity=ENTRY.name,
                kind="create",
                set={**values, "kind": "correction"},
            )


_MEMBER = Read(entity=MEMBER.name, field="id", value_of="member")

RULES = (
    Rule(
        name="membership.points",
        on=(ENTRY.name,),
        reads=(
            _MEMBER,
            Read(entity=RULE.name, field="id", value_of="rule"),
            Read(entity=GIFT.name, field="id", value_of="gift"),
            Read(entity=ENTRY.name, field="id", value_of="reverses"),
        ),
        judge=book,
    ),
    Rule(
        name="membership.correction",
        on=(CORRECTION.name,),
        reads=(_MEMBER,),
        writes=(f"{ENTRY.name}.create",),
        judge=decide_correction,
        react=book_correction,
    ),
)
