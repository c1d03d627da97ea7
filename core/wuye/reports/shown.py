"""How values look to a reader: his language, the site's time zone, a company's own words. For tables and forms alike.

    looks = Looks(directory, site, "ru", titles={unit_id: "1-101"})
    looks.head("ticket.kind")                       the column's or field's label
    format_value("ticket.kind", "repair", looks)    one value of a field as text
    shown(table, looks)                             a whole table as texts

A key names a field (``ticket.kind``, a sub-field of rows ``ticket.materials.quantity``, the state ``ticket.status``,
``ticket.created_at``) or is any text.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit
from msgspec import Struct

from wuye.kernel.clock import from_wire
from wuye.model.catalogue import LANGUAGES
from wuye.model.entity import Entity, Field
from wuye.model.registry import META_FIELDS, ROLES, Registry
from wuye.model.report import Table
from wuye.model.values import originals
from wuye.sync.directory import Directory

Text = Mapping[str, str]

_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS = ("week", "day", "hour", "minute", "second")


class Shown(Struct, frozen=True, kw_only=True):
    """A table as texts: ``heads`` and ``rows`` as long as the table's own."""

    heads: tuple[str, ...]
    rows: Sequence[Sequence[str]]


class Looks:
    """What formatting needs to know of one reader at one site. ``titles`` names records by id for fields that refer to
    some; people and sites are known anyway. Any other record shows as nothing: its reader may not see it."""

    def __init__(self, directory: Directory, site: str, language: str, titles: Mapping[str, str] | None = None) -> None:
        self.registry = directory.registry
        self.language = language
        self.locale = Locale.parse(language.replace("-", "_"))
        self.zone = directory.zone_of(site)
        self._fields = fields_by_key(directory.registry)
        self._own = {(str(code["list"]), str(code["value"])): code.get("label") for code in directory.codes}
        self._titles = {
            **{user: str(values.get("name") or "") for user, values in directory.users.items()},
            **{info.id: str(info.values.get("name") or "") for info in directory.sites.values()},
            **(titles or {}),
        }

    def field(self, key: str) -> Field | None:
        """Return the field that a key names, or None."""
        return self._fields.get(key)

    def text(self, key: str) -> str:
        """Return the text of a key, or the key itself where it is none. Codes have the company's own words."""
        if key.startswith("code."):
            list_, _, value = key.removeprefix("code.").partition(".")
            if isinstance(own := self._own.get((list_, value)), dict):
                return pick(own, self.language)
        return self.registry.catalogue.say(key, self.language)

    def head(self, key: str) -> str:
        """Return what a column is called: a field's label, any other text, or the key as it is."""
        name = key.rpartition(".")[2]
        if name in META_FIELDS and not self.registry.catalogue.knows(key) and key in self._fields:
            return self.text(f"meta.{name}")
        return self.text(key)

    def listed(self, texts: Iterable[str]) -> str:
        """Put several texts behind one another, as the language separates them."""
        return ("、" if self.language.startswith("zh") else ", ").join(texts)

    def title(self, record: str) -> str:
        """Return the title of a record, or nothing where it is not known."""
        return self._titles.get(record, "")

    def choice(self, key: str, field: Field, value: str) -> str:
        """Return the label of a choice; the company's own word for a code wins."""
        if not field.codes:
            return self.text(f"{key}.{value}") if value in field.choices else value
        own = self._own.get((field.codes, value))
        if isinstance(own, dict):
            return pick(own, self.language)
        label = f"{field.codes if field.codes in PREFIXED else f'code.{field.codes}'}.{value}"
        return self.text(label) if self.registry.catalogue.knows(label) else value

    def options(self, field: Field) -> list[str]:
        """Return the values that a choice may have, the company's own included."""
        if not field.codes:
            return list(field.choices)
        own = [value for list_, value in self._own if list_ == field.codes]
        return list(dict.fromkeys([*self.registry.codes[field.codes].values, *own]))


PREFIXED = (ROLES, "report", "plugin")
"""Code lists whose values are named elsewhere: ``role.<id>``, ``report.<id>``."""


def shown(table: Table, looks: Looks) -> Shown:
    """Return a table's heads and cells as texts."""
    return Shown(
        heads=tuple(looks.head(column) for column in table.columns),
        rows=[
            [format_value(column, cell, looks) for column, cell in zip(table.columns, row, strict=True)]
            for row in table.rows
        ],
    )


def format_value(key: str, value: object, looks: Looks) -> str:
    """Return a value as text; ``key`` names the field that holds it (else it is shown as it is). None is nothing.

    Booleans may be 0 and 1, and nested values JSON texts, as SQL hands them out.
    """
    field = looks.field(key)
    form = _FORMS.get(field.type) if field else None
    if value is None or value == "":
        return ""
    if field is None or form is None:
        return _plain(value, looks)
    try:
        return form(key, field, value, looks)
    except (ValueError, InvalidOperation, TypeError, KeyError, msgspec.DecodeError):
        return _plain(value, looks)  # a cell that only resembles the field


def format_money(fen: int, looks: Looks) -> str:
    """Return an amount of minor units with two decimals."""
    return str(format_decimal(Decimal(fen) / 100, "#,##0.00", locale=looks.locale))


def format_day(day: date, looks: Looks) -> str:
    """Return a date as the language writes it; in Russian in figures."""
    return str(format_date(day, "short" if looks.language == "ru" else "medium", locale=looks.locale))


def format_moment(wire: str, looks: Looks) -> str:
    """Return a moment of the wire as the site's clocks showed it, to the minute."""
    local = from_wire(wire).astimezone(looks.zone)
    return f"{format_day(local.date(), looks)} {local:%H:%M}"


def title_of(entity: Entity, values: Mapping[str, object], looks: Looks) -> str:
    """Return a record's title from its entity's template; what is missing leaves nothing behind, but the device's
    number stands in for the register number (TKT-14)."""

    def part(name: str) -> str:
        rule = entity.number
        value = values.get(name)
        if value is None and rule and name == rule.field:
            value = values.get(rule.device_field)
        return format_value(f"{entity.name}.{name}", value, looks)

    parts = entity.title.replace("}", "{").split("{")
    return " ".join("".join(part(text) if i % 2 else text for i, text in enumerate(parts)).split())


def pick(text: Text, language: str) -> str:
    """Return a localized text in a language, or in the next of our languages that it has."""
    return str(next((text[name] for name in (language, *LANGUAGES) if text.get(name)), ""))


@lru_cache(maxsize=2)
def fields_by_key(registry: Registry) -> Mapping[str, Field]:
    """Return every field by its key, those inside rows, states and record meta included."""
    found: dict[str, Field] = {}

    def add(prefix: str, fields: Sequence[Field]) -> None:
        for field in fields:
            found[f"{prefix}.{field.name}"] = field
            add(f"{prefix}.{field.name}", field.fields)

    for name, entity in registry.entities.items():
        for meta in META_FIELDS:
            kind = Field(name=meta, type="datetime") if meta.endswith("_at") else Field(name=meta, type="ref")
            found[f"{name}.{meta}"] = kind
        if flow := entity.workflow:
            states = tuple(state.name for state in flow.states)
            found[f"{name}.{flow.field}"] = Field(name=flow.field, type="choice", choices=states)
        add(name, entity.fields)
    for report in registry.reports.values():
        add(f"report.{report.id}", (*report.args, *report.columns))
    return found


Form = Callable[[str, Field, object, Looks], str]


def _choices(key: str, field: Field, value: object, looks: Looks) -> str:
    return looks.listed(looks.choice(key, field, str(one)) for one in _nested(value))


def _refs(_key: str, _field: Field, value: object, looks: Looks) -> str:
    return looks.listed(filter(None, (looks.title(str(one)) for one in _nested(value))))


def _decimal(_key: str, _field: Field, value: object, looks: Looks) -> str:
    return str(format_decimal(Decimal(str(value)), "#,##0.############", locale=looks.locale))


def _signature(_key: str, _field: Field, value: object, looks: Looks) -> str:
    signed = _object(value)
    return f"{signed['signer']}, {format_moment(signed['at'], looks)}"


def _rows(key: str, field: Field, value: object, looks: Looks) -> str:
    rows = [[_cell(key, sub, row, looks) for sub in field.fields] for row in _nested(value)]
    return "; ".join(" ".join(filter(None, row)) for row in rows)


def _cell(key: str, field: Field, row: object, looks: Looks) -> str:
    return format_value(f"{key}.{field.name}", row.get(field.name), looks) if isinstance(row, dict) else ""


def _plain(value: object, looks: Looks) -> str:
    match value:
        case bool():
            return looks.text("value.yes" if value else "value.no")
        case float() if abs(value) < 1e15:
            return str(format_decimal(Decimal(repr(value)), "0.####", locale=looks.locale))
        case list() | tuple():
            return looks.listed(_plain(one, looks) for one in value)
        case dict():
            return msgspec.json.encode(value).decode()
    return str(value)


def _nested(value: object) -> list[object]:
    found = msgspec.json.decode(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _object(value: object) -> dict[str, str]:
    found = msgspec.json.decode(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _duration(value: str, looks: Looks) -> str:
    match = _DURATION.fullmatch(value)
    if match is None:
        return value
    named = zip(match.groups(), _UNITS, strict=True)
    return " ".join(format_unit(int(n), f"duration-{unit}", "short", locale=looks.locale) for n, unit in named if n)


def _words(_key: str, field: Field, value: object, looks: Looks) -> str:
    """Show a text; what the server itself has put down as the key of a text is said in the reader's language."""
    return looks.text(str(value)) if field.readonly else str(value)


_FORMS: Mapping[str, Form] = {
    "text": _words,
    "note": _words,
    "choice": lambda key, field, value, looks: looks.choice(key, field, str(value)),
    "choices": _choices,
    "ref": lambda _key, _field, value, looks: looks.title(str(value)),
    "refs": _refs,
    "money": lambda _key, _field, value, looks: format_money(int(str(value)), looks),
    "decimal": _decimal,
    "boolean": lambda _key, _field, value, looks: looks.text("value.yes" if value else "value.no"),
    "date": lambda _key, _field, value, looks: format_day(date.fromisoformat(str(value)), looks),
    "datetime": lambda _key, _field, value, looks: format_moment(str(value), looks),
    "time": lambda _key, _field, value, _looks: str(value)[:5],
    "duration": lambda _key, _field, value, looks: _duration(str(value), looks),
    "localized": lambda _key, _field, value, looks: pick(_object(value), looks.language),
    "place": lambda _key, _field, value, _looks: "{lat}, {lon}".format_map(_object(value)),
    "signature": _signature,
    "blobs": lambda _key, _field, value, _looks: str(len(originals(_nested(value)))),
    "rows": _rows,
}
"""How each type of field looks; all others as they are."""
