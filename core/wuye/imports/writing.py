"""Tables to files: CSV that spreadsheet programs open rightly (UTF-8 with BOM, no cell a formula), or XLSX.

A file appears whole or not at all.
"""

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from wuye.imports.cells import neutralised
from wuye.imports.faults import Fault, bad_file

Say = Callable[..., str]


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Write a table as what the file's name says: ``.csv`` or ``.xlsx``.

    Raises:
        Problem: ``bad_file``: another kind of name, or no room.
    """
    match path.suffix.lower():
        case ".csv":
            content = _csv(columns, rows)
        case ".xlsx":
            content = _xlsx(columns, rows, title)
        case _:
            raise bad_file("export_kind", file=path.name)
    try:
        put_file(path, content)
    except OSError as error:
        raise bad_file("unwritable", file=path.name, reason=error.strerror or error) from error


def write_faults(path: Path, faults: Sequence[Fault], notes: Sequence[Fault], say: Say) -> None:
    """Write the list that somebody works through in the file: line, column, what is wrong and what to do.

    Raises:
        Problem: ``bad_file``.
    """
    rows = [
        (str(fault.line), fault.column, say(kind), say(fault.key, **fault.values))
        for kind, some in (("import.is_fault", faults), ("import.is_note", notes))
        for fault in some
    ]
    columns = [say(f"import.list.{name}") for name in ("line", "column", "kind", "what")]
    write_table(path, columns, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow([neutralised(name) for name in columns])
    lines.writerows([neutralised(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31] or None)
        bold = book.add_format({"bold": True})
        for number, name in enumerate(columns):
            sheet.write_string(0, number, name, bold)
        for line, row in enumerate(rows, 1):
            for number, cell in enumerate(row):
                if cell:  # as text, also a phone: a number would lose its zeros, and a text is no formula
                    sheet.write_string(line, number, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return content.getvalue()


def put_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: there is no room, or no right to write there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as opened:  # mkstemp's mode keeps others from reading it
            opened.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
