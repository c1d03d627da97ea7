"""The run chart: a median, and runs that are too long for chance."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from .describing import describe
from .numbers import Unfit, exact


class RunChart(Struct, frozen=True, kw_only=True):
    """``lengths`` holds, for every point, how long the run is that it belongs to: none on the median itself."""

    median: Decimal
    runs: int
    longest: int
    limit: int
    lengths: tuple[int | None, ...]


@exact
def run_chart(values: Sequence[Decimal]) -> RunChart:
    """Count runs on one side of the median; points on it neither count nor end a run.

    A run longer than ``limit`` = log₂(n) + 3, rounded, n the points off the median, is no chance (Anhøj 2015).

    Raises:
        Unfit: fewer than 2 values.
    """
    if len(values) < 2:
        raise Unfit("few_points")
    median = describe(values).median
    runs: list[list[int]] = []
    above = None
    for index, value in enumerate(values):
        if value == median:
            continue
        if above is not (value > median):
            above = value > median
            runs.append([])
        runs[-1].append(index)
    lengths = {index: len(run) for run in runs for index in run}
    return RunChart(
        median=median,
        runs=len(runs),
        longest=max(lengths.values(), default=0),
        # The square's bit length halved is log₂ rounded, in whole numbers.
        limit=(len(lengths) ** 2).bit_length() // 2 + 3,
        lengths=tuple(lengths.get(index) for index in range(len(values))),
    )
