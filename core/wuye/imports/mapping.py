"""The map: a TOML file that says which column becomes which field, and how (docs/imports.md)."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from wuye.imports.faults import bad_map
from wuye.imports.reading import DELIMITERS, ENCODINGS

BUNDLED = files("wuye.imports") / "maps"


class Take(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a field's value comes from.

    ``column``, or several ``columns`` of which the filled ones are joined by ``join``, or the same ``value`` for every
    row. ``table`` names a table of the map that turns what is written into what is meant; what it lacks becomes
    ``otherwise``, or with ``add`` a new code of the company's own. ``split`` holds the characters that separate several
    values or people in one cell. A place takes ``lat`` and ``lon``.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    join: str = " "
    value: str | bool | int | None = None
    table: str | None = None
    otherwise: str | None = None
    add: bool = False
    split: str | None = None
    lat: str | None = None
    lon: str | None = None

    def sources(self) -> Iterator[str]:
        """Yield the columns that it reads."""
        yield from (name for name in (self.column, *self.columns, self.lat, self.lon) if name is not None)


class FileForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is written. Without ``encoding`` UTF-8 and GB18030 are told apart. ``formulas``: cells that begin
    like a formula are refused, or kept as text (``text``)."""

    encoding: str | None = None
    delimiter: str = ","
    sheet: str | None = None
    formulas: Literal["refuse", "text"] = "refuse"


class Times(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How moments and dates are written (as for strptime), and the zone of the clock that they were read from.

    ``created`` names the column of the moment when the row came into being, ``as_of`` stands for it where there is
    none: the day on which the ledger was true.
    """

    zone: str
    format: str = "%Y-%m-%d %H:%M:%S"
    date_format: str = "%Y-%m-%d"
    created: str | None = None
    as_of: date | None = None


class Sites(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which site a row belongs to: the one with code ``prefix`` + what ``column`` holds, or ``default``.

    With ``create`` unknown sites are made, of ``type``, in ``timezone`` (default: that of the file's times); ``name``
    is the column with their name.
    """

    column: str | None = None
    prefix: str = ""
    default: str | None = None
    default_name: str | None = None
    create: bool = False
    name: str | None = None
    type: str = "mixed"
    timezone: str | None = None
    languages: tuple[str, ...] = ()


class NewCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that is added to one of the company's code lists."""

    label: dict[str, str]
    parent: str | None = None


class Map(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole map. ``source`` and the value of ``key`` name a row for ever: what was imported under them is not
    imported again. ``fields`` is by entity and field."""

    what: Literal["tickets", "households"]
    source: str
    key: str
    times: Times
    sites: Sites
    fields: dict[str, dict[str, Take | str]]
    file: FileForm = FileForm()
    tables: dict[str, dict[str, str]] = {}
    codes: dict[str, dict[str, NewCode]] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the file's clock."""
        return ZoneInfo(self.times.zone)

    def take(self, entity: str) -> Mapping[str, Take]:
        """Return where the fields of an entity come from."""
        fields = self.fields.get(entity, {})
        return {name: Take(column=take) if isinstance(take, str) else take for name, take in fields.items()}

    def columns(self) -> Iterator[str]:
        """Yield every column that the map reads."""
        named = (self.key, self.times.created, self.sites.column, self.sites.name)
        yield from (name for name in named if name is not None)
        for entity in self.fields:
            for take in self.take(entity).values():
                yield from take.sources()


def load_map(name: str, what: str) -> Map:
    """Load a map from a file, or by name one of those that come with Wuye.

    Raises:
        Problem: ``bad_map``, with the place.
    """
    path = Path(name)
    try:
        if path.suffix != ".toml" and not path.exists():
            known = sorted(entry.name.removesuffix(".toml") for entry in BUNDLED.iterdir())
            if name not in known:
                raise bad_map("unknown", map=name, known=", ".join(known))
            text = (BUNDLED / f"{name}.toml").read_text("utf-8")
        else:
            text = path.read_text("utf-8")
        found = msgspec.convert(tomllib.loads(text), Map, strict=True)
    except OSError as error:
        raise bad_map("unreadable", map=name, reason=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise bad_map("shape", map=name, reason=str(error)) from error
    if found.what != what:
        raise bad_map("other", map=name, found=found.what, wanted=what)
    _check(name, found)
    return found


def _check(name: str, map_: Map) -> None:
    try:
        for zone in (map_.times.zone, map_.sites.timezone or map_.times.zone):
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise bad_map("zone", map=name, zone=zone) from None
    if map_.file.delimiter not in DELIMITERS:
        raise bad_map("delimiter", map=name, known="  ".join(DELIMITERS).replace("\t", "TAB"))
    if map_.file.encoding not in (None, *ENCODINGS):
        raise bad_map("encoding", map=name, known=", ".join(ENCODINGS))
    if map_.times.created is None and map_.times.as_of is None:
        raise bad_map("created", map=name)
    if map_.sites.column is None and map_.sites.default is None:
        raise bad_map("no_site", map=name)
    for entity in map_.fields:
        for field, take in map_.take(entity).items():
            if take.table is not None and take.table not in map_.tables:
                raise bad_map("table", map=name, field=f"{entity}.{field}", table=take.table)
