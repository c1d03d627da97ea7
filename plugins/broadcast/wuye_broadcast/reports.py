"""The week's plan, the log of some days, how much of the plan was aired, what waits for approval beyond its time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wuye.api import Field, Plot, Reader, Report, Series, Table

from .entities.sheets import LOG, WEEK
from .reading import both, planned_slots, special_days

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COURSES = ("played", "cut", "skipped", "missed")
SPAN = (
    Field(name="starts_on", type="date"),
    Field(name="ends_on", type="date"),
    Field(name="channel", type="ref", ref="broadcast.channel"),
)


async def _span(reader: Reader, site: str, args: Mapping[str, object], days: int) -> tuple[date, date, ZoneInfo]:
    """Return first and last day asked for; by default this week, or so many days from the first on."""
    zone = reader.zone(site)
    today = datetime.now(zone).date()
    given = args.get("starts_on")
    start = date.fromisoformat(str(given)) if given else today - timedelta(days=today.weekday())
    end = args.get("ends_on")
    return start, date.fromisoformat(str(end)) if end else start + timedelta(days=days - 1), zone


async def week(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Lay out seven days from ``starts_on`` (default: this Monday): a line a time of day, a column a day."""
    start, end, _ = await _span(reader, site, args, 7)
    end = min(end, start + timedelta(days=6))
    channel = str(args.get("channel") or "") or None
    special = await special_days(reader, site)
    lines: dict[tuple[str, int, str], dict[date, list[str]]] = {}
    for slot in await planned_slots(reader, site, channel=channel):
        for day in slot.days(start, end, special):
            cells = lines.setdefault((slot.starts, slot.minutes, slot.channel_name), {})
            cells.setdefault(day, []).append(slot.title)
    days = [start + timedelta(days=shift) for shift in range((end - start).days + 1)]
    return Table(
        columns=(
            "report.broadcast.week.time",
            "report.broadcast.week.on_channel",
            *(f"report.broadcast.week.{WEEKDAYS[day.weekday()]}" for day in days),
        ),
        rows=[
            [_hours(starts, minutes), name, *("\n".join(cells.get(day, ())) for day in days)]
            for (starts, minutes, name), cells in sorted(lines.items())
        ],
    )


def _hours(starts: str, minutes: int) -> str:
    begins = datetime.fromisoformat(f"2000-01-01T{starts}")
    return f"{begins:%H:%M}–{begins + timedelta(minutes=minutes):%H:%M}"


async def log_sheet(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Tell what was on air from ``starts_on`` to ``ends_on``, emergencies among it, in the order of the clock."""
    start, end, zone = await _span(reader, site, args, 7)
    lines = await _plays(reader, site, start, end, args.get("channel"), zone)
    lines += await _emergencies(reader, site, start, end, args.get("channel"), zone)
    return Table(
        columns=(
            "broadcast.play.day",
            "report.broadcast.log_sheet.planned",
            "broadcast.play.channel",
            "broadcast.play.programme",
            "broadcast.play.version",
            "report.broadcast.log_sheet.aired",
            "broadcast.play.status",
            "broadcast.play.announcer",
            "broadcast.play.reason",
        ),
        rows=sorted(lines, key=lambda line: (str(line[0]), str(line[1] or line[5]))),
    )


async def _plays(
    reader: Reader, site: str, start: date, end: date, channel: object, zone: ZoneInfo
) -> list[Sequence[object]]:
    rows = await reader.rows(
        "SELECT p.day, p.starts, p.channel, p.programme, p.version, p.started_at, p.ended_at, p.status, p.announcer,"
        " p.reason FROM broadcast_play p WHERE p.site = {} AND NOT p.deleted AND p.day BETWEEN {} AND {}"
        " AND p.status <> 'withdrawn' AND ({} = '' OR p.channel = {})",
        site,
        start.isoformat(),
        end.isoformat(),
        str(channel or ""),
        str(channel or ""),
    )
    return [
        [
            row["day"],
            str(row["starts"])[:5],
            row["channel"],
            row["programme"],
            row["version"],
            _aired(row["started_at"], row["ended_at"], zone),
            row["status"],
            row["announcer"],
            row["reason"],
        ]
        for row in rows
    ]


async def _emergencies(
    reader: Reader, site: str, start: date, end: date, channel: object, zone: ZoneInfo
) -> list[Sequence[object]]:
    rows = await reader.rows(
        "SELECT number, occasion, channels, aired_at, announcer FROM broadcast_emergency"
        " WHERE site = {} AND NOT deleted AND aired_at BETWEEN {} AND {}",
        site,
        (start - timedelta(days=1)).isoformat(),
        (end + timedelta(days=2)).isoformat(),
    )
    lines: list[Sequence[object]] = []
    for row in rows:
        day = _local(row["aired_at"], zone).date()
        if start <= day <= end and (not channel or not row["channels"] or str(channel) in str(row["channels"])):
            aired, said = _aired(row["aired_at"], None, zone), both(row["number"], row["occasion"])
            lines.append([day.isoformat(), None, None, None, None, aired, None, row["announcer"], said])
    return lines


def _local(moment: object, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(str(moment)).astimezone(zone)


def _aired(start: object, end: object, zone: ZoneInfo) -> str | None:
    return "–".join(f"{_local(moment, zone):%H:%M}" for moment in (start, end) if moment) or None


async def share(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count by programme what became of the plan, and which share of it was aired to the end, in per cent."""
    start, end, _ = await _span(reader, site, args, 7)
    rows = await reader.rows(
        "SELECT p.programme, p.status, count(*) AS plays FROM broadcast_play p"
        " WHERE p.site = {} AND NOT p.deleted AND p.day BETWEEN {} AND {} AND p.slot IS NOT NULL"
        " AND p.status <> 'withdrawn' AND ({} = '' OR p.channel = {}) GROUP BY p.programme, p.status",
        site,
        start.isoformat(),
        end.isoformat(),
        str(args.get("channel") or ""),
        str(args.get("channel") or ""),
    )
    names = await _names(reader, site)
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        plays = row["plays"]
        assert isinstance(plays, int)
        counts.setdefault(str(row["programme"]), Counter())[str(row["status"])] += plays
    lines = []
    for programme, count in sorted(counts.items(), key=lambda item: names.get(item[0], "")):
        total = sum(count.values())
        over = sum(count[course] for course in COURSES)
        aired = 100 * count["played"] // over if over else None
        lines.append([names.get(programme, programme), total, *(count[course] for course in COURSES), aired])
    head = "report.broadcast.log"
    return Table(
        columns=(f"{head}.programme", f"{head}.planned", *(f"{head}.{course}" for course in COURSES), f"{head}.share"),
        rows=lines,
        charts=(
            Plot(
                title=head,
                x=f"{head}.programme",
                series=(
                    Series(column=f"{head}.played", tone="good"),
                    Series(column=f"{head}.missed", tone="bad"),
                    Series(column=f"{head}.share", shape="line", second=True),
                ),
            ),
        ),
    )


async def _names(reader: Reader, site: str) -> dict[str, str]:
    rows = await reader.rows("SELECT id, title_zh, title_ru FROM broadcast_programme WHERE site = {}", site)
    return {str(row["id"]): both(row["title_zh"], row["title_ru"]) for row in rows}


async def overdue(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List emergency announcements that nobody has approved though their time is over, the oldest first."""
    now = datetime.fromisoformat(str(args["now"])) if args.get("now") else datetime.now(UTC)
    rows = await reader.rows(
        "SELECT number, kind, occasion, aired_at, approve_by, announcer, status FROM broadcast_emergency"
        " WHERE site = {} AND NOT deleted AND status IN ('aired', 'overdue') ORDER BY approve_by",
        site,
    )
    late = [(row, now - datetime.fromisoformat(str(row["approve_by"]))) for row in rows if row["approve_by"]]
    shown = ("number", "kind", "occasion", "aired_at", "approve_by", "announcer")
    return Table(
        columns=(*(f"broadcast.emergency.{name}" for name in shown), "report.broadcast.overdue.hours"),
        rows=[
            [*(row[name] for name in shown), int(over.total_seconds() // 3600)]
            for row, over in late
            if over > timedelta()
        ],
    )


_PLAN = ("broadcast.slot", "broadcast.programme", "broadcast.channel", "broadcast.day")

REPORTS = (
    Report(
        id=WEEK,
        entities=_PLAN,
        query=week,
        args=SPAN,
        columns=tuple(Field(name=name) for name in ("time", "on_channel", *WEEKDAYS)),
    ),
    Report(
        id=LOG,
        entities=("broadcast.play", "broadcast.emergency"),
        query=log_sheet,
        args=SPAN,
        columns=(Field(name="planned"), Field(name="aired")),
    ),
    Report(id="broadcast.log", entities=("broadcast.play", "broadcast.programme"), query=share, args=SPAN),
    Report(
        id="broadcast.overdue",
        entities=("broadcast.emergency",),
        query=overdue,
        args=(Field(name="now", type="datetime"),),
        columns=(Field(name="hours", type="integer"),),
    ),
)
