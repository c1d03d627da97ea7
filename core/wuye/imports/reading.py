"""Reads a table from a CSV or XLSX file, whatever its state: what cannot be read gets a text that says what to do."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from wuye.imports.faults import RowFault, bad_file

MAX_BYTES = 64 << 20
MAX_ROWS = 200_000
MAX_CELL = 100_000
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8", "gb18030", "big5", "windows-1251")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOM16 = (b"\xff\xfe", b"\xfe\xff")


class Row(Struct, frozen=True):
    """A row with the line (of a workbook: row) where it begins, counted from 1."""

    line: int
    cells: Sequence[str]


class Table(Struct, frozen=True, kw_only=True):
    """What was read; cells are stripped texts. ``faults`` are rows whose shape is wrong; they are not in ``rows``."""

    columns: Sequence[str]
    rows: Sequence[Row]
    faults: Sequence[RowFault] = ()
    encoding: str = ""
    """The encoding of a text file, as it was given or found."""


def read_table(path: Path, *, encoding: str | None = None, delimiter: str = ",", sheet: str | None = None) -> Table:
    """Read a file by its ending: ``.csv`` (also ``.txt``, ``.tsv``) or ``.xlsx``.

    Raises:
        Problem: ``bad_file``.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise bad_file("too_big", file=path.name, most=MAX_BYTES >> 20)
        data = path.read_bytes()
    except OSError as error:
        raise bad_file("unreadable", file=str(path), reason=error.strerror or str(error)) from error
    workbook = path.suffix.lower() in (".xlsx", ".xlsm")
    if data.startswith(_OLE):
        raise bad_file("old_excel", file=path.name)
    if data.startswith(_ZIP) and not workbook:
        raise bad_file("workbook_named_csv", file=path.name)
    if not data.strip():
        raise bad_file("empty", file=path.name)
    if workbook:
        from wuye.imports.workbook import read_workbook

        return read_workbook(path.name, data, sheet)
    return read_csv(path.name, data, encoding=encoding, delimiter=delimiter)


def read_csv(name: str, data: bytes, *, encoding: str | None = None, delimiter: str = ",") -> Table:
    """Read the bytes of a CSV file.

    Raises:
        Problem: ``bad_file``.
    """
    text, found = decode(name, data, encoding)
    lines = _records(name, text, delimiter)
    _, columns = next(lines, (0, []))
    columns = [column.strip() for column in columns]
    other = next((d for d in DELIMITERS if d != delimiter and d in columns[0]), None) if columns else None
    if len(columns) <= 1 and other is not None:
        raise bad_file("delimiter", file=name, found={"\t": "TAB"}.get(other, other), wanted=delimiter)
    return shape(name, columns, lines, found)


def shape(name: str, columns: Sequence[str], records: Iterator[tuple[int, list[str]]], encoding: str = "") -> Table:
    """Check the columns and the length of every record.

    Raises:
        Problem: ``bad_file``, there are no columns, two of the same name, or too many rows.
    """
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if not any(columns):
        raise bad_file("no_columns", file=name)
    if twice:
        raise bad_file("column_twice", file=name, columns=", ".join(twice))
    rows: list[Row] = []
    faults: list[RowFault] = []
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            values: dict[str, object] = {"found": len(cells), "wanted": len(columns)}
            faults.append(RowFault(line=line, key="cli.row.cells", values=values))
        else:
            rows.append(Row(line, [cell.strip() for cell in cells]))
        if len(rows) + len(faults) > MAX_ROWS:
            raise bad_file("too_many_rows", file=name, most=MAX_ROWS)
    return Table(columns=columns, rows=rows, faults=faults, encoding=encoding)


def decode(name: str, data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text and its encoding: the one given, or UTF-8, or GB18030 where UTF-8 cannot be meant.

    Raises:
        Problem: ``bad_file``.
    """
    if data.startswith(_BOM16):
        raise bad_file("utf16", file=name)
    if (nul := data.find(0)) >= 0:
        raise bad_file("nul", file=name, line=_line(data, nul))
    if encoding is not None:
        try:
            return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
        except UnicodeDecodeError as error:
            raise bad_file("not_in_encoding", file=name, encoding=encoding, line=_line(data, error.start)) from None
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise bad_file("truncated", file=name, line=_line(data, error.start)) from None
        damaged = _is_utf8(data[: error.start]), _line(data, error.start)
    if not damaged[0]:
        try:
            return data.decode("gb18030"), "gb18030"
        except UnicodeDecodeError as error:
            if error.reason == "incomplete multibyte sequence":
                raise bad_file("truncated", file=name, line=_line(data, error.start)) from None
    raise bad_file("encoding", file=name, line=damaged[1])


def _is_utf8(data: bytes) -> bool:
    """Tell whether text before a bad byte shows that UTF-8 is meant: other encodings hardly make such letters."""
    return sum(not character.isascii() for character in data.decode("utf-8-sig")) >= 3


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _records(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            key = "truncated" if "end of data" in str(error) else "csv"
            raise bad_file(key, file=name, line=line, reason=str(error)) from None
