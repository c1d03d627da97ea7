"""What a migration says about synced tables (design §4).

A migration file freezes names and types; these functions know how each database lays them out: the key
``(site, id)``, seq, deleted, authors and times, and no foreign keys. All steps add: SQLite changes no column.

    create_table(manager, "lostfound_item", {"title": "text", "photos": "json"}, indexed=["title"])
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from wuye.storage.layout import KEY_COLUMNS, ColumnType

if TYPE_CHECKING:  # plugins import this through the api at every start, and Piccolo is slow to import
    from piccolo.apps.migrations.auto.migration_manager import MigrationManager

_SQLITE_TYPES: Mapping[ColumnType, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "json": "TEXT",
}
_SQLITE_KEY = (
    "no INTEGER PRIMARY KEY, site TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,"
    " deleted BOOLEAN NOT NULL, created_at TEXT NOT NULL, created_by TEXT NOT NULL,"
    " updated_at TEXT NOT NULL, updated_by TEXT NOT NULL"
)


def create_table(
    manager: "MigrationManager", name: str, columns: Mapping[str, ColumnType], *, indexed: Iterable[str] = ()
) -> None:
    """Create the table of a synced entity; records are findable by each ``indexed`` column.

    Raises:
        ValueError: a column has the name of a key column.
    """
    run_sql(manager, table_statements(name, columns, indexed))


def add_columns(manager: "MigrationManager", name: str, columns: Mapping[str, ColumnType]) -> None:
    """Add columns to the table of a synced entity; they are empty in the records that are there."""
    run_sql(manager, column_statements(name, columns, ()))


def add_indices(manager: "MigrationManager", name: str, columns: Iterable[str]) -> None:
    """Make records findable by columns, each by itself."""
    run_sql(manager, column_statements(name, {}, columns))


def table_statements(name: str, columns: Mapping[str, ColumnType], indexed: Iterable[str]) -> list[str]:
    """Return what creates a synced table in SQLite."""
    if taken := columns.keys() & set(KEY_COLUMNS):
        raise ValueError(f"table {name}: {', '.join(sorted(taken))} are there already; put a _ behind the name")
    own = "".join(f', "{column}" {_SQLITE_TYPES[type_]}' for column, type_ in columns.items())
    create = f'CREATE TABLE "{name}" ({_SQLITE_KEY}{own}, UNIQUE (site, id))'
    return [create, *column_statements(name, {}, indexed)]


def column_statements(name: str, columns: Mapping[str, ColumnType], indexed: Iterable[str]) -> list[str]:
    """Return what adds columns and indices to a synced table in SQLite."""
    add = [f'ALTER TABLE "{name}" ADD COLUMN "{column}" {_SQLITE_TYPES[t]}' for column, t in columns.items()]
    index = [f'CREATE INDEX "{index_name(name, column)}" ON "{name}" ("{column}")' for column in indexed]
    return add + index


def index_name(table: str, column: str) -> str:
    """Return the name of the index by which records are found by a column."""
    return f"{table}__{column}"


def run_sql(manager: "MigrationManager", statements: Iterable[str]) -> None:
    """Run statements of SQLite's dialect when the migration runs."""
    statements = list(statements)

    async def run() -> None:
        from piccolo.engine.finder import engine_finder

        engine = engine_finder()
        assert engine is not None
        for statement in statements:
            await engine.run_ddl(statement)

    manager.add_raw(run)
