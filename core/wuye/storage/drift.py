"""Descriptors against a migrated database: what is missing, and the migration file that adds it."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from wuye.model.registry import Registry
from wuye.storage.layout import ColumnType, TableLayout, layouts
from wuye.storage.migrator import migrate
from wuye.storage.synced import column_statements, index_name, table_statements


class Missing(Struct, frozen=True, kw_only=True):
    """What a descriptor asks of a table and the database lacks; a ``new`` table lacks everything."""

    entity: str
    table: str
    new: bool
    columns: Mapping[str, ColumnType]
    indexed: tuple[str, ...]


def schema_drift(connection: sqlite3.Connection, registry: Registry) -> list[str]:
    """Return in words what the descriptors ask for and the migrated database lacks; empty when all is well.

    Columns that no descriptor asks for any more are no drift: their data stays.
    """
    return [
        f"table {m.table} of entity {m.entity} is missing"
        if m.new
        else f"table {m.table} of entity {m.entity} lacks "
        + ", ".join([*(f"column {c}" for c in m.columns), *(f"an index on {c}" for c in m.indexed)])
        for m in missing(connection, registry)
    ]


def missing(connection: sqlite3.Connection, registry: Registry) -> list[Missing]:
    """Return what each entity's table lacks."""
    found = [_missing(connection, layout) for layout in layouts(registry).values()]
    return [one for one in found if one.new or one.columns or one.indexed]


def create_missing(connection: sqlite3.Connection, registry: Registry) -> None:
    """Make the tables without a migration, for tests and trials; an installation's come from migrations."""
    for one in missing(connection, registry):
        make = table_statements if one.new else column_statements
        for statement in make(one.table, one.columns, one.indexed):
            connection.execute(statement)


def new_migration(registry: Registry, plugin: str, app: str, apps: Sequence[str], now: datetime) -> Path | None:
    """Write the migration that a plugin's descriptors need, and return its file; None when nothing is missing.

    ``app`` is the dotted path of the plugin's ``piccolo_app``, ``apps`` those of all plugins in dependency order.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "all.sqlite"
        migrate(path, apps)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            wanted = [one for one in missing(connection, registry) if registry.plugin_of[one.entity] == plugin]
    if not wanted:
        return None
    config = import_module(app).APP_CONFIG
    name = f"{config.app_name}_{now:%Y_%m_%dt%H_%M_%S}"
    file = Path(config.migrations_folder_path) / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_source(name, config.app_name, wanted), encoding="utf-8", newline="\n")
    return file


def _missing(connection: sqlite3.Connection, layout: TableLayout) -> Missing:
    columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{layout.table}")')}
    indices = {row[1] for row in connection.execute(f'PRAGMA index_list("{layout.table}")')}
    return Missing(
        entity=layout.entity,
        table=layout.table,
        new=not columns,
        columns={column: type_ for _, column, type_ in layout.columns if column not in columns},
        indexed=tuple(c for c in layout.indexed if index_name(layout.table, c) not in indices),
    )


def _source(name: str, app: str, wanted: Iterable[Missing]) -> str:
    wanted = list(wanted)
    calls = [call for one in wanted for call in _calls(one)]
    used = sorted({function for function, _ in calls})
    about = ", ".join(one.table for one in wanted)
    return "\n".join(
        [
            f'"""Tables and columns of {app}."""',
            "",
            "from piccolo.apps.migrations.auto.migration_manager import MigrationManager",
            "",
            f"from wuye.api import {', '.join(used)}",
            "",
            f'ID = "{name}"',
            'VERSION = "1.38.0"',
            f'DESCRIPTION = "{about}"',
            "",
            "",
            "async def forwards() -> MigrationManager:",
            f'    manager = MigrationManager(migration_id=ID, app_name="{app}", description=DESCRIPTION)',
            *(line for function, lines in calls for line in (f"    {function}(", *lines, "    )")),
            "    return manager",
            "",
        ]
    )


def _calls(one: Missing) -> Iterator[tuple[str, list[str]]]:
    """Yield the functions of `wuye.storage.synced` to call, with the lines of their arguments."""
    target = ["        manager,", f'        "{one.table}",']
    columns = ["        {", *(f'            "{name}": "{type_}",' for name, type_ in one.columns.items()), "        },"]
    indexed = "[" + ", ".join(f'"{column}"' for column in one.indexed) + "]"
    if one.new:
        yield "create_table", [*target, *columns, *([f"        indexed={indexed},"] if one.indexed else [])]
        return
    if one.columns:
        yield "add_columns", [*target, *columns]
    if one.indexed:
        yield "add_indices", [*target, f"        {indexed},"]
