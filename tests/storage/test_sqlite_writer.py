"""The writer's promises to asynchronous callers: cancellation, a full queue, one process (design §4)."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from wuye.kernel.errors import Problem
from wuye.storage.sqlite import SqliteStore, SqliteTransaction
from wuye.testing.store_suite.steps import A, note, pull
from wuye.testing.store_suite.world import SITE, registry, write


def test_a_cancelled_waiter_is_either_not_run_or_fully_committed(sqlite_store: SqliteStore) -> None:
    started, go_on = Event(), Event()

    def slow(transaction: SqliteTransaction) -> None:
        started.set()
        go_on.wait(5)
        write(transaction, SITE, [note("running", "a")])

    async def main() -> None:
        running = asyncio.create_task(sqlite_store.write(SITE, slow))
        await asyncio.to_thread(started.wait)
        waiting = asyncio.create_task(sqlite_store.write(SITE, lambda t: write(t, SITE, [note("waiting", "a")])))
        await asyncio.sleep(0)
        for task in (running, waiting):
            task.cancel()
        results = await asyncio.gather(running, waiting, return_exceptions=True)
        go_on.set()
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        await sqlite_store.write(SITE, lambda t: write(t, SITE, [note("after", "a")]))

    asyncio.run(main())
    assert [row.seq for row in pull(sqlite_store.blocking, {A: 0})] == [1, 2]


def test_a_full_queue_answers_busy_at_once_and_loses_nothing(database: Path) -> None:
    go_on = Event()

    async def main(store: SqliteStore) -> int:
        first = asyncio.create_task(store.write(SITE, lambda _: go_on.wait(5)))
        await asyncio.sleep(0.05)
        tasks = [
            asyncio.create_task(store.write(SITE, lambda t, n=n: write(t, SITE, [note(f"n{n}", "a")])))
            for n in range(9)
        ]
        await asyncio.sleep(0)
        go_on.set()
        results = await asyncio.gather(first, *tasks, return_exceptions=True)
        refused = [result for result in results if isinstance(result, Problem)]
        assert {problem.code for problem in refused} == {"busy"}
        return len(refused)

    with SqliteStore(database, registry(), capacity=4) as store:
        refused = asyncio.run(main(store))
        assert refused == 5
        assert len(pull(store.blocking, {A: 0})) == 4


def test_a_closed_store_refuses_work(database: Path) -> None:
    store = SqliteStore(database, registry())
    store.close()
    with pytest.raises(Problem, match="busy"):
        store.wait_write(SITE, lambda _: None)


def test_a_failed_commit_fails_every_unit_in_it(sqlite_store: SqliteStore) -> None:
    """A deferred constraint breaks only at COMMIT, like a full disk."""

    def break_later(transaction: SqliteTransaction) -> None:
        transaction.connection.execute("PRAGMA defer_foreign_keys = ON")
        transaction.connection.execute("INSERT INTO child VALUES (1)")

    def set_up(transaction: SqliteTransaction) -> None:
        transaction.connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        transaction.connection.execute("CREATE TABLE child (p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")

    sqlite_store.wait_write(SITE, set_up)
    connection = sqlite_store._writer._connection
    connection.execute("PRAGMA foreign_keys = ON")

    async def main() -> list[object]:
        hold = Event()
        first = asyncio.create_task(sqlite_store.write(SITE, lambda _: hold.wait(5)))
        await asyncio.sleep(0.05)
        good = asyncio.create_task(sqlite_store.write(SITE, lambda t: write(t, SITE, [note("n", "a")])))
        bad = asyncio.create_task(sqlite_store.write(SITE, break_later))
        await asyncio.sleep(0)
        hold.set()
        await first
        return await asyncio.gather(good, bad, return_exceptions=True)

    results = asyncio.run(main())
    assert all(isinstance(result, sqlite3.IntegrityError) for result in results)
    assert pull(sqlite_store.blocking, {A: 0}) == []
    sqlite_store.wait_write(SITE, lambda t: write(t, SITE, [note("n", "a")]))
    assert len(pull(sqlite_store.blocking, {A: 0})) == 1


def test_one_process_holds_an_installation(database: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from wuye.storage.sqlite import SqliteStore\n"
        "from wuye.testing.store_suite.world import registry; from wuye.kernel.errors import Problem\n"
        "try: SqliteStore(Path(sys.argv[1]), registry()).close()\n"
        "except Problem as problem: print(problem.code)\n"
    )

    def other_process() -> str:
        command = [sys.executable, "-c", script, str(database)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with SqliteStore(database, registry()):
        assert other_process() == "in_use"
    assert other_process() == ""


def test_the_ledger_is_append_only_even_for_sql_by_hand(sqlite_store: SqliteStore) -> None:
    sqlite_store.wait_write(SITE, lambda t: write(t, SITE, [note("n", "a")]))
    for statement in ("UPDATE wuye_ledger SET user = 'x'", "DELETE FROM wuye_ledger"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            sqlite_store.wait_write(SITE, lambda t, s=statement: t.connection.execute(s))
    assert sqlite_store.wait_read(lambda s: s.ledger(SITE))[0].user == "user"


def test_a_commit_is_on_the_disk_before_its_answer(sqlite_store: SqliteStore) -> None:
    """What SIGKILL cannot show: the settings that make a power cut harmless."""

    def settings(transaction: SqliteTransaction) -> list[object]:
        pragmas = ("journal_mode", "synchronous")
        return [transaction.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]

    assert sqlite_store.wait_write("", settings) == ["wal", 2]


def test_readers_cannot_write(sqlite_store: SqliteStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        sqlite_store.wait_read(lambda s: s.connection.execute("DELETE FROM wuye_event"))


def test_the_log_is_short_again_after_closing(database: Path) -> None:
    with SqliteStore(database, registry()) as store:
        for number in range(50):
            store.wait_write(SITE, lambda t, n=number: write(t, SITE, [note(f"n{n}", "a")]))
    log = Path(f"{database}-wal")
    assert not log.exists() or log.stat().st_size == 0
    with SqliteStore(database, registry()) as store:
        assert len(pull(store.blocking, {A: 0})) == 50
