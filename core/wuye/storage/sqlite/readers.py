"""Connections that only read, lent for one unit of work each."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore
from typing import TypeVar

from wuye.kernel.errors import Problem
from wuye.storage.layout import TableLayout
from wuye.storage.sqlite.connection import connect
from wuye.storage.sqlite.names import Names
from wuye.storage.sqlite.snapshot import SqliteSnapshot

T = TypeVar("T")


class Readers:
    """A pool of reading connections, each with what it knows of names, and a thread for each."""

    def __init__(self, path: Path, layouts: Mapping[str, TableLayout], *, count: int, capacity: int) -> None:
        self._layouts = layouts
        self._idle: SimpleQueue[tuple[sqlite3.Connection, Names]] = SimpleQueue()
        self._count = count
        for _ in range(count):
            self._idle.put((connect(path, readonly=True), Names()))
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="wuye-reader")
        self._places = Semaphore(capacity)

    def submit(self, unit: Callable[[SqliteSnapshot], T]) -> Future[T]:
        """Queue a unit.

        Raises:
            Problem: ``busy``, too many wait.
        """
        if not self._places.acquire(blocking=False):
            raise Problem("busy", "too many reads wait")
        future = self._threads.submit(self.run, unit)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def run(self, unit: Callable[[SqliteSnapshot], T]) -> T:
        """Run a unit here, on one snapshot."""
        with self.snapshot() as snapshot:
            return unit(snapshot)

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        """Lend a snapshot; it shows one moment from its first read to its end."""
        connection, names = self._idle.get()
        try:
            connection.execute("BEGIN")
            try:
                yield SqliteSnapshot(connection, self._layouts, names)
            finally:
                connection.execute("ROLLBACK")
        finally:
            self._idle.put((connection, names))

    def close(self) -> None:
        """Wait for the units under way and close."""
        self._threads.shutdown()
        for _ in range(self._count):
            self._idle.get()[0].close()
