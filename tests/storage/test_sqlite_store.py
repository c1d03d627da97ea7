from collections.abc import Callable

import pytest

from wuye.storage.sqlite import SqliteStore
from wuye.sync.ports import Store
from wuye.testing.store_suite import STATEMENTS


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.__name__)
def test_sqlite_store(statement: Callable[[Store], None], sqlite_store: SqliteStore) -> None:
    statement(sqlite_store.blocking)
