"""Reports read typed tables, by SQL or by Piccolo, on one snapshot (design §4, §8)."""

import asyncio
import inspect
import sqlite3
from pathlib import Path

import pytest
from piccolo.engine.sqlite import SQLiteEngine

from wuye.storage.engine import BorrowedEngine
from wuye.storage.layout import layouts
from wuye.storage.sqlite import SqliteStore
from wuye.storage.tables import table_for
from wuye.testing.store_suite.steps import note
from wuye.testing.store_suite.world import OTHER_SITE, SITE, id_of, registry, write


@pytest.fixture
def filled(sqlite_store: SqliteStore) -> SqliteStore:
    one = note("n1", "a", amount=5, done=True, photos=[{"sha256": "ab" * 32}], site="x")
    sqlite_store.wait_write(SITE, lambda t: write(t, SITE, [one, note("n2", "a", amount=7)]))
    sqlite_store.wait_write(SITE, lambda t: write(t, SITE, [note("n2", "a", amount=8)]))
    sqlite_store.wait_write(OTHER_SITE, lambda t: write(t, OTHER_SITE, [note("n1", "a", amount=100)]))
    return sqlite_store


def test_sql_reads_typed_columns(filled: SqliteStore) -> None:
    async def main() -> object:
        async with filled.reader() as reader:
            return await reader.rows(
                "SELECT id, seq, amount, done, photos ->> '$[0].sha256' AS photo, site_, updated_by FROM note"
                " WHERE site = {} AND amount > {} AND NOT deleted ORDER BY amount",
                SITE,
                1,
            )

    assert asyncio.run(main()) == [
        {"id": id_of("n1"), "seq": 1, "amount": 5, "done": 1, "photo": "ab" * 32, "site_": "x", "updated_by": "user"},
        {"id": id_of("n2"), "seq": 2, "amount": 8, "done": None, "photo": None, "site_": None, "updated_by": "user"},
    ]


def test_a_report_sees_one_moment_and_cannot_write(filled: SqliteStore) -> None:
    async def main() -> tuple[object, object]:
        async with filled.reader() as reader:
            await filled.write(SITE, lambda t: write(t, SITE, [note("n3", "a", amount=1000)]))
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                await reader.rows("DELETE FROM note")
            before = await reader.rows("SELECT sum(amount) AS total FROM note WHERE site = {}", SITE)
        async with filled.reader() as reader:
            return before, await reader.rows("SELECT sum(amount) AS total FROM note WHERE site = {}", SITE)

    assert asyncio.run(main()) == ([{"total": 13}], [{"total": 1013}])


def test_piccolo_reads_the_same_table(filled: SqliteStore) -> None:
    async def main() -> object:
        async with filled.reader() as reader:
            table = table_for(layouts(registry())["note"], reader.run)
            amount, site = table._meta.get_column_by_name("amount"), table._meta.get_column_by_name("site")
            return await table.select(table.id, amount).where(site == SITE).order_by(amount, ascending=False)

    assert asyncio.run(main()) == [{"id": id_of("n2"), "amount": 8}, {"id": id_of("n1"), "amount": 5}]


def test_a_deleted_record_leaves_no_values_in_its_table(filled: SqliteStore) -> None:
    from wuye.testing.store_suite.steps import gone

    filled.wait_write(SITE, lambda t: write(t, SITE, [gone("n1", "a")]))
    row = filled.wait_read(
        lambda s: s.connection.execute(
            "SELECT deleted, title, amount, photos FROM note WHERE id = ? AND site = ?", (id_of("n1"), SITE)
        ).fetchone()
    )
    assert row == (1, None, None, None)


def test_piccolo_still_calls_what_we_override(tmp_path: Path) -> None:
    """A contract with private names: `piccolo` is pinned to a minor version because of them."""
    ours, theirs = BorrowedEngine._run_in_new_connection, SQLiteEngine._run_in_new_connection
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    for caller in (SQLiteEngine.run_querystring, SQLiteEngine.run_ddl):
        assert "_run_in_new_connection" in inspect.getsource(caller)
    assert callable(SQLiteEngine.transaction)
