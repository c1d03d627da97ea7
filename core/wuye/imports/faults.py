"""What is wrong with a file, a map or a row: keys of texts in ``locales`` with what fills them."""

from collections.abc import Mapping

from msgspec import Struct

from wuye.kernel.errors import Problem


class Fault(Struct, frozen=True, kw_only=True):
    """Something about a row: its line in the file (1 is the header), the column or '', the text's key."""

    line: int
    column: str
    key: str
    values: Mapping[str, object] = {}


class BadCell(ValueError):
    """A cell that cannot be read as its field; ``key`` names the text that says what is wrong and what to do."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def bad_file(key: str, /, **values: object) -> Problem:
    """Return the problem of a file that cannot be read as what its name says."""
    return Problem("bad_file", key, extra={"message": f"import.file.{key}", "values": values})


def bad_map(key: str, /, **values: object) -> Problem:
    """Return the problem of a map that does not fit the entity or the file."""
    return Problem("bad_map", key, extra={"message": f"import.map.{key}", "values": values})
