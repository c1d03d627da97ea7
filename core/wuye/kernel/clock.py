"""Moments in time as the wire knows them: RFC 3339 in UTC with milliseconds (protocol §2)."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the present moment comes from; worlds and tests bring their own."""

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


def system_clock() -> datetime:
    """Return the machine's present moment in UTC."""
    return datetime.now(UTC)


def to_wire(moment: datetime) -> str:
    """Write an aware moment as ``2026-11-22T01:02:03.004Z``."""
    # Not strftime: it writes the year 202 without its zero, and nobody could read that again.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_wire(text: str) -> datetime:
    """Read an RFC 3339 moment; an offset is brought to UTC.

    Raises:
        ValueError: no time zone, or not a moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, as in 2026-11-22T01:02:03.004Z")
    return moment.astimezone(UTC)


def wire_of(ms: int) -> str:
    """Write whole milliseconds since 1970 as `to_wire` does."""
    return to_wire(datetime.fromtimestamp(ms / 1000, UTC))


def to_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
