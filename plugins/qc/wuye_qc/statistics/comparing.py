"""Before and after: did the countermeasures work?"""

from decimal import Decimal

from msgspec import Struct

from .numbers import exact


class Change(Struct, frozen=True, kw_only=True):
    """``percent`` of what was before (none from 0); ``reached`` says whether the target was met (none without one)."""

    percent: Decimal | None
    reached: bool | None


@exact
def compare(before: Decimal, after: Decimal, target: Decimal | None = None) -> Change:
    """Compare two states; whether more or less is better follows from where the target lies from ``before``."""
    reached = None
    if target is not None:
        reached = after >= target if target > before else after <= target if target < before else after == target
    return Change(percent=100 * (after - before) / abs(before) if before else None, reached=reached)
