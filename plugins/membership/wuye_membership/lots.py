"""The arithmetic of points that expire. What earns is a lot with its own last day; what is spent, taken back or has
expired comes off the lots in the order of their last days (FIFO), so that nobody loses points that he has spent.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from .entities.catalogue import EARNING

Entry = Mapping[str, object]
NEVER = "9999-12-31"
"""Stands for a lot without a last day."""


class Lot(Struct, frozen=True):
    """Points that were earned together and end together; ``last`` is their last day."""

    last: str
    points: int


def is_lot(entry: Entry) -> bool:
    """Tell whether an entry earns, instead of taking or giving back."""
    return entry.get("kind") in (*EARNING, "correction") and points_of(entry) > 0


def points_of(entry: Entry) -> int:
    """Return an entry's points."""
    points = entry.get("points")
    return points if isinstance(points, int) else 0


def taken(entries: Iterable[Entry]) -> int:
    """Return what has come off the lots so far."""
    return -sum(points_of(entry) for entry in entries if not is_lot(entry))


def expiring(entries: Sequence[Entry], today: str) -> int:
    """Return how many points have had their last day before ``today`` and are still in the account."""
    over = sum(points_of(entry) for entry in entries if is_lot(entry) and _last(entry) < today)
    return max(0, over - taken(entries))


def remaining(entries: Sequence[Entry]) -> list[Lot]:
    """Return what is left of each lot, the one that ends first first; nothing of those used up."""
    off = taken(entries)
    left = []
    for entry in sorted(filter(is_lot, entries), key=_last):
        rest = max(0, points_of(entry) - max(0, off))
        off -= points_of(entry) - rest
        if rest:
            left.append(Lot(_last(entry), rest))
    return left


def _last(entry: Entry) -> str:
    return str(entry.get("expires_on") or NEVER)
