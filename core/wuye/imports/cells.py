"""Turns what stands in a row into the value of a field."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from wuye.imports.faults import BadCell, shown
from wuye.imports.mapping import Map, Take
from wuye.kernel.clock import to_wire
from wuye.model.catalogue import Text
from wuye.model.entity import Field

FORMULA = "=+-@"
"""What spreadsheets take for the beginning of a formula."""
_NUMBER = re.compile(r"[+-][\d\s().,/-]*\d[\d\s().,/-]*")
_YES = frozenset(("1", "y", "yes", "true", "是", "有", "да", "д", "√", "✓", "x"))
_NO = frozenset(("0", "n", "no", "false", "否", "無", "无", "нет", "н", "×"))
_PERSON = re.compile(r"(?P<name>[^()（）]+?)\s*(?:[(（](?P<about>[^()（）]*)[)）])?\s*")

Cells = Mapping[str, str]
"""A row by column."""


class Reader:
    """Reads the cells of one file by its map.

    ``labels`` returns a choice's texts, so that ``女`` and ``женский`` are understood like ``female``. ``added``
    gathers the codes that ``add`` calls for: list → value → text as written.
    """

    def __init__(self, map_: Map, choices: Mapping[str, frozenset[str]], labels: Callable[[str], Text]) -> None:
        self._map = map_
        self._zone = map_.zone
        self._choices = choices
        self._labels = labels
        self._known: dict[str, Mapping[str, str]] = {}
        self.added: dict[str, dict[str, str]] = {}

    def value(self, key: str, field: Field, take: Take, cells: Cells) -> object:
        """Return a field's value, None for an empty cell; ``key`` is the catalogue's (``ticket.channel``).

        Raises:
            BadCell: what is written there does not fit.
        """
        if field.type == "place":
            return _place(cells, take)
        text = self._text(take, cells)
        if isinstance(text, str) and take.table is not None:
            text = self._by_table(field, take, text)
        if not isinstance(text, str):
            return text
        return self._typed(key, field, take, text) if text else None

    def moment(self, text: str) -> datetime:
        """Read a moment in the file's form and zone; an hour that comes twice in autumn is the first.

        Raises:
            BadCell: another form, or an hour that this zone's clock skipped.
        """
        return moment(text, self._map.times.format, self._zone)

    def _text(self, take: Take, cells: Cells) -> object:
        if take.value is not None:
            return take.value
        if take.columns:
            return take.join.join(text for name in take.columns if (text := self._safe(cells[name])))
        return self._safe(cells[take.column]) if take.column else ""

    def _safe(self, text: str) -> str:
        """Return a cell's text without the apostrophe of a neutralised formula.

        Raises:
            BadCell: it begins like a formula, and the map does not say that this is text.
        """
        if text[:1] == "'" and text[1:2] and text[1] in FORMULA:
            return text[1:]
        if text[:1] in FORMULA and text and self._map.file.formulas == "refuse":
            if text in ("-", "--"):
                return ""
            if text[0] in "=@" or not _NUMBER.fullmatch(text):
                raise BadCell("formula", text=shown(text))
        return text

    def _by_table(self, field: Field, take: Take, text: str) -> str:
        table = self._map.tables[str(take.table)]
        if text in table:
            return table[text]
        if not text:
            return ""
        if take.otherwise is not None:
            return take.otherwise
        if take.add and field.codes:
            value = slug(text)
            self.added.setdefault(field.codes, {})[value] = text
            return value
        raise BadCell("not_in_table", text=shown(text), table=take.table)

    def _typed(self, key: str, field: Field, take: Take, text: str) -> object:
        times = self._map.times
        match field.type:
            case "datetime":
                return to_wire(self.moment(text))
            case "date":
                return _date(text, times.date_format)
            case "boolean":
                return _boolean(text)
            case "integer" | "money":
                return _integer(text)
            case "decimal":
                return _decimal(text)
            case "choice":
                return self._choice(key, field, text)
            case "choices":
                return [self._choice(key, field, part) for part in _parts(text, take.split)]
            case "rows":
                return [self._row(key, field, part) for part in _parts(text, take.split)]
            case _:
                return text

    def _choice(self, key: str, field: Field, text: str) -> str:
        allowed = self._choices.get(field.codes, frozenset()) if field.codes else frozenset(field.choices)
        allowed |= self.added.get(field.codes or "", {}).keys()
        if text in allowed:
            return text
        known = self._known.get(key)
        if known is None:
            prefix = f"code.{field.codes}" if field.codes else key
            texts = {value: self._labels(f"{prefix}.{value}") for value in sorted(allowed)}
            known = {fold(label): value for value, text_ in texts.items() for label in text_.values()}
            self._known[key] = known
        if (value := known.get(fold(text))) is None:
            some = ", ".join(sorted(allowed)[:12])
            raise BadCell("choice", text=shown(text), choices=some)
        return value

    def _row(self, key: str, field: Field, text: str) -> dict[str, object]:
        """Read a person or thing in a list: its name, and in brackets what else is known."""
        first, *others = field.fields
        match_ = _PERSON.fullmatch(text)
        if match_ is None:
            raise BadCell("person", text=shown(text))
        row: dict[str, object] = {first.name: match_["name"].strip()}
        if (about := (match_["about"] or "").strip()) and others:
            choice = next((other for other in others if other.type == "choice"), None)
            try:
                row |= {choice.name: self._choice(f"{key}.{choice.name}", choice, about)} if choice else {}
            except BadCell:
                choice = None
            if choice is None:
                row[others[-1].name] = about
        return row


def moment(text: str, format_: str, zone: ZoneInfo) -> datetime:
    """Read a local moment and bring it to UTC.

    Raises:
        BadCell: another form, or an hour that this zone's clock skipped.
    """
    try:
        local = datetime.strptime(text, format_)
        utc = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
        back = utc.astimezone(zone).replace(tzinfo=None, fold=0)
    except (ValueError, OverflowError):
        raise BadCell("moment", text=shown(text), format=format_) from None
    if local.tzinfo is None and back != local:
        raise BadCell("skipped_hour", text=shown(text), zone=str(zone))
    return utc


def slug(text: str) -> str:
    """Make a code's value of a text: letters and digits of any script, joined by underscores."""
    plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text).casefold()).strip("_")
    return plain[:64] or "_"


def fold(text: str) -> str:
    """Return a label as it is compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _parts(text: str, split: str | None) -> Sequence[str]:
    parts = re.split(f"[{re.escape(split)}]", text) if split else [text]
    return [part for raw in parts if (part := raw.strip())]


def _date(text: str, format_: str) -> str:
    try:
        return datetime.strptime(text, format_).date().isoformat()
    except ValueError:
        raise BadCell("date", text=shown(text), format=format_) from None


def _boolean(text: str) -> bool:
    plain = fold(text)
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise BadCell("boolean", text=shown(text))


def _integer(text: str) -> int:
    try:
        return int(text.replace(" ", "").replace(",", ""))
    except ValueError:
        raise BadCell("integer", text=shown(text)) from None


def _decimal(text: str) -> str:
    plain = text.replace(" ", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.partition(",")[2]) != 3:
        plain = plain.replace(",", ".")  # a Russian decimal comma
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise BadCell("decimal", text=shown(text)) from None
    return str(number)


def _place(cells: Cells, take: Take) -> object:
    lat, lon = cells[take.lat or ""], cells[take.lon or ""]
    if not lat and not lon:
        return None
    try:
        return {"lat": float(lat), "lon": float(lon)}
    except ValueError:
        raise BadCell("place", text=shown(f"{lat} {lon}")) from None
