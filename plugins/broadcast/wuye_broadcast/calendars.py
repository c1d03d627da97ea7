"""The plan as a calendar to subscribe to (iCalendar): every slot of an approved programme, with its repetition."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wuye.api import Calendar, Event, Reader

from .reading import PlannedSlot, planned_slots, special_days
from .recurrence import first_day


async def plan(reader: Reader, site: str) -> Sequence[Event]:
    """Return a site's plan as events."""
    special, zone = await special_days(reader, site), reader.zone(site)
    slots = await planned_slots(reader, site, running=True)
    return [event for slot in slots for event in _events(slot, special, zone)]


def _events(slot: PlannedSlot, special: Mapping[date, bool], zone: ZoneInfo) -> Iterator[Event]:
    times = slot.times
    first = first_day(times)
    if first is None:
        return
    if times.days == "holidays":
        # No rule tells when holidays are: they come one by one.
        for day in slot.days(first, max(special, default=first), special):
            yield _event(slot, day, f"{slot.id}:{day}")
        return
    closed = {day for day, silent in special.items() if silent or times.days == "not_holidays"}
    at = time.fromisoformat(slot.starts)
    left_out = tuple(datetime.combine(day, at) for day in sorted(times.exceptions | closed))
    yield _event(slot, first, slot.id, rule=_bounded(slot, zone), left_out=left_out)


def _bounded(slot: PlannedSlot, zone: ZoneInfo) -> str | None:
    """Return the rule with the slot's last day; a count is kept, for RFC 5545 allows but one of the two."""
    rule, last = slot.times.rule, slot.times.last
    if rule is None or last is None or "COUNT=" in rule:
        return rule
    end = datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)
    return f"{rule};UNTIL={end:%Y%m%dT%H%M%SZ}"


def _event(
    slot: PlannedSlot, day: date, id_: str, *, rule: str | None = None, left_out: tuple[datetime, ...] = ()
) -> Event:
    start = datetime.combine(day, time.fromisoformat(slot.starts))
    return Event(
        id=id_,
        title=slot.title,
        start=start,
        end=start + timedelta(minutes=slot.minutes),
        description=slot.note,
        place=slot.channel_name,
        rrule=rule,
        except_on=left_out,
    )


CALENDARS = (
    Calendar(
        id="broadcast.plan",
        entities=("broadcast.slot", "broadcast.programme", "broadcast.channel", "broadcast.day"),
        query=plan,
    ),
)
