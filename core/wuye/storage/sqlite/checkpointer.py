"""Moves the write-ahead log into the database file, beside the writer instead of inside its commits."""

import contextlib
import sqlite3
from pathlib import Path
from threading import Event, Thread

from wuye.storage.sqlite.connection import connect, wal_bytes

INTERVAL = 0.5
"""Seconds between two looks at the log."""
CAP = 64 << 20
"""Bytes of log above which the writer is made to wait until the log is short again."""
PATIENCE_MS = 100
"""How long it may have to wait at most: a long reader keeps the log from getting short."""


class Checkpointer:
    """A background thread with a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = connect(path)
        self._connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}").fetchall()
        self._stop = Event()
        self._thread = Thread(target=self._serve, name="wuye-checkpointer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and leave the whole log in the database file."""
        self._stop.set()
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):
            self._checkpoint("TRUNCATE")
        self._connection.close()

    def _serve(self) -> None:
        while not self._stop.wait(INTERVAL):
            with contextlib.suppress(sqlite3.OperationalError):  # busy: the next round will do
                if wal_bytes(self._path):
                    self._checkpoint("PASSIVE")
                if wal_bytes(self._path) > CAP:  # what is left to do is little now
                    self._checkpoint("TRUNCATE")

    def _checkpoint(self, mode: str) -> None:
        self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
