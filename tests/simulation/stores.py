"""Where a world's server keeps its data: the memory store, or the one on SQLite, both with the town in them."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import TypeVar

from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate
from wuye.storage.sqlite import BlockingStore, SqliteStore, SqliteTransaction
from wuye.sync.ports import Store
from wuye.sync.rows import Head, HeldOp, LedgerRow
from wuye.testing.memory import MemoryStore

from . import town
from .points import registry

T = TypeVar("T")
Fault = Callable[[str], None]


def in_memory(fault: Fault) -> MemoryStore:
    """Return a memory store that fails when ``fault`` says so."""
    store = MemoryStore(registry(), fault=fault)
    store.restore(town.founded(), town.id_of("epoch"))
    return store


def on_disk(fault: Fault, files: ExitStack) -> "FaultyFile":
    """Return a SQLite store in a folder that goes with ``files``."""
    path = Path(files.enter_context(tempfile.TemporaryDirectory())) / "wuye.sqlite"
    path.write_bytes(_founded_file())
    return FaultyFile(files.enter_context(SqliteStore(path, registry(), readers=1)), fault)


class FaultyFile(BlockingStore):
    """The store on SQLite in a process that may die before or after a commit."""

    def __init__(self, store: SqliteStore, fault: Fault) -> None:
        super().__init__(store)
        self._fault = fault

    def write(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        """Run a unit of work and commit it, or die on the way."""

        def mortal(transaction: SqliteTransaction) -> T:
            result = unit(transaction)
            self._fault("commit")
            return result

        result = super().write(site, mortal)
        self._fault("committed")
        return result


@cache
def _founded_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wuye.sqlite"
        migrate(path, [])
        with closing(sqlite3.connect(path)) as connection, connection:
            create_missing(connection, registry())
        with SqliteStore(path, registry(), readers=1) as store:
            town.found(store.blocking)
        return path.read_bytes()


def ledger(store: Store, site: str, after: int = 0) -> list[LedgerRow]:
    """Return a site's ledger behind a position."""
    return store.read(lambda snapshot: snapshot.ledger(site, after=after, limit=10**9))


def held(store: Store, site: str) -> list[HeldOp]:
    """Return the ops that wait at a site."""
    return store.read(lambda snapshot: snapshot.held(site))


def heads(store: Store) -> list[Head]:
    """Return the ends of all logs."""
    return store.read(lambda snapshot: [snapshot.head(site) for site in town.SITES])
