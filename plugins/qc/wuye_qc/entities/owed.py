"""What circles owe: a meeting a month, a reason when idle, a project each half-year (QC-3, QC-4, QC-8)."""

from wuye.api import Entity, Field, Section, State, Transition, Views, Workflow

NOTICE = Entity(
    name="qc.notice",
    stream="qc",
    title="{kind} {month} {circle}",
    icon="warning",
    fields=(
        Field(name="circle", type="ref", ref="qc.circle", required=True),
        Field(name="kind", type="choice", choices=("month", "idle", "suspension", "renewal"), required=True),
        Field(name="month", max=7, pattern=r"\d{4}-(0[1-9]|1[0-2])", when="kind == 'month'"),
        Field(name="due", type="date", required=True),
        Field(name="explanation", type="note", max=2000, help=True),
        Field(name="explained_by", type="ref", ref="user", readonly=True),
    ),
    workflow=Workflow(
        initial="due",
        states=(
            State("due", tone="warn"),
            State("urgent", tone="bad"),
            State("missed", tone="bad"),
            State("explained"),
            State("settled", final=True, tone="good"),
        ),
        transitions=(
            Transition(act="urge", from_=("due",), to="urgent"),
            Transition(act="miss", from_=("due", "urgent"), to="missed"),
            Transition(
                act="explain",
                from_=("due", "urgent", "missed"),
                to="explained",
                form=("explanation",),
                needs=("explanation",),
            ),
            Transition(act="settle", from_=("due", "urgent", "missed", "explained"), to="settled"),
        ),
    ),
    views=Views(
        columns=("circle", "kind", "month", "due", "explanation", "status"),
        filters=("status", "kind", "circle", "month"),
        sort=("-due",),
        sections=(Section("notice", ("circle", "kind", "month", "due", "explanation", "explained_by")),),
    ),
)

ROUND = Entity(
    name="qc.round",
    stream="qc",
    title="{half} {circle}",
    icon="round",
    unique=(("circle", "half"),),
    fields=(
        Field(name="circle", type="ref", ref="qc.circle", required=True),
        Field(name="half", required=True, max=6, pattern=r"\d{4}H[12]", help=True),
        Field(name="due", type="date", required=True),
        Field(name="ideal", type="note", max=4000, help=True),
        Field(name="present", type="note", max=4000),
        Field(name="gap", type="note", max=4000, help=True),
        Field(
            name="plan",
            type="rows",
            max=40,
            fields=(
                Field(name="what", required=True, max=300),
                Field(name="who", type="ref", ref="user"),
                Field(name="due", type="date"),
                Field(name="done_on", type="date"),
                Field(name="result", max=300),
            ),
        ),
        Field(name="topic", type="ref", ref="qc.topic", help=True),
        Field(name="lessons", type="note", max=4000),
        Field(name="files", type="blobs", merge="append", max=20),
    ),
    workflow=Workflow(
        initial="open",
        states=(
            State("open", tone="warn"),
            State("submitted"),
            State("returned", tone="bad"),
            State("accepted", final=True, tone="good"),
        ),
        transitions=(
            Transition(
                act="submit",
                from_=("open", "returned"),
                to="submitted",
                form=("gap", "plan", "topic"),
                needs=("gap", "plan", "topic"),
            ),
            Transition(act="accept", from_=("submitted",), to="accepted"),
            Transition(act="send_back", from_=("submitted",), to="returned", reason=True),
        ),
    ),
    views=Views(
        columns=("half", "circle", "due", "topic", "status"),
        filters=("status", "half", "circle"),
        sort=("-half",),
        sections=(
            Section("round", ("circle", "half", "due")),
            Section("improvement", ("ideal", "present", "gap", "plan")),
            Section("case", ("topic", "lessons", "files")),
        ),
        short=("circle", "half", "due", "gap", "plan", "topic"),
    ),
)

ENTITIES = (NOTICE, ROUND)
