"""Who may run a report, with which parameters, and whether what comes out is a table. Pure but for the query itself."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.model.entity import Entity, Field
from wuye.model.report import Chart, Gantt, Plot, Report, Rows, Table
from wuye.model.values import BadValue, compile_check
from wuye.protocol.wire import Op
from wuye.reports.reading import InformedReader
from wuye.sync.directory import Directory

MAX_ROWS = 20_000
"""Rows of a result."""
MAX_TEXT = 2_000
"""Characters of a parameter written as text."""

LOOKED_UP = frozenset({"access.create"})
"""What the server may write to log a look-up, whatever the reader's own rights."""


class Ready(Struct, frozen=True, kw_only=True):
    """A report that ``user`` may run at ``site``, with checked parameters (defaults filled in)."""

    report: Report
    plugin: str
    site: str
    user: str
    args: Mapping[str, object]
    directory: Directory

    @property
    def key(self) -> str:
        """The key of its text."""
        return f"report.{self.report.id}"


def may_read(directory: Directory, user: str, site: str, key: str, entities: Iterable[str], at_ms: int) -> bool:
    """Tell whether somebody may run a report or read a calendar (``key``: ``report.<id>``): whether he reads the whole
    stream of every entity at the site, and all their plugins are on there. Deny by default."""
    registry, info = directory.registry, directory.sites.get(site)
    named = tuple(entities)
    if info is None or not named or registry.origin.get(key) not in info.plugins:
        return False
    readable = directory.access_at(user, site, at_ms).readable
    return all(
        registry.plugin_of[name] in info.plugins and f"{site}/{registry.entities[name].stream}" in readable
        for name in named
    )


def require_reader(directory: Directory, user: str, site: str, key: str, entities: Iterable[str], at_ms: int) -> str:
    """Return the plugin of a report or calendar (``key``) that somebody may have at a site.

    Raises:
        Problem: ``not_found``, it is not at this site, or he has nothing there; ``forbidden``.
    """
    info, plugin = directory.sites.get(site), directory.registry.origin.get(key, "")
    if info is None or plugin not in info.plugins or not directory.access_at(user, site, at_ms).granted:
        raise Problem("not_found", f"no {key} here")
    if not may_read(directory, user, site, key, entities, at_ms):
        raise Problem("forbidden", f"{key} reads all of: {', '.join(entities)}")
    return plugin


def runnable(directory: Directory, user: str, site: str, at_ms: int) -> list[Report]:
    """Return the reports that somebody may run at a site."""
    return [
        report
        for report in directory.registry.reports.values()
        if may_read(directory, user, site, f"report.{report.id}", report.entities, at_ms)
    ]


def prepare(
    directory: Directory, user: str, site: str, report_id: str, given: Mapping[str, object], at_ms: int
) -> Ready:
    """Check that somebody may run a report with these parameters.

    Raises:
        Problem: ``not_found``, no such report or not at this site; ``forbidden``; ``invalid_request`` names parameters
            that are unknown, missing or do not fit.
    """
    report = directory.registry.reports.get(report_id)
    if report is None:
        raise Problem("not_found", f"no report {report_id[:80]}")
    plugin = require_reader(directory, user, site, f"report.{report_id}", report.entities, at_ms)
    args = _checked(directory, report, given)
    return Ready(report=report, plugin=plugin, site=site, user=user, args=args, directory=directory)


def from_texts(report: Report, texts: Mapping[str, str]) -> dict[str, object]:
    """Read parameters written as texts (a query, a command line): numbers, ``true``, lists with commas, else JSON for
    what is neither. An empty text is as if not given.

    Raises:
        Problem: ``invalid_request``.
    """
    fields = {field.name: field for field in report.args}
    return {name: _read(fields.get(name), name, text) for name, text in texts.items() if text}


async def run_report(ready: Ready, rows: Rows) -> Table:
    """Run a report and check what comes out.

    Raises:
        Problem: ``too_large``; ``internal``, its query fails or returns no proper table (the plugin's fault).
    """
    try:
        table = await ready.report.query(InformedReader(rows, ready.directory), ready.site, ready.args)
    except Problem:
        raise
    except OverflowError as error:  # days beyond the calendar are asked for, not made
        raise Problem("invalid_request", "a day or number lies out of reach") from error
    except Exception as error:
        raise Problem("internal", f"plugin {ready.plugin}: report {ready.report.id}: {error!r}") from error
    if fault := _fault(table):
        raise Problem("internal", f"plugin {ready.plugin}: report {ready.report.id}: {fault}")
    if len(table.rows) > MAX_ROWS:
        raise Problem("too_large", f"more than {MAX_ROWS} rows; ask for less", extra={"max": MAX_ROWS})
    return table


def look_ups(
    directory: Directory, site: str, key: str, entities: Iterable[str], screen: str, now: datetime
) -> list[Op]:
    """Return what logs that somebody reads private data through a report or calendar (``key``; OWN-7): an op for each
    private entity."""
    known = [directory.registry.entities[name] for name in entities]
    return [_look_up(entity, site, key, screen, now) for entity in known if entity.private]


def _look_up(entity: Entity, site: str, key: str, screen: str, now: datetime) -> Op:
    private = [field.name for field in entity.fields if field.private]
    return Op(
        n=0,
        op=uuid7(to_ms(now), secrets.token_bytes(10)),
        site=site,
        entity="access",
        record=uuid7(to_ms(now), secrets.token_bytes(10)),
        kind="create",
        at=to_wire(now),
        set={
            "subject_entity": entity.name,
            "subject": key[:64],
            "fields": [{"field": name} for name in private],
            "screen": screen,
        },
    )


def _checked(directory: Directory, report: Report, given: Mapping[str, object]) -> dict[str, object]:
    fields = {field.name: field for field in report.args}
    if unknown := sorted(given.keys() - fields.keys()):
        known = ", ".join(fields) or "none"
        raise Problem("invalid_request", f"the parameters are: {known}", fields=tuple(name[:60] for name in unknown))
    values: dict[str, object] = {}
    for name, field in fields.items():
        try:
            value = compile_check(field, _codes(directory, field))(given.get(name))
        except BadValue as bad:
            raise Problem("invalid_request", f"{name} {bad.reason}", fields=(name,)) from bad
        values[name] = field.default if value is None else value
        if field.required and values[name] is None:
            raise Problem("invalid_request", f"{name} is missing", fields=(name,))
    return values


def _codes(directory: Directory, field: Field) -> Mapping[str, frozenset[str]]:
    if not field.codes:
        return {}
    own = {str(code["value"]) for code in directory.codes if code["list"] == field.codes}
    return {field.codes: frozenset(directory.registry.codes[field.codes].values) | own}


def _read(field: Field | None, name: str, text: str) -> object:
    if len(text) > MAX_TEXT:
        raise Problem("invalid_request", f"{name[:60]} is too long", fields=(name[:60],))
    match field.type if field else "text":
        case "integer" | "money":
            return int(text) if text.removeprefix("-").isdecimal() else text
        case "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
        case "choices" | "refs":
            return [part.strip() for part in text.split(",") if part.strip()]
        case "rows" | "value" | "localized" | "place":
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                return text
    return text


def _fault(table: object) -> str:
    """Return why something is no proper table, or nothing."""
    if not isinstance(table, Table):
        return f"returns a {type(table).__name__}, not a Table"
    columns, width = frozenset(table.columns), len(table.columns)
    if not width or len(columns) != width:
        return "has no columns, or two of the same name"
    for number, row in enumerate(table.rows):
        if len(row) != width:
            return f"row {number} has {len(row)} cells for {width} columns"
    for chart in table.charts:
        if missing := sorted(set(drawn(chart)) - columns):
            return f"chart {chart.title} draws unknown columns: {', '.join(missing)}"
    return ""


def drawn(chart: Chart) -> Sequence[str]:
    """Return the columns that a chart draws."""
    match chart:
        case Plot():
            wanted = [chart.x, *(series.column for series in chart.series), chart.flags]
        case Gantt():
            wanted = [chart.label, chart.start, chart.end, chart.done_start, chart.done_end]
        case _:
            wanted = [chart.id, chart.parent, chart.label, chart.flags]
    return [name for name in wanted if name is not None]
