"""What an import would do, worked out whole before anything is written."""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct

from wuye.bootstrap import create
from wuye.imports.cells import Vocabulary, folded
from wuye.imports.faults import BadCell, Fault, bad_map
from wuye.imports.mapping import FileMap, Mapped, SiteMap, key_of
from wuye.imports.reading import Row
from wuye.kernel.clock import to_wire
from wuye.kernel.ids import derive, time_of
from wuye.model.registry import Model
from wuye.protocol.wire import MAX_OP, Op
from wuye.sync.directory import Directory, SiteInfo

CODE_MAX = 40
OVERHEAD = 100
"""Bytes that an op's group and n add to it on its way."""


class Planned(Struct, frozen=True):
    """An op with the line that asks for it."""

    line: int
    op: Op


Unit = tuple[Planned, ...]
"""Ops that apply together or not at all: a row's."""


class Draft(Struct, kw_only=True):
    """An import, in the order of writing: ``founding`` are the organisation's sites and codes, ``places`` what rows
    stand in together, ``units`` the rows at their sites. ``faults`` forbid it, ``notes`` are for a person to look at.
    ``by_default`` rows named no site; ``on_file`` rows are there already, from whatever source. ``together`` lets
    neighbouring rows share a group, for speed; else each is its own."""

    founding: list[Op] = []
    places: list[Unit] = []
    units: list[Unit] = []
    faults: list[Fault] = []
    notes: list[Fault] = []
    by_default: int = 0
    on_file: int = 0
    rows: int = 0
    together: bool = False

    def check_sizes(self) -> None:
        """Find the rows that the door would not take whole."""
        for unit in self.units:
            for planned in unit:
                if len(msgspec.json.encode(planned.op)) + OVERHEAD > MAX_OP:
                    values = {"max": MAX_OP >> 10}
                    self.faults.append(Fault(line=planned.line, column="", key="import.row.too_large", values=values))


class Rows:
    """Takes each row of a file once: its key names it."""

    def __init__(self, map_: FileMap, draft: Draft) -> None:
        self._map = map_
        self._draft = draft
        self._seen: dict[str, Row] = {}

    def take(self, row: Row) -> str | None:
        """Return the row's key, or None where it is not to be read: it has no key, or it came before."""
        column = self._map.keys[0]
        key = key_of(self._map, row)
        first = self._seen.setdefault(key, row)
        if not key:
            self._draft.faults.append(fault(row, ", ".join(self._map.keys), "import.row.no_key"))
        elif first is row:
            return key
        elif first.cells == row.cells:
            self._draft.notes.append(fault(row, column, "import.note.same_row", first=first.line))
        else:
            values = {"key": shown(key), "first": first.line}
            self._draft.faults.append(fault(row, column, "import.row.same_key", **values))
        return None


def fault(row: Row, column: str, key: str, /, **values: object) -> Fault:
    """Return a fault of a row."""
    return Fault(line=row.line, column=column, key=key, values=values)


def shown(key: str) -> str:
    """Return a row's key as people read it."""
    return key.replace("\x1f", " ")


def missing(
    row: Row, mapped: Iterable[Mapped], values: Container[tuple[str, str]], entities: Container[str]
) -> list[Fault]:
    """Return the fields of some entities that must hold a value and do not."""
    columns = dict.fromkeys(
        one.columns[0] if one.columns else ""
        for one in mapped
        if one.required and one.entity in entities and (one.entity, one.field.name) not in values
    )
    return [fault(row, column, "import.cell.required") for column in columns]


def column_of(mapped: Iterable[Mapped], entity: str, field: str) -> str:
    """Return the column from which a field is read, or ''."""
    return next(
        (one.columns[0] for one in mapped if (one.entity, one.field.name) == (entity, field) and one.columns), ""
    )


def own_codes(map_: FileMap, directory: Directory) -> list[Mapping[str, object]]:
    """Return the values that the map brings to code lists and the company does not have yet, as records.

    Raises:
        Problem: ``bad_map``, there is no such list.
    """
    known = {(str(code["list"]), str(code["value"])) for code in directory.codes}
    new: list[Mapping[str, object]] = []
    for list_, values in map_.codes.items():
        declared = directory.registry.codes.get(list_)
        if declared is None:
            raise bad_map("code_list", list=list_, lists=", ".join(sorted(directory.registry.codes)))
        for value, about in values.items():
            if value not in declared.values and (list_, value) not in known:
                new.append({"list": list_, "value": value, "label": about.label, "parent": about.parent})
    return new


def vocabulary_of(map_: FileMap, directory: Directory) -> Vocabulary:
    """Return the choices that hold once the map's codes are there."""
    return Vocabulary(directory.registry, [*directory.codes, *own_codes(map_, directory)])


def models_of(map_: FileMap, directory: Directory) -> Mapping[str, Model]:
    """Return the models that hold once the map's codes are there."""
    codes: dict[str, frozenset[str]] = {}
    for code in [*directory.codes, *own_codes(map_, directory)]:
        codes[str(code["list"])] = codes.get(str(code["list"]), frozenset()) | {str(code["value"])}
    return directory.registry.compile(codes)


def code_ops(map_: FileMap, directory: Directory, now: datetime) -> list[Op]:
    """Return the ops that add the map's codes to the organisation."""
    org = directory.org
    return [
        create(
            "code",
            derive("import-code", org, str(code["list"]), str(code["value"]), ms=time_of(org)),
            code,
            site=org,
            at=now,
        )
        for code in own_codes(map_, directory)
    ]


class Sites:
    """Finds the site of a row by code or name; makes those that the file names and nobody has made yet."""

    def __init__(self, directory: Directory, map_: SiteMap, zone: str) -> None:
        self._org = directory.org
        self._map = map_
        self._zone = map_.create.timezone or zone if map_.create else zone
        self._known: dict[str, str] = {}
        self._translated = {folded(cell): name for cell, name in map_.values.items()}
        self.new: dict[str, Mapping[str, object]] = {}
        for info in directory.sites.values():
            if info.id != directory.org:
                self._known |= dict.fromkeys(_names(info), info.id)

    def of(self, cell: str) -> str:
        """Return the site that a cell names, the default one for an empty cell.

        Raises:
            BadCell: there is none, and none is to be made.
        """
        named = " ".join((self._translated.get(folded(cell)) or cell or self._map.default).split())
        if not named:
            raise BadCell("import.row.no_site")
        name = unicodedata.normalize("NFC", named)
        code = site_code(name)
        if site := self._known.get(folded(name)) or self._known.get(folded(code)):
            return site
        if self._map.create is None:
            raise BadCell("import.row.unknown_site", site=name[:60])
        site = derive("import-site", self._org, code, ms=time_of(self._org))
        self.new[site] = {"code": code, "name": name, "type": self._map.create.type, "timezone": self._zone}
        self._known |= dict.fromkeys((folded(name), folded(code)), site)
        return site

    def ops(self, now: datetime) -> list[Op]:
        """Return the ops that make the new sites."""
        return [create("site", site, values, site=self._org, at=now) for site, values in self.new.items()]


def _names(info: SiteInfo) -> Iterable[str]:
    return (folded(str(info.values.get("code"))), folded(str(info.values.get("name"))))


def site_code(name: str) -> str:
    """Make a site's code from its name: ``P.I.C.O. NC`` → ``P-I-C-O-NC``; a long one is cut and told apart by a
    digest."""
    letters = unicodedata.normalize("NFKC", name).upper()
    code = re.sub(r"[\W_]+", "-", letters).strip("-") or "-"
    if len(code) <= CODE_MAX:
        return code
    return f"{code[: CODE_MAX - 7].rstrip('-')}-{blake2b(code.encode(), digest_size=3).hexdigest()}"


def broken_rules(model: Model, values: Mapping[str, object], now: datetime) -> list[tuple[str, str]]:
    """Return the constraints that a record would break, as (text's key, field), so that the file is refused before
    the door refuses the op."""
    scope = {
        **model.defaults,
        **values,
        "user": {"id": "", "roles": []},
        "settings": {},
        "today": now.date().isoformat(),
        "now": to_wire(now),
    }
    return [
        (f"{model.entity.name}.constraint.{name}", fields[0] if fields else "")
        for name, expression, fields in model.constraints
        if expression.evaluate(scope) is False
    ]
