"""The histogram and what it says of a process's capability."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import isqrt

from msgspec import Struct

from .describing import Summary, describe
from .numbers import Unfit, decimals, exact

BINS_MAX = 100


class Bin(Struct, frozen=True, kw_only=True):
    """``count`` values lie between ``low`` and ``high``, ``outside`` of them beyond the limits."""

    low: Decimal
    high: Decimal
    count: int
    outside: int


class Histogram(Struct, frozen=True, kw_only=True):
    """``cp`` takes both limits, ``cpk`` one or both; over the sample's own deviation, and none where that is 0."""

    bins: tuple[Bin, ...]
    summary: Summary
    cp: Decimal | None
    cpk: Decimal | None


@exact
def histogram(
    values: Sequence[Decimal], bins: int | None = None, lower: Decimal | None = None, upper: Decimal | None = None
) -> Histogram:
    """Sort values into about as many classes as asked for, by default as many as `classes` finds.

    A class is a whole number of the measurement's steps wide and begins half a step below a value that can occur, so
    no value lies on a boundary.

    Raises:
        Unfit: fewer than 2 values, a number of classes beyond 1…100, or limits the wrong way round.
    """
    if len(values) < 2:
        raise Unfit("few_points")
    if bins is not None and not 1 <= bins <= BINS_MAX:
        raise Unfit("bins")
    if lower is not None and upper is not None and lower >= upper:
        raise Unfit("limits")
    summary = describe(values)
    step = Decimal(1).scaleb(-decimals(values))
    wide = (summary.range + step) / (bins or classes(summary.n)) / step
    width = step * max(wide.to_integral_value(ROUND_HALF_UP), Decimal(1))
    start = summary.minimum - step / 2
    held: list[list[Decimal]] = [[] for _ in range(int((summary.maximum - start) // width) + 1)]
    for value in values:
        held[int((value - start) // width)].append(value)
    return Histogram(
        bins=tuple(
            Bin(
                low=start + width * index,
                high=start + width * (index + 1),
                count=len(inside),
                outside=sum(_outside(value, lower, upper) for value in inside),
            )
            for index, inside in enumerate(held)
        ),
        summary=summary,
        cp=(upper - lower) / (6 * summary.deviation)
        if lower is not None and upper is not None and summary.deviation
        else None,
        cpk=_cpk(summary, lower, upper),
    )


def classes(n: int) -> int:
    """Return how many classes suit n values: √n of 20 at most, or by Sturges (1 + log₂ n) where that is more."""
    return max((n - 1).bit_length() + 1, min(isqrt(n), 20))


def _outside(value: Decimal, lower: Decimal | None, upper: Decimal | None) -> bool:
    return (lower is not None and value < lower) or (upper is not None and value > upper)


def _cpk(summary: Summary, lower: Decimal | None, upper: Decimal | None) -> Decimal | None:
    rooms = [
        *([summary.mean - lower] if lower is not None else ()),
        *([upper - summary.mean] if upper is not None else ()),
    ]
    return min(rooms) / (3 * summary.deviation) if rooms and summary.deviation else None
