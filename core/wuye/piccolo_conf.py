"""Where Piccolo looks for its engine and apps.

While our migrator runs, that is the database under migration; for a developer who uses Piccolo's own commands it is
the file that ``WUYE_DATABASE`` names. Migrations are run by ``wuye migrate`` only.
"""

import os
import sqlite3
from collections.abc import Sequence

from piccolo.conf.apps import AppRegistry

from wuye.storage.engine import BorrowedEngine
from wuye.storage.migrator import CORE_APP, current_connection


def __getattr__(name: str) -> object:
    """Answer for ``DB`` and ``APP_REGISTRY`` when asked: one process may migrate many databases."""
    if name == "DB":
        connection = current_connection.get(None) or sqlite3.connect(
            os.environ.get("WUYE_DATABASE", "wuye.sqlite"), isolation_level=None
        )
        return _engine(connection)
    if name == "APP_REGISTRY":
        return AppRegistry(apps=[CORE_APP])
    raise AttributeError(name)


def _engine(connection: sqlite3.Connection) -> BorrowedEngine:
    async def run(query: str, values: Sequence[object]) -> list[dict[str, object]]:
        cursor = connection.execute(query, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    return BorrowedEngine(run)
