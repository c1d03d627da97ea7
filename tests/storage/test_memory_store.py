from collections.abc import Callable

import pytest

from wuye.sync.ports import Store
from wuye.testing.memory import MemoryStore
from wuye.testing.store_suite import STATEMENTS
from wuye.testing.store_suite.world import registry


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.__name__)
def test_memory_store(statement: Callable[[Store], None]) -> None:
    statement(MemoryStore(registry()))
