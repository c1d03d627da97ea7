"""``GET /reports/{site}`` and ``GET /reports/{site}/{report}``: which reports there are, and one run (design §3).

``format`` is ``json``, ``xlsx`` or ``html`` (to print), ``lang`` the language of labels and values; all else are the
report's parameters.
A report runs beside the event loop, for a bounded time and with a bounded number of rows.
"""

import asyncio
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from wuye.http.access import site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer, page
from wuye.http.problems import language_of
from wuye.http.server import Server
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.model.catalogue import LANGUAGES
from wuye.model.entity import Field
from wuye.model.report import Chart, Report, Table
from wuye.prints import print_report
from wuye.prints.gathering import View, looks_of
from wuye.protocol.wire import Op
from wuye.reports.running import LOOKED_UP, Ready, from_texts, look_ups, prepare, run_report, runnable
from wuye.reports.shown import Looks, shown
from wuye.reports.workbook import write_report
from wuye.sync.ports import Snapshot

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Choice(Struct, frozen=True):
    """A value that a parameter may have, and its label."""

    value: str
    label: str


class Parameter(Struct, frozen=True, kw_only=True):
    """A parameter of a report."""

    name: str
    label: str
    type: str
    required: bool
    default: object
    min: int | None
    max: int | None
    ref: str | None
    choices: list[Choice]


class Offered(Struct, frozen=True, kw_only=True):
    """A report that may be run."""

    id: str
    label: str
    plugin: str
    args: list[Parameter]


class Reports(Struct, frozen=True, kw_only=True):
    """The reports of a site."""

    site: str
    reports: list[Offered]


class Result(Struct, frozen=True, kw_only=True):
    """A report's table: its cells as values (``rows``) and as texts in the language asked for (``shown``)."""

    id: str
    label: str
    site: str
    args: Mapping[str, object]
    columns: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    shown: Sequence[Sequence[str]]
    charts: Sequence[Chart]


def as_json(ready: Ready, table: Table, looks: Looks) -> bytes:
    """Write a table as JSON."""
    texts = shown(table, looks)
    charts = [msgspec.structs.replace(chart, title=looks.text(chart.title)) for chart in table.charts]
    return msgspec.json.encode(
        Result(
            id=ready.report.id,
            label=looks.text(ready.key),
            site=ready.site,
            args=ready.args,
            columns=table.columns,
            heads=texts.heads,
            rows=table.rows,
            shown=texts.rows,
            charts=charts,
        )
    )


def as_workbook(ready: Ready, table: Table, looks: Looks) -> bytes:
    """Write a table as a workbook with its charts."""
    target = io.BytesIO()
    write_report(target, table, looks, looks.text(ready.key))
    return target.getvalue()


FORMATS: Mapping[str, str] = {"json": "view", "xlsx": "export", "html": "print"}
"""Ways to hand a table out, and how each is called in the log of look-ups (OWN-7)."""


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of reports."""

    @get("/reports/{site:str}")
    async def offer(request: AnyRequest, site: FromPath[str]) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        site_access(server, directory, speaker, site)
        given = query_of(request)
        looks = Looks(directory, site, language_asked(request, given))
        if given:
            raise Problem("invalid_request", "only lang is known here", fields=tuple(name[:60] for name in given))
        found = runnable(directory, speaker.user, site, to_ms(server.road.clock()))
        return await answer(
            request, msgspec.json.encode(Reports(site=site, reports=[_offered(r, looks) for r in found]))
        )

    @get("/reports/{site:str}/{report:str}")
    async def run(request: AnyRequest, site: FromPath[str], report: FromPath[str]) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory, now = await server.road.directory(), server.road.clock()
        given = query_of(request)
        language = language_asked(request, given)
        name = given.pop("format", "json")
        if name not in FORMATS:
            raise Problem("invalid_request", f"format is one of {', '.join(FORMATS)}", fields=("format",))
        known = directory.registry.reports.get(report)
        args = from_texts(known, given) if known else {}
        ready = prepare(directory, speaker.user, site, report, args, to_ms(now))
        seen = look_ups(directory, site, ready.key, ready.report.entities, FORMATS[name], now)
        await log_look_ups_of(server, speaker.user, site, seen)
        table = await server.long_reads.run(lambda reader: run_report(ready, reader))

        def seen_by(snapshot: Snapshot) -> tuple[Looks, Sequence[Op]]:
            view = View(snapshot, directory, site, speaker.user, now)
            return looks_of(view, table, language), view.look_ups()

        looks, named = await server.road.read(seen_by)
        await log_look_ups_of(server, speaker.user, site, named)
        match name:
            case "json":
                return await answer(request, await asyncio.to_thread(as_json, ready, table, looks))
            case "html":
                return await page(request, await asyncio.to_thread(print_report, directory, ready, table, looks, now))
        body = await asyncio.to_thread(as_workbook, ready, table, looks)
        return Response(body, media_type=XLSX, headers=attachment(report, name, now))

    return [offer, run]


async def log_look_ups_of(server: Server, user: str, site: str, ops: Sequence[Op]) -> None:
    """Write look-ups down before anything is shown.

    Raises:
        Problem: ``internal``, they could not be written: then nothing may be shown.
    """
    results = await server.road.submit(user, "look-ups", site, ops, writes=LOOKED_UP)
    if any(result.status != "applied" for result in results):
        raise Problem("internal", "the look-up could not be logged")


def query_of(request: AnyRequest) -> dict[str, str]:
    """Return a request's parameters, each once.

    Raises:
        Problem: ``invalid_request``, there are too many.
    """
    given = {name: values[-1] for name, values in request.query_params.dict().items()}
    if len(given) > 40:
        raise Problem("invalid_request", "the query is too long")
    return given


def language_asked(request: AnyRequest, given: dict[str, str]) -> str:
    """Take ``lang`` out of a query; without it the language follows from ``Accept-Language``.

    Raises:
        Problem: ``invalid_request``, it is none of ours.
    """
    asked = given.pop("lang", "") or language_of(request.headers.get("accept-language", ""))
    if asked not in LANGUAGES:
        raise Problem("invalid_request", f"lang is one of {', '.join(LANGUAGES)}", fields=("lang",))
    return asked


def attachment(name: str, kind: str, now: datetime) -> dict[str, str]:
    """Return the headers with which a file is saved rather than shown."""
    file = quote(f"{name}-{now:%Y%m%d}.{kind}")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{file}", "Cache-Control": "no-store"}


def _offered(report: Report, looks: Looks) -> Offered:
    key = f"report.{report.id}"
    return Offered(
        id=report.id,
        label=looks.text(key),
        plugin=looks.registry.origin[key],
        args=[_parameter(f"{key}.{field.name}", field, looks) for field in report.args],
    )


def _parameter(key: str, field: Field, looks: Looks) -> Parameter:
    return Parameter(
        name=field.name,
        label=looks.text(key),
        type=field.type,
        required=field.required,
        default=field.default,
        min=field.min,
        max=field.max,
        ref=field.ref,
        choices=[Choice(value, looks.choice(key, field, value)) for value in looks.options(field)],
    )
