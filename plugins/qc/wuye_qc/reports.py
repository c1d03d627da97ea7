"""What the general office asks of circles: activity and missing months, topics by stage, results, points."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from wuye.api import Field, Plot, Reader, Report, Series, Table

from .drawing import drawn

PERIOD = (Field(name="from", type="date"), Field(name="to", type="date"))
Row = Mapping[str, object]


async def activity(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count each circle's meetings in a period and list the months without one, with the reason given (QC-3, QC-4)."""
    first, last = _period(args)
    circles = await reader.rows(
        "SELECT id, name, leader, status, registered_on, idle FROM qc_circle WHERE site = {} AND NOT deleted"
        " AND status IN ('registered', 'active', 'suspended') ORDER BY name",
        site,
    )
    meetings = await reader.rows(
        "SELECT circle, held_on, rate FROM qc_meeting WHERE site = {} AND NOT deleted AND corrects IS NULL"
        " AND held_on BETWEEN {} AND {}",
        site,
        first.isoformat(),
        last.isoformat(),
    )
    notices = await reader.rows(
        "SELECT circle, month, explanation FROM qc_notice WHERE site = {} AND NOT deleted AND kind = 'month'", site
    )
    of_circle: dict[object, list[Row]] = defaultdict(list)
    for meeting in meetings:
        of_circle[meeting["circle"]].append(meeting)
    reasons = {(row["circle"], row["month"]): row["explanation"] for row in notices}
    rows = []
    for circle in circles:
        held = of_circle[circle["id"]]
        met = {str(meeting["held_on"])[:7] for meeting in held}
        since = max(str(circle["registered_on"] or first)[:7], f"{first:%Y-%m}")
        # A month counts once it is over.
        over = f"{last + timedelta(days=1):%Y-%m}"
        missing = [month for month in _months(first, last) if since <= month < over and month not in met]
        said = [f"{month}: {reason}" for month in missing if (reason := reasons.get((circle["id"], month)))]
        rates = [int(str(meeting["rate"])) for meeting in held if meeting["rate"] is not None]
        rows.append(
            [
                circle["name"],
                circle["leader"],
                circle["status"],
                len(held),
                round(sum(rates) / len(rates)) if rates else None,
                len(missing),
                ", ".join(missing) or None,
                "; ".join(said) or None,
                bool(circle["idle"]),
            ]
        )
    columns = (
        "qc.circle.name",
        "qc.circle.leader",
        "qc.circle.status",
        "report.qc.activity.meetings",
        "report.qc.activity.attendance",
        "report.qc.activity.missing",
        "report.qc.activity.months",
        "report.qc.activity.reasons",
        "qc.circle.idle",
    )
    shown = (Series(column=columns[3], tone="good"), Series(column=columns[5], tone="bad"))
    return Table(
        columns=columns,
        rows=rows,
        charts=(Plot(title="report.qc.activity", x=columns[0], series=shown),),
    )


async def topics(reader: Reader, site: str, _args: Mapping[str, object]) -> Table:
    """List topics by stage with their progress and what is overdue (QC-1, QC-2)."""
    rows = await reader.rows(
        "SELECT t.number, t.name, c.name AS circle, t.programme, t.status, s.code AS step, s.planned_end AS due,"
        " t.steps_done, t.steps_total, t.loop, t.target_met FROM qc_topic t"
        " JOIN qc_circle c ON c.site = t.site AND c.id = t.circle"
        " LEFT JOIN qc_step s ON s.site = t.site AND s.id = t.step"
        " WHERE t.site = {} AND NOT t.deleted ORDER BY t.status, t.number",
        site,
    )
    columns = (
        "qc.topic.number",
        "qc.topic.name",
        "qc.circle.name",
        "qc.topic.programme",
        "qc.topic.status",
        "qc.step.code",
        "qc.step.planned_end",
        "qc.topic.steps_done",
        "qc.topic.steps_total",
        "qc.topic.loop",
        "qc.topic.target_met",
    )
    names = ("number", "name", "circle", "programme", "status", "step", "due", "steps_done", "steps_total", "loop")
    shown = (Series(column="qc.topic.steps_done", tone="good"), Series(column="qc.topic.steps_total", tone="info"))
    return Table(
        columns=columns,
        rows=[[*(row[name] for name in names), _flag(row["target_met"])] for row in rows],
        charts=(Plot(title="report.qc.topics", x="qc.topic.name", series=shown),),
    )


async def results(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List targets with what was before and after, the benefit that finance confirmed, the grade (QC-5, QC-7).

    A topic counts in the period in which it was registered.
    """
    first, last = _period(args)
    found = await reader.rows(
        "SELECT t.id, t.number, t.name, c.name AS circle, t.targets, t.grade FROM qc_topic t"
        " JOIN qc_circle c ON c.site = t.site AND c.id = t.circle"
        " WHERE t.site = {} AND NOT t.deleted AND t.registered_on BETWEEN {} AND {} ORDER BY t.number",
        site,
        first.isoformat(),
        last.isoformat(),
    )
    money = await reader.rows(
        "SELECT topic, sum(amount) AS amount FROM qc_benefit WHERE site = {} AND NOT deleted AND status = 'confirmed'"
        " GROUP BY topic",
        site,
    )
    benefits = {row["topic"]: row["amount"] for row in money}
    rows: list[list[object]] = []
    for topic in found:
        for index, target in enumerate(json.loads(str(topic["targets"] or "null")) or [{}]):
            rows.append(
                [
                    topic["number"],
                    topic["name"],
                    topic["circle"],
                    *(target.get(name) for name in ("name", "measure", "baseline", "value", "achieved")),
                    # Once a topic, that a sum over the column is right.
                    benefits.get(topic["id"]) if index == 0 else None,
                    topic["grade"] if index == 0 else None,
                ]
            )
    targets = tuple(f"qc.topic.targets.{name}" for name in ("name", "measure", "baseline", "value", "achieved"))
    shown = (
        Series(column=targets[2], tone="bad"),
        Series(column=targets[3], tone="info", shape="line", dashed=True),
        Series(column=targets[4], tone="good"),
    )
    return Table(
        columns=(
            "qc.topic.number",
            "qc.topic.name",
            "qc.circle.name",
            *targets,
            "qc.benefit.amount",
            "qc.topic.grade",
        ),
        rows=rows,
        charts=(Plot(title="report.qc.results", x="qc.topic.name", series=shown),),
    )


async def points(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List people with the points that they gained and took in a period, and what they hold now (QC-9)."""
    first, last = _period(args)
    rows = await reader.rows(
        "SELECT a.user, coalesce(sum(r.points) FILTER (WHERE r.points > 0), 0) AS gained,"
        " -coalesce(sum(r.points) FILTER (WHERE r.points < 0), 0) AS taken, a.balance FROM qc_staff_account a"
        " LEFT JOIN qc_reward r ON r.site = a.site AND r.account = a.id"
        " AND substr(coalesce(r.given_on, r.created_at), 1, 10) BETWEEN {} AND {}"
        " WHERE a.site = {} AND NOT a.deleted GROUP BY a.id ORDER BY a.balance DESC, a.user",
        first.isoformat(),
        last.isoformat(),
        site,
    )
    columns = (
        "qc.staff_account.user",
        "report.qc.points.gained",
        "report.qc.points.taken",
        "qc.staff_account.balance",
    )
    return Table(
        columns=columns,
        rows=[[row["user"], row["gained"], row["taken"], row["balance"] or 0] for row in rows],
        charts=(Plot(title="report.qc.points", x=columns[0], series=(Series(column=columns[3], tone="good"),)),),
    )


async def chart(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Return a data set as it is drawn, so that it can be taken away as a workbook with its charts (QC-6)."""
    return await _kept(reader, "SELECT drawing AS kept FROM qc_data WHERE site = {} AND id = {}", site, args["data"])


async def plan(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Return a topic's plan with its Gantt chart (QC-6)."""
    return await _kept(reader, "SELECT plan AS kept FROM qc_topic WHERE site = {} AND id = {}", site, args["topic"])


async def _kept(reader: Reader, sql: str, *values: object) -> Table:
    found = await reader.rows(f"{sql} AND NOT deleted", *values)
    kept = json.loads(str(found[0]["kept"] or "null")) if found else None
    return drawn(kept) if kept else Table(columns=("qc.drawing.label",), rows=[])


def _period(args: Mapping[str, object]) -> tuple[date, date]:
    """Return the days asked for; by default this year until today."""
    today = datetime.now(UTC).date()
    last = date.fromisoformat(str(args.get("to") or today))
    first = args.get("from")
    return (date.fromisoformat(str(first)) if first else last.replace(month=1, day=1)), last


def _months(first: date, last: date) -> Sequence[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    starts = (first.year * 12 + first.month - 1 + index for index in range(max(count, 0)))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in starts]


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)


REPORTS = (
    Report(
        id="qc.activity",
        entities=("qc.circle", "qc.meeting", "qc.notice"),
        query=activity,
        args=PERIOD,
        columns=tuple(Field(name=name) for name in ("meetings", "attendance", "missing", "months", "reasons")),
    ),
    Report(id="qc.topics", entities=("qc.topic", "qc.circle", "qc.step"), query=topics),
    Report(id="qc.results", entities=("qc.topic", "qc.circle", "qc.benefit"), query=results, args=PERIOD),
    Report(
        id="qc.chart",
        entities=("qc.data",),
        query=chart,
        args=(Field(name="data", type="ref", ref="qc.data", required=True),),
    ),
    Report(
        id="qc.plan",
        entities=("qc.topic", "qc.step"),
        query=plan,
        args=(Field(name="topic", type="ref", ref="qc.topic", required=True),),
    ),
    Report(
        id="qc.points",
        entities=("qc.staff_account", "qc.reward"),
        query=points,
        args=PERIOD,
        columns=(Field(name="gained", type="integer"), Field(name="taken", type="integer")),
    ),
)
