"""Connections to one SQLite file, and the lock that keeps the file to one process."""

import contextlib
import os
import sqlite3
import sys
from pathlib import Path
from typing import IO

from wuye.kernel.errors import Problem

STATEMENTS = 512
"""Prepared statements that a connection keeps."""


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """Open a connection: WAL, each commit on the disk before it returns, checkpoints left to `Checkpointer`.

    It may pass from thread to thread, but serves one at a time.
    """
    connection = sqlite3.connect(
        path, timeout=10, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
    )
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0", "temp_store=MEMORY"]
    pragmas += ["cache_size=-16384", "query_only=ON"] if readonly else ["cache_size=-65536"]
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


class InstallationLock:
    """Holds an installation for this process: SQLite is safe and fast with exactly one (design §4).

    Raises:
        Problem: ``in_use``, another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("a+b")
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise Problem("in_use", f"{path} is locked") from error

    def release(self) -> None:
        """Let others have it."""
        with contextlib.suppress(OSError):
            _unlock(self._file)
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def wal_bytes(path: Path) -> int:
    """Return the size of the write-ahead log."""
    try:
        return os.stat(f"{path}-wal").st_size
    except FileNotFoundError:
        return 0
