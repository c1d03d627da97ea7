"""Questions to the tickets of a site, by the months of its own clocks: causes, Pareto, punctuality (CMP-3)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wuye.api import Field, Plot, Reader, Report, Series, Table

PERIOD = (Field(name="from", type="date"), Field(name="to", type="date"))
KIND = Field(name="kind", type="choice", codes="ticket_kind", default="complaint")
PERIOD_MAX = timedelta(days=50 * 366)
EARLIEST, LATEST = "1900-01-01T00:00:00.000Z", "2200-01-01T00:00:00.000Z"
"""Between them lies what nobody mistyped."""

# What was withdrawn or told twice does not count.
_TICKETS = (
    "SELECT *, coalesce(occurred_at, created_at) AS at FROM ticket"
    " WHERE site = {} AND NOT deleted AND status NOT IN ('duplicate', 'cancelled')"
)
# Dues and what stopped their clocks; answers to complaints and inquiries are due as the policies say.
_CLOCKS = (
    ("deadline", "done_at"),
    ("promised_reply_at", "replied_at"),
    ("CASE kind WHEN 'complaint' THEN {day} WHEN 'inquiry' THEN {hours} END", "replied_at"),
)

Month = tuple[str, str, str]
"""Its name, and the moments of the wire between which it lies."""


async def by_cause(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count tickets of a kind by month and root cause; those whose cause is not known yet stand without one."""
    rows = await _in_months(
        reader,
        site,
        args,
        "SELECT m.name AS month, t.cause_category AS cause, count(*) AS n FROM t JOIN m ON t.at >= m.since"
        " AND t.at < m.until WHERE t.kind = {} GROUP BY m.name, cause ORDER BY m.name, n DESC, cause",
        args["kind"],
    )
    return Table(
        columns=("column.month", "ticket.cause_category", "column.count"),
        rows=[[row["month"], row["cause"], row["n"]] for row in rows],
    )


async def pareto(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count tickets of a kind by known root cause, the most frequent first, with cumulative shares in percent."""
    found = await _in_months(
        reader,
        site,
        args,
        "SELECT t.cause_category AS cause, count(*) AS n FROM t JOIN m ON t.at >= m.since AND t.at < m.until"
        " WHERE t.kind = {} AND cause IS NOT NULL GROUP BY cause ORDER BY n DESC, cause",
        args["kind"],
    )
    counts = [(row["cause"], int(str(row["n"]))) for row in found]
    total, sum_ = sum(n for _, n in counts), 0
    rows: list[list[object]] = []
    for cause, n in counts:
        sum_ += n
        rows.append([cause, n, _percent(n, total), _percent(sum_, total)])
    drawn = (
        Series(column="column.count"),
        Series(column="column.cumulative", shape="line", second=True, tone="warn"),
    )
    return Table(
        columns=("ticket.cause_category", "column.count", "column.share", "column.cumulative"),
        rows=rows,
        charts=(Plot(title="report.tickets.pareto", x="ticket.cause_category", series=drawn),),
    )


async def monthly(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count tickets by month, a column a kind, and the share in percent of those that were due and kept every clock."""
    now = datetime.now(UTC)
    rows = await _in_months(reader, site, args, _punctuality(now))
    kinds = sorted({str(row["kind"]) for row in rows if row["kind"]})
    months: dict[str, dict[str, int]] = {}
    for row in rows:
        month = months.setdefault(str(row["month"]), {})
        month[f"code.ticket_kind.{row['kind']}"] = int(str(row["n"]))
        for name in ("due", "late"):
            month[name] = month.get(name, 0) + int(str(row[name] or 0))
    columns = tuple(f"code.ticket_kind.{kind}" for kind in kinds)
    drawn = tuple(Series(column=column) for column in columns)
    in_time = Series(column="column.in_time", shape="line", second=True, tone="good")
    return Table(
        columns=("column.month", *columns, "column.count", "column.in_time"),
        rows=[_line(name, [month.get(column, 0) for column in columns], month) for name, month in months.items()],
        charts=(Plot(title="report.tickets.monthly", x="column.month", series=(*drawn, in_time)),),
    )


def _line(name: str, counts: list[int], month: Mapping[str, int]) -> Sequence[object]:
    return [name, *counts, sum(counts), _percent(month["due"] - month["late"], month["due"])]


def _punctuality(now: datetime) -> str:
    at = f"'{now:%Y-%m-%dT%H:%M:%S.000Z}'"
    due = {name: f"strftime('%Y-%m-%dT%H:%M:%fZ', at, '+{hours} hours')" for name, hours in (("day", 24), ("hours", 2))}
    clocks = [(until.format_map(due), stop) for until, stop in _CLOCKS]
    late = " OR ".join(f"coalesce({until} < coalesce({stop}, {at}), 0)" for until, stop in clocks)
    runs = " OR ".join(f"coalesce({stop} IS NOT NULL AND {until} IS NOT NULL, 0)" for until, stop in clocks)
    return (
        f"SELECT m.name AS month, t.kind AS kind, count(t.id) AS n, sum({late}) AS late, sum({late} OR {runs}) AS due"
        " FROM m LEFT JOIN t ON t.at >= m.since AND t.at < m.until GROUP BY m.name, t.kind ORDER BY m.name, t.kind"
    )


async def _in_months(
    reader: Reader, site: str, args: Mapping[str, object], sql: str, *values: object
) -> Sequence[Mapping[str, object]]:
    """Run a question over ``t``, the tickets of the period, and ``m``, its months (name, since, until)."""
    months = await _months(reader, site, args)
    if not months:
        return []
    names = ", ".join(["({}, {}, {})"] * len(months))
    return await reader.rows(
        f"WITH t AS ({_TICKETS}), m(name, since, until) AS (VALUES {names}) {sql}",
        site,
        *(part for month in months for part in month),
        *values,
    )


async def _months(reader: Reader, site: str, args: Mapping[str, object]) -> list[Month]:
    """Return the local months from the first ticket to the last, cut to the days asked for."""
    [found] = await reader.rows(f"SELECT min(at) AS first, max(at) AS last FROM ({_TICKETS})", site)
    if found["first"] is None:
        return []
    zone = reader.zone(site)
    last = _local(min(str(found["last"]), LATEST), zone)
    last = min(last, date.fromisoformat(str(args["to"]))) if args["to"] else last
    first = max(_local(max(str(found["first"]), EARLIEST), zone), last - PERIOD_MAX)
    first = max(first, date.fromisoformat(str(args["from"]))) if args["from"] else first
    months: list[Month] = []
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(following, last + timedelta(days=1))
        months.append((f"{first:%Y-%m}", _wire(first, zone), _wire(until, zone)))
        first = following
    return months


def _local(wire: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(wire).astimezone(zone).date()


def _wire(day: date, zone: ZoneInfo) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return f"{midnight:%Y-%m-%dT%H:%M:%S}.000Z"


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


REPORTS = (
    Report(id="tickets.by_cause", entities=("ticket",), query=by_cause, args=(KIND, *PERIOD)),
    Report(id="tickets.pareto", entities=("ticket",), query=pareto, args=(KIND, *PERIOD)),
    Report(id="tickets.monthly", entities=("ticket",), query=monthly, args=PERIOD),
)
