"""What those in charge look at: running sites, papers still missing, violations, deposits held, warranties ending."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from wuye.api import Field, Plot, Reader, Report, Series, Table

from .codes import VIOLATIONS
from .entities.flow import FINISHED, ON_SITE
from .entities.violation import CLOCK, OPEN

TODAY = Field(name="today", type="date", help=True)
_ARTICLE = {kind: article for article, kinds in VIOLATIONS.items() for kind in (article, *kinds)}
UNFINISHED = ("submitted", "documents_missing", "under_review", "approved", "agreement_signed")


def _today(args: Mapping[str, object]) -> date:
    return date.fromisoformat(str(args["today"])) if args.get("today") else datetime.now(UTC).date()


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("{}" for _ in values)


def _days_over(day: object, today: date) -> int | None:
    """Return by how many days a date is over, None while it is not."""
    late = (today - date.fromisoformat(str(day))).days if day else 0
    return late if late > 0 else None


STANDINGS = ("open", "late", "unreported", "reported")
SUMS = ("received", "deducted", "refunded", "corrected")


async def running(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List the sites at work or stopped, the next inspection due first."""
    today = _today(args)
    rows = await reader.rows(
        "SELECT number, unit, contractor, status, ends_on, last_inspected_on, next_inspection, open_violations"
        f" FROM renovation_application WHERE site = {{}} AND NOT deleted AND status IN ({_marks(ON_SITE)})"
        " ORDER BY next_inspection, number",
        site,
        *ON_SITE,
    )
    fields = ("number", "unit", "contractor", "status", "ends_on", "last_inspected_on", "next_inspection")
    return Table(
        columns=(
            *(f"renovation.application.{name}" for name in fields),
            "report.renovation.running.overdue",
            "renovation.application.open_violations",
        ),
        rows=[
            [
                *(row[name] for name in fields),
                _days_over(row["next_inspection"], today),
                row["open_violations"] or 0,
            ]
            for row in rows
        ],
    )


async def missing(reader: Reader, site: str, _args: Mapping[str, object]) -> Table:
    """List the applications that wait for papers, or for papers to be checked."""
    rows = await reader.rows(
        "SELECT number, unit, applicant, status, missing_documents, unchecked_documents, documents_by"
        f" FROM renovation_application WHERE site = {{}} AND NOT deleted AND status IN ({_marks(UNFINISHED)})"
        " ORDER BY documents_by IS NULL, documents_by, number",
        site,
        *UNFINISHED,
    )
    fields = ("number", "unit", "applicant", "status", "missing_documents", "unchecked_documents", "documents_by")
    return Table(
        columns=tuple(f"renovation.application.{name}" for name in fields),
        rows=[[row[name] for name in fields] for row in rows if _held(row, "missing") or _held(row, "unchecked")],
    )


def _held(row: Mapping[str, object], which: str) -> bool:
    return bool(json.loads(str(row[f"{which}_documents"] or "[]")))


async def violations(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count the open violations by the article or rule that they break; late ones by either clock apart."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    today = _today(args)
    rows = await reader.rows(
        "SELECT kind, status, deadline, report_by FROM renovation_violation"
        f" WHERE site = {{}} AND NOT deleted AND status IN ({_marks(OPEN)})",
        site,
        *OPEN,
    )
    moment = f"{args['today']}T00:00:00.000Z" if args.get("today") else now
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        of_article = counts.setdefault(_ARTICLE.get(str(row["kind"]), str(row["kind"])), Counter())
        of_article["open"] += 1
        of_article["late"] += row["status"] == "told_to_stop" and bool(_days_over(row["deadline"], today))
        of_article["unreported"] += row["status"] in CLOCK and str(row["report_by"]) < moment
        of_article["reported"] += row["status"] in ("reported_to_authority", "authority_result")
    heads = tuple(f"report.renovation.violations.{name}" for name in STANDINGS)
    order = [*(article for article in VIOLATIONS if article in counts), *sorted(counts.keys() - VIOLATIONS.keys())]
    return Table(
        columns=("renovation.violation.kind", *heads),
        rows=[[article, *(counts[article][name] for name in STANDINGS)] for article in order],
        charts=(
            Plot(
                title="report.renovation.violations",
                x="renovation.violation.kind",
                series=(
                    Series(column=heads[0], tone="warn"),
                    Series(column=heads[1], tone="bad"),
                    Series(column=heads[2], tone="bad"),
                ),
            ),
        ),
    )


async def deposits(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List the deposits held: received, deducted, refunded, the balance, and by when it is due back."""
    today = _today(args)
    rows = await reader.rows(
        "SELECT a.number, a.unit, a.applicant, a.status, a.deposit_balance, a.refund_by,"
        " sum(CASE WHEN d.kind = 'receive' THEN d.amount ELSE 0 END) AS received,"
        " sum(CASE WHEN d.kind = 'deduct' THEN -d.amount ELSE 0 END) AS deducted,"
        " sum(CASE WHEN d.kind = 'refund' THEN -d.amount ELSE 0 END) AS refunded,"
        " sum(CASE WHEN d.kind = 'correction' THEN d.amount ELSE 0 END) AS corrected"
        " FROM renovation_application a JOIN renovation_deposit d"
        " ON d.site = a.site AND d.application = a.id AND NOT d.deleted"
        " WHERE a.site = {} AND NOT a.deleted AND a.deposit_balance > 0"
        " GROUP BY a.id ORDER BY a.refund_by IS NULL, a.refund_by, a.number",
        site,
    )
    fields = ("number", "unit", "applicant", "status", "deposit_balance", "refund_by")
    return Table(
        columns=(
            *(f"renovation.application.{name}" for name in fields[:4]),
            *(f"report.renovation.deposits.{name}" for name in SUMS),
            *(f"renovation.application.{name}" for name in fields[4:]),
            "report.renovation.deposits.overdue",
        ),
        rows=[
            [
                *(row[name] for name in fields[:4]),
                *(row[name] for name in SUMS),
                *(row[name] for name in fields[4:]),
                _days_over(row["refund_by"], today) if row["status"] in FINISHED else None,
            ]
            for row in rows
        ],
    )


async def warranties(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List the warranties that end within so many days: the time to look at the works once more."""
    today = _today(args)
    days = args["days"]
    rows = await reader.rows(
        "SELECT unit, part, contractor, contractor_phone, accepted_on, ends_on FROM renovation_warranty"
        " WHERE site = {} AND NOT deleted AND status = 'running' AND ends_on BETWEEN {} AND {} ORDER BY ends_on",
        site,
        today.isoformat(),
        (today + timedelta(days=int(str(days)))).isoformat(),
    )
    fields = ("unit", "part", "contractor", "contractor_phone", "accepted_on", "ends_on")
    return Table(
        columns=tuple(f"renovation.warranty.{name}" for name in fields),
        rows=[[row[name] for name in fields] for row in rows],
    )


_APPLICATION = "renovation.application"


def _counts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, type="integer") for name in names)


REPORTS = (
    Report(id="renovation.running", entities=(_APPLICATION,), query=running, args=(TODAY,), columns=_counts("overdue")),
    Report(id="renovation.missing", entities=(_APPLICATION,), query=missing),
    Report(
        id="renovation.violations",
        entities=("renovation.violation",),
        query=violations,
        args=(TODAY,),
        columns=_counts(*STANDINGS),
    ),
    Report(
        id="renovation.deposits",
        entities=(_APPLICATION, "renovation.deposit"),
        query=deposits,
        args=(TODAY,),
        columns=(*(Field(name=name, type="money") for name in SUMS), *_counts("overdue")),
    ),
    Report(
        id="renovation.warranties",
        entities=("renovation.warranty",),
        query=warranties,
        args=(TODAY, Field(name="days", type="integer", default=90, min=1, max=3650)),
    ),
)
