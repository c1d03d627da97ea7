"""Topics and their course: the step programme of an edition, one record a step, targets, loops (QC-1, 2, 5)."""

from wuye.api import Child, Constraint, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

from ..codes import EDITION

PROGRAMMES = ("own_target", "directive_target", "innovation")
LETTERS = ("P", "D", "C", "A")

TOPIC = Entity(
    name="qc.topic",
    stream="qc",
    title="{number} {name}",
    icon="topic",
    number=NumberRule(field="number", device_field="device_number", prefix="QCK"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="name", required=True, max=200, search=True, help=True),
        Field(name="circle", type="ref", ref="qc.circle", required=True),
        Field(name="kind", type="choice", codes="qc_kind", required=True),
        Field(name="programme", type="choice", choices=PROGRAMMES, required=True, default="own_target", help=True),
        Field(name="edition", required=True, max=60, default=EDITION, help=True),
        Field(name="source", type="choice", choices=("directive", "guided", "self_chosen"), required=True),
        Field(name="reason", type="note", required=True, max=4000, help=True),
        Field(name="planned_start", type="date"),
        Field(name="planned_end", type="date"),
        Field(name="registered_on", type="date"),
        Field(name="registered_by", type="ref", ref="user", readonly=True),
        Field(name="crux", type="note", max=2000, help=True),
        Field(
            name="targets",
            type="rows",
            max=20,
            help=True,
            fields=(
                Field(name="name", required=True, max=200),
                Field(name="measure", max=20),
                Field(name="better", type="choice", choices=("lower", "higher"), required=True),
                Field(name="baseline", type="decimal"),
                Field(name="value", type="decimal", required=True),
                Field(name="due", type="date", required=True),
                Field(name="basis", max=500),
                Field(name="own_best", type="decimal"),
                Field(name="home_best", type="decimal"),
                Field(name="abroad_best", type="decimal"),
                Field(name="achieved", type="decimal"),
            ),
        ),
        # Null until each target has its result.
        Field(
            name="target_met",
            type="boolean",
            derive="count(targets) == 0 || targets.exists(t, t.achieved == null) ? null : targets.all(t,"
            " t.better == 'lower' ? dec_cmp(t.achieved, t.value) <= 0 : dec_cmp(t.achieved, t.value) >= 0)",
        ),
        Field(name="loop", type="integer", readonly=True, help=True),
        Field(name="back_to", type="ref", ref="qc.step", help=True),
        Field(
            name="loops",
            type="rows",
            readonly=True,
            fields=(
                Field(name="loop", type="integer"),
                Field(name="back_to", type="choice", codes="qc_step"),
                Field(name="reason", type="note"),
                Field(name="results", max=500),
            ),
        ),
        Field(name="step", type="ref", ref="qc.step", readonly=True),
        Field(name="steps_done", type="integer", readonly=True),
        Field(name="steps_total", type="integer", readonly=True),
        Field(name="plan", type="value", readonly=True),
        Field(name="summary", type="note", max=8000, help=True),
        Field(name="next_topic", type="note", max=2000),
        Field(name="grade", type="choice", codes="qc_grade", readonly=True),
        Field(name="files", type="blobs", merge="append", max=40),
    ),
    constraints=(
        Constraint(
            name="ends_after_start",
            expr="planned_start == null || planned_end == null || planned_end >= planned_start",
            fields=("planned_end",),
        ),
        Constraint(
            name="target_moves",
            expr="targets.all(t, t.baseline == null || (t.better == 'lower' ?"
            " dec_cmp(t.value, t.baseline) < 0 : dec_cmp(t.value, t.baseline) > 0))",
            fields=("targets",),
        ),
    ),
    workflow=Workflow(
        initial="applied",
        states=(
            State("applied", tone="warn"),
            State("registered"),
            State("running"),
            State("reported", tone="warn"),
            State("evaluated", tone="good"),
            State("archived", final=True, tone="good"),
            State("declined", final=True, tone="bad"),
            State("abandoned", final=True, tone="bad"),
        ),
        transitions=(
            Transition(
                act="register", from_=("applied",), to="registered", form=("registered_on",), needs=("registered_on",)
            ),
            Transition(act="decline", from_=("applied",), to="declined", reason=True),
            Transition(act="begin", from_=("registered",), to="running"),
            # From `registered` too: a tablet that was offline throughout has not heard that the topic runs.
            Transition(
                act="loop_back",
                from_=("registered", "running"),
                to="running",
                form=("back_to",),
                needs=("back_to",),
                reason=True,
            ),
            Transition(
                act="report",
                from_=("registered", "running"),
                to="reported",
                form=("summary", "next_topic", "files"),
                needs=("summary",),
            ),
            Transition(act="evaluate", from_=("reported",), to="evaluated"),
            Transition(act="archive", from_=("evaluated",), to="archived"),
            Transition(act="abandon", from_=("registered", "running"), to="abandoned", confirm=True, reason=True),
        ),
    ),
    views=Views(
        columns=("number", "name", "circle", "programme", "step", "steps_done", "target_met", "status"),
        filters=("status", "circle", "kind", "programme", "target_met"),
        sort=("-number",),
        sections=(
            Section("topic", ("number", "device_number", "name", "circle", "kind", "programme", "edition")),
            Section("reason", ("source", "reason", "planned_start", "planned_end")),
            Section("registration", ("registered_on", "registered_by")),
            Section("target", ("crux", "targets", "target_met")),
            Section("course", ("step", "steps_done", "steps_total", "loop", "back_to", "loops", "plan")),
            Section("result", ("summary", "next_topic", "grade", "files")),
        ),
        short=("name", "circle", "kind", "programme", "source", "reason"),
    ),
    children=(
        Child("qc.step", "topic"),
        Child("qc.data", "topic"),
        Child("qc.cause", "topic"),
        Child("qc.countermeasure", "topic"),
        Child("qc.benefit", "topic"),
        Child("qc.standard", "topic"),
        Child("qc.meeting", "topic"),
        Child("qc.evaluation", "topic"),
    ),
)

STEP = Entity(
    name="qc.step",
    stream="qc",
    title="{position} {code}",
    icon="step",
    fields=(
        Field(name="topic", type="ref", ref="qc.topic", required=True, readonly=True),
        Field(name="position", type="integer", readonly=True),
        Field(name="code", type="choice", codes="qc_step", readonly=True),
        Field(name="letter", type="choice", choices=LETTERS, readonly=True),
        Field(name="loop", type="integer", readonly=True),
        Field(name="sequence", type="integer", readonly=True),
        Field(name="guidance", type="note", readonly=True),
        Field(name="planned_start", type="date"),
        Field(name="planned_end", type="date"),
        Field(name="started_on", type="date"),
        Field(name="done_on", type="date"),
        Field(name="chart", type="value", readonly=True),
        Field(name="content", type="note", help=True),
        Field(name="tools", type="choices", codes="qc_tool", merge="union"),
        Field(name="evidence", type="blobs", merge="append", max=100, help=True),
        Field(name="originals", type="note", max=2000, help=True),
        Field(name="done_by", type="refs", ref="user", merge="union"),
        Field(name="finished_by", type="ref", ref="user", readonly=True),
        Field(name="checked_by", type="ref", ref="user", readonly=True),
    ),
    constraints=(
        Constraint(
            name="has_evidence",
            expr="status != 'done' || evidence != null || originals != null",
            fields=("evidence", "originals"),
        ),
        Constraint(
            name="done_after_start",
            expr="started_on == null || done_on == null || done_on >= started_on",
            fields=("done_on",),
        ),
        Constraint(
            name="planned_end_after_start",
            expr="planned_start == null || planned_end == null || planned_end >= planned_start",
            fields=("planned_end",),
        ),
    ),
    workflow=Workflow(
        initial="not_started",
        states=(
            State("not_started"),
            State("doing", tone="warn"),
            State("done", tone="good"),
            State("returned", tone="bad"),
        ),
        transitions=(
            Transition(
                act="start",
                from_=("not_started", "returned"),
                to="doing",
                form=("started_on",),
                needs=("started_on",),
            ),
            Transition(
                act="finish",
                from_=("doing",),
                to="done",
                form=("done_on", "content", "tools", "evidence", "originals", "done_by"),
                needs=("done_on", "content"),
            ),
            Transition(act="check", from_=("done",), to="done"),
            Transition(act="send_back", from_=("done",), to="returned", reason=True),
        ),
    ),
    views=Views(
        columns=("topic", "sequence", "code", "letter", "planned_end", "done_on", "status"),
        filters=("status", "topic", "code", "letter"),
        sort=("topic", "sequence"),
        sections=(
            Section("step", ("topic", "position", "code", "letter", "loop", "guidance")),
            Section("plan", ("planned_start", "planned_end", "started_on", "done_on")),
            Section("work", ("chart", "content", "tools", "evidence", "originals")),
            Section("people", ("done_by", "finished_by", "checked_by")),
        ),
    ),
    children=(
        Child("qc.data", "step"),
        Child("qc.cause", "step"),
        Child("qc.countermeasure", "step"),
        Child("qc.benefit", "step"),
        Child("qc.standard", "step"),
        Child("qc.meeting", "step"),
    ),
)

PROGRAMME = Entity(
    name="qc.programme",
    stream="qc",
    title="{programme} {edition}",
    icon="template",
    unique=(("programme", "edition"),),
    fields=(
        Field(name="programme", type="choice", choices=PROGRAMMES, required=True),
        Field(name="edition", required=True, max=60, default=EDITION, help=True),
        Field(
            name="steps",
            type="rows",
            required=True,
            max=20,
            help=True,
            fields=(
                Field(name="code", type="choice", codes="qc_step", required=True),
                Field(name="letter", type="choice", choices=LETTERS, required=True),
                Field(name="guidance", type="note", max=2000),
            ),
        ),
        Field(name="note", type="note", max=2000, help=True),
    ),
    constraints=(
        # The survey finds a target; the feasibility analysis proves a given one. Never both (domain-reference §4.2).
        Constraint(
            name="survey_or_feasibility",
            expr="!(steps.exists(s, s.code == 'status_survey') && steps.exists(s, s.code == 'feasibility'))",
            fields=("steps",),
        ),
        Constraint(
            name="steps_once",
            expr="steps.all(s, steps.exists_one(t, t.code == s.code))",
            fields=("steps",),
        ),
        Constraint(name="effect_is_checked", expr="steps.exists(s, s.letter == 'C')", fields=("steps",)),
    ),
    views=Views(
        columns=("programme", "edition"),
        filters=("programme",),
        sort=("programme", "-edition"),
        sections=(Section("programme", ("programme", "edition", "steps", "note")),),
    ),
)

ENTITIES = (TOPIC, STEP, PROGRAMME)
