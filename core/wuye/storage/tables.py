"""Piccolo tables of synced entities, for reports that would rather not write SQL.

Fields are declared once, in the descriptor; the table follows. It reads only: synced records change through ops.
"""

from collections.abc import Mapping

from piccolo.columns import JSON, BigInt, Boolean, Column, Text
from piccolo.table import Table, create_table_class

from wuye.storage.engine import BorrowedEngine, RunQuery
from wuye.storage.layout import KEY_COLUMNS, ColumnType, TableLayout

_COLUMNS: Mapping[ColumnType, type[Column]] = {
    "text": Text,
    "integer": BigInt,
    "boolean": Boolean,
    "json": JSON,
}
_KEY_TYPES: Mapping[str, type[Column]] = {"no": BigInt, "seq": BigInt, "deleted": Boolean}


def table_for(layout: TableLayout, run: RunQuery) -> type[Table]:
    """Return the Piccolo table of an entity; its queries go through ``run`` (`SqliteReader.run`).

    Piccolo knows keys of one column only, so ``id`` is called the key; name the site in every query.
    """
    members: dict[str, object] = {name: _KEY_TYPES.get(name, Text)(null=True, default=None) for name in KEY_COLUMNS}
    members["id"] = Text(primary_key=True)
    members |= {column: _COLUMNS[type_](null=True, default=None) for _, column, type_ in layout.columns}
    name = "".join(part.capitalize() for part in layout.table.split("_"))
    return create_table_class(
        name, class_kwargs={"tablename": layout.table, "db": BorrowedEngine(run)}, class_members=members
    )
