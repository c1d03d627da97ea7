"""When a slot is on air: days from its recurrence rule, and whether two slots of one channel ever meet. Pure.

Everything is local time of the site: a slot starts at the same time of day all year round, and one that crosses
midnight belongs to the day on which it starts.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from msgspec import Struct

LOOK_AHEAD = timedelta(weeks=53)
"""How far two slots are compared, from the first day on which both may be on air."""
DAY = 24 * 60
_ONE = timedelta(days=1)

_COUNT = r"(;COUNT=[1-9]\d{0,2})?"
_WEEKDAYS = r"(MO|TU|WE|TH|FR|SA|SU)"
_ORDINAL = rf"(-?[1-5])?{_WEEKDAYS}"
_MONTHDAY = r"(-?([1-9]|[12]\d|3[01]))"
# Only rules that come up again and again: of an impossible one (31 February) the library would seek the next day
# until the year 9999.
_RULE = re.compile(
    rf"FREQ=DAILY(;INTERVAL=[1-9]\d?)?{_COUNT}"
    rf"|FREQ=DAILY;BYDAY={_WEEKDAYS}(,{_WEEKDAYS})*{_COUNT}"
    rf"|FREQ=WEEKLY(;INTERVAL=[1-9]\d?)?(;BYDAY={_WEEKDAYS}(,{_WEEKDAYS})*)?{_COUNT}(;WKST={_WEEKDAYS})?"
    rf"|FREQ=MONTHLY(;INTERVAL=([1-9]|1[01]))?(;BYDAY={_ORDINAL}(,{_ORDINAL})*|;BYMONTHDAY={_MONTHDAY}(,{_MONTHDAY})*)?"
    rf"{_COUNT}"
    rf"|FREQ=YEARLY{_COUNT}"
)
_PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "WKST")


class Times(Struct, frozen=True, kw_only=True):
    """What of a slot says when it is on air. ``days`` is ``every``, ``not_holidays`` or ``holidays``."""

    starts: int
    minutes: int
    rule: str | None
    first: date
    last: date | None
    exceptions: frozenset[date] = frozenset()
    days: str = "every"


def times_of(slot: Mapping[str, object]) -> Times:
    """Read a slot's values.

    Raises:
        ValueError: the slot is not complete, or its rule is none that we know (see `normal_rule`).
    """
    starts, first, last, minutes = (slot.get(name) for name in ("starts", "valid_from", "valid_to", "minutes"))
    if not isinstance(minutes, int) or not starts or not first:
        raise ValueError("a slot has a start, a length and a first day")
    at, rule, rows = time.fromisoformat(str(starts)), slot.get("rrule"), slot.get("except_on")
    return Times(
        starts=at.hour * 60 + at.minute,
        minutes=minutes,
        rule=normal_rule(str(rule)) if rule else None,
        first=date.fromisoformat(str(first)),
        last=date.fromisoformat(str(last)) if last else None,
        exceptions=frozenset(date.fromisoformat(str(row["day"])) for row in rows)
        if isinstance(rows, list)
        else frozenset(),
        days=str(slot.get("days") or "every"),
    )


def normal_rule(rule: str) -> str:
    """Bring a recurrence rule's parts into one order.

    Raises:
        ValueError: a rule that never comes up, names times of day or an end, or is beyond what a plan needs.
    """
    pairs = [part.partition("=") for part in rule.upper().split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) < len(pairs) or parts.keys() - set(_PARTS):
        raise ValueError(f"not a rule of a plan: {rule}")
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    normal = ";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts)
    if not _RULE.fullmatch(normal):
        raise ValueError(f"not a rule of a plan: {rule}")
    return normal


def days_of(times: Times, start: date, end: date) -> frozenset[date]:
    """Return the days from ``start`` to ``end``, both included, on which the slot begins, special days aside."""
    start, end = max(start, times.first), min(end, times.last or end)
    if end < start:
        return frozenset()
    if times.rule is None:
        found = {times.first} if start == times.first else set()
    else:
        anchor = _anchor(times.rule, times.first, start)
        rule = rrulestr(times.rule, dtstart=datetime.combine(anchor, time()))
        hits = rule.between(datetime.combine(start, time()), datetime.combine(end, time()), inc=True)
        found = {hit.date() for hit in hits}
    return frozenset(found - times.exceptions)


def _anchor(rule: str, first: date, start: date) -> date:
    """Move a rule's beginning up to ``start`` by whole periods: years of days gone by need not be counted."""
    period = {"DAILY": 1, "WEEKLY": 7}.get(rule.removeprefix("FREQ=").partition(";")[0])
    if period is None or "COUNT=" in rule:
        return first
    interval = re.search(r"INTERVAL=(\d+)", rule)
    period *= int(interval[1]) if interval else 1
    return first + timedelta(days=(start - first).days // period * period)


def on_air(times: Times, day: date, special: Mapping[date, bool]) -> bool:
    """Tell whether a slot that falls on a day is on air then: ``special`` days are holidays, True: all is silent."""
    if day not in special:
        return times.days != "holidays"
    return not special[day] and times.days != "not_holidays"


def clash(one: Times, other: Times, today: date) -> date | None:
    """Return the day of the first slot's earliest broadcast that meets one of the other, from yesterday on; None when
    they never meet as far as `LOOK_AHEAD`.

    Which days are holidays is not known beforehand: slots may only share a time on one day if one leaves out holidays
    and the other is for holidays alone.
    """
    shifts = [shift for shift in (-1, 0, 1) if _meet(one, other, shift)]
    if not shifts:
        return None
    start = max(one.first, other.first, today) - _ONE
    end = start + LOOK_AHEAD
    mine, theirs = days_of(one, start, end), days_of(other, start, end)
    met = (mine & {day - shift * _ONE for day in theirs} for shift in shifts)
    return min((day for days in met for day in days), default=None)


def _meet(one: Times, other: Times, shift: int) -> bool:
    """Tell whether the times of day overlap when the other slot begins ``shift`` days later than the first."""
    if shift == 0 and {one.days, other.days} == {"holidays", "not_holidays"}:
        return False
    begins = other.starts + shift * DAY
    return one.starts < begins + other.minutes and begins < one.starts + one.minutes


def first_clash(one: Times, others: Sequence[tuple[str, Times]], today: date) -> tuple[str, date] | None:
    """Return which of other slots (key, times) a slot meets first, and when."""
    met = [(day, key) for key, times in others if (day := clash(one, times, today))]
    return min(met)[::-1] if met else None


def first_day(times: Times) -> date | None:
    """Return the first day on which the slot falls, exceptions aside; None when that is after its last day."""
    if times.rule is None:
        return times.first
    first = rrulestr(times.rule, dtstart=datetime.combine(times.first, time()))[0].date()
    return first if times.last is None or first <= times.last else None
