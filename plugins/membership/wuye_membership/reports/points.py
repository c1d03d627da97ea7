"""The account: a member's statement, what the house owes, what came and went, what ends soon."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from wuye.api import Field, Plot, Reader, Report, Series, Table

from ..entities.catalogue import EARNING
from ..entities.points import SPENDING
from ..lots import Lot, remaining

Row = Mapping[str, object]
BALANCE = "membership.member.points"
_ACCOUNT = ("membership.member", "membership.entry")


def today_of(args: Mapping[str, object]) -> date:
    """Return the day that a report is asked for: its argument ``today``, or this day."""
    return date.fromisoformat(str(args.get("today") or datetime.now(UTC).date()))


LIABILITY = ("members", "held", "ending", "worth", "owed")
MOVEMENTS = ("earned", "spent", "reversed", "corrected", "expired")


async def statement(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List a member's entries from a day to a day with the balance after each; the first line is what was there."""
    since, until = str(args.get("since") or ""), str(args.get("until") or "9999-12-31")
    rows = await reader.rows(
        "SELECT booked_on, number, kind, receipt, issuer, points FROM membership_entry"
        " WHERE site = {} AND member = {} AND NOT deleted AND booked_on <= {} ORDER BY booked_on, seq, number",
        site,
        args["member"],
        until,
    )
    before = [row for row in rows if str(row["booked_on"]) < since]
    balance = sum(_points(row) for row in before)
    lines: list[list[object]] = [[since, None, None, None, None, None, balance]] if before else []
    for row in rows[len(before) :]:
        balance += _points(row)
        lines.append(
            [*(row[name] for name in ("booked_on", "number", "kind", "receipt", "issuer")), row["points"], balance]
        )
    fields = ("booked_on", "number", "kind", "receipt", "issuer", "points")
    return Table(columns=(*(f"membership.entry.{name}" for name in fields), BALANCE), rows=lines)


async def liability(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Sum what members hold, by tier: how many, their points, how many of these end within ``days``, what it is worth.

    Accounts below zero are owed to the house and stand in a column of their own.
    """
    horizon = (today_of(args) + timedelta(days=_integer(args, "days", 90))).isoformat()
    worth = int(str(reader.setting(site, "membership_point_worth")))
    members = await reader.rows(
        "SELECT m.id, m.tier, t.name, t.level, m.points FROM membership_member m LEFT JOIN membership_tier t"
        " ON t.site = m.site AND t.id = m.tier WHERE m.site = {} AND NOT m.deleted AND m.status <> 'applied'"
        " ORDER BY COALESCE(t.level, 0), m.id",
        site,
    )
    lots = await _remaining(reader, site)
    sums: dict[object, list[int]] = {}
    for member in members:
        held = sums.setdefault(member["tier"], [0, 0, 0, 0, 0])
        points = _points(member)
        ending = sum(lot.points for lot in lots.get(str(member["id"]), ()) if lot.last <= horizon)
        for column, value in enumerate((1, max(0, points), ending, max(0, points) * worth, max(0, -points))):
            held[column] += value
    return Table(
        columns=(
            "membership.member.tier",
            *(f"report.membership.liability.{name}" for name in LIABILITY),
        ),
        # No field's column: what it is worth is shown in whole units, not in fen.
        rows=[[tier, *held[:3], held[3] / 100, held[4]] for tier, held in sums.items()],
        charts=(
            Plot(
                title="report.membership.liability",
                x="membership.member.tier",
                series=(
                    Series(column="report.membership.liability.held"),
                    Series(column="report.membership.liability.ending", tone="warn"),
                ),
            ),
        ),
    )


async def movements(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count the points earned, spent, taken back and ended, month by month, for the last ``months``."""
    today = today_of(args)
    months = [_month_before(today, back) for back in reversed(range(_integer(args, "months", 12)))]
    rows = await reader.rows(
        "SELECT substr(booked_on, 1, 7) AS month, kind, SUM(points) AS points FROM membership_entry"
        " WHERE site = {} AND NOT deleted AND booked_on >= {} GROUP BY substr(booked_on, 1, 7), kind",
        site,
        f"{months[0]}-01",
    )
    counts: dict[tuple[object, str], int] = defaultdict(int)
    for row in rows:
        counts[row["month"], _column(str(row["kind"]))] += _points(row)
    columns = tuple(f"report.membership.movements.{name}" for name in MOVEMENTS)
    return Table(
        columns=("report.membership.movements.month", *columns),
        rows=[[month, *(counts[month, name] for name in MOVEMENTS)] for month in months],
        charts=(
            Plot(
                title="report.membership.movements",
                x="report.membership.movements.month",
                series=(
                    Series(column=columns[0], tone="good"),
                    Series(column=columns[1]),
                    Series(column=columns[4], tone="warn"),
                ),
            ),
        ),
    )


async def ending(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List active members whose points end within ``days``: how many, and which day is the first."""
    horizon = (today_of(args) + timedelta(days=_integer(args, "days", 60))).isoformat()
    members = await reader.rows(
        "SELECT m.id, m.card_number, m.owner, COALESCE(m.language, o.language) AS language FROM membership_member m"
        " LEFT JOIN owner o ON o.site = m.site AND o.id = m.owner WHERE m.site = {} AND NOT m.deleted"
        " AND m.status = 'active' ORDER BY m.card_number",
        site,
    )
    lots = await _remaining(reader, site)
    lines: list[list[object]] = []
    for member in members:
        if due := [lot for lot in lots.get(str(member["id"]), ()) if lot.last <= horizon]:
            shown = [member["card_number"], member["owner"], member["language"]]
            lines.append([*shown, sum(lot.points for lot in due), due[0].last])
    return Table(
        columns=(
            *(f"membership.member.{name}" for name in ("card_number", "owner", "language")),
            "report.membership.ending.points",
            "membership.entry.expires_on",
        ),
        rows=sorted(lines, key=lambda line: str(line[-1])),
    )


async def _remaining(reader: Reader, site: str) -> dict[str, Sequence[Lot]]:
    rows = await reader.rows(
        "SELECT member, kind, points, expires_on FROM membership_entry WHERE site = {} AND NOT deleted", site
    )
    entries: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        entries[str(row["member"])].append(row)
    return {member: remaining(of_member) for member, of_member in entries.items()}


def _column(kind: str) -> str:
    if kind in EARNING:
        return "earned"
    if kind in SPENDING:
        return "spent"
    return {"reversal": "reversed", "correction": "corrected"}.get(kind, "expired")


def _month_before(day: date, back: int) -> str:
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return f"{year:04d}-{month + 1:02d}"


def _points(row: Row) -> int:
    return int(str(row["points"] or 0))


def _integer(args: Mapping[str, object], name: str, otherwise: int) -> int:
    value = args.get(name)
    return value if isinstance(value, int) else otherwise


_DAYS = Field(name="days", type="integer", min=1, max=3650, default=60)
_TODAY = Field(name="today", type="date")

REPORTS = (
    Report(
        id="membership.statement",
        entities=_ACCOUNT,
        query=statement,
        args=(
            Field(name="member", type="ref", ref="membership.member", required=True),
            Field(name="since", type="date"),
            Field(name="until", type="date"),
        ),
    ),
    Report(
        id="membership.liability",
        entities=(*_ACCOUNT, "membership.tier"),
        query=liability,
        args=(
            Field(name="days", type="integer", min=1, max=3650, default=90),
            _TODAY,
        ),
        columns=tuple(Field(name=name, type="money" if name == "worth" else "integer") for name in LIABILITY),
    ),
    Report(
        id="membership.movements",
        entities=_ACCOUNT,
        query=movements,
        args=(Field(name="months", type="integer", min=1, max=60, default=12), _TODAY),
        columns=(Field(name="month"), *(Field(name=name, type="integer") for name in MOVEMENTS)),
    ),
    Report(
        id="membership.ending",
        entities=(*_ACCOUNT, "owner"),
        query=ending,
        args=(_DAYS, _TODAY),
        columns=(Field(name="points", type="integer"),),
    ),
)
