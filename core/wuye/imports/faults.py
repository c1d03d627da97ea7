"""What is wrong with a file, a map or a row, said by keys of texts, so that it can be shown in any language."""

from msgspec import Struct

from wuye.kernel.errors import Problem

SHOWN = 60
"""Characters of a cell that a message quotes."""


class RowFault(Struct, frozen=True, kw_only=True):
    """A fault of one row: ``key`` with ``values`` makes its sentence; no ``column``: it concerns the whole row."""

    line: int
    key: str
    values: dict[str, object] = {}
    column: str = ""


def bad_file(key: str, **values: object) -> Problem:
    """Return the problem of a file that cannot be read."""
    return Problem("bad_file", f"{key} {values}", extra={"message": f"cli.file.{key}", "values": values})


def bad_map(key: str, **values: object) -> Problem:
    """Return the problem of a map that does not fit its entity or the file."""
    return Problem("bad_map", f"{key} {values}", extra={"message": f"cli.map.{key}", "values": values})


class BadCell(ValueError):
    """A cell that does not fit its field; `RowFault` without the place."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = f"cli.cell.{key}"
        self.values = values


def shown(text: str) -> str:
    """Return a cell as messages quote it."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
