"""What a plugin's job reads with: SQL on one snapshot (`wuye.model.plugin.Reader`)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from wuye.storage.sqlite import SqliteSnapshot, SqliteStore


class SqliteReader:
    """Reads beside the event loop, on a connection that cannot write."""

    def __init__(self, snapshot: SqliteSnapshot) -> None:
        self._connection = snapshot.connection

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        """Run one SELECT; ``{}`` stands for a value."""
        return await asyncio.to_thread(self._rows, sql.replace("{}", "?"), values)

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[dict[str, object]]:
        cursor = self._connection.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@asynccontextmanager
async def reading(store: SqliteStore) -> AsyncIterator[SqliteReader]:
    """Lend a reader for a block; all that it reads is of one moment."""
    lent = store.snapshot()
    snapshot = await asyncio.to_thread(lent.__enter__)
    try:
        yield SqliteReader(snapshot)
    finally:
        lent.__exit__(None, None, None)
