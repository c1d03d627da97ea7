"""What the organisation configures as data: code lists, calendars, settings."""

import json
from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, Entity, Field, Reject, Rule, Section, Setting, View, Views

HOUR = r"([01]\d|2[0-3]):[0-5]\d|24:00"  # a day's last hour ends at 24:00, which is no time of day


def _segment(*, required: bool) -> tuple[Field, Field]:
    starts, ends = (Field(name=name, max=5, pattern=HOUR, required=required) for name in ("starts", "ends"))
    return starts, ends


CODE = Entity(
    name="code",
    stream="config",
    central=True,
    title="{list} {value}",
    icon="code",
    unique=(("value", "list"),),
    fields=(
        Field(name="list", required=True, max=64, pattern=r"[a-z][a-z0-9_.]*"),
        Field(name="value", required=True, max=64, pattern=r"\S+"),
        Field(name="parent", max=64),
        Field(name="label", type="localized", required=True),
        Field(name="retired", type="boolean", help=True),
    ),
    views=Views(
        columns=("list", "value", "label", "parent", "retired"),
        filters=("list", "retired"),
        sort=("list", "value"),
        sections=(Section("code", ("list", "value", "parent", "label", "retired")),),
    ),
)

CALENDAR = Entity(
    name="calendar",
    stream="config",
    central=True,
    title="{name}",
    icon="calendar",
    unique=(("name",),),
    fields=(
        Field(name="name", required=True, max=100),
        # Weekday 1 is Monday; a weekday may have several segments.
        Field(
            name="segments",
            type="rows",
            fields=(Field(name="weekday", type="integer", min=1, max=7, required=True), *_segment(required=True)),
        ),
        # All rows of a date together replace its weekday's segments; a row without times closes the day.
        Field(
            name="overrides",
            type="rows",
            max=2000,
            help=True,
            fields=(
                Field(name="date", type="date", required=True),
                *_segment(required=False),
                Field(name="label", max=100),
            ),
        ),
        Field(name="known_through", type="date", help=True),
    ),
    views=Views(
        columns=("name", "known_through"),
        sort=("name",),
        sections=(Section("calendar", ("name", "segments", "overrides", "known_through")),),
    ),
)

SETTING = Entity(
    name="setting",
    stream="config",
    central=True,
    title="{name}",
    icon="setting",
    unique=(("name", "site"),),
    fields=(
        Field(name="name", required=True, max=100),
        Field(name="site", type="ref", ref="site", help=True),
        Field(name="value", type="note", help=True),
    ),
    views=Views(
        columns=("name", "site", "value"),
        filters=("name", "site"),
        sort=("name",),
        sections=(Section("setting", ("name", "site", "value")),),
    ),
)

ENTITIES = (CODE, CALENDAR, SETTING)


def _days(name: str, default: int) -> Setting:
    return Setting(field=Field(name=name, type="integer", min=1, max=3650, default=default), scope="installation")


def _number(name: str, default: int, low: int, high: int) -> Setting:
    return Setting(field=Field(name=name, type="integer", min=low, max=high, default=default), scope="installation")


SETTINGS = (
    _days("hold_days", 7),
    _days("grace_days", 14),
    _days("keep_days", 14),
    _days("max_offline_days", 90),
    _days("blob_days", 7),
    _days("session_days", 30),
    _days("password_days", 180),
    _number("password_length", 10, 8, 64),
    _number("lock_failures", 5, 3, 50),
    _number("lock_minutes", 15, 1, 1440),
    _number("photo_side", 1600, 640, 4096),
    _number("photo_quality", 80, 30, 100),
    _number("photo_thumb_side", 320, 96, 640),
    _number("voice_seconds", 60, 5, 600),
    _number("blob_bytes", 20 << 20, 1 << 20, 64 << 20),
    _number("blob_waiting_bytes", 256 << 20, 1 << 20, 1 << 40),
    Setting(field=Field(name="verify_months", type="integer", min=1, max=60, default=12)),
    Setting(field=Field(name="quiet_days", type="integer", min=1, max=60, default=7)),
)


def keep_codes(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """A code in use would lose its name: it is retired instead of deleted, and its value stays."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.code_is_retired")
        elif change.old and (touched := change.changed(("list", "value"))):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.code_is_retired")


def check_setting(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """A setting's value is JSON, so that numbers, switches and lists fit one field, and fits what the setting declares;
    without a site it holds for all."""
    for change in changes:
        if change.new is None:
            continue
        if not change.new.get("site"):
            yield Correct(op=change.op, set={"site": view.site})
        try:
            value = json.loads(str(change.new.get("value") or "null"), parse_constant=_no_number)
        except (ValueError, RecursionError):
            yield Reject(op=change.op, code="invalid", fields=("value",), message="message.setting_is_json")
        else:
            if not view.fits(str(change.new["name"]), value):
                yield Reject(op=change.op, code="invalid", fields=("value",), message="message.setting_unfit")


def _no_number(name: str) -> None:
    """Refuse what Python reads beyond JSON: NaN and Infinity."""
    raise ValueError(name)


RULES = (
    Rule(name="code.retired", on=("code",), judge=keep_codes),
    Rule(name="setting.json", on=("setting",), judge=check_setting),
)
