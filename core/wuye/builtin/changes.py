"""Questions that rules ask of a change."""

from collections.abc import Sequence
from datetime import UTC, datetime

from wuye.api import Change


def changed(change: Change, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the named fields whose values differ before and after."""
    old, new = change.old or {}, change.new or {}
    return tuple(name for name in names if old.get(name) != new.get(name))


def entered(change: Change, state: str) -> bool:
    """Tell whether the change led into a state; a refused act leaves the state as it was (protocol §3.3)."""
    old, new = change.old or {}, change.new or {}
    return new.get("status") == state != old.get("status")


def is_later(one: object, other: str) -> bool:
    """Tell whether a moment (or None: then not) lies after another; both as ops hold them."""
    return isinstance(one, str) and datetime.fromisoformat(one) > datetime.fromisoformat(other)


def moment(at: datetime) -> str:
    """Write an aware moment as records hold it: ``2026-11-22T01:02:03.004Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
