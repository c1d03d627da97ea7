"""Checks of values from the manifest alone: what the server will take, told at once and in the user's language.

A check returns the normal form that goes on the wire (NFC text, decimals and moments in one spelling, sets sorted).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from wuye_client.clock import from_wire, to_wire
from wuye_client.errors import Flaw
from wuye_client.ids import is_uuid
from wuye_client.manifest import Field, Manifest
from wuye_client.texts import LANGUAGES

_TEXT_MAX, _NOTE_MAX, _LIST_MAX = 500, 20_000, 200
_INTEGER_MAX = 2**53 - 1  # what every client language holds exactly
STANDS_FOR = ("thumb:", "annotated:")
"""How the role of an attachment begins that stands for another; its hash follows."""
_SHA = re.compile(r"[0-9a-f]{64}")
_PHONE = re.compile(r"[0-9+()\-./#*,; extEXT]{3,40}")
_DURATION = re.compile(r"P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")


class Misfit(ValueError):
    """A value that does not fit: a key of the catalogue, what the text names, the place inside (``2.kind``)."""

    def __init__(self, key: str, path: str = "", **params: object) -> None:
        super().__init__(key)
        self.key, self.path, self.params = key, path, params

    def at(self, field: str) -> Flaw:
        """Return it as a flaw of a field."""
        return Flaw(f"{field}.{self.path}" if self.path else field, self.key, self.params)


def check_value(field: Field, value: object, manifest: Manifest) -> object:
    """Return the normal form of a value (None: empty).

    Raises:
        Misfit: it does not fit the field.
    """
    if value is None:
        return None
    check = _CHECKS.get(field.type)
    if check is None:
        raise Misfit("unknown_type")
    return check(field, value, manifest)


def _text(field: Field, value: object, _manifest: Manifest) -> object:
    text = _string(value)
    longest = field.max or (_NOTE_MAX if field.type == "note" else _TEXT_MAX)
    if len(text) > longest:
        raise Misfit("too_long", max=longest)
    if text and len(text) < (field.min or 0):
        raise Misfit("too_short", min=field.min)
    if text and field.pattern and not re.fullmatch(field.pattern, text):
        raise Misfit("pattern")
    return text or None


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Misfit("text")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Misfit("unicode")
    return unicodedata.normalize("NFC", value)


def _within(field: Field, number: int | Decimal) -> None:
    low, high = field.min, field.max
    if low is not None and number < low:
        raise Misfit("too_small", min=low)
    if high is not None and number > high:
        raise Misfit("too_great", max=high)


def _integer(field: Field, value: object, _manifest: Manifest) -> object:
    if type(value) is not int or abs(value) > _INTEGER_MAX:
        raise Misfit("integer")
    _within(field, value)
    return value


def _decimal(field: Field, value: object, _manifest: Manifest) -> object:
    if type(value) not in (str, int, Decimal) or len(str(value)) > 40:
        raise Misfit("decimal")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Misfit("decimal") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Misfit("decimal")
    _within(field, number)
    return f"{number.normalize():f}" if number else "0"


def _boolean(_field: Field, value: object, _manifest: Manifest) -> object:
    if type(value) is not bool:
        raise Misfit("boolean")
    return value


def _date(_field: Field, value: object, _manifest: Manifest) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return _parsed(lambda text: date.fromisoformat(text).isoformat(), value, "date", 10)


def _time(_field: Field, value: object, _manifest: Manifest) -> object:
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    return _parsed(lambda text: f"{time.fromisoformat(text):%H:%M:%S}", value, "time", 8)


def _datetime(_field: Field, value: object, _manifest: Manifest) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return to_wire(value)
    return _parsed(lambda text: to_wire(from_wire(text)), value, "datetime", 40)


def _parsed(parse: Callable[[str], str], value: object, key: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise Misfit(key)
    try:
        return parse(value)
    except (ValueError, OverflowError):
        raise Misfit(key) from None


def _matching(pattern: re.Pattern[str], key: str) -> "_Check":
    def check(_field: Field, value: object, _manifest: Manifest) -> object:
        text = _string(value).strip()
        if not pattern.fullmatch(text):
            raise Misfit(key)
        return text

    return check


def _rrule(_field: Field, value: object, _manifest: Manifest) -> object:
    text = _string(value)
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if len(text) > _TEXT_MAX or parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise Misfit("rrule")
    return text


def _choice(field: Field, value: object, manifest: Manifest) -> object:
    known = manifest.values_of(field)
    if not isinstance(value, str) or value not in known:
        raise Misfit("choice", known=", ".join(name for name, choice in known.items() if not choice.retired))
    return value


def _ref(_field: Field, value: object, _manifest: Manifest) -> object:
    if not is_uuid(value):
        raise Misfit("ref")
    return value


def _set_of(check: "_Check") -> "_Check":
    def check_all(field: Field, value: object, manifest: Manifest) -> object:
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise Misfit("list")
        if len(value) > (field.max or _LIST_MAX):
            raise Misfit("too_many", max=field.max or _LIST_MAX)
        return sorted({str(check(field, item, manifest)) for item in value}) or None

    return check_all


def _place(_field: Field, value: object, _manifest: Manifest) -> object:
    if not isinstance(value, dict) or not {"lat", "lon"} <= value.keys() <= {"lat", "lon", "accuracy"}:
        raise Misfit("place")
    numbers = [value["lat"], value["lon"], value.get("accuracy", 0)]
    if any(type(number) not in (int, float) for number in numbers):
        raise Misfit("place")
    if not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and 0 <= numbers[2] <= 1e7):
        raise Misfit("place")
    return value


def _rows(field: Field, value: object, manifest: Manifest) -> object:
    if not isinstance(value, (list, tuple)):
        raise Misfit("list")
    if len(value) > (field.max or _LIST_MAX):
        raise Misfit("too_many", max=field.max or _LIST_MAX)
    return [_row(field, index, row, manifest) for index, row in enumerate(value)] or None


def _row(field: Field, index: int, row: object, manifest: Manifest) -> dict[str, object]:
    if not isinstance(row, dict):
        raise Misfit("row", str(index))
    known = {sub.name: sub for sub in field.fields}
    clean: dict[str, object] = {}
    for name, value in row.items():
        if name not in known:
            raise Misfit("unknown_field", f"{index}.{name}")
        try:
            normal = check_value(known[name], value, manifest)
        except Misfit as misfit:
            inner = f".{misfit.path}" if misfit.path else ""
            raise Misfit(misfit.key, f"{index}.{name}{inner}", **misfit.params) from None
        if normal is not None:
            clean[name] = normal
    for name, sub in known.items():
        if sub.required and name not in clean:
            raise Misfit("required", f"{index}.{name}")
    return clean


def originals(value: object) -> list[object]:
    """Return the attachments of a field less those that stand for another one: thumbnails, annotated copies."""
    listed = value if isinstance(value, (list, tuple)) else ()
    return [blob for blob in listed if not (isinstance(blob, dict) and str(blob.get("role")).startswith(STANDS_FOR))]


def _blobs(field: Field, value: object, _manifest: Manifest) -> object:
    if not isinstance(value, (list, tuple)):
        raise Misfit("list")
    most = field.max or _LIST_MAX
    if len(value) > 3 * most or len(originals(value)) > most:
        raise Misfit("too_many", max=most)
    for blob in value:
        if not isinstance(blob, dict) or not _SHA.fullmatch(str(blob.get("sha256"))):
            raise Misfit("blob")
        if not blob.keys() <= {"sha256", "name", "type", "size", "at", "role"}:
            raise Misfit("blob")
    return list(value) or None


def _signature(_field: Field, value: object, _manifest: Manifest) -> object:
    if not isinstance(value, dict) or value.keys() != {"sha256", "signer", "at"}:
        raise Misfit("signature")
    if not _SHA.fullmatch(str(value["sha256"])):
        raise Misfit("signature")
    at = _parsed(lambda text: to_wire(from_wire(text)), value["at"], "signature", 40)
    return {"sha256": value["sha256"], "signer": _string(value["signer"])[:_TEXT_MAX], "at": at}


def _localized(field: Field, value: object, manifest: Manifest) -> object:
    if not isinstance(value, Mapping) or not set(value) <= set(LANGUAGES):
        raise Misfit("localized")
    return {lang: text for lang, raw in sorted(value.items()) if (text := _text(field, raw, manifest))} or None


_Check = Callable[[Field, object, Manifest], object]
_CHECKS: Mapping[str, _Check] = {
    "text": _text, "note": _text, "point": _text, "integer": _integer, "money": _integer, "decimal": _decimal,
    "boolean": _boolean, "date": _date, "time": _time, "datetime": _datetime, "rrule": _rrule, "choice": _choice,
    "duration": _matching(_DURATION, "duration"), "phone": _matching(_PHONE, "phone"), "choices": _set_of(_choice),
    "ref": _ref, "refs": _set_of(_ref), "place": _place, "rows": _rows, "blobs": _blobs, "signature": _signature,
    "localized": _localized,
}  # fmt: skip
