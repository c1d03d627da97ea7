"""What the calendar does: rounds missed, the authority's clock, applications gone to sleep, warranties at their end."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from wuye.api import FollowUp, Job, Reader

from .entities.application import APPLICATION
from .entities.flow import ON_SITE, WAITING
from .entities.violation import CLOCK
from .entities.warranty import WARRANTY


def _marks(states: Sequence[str]) -> str:
    return ", ".join("{}" for _ in states)


async def remind_of_rounds(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Open a ticket for every round that is overdue, once."""
    due = await reader.rows(
        "SELECT id, number, unit, zone, next_inspection FROM renovation_application"
        f" WHERE site = {{}} AND NOT deleted AND status IN ({_marks(ON_SITE)}) AND next_inspection < {{}} ORDER BY id",
        site,
        *ON_SITE,
        now.date().isoformat(),
    )
    return [
        _ticket(row, f"{row['id']}:{row['next_inspection']}", "urgent", f"裝修巡查逾期 {row['number']}") for row in due
    ]


async def remind_of_reports(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Open a ticket for every violation that should have been reported to the authority by now (Art. 42), once."""
    due = await reader.rows(
        "SELECT id, number, unit, zone FROM renovation_violation"
        f" WHERE site = {{}} AND NOT deleted AND status IN ({_marks(CLOCK)}) AND report_by < {{}} ORDER BY id",
        site,
        *CLOCK,
        now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    )
    return [_ticket(row, str(row["id"]), "emergency", f"違章未按時報告主管部門 {row['number']}") for row in due]


def _ticket(row: Mapping[str, object], key: str, priority: str, title: str) -> FollowUp:
    named = {name: row[name] for name in ("unit", "zone") if row[name]}
    return FollowUp(
        key=key,
        cause="",
        entity="ticket",
        kind="create",
        set={
            "kind": "other",
            "channel": "patrol",
            "department": "customer_service",
            "priority": priority,
            "title": title,
            **named,
        },
    )


async def lapse(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Let applications lapse that nobody took further in time; a deposit taken for one is still to be refunded."""
    due = await _over(reader, "renovation_application", "lapses_on", site, now, WAITING)
    return [_act(row, APPLICATION.name, "lapse", reason="逾期未辦理 · нет движения в срок") for row in due]


async def end_warranties(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """End the warranties whose last day is over."""
    due = await _over(reader, "renovation_warranty", "ends_on", site, now, ("running",))
    return [_act(row, WARRANTY.name, "end") for row in due]


async def _over(
    reader: Reader, table: str, field: str, site: str, now: datetime, states: Sequence[str]
) -> Sequence[Mapping[str, object]]:
    """Return the records in these states whose day in ``field`` is over."""
    return await reader.rows(
        f"SELECT id, {field} AS day FROM {table}"
        f" WHERE site = {{}} AND NOT deleted AND {field} < {{}} AND status IN ({_marks(states)}) ORDER BY id",
        site,
        now.date().isoformat(),
        *states,
    )


def _act(row: Mapping[str, object], entity: str, act: str, **args: object) -> FollowUp:
    key = f"{row['id']}:{row['day']}"
    return FollowUp(key=key, cause="", entity=entity, kind="act", record=str(row["id"]), act=act, args=args)


HOUR, DAY = 3600, 86_400

JOBS = (
    Job(id="renovation.rounds", every=HOUR, run=remind_of_rounds, writes=("ticket.create",)),
    Job(id="renovation.reports_due", every=HOUR, run=remind_of_reports, writes=("ticket.create",)),
    Job(id="renovation.lapse", every=DAY, run=lapse, writes=(f"{APPLICATION.name}.act.lapse",)),
    Job(id="renovation.warranty", every=DAY, run=end_warranties, writes=(f"{WARRANTY.name}.act.end",)),
)
