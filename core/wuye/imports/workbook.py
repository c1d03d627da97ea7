"""Reads a sheet of an XLSX workbook: values, never formulas or macros."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from wuye.imports.faults import bad_file
from wuye.imports.reading import Table, shape

MAX_UNPACKED = 512 << 20


def read_workbook(name: str, data: bytes, sheet: str | None = None) -> Table:
    """Read the named sheet, or the first; its first row names the columns.

    Raises:
        Problem: ``bad_file``.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        key = "csv_named_workbook" if b"\0" not in data[:4096] else "broken_workbook"
        raise bad_file(key, file=name) from None
    if unpacked > MAX_UNPACKED:
        raise bad_file("too_big", file=name, most=MAX_UNPACKED >> 20)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if sheet is not None and sheet not in book.sheet_names:
            raise bad_file("no_sheet", file=name, sheet=sheet, sheets=", ".join(book.sheet_names))
        found = book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)
        rows: Sequence[Sequence[object]] = found.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, zipfile.BadZipFile) as error:
        raise bad_file("broken_workbook", file=name) from error
    records = [(line, [as_text(cell) for cell in row]) for line, row in enumerate(rows, 1)]
    start = next((at for at, (_, cells) in enumerate(records) if any(cell.strip() for cell in cells)), None)
    if start is None:
        raise bad_file("empty", file=name)
    width = max(at for at, cell in enumerate(records[start][1], 1) if cell.strip())
    columns = [cell.strip() for cell in records[start][1][:width]]
    return shape(name, columns, _trimmed(records[start + 1 :], width))


def _trimmed(records: Sequence[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the records without the empty cells that stand right of the last column."""
    for line, cells in records:
        beyond = any(cell.strip() for cell in cells[width:])
        yield line, cells if beyond else (cells + [""] * width)[:width]


def as_text(cell: object) -> str:
    """Return a cell as somebody would have typed it."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ") if cell.time() != time(0) else cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return "" if cell is None else str(cell)
