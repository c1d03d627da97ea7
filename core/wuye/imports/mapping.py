"""Maps: TOML files that say which column of a file is which field. Checked against the entities before any row is.

entity = "ticket"                       # or "household"
source = "la311"                        # what the records' `source` says; ids follow from it and the key
key = "SRNumber"                        # the column, or columns, that name a row for good
[fields]
title = "RequestType"                   # field = column
[fields.channel]                        # or more about it: see `FieldMap`
column = "RequestSource"
values = {"Call" = "phone"}
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from wuye.imports.cells import Convert, Times, Vocabulary, converter, folded, plain, resembles_formula
from wuye.imports.faults import BadCell, Fault, bad_map
from wuye.imports.reading import Format, Kind, Row, Table
from wuye.kernel.errors import Problem
from wuye.model.entity import Field
from wuye.model.registry import Model
from wuye.model.values import BadValue

Cells = Mapping[str, str]
SIGNS = ("+", "-", "@")
Target = tuple[str, str]
"""(entity, field)"""


class FieldMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a field's value comes from.

    One ``column``; or several ``columns``, put together by ``join`` or else written as lines ``column: value``; or a
    place from ``lat`` and ``lon``; or always the same ``value``. ``values`` translates a cell ("" an empty one),
    ``other`` stands for what it lacks. ``when`` (column → cells) tells in which rows the field is filled at all.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    join: str | None = None
    lat: str = ""
    lon: str = ""
    value: str | int | bool | None = None
    values: dict[str, str] = {}
    other: str = ""
    when: dict[str, list[str]] = {}


class NewSites(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site that the file names and nobody has made yet becomes."""

    type: str
    timezone: str = ""


class SiteMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which site a row belongs to: by code or name, maybe translated by ``values``; ``default`` where the cell is
    empty; ``create`` where there is no such site yet."""

    column: str = ""
    default: str = ""
    values: dict[str, str] = {}
    create: NewSites | None = None


class CodeMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that the file brings to a code list, with its label by language."""

    label: dict[str, str]
    parent: str | None = None


class FileMap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole map file."""

    entity: Literal["ticket", "household"]
    source: str
    key: str | tuple[str, ...]
    fields: dict[str, str | FieldMap]
    file: Format = Format()
    times: Times = Times()
    site: SiteMap = SiteMap()
    codes: dict[str, dict[str, CodeMap]] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a row."""
        return (self.key,) if isinstance(self.key, str) else self.key


class Mapped(Struct, frozen=True, kw_only=True):
    """A field with what reads it from a row; ``read`` raises `BadCell`."""

    entity: str
    field: Field
    about: FieldMap
    columns: tuple[str, ...]
    read: Callable[[Cells, Kind], object]
    required: bool


def load_map(path: Path, entity: str) -> FileMap:
    """Read a map file for tickets or households.

    Raises:
        Problem: ``bad_map``.
    """
    try:
        map_ = msgspec.convert(tomllib.loads(path.read_text("utf-8-sig")), FileMap)
        ZoneInfo(map_.times.zone)
    except OSError as error:
        raise bad_map("unreadable", file=path.name, reason=error.strerror or error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise bad_map("malformed", file=path.name, reason=error) from error
    except (KeyError, ValueError):
        raise bad_map("zone", zone=map_.times.zone) from None
    if map_.entity != entity:
        raise bad_map("entity", found=map_.entity, expected=entity)
    if len(map_.file.delimiter) != 1:
        raise bad_map("delimiter", delimiter=map_.file.delimiter)
    if not map_.source or not map_.keys or not all(map_.keys):
        raise bad_map("no_key")
    return map_


def compile_fields(
    map_: FileMap, models: Mapping[str, Model], entities: Iterable[str], vocabulary: Vocabulary
) -> list[Mapped]:
    """Check a map against the entities that it fills, the first of which needs no prefix.

    Raises:
        Problem: ``bad_map``.
    """
    known = list(entities)
    mapped = []
    for name, spec in map_.fields.items():
        entity, field = _target(name, known, models)
        about = spec if isinstance(spec, FieldMap) else FieldMap(column=spec)
        mapped.append(_mapped(name, entity, field, about, map_, models, vocabulary))
    filled = {(one.entity, one.field.name) for one in mapped}
    used = {one.entity for one in mapped} | {known[0]}
    for entity in used:
        model = models[entity]
        refs = {field for field, _, _ in model.refs}
        for required, when in model.required:
            if when is None and required not in model.defaults.keys() | refs and (entity, required) not in filled:
                raise bad_map("required", field=required if len(known) == 1 else f"{entity}.{required}")
    return mapped


def check_columns(map_: FileMap, mapped: Iterable[Mapped], table: Table) -> None:
    """See to it that the file has every column that the map names.

    Raises:
        Problem: ``bad_map``, with the columns of both.
    """
    named = [*map_.keys, *(column for one in mapped for column in one.columns)]
    named += [map_.site.column] if map_.site.column else []
    missing = [column for column in dict.fromkeys(named) if column not in table.columns]
    if missing:
        raise bad_map("columns", missing=", ".join(missing), found=", ".join(table.columns))


def key_of(map_: FileMap, row: Row) -> str:
    """Return what names a row for good; '' where a part of it is missing."""
    parts = [row.cells[column].strip() for column in map_.keys]
    return "\x1f".join(parts) if all(parts) else ""


def read_row(
    row: Row, kind: Kind, mapped: Iterable[Mapped], models: Mapping[str, Model]
) -> tuple[dict[Target, object], list[Fault], list[Fault]]:
    """Read a row: its values in wire form, what is wrong with it, what a person should look at."""
    values: dict[Target, object] = {}
    faults: list[Fault] = []
    notes: list[Fault] = []
    for one in mapped:
        column = one.columns[0] if one.columns else ""
        try:
            value = one.read(row.cells, kind)
            if value is not None:
                value = _checked(one, value, models)
        except BadCell as bad:
            told = Fault(line=row.line, column=column, key=bad.key, values=bad.values)
            if told not in faults:  # several fields may read one column
                faults.append(told)
            continue
        if value is not None:
            values[one.entity, one.field.name] = value
        if kind == "csv":
            notes += [
                Fault(line=row.line, column=column, key="import.note.resembles_formula")
                for column in one.columns
                if row.cells[column][:1] in SIGNS and resembles_formula(row.cells[column])
            ]
    return values, faults, [note for index, note in enumerate(notes) if note not in notes[:index]]


def _checked(one: Mapped, value: object, models: Mapping[str, Model]) -> object:
    check = models[one.entity].checks.get(one.field.name)
    if check is None:  # the state, which a converter has checked
        return value
    try:
        return check(value)
    except BadValue as bad:
        text = str(value)[:60]
        if bad.reason.startswith("longer"):
            raise BadCell("import.cell.too_long", max=bad.reason.split()[2], text=text) from None
        kind = {"note": "text", "point": "text", "choices": "choice"}.get(one.field.type, one.field.type)
        raise BadCell(f"import.cell.{kind}", text=text, format="", choices="") from None


def _target(name: str, known: list[str], models: Mapping[str, Model]) -> tuple[str, Field]:
    # "owner.private.phone" is a field of "owner.private", and "title" one of "ticket".
    entity = next((e for e in sorted(known, key=len, reverse=True) if name.startswith(f"{e}.")), known[0])
    model, field = models[entity], name.removeprefix(f"{entity}.")
    if field == model.state_field and model.entity.workflow:
        states = tuple(state.name for state in model.entity.workflow.states)
        return entity, Field(name=field, type="choice", choices=states)
    found = next((f for f in model.entity.fields if f.name == field), None)
    if found is None:
        every = sorted(f.name for f in model.entity.fields)
        raise bad_map("field", field=name, entity=entity, fields=", ".join(every))
    return entity, found


def _mapped(
    name: str,
    entity: str,
    field: Field,
    about: FieldMap,
    map_: FileMap,
    models: Mapping[str, Model],
    vocabulary: Vocabulary,
) -> Mapped:
    sources = [bool(about.column), bool(about.columns), bool(about.lat or about.lon), about.value is not None]
    if sum(sources) != 1 or bool(about.lat) != bool(about.lon) or (about.lat and field.type != "place"):
        raise bad_map("source", field=name)
    model = models[entity]
    convert = converter(model.entity, field, vocabulary, map_.times)
    if about.lat:
        read = _place(about)
    elif convert is None:
        raise bad_map("type", field=name, type=field.type)
    else:
        try:
            read = _reader(about, convert)
        except BadCell as bad:
            raise _bad_value(name, bad) from None
    columns = [about.column] if about.column else [about.lat, about.lon] if about.lat else list(about.columns)
    return Mapped(
        entity=entity,
        field=field,
        about=about,
        columns=(*columns, *(column for column in about.when if column not in columns)),
        read=_only_when(about, read) if about.when else read,
        required=field.required and field.name not in model.defaults,
    )


def _bad_value(field: str, bad: BadCell) -> Problem:
    return bad_map("value", field=field, text=bad.values.get("text", ""), choices=bad.values.get("choices", ""))


def _reader(about: FieldMap, convert: Convert) -> Callable[[Cells, Kind], object]:
    table = {folded(cell): convert(value) for cell, value in about.values.items()}
    other = convert(about.other) if about.other else None
    if about.value is not None:
        value = about.value if isinstance(about.value, str) else str(about.value).lower()
        constant = convert(value)
        return lambda _cells, _kind: constant

    def one(cells: Cells, kind: Kind) -> object:
        text = plain(cells[about.column], kind)
        if table and (found := table.get(folded(text))) is not None:
            return found
        if not text:
            return None
        return other if other is not None else convert(text)

    def lines(cells: Cells, kind: Kind) -> object:
        parts = [(column, plain(cells[column], kind)) for column in about.columns]
        if about.join is None:
            text = "\n".join(f"{column}: {text}" for column, text in parts if text)
        else:
            text = about.join.join(text for _, text in parts if text)
        return convert(text) if text else None

    return one if about.column else lines


def _only_when(about: FieldMap, read: Callable[[Cells, Kind], object]) -> Callable[[Cells, Kind], object]:
    wanted = [(column, {folded(cell) for cell in cells}) for column, cells in about.when.items()]

    def conditional(cells: Cells, kind: Kind) -> object:
        holds = all(folded(cells[column]) in accepted for column, accepted in wanted)
        return read(cells, kind) if holds else None

    return conditional


def _place(about: FieldMap) -> Callable[[Cells, Kind], object]:
    def place(cells: Cells, kind: Kind) -> object:
        lat, lon = plain(cells[about.lat], kind), plain(cells[about.lon], kind)
        if not lat and not lon:
            return None
        try:
            return {"lat": float(lat), "lon": float(lon)}
        except ValueError:
            raise BadCell("import.cell.place", text=f"{lat}, {lon}"[:60]) from None

    return place
