"""Moments as the wire knows them: RFC 3339 in UTC with milliseconds (protocol §2)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the machine's present moment in UTC."""
    return datetime.now(UTC)


def to_wire(moment: datetime) -> str:
    """Write an aware moment as ``2026-11-22T01:02:03.004Z``."""
    # Not strftime: it writes the year 202 without its zero, and nobody could read that again.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_wire(text: str) -> datetime:
    """Read an RFC 3339 moment and bring it to UTC.

    Raises:
        ValueError: no time zone, or not a moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, as in 2026-11-22T01:02:03.004Z")
    return moment.astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
