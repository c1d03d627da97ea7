"""Values of fields: one check a field, compiled once, that validates a wire value and returns its normal form.

Equality of values is equality of normal forms (protocol §3.3): text in NFC, decimals without trailing zeros, sets
sorted, null for empty.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation

from wuye.kernel.clock import from_wire, to_wire
from wuye.kernel.ids import is_uuid
from wuye.model.entity import Field

Check = Callable[[object], object]

TEXT_MAX, NOTE_MAX, LIST_MAX, ROWS_MAX = 500, 20_000, 200, 200
INTEGER_MAX = 2**53 - 1  # what every client language holds exactly
STANDS_FOR = ("thumb:", "annotated:")
"""How the role of an attachment begins that stands for another; its hash follows."""
_SHA = re.compile(r"[0-9a-f]{64}")
_PHONE = re.compile(r"[0-9+()\-./#*,; extEXT]{3,40}")
_DURATION = re.compile(r"P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")


class BadValue(ValueError):
    """A value that does not fit its field; ``path`` names the place inside (``works.2.kind``)."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def compile_check(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    """Return the check of one field; null passes (what is required is asked of the whole record).

    The check raises `BadValue`.
    """
    check = _CHECKS[field.type](field, codes)

    def nullable(value: object) -> object:
        return None if value is None else check(value)

    return nullable


def _text(field: Field, _codes: object) -> Check:
    longest = field.max or (NOTE_MAX if field.type == "note" else TEXT_MAX)
    shortest = field.min or 0
    pattern = re.compile(field.pattern) if field.pattern else None

    def check(value: object) -> object:
        text = _string(value)
        if len(text) > longest:
            raise BadValue(f"longer than {longest} characters")
        if len(text) < shortest:
            raise BadValue(f"shorter than {shortest} characters")
        if pattern and text and not pattern.fullmatch(text):
            raise BadValue(f"does not match {field.pattern}")
        return text or None

    return check


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue("must be a text")
    if "\x00" in value:
        raise BadValue("must not contain NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue("must be valid Unicode") from None
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _integer(field: Field, _codes: object) -> Check:
    low = -INTEGER_MAX if field.min is None else field.min
    high = INTEGER_MAX if field.max is None else field.max

    def check(value: object) -> object:
        if type(value) is not int:
            raise BadValue("must be a whole number")
        if not low <= value <= high:
            raise BadValue(f"must lie between {low} and {high}")
        return value

    return check


def _decimal(field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, str) or len(value) > 40:
            raise BadValue('must be a decimal number written as a text, as in "12.50"')
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise BadValue("is not a decimal number") from None
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise BadValue("is out of range")
        if (field.min is not None and number < field.min) or (field.max is not None and number > field.max):
            raise BadValue(f"must lie between {field.min} and {field.max}")
        return f"{number.normalize():f}" if number else "0"

    return check


def _boolean(_field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        if type(value) is not bool:
            raise BadValue("must be true or false")
        return value

    return check


def _date(_field: Field, _codes: object) -> Check:
    return _parsed(lambda text: date.fromisoformat(text).isoformat(), 10, "a date, as in 2026-11-22")


def _time(_field: Field, _codes: object) -> Check:
    return _parsed(lambda text: f"{time.fromisoformat(text):%H:%M:%S}", 8, "a time, as in 08:30")


def _datetime(_field: Field, _codes: object) -> Check:
    return _parsed(lambda text: to_wire(from_wire(text)), 40, "a moment with its zone, as in 2026-11-22T01:02:03.004Z")


def _parsed(parse: Callable[[str], str], longest: int, what: str) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, str) or len(value) > longest:
            raise BadValue(f"must be {what}")
        try:
            return parse(value)
        except (ValueError, OverflowError):
            raise BadValue(f"must be {what}") from None

    return check


def _duration(_field: Field, _codes: object) -> Check:
    return _matching(_DURATION, "an ISO 8601 duration, as in PT2H30M")


def _phone(_field: Field, _codes: object) -> Check:
    return _matching(_PHONE, "a phone number")


def _matching(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: object) -> object:
        text = _string(value).strip()
        if not pattern.fullmatch(text):
            raise BadValue(f"must be {what}")
        return text

    return check


def _rrule(_field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        text = _string(value)
        parts = dict(part.partition("=")[::2] for part in text.split(";"))
        if len(text) > TEXT_MAX or parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
            raise BadValue("must be a recurrence rule, as in FREQ=WEEKLY;BYDAY=MO")
        return text

    return check


def _choice(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    allowed = codes.get(field.codes, frozenset()) if field.codes else frozenset(field.choices)

    def check(value: object) -> object:
        if not isinstance(value, str) or value not in allowed:
            raise BadValue("is not one of the choices")
        return value

    return check


def _choices(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    return _set_of(_choice(field, codes), field.max or LIST_MAX)


def _ref(_field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, str) or not is_uuid(value):
            raise BadValue("must be a record's id")
        return value

    return check


def _refs(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    return _set_of(_ref(field, codes), field.max or LIST_MAX)


def _set_of(check: Check, longest: int) -> Check:
    def check_all(value: object) -> object:
        if not isinstance(value, list):
            raise BadValue("must be a list")
        if len(value) > longest:
            raise BadValue(f"holds more than {longest} entries")
        return sorted({str(check(item)) for item in value}) or None

    return check_all


def _place(_field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, dict) or not {"lat", "lon"} <= value.keys() <= {"lat", "lon", "accuracy"}:
            raise BadValue("must be a place with lat, lon and maybe accuracy")
        numbers = [value["lat"], value["lon"], value.get("accuracy", 0)]
        if any(type(number) not in (int, float) for number in numbers):
            raise BadValue("must hold numbers")
        if not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and 0 <= numbers[2] <= 1e7):
            raise BadValue("lies outside the earth")
        return value

    return check


def _rows(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    checks = {sub.name: compile_check(sub, codes) for sub in field.fields}
    required = [sub.name for sub in field.fields if sub.required]

    def check(value: object) -> object:
        if not isinstance(value, list) or len(value) > (field.max or ROWS_MAX):
            raise BadValue(f"must be a list of at most {field.max or ROWS_MAX} rows")
        return [_row(index, row, checks, required) for index, row in enumerate(value)] or None

    return check


def _row(index: int, row: object, checks: Mapping[str, Check], required: list[str]) -> dict[str, object]:
    if not isinstance(row, dict):
        raise BadValue("must be a row of fields", str(index))
    clean: dict[str, object] = {}
    for name, value in row.items():
        if name not in checks:
            raise BadValue("is not a field of the row", f"{index}.{name}")
        try:
            normal = checks[name](value)
        except BadValue as bad:
            raise BadValue(bad.reason, f"{index}.{name}" + (f".{bad.path}" if bad.path else "")) from None
        if normal is not None:
            clean[name] = normal
    for name in required:
        if name not in clean:
            raise BadValue("is required", f"{index}.{name}")
    return clean


def originals(value: object) -> list[object]:
    """Return the attachments of a field less those that stand for another one: thumbnails, annotated copies."""
    listed = value if isinstance(value, list) else []
    return [blob for blob in listed if not (isinstance(blob, dict) and str(blob.get("role")).startswith(STANDS_FOR))]


def _blobs(field: Field, _codes: object) -> Check:
    most = field.max or LIST_MAX

    def check(value: object) -> object:
        if not isinstance(value, list) or len(value) > 3 * most or len(originals(value)) > most:
            raise BadValue(f"must be a list of at most {most} attachments")
        for blob in value:
            if not isinstance(blob, dict) or not _SHA.fullmatch(str(blob.get("sha256"))):
                raise BadValue("holds an attachment without its sha256")
            if not blob.keys() <= {"sha256", "name", "type", "size", "at", "role"}:
                raise BadValue("holds an attachment with unknown keys")
            if not all(
                type(part) is int if key == "size" else isinstance(part, str) and len(part) <= TEXT_MAX
                for key, part in blob.items()
            ):
                raise BadValue("holds an attachment whose keys are of the wrong type")
        return value or None

    return check


def _signature(_field: Field, _codes: object) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, dict) or not _SHA.fullmatch(str(value.get("sha256"))):
            raise BadValue("must be a signature with sha256, signer and at")
        if value.keys() != {"sha256", "signer", "at"} or not isinstance(value["signer"], str):
            raise BadValue("must be a signature with sha256, signer and at")
        return {**value, "signer": _string(value["signer"])[:TEXT_MAX], "at": _moment(value["at"])}

    return check


_moment = _parsed(lambda text: to_wire(from_wire(text)), 40, "a moment with its zone, as in 2026-11-22T01:02:03.004Z")


def _localized(field: Field, codes: Mapping[str, frozenset[str]]) -> Check:
    check_text = _text(field, codes)

    def check(value: object) -> object:
        if not isinstance(value, dict) or not value.keys() <= {"zh-Hant", "zh-Hans", "ru", "en"}:
            raise BadValue("must be texts by language: zh-Hant, zh-Hans, ru, en")
        return {language: text for language, raw in sorted(value.items()) if (text := check_text(raw))} or None

    return check


def _value(_field: Field, _codes: object) -> Check:
    return lambda value: value


_CHECKS: Mapping[str, Callable[[Field, Mapping[str, frozenset[str]]], Check]] = {
    "text": _text, "note": _text, "point": _text, "integer": _integer, "money": _integer, "decimal": _decimal,
    "boolean": _boolean, "date": _date, "time": _time, "datetime": _datetime, "duration": _duration, "phone": _phone,
    "rrule": _rrule, "choice": _choice, "choices": _choices, "ref": _ref, "refs": _refs, "place": _place,
    "rows": _rows, "blobs": _blobs, "signature": _signature, "localized": _localized, "value": _value,
}  # fmt: skip
