"""Axes: where a value lies, and which round values to write beside it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from msgspec import Struct

LARGEST, SMALLEST = 1e15, 1e-9
"""Beyond the one nothing is drawn; what is nearer to zero than the other is zero."""


class Scale(Struct, frozen=True, kw_only=True):
    """Values from ``low`` to ``high`` lie between ``start`` and ``end`` on paper."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def number(cell: object) -> float | None:
    """Return the number that a cell holds (a decimal may be a text), or None."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        value = float(cell)
    except (ValueError, OverflowError):
        return None
    if not isfinite(value) or abs(value) > LARGEST:
        return None
    return value if abs(value) >= SMALLEST else 0.0


def flagged(cell: object) -> bool:
    """Tell whether a cell marks its row: it is neither null nor false (SQL: 0) nor empty."""
    return cell not in (None, False, "", [], {})


def day(cell: object) -> date | None:
    """Return the date that a cell holds, or the day of its moment, or None."""
    try:
        return date.fromisoformat(str(cell)[:10])
    except ValueError:
        return None


def ticks(values: Iterable[float], *, zero: bool, most: int = 6) -> list[Decimal]:
    """Return two or more round numbers at equal distances, which span all values (and zero).

    Where the axis need not begin at zero, no value lies at its very end but zero itself.
    """
    known = [Decimal(repr(value)) for value in values] or [Decimal(0), Decimal(1)]
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if high - low <= Decimal("1e-12") * max(abs(low), abs(high)):
        spread = abs(high) / 2 or Decimal(1)
        low, high = (low, high + 1) if zero else (low - spread, high + spread)
    step = _step((high - low) / most, whole=all(value == value.to_integral_value() for value in known))
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    if not zero:
        first -= low == first * step != 0
        last += high == last * step != 0
    return [step * (first + i) for i in range(int(last - first) + 1)]


def _step(least: Decimal, *, whole: bool) -> Decimal:
    """Return the least round number that is not smaller; of whole values, a whole one where it may be."""
    unit = Decimal(10) ** least.adjusted()
    factors = ("1", "2", "5", "10") if whole else ("1", "2", "2.5", "5", "10")
    step = next(step for factor in factors if (step := unit * Decimal(factor)) >= least)
    return max(step, Decimal(1)) if whole else step


def days(first: date, last: date, most: int = 12) -> tuple[list[date], str]:
    """Return dates to write on an axis from ``first`` to ``last``, and what they stand for: ``day``, ``month`` or
    ``year``."""
    span = (last - first).days + 1
    for step in (1, 2, 7, 14):
        if span <= step * most:
            start = first - timedelta(days=first.weekday()) if step >= 7 else first
            found = [start + timedelta(days=step * i) for i in range(span // step + 2)]
            return [one for one in found if first <= one <= last], "day"
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    for step in (1, 2, 3, 6):
        if months <= step * most:
            return _inside(first, last, step), "month"
    years = last.year - first.year + 1
    return _inside(first, last, 12 * -(-years // most)), "year"


def _inside(first: date, last: date, months: int) -> list[date]:
    start = first.year * 12 + (first.month - 1) // months * months if months < 12 else first.year * 12
    count = (last.year * 12 + last.month - start) // months + 1
    found = [date(at // 12, at % 12 + 1, 1) for at in (start + months * i for i in range(count)) if at // 12 <= 9999]
    return [one for one in found if first <= one <= last]


def thinned(count: int, room: float, each: float) -> int:
    """Return which labels to write, every how many-th: ``count`` of them, ``each`` so wide, in some room."""
    return max(1, -(-int(count * each) // max(1, int(room))))


def present(values: Iterable[float | None]) -> Sequence[float]:
    """Return the values that there are."""
    return [value for value in values if value is not None]
