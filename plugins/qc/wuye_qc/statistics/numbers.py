"""Numbers as the statistics want them: decimals within bounds, one arithmetic everywhere, one way of rounding."""

from collections.abc import Callable, Iterable
from decimal import Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

WHOLE, PLACES = 15, 9
"""Digits of a number before and after its point: squares of such numbers, summed up, still fit into `ARITHMETIC`."""

ARITHMETIC = Context(prec=120)

SIGNIFICANT, BEYOND = 6, 2
"""Shown figures have so many significant digits, but at least ``BEYOND`` places more than the data."""


class Unfit(Exception):
    """Data that a tool cannot use; ``message`` is the key of a text that says why."""

    def __init__(self, reason: str) -> None:
        self.message = f"message.qc.unfit_{reason}"
        super().__init__(self.message)


def exact(work: Callable[P, R]) -> Callable[P, R]:
    """Run a function in `ARITHMETIC`, whatever the thread's own context."""

    @wraps(work)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(ARITHMETIC):
            return work(*args, **kwargs)

    return inside


def number(value: Decimal) -> Decimal:
    """Return a number of the data in its shortest form.

    Raises:
        Unfit: it is not finite, or has more than `WHOLE` digits before the point or `PLACES` after it.
    """
    if not value:
        return Decimal()
    if not value.is_finite() or value.adjusted() >= WHOLE or decimals([value]) > PLACES:
        raise Unfit("number")
    return value.normalize(ARITHMETIC)


def decimals(values: Iterable[Decimal]) -> int:
    """Return how many places after the point the finest of the values has: the resolution of a measurement."""
    exponents = (value.normalize(ARITHMETIC).as_tuple().exponent for value in values)
    return max((0, *(-exponent for exponent in exponents if isinstance(exponent, int))))


@exact
def shown(value: Decimal, places: int = 0, significant: int = SIGNIFICANT) -> int | float:
    """Round a figure for a table, given the places of its data; JSON has the result alike on every machine."""
    digits = max(significant - 1 - value.adjusted(), places + BEYOND)
    rounded = value.quantize(Decimal(1).scaleb(-digits))
    exact_in_json = rounded == rounded.to_integral_value() and abs(rounded) < 2**53
    return int(rounded) if exact_in_json else float(rounded)


def sum_of(values: Iterable[Decimal]) -> Decimal:
    """Add decimals up."""
    return sum(values, Decimal())


def counts(values: Iterable[Decimal]) -> None:
    """Check numbers of cases.

    Raises:
        Unfit: one is negative or no whole number.
    """
    for value in values:
        if value < 0:
            raise Unfit("negative")
        if value != value.to_integral_value():
            raise Unfit("whole")
