"""Long reads: SQL by people who write reports, on a connection and a thread of their own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from wuye.kernel.errors import Problem
from wuye.storage.sqlite.connection import connect

MAX_ROWS = 200_000
"""Rows of one SELECT: they lie in memory."""


class SqliteReader:
    """`wuye.model.report.Rows`: SELECTs on one snapshot. Booleans come as 0 and 1, nested values as JSON text."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        """Run one SELECT; ``{}`` stands for a value.

        Raises:
            sqlite3.Error: the statement is wrong, or would write.
            Problem: ``too_large``, it finds too many rows.
        """
        return await self.run(sql.replace("{}", "?"), values)

    async def run(self, sql: str, values: Sequence[object]) -> list[dict[str, object]]:
        """Run one SELECT with ``?`` for values: what Piccolo's engine sends."""

        def select() -> list[dict[str, object]]:
            cursor = self._connection.execute(sql, values)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchmany(MAX_ROWS + 1)
            if len(rows) > MAX_ROWS:
                raise Problem("too_large", f"more than {MAX_ROWS} rows", extra={"max": MAX_ROWS})
            return [dict(zip(names, row, strict=True)) for row in rows]

        return await asyncio.get_running_loop().run_in_executor(self._thread, select)


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[SqliteReader]:
    """Open a reader that sees one moment of the database; leaving it stops what still runs."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="wuye-report")
    try:
        connection = await asyncio.get_running_loop().run_in_executor(thread, _begin, path)
        try:
            yield SqliteReader(connection, thread)
        finally:
            connection.interrupt()
            thread.submit(connection.close)
    finally:
        thread.shutdown(wait=False)


def _begin(path: Path) -> sqlite3.Connection:
    connection = connect(path, readonly=True)
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM wuye_installation").fetchall()  # a snapshot starts with the first read
    return connection
