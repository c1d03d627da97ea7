"""What a drawing is made from, checked: rows as typed, or those that a frozen report gives.

A frozen report (a `Table`) is read by the looks of its columns:

* a column of numbers, JSON integers or floats, is a quantity: the last one is ``value``, the one before it ``size``
  (p, u), or x and y of a scatter diagram, or before and after; but what a report itself draws first is ``value``,
  and shares and running totals behind it are left out;
* the first column of years, months, days, weeks or quarters (``2026``, ``2026-05``, ``2026-05-17``, ``2026-W20``,
  ``2026-Q2``) is ``date``;
* of the other columns the first is ``label``, the second ``group``.

A chart over time adds the rows of each date up and puts dates in order; a c chart takes a month that is missing
between the first and the last for one without a case. The labels' column keeps its head, so that a client shows
``ticket.cause_category`` by its labels.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from ..statistics import Unfit, number

PERIOD = re.compile(r"\d{4}(-(\d{2}(-\d{2})?|W\d{1,2}|Q[1-4]))?")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
MONTHS_MAX = 600

S = TypeVar("S", bound=Struct)

PAIRED = ("scatter", "before_after")
OVER_TIME = ("run", "i_mr", "p", "c", "u")


class Row(Struct, frozen=True, kw_only=True):
    """One row; which keys a tool takes, its function says. Dates are texts, ``YYYY-MM-DD`` where they are reckoned."""

    label: str | None = None
    group: str | None = None
    date: str | None = None
    value: Decimal | None = None
    value2: Decimal | None = None
    size: Decimal | None = None
    parent: str | None = None
    start: str | None = None
    end: str | None = None
    done_start: str | None = None
    done_end: str | None = None


class Frozen(Struct, frozen=True, kw_only=True):
    """A report's table as a record keeps it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    charts: tuple[dict[str, object], ...] = ()


class Data(Struct, frozen=True, kw_only=True):
    """The values of a record that matter here; ``head`` is the head of the labels' column."""

    rows: tuple[Row, ...] = ()
    title: str | None = None
    unit: str | None = None
    target: Decimal | None = None
    bins: int | None = None
    subgroup: int | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    frozen: Frozen | None = None
    head: str = "qc.drawing.label"


def read(tool: str, values: Mapping[str, object]) -> Data:
    """Read a record's values for a tool.

    Raises:
        Unfit: they are no data, or there are none.
    """
    try:
        data = msgspec.convert({name: values[name] for name in GIVEN if values.get(name) is not None}, Data)
    except (msgspec.ValidationError, ArithmeticError):
        raise Unfit("malformed") from None
    if not data.rows and data.frozen:
        data = _thawed(tool, data, data.frozen)
    if not data.rows:
        raise Unfit("no_data")
    return structs.replace(_checked(data), rows=tuple(map(_checked, data.rows)))


GIVEN = tuple(name for name in Data.__struct_fields__ if name != "head")


def quantities(rows: Sequence[Row], name: str = "value") -> list[Decimal]:
    """Return one quantity of every row.

    Raises:
        Unfit: a row has none.
    """
    found = [value for row in rows if (value := getattr(row, name)) is not None]
    if len(found) < len(rows):
        raise Unfit("zero_size" if name == "size" else "no_value")
    return found


def _checked(holder: S) -> S:
    numbers = {name: number(value) for name, value in structs.asdict(holder).items() if isinstance(value, Decimal)}
    return structs.replace(holder, **numbers) if numbers else holder


def _thawed(tool: str, data: Data, frozen: Frozen) -> Data:
    if any(len(row) != len(frozen.columns) for row in frozen.rows):
        raise Unfit("malformed")
    columns = list(zip(*frozen.rows, strict=True))
    numbers = [index for index, cells in enumerate(columns) if _all(cells, _is_number)]
    others = [index for index in range(len(columns)) if index not in numbers]
    if tool not in PAIRED and (first := _drawn_first(frozen)) in numbers:
        numbers = numbers[: numbers.index(first) + 1]
    dates = [index for index in others if _all(columns[index], _is_period)][:1]
    words = [index for index in others if index not in dates]
    last = ("value2", "value") if tool in PAIRED and len(numbers) > 1 else ("value", "size")
    places = {
        **dict(zip(last, reversed(numbers), strict=False)),
        **dict(zip(("date",), dates, strict=False)),
        **dict(zip(("label", "group"), words, strict=False)),
    }
    rows = tuple(
        msgspec.convert({name: _cell(row[index]) for name, index in places.items()}, Row) for row in frozen.rows
    )
    by_time = tool in OVER_TIME and bool(dates)
    head = dates if by_time else words or dates
    return structs.replace(
        data,
        rows=_over_time(rows, fill=tool == "c") if by_time else rows,
        head=frozen.columns[head[0]] if head else data.head,
    )


def _drawn_first(frozen: Frozen) -> int:
    """Return the place of the column that the report's own chart shows first, or -1."""
    series = frozen.charts[0].get("series") if frozen.charts else None
    first = series[0] if isinstance(series, list) and series else None
    column = first.get("column") if isinstance(first, dict) else None
    return frozen.columns.index(column) if column in frozen.columns else -1


def _all(cells: Sequence[object], fits: Callable[[object], bool]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(fits, present))


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)


def _is_period(cell: object) -> bool:
    return isinstance(cell, str) and PERIOD.fullmatch(cell) is not None


def _cell(cell: object) -> Decimal | str | None:
    if cell is None:
        return None
    return Decimal(str(cell)) if _is_number(cell) else str(cell)


def _over_time(rows: Sequence[Row], fill: bool) -> tuple[Row, ...]:
    held: dict[str, list[Row]] = {}
    for row in rows:
        if row.date is not None:
            held.setdefault(row.date, []).append(row)
    dates: Iterable[str] = sorted(held)
    if fill and all(map(MONTH.fullmatch, dates)):
        dates = _months(min(held), max(held))
    return tuple(
        Row(
            date=date,
            value=_sum([row.value for row in held[date]]) if date in held else Decimal(),
            size=_sum([row.size for row in held.get(date, ())]),
        )
        for date in dates
    )


def _months(first: str, last: str) -> Iterable[str]:
    start, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    if end - start > MONTHS_MAX:
        raise Unfit("malformed")
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    present = [number(value) for value in values if value is not None]
    return sum(present, Decimal()) if present else None
