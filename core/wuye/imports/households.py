"""A household ledger becomes zones, buildings, units, owners with their private data, occupancies and consents.

One row is one household (OWN-9): its owner with what belongs to him applies together or not at all. Places come
first, each once. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye.bootstrap import create
from wuye.imports.cells import folded
from wuye.imports.drafts import (
    Draft,
    Planned,
    Rows,
    broken_rules,
    code_ops,
    column_of,
    fault,
    missing,
    models_of,
    vocabulary_of,
)
from wuye.imports.faults import bad_map
from wuye.imports.mapping import FileMap, Mapped, check_columns, compile_fields, read_row
from wuye.imports.reading import Row, Table
from wuye.kernel.ids import derive, time_of
from wuye.model.registry import Model
from wuye.sync.directory import Directory
from wuye.sync.rows import Stored

ENTITIES = ("owner", "zone", "building", "unit", "owner.private", "occupancy", "consent")
NEEDED = (("zone", "code"), ("building", "code"), ("unit", "code"), ("occupancy", "role"))
ALWAYS = frozenset({"owner", "zone", "building", "unit", "occupancy"})

Values = dict[str, object]


def compile_households(map_: FileMap, directory: Directory) -> list[Mapped]:
    """Check a map of household ledgers.

    Raises:
        Problem: ``bad_map``.
    """
    mapped = compile_fields(map_, models_of(map_, directory), ENTITIES, vocabulary_of(map_, directory))
    filled = {(one.entity, one.field.name) for one in mapped}
    for entity, field in NEEDED:
        if (entity, field) not in filled:
            raise bad_map("required", field=f"{entity}.{field}")
    return mapped


def draft_households(
    table: Table, map_: FileMap, directory: Directory, site: str, on_file: Iterable[Stored], now: datetime
) -> Draft:
    """Work out the households of a file. ``on_file`` are the records of `ENTITIES` that the site has.

    Raises:
        Problem: ``bad_map``, the map does not fit the entities or the file.
    """
    mapped = compile_households(map_, directory)
    check_columns(map_, mapped, table)
    draft = Draft(rows=len(table.rows), faults=list(table.faults), notes=list(table.notes))
    rows = Rows(map_, draft)
    ledger = _Ledger(map_, mapped, models_of(map_, directory), site, on_file, now, draft)
    for row in table.rows:
        key = rows.take(row)
        if key is not None:
            ledger.add(row, key, table)
    draft.check_sizes()
    draft.founding = code_ops(map_, directory, now)
    return draft


class _Ledger:
    """What the site has and what the file adds to it, row by row."""

    def __init__(
        self,
        map_: FileMap,
        mapped: Sequence[Mapped],
        models: Mapping[str, Model],
        site: str,
        on_file: Iterable[Stored],
        now: datetime,
        draft: Draft,
    ) -> None:
        self._map = map_
        self._mapped = mapped
        self._models = models
        self._site = site
        self._now = now
        self._draft = draft
        self._records = {(stored.entity, stored.id): stored.values for stored in on_file}
        self._planned: dict[tuple[str, str], Values] = {}
        self._places: dict[tuple[str, str], str] = {}
        for (entity, record), values in self._records.items():
            if entity in ("zone", "building", "unit"):
                names = [values.get("code"), values.get("name") if entity == "zone" else None]
                self._places |= {(entity, folded(str(name))): record for name in names if name}
        owners = {record: values for (entity, record), values in self._records.items() if entity == "owner"}
        self._living = {
            (str(values["unit"]), values.get("role"), folded(str(owners[owner].get("name")))): owner
            for (entity, _), values in self._records.items()
            if entity == "occupancy" and (owner := str(values["owner"])) in owners
        }

    def add(self, row: Row, key: str, table: Table) -> None:
        """Read a row and plan its household."""
        read, faults, notes = read_row(row, table.kind, self._mapped, self._models)
        self._draft.notes += notes
        parts: dict[str, Values] = {entity: {} for entity in ENTITIES}
        for (entity, field), value in read.items():
            parts[entity][field] = value
        self._leave_out_empty(parts)
        needed = ALWAYS | {entity for entity in ("owner.private", "consent") if parts[entity]}
        faults = faults or missing(row, self._mapped, read, needed)
        if not faults:
            faults = [
                fault(row, column_of(self._mapped, entity, field), rule)
                for entity, values in parts.items()
                if values
                for rule, field in broken_rules(self._models[entity], values, self._now)
            ]
        if faults:
            self._draft.faults += faults
            return
        zone = self._place(row, "zone", {"name": parts["zone"]["code"], **parts["zone"]})
        building = self._place(row, "building", parts["building"])
        unit = self._place(row, "unit", {**parts["unit"], "building": building, "zone": zone})
        owner = self._id(key, "owner")
        known = self._living.get((unit, parts["occupancy"]["role"], folded(str(parts["owner"]["name"]))))
        if known and known != owner:
            self._draft.on_file += 1
            self._compare(row, "owner", self._records["owner", known], parts["owner"])
            return
        self._draft.units.append(tuple(self._household(row, key, unit, owner, parts)))

    def _leave_out_empty(self, parts: dict[str, Values]) -> None:
        """Drop private data and consents that hold nothing but what the map puts into every row."""
        for entity in ("owner.private", "consent"):
            told = {one.field.name for one in self._mapped if one.entity == entity and one.columns}
            if told.isdisjoint(parts[entity]):
                parts[entity] = {}

    def _household(self, row: Row, key: str, unit: str, owner: str, parts: Mapping[str, Values]) -> Iterable[Planned]:
        lives = parts["occupancy"]
        # Who has moved out belongs to the unit's history only (OWN-8).
        home = {} if lives.get("ends") else {"unit": unit}
        yield self._create(row, "owner", owner, parts["owner"] | home)
        for entity in ("owner.private", "occupancy", "consent"):
            if values := parts[entity]:
                at = {"unit": unit} if entity == "occupancy" else {}
                yield self._create(row, entity, self._id(key, entity), {**values, **at, "owner": owner})

    def _place(self, row: Row, entity: str, values: Values) -> str:
        """Return a place by its code; plan it where there is none."""
        name = (entity, folded(str(values["code"])))
        known = self._places.get(name)
        if known is None:
            record = derive("import", self._site, *name, ms=time_of(self._site))
            self._places[name] = record
            self._planned[entity, record] = values
            self._draft.places.append((self._create(row, entity, record, values),))
            return record
        if planned := self._planned.get((entity, known)):
            self._contradict(row, entity, planned, values)
        else:
            self._compare(row, entity, self._records[entity, known], values)
        return known

    def _contradict(self, row: Row, entity: str, planned: Values, values: Values) -> None:
        """Refuse a row that says something else of a place than a row before."""
        for field, value in values.items():
            if planned.setdefault(field, value) != value:
                column = column_of(self._mapped, entity, field) or column_of(self._mapped, str(field), "code")
                self._draft.faults.append(fault(row, column, "import.row.contradicts", code=str(values["code"])))

    def _compare(self, row: Row, entity: str, known: Mapping[str, object], values: Values) -> None:
        """Say where a file differs from what is on file; that stays as it is."""
        for field, value in values.items():
            column = column_of(self._mapped, entity, field) or column_of(self._mapped, str(field), "code")
            is_name = entity == "zone" and field in ("code", "name")  # a zone is found by either
            if known.get(field) != value and not is_name:
                self._draft.notes.append(fault(row, column, "import.note.differs"))

    def _create(self, row: Row, entity: str, record: str, values: Mapping[str, object]) -> Planned:
        return Planned(row.line, create(entity, record, values, site=self._site, at=self._now))

    def _id(self, key: str, entity: str) -> str:
        return derive("import", self._map.source, self._site, key, entity, ms=time_of(self._site))
