"""The store on one SQLite file: asynchronous for the server, blocking for commands, tests and simulations."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Self, TypeVar

from wuye.kernel.errors import Problem
from wuye.model.registry import Registry
from wuye.storage.drift import schema_drift
from wuye.storage.layout import layouts
from wuye.storage.sqlite.checkpointer import Checkpointer
from wuye.storage.sqlite.connection import InstallationLock, connect
from wuye.storage.sqlite.names import Names
from wuye.storage.sqlite.readers import Readers
from wuye.storage.sqlite.reports import SqliteReader, reading
from wuye.storage.sqlite.snapshot import SqliteSnapshot
from wuye.storage.sqlite.transaction import SqliteTransaction
from wuye.storage.sqlite.writer import Writer
from wuye.sync.rows import Installation, ReplicaState

T = TypeVar("T")

SWITCH_INTERVAL = 0.0005
"""Seconds a thread may keep the interpreter; at the usual 5 ms the writer waits long for busy readers."""


class SqliteStore:
    """A migrated database, held by this process until `close`.

    Raises:
        Problem: ``in_use``, another process holds it; ``bad_plugin``, its tables lack what the descriptors ask for;
            ``busy`` (from reads and writes), too much waits.
    """

    def __init__(self, path: Path, registry: Registry, *, readers: int = 3, capacity: int = 512) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        self.path = path
        self._lock = InstallationLock(path.with_name(f"{path.name}.lock"))
        self._layouts = layouts(registry)
        self._names = Names()
        writing = connect(path)
        if drift := schema_drift(writing, registry):
            writing.close()
            self._lock.release()
            raise Problem("bad_plugin", "; ".join(drift) + ": write and run a migration")
        self._writer = Writer(writing, capacity=capacity, forget=self._names.forget)
        self._readers = Readers(path, self._layouts, count=readers, capacity=capacity)
        self._checkpointer = Checkpointer(path)

    async def write(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        """Run a unit of work on the writer's thread, return after its commit; an exception undoes all of it.

        One that is cancelled while it waits is not run; one that runs already is finished and committed.
        """
        return await asyncio.wrap_future(self._writer.submit(unit, self._opener(site)))

    async def read(self, unit: Callable[[SqliteSnapshot], T]) -> T:
        """Run reads on one snapshot, on a reader's thread."""
        return await asyncio.wrap_future(self._readers.submit(unit))

    def reader(self) -> AbstractAsyncContextManager[SqliteReader]:
        """Open a reader for a report: one snapshot, on a thread of its own."""
        return reading(self.path)

    def snapshot(self) -> AbstractContextManager[SqliteSnapshot]:
        """Lend a snapshot for a block; entering waits for a free connection. A long block keeps the log long."""
        return self._readers.snapshot()

    @property
    def blocking(self) -> "BlockingStore":
        """The same store for callers that wait: `wuye.sync.ports.Store`."""
        return BlockingStore(self)

    def wait_write(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        """Like `write`, but waits."""
        return self._writer.submit(unit, self._opener(site)).result()

    def wait_read(self, unit: Callable[[SqliteSnapshot], T]) -> T:
        """Like `read`, but runs on the caller's thread."""
        return self._readers.run(unit)

    def close(self) -> None:
        """Finish what waits and let go of the file."""
        self._writer.close()
        self._readers.close()
        self._checkpointer.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _opener(self, site: str) -> Callable[[sqlite3.Connection], SqliteTransaction]:
        return lambda connection: SqliteTransaction(connection, self._layouts, self._names, site)


class BlockingStore:
    """`wuye.sync.ports.Store` over a `SqliteStore`; any number of threads may use it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def write(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        """Run a unit of work and return after its commit."""
        return self._store.wait_write(site, unit)

    def read(self, unit: Callable[[SqliteSnapshot], T]) -> T:
        """Run reads on one snapshot."""
        return self._store.wait_read(unit)

    def remember_bucket_set(self, digest: str, names: Iterable[str]) -> None:
        """Keep a bucket set under its digest."""
        names = tuple(names)
        self.write("", lambda transaction: transaction.remember_bucket_set(digest, names))

    def enrol(self, replica: ReplicaState) -> None:
        """Make a replica known."""
        self.write("", lambda transaction: transaction.enrol(replica))

    def found(self, installation: Installation) -> None:
        """Name the installation."""
        self.write("", lambda transaction: transaction.found(installation))

    def forget_events(self, upto: int) -> None:
        """Drop the events that every consumer has seen."""
        self.write("", lambda transaction: transaction.forget_events(upto))
