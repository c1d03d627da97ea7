"""Works with steps, for a customer whose data is private; a rule puts the table in, as a server would."""

import json
from collections.abc import Iterable, Mapping, Sequence

from wuye.api import (
    API_VERSION,
    Body,
    Change,
    Child,
    Correct,
    Drawing,
    Each,
    Entity,
    Facts,
    Field,
    Lines,
    NumberRule,
    Of,
    Plot,
    PluginInfo,
    Print,
    QrCode,
    Read,
    Reader,
    Records,
    Report,
    Role,
    Rule,
    Series,
    Signature,
    State,
    Table,
    Transition,
    View,
    Words,
    Workflow,
    hookimpl,
)

WORK = Entity(
    name="sample.work",
    stream="sample",
    title="{number} {title}",
    number=NumberRule(field="number", device_field="device_number", prefix="GD"),
    fields=(
        Field(name="number", readonly=True),
        Field(name="device_number", max=40),
        Field(name="title", required=True),
        Field(name="kind", type="choice", choices=("repair", "upkeep")),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="customer", type="ref", ref="sample.customer"),
        Field(name="manager", type="ref", ref="user"),
        Field(name="price", type="money"),
        Field(name="hours", type="decimal"),
        Field(name="due", type="date"),
        Field(name="begun", type="datetime"),
        Field(name="paid", type="boolean"),
        Field(name="reason", when="kind == 'repair'"),
        Field(name="note", type="note"),
        Field(name="script", type="localized"),
        Field(
            name="materials",
            type="rows",
            fields=(
                Field(name="name"),
                Field(name="quantity", type="decimal"),
                Field(name="unit", type="ref", ref="unit"),
            ),
        ),
        Field(name="signature", type="signature"),
        Field(name="raw", type="note"),
        Field(name="data", type="value", readonly=True),
    ),
    workflow=Workflow(
        initial="open",
        states=(State("open"), State("done", final=True)),
        transitions=(Transition(act="finish", from_=("open",), to="done"),),
    ),
    children=(Child("sample.step", "work"),),
)
STEP = Entity(
    name="sample.step",
    stream="sample",
    title="{name}",
    fields=(
        Field(name="work", type="ref", ref="sample.work", required=True),
        Field(name="name", required=True),
        Field(name="cost", type="money"),
        Field(name="place", type="integer"),
    ),
)
CHECK = Entity(
    name="sample.check",
    stream="sample",
    title="{result}",
    fields=(Field(name="step", type="ref", ref="sample.step", required=True), Field(name="result")),
)
CUSTOMER = Entity(
    name="sample.customer",
    stream="sample.private",
    title="{name}",
    private=True,
    fields=(
        Field(name="name", required=True, private=True),
        Field(name="phone", type="phone", private=True),
        Field(name="level", type="choice", choices=("plain", "vip")),
    ),
)
ORDER = Print(
    id="sample.order",
    entity="sample.work",
    parts=("sample.copy.customer", "sample.copy.office"),
    blocks=(
        Facts(fields=("number", "title", "kind", "status", "unit", "unit.building", "manager", "price")),
        Facts(fields=("hours", "due", "begun", "paid", "reason", "note"), columns=3, label="sample.head.more"),
        Of(field="customer", blocks=(Facts(fields=("name", "phone", "level")),)),
        Lines(field="materials", columns=("name", "quantity", "unit"), blank=2),
        Records(entity="sample.step", field="work", columns=("name", "cost", "work.title"), sort="-place"),
        Words(text="sample.words.promise"),
        Body(field="script"),
        Signature(places={"sample.sign.customer": "signature", "sample.sign.manager": None}),
        QrCode(field="number"),
        Each(
            entity="sample.step",
            field="work",
            sort="place",
            blocks=(
                Facts(fields=("cost", "created_by"), columns=1),
                Records(entity="sample.check", field="step", columns=("result",)),
            ),
        ),
    ),
)
CHART = Print(
    id="sample.chart",
    entity="sample.work",
    landscape=True,
    blocks=(Facts(fields=("manager.username",)), Drawing(field="data")),
)
CLIENT = Print(id="sample.client", entity="sample.customer", blocks=(Facts(fields=("name",)),))
CARD = Print(
    id="sample.card",
    entity="sample.work",
    when="status == 'done'",
    paper="card",
    blocks=(Facts(fields=("title", "due"), columns=1), QrCode(field="number")),
)


def keep_table(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Take the table from the note."""
    for change in changes:
        if change.new and change.new.get("raw"):
            yield Correct(op=change.op, set={"data": json.loads(str(change.new["raw"]))})


async def prices(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Name the works of a kind and what they cost."""
    rows = await reader.rows(
        "SELECT title, price FROM sample_work WHERE site = {} AND NOT deleted AND kind = coalesce({}, kind)",
        site,
        args["kind"],
    )
    bars = Plot(title="report.sample.prices", x="sample.work.title", series=(Series(column="sample.work.price"),))
    cells = [[row["title"], row["price"]] for row in rows]
    return Table(columns=("sample.work.title", "sample.work.price"), rows=cells, charts=(bars,))


@hookimpl
def wuye_plugin() -> PluginInfo:
    return PluginInfo(id="sample", version="1", api=API_VERSION, package="tests.prints.sample")


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    return (WORK, STEP, CHECK, CUSTOMER)


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    return (
        Rule(
            name="sample.table",
            on=("sample.work",),
            reads=(Read(entity="sample.step", field="work", value_of="id"),),
            judge=keep_table,
        ),
    )


@hookimpl
def wuye_roles() -> Sequence[Role]:
    return (
        Role(id="front_desk", rights=("sample.*",), streams=("sample", "sample.private")),
        Role(id="clerk", rights=(), streams=("sample",)),
        Role(id="technician", rights=("sample.work.update",), streams=("sample",)),
    )


@hookimpl
def wuye_reports() -> Sequence[Report]:
    kind = Field(name="kind", type="choice", choices=("repair", "upkeep"))
    return (Report(id="sample.prices", entities=("sample.work",), query=prices, args=(kind,)),)


@hookimpl
def wuye_prints() -> Sequence[Print]:
    return (ORDER, CHART, CLIENT, CARD)
