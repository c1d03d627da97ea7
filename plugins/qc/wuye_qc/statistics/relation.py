"""The scatter diagram: do two quantities go together?"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from .numbers import Unfit, exact, sum_of

SMALL = {1: Decimal("0.997"), 2: Decimal("0.950"), 3: Decimal("0.878"), 4: Decimal("0.811")}
"""Critical values of r at 5 %, two-sided, for so few degrees of freedom that the series below is too coarse."""

Z = Decimal("1.959963984540054")
"""97.5 % of the normal distribution lie below."""


class Relation(Struct, frozen=True, kw_only=True):
    """y ≈ ``intercept`` + ``slope`` · x, for each x ``fitted``; |``r``| > ``critical`` is no chance at 5 %."""

    n: int
    r: Decimal
    slope: Decimal
    intercept: Decimal
    fitted: tuple[Decimal, ...]
    critical: Decimal


@exact
def relate(xs: Sequence[Decimal], ys: Sequence[Decimal]) -> Relation:
    """Correlate pairs after Pearson and draw the line of least squares.

    Raises:
        Unfit: fewer than 3 pairs, or all x or all y are equal.
    """
    n = len(xs)
    if n < 3:
        raise Unfit("few_points")
    total_x, total_y = sum_of(xs), sum_of(ys)
    sxx = n * sum_of(x * x for x in xs) - total_x * total_x
    syy = n * sum_of(y * y for y in ys) - total_y * total_y
    sxy = n * sum_of(x * y for x, y in zip(xs, ys, strict=True)) - total_x * total_y
    if not sxx or not syy:
        raise Unfit("no_spread")
    slope = sxy / sxx
    intercept = (total_y - slope * total_x) / n
    return Relation(
        n=n,
        r=(sxy * sxy / (sxx * syy)).sqrt().copy_sign(sxy),
        slope=slope,
        intercept=intercept,
        fitted=tuple(intercept + slope * x for x in xs),
        critical=critical_r(n),
    )


@exact
def critical_r(n: int) -> Decimal:
    """Return the least |r| of n ≥ 3 pairs that is no chance at 5 %, two-sided; good to three places.

    It follows from Student's t, and t from z by Fisher's series (Abramowitz and Stegun 26.7.5).
    """
    freedom = n - 2
    if freedom in SMALL:
        return SMALL[freedom]
    t = (
        Z
        + (Z**3 + Z) / (4 * freedom)
        + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
        + (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / (384 * freedom**3)
        + (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / (92160 * freedom**4)
    )
    return t / (freedom + t * t).sqrt()
