"""From causes to what stays: causes verified, countermeasures, benefit confirmed by finance, standards (QC-2, QC-5)."""

from wuye.api import Child, Constraint, Entity, Field, Section, State, Transition, Views, Workflow

TOPIC = Field(name="topic", type="ref", ref="qc.topic", required=True)
STEP = Field(name="step", type="ref", ref="qc.step", help=True)
VERIFIED = "verification != null && criterion != null && findings != null && verified_on != null"

CAUSE = Entity(
    name="qc.cause",
    stream="qc",
    title="{name}",
    icon="cause",
    fields=(
        TOPIC,
        STEP,
        Field(name="name", required=True, max=200, search=True),
        Field(name="parent", type="ref", ref="qc.cause", help=True),
        Field(name="branch", type="choice", codes="qc_branch"),
        Field(name="end_cause", type="boolean", help=True),
        Field(name="verification", type="choice", codes="qc_verification", when="end_cause == true"),
        Field(name="criterion", type="note", max=2000, when="end_cause == true", help=True),
        Field(name="findings", type="note", max=4000, when="end_cause == true", help=True),
        Field(name="verified_by", type="ref", ref="user", when="end_cause == true"),
        Field(name="verified_on", type="date", when="end_cause == true"),
        Field(name="verified_at", max=200, when="end_cause == true"),
        Field(name="result", type="choice", choices=("main", "not_main"), when="end_cause == true", help=True),
        Field(name="evidence", type="blobs", merge="append", max=40),
    ),
    constraints=(
        Constraint(
            name="only_end_causes",
            expr="result == null || end_cause == true",
            fields=("result", "end_cause"),
        ),
        Constraint(
            name="verified_with_data",
            expr=f"result == null || ({VERIFIED})",
            fields=("verification", "criterion", "findings", "verified_on"),
        ),
    ),
    views=Views(
        columns=("name", "parent", "branch", "end_cause", "verified_on", "result"),
        filters=("topic", "branch", "end_cause", "result"),
        sort=("topic", "branch", "name"),
        sections=(
            Section("cause", ("topic", "step", "name", "parent", "branch", "end_cause")),
            Section("verification", ("verification", "criterion", "findings", "evidence")),
            Section("verified", ("verified_by", "verified_on", "verified_at", "result")),
        ),
        short=("topic", "name", "parent", "branch", "end_cause"),
    ),
    children=(Child("qc.cause", "parent"), Child("qc.countermeasure", "cause")),
)

COUNTERMEASURE = Entity(
    name="qc.countermeasure",
    stream="qc",
    title="{what}",
    icon="countermeasure",
    fields=(
        TOPIC,
        STEP,
        Field(name="cause", type="ref", ref="qc.cause", help=True),
        Field(name="what", required=True, max=300, search=True),
        Field(name="why", required=True, max=500, help=True),
        Field(name="how", type="note", required=True, max=4000, help=True),
        Field(name="place", required=True, max=200),
        Field(name="due", type="date", required=True),
        Field(name="who", type="ref", ref="user", required=True),
        Field(name="helpers", type="refs", ref="user"),
        Field(name="cost", type="money", min=0),
        Field(name="started_on", type="date"),
        Field(name="done_on", type="date"),
        Field(name="result", type="note", max=4000, help=True),
        Field(name="side_effects", type="note", max=2000, help=True),
        Field(name="evidence", type="blobs", merge="append", max=40),
    ),
    constraints=(
        Constraint(
            name="done_after_start",
            expr="started_on == null || done_on == null || done_on >= started_on",
            fields=("done_on",),
        ),
    ),
    workflow=Workflow(
        initial="planned",
        states=(
            State("planned"),
            State("doing", tone="warn"),
            State("effective", final=True, tone="good"),
            State("not_effective", tone="bad"),
        ),
        transitions=(
            Transition(
                act="start",
                from_=("planned",),
                to="doing",
                form=("started_on",),
                needs=("started_on",),
                doer="who",
            ),
            *(
                Transition(
                    act=act,
                    from_=("doing",),
                    to=to,
                    form=("done_on", "result", "side_effects", "evidence"),
                    needs=("done_on", "result"),
                    doer="who",
                )
                for act, to in (("succeed", "effective"), ("fail", "not_effective"))
            ),
            Transition(act="revise", from_=("not_effective",), to="planned", form=("what", "how", "due"), reason=True),
        ),
    ),
    views=Views(
        columns=("what", "cause", "why", "who", "due", "status"),
        filters=("status", "topic", "who", "due"),
        sort=("topic", "due"),
        sections=(
            Section("why", ("topic", "step", "cause", "why")),
            Section("what", ("what", "how", "place", "due", "who", "helpers", "cost")),
            Section("result", ("started_on", "done_on", "result", "side_effects", "evidence")),
        ),
        short=("topic", "cause", "what", "why", "how", "place", "due", "who"),
    ),
)

BENEFIT = Entity(
    name="qc.benefit",
    stream="qc",
    title="{name}",
    icon="money",
    fields=(
        TOPIC,
        STEP,
        Field(name="name", required=True, max=200, search=True),
        Field(name="kind", type="choice", choices=("tangible", "intangible"), required=True, default="tangible"),
        Field(name="period_from", type="date", when="kind == 'tangible'"),
        Field(name="period_to", type="date", when="kind == 'tangible'"),
        Field(name="gain", type="money", min=0, when="kind == 'tangible'"),
        Field(name="cost", type="money", min=0, when="kind == 'tangible'", help=True),
        Field(name="amount", type="money", derive="coalesce(gain, 0) - coalesce(cost, 0)"),
        Field(name="computation", type="note", required=True, max=4000, help=True),
        Field(name="papers", type="blobs", merge="append", max=40),
        Field(name="prepared_by", type="ref", ref="user", readonly=True),
        Field(name="confirmed_by", type="ref", ref="user", readonly=True),
        Field(name="confirmed_at", type="datetime", readonly=True),
        Field(name="finding", type="note", max=2000, help=True),
    ),
    constraints=(
        Constraint(
            name="period_forward",
            expr="period_from == null || period_to == null || period_to >= period_from",
            fields=("period_to",),
        ),
        # Told on the tablet too: there `confirmed_by` is not set yet, on the server it names who confirms.
        Constraint(
            name="finance_confirms",
            expr="status != 'confirmed' || (confirmed_by != null && confirmed_by != user.id)"
            " || 'finance' in user.roles",
            fields=("status",),
        ),
        Constraint(
            name="not_by_author",
            expr="status != 'confirmed' || (confirmed_by != null && confirmed_by != user.id) || prepared_by != user.id",
            fields=("status",),
        ),
    ),
    workflow=Workflow(
        initial="draft",
        states=(
            State("draft"),
            State("submitted", tone="warn"),
            State("returned", tone="bad"),
            State("confirmed", final=True, tone="good"),
        ),
        transitions=(
            Transition(act="submit", from_=("draft", "returned"), to="submitted", form=("computation", "papers")),
            Transition(act="confirm", from_=("submitted",), to="confirmed", form=("finding",), confirm=True),
            Transition(act="send_back", from_=("submitted",), to="returned", form=("finding",), reason=True),
        ),
    ),
    views=Views(
        columns=("name", "topic", "kind", "amount", "confirmed_by", "status"),
        filters=("status", "topic", "kind"),
        sort=("topic", "name"),
        sections=(
            Section("benefit", ("topic", "step", "name", "kind", "period_from", "period_to")),
            Section("money", ("gain", "cost", "amount", "computation", "papers")),
            Section("confirmation", ("prepared_by", "confirmed_by", "confirmed_at", "finding")),
        ),
        short=("topic", "name", "kind", "gain", "cost", "computation"),
    ),
)

STANDARD = Entity(
    name="qc.standard",
    stream="qc",
    title="{document_number} {name}",
    icon="document",
    fields=(
        TOPIC,
        STEP,
        Field(name="name", required=True, max=200, search=True),
        Field(name="kind", type="choice", choices=("procedure", "instruction", "checklist", "drawing", "training")),
        Field(name="document_number", required=True, max=100, search=True),
        Field(name="clause", max=200, help=True),
        Field(name="effective_on", type="date", required=True),
        Field(name="approved_by", max=100),
        Field(name="text_before", type="note", max=4000),
        Field(name="text_after", type="note", max=4000),
        Field(name="files", type="blobs", merge="append", max=40, help=True),
        Field(
            name="tracking",
            type="rows",
            max=60,
            help=True,
            fields=(
                Field(name="date", type="date", required=True),
                Field(name="value", type="decimal"),
                Field(name="kept", type="boolean"),
                Field(name="note", max=300),
            ),
        ),
    ),
    views=Views(
        columns=("document_number", "name", "clause", "effective_on", "topic"),
        filters=("topic", "kind"),
        sort=("-effective_on",),
        sections=(
            Section("standard", ("topic", "step", "name", "kind", "document_number", "clause")),
            Section("change", ("effective_on", "approved_by", "text_before", "text_after", "files")),
            Section("tracking", ("tracking",)),
        ),
        short=("topic", "name", "document_number", "clause", "effective_on"),
    ),
)

ENTITIES = (CAUSE, COUNTERMEASURE, BENEFIT, STANDARD)
