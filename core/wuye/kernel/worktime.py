"""Working time: calendars, clocks and the moments they run out (domain-reference §5; design §6).

Everything is a pure function of its arguments, so a tablet and the server come to the same moment. Moments are aware
datetimes, results in UTC; calendars keep local hours. A result that rests on a day beyond the calendar's
``known_through`` is `provisional`: holidays and make-up days of that day are not published yet.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

Segment = tuple[str, str]
"""Opening hours within one day, ``("08:30", "12:00")``; the last may end at ``"24:00"``."""

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_FOREVER = datetime.max.replace(tzinfo=UTC)
_MINUTES_MAX = 10 * 366 * 24 * 60


class Override(Struct, frozen=True, kw_only=True):
    """The hours of one date instead of its weekday's: none on a holiday, some on a make-up or half day."""

    segments: tuple[Segment, ...] = ()
    label: Mapping[str, str] = {}


class WorkCalendar(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Opening hours by weekday (Monday first), dated overrides, and the last date whose overrides are known.

    Raises:
        ValueError: hours that overlap or are no hours, not seven days, no hours at all, an unknown time zone.
    """

    timezone: str
    weekly: tuple[tuple[Segment, ...], ...]
    known_through: str
    overrides: Mapping[str, Override] = {}

    def __post_init__(self) -> None:
        if len(self.weekly) != 7 or not any(self.weekly):
            raise ValueError("a week has seven days, Monday first, and hours on at least one")
        for segments in (*self.weekly, *(override.segments for override in self.overrides.values())):
            _check_hours(segments)
        for day in (self.known_through, *self.overrides):
            if date.fromisoformat(day).isoformat() != day:
                raise ValueError(f"{day} is no date like 2026-11-22")
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError) as error:  # OSError: a folder's name, like Asia
            raise ValueError(f"{self.timezone} is no time zone known here, like Asia/Shanghai") from error

    def hours(self, day: date) -> tuple[Segment, ...]:
        """Return the opening hours of a local date, none when it is no working day."""
        override = self.overrides.get(day.isoformat())
        return self.weekly[day.weekday()] if override is None else override.segments


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a clock runs from the moment that starts it.

    ``wall``: so many minutes by the clock on the wall.
    ``business``: so many minutes of opening hours.
    ``end_of_day``: the close of the working day under way, else of the next one; ``days`` working days later, and
    ``minutes`` after the close.
    ``next_start_plus``: so many minutes after the next opening; when it starts within opening hours, and ``inside`` is
    given, that many minutes after the start itself (domain-reference C4 to C6).

    ``span`` takes a day's hours from the first opening to the last close: a lunch break counts (G4).
    """

    unit: Literal["wall", "business", "end_of_day", "next_start_plus"]
    minutes: int = 0
    days: int = 0
    inside: int | None = None
    span: bool = False

    def __post_init__(self) -> None:
        if not (
            0 <= self.minutes <= _MINUTES_MAX and 0 <= self.days <= 3660 and 0 <= (self.inside or 0) <= _MINUTES_MAX
        ):
            raise ValueError("minutes and days count forward, ten years at most")
        if (self.days and self.unit != "end_of_day") or (self.inside is not None and self.unit != "next_start_plus"):
            raise ValueError("days belong to end_of_day, inside belongs to next_start_plus")


class Pause(Struct, frozen=True, kw_only=True):
    """A time in which a clock stands; without ``end`` it still does."""

    start: datetime
    end: datetime | None = None


class Deadline(Struct, frozen=True, kw_only=True):
    """When a clock runs out; never (None) while it stands."""

    at: datetime | None
    provisional: bool = False


class DueDay(Struct, frozen=True, kw_only=True):
    """The working day on which something falls due."""

    day: date
    provisional: bool = False


class Holiday(Struct, frozen=True, kw_only=True):
    """Days off in a row, and the days off that are worked instead."""

    label: Mapping[str, str]
    first: str
    last: str
    work: tuple[str, ...] = ()


class Holidays(Struct, frozen=True, kw_only=True):
    """A country's published holidays up to ``known_through`` (``data/calendar_cn.json``)."""

    known_through: str
    work_label: Mapping[str, str]
    holidays: tuple[Holiday, ...]


class _Stretch(NamedTuple):
    begin: datetime
    end: datetime
    day: date


def deadline(policy: Policy, calendar: WorkCalendar, start: datetime, pauses: Iterable[Pause] = ()) -> Deadline:
    """Return when a clock that starts at ``start`` runs out.

    A pause takes its time out of ``wall`` and ``business`` clocks; the other two are bound to the day and start again
    when a pause ends that began before they ran out. No pause makes a deadline earlier.

    Raises:
        ValueError: a moment without a time zone.
    """
    start = _utc(start)
    stops = _stops(pauses)
    if policy.unit == "wall":
        ran_out = _run([_Stretch(start, _FOREVER, date.min)], policy.minutes, stops)
    elif policy.unit == "business":
        ran_out = _run(_open(calendar, start, policy.span), policy.minutes, stops)
    else:
        ran_out = _of_the_day(policy, calendar, start)
        for stop in stops:
            if ran_out and stop.begin < ran_out.begin and stop.end > start:
                again = None if stop.end == _FOREVER else _of_the_day(policy, calendar, stop.end)
                ran_out = again and max(ran_out, again)
    if ran_out is None:
        return Deadline(at=None)
    return Deadline(at=ran_out.begin, provisional=ran_out.day.isoformat() > calendar.known_through)


def working_time(
    calendar: WorkCalendar, start: datetime, end: datetime, pauses: Iterable[Pause] = (), *, span: bool = False
) -> timedelta:
    """Return how much opening time lies between two moments, pauses left out; nothing when the second is earlier."""
    stops, end = _stops(pauses), _utc(end)
    total = timedelta()
    for stretch in _open(calendar, _utc(start), span):
        if stretch.begin >= end:
            break
        clipped = stretch._replace(end=min(stretch.end, end))
        total += sum((piece.end - piece.begin for piece in _unpaused([clipped], stops)), timedelta())
    return total


def due_day_of_month(calendar: WorkCalendar, year: int, month: int, day: int, *, inclusive: bool = True) -> DueDay:
    """Return the day of a month, or its last, moved forward to a working day (domain-reference C16, G6).

    With ``inclusive`` false ("before the 3rd") it is the day before that is moved.
    """
    due = date(year, month, min(day, monthrange(year, month)[1])) - timedelta(days=not inclusive)
    while not calendar.hours(due):
        due += timedelta(days=1)
    return DueDay(day=due, provisional=due.isoformat() > calendar.known_through)


def with_holidays(calendar: WorkCalendar, holidays: Holidays) -> WorkCalendar:
    """Return the calendar with a country's holidays; its own overrides stay.

    A make-up day has its weekday's hours, or those of the week's first working day when there are none.
    """
    usual = next(segments for segments in calendar.weekly if segments)
    overrides: dict[str, Override] = {}
    for holiday in holidays.holidays:
        day = date.fromisoformat(holiday.first)
        while day.isoformat() <= holiday.last:
            overrides[day.isoformat()] = Override(label=holiday.label)
            day += timedelta(days=1)
        for worked in holiday.work:
            segments = calendar.weekly[date.fromisoformat(worked).weekday()] or usual
            overrides[worked] = Override(segments=segments, label=holidays.work_label)
    return WorkCalendar(
        timezone=calendar.timezone,
        weekly=calendar.weekly,
        known_through=holidays.known_through,
        overrides={**overrides, **calendar.overrides},
    )


def _of_the_day(policy: Policy, calendar: WorkCalendar, start: datetime) -> _Stretch:
    """Return a clock bound to the day as the moment it runs out and the day that it rests on."""
    minutes = timedelta(minutes=policy.minutes)
    if policy.unit == "end_of_day":
        days = _openings(calendar, start, span=True)
        for _ in range(policy.days):
            next(days)
        close = next(days)
        return _Stretch(close.end + minutes, close.end + minutes, close.day)
    for opening in _openings(calendar, start, policy.span):
        if opening.begin > start:
            return _Stretch(opening.begin + minutes, opening.begin + minutes, opening.day)
        if policy.inside is not None:
            at = start + timedelta(minutes=policy.inside)
            return _Stretch(at, at, opening.day)
    raise AssertionError("openings do not end")


def _run(stretches: Iterable[_Stretch], minutes: int, stops: Sequence[_Stretch]) -> _Stretch | None:
    """Let so many minutes run through the stretches; None when the clock stands before they have."""
    left = timedelta(minutes=minutes)
    for stretch in _unpaused(stretches, stops):
        if left <= stretch.end - stretch.begin:
            return stretch._replace(begin=stretch.begin + left)
        left -= stretch.end - stretch.begin
    return None


def _unpaused(stretches: Iterable[_Stretch], stops: Sequence[_Stretch]) -> Iterator[_Stretch]:
    for begin, end, day in stretches:
        for stop in stops:
            if stop.begin < end and stop.end > begin:
                if stop.begin > begin:
                    yield _Stretch(begin, stop.begin, day)
                begin = stop.end  # noqa: PLW2901 - what is left of the stretch
        if begin < end:
            yield _Stretch(begin, end, day)
        elif begin == _FOREVER:
            return


def _open(calendar: WorkCalendar, start: datetime, span: bool) -> Iterator[_Stretch]:
    """Yield the opening hours from a moment on."""
    for opening in _openings(calendar, start, span):
        yield opening._replace(begin=max(opening.begin, start))


def _openings(calendar: WorkCalendar, start: datetime, span: bool) -> Iterator[_Stretch]:
    """Yield the opening hours that end after a moment, without end."""
    zone = ZoneInfo(calendar.timezone)
    day = start.astimezone(zone).date()
    while True:
        hours = calendar.hours(day)
        if span and hours:
            hours = ((hours[0][0], hours[-1][1]),)
        for opens, closes in hours:
            opening = _Stretch(_moment(day, opens, zone), _moment(day, closes, zone), day)
            if opening.end > start:
                yield opening
        day += timedelta(days=1)


def _moment(day: date, hour: str, zone: ZoneInfo) -> datetime:
    if hour == "24:00":
        day, hour = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(hour), zone).astimezone(UTC)


def _stops(pauses: Iterable[Pause]) -> list[_Stretch]:
    """Return the pauses in order, in UTC; an open one lasts for ever."""
    stops = (_Stretch(_utc(p.start), _utc(p.end) if p.end else _FOREVER, date.min) for p in pauses)
    return sorted(stop for stop in stops if stop.begin < stop.end)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def _check_hours(segments: tuple[Segment, ...]) -> None:
    times = [hour for segment in segments for hour in segment]
    if not all(map(_HOUR.fullmatch, times)) or times != sorted(set(times)):
        raise ValueError(f"{times} are no hours like 08:30 in order")
