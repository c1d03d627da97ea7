"""Rules and gifts count once somebody in charge has approved them; an edit takes the approval away."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, Reject, Rule, View

from ..entities import GIFT, RULE, TIER

PROMISED = ("kind", "points", "per_amount", "min_amount", "max_points", "cost", "valid_from", "valid_until")
DECISION = ("approved_edition", "approved_by", "approved_at")


def approve(changes: Sequence[Change], _view: View) -> Iterable[Correct | Reject]:
    """Count editions and keep who approved which; what is changed is a draft again, what points refer to stays."""
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            yield Reject(op=change.op, code="rule", message="message.membership.retire_instead")
        elif old is None:
            yield Correct(
                op=change.op, set={"edition": 1, "approved_edition": 1 if change.entered("approved") else None}
            )
        elif change.changed(PROMISED):
            draft = "draft" if new.get("status") == "approved" else new.get("status")
            edition = old.get("edition")
            count = edition + 1 if isinstance(edition, int) else 2
            yield Correct(op=change.op, set={"edition": count, "status": draft, **dict.fromkeys(DECISION)})
        elif change.entered("approved"):
            yield Correct(op=change.op, set={"approved_by": change.person, "approved_at": change.at})


def keep_tier(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """Members may stand in a tier that is no longer given."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.membership.retire_instead")


RULES = (
    Rule(name="membership.approval", on=(RULE.name, GIFT.name), judge=approve),
    Rule(name="membership.tier_kept", on=(TIER.name,), judge=keep_tier),
)
