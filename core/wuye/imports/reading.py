"""Tables from files: CSV as spreadsheet programs write it, and workbooks (XLSX, XLS, ODS).

A file is read whole or refused with what is wrong and what to do: no row is guessed at.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

from msgspec import Struct

from wuye.imports.faults import Fault, bad_file

MAX_BYTES = 64 << 20
MAX_UNPACKED = 512 << 20
MAX_ROWS = 200_000
MAX_COLUMNS = 500

WORKBOOKS = {".xlsx": "XLSX", ".xlsm": "XLSX", ".xls": "XLS", ".ods": "ODS"}
_MAGIC = ((b"PK\x03\x04", "XLSX"), (b"\xd0\xcf\x11\xe0", "XLS"))
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"

Kind = Literal["csv", "workbook"]


class Row(Struct, frozen=True):
    """A row by column; ``line`` is where it begins in the file, as an editor or spreadsheet counts."""

    line: int
    cells: dict[str, str]


class Table(Struct, frozen=True, kw_only=True):
    """A file's rows. ``encoding`` is what a CSV was read as; ``faults`` are rows that do not fit the header, ``notes``
    what a person should look at."""

    kind: Kind
    encoding: str
    columns: tuple[str, ...]
    rows: list[Row]
    faults: list[Fault]
    notes: list[Fault]


class Format(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The map's table ``[file]``: how the file is written, where it is not as usual."""

    delimiter: str = ","
    encoding: str = ""
    sheet: str = ""


def read_table(path: Path, format_: Format = Format()) -> Table:  # noqa: B008  an immutable default
    """Read a file.

    Raises:
        Problem: ``bad_file``, with a text that says what to do.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise bad_file("too_large", max=MAX_BYTES >> 20)
        data = path.read_bytes()
    except OSError as error:
        raise bad_file("unreadable", file=path.name, reason=error.strerror or error) from error
    return parse_table(path.name, data, format_)


def parse_table(name: str, data: bytes, format_: Format = Format()) -> Table:  # noqa: B008  an immutable default
    """Read a file's content; its ``name`` says what it should be.

    Raises:
        Problem: ``bad_file``.
    """
    claimed = WORKBOOKS.get(Path(name).suffix.lower())
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if not data.strip():
        raise bad_file("empty", file=name)
    if claimed and not found:
        raise bad_file("not_a_workbook", file=name, claimed=claimed)
    if found and not claimed:
        raise bad_file("not_csv", file=name, found=found)
    if claimed:
        return _table("workbook", "", _workbook(name, data, format_.sheet), complete=True)
    text, encoding = _decoded(name, data, format_.encoding)
    return _table("csv", encoding, _csv(text, format_.delimiter), complete=text.endswith(("\n", "\r")))


def _decoded(name: str, data: bytes, encoding: str) -> tuple[str, str]:
    if data.startswith(_UTF16) or b"\0" in data:
        raise bad_file("nul", file=name)
    if encoding:
        try:
            return data.decode(encoding), encoding
        except LookupError:
            raise bad_file("unknown_encoding", encoding=encoding) from None
        except UnicodeDecodeError as error:
            raise bad_file("encoding", line=_line_at(data, error.start), encoding=encoding) from None
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise bad_file("truncated", line=_line_at(data, error.start)) from None
        place = error.start
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise bad_file("encoding", line=_line_at(data, place), encoding="UTF-8, GB18030") from None
    # Bytes of another encoding may pass for GB18030, but then they hit code points that no text holds.
    if any("\ue000" <= char <= "\uf8ff" or char > "\U0002ffff" for char in text):
        raise bad_file("encoding", line=_line_at(data, place), encoding="UTF-8, GB18030")
    return text, "GB18030"


def _line_at(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _csv(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in lines:
            if line == 1 and len(cells) == 1:
                _check_delimiter(cells[0], delimiter)
            yield line, cells
            line = lines.line_num + 1
    except csv.Error as error:
        key = "truncated" if "unexpected end" in str(error) else "quotes"
        raise bad_file(key, line=line, reason=error) from None


def _check_delimiter(header: str, delimiter: str) -> None:
    other = max(_DELIMITERS.replace(delimiter, ""), key=header.count)
    if other in header:
        raise bad_file("delimiter", delimiter=delimiter, found=repr(other))


def _workbook(name: str, data: bytes, sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    _check_unpacked(name, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [about.name for about in book.sheets_metadata if about.visible == SheetVisibleEnum.Visible]
        if (sheet and sheet not in book.sheet_names) or not shown:
            raise bad_file("no_sheet", sheet=sheet, sheets=", ".join(book.sheet_names))
        content = book.get_sheet_by_name(sheet or shown[0])
        if content.total_height > MAX_ROWS + 1 or content.total_width > MAX_COLUMNS:
            raise bad_file("too_many", rows=MAX_ROWS, columns=MAX_COLUMNS)
        rows = content.to_python(skip_empty_area=False)
    except PasswordError:
        raise bad_file("password", file=name) from None
    except CalamineError as error:
        raise bad_file("broken_workbook", file=name, reason=error) from None
    for line, cells in enumerate(rows, 1):
        yield line, [_as_text(cell) for cell in cells]


def _check_unpacked(name: str, data: bytes) -> None:
    """See to it that a small file does not unpack to one that fills the memory."""
    if not data.startswith(b"PK"):
        return
    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise bad_file("broken_workbook", file=name, reason=error) from None
    if size > MAX_UNPACKED:
        raise bad_file("too_large", max=MAX_UNPACKED >> 20)


def _as_text(cell: object) -> str:
    """Write a workbook's cell as a person would type it."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
    return str(cell)


def _table(kind: Kind, encoding: str, lines: Iterable[tuple[int, Sequence[str]]], *, complete: bool) -> Table:
    rows: list[Row] = []
    faults: list[Fault] = []
    columns: tuple[str, ...] = ()
    line, width = 1, 0
    for line, cells in lines:
        if not any(map(str.strip, cells)):
            continue
        if not columns:
            columns = _header(cells)
            continue
        width = len(cells)
        if len(rows) >= MAX_ROWS:
            raise bad_file("too_many", rows=MAX_ROWS, columns=MAX_COLUMNS)
        if width < len(columns) or any(map(str.strip, cells[len(columns) :])):
            faults.append(_misfit(line, width, len(columns)))
            continue
        rows.append(Row(line, dict(zip(columns, cells, strict=False))))
    if not columns:
        raise bad_file("empty", file="")
    if kind == "csv" and not complete and faults and faults[-1].line == line and width < len(columns):
        raise bad_file("truncated", line=line)
    if not rows and not faults:
        raise bad_file("no_rows")
    cut = [] if complete or not rows else [Fault(line=line, column=columns[-1], key="import.note.no_line_end")]
    return Table(kind=kind, encoding=encoding, columns=columns, rows=rows, faults=faults, notes=cut)


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise bad_file("too_many", rows=MAX_ROWS, columns=MAX_COLUMNS)
    if "" in names:
        raise bad_file("unnamed_column", column=names.index("") + 1)
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise bad_file("same_columns", columns=", ".join(twice))
    return tuple(names)


def _misfit(line: int, found: int, expected: int) -> Fault:
    return Fault(line=line, column="", key="import.row.length", values={"found": found, "expected": expected})
