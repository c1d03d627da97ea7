"""The one thread that writes: it drains the units of work that wait into one transaction (group commit).

A commit to the disk costs the same for one unit as for fifty. Each unit has a savepoint of its own, so a failing
one takes nothing of its neighbours with it. An answer is given only after the commit.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Lock, Thread
from typing import Generic, TypeVar

from wuye.kernel.errors import Problem

T = TypeVar("T")
R = TypeVar("R")

MOST_UNITS = 64
"""Units in one transaction: more would make the first wait too long for its answer."""


class _Task(Generic[T, R]):
    """A unit of work and the answer that its caller waits for."""

    def __init__(self, unit: Callable[[T], R], open_: Callable[[sqlite3.Connection], T]) -> None:
        self._unit = unit
        self._open = open_
        self._outcome: R | None = None
        self._error: BaseException | None = None
        self.future: Future[R] = Future()

    def wanted(self) -> bool:
        """Tell whether the caller still waits; from here on he cannot take it back."""
        return self.future.set_running_or_notify_cancel()

    def run(self, connection: sqlite3.Connection) -> None:
        self._outcome = self._unit(self._open(connection))

    def fail(self, error: BaseException) -> None:
        self._error = error

    @property
    def failed(self) -> bool:
        return self._error is not None

    def answer(self) -> None:
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._outcome)  # type: ignore[arg-type]  # run() has set it


class Writer:
    """Owns the writing connection. ``forget`` is called after any rollback, to drop what was read in it."""

    def __init__(self, connection: sqlite3.Connection, *, capacity: int, forget: Callable[[], None]) -> None:
        self._connection = connection
        self._forget = forget
        self._queue: Queue[_Task[object, object] | None] = Queue(capacity)
        self._closed = False
        self._closing = Lock()
        self._thread = Thread(target=self._serve, name="wuye-writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Callable[[T], R], open_: Callable[[sqlite3.Connection], T]) -> Future[R]:
        """Queue a unit; ``open_`` makes its transaction from the connection.

        The future can be cancelled while the unit waits; once it runs, it runs to its end.

        Raises:
            Problem: ``busy``, the queue is full or the store is closing.
        """
        task = _Task(unit, open_)
        with self._closing:
            if self._closed:
                raise Problem("busy", "the store is closing")
            try:
                self._queue.put_nowait(task)  # type: ignore[arg-type]  # it does not care what a unit returns
            except Full:
                raise Problem("busy", "too many units of work wait") from None
        return task.future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._closing:
            self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            last = False
            with contextlib.suppress(Empty):
                while len(batch) < MOST_UNITS and not last:
                    task = self._queue.get_nowait()
                    if task is None:
                        last = True
                    else:
                        batch.append(task)
            self._commit([task for task in batch if task.wanted()])
            if last:
                break

    def _commit(self, batch: list[_Task[object, object]]) -> None:
        if not batch:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for task in batch:
                self._run(task)
            self._connection.execute("COMMIT")
        except BaseException as error:  # the disk is full, say: nobody's work was kept
            self._forget()
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            for task in batch:
                if not task.failed:
                    task.fail(error)
        for task in batch:
            task.answer()

    def _run(self, task: _Task[object, object]) -> None:
        self._connection.execute("SAVEPOINT unit")
        try:
            task.run(self._connection)
        except BaseException as error:
            self._forget()
            task.fail(error)
            self._connection.execute("ROLLBACK TO unit")
        self._connection.execute("RELEASE unit")
