"""One cell of a file becomes one value of a field: what people write is read generously, but never guessed."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.imports.faults import BadCell
from wuye.imports.reading import Kind
from wuye.kernel.clock import to_wire
from wuye.model.entity import Entity, Field
from wuye.model.registry import Registry

Convert = Callable[[str], object]

FORMULA = "=+-@\t\r"
"""What makes a spreadsheet program take a cell for a formula."""
MEMBERS = re.compile(r"\s*(?P<first>[^()（）]+?)\s*(?:[(（]\s*(?P<second>[^()（）]*?)\s*[)）])?\s*")

_HARMLESS = re.compile(r"[+-]?[\d\s().,/-]*")
_SEPARATORS = re.compile(r"[;；、,，\n]")
_ROWS = re.compile(r"[;；、\n]")
_WORDS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "是", "有", "对", "對", "да", "✓", "√"), True),
    **dict.fromkeys(("no", "n", "false", "0", "否", "无", "無", "нет", "-"), False),
}
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%Y年%m月%d日")
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M")


def plain(cell: str, kind: Kind) -> str:
    """Return a cell's text without what protects it from being taken for a formula.

    A text in a workbook is no formula, whatever it begins with. In a CSV ``=`` begins one whose result nobody knows.

    Raises:
        BadCell: it is a formula.
    """
    text = cell.strip()
    if kind == "csv" and text[:1] == "'" and text[1:2] and text[1] in FORMULA:
        return text[1:]
    if kind == "csv" and text.startswith("="):
        raise BadCell("import.cell.formula", text=_shown(text))
    return text


def resembles_formula(cell: str) -> bool:
    """Tell whether a spreadsheet program might take a CSV's text for a formula; numbers and phones are none."""
    text = cell.strip()
    return len(text) > 1 and text[0] in "+-@" and not _HARMLESS.fullmatch(text)


def neutralised(text: str) -> str:
    """Return a text as it may stand in a CSV that a spreadsheet program opens; `plain` reads it back."""
    return f"'{text}" if text[:1] and text[0] in FORMULA else text


class Times(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The map's table ``[times]``: how times and dates are written (as in `datetime.strptime`), and in which zone."""

    zone: str = "UTC"
    format: str = ""
    date_format: str = ""


class Vocabulary:
    """Values of choices by what people call them: the value itself, or its label in any of the four languages.

    ``codes`` are records of the entity ``code``: the company's own values.
    """

    def __init__(self, registry: Registry, codes: Iterable[Mapping[str, object]]) -> None:
        self._texts = registry.catalogue
        self._codes = {name: list(list_.values) for name, list_ in registry.codes.items()}
        self._labels: dict[tuple[str, str], Mapping[str, str]] = {}
        for code in codes:
            list_, value, label = str(code["list"]), str(code["value"]), code.get("label")
            if value not in self._codes.setdefault(list_, []):
                self._codes[list_].append(value)
            if isinstance(label, dict):
                self._labels[list_, value] = label

    def choices(self, entity: Entity, field: Field) -> list[str]:
        """Return the values that a choice of an entity may have; of the workflow's field: its states."""
        if field.codes:
            return self._codes.get(field.codes, [])
        return list(field.choices)

    def label(self, entity: Entity, field: Field, value: str) -> Mapping[str, str]:
        """Return what a value is called, by language."""
        if field.codes:
            return self._labels.get((field.codes, value)) or self._texts.text(f"code.{field.codes}.{value}")
        return self._texts.text(f"{entity.name}.{field.name}.{value}")

    def names(self, entity: Entity, field: Field) -> Mapping[str, str]:
        """Return value by folded name; a name that two values share stands for neither."""
        names: dict[str, str] = {}
        shared: set[str] = set()
        values = self.choices(entity, field)
        for value in values:
            for name in {folded(text) for text in self.label(entity, field, value).values()}:
                if names.setdefault(name, value) != value:
                    shared.add(name)
        kept = {name: value for name, value in names.items() if name not in shared}
        return kept | {folded(value): value for value in values}


def folded(text: str) -> str:
    """Return a text without what people vary by chance: case and white space."""
    return " ".join(text.casefold().split())


def converter(entity: Entity, field: Field, vocabulary: Vocabulary, times: Times) -> Convert | None:
    """Return what turns a text that is not empty into a wire value of a field, or None for a type that no file
    holds. The converter raises `BadCell`."""
    match field.type:
        case "text" | "note" | "phone" | "point":
            return lambda text: text.replace("\r\n", "\n")
        case "integer":
            return _integer
        case "decimal":
            return _decimal
        case "boolean":
            return _boolean
        case "date":
            return lambda text: _date(text, times.date_format)
        case "datetime":
            zone = ZoneInfo(times.zone)
            return lambda text: _moment(text, times.format, zone)
        case "choice":
            return _choice(vocabulary.names(entity, field), vocabulary.choices(entity, field))
        case "choices":
            one = _choice(vocabulary.names(entity, field), vocabulary.choices(entity, field))
            return lambda text: sorted({str(one(part.strip())) for part in _SEPARATORS.split(text) if part.strip()})
        case "rows":
            return _rows(entity, field, vocabulary, times)
    return None


def _integer(text: str) -> object:
    try:
        return int(text.replace(" ", "").removesuffix(".0"))
    except ValueError:
        raise BadCell("import.cell.integer", text=_shown(text)) from None


def _decimal(text: str) -> object:
    written = re.sub(r"\s", "", text)
    written = written.replace(",", "") if "." in written else written.replace(",", ".")
    try:
        number = Decimal(written)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadCell("import.cell.decimal", text=_shown(text))
    return written


def _boolean(text: str) -> object:
    value = _WORDS.get(folded(text))
    if value is None:
        raise BadCell("import.cell.boolean", text=_shown(text))
    return value


def _date(text: str, format_: str) -> object:
    return _parsed(text, (format_, *_DATES), "import.cell.date").date().isoformat()


def _moment(text: str, format_: str, zone: ZoneInfo) -> object:
    try:
        moment = _parsed(text, (format_,) if format_ else _MOMENTS, "import.cell.datetime")
    except BadCell:
        try:  # so a workbook's own times are written
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadCell("import.cell.datetime", text=_shown(text), format=format_ or _MOMENTS[0]) from None
    try:
        # An hour that occurs twice when clocks go back is taken for the first of the two.
        return to_wire(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (OverflowError, ValueError):
        raise BadCell("import.cell.datetime", text=_shown(text), format=format_ or _MOMENTS[0]) from None


def _parsed(text: str, formats: Iterable[str], key: str) -> datetime:
    tried = [format_ for format_ in formats if format_]
    for format_ in tried:
        try:
            return datetime.strptime(text, format_)
        except ValueError:
            continue
    if key == "import.cell.date":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if moment.time() == time():
                return moment
    raise BadCell(key, text=_shown(text), format=tried[0])


def _choice(names: Mapping[str, str], choices: list[str]) -> Convert:
    def convert(text: str) -> object:
        value = names.get(folded(text))
        if value is None:
            raise BadCell("import.cell.choice", text=_shown(text), choices=", ".join(choices))
        return value

    return convert


def _rows(entity: Entity, field: Field, vocabulary: Vocabulary, times: Times) -> Convert | None:
    """Read ``name (relation); name (relation)``: the first two sub-fields of each row."""
    first, second = (*field.fields, None)[:2]
    if first is None or first.type != "text" or second is None:
        return None
    inner = Entity(name=f"{entity.name}.{field.name}", fields=field.fields, stream="", title="")
    convert = converter(inner, second, vocabulary, times)

    def rows(text: str) -> object:
        return [row(part) for part in _ROWS.split(text) if part.strip()]

    def row(part: str) -> object:
        match = MEMBERS.fullmatch(part)
        if match is None or convert is None:
            raise BadCell("import.cell.rows", text=_shown(part))
        named = {first.name: match["first"]}
        return named | {second.name: convert(match["second"])} if match["second"] else named

    return rows


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
