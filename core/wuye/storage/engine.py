"""Piccolo's SQLite engine on connections of ours: it opens none, and its transactions are the caller's.

The stock engine opens a connection and a thread for each query and has no write-ahead log. Private names are
overridden; a contract test watches them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Self

from piccolo.engine.sqlite import SQLiteEngine

RunQuery = Callable[[str, Sequence[object]], Awaitable[list[dict[str, object]]]]


class BorrowedEngine(SQLiteEngine):
    """An engine whose every query goes through ``run``, inside whatever transaction that has open."""

    def __init__(self, run: RunQuery) -> None:
        super().__init__(path="")
        self._run = run

    async def _run_in_new_connection(
        self, query: str, args: list[object] | None = None, query_type: str = "generic", table: object = None
    ) -> list[dict[str, object]]:
        return await self._run(query, args or [])

    def transaction(self, *_args: object, **_options: object) -> "Joined":  # type: ignore[override]
        """Join the transaction that is open already."""
        return Joined()


class Joined:
    """A transaction that its caller began and will end."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        return None
