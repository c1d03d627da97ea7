"""A sample in a few figures."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from .numbers import Unfit, exact, sum_of


class Summary(Struct, frozen=True, kw_only=True):
    """``deviation`` is that of the sample (n − 1); a single value has none, 0."""

    n: int
    total: Decimal
    mean: Decimal
    median: Decimal
    minimum: Decimal
    maximum: Decimal
    deviation: Decimal

    @property
    def range(self) -> Decimal:
        """From the smallest to the largest."""
        return self.maximum - self.minimum


@exact
def describe(values: Sequence[Decimal]) -> Summary:
    """Describe a sample.

    Raises:
        Unfit: there are no values.
    """
    if not values:
        raise Unfit("few_points")
    ordered = sorted(values)
    n, total = len(values), sum_of(values)
    # The sum of squares of deviations, times n: exact, where a rounded mean would not be.
    spread = n * sum_of(value * value for value in values) - total * total
    return Summary(
        n=n,
        total=total,
        mean=total / n,
        median=(ordered[(n - 1) // 2] + ordered[n // 2]) / 2,
        minimum=ordered[0],
        maximum=ordered[-1],
        deviation=(spread / (n * (n - 1))).sqrt() if n > 1 else Decimal(),
    )
