"""Calendars to subscribe to: events of one site as iCalendar (RFC 5545), times in the site's zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.model.report import Calendar, Event, Rows
from wuye.reports.reading import InformedReader
from wuye.reports.running import may_read, require_reader
from wuye.sync.directory import Directory

if TYPE_CHECKING:
    from icalendar import Event as Entry

MAX_EVENTS = 5_000


class ReadyCalendar(Struct, frozen=True, kw_only=True):
    """A calendar that somebody may read at ``site``."""

    calendar: Calendar
    plugin: str
    site: str
    directory: Directory

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.directory.zone_of(self.site).key


def readable(directory: Directory, user: str, site: str, at_ms: int) -> list[Calendar]:
    """Return the calendars that somebody may read at a site."""
    return [
        calendar
        for calendar in directory.registry.calendars.values()
        if may_read(directory, user, site, f"calendar.{calendar.id}", calendar.entities, at_ms)
    ]


def prepare_calendar(directory: Directory, user: str, site: str, calendar_id: str, at_ms: int) -> ReadyCalendar:
    """Check that somebody may read a calendar.

    Raises:
        Problem: ``not_found``, no such calendar or not at this site; ``forbidden``.
    """
    calendar = directory.registry.calendars.get(calendar_id)
    if calendar is None:
        raise Problem("not_found", f"no calendar {calendar_id[:80]}")
    plugin = require_reader(directory, user, site, f"calendar.{calendar_id}", calendar.entities, at_ms)
    return ReadyCalendar(calendar=calendar, plugin=plugin, site=site, directory=directory)


async def read_events(ready: ReadyCalendar, rows: Rows) -> Sequence[Event]:
    """Return a calendar's events.

    Raises:
        Problem: ``internal``, its query fails (the plugin's fault); ``too_large``.
    """
    try:
        events = await ready.calendar.query(InformedReader(rows, ready.directory), ready.site)
    except Problem:
        raise
    except Exception as error:
        raise Problem("internal", f"plugin {ready.plugin}: calendar {ready.calendar.id}: {error!r}") from error
    if len(events) > MAX_EVENTS:
        raise Problem("too_large", f"more than {MAX_EVENTS} events", extra={"max": MAX_EVENTS})
    return events


async def feed(ready: ReadyCalendar, reader: Rows, name: str, stamp: datetime) -> bytes:
    """Return a calendar as iCalendar; ``name`` is its title, ``stamp`` when it is read.

    Raises:
        Problem: as `read_events`.
    """
    events = await read_events(ready, reader)
    try:
        return to_ical(ready, events, name, stamp)
    except ValueError as error:  # a recurrence that is none
        raise Problem("internal", f"plugin {ready.plugin}: calendar {ready.calendar.id}: {error}") from error


def to_ical(ready: ReadyCalendar, events: Iterable[Event], name: str, stamp: datetime) -> bytes:
    """Write events as a VCALENDAR. UIDs stay the same from time to time, so that programs update what they have."""
    from icalendar import Calendar as Ical

    ical = Ical()
    ical.add("prodid", "-//Wuye//Calendars//EN")
    ical.add("version", "2.0")
    ical.add("method", "PUBLISH")
    ical.add("x-wr-calname", name)
    ical.add("x-wr-timezone", ready.zone)
    for event in events:
        ical.add_component(_entry(ready, event, stamp))
    ical.add_missing_timezones()
    return bytes(ical.to_ical())


def _entry(ready: ReadyCalendar, event: Event, stamp: datetime) -> "Entry":
    from icalendar import Event as Entry
    from icalendar import vRecur

    zone = ZoneInfo(ready.zone)
    entry = Entry()
    entry.add("uid", f"{event.id}.{ready.calendar.id}@{ready.site}")
    entry.add("dtstamp", stamp)
    entry.add("summary", event.title)
    entry.add("dtstart", _local(event.start, zone))
    entry.add("dtend", _local(event.end, zone))
    for key, text in (("description", event.description), ("location", event.place)):
        if text:
            entry.add(key, text)
    if event.rrule:
        entry.add("rrule", vRecur.from_ical(event.rrule))
    if event.except_on:
        entry.add("exdate", [_local(moment, zone) for moment in event.except_on])
    return entry


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
