"""Set-based SQL: many rows in one statement.

A statement with many rows runs in C from end to end, while ``executemany`` gives the interpreter lock away at
every row and may wait long to get it back. Row counts are cut to few sizes: prepared statements are found again.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

Value = str | int | bytes | float | None
Row = Sequence[Value]

_SIZES = (512, 64, 8, 1)
_MOST_VALUES = 32_000  # SQLite's bound on values in one statement, less a little


def insert_rows(connection: sqlite3.Connection, head: str, rows: Sequence[Row], tail: str = "") -> None:
    """Run ``head VALUES (…), (…) tail`` for all rows, which are of one width."""
    at, width = 0, len(rows[0]) if rows else 0
    for size in _SIZES:
        while size * width <= _MOST_VALUES and len(rows) - at >= size:
            chunk = rows[at : at + size]
            connection.execute(_insert(head, width, size, tail), tuple(chain.from_iterable(chunk)))
            at += size


@lru_cache(maxsize=1024)
def _insert(head: str, width: int, rows: int, tail: str) -> str:
    row = f"({','.join('?' * width)})"
    return f"{head} VALUES {','.join([row] * rows)} {tail}"


def quoted(names: Iterable[str]) -> str:
    """Return column names for a statement; they come from descriptors and may be words of SQL."""
    return ", ".join(f'"{name}"' for name in names)
