"""How descriptors become tables: names, columns and look-ups of every synced entity. Pure."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from wuye.model.entity import Entity, Field, FieldType
from wuye.model.registry import Registry

ColumnType = Literal["text", "integer", "boolean", "json"]
"""What a column of a synced table may hold; times, dates and decimals are text as on the wire."""

KEY_COLUMNS = ("no", "site", "id", "seq", "deleted", "created_at", "created_by", "updated_at", "updated_by")
"""Columns of every synced table. ``no`` is the record's number in this database and means nothing outside."""

_TYPES: Mapping[FieldType, ColumnType] = {
    "integer": "integer", "money": "integer", "boolean": "boolean", "choices": "json", "refs": "json",
    "place": "json", "rows": "json", "blobs": "json", "signature": "json", "localized": "json",
    "value": "json",
}  # fmt: skip
_SETS = ("refs", "choices")
_OF_THE_ENGINE = (("review", "subject"), ("review.private", "subject"))


class TableLayout(Struct, frozen=True, kw_only=True):
    """An entity's table: (field, column, type) of each field, columns with an index, fields that are sets."""

    entity: str
    table: str
    columns: tuple[tuple[str, str, ColumnType], ...]
    indexed: tuple[str, ...]
    sets: tuple[str, ...]

    def column(self, field: str) -> str | None:
        """Return the column of a field, or None when there is no such field."""
        return next((column for name, column, _ in self.columns if name == field), None)


def table_name(entity: str) -> str:
    """Return the table of an entity: ``lostfound.item`` lies in ``lostfound_item``."""
    return entity.replace(".", "_")


def column_name(field: str) -> str:
    """Return the column of a field: its name, with ``_`` behind it where that is a key column's."""
    return f"{field}_" if field in KEY_COLUMNS else field


def layouts(registry: Registry) -> dict[str, TableLayout]:
    """Return the layout of every entity.

    Raises:
        ValueError: two entities would lie in the same table.
    """
    wanted = _lookups(registry)
    found = {name: _layout(entity, wanted[name]) for name, entity in registry.entities.items()}
    owners: dict[str, str] = {}
    for layout in found.values():
        if (other := owners.setdefault(layout.table, layout.entity)) != layout.entity:
            raise ValueError(f"entities {other} and {layout.entity} would both lie in table {layout.table}")
    return found


def _layout(entity: Entity, lookups: set[str]) -> TableLayout:
    fields = list(entity.fields)
    if entity.workflow and all(field.name != entity.workflow.field for field in fields):
        fields.append(Field(name=entity.workflow.field))
    columns = tuple((f.name, column_name(f.name), _TYPES.get(f.type, "text")) for f in fields)
    return TableLayout(
        entity=entity.name,
        table=table_name(entity.name),
        columns=columns,
        indexed=tuple(column for name, column, type_ in columns if name in lookups and type_ in ("text", "integer")),
        sets=tuple(f.name for f in fields if f.type in _SETS),
    )


def _lookups(registry: Registry) -> dict[str, set[str]]:
    """Return the fields by which the engine and the rules look records up."""
    wanted: dict[str, set[str]] = {name: set() for name in registry.entities}
    for entity_name, field in _OF_THE_ENGINE:
        wanted.get(entity_name, set()).add(field)
    for entity in registry.entities.values():
        wanted[entity.name].update(_own_lookups(entity))
        for child in entity.children:
            wanted.get(child.entity, set()).add(child.field)
    for _plugin, rule in registry.rules:
        for read in rule.reads:
            wanted.get(read.entity, set()).add(read.field)
    return wanted


def _own_lookups(entity: Entity) -> Iterable[str]:
    yield from (key.via for key in entity.keys if key.via)
    yield from (names[0] for names in entity.unique)
    if entity.account:
        yield entity.account.owner
