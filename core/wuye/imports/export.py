"""The household ledger goes out again in the columns of a map: what `households` reads back (OWN-9). Pure.

Personal data leaves only for those who may read it, and who looked up whose is told (OWN-7).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.imports.cells import Times, Vocabulary, folded
from wuye.imports.mapping import FileMap, Mapped
from wuye.kernel.clock import from_wire
from wuye.model.entity import Entity, Field
from wuye.model.registry import Model
from wuye.sync.access import Access
from wuye.sync.rows import Stored

ROLES = ("owner", "co_owner", "merchant", "tenant", "family", "agent", "emergency_contact")
SEPARATORS = ";；、,，\n()（）"

Household = Mapping[str, Stored]
"""The records of a row by entity."""


class Exported(Struct, frozen=True, kw_only=True):
    """A ledger as a table; ``looked_up`` tells whose (owner) private fields it shows."""

    columns: list[str]
    rows: list[list[str]]
    looked_up: dict[str, set[str]]


class Words(Struct, frozen=True, kw_only=True):
    """How values are written: in which language, and what yes and no are in it."""

    vocabulary: Vocabulary
    language: str
    yes: str
    no: str


def export_households(
    map_: FileMap,
    mapped: Sequence[Mapped],
    models: Mapping[str, Model],
    on_file: Sequence[Stored],
    access: Access,
    words: Words,
) -> Exported:
    """Put the households that somebody may read into rows, in the order of their units (OWN-6). Former occupancies
    are among them where the map has a column for their end."""
    readable = [stored for stored in on_file if access.reads(stored.buckets)]
    ended = any((one.entity, one.field.name) == ("occupancy", "ends") for one in mapped)
    writers = {column: _writer(one, index, models, map_.times, words) for column, one, index in _columns(mapped)}
    rows: list[list[str]] = []
    looked_up: dict[str, set[str]] = {}
    for household in _households(readable, former=ended):
        rows.append([write(household) for write in writers.values()])
        private = household.get("owner.private")
        shown = {one.field.name for one in mapped if private and one.entity == private.entity} & set(
            private.values if private else ()
        )
        if shown:
            looked_up.setdefault(household["owner"].id, set()).update(shown)
    return Exported(columns=list(writers), rows=rows, looked_up=looked_up)


def _households(readable: Sequence[Stored], *, former: bool) -> list[Household]:
    records = {(stored.entity, stored.id): stored for stored in readable}
    private = {str(stored.values["owner"]): stored for stored in readable if stored.entity == "owner.private"}
    consents = {
        str(stored.values["owner"]): stored
        for stored in sorted(readable, key=lambda stored: str(stored.values.get("given_at")))
        if stored.entity == "consent" and stored.values.get("status") != "withdrawn"
    }
    households = []
    for stored in readable:
        if stored.entity != "occupancy" or (stored.values.get("ends") and not former):
            continue
        owner, unit = str(stored.values["owner"]), records.get(("unit", str(stored.values["unit"])))
        found = {
            "occupancy": stored,
            "owner": records.get(("owner", owner)),
            "unit": unit,
            "building": records.get(("building", str(unit.values.get("building")))) if unit else None,
            "zone": records.get(("zone", str(unit.values.get("zone")))) if unit else None,
            "owner.private": private.get(owner),
            "consent": consents.get(owner),
        }
        household = {entity: record for entity, record in found.items() if record}
        if "owner" in household and "unit" in household:
            households.append(household)
    return sorted(households, key=_order)


def _order(household: Household) -> tuple[str, bool, int, str]:
    lives = household["occupancy"].values
    role = str(lives.get("role"))
    return (
        str(household["unit"].values.get("code")),
        bool(lives.get("ends")),
        ROLES.index(role) if role in ROLES else len(ROLES),
        household["owner"].id,
    )


def _columns(mapped: Sequence[Mapped]) -> list[tuple[str, Mapped, int]]:
    """Return each column once, with the field that it shows and its place among that field's columns."""
    found: dict[str, tuple[str, Mapped, int]] = {}
    for one in mapped:
        about = one.about
        own = (about.column,) if about.column else about.columns if about.join is not None else ()
        for index, column in enumerate(own):
            # A column of its own tells more than a share of a joined one.
            if column not in found or (about.column and not found[column][1].about.column):
                found[column] = (column, one, index)
    return list(found.values())


def _writer(
    one: Mapped, index: int, models: Mapping[str, Model], times: Times, words: Words
) -> Callable[[Household], str]:
    entity = models[one.entity].entity
    given = {}
    for cell, value in reversed(one.about.values.items()):
        given[folded(value)] = cell

    def write(household: Household) -> str:
        record = household.get(one.entity)
        value = record.values.get(one.field.name) if record else None
        if value is None:
            return ""
        text = given.get(folded(str(value))) or _text(entity, one.field, value, times, words)
        if one.about.join and len(one.about.columns) > 1:
            parts = text.split(one.about.join, len(one.about.columns) - 1)
            # What was not put together of as many parts stands in the last column.
            parts = [""] * (len(one.about.columns) - len(parts)) + parts
            return parts[index]
        return text

    return write


def _text(entity: Entity, field: Field, value: object, times: Times, words: Words) -> str:
    match field.type, value:
        case "choice", str():
            return _label(entity, field, value, words)
        case "choices", list():
            return "; ".join(_label(entity, field, str(item), words) for item in value)
        case "rows", list():
            return "; ".join(_row(entity, field, row, words) for row in value if isinstance(row, dict))
        case "boolean", bool():
            return words.yes if value else words.no
        case "date", str() if times.date_format:
            return date.fromisoformat(value).strftime(times.date_format)
        case "datetime", str():
            moment = from_wire(value).astimezone(ZoneInfo(times.zone))
            return moment.strftime(times.format or "%Y-%m-%d %H:%M:%S")
    return str(value)


def _label(entity: Entity, field: Field, value: str, words: Words) -> str:
    """Return a choice's label where it can be read back, else the value itself."""
    label = words.vocabulary.label(entity, field, value).get(words.language, value)
    plain = not any(char in label for char in SEPARATORS)
    return label if plain and words.vocabulary.names(entity, field).get(folded(label)) == value else value


def _row(entity: Entity, field: Field, row: Mapping[str, object], words: Words) -> str:
    first, second = field.fields[:2]
    inner = Entity(name=f"{entity.name}.{field.name}", fields=field.fields, stream="", title="")
    about = row.get(second.name)
    name = str(row.get(first.name))
    return f"{name} ({_label(inner, second, str(about), words)})" if about else name
