"""Tables as workbooks that spreadsheet programs open: native cells, native charts, and no cell ever a formula."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, BinaryIO

from wuye.kernel.clock import from_wire
from wuye.model.report import Table
from wuye.reports.shown import Looks, format_value

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Cell = str | int | float | date | None
"""What a spreadsheet holds as it is; a `datetime` (a date too) is local and naive."""

TEXT_MAX = 32_767
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheet programs count days wrongly
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def cell_of(column: str, value: object, looks: Looks) -> Cell:
    """Return a value as a spreadsheet holds it: numbers, dates and local times as such, all else as its text."""
    field = looks.field(column)
    if value is None or isinstance(value, bool):
        return format_value(column, value, looks) or None
    try:
        match field.type if field else "":
            case "" if isinstance(value, int | float):
                return value
            case "integer":
                return int(str(value))
            case "money":
                return int(str(value)) / 100
            case "decimal":
                return float(Decimal(str(value)))
            case "date":
                day = date.fromisoformat(str(value))
                return day if day >= _FIRST_DAY else str(value)
            case "datetime":
                moment = from_wire(str(value)).astimezone(looks.zone).replace(tzinfo=None)
                return moment if moment.date() >= _FIRST_DAY else str(value)
    except (ValueError, OverflowError, InvalidOperation):
        pass
    return format_value(column, value, looks)


def write_report(target: BinaryIO, table: Table, looks: Looks, title: str) -> None:
    """Write a table with its charts: the first sheet holds table and plots, plans and trees have sheets of their own.

    ``title`` names the sheet.
    """
    from xlsxwriter import Workbook

    from wuye.reports.charts import add_charts

    with Workbook(target, {**_SAFE, "in_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name(book, title))
        put = writer(book, sheet, looks, [_format_of(column, looks) for column in table.columns])
        rows = [
            [cell_of(column, value, looks) for column, value in zip(table.columns, row, strict=True)]
            for row in table.rows
        ]
        heads = [looks.head(column) for column in table.columns]
        _write_heads(book, sheet, heads)
        for number, row in enumerate(rows, 1):
            put(number, row)
        sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
        sheet.autofit()
        add_charts(book, sheet, table, rows, looks)


class ListBook:
    """A list written as it comes, in constant memory; ``columns`` are keys of fields. Close it to finish the file."""

    def __init__(self, target: BinaryIO, title: str, columns: Sequence[str], looks: Looks) -> None:
        from xlsxwriter import Workbook

        self._book = Workbook(target, {**_SAFE, "constant_memory": True})
        self._sheet = self._book.add_worksheet(sheet_name(self._book, title))
        self._sheet.set_column(0, len(columns) - 1, 20)
        self._put = writer(self._book, self._sheet, looks, [_format_of(column, looks) for column in columns])
        self._line = 0
        _write_heads(self._book, self._sheet, [looks.head(column) for column in columns])

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows below those that are there."""
        for row in rows:
            self._line += 1
            self._put(self._line, row)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


def sheet_name(book: "Workbook", title: str) -> str:
    """Return a name for a sheet: short, without what Excel forbids, given to no other sheet."""
    base = _NOT_IN_NAMES.sub(" ", title).strip(" '")[:31] or "1"
    taken = {sheet.get_name().casefold() for sheet in book.worksheets()}
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[:27]} {number}"
    return name


def writer(
    book: "Workbook", sheet: "Worksheet", looks: Looks, formats: Sequence[str]
) -> Callable[[int, Sequence[Cell]], None]:
    """Return what writes a row of cells; ``formats`` are number formats by column, or ''."""
    made: dict[str, object] = {"": None}
    day = "dd.mm.yyyy" if looks.language == "ru" else "yyyy-mm-dd"

    def styled(pattern: str) -> object:
        if pattern not in made:
            made[pattern] = book.add_format({"num_format": pattern})
        return made[pattern]

    def put(line: int, row: Sequence[Cell]) -> None:
        for number, cell in enumerate(row):
            match cell:
                case None | "":
                    continue
                case datetime():
                    sheet.write_datetime(line, number, cell, styled(f"{day} hh:mm"))
                case date():
                    sheet.write_datetime(line, number, cell, styled(day))
                case int() | float() if math.isfinite(cell):
                    sheet.write_number(line, number, cell, styled(formats[number]))
                case _:  # a text is no formula, whatever it begins with
                    sheet.write_string(line, number, str(cell)[:TEXT_MAX])

    return put


def _write_heads(book: "Workbook", sheet: "Worksheet", heads: Sequence[str]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    for number, head in enumerate(heads):
        sheet.write_string(0, number, head, bold)
    sheet.freeze_panes(1, 0)


def _format_of(column: str, looks: Looks) -> str:
    field = looks.field(column)
    return "#,##0.00" if field and field.type == "money" else ""
