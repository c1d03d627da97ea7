"""Figures pasted from a sheet or a CSV file, as rows of a data set."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from ..entities.data import COLUMNS

MAX_ROWS = 1000
_TYPES = {field.name: field.type for field in COLUMNS}
_TEXT_MAX = {field.name: field.max for field in COLUMNS if field.type == "text"}
_ORDERS = {
    "scatter": ("value", "value2"),
    "fishbone": ("label", "parent"),
    "tree": ("label", "parent"),
    "gantt": ("label", "start", "end", "done_start", "done_end"),
    "p": ("label", "value", "size"),
    "u": ("label", "value", "size"),
    "xbar_r": ("group", "value"),
    "before_after": ("label", "value", "value2"),
    "check_sheet": ("label", "group", "value"),
}
"""What the columns of a tool mean where no heads say so."""


class Unreadable(ValueError):
    """A line that fits no column; the text names it."""


def read(text: str, tool: str) -> list[dict[str, object]]:
    """Return the rows of a pasted table: tabs, semicolons or commas between cells; the first line may name columns.

    Without heads, columns mean what the tool expects; of two others the first is the label (or, if it is one, the
    date), of one it is the value.

    Raises:
        Unreadable: a cell fits no column, or there are too many rows.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = next((mark for mark in "\t;," if any(mark in line for line in lines)), "\t")
    table = [[cell.strip() for cell in cells] for cells in csv.reader(lines, delimiter=mark)]
    if not table or len(table) > MAX_ROWS:
        raise Unreadable(f"{len(table)} rows")
    if all(cell in _TYPES for cell in table[0]):
        columns: Sequence[str] = table.pop(0)
        if len(set(columns)) < len(columns):
            raise Unreadable(f"the same head twice: {columns}")
    else:
        columns = _columns(tool, table[0])
    return [_row(columns, cells) for cells in table]


def _columns(tool: str, cells: Sequence[str]) -> Sequence[str]:
    if len(cells) == 1:
        return ("value",)
    order = _ORDERS.get(tool, ("label", "value", "value2"))
    return ("date", *order[1:]) if order[0] == "label" and _is_date(cells[0]) else order


def _row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    if any(cells[len(columns) :]):
        raise Unreadable(f"more cells than columns: {cells}")
    return {name: _cell(name, cell) for name, cell in zip(columns, cells, strict=False) if cell}


def _cell(name: str, cell: str) -> object:
    kind = _TYPES[name]
    if kind == "date":
        if not _is_date(cell):
            raise Unreadable(f"no date: {cell}")
        return cell
    if kind == "text":
        if len(cell) > (_TEXT_MAX[name] or len(cell)):
            raise Unreadable(f"too long: {cell}")
        return cell
    try:
        number = Decimal(cell.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        raise Unreadable(f"no number: {cell}") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unreadable(f"out of range: {cell}")
    if kind == "integer":
        if number != number.to_integral_value() or not 0 <= number < 2**53:
            raise Unreadable(f"no count: {cell}")
        return int(number)
    return f"{number.normalize():f}" if number else "0"


def _is_date(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False
