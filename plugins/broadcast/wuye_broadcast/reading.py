"""What jobs, reports and the calendar read alike: special days, slots with their programmes."""

import json
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from wuye.api import Reader

from .recurrence import Times, days_of, on_air, times_of


class PlannedSlot(Struct, frozen=True, kw_only=True):
    """A slot with what its programme and channel are called."""

    id: str
    channel: str
    channel_name: str
    area: str
    programme: str
    title: str
    type: str
    script: str | None
    starts: str
    minutes: int
    language_order: str | None
    announcer: str | None
    note: str
    times: Times

    def days(self, start: date, end: date, special: Mapping[date, bool]) -> list[date]:
        """Return the days from ``start`` to ``end`` on which it is on air."""
        return [day for day in sorted(days_of(self.times, start, end)) if on_air(self.times, day, special)]


async def special_days(reader: Reader, site: str) -> dict[date, bool]:
    """Return the days unlike others, and whether all is silent then."""
    rows = await reader.rows('SELECT "on", silent FROM broadcast_day WHERE site = {} AND NOT deleted', site)
    return {date.fromisoformat(str(row["on"])): bool(row["silent"]) for row in rows}


async def planned_slots(
    reader: Reader, site: str, *, channel: str | None = None, running: bool = False
) -> list[PlannedSlot]:
    """Return the slots that are planned; ``running``: only those of approved programmes and channels in use."""
    rows = await reader.rows(
        "SELECT s.*, p.title_zh, p.title_ru, p.type, c.name AS channel_name, c.name_ru, c.area FROM broadcast_slot s"
        " JOIN broadcast_programme p ON p.site = s.site AND p.id = s.programme"
        " JOIN broadcast_channel c ON c.site = s.site AND c.id = s.channel"
        " WHERE s.site = {} AND NOT s.deleted AND NOT p.deleted AND NOT c.deleted AND s.status = 'planned'"
        " AND p.status <> 'retired'"
        " AND ({} = 0 OR (p.status = 'running' AND c.status = 'in_use')) AND ({} = '' OR s.channel = {})"
        " ORDER BY s.starts, s.id",
        site,
        int(running),
        channel or "",
        channel or "",
    )
    return [_slot(row) for row in rows]


def _slot(row: Mapping[str, object]) -> PlannedSlot:
    exceptions = row["except_on"]
    values = {**row, "except_on": json.loads(str(exceptions)) if exceptions else None}
    times = times_of(values)
    return PlannedSlot(
        id=str(row["id"]),
        channel=str(row["channel"]),
        channel_name=both(row["channel_name"], row["name_ru"]),
        area=str(row["area"] or ""),
        programme=str(row["programme"]),
        title=both(row["title_zh"], row["title_ru"]),
        type=str(row["type"]),
        script=_text(row["script"]),
        starts=str(row["starts"]),
        minutes=times.minutes,
        language_order=_text(row["language_order"]),
        announcer=_text(row["announcer"]),
        note=str(row["note"] or ""),
        times=times,
    )


def both(zh: object, ru: object) -> str:
    """Return a name in both languages, as far as it has them."""
    return " · ".join(str(name) for name in (zh, ru) if name)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
