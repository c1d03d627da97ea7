"""Questions that the rules ask of a change."""

from collections.abc import Mapping

from wuye.api import Change

Values = Mapping[str, object]


def did(change: Change, act: str, *states: str) -> bool:
    """Tell whether an act was carried out from one of these states, not refused as too late."""
    return change.act == act and bool(change.old) and (change.old or {}).get("status") in states


def rows(value: object) -> list[Values]:
    """Return the rows that a field holds; none when it is empty."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the ids or codes that a field holds."""
    return [str(item) for item in value] if isinstance(value, list) else []


def number(value: object) -> int:
    """Return a whole number, 0 for none."""
    return value if isinstance(value, int) else 0
