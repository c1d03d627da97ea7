"""A plugin for these tests: samples whose measures are frozen from a report, a calendar, private notes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye import api
from wuye.api import (
    Calendar,
    Change,
    Entity,
    Event,
    Field,
    Freeze,
    Plot,
    PluginInfo,
    Reader,
    Reject,
    Report,
    Role,
    Rule,
    Series,
    State,
    Table,
    Transition,
    View,
    Workflow,
    hookimpl,
)

FREEZE = Freeze(
    act="ask",
    done="fill",
    failed="give_up",
    report="report",
    into="measures",
    args={"kind": "kind", "least": "least"},
    site="asked_site",
)

SAMPLE = Entity(
    name="lab.sample",
    stream="lab",
    title="{name}",
    fields=(
        Field(name="name", required=True),
        Field(name="report", type="choice", codes="report"),
        Field(name="kind", type="choice", codes="ticket_kind"),
        Field(name="least", type="integer"),
        Field(name="asked_site", type="ref", ref="site"),
        Field(name="measures", type="value", readonly=True),
        Field(name="why", max=60, readonly=True),
        Field(name="worth", type="money"),
        Field(name="on", type="date"),
    ),
    workflow=Workflow(
        initial="planned",
        states=(State("planned"), State("asked"), State("filled", final=True), State("failed")),
        transitions=(
            Transition(act="ask", from_=("planned", "failed"), to="asked"),
            Transition(act="fill", from_=("asked",), to="filled"),
            Transition(act="give_up", from_=("asked",), to="failed"),
        ),
    ),
    freeze=FREEZE,
)
NOTE = Entity(
    name="lab.note",
    stream="lab.private",
    title="{text}",
    private=True,
    fields=(Field(name="text", private=True),),
)


async def by_kind(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count tickets by kind, those with at least ``least``."""
    rows = await reader.rows(
        "SELECT kind, count(*) AS n FROM ticket WHERE site = {} AND NOT deleted AND kind = coalesce({}, kind)"
        " GROUP BY kind HAVING n >= {} ORDER BY kind",
        site,
        args["kind"],
        args["least"],
    )
    bars = Plot(title="report.lab.by_kind", x="ticket.kind", series=(Series(column="n"),))
    return Table(columns=("ticket.kind", "n"), rows=[[row["kind"], row["n"]] for row in rows], charts=(bars,))


async def wide(_reader: Reader, _site: str, _args: Mapping[str, object]) -> Table:
    """Return more than can be frozen."""
    return Table(columns=("n",), rows=[[n] for n in range(5_000)])


async def crooked(_reader: Reader, _site: str, _args: Mapping[str, object]) -> Table:
    """Return what is no table."""
    return Table(columns=("a", "b"), rows=[[1, 2], [3]])


async def named(reader: Reader, site: str, _args: Mapping[str, object]) -> Table:
    """Name every ticket."""
    rows = await reader.rows("SELECT id FROM ticket WHERE site = {} AND NOT deleted ORDER BY id", site)
    return Table(columns=("ticket.event.ticket",), rows=[[row["id"]] for row in rows])


async def notes(reader: Reader, site: str, _args: Mapping[str, object]) -> Table:
    """Count private notes."""
    [row] = await reader.rows("SELECT count(*) AS n FROM lab_note WHERE site = {} AND NOT deleted", site)
    return Table(columns=("n",), rows=[[row["n"]]])


async def week(reader: Reader, site: str) -> Sequence[Event]:
    """Every sample at nine, on Mondays but one."""
    rows = await reader.rows("SELECT id, name FROM lab_sample WHERE site = {} AND NOT deleted", site)
    return [
        Event(
            id=str(row["id"]),
            title=str(row["name"]),
            start=datetime(2026, 11, 23, 9),
            end=datetime(2026, 11, 23, 9, 30),
            place="廣播室",
            rrule="FREQ=WEEKLY;BYDAY=MO",
            except_on=(datetime(2026, 11, 30, 9),),
        )
        for row in rows
    ]


def stay_empty(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """Refuse tables for samples that want none."""
    for change in changes:
        if change.act == "fill" and change.new and change.new["name"] == "stubborn":
            yield Reject(op=change.op, code="rule", message="message.lab.stubborn")


ARGS = (
    Field(name="kind", type="choice", codes="ticket_kind"),
    Field(name="least", type="integer", min=0, max=9, default=1),
)


class Lab:
    """Where the plugin comes from, and the plugin."""

    name = "lab"

    def load(self) -> object:
        return self

    @hookimpl
    def wuye_plugin(self) -> PluginInfo:
        return PluginInfo(id="lab", version="1", api=api.API_VERSION, package="wuye_lostfound")

    @hookimpl
    def wuye_entities(self) -> Sequence[Entity]:
        return (SAMPLE, NOTE)

    @hookimpl
    def wuye_roles(self) -> Sequence[Role]:
        return (
            Role(id="front_desk", rights=("lab.sample.create", "lab.sample.act.ask"), streams=("lab",)),
            Role(id="lab_hand", rights=("lab.sample.create", "lab.sample.act.ask"), streams=("lab",)),
            Role(id="admin", rights=("lab.*",), streams=("lab", "lab.private")),
            Role(id="cs_supervisor", rights=("lab.*",), streams=("lab", "lab.private")),
        )

    @hookimpl
    def wuye_rules(self) -> Sequence[Rule]:
        return (Rule(name="lab.stubborn", on=("lab.sample",), judge=stay_empty),)

    @hookimpl
    def wuye_reports(self) -> Sequence[Report]:
        return (
            Report(id="lab.by_kind", entities=("ticket",), query=by_kind, args=ARGS),
            Report(id="lab.wide", entities=("ticket",), query=wide),
            Report(id="lab.named", entities=("ticket",), query=named),
            Report(id="lab.crooked", entities=("ticket",), query=crooked),
            Report(id="lab.notes", entities=("lab.note", "ticket"), query=notes),
        )

    @hookimpl
    def wuye_calendars(self) -> Sequence[Calendar]:
        return (Calendar(id="lab.week", entities=("lab.sample",), query=week),)
