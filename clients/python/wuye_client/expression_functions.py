"""The functions that expressions may call, alike in every language (design §3, ADR 1).

They take and give JSON values. What a function cannot use — null, another type, no such date, too many digits —
makes its result null; none raises. Integers stay within ±(2⁵³ − 1), which every client language holds exactly.
Decimals are integers or texts like ``"-12.50"`` of at most 38 digits; results are in their shortest form
(``"-12.5"``, ``"0"``). Rounding is half up, away from zero.
"""

import inspect
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import NamedTuple

INTEGER_MAX = 2**53 - 1
_DIGITS = 38
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DATE.pattern + r"T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


class Function(NamedTuple):
    """A declared function and the number of its arguments."""

    call: Callable[..., object]
    arity: int


FUNCTIONS: dict[str, Function] = {}


def _declared(function: Callable[..., object]) -> Callable[..., object]:
    @wraps(function)
    def total(*arguments: object) -> object:
        try:
            value = function(*arguments)
        except (ValueError, TypeError, ArithmeticError):
            return None
        return None if type(value) is int and abs(value) > INTEGER_MAX else value

    arity = len(inspect.signature(function).parameters)
    FUNCTIONS[function.__name__.removesuffix("_")] = Function(total, arity)
    return total


@_declared
def coalesce(value: object, otherwise: object) -> object:
    """Return the first argument, or the second when the first is null."""
    return otherwise if value is None else value


@_declared
def count(value: object) -> object:
    """Count a text's characters (code points) or a list's items."""
    if isinstance(value, str | list):
        return len(value)
    raise TypeError


@_declared
def text(value: object) -> object:
    """Write an integer in digits; a text stays as it is."""
    return value if isinstance(value, str) else str(_integer(value))


@_declared
def sum_(values: object) -> object:
    """Add integers; nulls count nothing, an empty list gives 0."""
    return sum(map(_integer, _present(values)))


@_declared
def share(amount: object, numerator: object, denominator: object) -> object:
    """Return ``amount × numerator ÷ denominator`` as an integer: rates, pro rata, quantity × price."""
    (a, a_scale), (n, n_scale), (d, d_scale) = map(_parts, (amount, numerator, denominator))
    return _half_up(a * n * 10**d_scale, d * 10 ** (a_scale + n_scale))


@_declared
def round_(value: object) -> object:
    """Round a decimal to an integer."""
    unscaled, scale = _parts(value)
    return _half_up(unscaled, 10**scale)


@_declared
def dec_add(a: object, b: object) -> object:
    """Add two decimals."""
    return _add(_parts(a), _parts(b))


@_declared
def dec_sub(a: object, b: object) -> object:
    """Subtract the second decimal from the first."""
    unscaled, scale = _parts(b)
    return _add(_parts(a), (-unscaled, scale))


@_declared
def dec_mul(a: object, b: object) -> object:
    """Multiply two decimals, exactly."""
    (x, x_scale), (y, y_scale) = _parts(a), _parts(b)
    return _shortest(x * y, x_scale + y_scale)


@_declared
def dec_sum(values: object) -> object:
    """Add decimals; nulls count nothing, an empty list gives ``"0"``."""
    total: object = "0"
    for value in _present(values):
        total = _add(_parts(total), _parts(value))
    return total


@_declared
def dec_cmp(a: object, b: object) -> object:
    """Compare two decimals by value: -1, 0 or 1."""
    (x, x_scale), (y, y_scale) = _parts(a), _parts(b)
    left, right = x * 10**y_scale, y * 10**x_scale
    return (left > right) - (left < right)


@_declared
def dec_round(value: object, places: object) -> object:
    """Round a decimal to 0…12 places and write exactly that many: ``dec_round("2.5", 2)`` is ``"2.50"``."""
    unscaled, scale = _parts(value)
    wanted = _integer(places)
    if not 0 <= wanted <= 12:
        raise ValueError
    return _written(_half_up(unscaled * 10**wanted, 10**scale), wanted)


@_declared
def days_between(a: object, b: object) -> object:
    """Count the days from one date to another; negative when the second is earlier."""
    return (_date(b) - _date(a)).days


@_declared
def add_days(day: object, days: object) -> object:
    """Return the date so many days later."""
    return (_date(day) + timedelta(days=_integer(days))).isoformat()


@_declared
def add_months(day: object, months: object) -> object:
    """Return the same day so many months later, at most the month's last day."""
    start = _date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + _integer(months), 12)
    if not 1 <= year <= 9999:
        raise ValueError
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


@_declared
def add_years(day: object, years: object) -> object:
    """Return the same day so many years later; 29 February may become the 28th."""
    return add_months(day, 12 * _integer(years))


@_declared
def add_minutes(moment: object, minutes: object) -> object:
    """Return the moment so many minutes later: ``add_minutes(starts, 90)``."""
    later = _moment(moment) + timedelta(minutes=_integer(minutes))
    return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@_declared
def year(day: object) -> object:
    """Return a date's year."""
    return _date(day).year


@_declared
def month(day: object) -> object:
    """Return a date's month, 1 to 12."""
    return _date(day).month


@_declared
def day(day: object) -> object:
    """Return a date's day of the month."""
    return _date(day).day


@_declared
def weekday(day: object) -> object:
    """Return a date's weekday, 1 for Monday to 7 for Sunday."""
    return _date(day).isoweekday()


def _integer(value: object) -> int:
    if type(value) is int:  # a boolean is no number here, though it is one to Python
        return value
    raise TypeError


def _present(values: object) -> list[object]:
    if isinstance(values, list):
        return [value for value in values if value is not None]
    raise TypeError


def _date(value: object) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value)
    raise TypeError


def _moment(value: object) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    raise TypeError


def _parts(value: object) -> tuple[int, int]:
    """Read a decimal as an integer and the number of its digits after the point."""
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value) or len(value.strip("-").replace(".", "")) > _DIGITS:
            raise ValueError
        whole, _, fraction = value.partition(".")
        return int(whole + fraction), len(fraction)
    return _integer(value), 0


def _add(a: tuple[int, int], b: tuple[int, int]) -> str:
    (x, x_scale), (y, y_scale) = a, b
    scale = max(x_scale, y_scale)
    return _shortest(x * 10 ** (scale - x_scale) + y * 10 ** (scale - y_scale), scale)


def _half_up(numerator: int, denominator: int) -> int:
    whole, rest = divmod(abs(numerator), abs(denominator))
    whole += 2 * rest >= abs(denominator)
    return whole if (numerator < 0) == (denominator < 0) else -whole


def _shortest(unscaled: int, scale: int) -> str:
    while scale and unscaled % 10 == 0:
        unscaled, scale = unscaled // 10, scale - 1
    return _written(unscaled, scale)


def _written(unscaled: int, scale: int) -> str:
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    if len(digits) > _DIGITS:
        raise OverflowError
    sign = "-" if unscaled < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"
