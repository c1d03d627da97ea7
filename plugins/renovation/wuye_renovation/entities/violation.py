"""Violations (REN-3, REN-5; Art. 17–20, 42): stop → correct → verify, or report to the authority by its clock. Illegal
structures outside a renovation take the same way, without an application."""

from wuye.api import BucketKey, Constraint, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

from .works import among

OPEN = ("found", "told_to_stop", "corrected", "refused", "damage_done", "reported_to_authority", "authority_result")
STOPPING = OPEN[1:]
CLOCK = ("refused", "damage_done")
"""States in which the clock of reporting to the authority runs."""

WORKFLOW = Workflow(
    initial="found",
    states=(
        State("found", tone="warn"),
        State("told_to_stop", tone="warn"),
        State("corrected", tone="warn"),
        State("verified", tone="good"),
        State("refused", tone="bad"),
        State("damage_done", tone="bad"),
        State("reported_to_authority", tone="warn"),
        State("authority_result", tone="warn"),
        State("compensation", tone="warn"),
        State("closed", final=True, tone="good"),
    ),
    transitions=(
        Transition(
            act="tell_to_stop",
            from_=("found",),
            to="told_to_stop",
            form=("demand", "deadline", "served_to", "served_signature"),
            needs=("demand", "deadline"),
        ),
        Transition(act="dismiss", from_=("found",), to="closed", confirm=True, reason=True),
        Transition(
            act="correct",
            from_=("told_to_stop", "refused", "reported_to_authority", "authority_result"),
            to="corrected",
            form=("correction", "corrected_photos"),
            needs=("correction",),
        ),
        Transition(
            act="verify",
            from_=("corrected",),
            to="verified",
            form=("verification", "verified_photos"),
        ),
        Transition(
            act="send_back",
            from_=("corrected",),
            to="told_to_stop",
            form=("demand", "deadline", "verified_photos"),
            needs=("deadline",),
            reason=True,
        ),
        Transition(
            act="refuse", from_=("told_to_stop", "corrected"), to="refused", form=("refusal",), needs=("refusal",)
        ),
        Transition(
            act="note_damage",
            from_=("found", "told_to_stop", "corrected", "refused"),
            to="damage_done",
            form=("damage", "evidence"),
            needs=("damage",),
        ),
        Transition(
            act="report",
            from_=("told_to_stop", *CLOCK),
            to="reported_to_authority",
            form=("authority", "report_number", "report_files"),
            needs=("authority",),
        ),
        Transition(
            act="record_result",
            from_=("reported_to_authority",),
            to="authority_result",
            form=("authority_decision", "report_files"),
            needs=("authority_decision",),
        ),
        Transition(
            act="compensate",
            from_=("verified", "damage_done", "authority_result"),
            to="compensation",
            form=("compensation", "compensation_note"),
            needs=("compensation",),
        ),
        Transition(
            act="close",
            from_=("verified", "authority_result", "compensation"),
            to="closed",
            form=("compensation_paid_on", "note"),
        ),
    ),
)

VIOLATION = Entity(
    name="renovation.violation",
    stream="renovation",
    title="{number} {kind}",
    icon="violation",
    keys=(BucketKey(field="zone", via="unit"),),
    number=NumberRule(field="number", device_field="device_number", prefix="WZ"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="kind", type="choice", codes="renovation_violation", required=True, help=True),
        Field(name="application", type="ref", ref="renovation.application", help=True),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="zone", type="ref", ref="zone"),
        Field(name="location", max=200, search=True, help=True),
        Field(name="responsible", type="ref", ref="owner"),
        Field(name="inspection", type="ref", ref="renovation.inspection"),
        Field(
            name="source",
            type="choice",
            choices=("inspection", "patrol", "complaint", "camera", "other"),
            default="inspection",
        ),
        Field(name="found_on", type="date", required=True),
        Field(name="found_time", type="time"),
        Field(name="found_by", type="ref", ref="user", readonly=True),
        Field(name="what", type="note", required=True, max=4000, search=True, help=True),
        Field(name="evidence", type="blobs", merge="append", max=60, help=True),
        Field(name="demand", type="note", max=4000, help=True),
        Field(name="deadline", type="date"),
        Field(name="served_to", max=200),
        Field(name="served_signature", type="signature", help=True),
        Field(name="correction", type="note", max=4000),
        Field(name="corrected_photos", type="blobs", merge="append", max=30),
        Field(name="verification", type="note", max=2000),
        Field(name="verified_photos", type="blobs", merge="append", max=30),
        Field(name="verified_by", type="ref", ref="user", readonly=True),
        Field(name="refusal", type="note", max=4000),
        Field(name="damage", type="note", max=4000),
        Field(name="report_from", type="datetime", readonly=True, help=True),
        # Offline the server's stamp is still to come: the clock starts now.
        Field(
            name="report_by",
            type="datetime",
            derive=f"report_from != null ? add_minutes(report_from, settings.renovation_report_hours * 60) :"
            f" status in {among(CLOCK)} ? add_minutes(now, settings.renovation_report_hours * 60) : null",
            help=True,
        ),
        Field(name="authority", type="choice", codes="renovation_authority"),
        Field(name="reported_at", type="datetime", readonly=True),
        Field(name="report_number", max=100, search=True),
        Field(name="report_files", type="blobs", merge="append", max=30),
        Field(name="authority_decision", type="note", max=4000),
        Field(name="compensation", type="money", min=0),
        Field(name="compensation_note", type="note", max=2000),
        Field(name="compensation_paid_on", type="date"),
        Field(name="note", type="note", max=4000, merge="append"),
    ),
    constraints=(
        Constraint(
            name="somewhere",
            expr="application != null || unit != null || location != null",
            fields=("application", "unit", "location"),
        ),
        Constraint(
            name="deadline_after_find",
            expr="deadline == null || deadline >= found_on",
            fields=("deadline",),
        ),
        Constraint(
            name="stop_needs_evidence",
            expr="status != 'told_to_stop' || evidence.exists(e, e.sha256 != null) || inspection != null",
            fields=("evidence",),
        ),
    ),
    workflow=WORKFLOW,
    views=Views(
        columns=("number", "kind", "unit", "found_on", "deadline", "report_by", "status"),
        filters=("status", "kind", "zone", "unit", "authority", "deadline", "report_by"),
        sort=("-found_on",),
        sections=(
            Section(
                "find",
                (
                    "number",
                    "device_number",
                    "kind",
                    "application",
                    "unit",
                    "zone",
                    "location",
                    "responsible",
                    "source",
                    "inspection",
                    "found_on",
                    "found_time",
                    "found_by",
                    "what",
                    "evidence",
                ),
            ),
            Section("notice", ("demand", "deadline", "served_to", "served_signature")),
            Section(
                "correction",
                ("correction", "corrected_photos", "verification", "verified_photos", "verified_by"),
            ),
            Section(
                "authority",
                (
                    "refusal",
                    "damage",
                    "report_from",
                    "report_by",
                    "authority",
                    "reported_at",
                    "report_number",
                    "report_files",
                    "authority_decision",
                ),
            ),
            Section("compensation", ("compensation", "compensation_note", "compensation_paid_on", "note")),
        ),
        short=("kind", "application", "unit", "location", "found_on", "what", "evidence"),
    ),
    shown_under=("unit", "responsible"),
)
