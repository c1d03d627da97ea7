"""Shewhart's control charts; constants of ISO 7870-2 to three places, as every textbook prints them."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from .numbers import Unfit, counts, exact, sum_of
from .signals import signals


class Constants(NamedTuple):
    """Factors for subgroups of one size."""

    a2: Decimal
    d3: Decimal
    d4: Decimal
    d2: Decimal


CONSTANTS = {
    size: Constants(*map(Decimal, factors.split()))
    for size, factors in {
        2: "1.880 0 3.267 1.128",
        3: "1.023 0 2.574 1.693",
        4: "0.729 0 2.282 2.059",
        5: "0.577 0 2.114 2.326",
        6: "0.483 0 2.004 2.534",
        7: "0.419 0.076 1.924 2.704",
        8: "0.373 0.136 1.864 2.847",
        9: "0.337 0.184 1.816 2.970",
        10: "0.308 0.223 1.777 3.078",
    }.items()
}

FINE = Decimal("1e-30")
"""Scores are rounded to this: a point exactly on a limit stays there, though its deviation was divided. Where nothing
varies it stands for σ, and any other value is far beyond the limits."""


class Chart(Struct, frozen=True, kw_only=True):
    """A control chart: its points, its centre line, and for each point the limits and the tests that it breaks."""

    values: tuple[Decimal, ...]
    centre: Decimal
    lower: tuple[Decimal, ...]
    upper: tuple[Decimal, ...]
    broken: tuple[tuple[int, ...], ...]


@exact
def i_mr(values: Sequence[Decimal]) -> tuple[Chart, Chart]:
    """Chart individual values, and the ranges between neighbours (one less); σ is their mean by d₂ of two.

    Raises:
        Unfit: fewer than 2 values.
    """
    _several(values)
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    mean_range = sum_of(ranges) / len(ranges)
    sigma = mean_range / CONSTANTS[2].d2
    return _chart(values, sum_of(values) / len(values), [sigma] * len(values)), _ranges(ranges, mean_range, 2)


@exact
def xbar_r(groups: Sequence[Sequence[Decimal]]) -> tuple[Chart, Chart]:
    """Chart the means of subgroups, and their ranges.

    Raises:
        Unfit: fewer than 2 subgroups, or not all of one size from 2 to 10.
    """
    _several(groups)
    sizes = {len(group) for group in groups}
    if len(sizes) != 1 or not sizes <= CONSTANTS.keys():
        raise Unfit("subgroups")
    size = sizes.pop()
    ranges = [max(group) - min(group) for group in groups]
    mean_range = sum_of(ranges) / len(ranges)
    totals = [sum_of(group) for group in groups]
    centre = sum_of(totals) / (size * len(groups))
    sigma = CONSTANTS[size].a2 * mean_range / 3
    means = _chart([total / size for total in totals], centre, [sigma] * len(groups))
    return means, _ranges(ranges, mean_range, size)


@exact
def p_chart(failed: Sequence[Decimal], sizes: Sequence[Decimal]) -> Chart:
    """Chart the part that failed in samples of varying size.

    Raises:
        Unfit: fewer than 2 samples, an empty one, counts that are none, or more failed than were inspected.
    """
    _several(failed)
    counts([*failed, *sizes])
    _sizes(sizes)
    if any(one > size for one, size in zip(failed, sizes, strict=True)):
        raise Unfit("more_than_size")
    centre = sum_of(failed) / sum_of(sizes)
    sigmas = [(centre * (1 - centre) / size).sqrt() for size in sizes]
    values = [one / size for one, size in zip(failed, sizes, strict=True)]
    return _chart(values, centre, sigmas, floor=Decimal(0), ceiling=Decimal(1))


@exact
def c_chart(defects: Sequence[Decimal]) -> Chart:
    """Chart numbers of defects in samples of one size.

    Raises:
        Unfit: fewer than 2 samples, or counts that are none.
    """
    _several(defects)
    counts(defects)
    centre = sum_of(defects) / len(defects)
    return _chart(defects, centre, [centre.sqrt()] * len(defects), floor=Decimal(0))


@exact
def u_chart(defects: Sequence[Decimal], sizes: Sequence[Decimal]) -> Chart:
    """Chart defects per unit in samples of varying size, which need not be whole (units, hundreds of m²).

    Raises:
        Unfit: fewer than 2 samples, an empty one, or counts that are none.
    """
    _several(defects)
    counts(defects)
    _sizes(sizes)
    centre = sum_of(defects) / sum_of(sizes)
    values = [one / size for one, size in zip(defects, sizes, strict=True)]
    return _chart(values, centre, [(centre / size).sqrt() for size in sizes], floor=Decimal(0))


def _chart(
    values: Sequence[Decimal],
    centre: Decimal,
    sigmas: Sequence[Decimal],
    floor: Decimal | None = None,
    ceiling: Decimal | None = None,
) -> Chart:
    scores = [((value - centre) / (sigma or FINE)).quantize(FINE) for value, sigma in zip(values, sigmas, strict=True)]
    broken = signals(scores)
    lower = (centre - 3 * sigma for sigma in sigmas)
    upper = (centre + 3 * sigma for sigma in sigmas)
    return Chart(
        values=tuple(values),
        centre=centre,
        lower=tuple(lower if floor is None else (max(limit, floor) for limit in lower)),
        upper=tuple(upper if ceiling is None else (min(limit, ceiling) for limit in upper)),
        broken=_by_point(broken, len(values)),
    )


def _ranges(ranges: Sequence[Decimal], centre: Decimal, size: int) -> Chart:
    # Ranges are skewed and, moving, depend on each other: only the first test says something of them.
    lower, upper = CONSTANTS[size].d3 * centre, CONSTANTS[size].d4 * centre
    return Chart(
        values=tuple(ranges),
        centre=centre,
        lower=(lower,) * len(ranges),
        upper=(upper,) * len(ranges),
        broken=tuple(() if lower <= one <= upper else (1,) for one in ranges),
    )


def _by_point(broken: dict[int, tuple[int, ...]], points: int) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in range(points)]
    for test, members in broken.items():
        for point in members:
            found[point].append(test)
    return tuple(map(tuple, found))


def _several(values: Sequence[object]) -> None:
    if len(values) < 2:
        raise Unfit("few_points")


def _sizes(sizes: Sequence[Decimal]) -> None:
    if any(size <= 0 for size in sizes):
        raise Unfit("zero_size")
