import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate
from wuye.storage.sqlite import SqliteStore
from wuye.testing.store_suite.world import registry


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A migrated file with the tables of the suite's registry."""
    path = tmp_path / "wuye.sqlite"
    migrate(path, [])
    with closing(sqlite3.connect(path)) as connection, connection:
        create_missing(connection, registry())
    return path


@pytest.fixture
def sqlite_store(database: Path) -> Iterator[SqliteStore]:
    """An open store on that file."""
    with SqliteStore(database, registry()) as store:
        yield store
