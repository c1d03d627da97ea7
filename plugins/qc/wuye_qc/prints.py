"""The office's papers (D9): registration of circle and topic, activity record, result report, evaluation sheet."""

from wuye.api import Body, Drawing, Each, Facts, Lines, Of, Print, Records, Signature, Words

_SIGN_CIRCLE = Signature(places={"print.qc.leader": None, "print.qc.department": None, "print.qc.registrar": None})
_PEOPLE = ("user", "duty", "task", "training_hours")
_TARGETS = ("name", "measure", "baseline", "value", "due", "basis", "own_best", "home_best", "abroad_best")

CIRCLE = Print(
    id="qc.circle",
    entity="qc.circle",
    blocks=(
        Facts(fields=("number", "name", "kind", "scope", "departments", "founded_on", "leader", "adviser")),
        Facts(fields=("motto", "size"), columns=1),
        Lines(field="members", columns=(*_PEOPLE, "joined"), blank=2, label="print.qc.members"),
        Facts(fields=("registered_on", "registered_by", "renew_by", "status"), label="print.qc.registration"),
        _SIGN_CIRCLE,
    ),
)

TOPIC = Print(
    id="qc.topic",
    entity="qc.topic",
    blocks=(
        Facts(fields=("number", "name", "circle", "kind", "programme", "edition", "source")),
        Of(field="circle", blocks=(Facts(fields=("number", "leader", "departments", "size")),)),
        Body(field="reason", label="print.qc.reason"),
        Lines(field="targets", columns=_TARGETS, blank=2, label="print.qc.targets"),
        Drawing(field="plan", label="print.qc.plan"),
        Facts(fields=("planned_start", "planned_end", "registered_on", "registered_by"), label="print.qc.registration"),
        _SIGN_CIRCLE,
    ),
)

MEETING = Print(
    id="qc.meeting",
    entity="qc.meeting",
    blocks=(
        Facts(fields=("number", "circle", "held_on", "starts", "ends", "place", "chair", "recorder")),
        Facts(fields=("subject", "topic", "step", "present", "rate")),
        Lines(field="attendance", columns=("user", "presence", "statement"), label="print.qc.statements"),
        Lines(field="guests", columns=("name", "post", "statement"), label="print.qc.guests"),
        Body(field="figures", label="print.qc.figures"),
        Body(field="decisions", label="print.qc.decisions"),
        Lines(field="tasks", columns=("what", "who", "due"), blank=1, label="print.qc.tasks"),
        Signature(places={"print.qc.chair": None, "print.qc.recorder": None}),
    ),
)

# Charts before words (QC-7): of each step first what its data show, then what was written.
_STEP = (
    Drawing(field="chart", rows=False),
    Each(
        entity="qc.data",
        field="step",
        blocks=(
            Drawing(field="drawing"),
            Facts(fields=("tool", "source", "stratified_by", "collected_on", "collected_by", "place", "report")),
            Body(field="reading"),
        ),
    ),
    Records(
        entity="qc.cause",
        field="step",
        columns=("name", "branch", "verification", "criterion", "findings", "verified_by", "verified_on", "result"),
        label="print.qc.causes",
    ),
    Records(
        entity="qc.countermeasure",
        field="step",
        columns=("cause", "what", "why", "how", "place", "due", "who", "result", "status"),
        sort="due",
        label="print.qc.countermeasures",
    ),
    Records(
        entity="qc.benefit",
        field="step",
        columns=("name", "kind", "gain", "cost", "amount", "computation", "confirmed_by", "status"),
        label="print.qc.benefits",
    ),
    Records(
        entity="qc.standard",
        field="step",
        columns=("document_number", "name", "clause", "effective_on", "text_before", "text_after"),
        sort="effective_on",
        label="print.qc.standards",
    ),
    Body(field="content"),
    Facts(fields=("letter", "tools", "started_on", "done_on", "done_by", "checked_by", "originals")),
)

REPORT = Print(
    id="qc.report",
    entity="qc.topic",
    when="status in ['running', 'reported', 'evaluated', 'archived']",
    blocks=(
        Facts(fields=("number", "name", "kind", "programme", "edition", "source", "grade", "target_met")),
        Of(
            field="circle",
            blocks=(
                Facts(fields=("number", "name", "leader", "departments", "founded_on", "meetings", "motto")),
                Lines(field="members", columns=_PEOPLE),
            ),
        ),
        Lines(field="targets", columns=(*_TARGETS, "achieved"), label="print.qc.targets"),
        Drawing(field="plan", label="print.qc.plan"),
        Lines(field="loops", columns=("loop", "back_to", "reason", "results"), label="print.qc.loops"),
        Each(entity="qc.step", field="topic", blocks=_STEP, sort="sequence", label="print.qc.course"),
        Body(field="summary", label="print.qc.summary"),
        Body(field="next_topic", label="print.qc.next_topic"),
        Records(
            entity="qc.meeting",
            field="topic",
            columns=("number", "held_on", "subject", "present", "rate"),
            sort="held_on",
            label="print.qc.meetings",
        ),
        _SIGN_CIRCLE,
    ),
)

EVALUATION = Print(
    id="qc.evaluation",
    entity="qc.evaluation",
    blocks=(
        Facts(fields=("topic", "topic.circle", "form", "kind", "held_on", "place")),
        Each(
            entity="qc.score",
            field="evaluation",
            blocks=(
                Lines(field="marks", columns=("item", "full", "mark", "note")),
                Facts(fields=("judge", "total", "comment")),
                Signature(places={"print.qc.judge": "signature"}),
            ),
            label="print.qc.scores",
        ),
        Facts(fields=("sheets", "average", "grade", "points", "award"), label="print.qc.result"),
        Body(field="comment"),
        Words(text="print.qc.outside_appraisal"),
        Signature(places={"print.qc.registrar": None, "print.qc.approved": None}),
    ),
)

PRINTS = (CIRCLE, TOPIC, MEETING, REPORT, EVALUATION)
