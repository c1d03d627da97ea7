"""Data sets, typed, pasted from a sheet or frozen from a report, with the chart that the server draws (QC-5, QC-6)."""

from wuye.api import Constraint, Entity, Field, Freeze, Section, State, Transition, Views, Workflow

TOOLS = (
    "check_sheet", "pareto", "fishbone", "tree", "histogram", "run", "i_mr", "xbar_r", "p", "c", "u", "scatter",
    "gantt", "before_after",
)  # fmt: skip
COLUMNS = (
    Field(name="label", max=200),
    Field(name="group", max=100),
    Field(name="date", type="date"),
    Field(name="value", type="decimal"),
    Field(name="value2", type="decimal"),
    Field(name="size", type="integer", min=0),
    Field(name="parent", max=200),
    Field(name="start", type="date"),
    Field(name="end", type="date"),
    Field(name="done_start", type="date"),
    Field(name="done_end", type="date"),
)

DATA = Entity(
    name="qc.data",
    stream="qc",
    title="{title}",
    icon="chart",
    fields=(
        Field(name="topic", type="ref", ref="qc.topic", required=True),
        Field(name="step", type="ref", ref="qc.step"),
        Field(name="title", required=True, max=200, search=True),
        Field(name="tool", type="choice", choices=TOOLS, required=True, help=True),
        Field(
            name="source",
            type="choice",
            choices=("typed", "imported", "report"),
            required=True,
            default="typed",
        ),
        Field(name="drawing", type="value", readonly=True),
        Field(name="fault", type="choice", codes="qc_unfit", readonly=True),
        Field(name="rows", type="rows", max=1000, when="source != 'report'", help=True, fields=COLUMNS),
        Field(name="paste", type="note", when="source == 'imported'", help=True),
        Field(name="unit", max=40, help=True),
        Field(name="target", type="decimal"),
        Field(name="bins", type="integer", min=2, max=50, when="tool == 'histogram'", help=True),
        Field(name="lower", type="decimal", when="tool == 'histogram'", help=True),
        Field(name="upper", type="decimal", when="tool == 'histogram'", help=True),
        Field(name="subgroup", type="integer", min=2, max=10, when="tool == 'xbar_r'", help=True),
        Field(name="report", type="choice", codes="report", when="source == 'report'", help=True),
        Field(name="site", type="ref", ref="site", when="source == 'report'", help=True),
        Field(name="date_from", type="date", when="source == 'report'"),
        Field(name="date_to", type="date", when="source == 'report'"),
        Field(name="frozen", type="value", readonly=True),
        Field(name="failure", type="note", readonly=True),
        Field(name="collected_on", type="date"),
        Field(name="collected_by", type="ref", ref="user"),
        Field(name="place", max=200),
        Field(name="stratified_by", max=200, help=True),
        Field(name="reading", type="note", max=4000, help=True),
        Field(name="originals", type="blobs", merge="append", max=40, help=True),
    ),
    constraints=(
        Constraint(name="report_is_named", expr="source != 'report' || report != null", fields=("report",)),
        Constraint(
            name="period_forward",
            expr="date_from == null || date_to == null || date_to >= date_from",
            fields=("date_to",),
        ),
        Constraint(
            name="subgroups_have_a_size",
            expr="tool != 'xbar_r' || source != 'typed' || subgroup != null"
            " || rows.exists(r, r.group != null || r.date != null)",
            fields=("subgroup",),
        ),
    ),
    workflow=Workflow(
        initial="open",
        states=(
            State("open"),
            State("asked", tone="warn"),
            State("frozen", final=True, tone="good"),
            State("failed", tone="bad"),
        ),
        transitions=(
            Transition(
                act="freeze",
                from_=("open", "failed"),
                to="asked",
                form=("report", "site", "date_from", "date_to"),
                needs=("report",),
            ),
            Transition(act="frozen", from_=("asked",), to="frozen"),
            Transition(act="freeze_failed", from_=("asked",), to="failed", reason=True),
        ),
    ),
    freeze=Freeze(
        act="freeze",
        done="frozen",
        failed="freeze_failed",
        report="report",
        into="frozen",
        args={"from": "date_from", "to": "date_to"},
        site="site",
    ),
    views=Views(
        columns=("title", "topic", "step", "tool", "source", "status"),
        filters=("topic", "step", "tool", "source", "status"),
        sort=("topic", "title"),
        sections=(
            Section("data", ("topic", "step", "title", "tool", "source")),
            Section("chart", ("drawing", "fault", "reading")),
            Section("figures", ("rows", "paste", "unit", "target", "bins", "lower", "upper", "subgroup")),
            Section("report", ("report", "site", "date_from", "date_to", "failure")),
            Section("origin", ("collected_on", "collected_by", "place", "stratified_by", "originals")),
        ),
        short=("topic", "step", "title", "tool", "rows"),
    ),
)

ENTITIES = (DATA,)
