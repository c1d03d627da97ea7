"""Tickets (工單): what customers ask, report and complain about, and each step until they are content."""

from wuye.api import (
    BucketKey,
    Child,
    Constraint,
    Deadline,
    Entity,
    Field,
    NumberRule,
    Section,
    Views,
)  # fmt: skip

from .ticket_flow import WORKFLOW

ACTS = tuple(dict.fromkeys(step.act for step in WORKFLOW.transitions))
STATES = tuple(state.name for state in WORKFLOW.states)
PRIORITIES = ("normal", "urgent", "extra_urgent", "emergency")

# Each kind has a form of its own (TKT-2).
TO_MEND = "kind in ['repair', 'complaint', 'suggestion', 'other']"
TO_DO = "kind in ['repair', 'complaint', 'help', 'other']"


def _moment(name: str, *, stamped: bool = True, help_: bool = False) -> Field:
    return Field(name=name, type="datetime", readonly=stamped, help=help_)


TICKET = Entity(
    name="ticket",
    stream="tickets",
    title="{number} {title}",
    icon="ticket",
    keys=(
        BucketKey(field="zone", via="unit"),
        BucketKey(field="responsible", of="user"),
        BucketKey(field="assignee", of="user"),
    ),
    number=NumberRule(
        field="number",
        device_field="device_number",
        prefix="QT",
        by="kind",
        prefixes={
            "repair": "BX",
            "complaint": "TS",
            "inquiry": "ZX",
            "help": "QZ",
            "suggestion": "JY",
            "praise": "BY",
            "other": "QT",
        },
    ),
    unique=(("external_number", "source"),),
    workflow=WORKFLOW,
    fields=(
        Field(name="number", max=40, readonly=True, search=True),
        Field(name="device_number", max=60, search=True, help=True),
        Field(name="external_number", max=80, search=True),
        Field(name="source", max=80, help=True),
        # What is asked for
        Field(name="kind", type="choice", codes="ticket_kind", required=True, default="repair"),
        Field(name="title", required=True, max=200, search=True),
        Field(name="description", type="note", search=True, help=True),
        Field(name="wish", type="note", max=2000, when="kind != 'inquiry' && kind != 'praise'", help=True),
        Field(name="channel", type="choice", codes="ticket_channel", required=True, default="phone"),
        Field(name="symptom_category", type="choice", codes="ticket_category", when=TO_MEND),
        Field(name="priority", type="choice", choices=PRIORITIES, required=True, default="normal"),
        Field(name="vip", type="boolean"),
        Field(name="major", type="boolean", help=True),
        Field(name="read_back", type="boolean", help=True),
        Field(name="photos", type="blobs", merge="append"),
        Field(name="voice", type="blobs", merge="append", max=10, pattern="audio/.*", help=True),
        # Who and where
        Field(name="owner", type="ref", ref="owner"),
        Field(name="reporter", max=100, search=True),
        Field(name="reporter_phone", type="phone", search=True),
        Field(name="language", type="choice", choices=("zh-Hant", "zh-Hans", "ru", "en")),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="zone", type="ref", ref="zone", help=True),
        Field(name="building", type="ref", ref="building"),
        Field(name="location", max=300, search=True, help=True),
        Field(name="place", type="place", merge="latest"),
        # When: told, written down (later at night, TKT-11), known to the server
        _moment("occurred_at", stamped=False, help_=True),
        _moment("recorded_at", stamped=False),
        _moment("received_at"),
        Field(name="backfilled", type="boolean", help=True),
        # Whose it is and until when
        Field(name="responsible", type="ref", ref="user", among="sites", help=True),
        Field(name="department", type="choice", codes="department"),
        Field(name="assignee", type="ref", ref="user", among="sites"),
        _moment("deadline", stamped=False),
        Field(name="quality_standard", type="note", max=1000),
        Field(name="appointed_at", type="datetime", when=TO_DO),
        _moment("promised_reply_at", stamped=False, help_=True),
        Field(name="waiting_for", type="choice", codes="wait_reason"),
        _moment("wait_until", stamped=False),
        Field(name="escalated_to", type="choice", codes="escalation_level"),
        Field(name="duplicate_of", type="ref", ref="ticket"),
        Field(name="repeat_of", type="ref", ref="ticket", help=True),
        Field(name="tags", type="choices", codes="ticket_tag", merge="union"),
        Field(name="remarks", type="note", merge="append"),
        # What came of it
        Field(name="result", type="note", max=4000),
        Field(name="cause_category", type="choice", codes="ticket_category", when=TO_MEND, help=True),
        Field(name="cause_note", type="note", max=2000, when=TO_MEND),
        Field(
            name="materials",
            type="rows",
            when=TO_DO,
            fields=(
                Field(name="name", required=True, max=100),
                Field(name="quantity", type="decimal", min=0),
                Field(name="measure", max=20),
            ),
        ),
        Field(name="hours", type="decimal", min=0, max=10_000, measure="h", when=TO_DO),
        Field(name="signature", type="signature", when=TO_DO),
        Field(
            name="satisfaction",
            type="choice",
            choices=("satisfied", "partly", "not_satisfied", "unreachable"),
            when="kind != 'praise'",
        ),
        Field(name="opinion", type="note", max=2000, when="kind != 'praise'"),
        Field(name="major_report", type="note", max=8000, when="major == true", help=True),
        _moment("relayed_at"),
        _moment("accepted_at"),
        _moment("replied_at", stamped=False, help_=True),
        _moment("late_notified_at"),
        _moment("escalated_at"),
        _moment("done_at"),
        _moment("closed_at"),
        Field(name="reopened", type="integer", min=0, readonly=True, merge="max"),
    ),
    constraints=(
        Constraint(
            name="backfilled_has_its_time",
            expr="backfilled != true || occurred_at != null",
            fields=("backfilled", "occurred_at"),
        ),
        Constraint(
            name="not_satisfied_is_reopened",
            expr="status != 'satisfied' || satisfaction != 'not_satisfied'",
            fields=("satisfaction",),
        ),
        Constraint(
            name="complaint_never_cancelled",
            expr="kind != 'complaint' || status != 'cancelled'",
            fields=("kind", "status"),
        ),
        Constraint(
            name="relayed_to_someone",
            expr="status != 'relayed' || department != null || assignee != null || source != null",
            fields=("department", "assignee"),
        ),
        # Counted by its root cause, not by how it was told; imported history may not know it (CMP-3).
        Constraint(
            name="complaint_has_cause",
            expr="kind != 'complaint' || status != 'closed' || cause_category != null || source != null",
            fields=("cause_category",),
        ),
        Constraint(
            name="major_has_report",
            expr="major != true || status != 'closed' || major_report != null || source != null",
            fields=("major_report",),
        ),
    ),
    deadlines=(
        Deadline(name="relay", policy="complaint_relay", start="occurred_at", stop="relayed_at"),
        Deadline(name="same_day", policy="complaint_same_day", start="relayed_at", stop="done_at"),
        Deadline(name="reply", policy="complaint_reply", start="occurred_at", stop="replied_at"),
        Deadline(name="answer", policy="inquiry_answer", start="occurred_at", stop="replied_at"),
        Deadline(name="promise", policy="agreed", start="promised_reply_at", stop="replied_at"),
        Deadline(name="work", policy="agreed", start="deadline", stop="done_at"),
    ),
    views=Views(
        columns=("number", "kind", "title", "unit", "priority", "status", "assignee", "deadline"),
        filters=(
            "status",
            "kind",
            "priority",
            "zone",
            "department",
            "assignee",
            "responsible",
            "channel",
            "vip",
            "major",
            "occurred_at",
            "deadline",
            "promised_reply_at",
        ),
        sort=("-occurred_at",),
        sections=(
            Section("what", ("kind", "title", "description", "wish", "channel", "symptom_category", "photos", "voice")),
            Section(
                "who_where",
                (
                    "owner",
                    "reporter",
                    "reporter_phone",
                    "language",
                    "unit",
                    "building",
                    "location",
                    "zone",
                    "place",
                ),
            ),
            Section("how_urgent", ("priority", "vip", "major", "promised_reply_at", "appointed_at", "read_back")),
            Section("when", ("occurred_at", "recorded_at", "received_at", "backfilled")),
            Section(
                "whose",
                (
                    "responsible",
                    "department",
                    "assignee",
                    "deadline",
                    "quality_standard",
                    "waiting_for",
                    "wait_until",
                ),
            ),
            Section(
                "result",
                ("result", "cause_category", "cause_note", "materials", "hours", "signature", "major_report"),
            ),
            Section("visit", ("replied_at", "satisfaction", "opinion", "reopened")),
            Section("links", ("repeat_of", "duplicate_of", "tags", "remarks", "external_number", "source")),
        ),
        short=("kind", "title", "unit", "reporter_phone", "photos", "priority"),
    ),
    children=(Child("ticket.event", "ticket"), Child("ticket", "repeat_of")),
)

EVENT = Entity(
    name="ticket.event",
    stream="tickets",
    title="{type}",
    icon="event",
    append_only=True,
    keys=(
        BucketKey(field="zone", via="ticket"),
        BucketKey(field="responsible", of="user", via="ticket"),
        BucketKey(field="assignee", of="user", via="ticket"),
    ),
    fields=(
        Field(name="ticket", type="ref", ref="ticket", required=True),
        Field(
            name="type",
            type="choice",
            choices=("note", "call", "act", "promise", "handed_on", "alarm"),
            default="note",
            required=True,
        ),
        Field(name="text", type="note", max=8000, search=True),
        Field(name="visibility", type="choice", choices=("internal", "customer"), default="internal"),
        Field(name="photos", type="blobs"),
        Field(name="act", type="choice", choices=ACTS, readonly=True),
        Field(name="from_state", type="choice", choices=STATES, readonly=True),
        Field(name="to_state", type="choice", choices=STATES, readonly=True),
        Field(name="reason", type="note", readonly=True),
        Field(name="promised_at", type="datetime", readonly=True),
        Field(name="escalated_to", type="choice", codes="escalation_level", readonly=True),
        Field(name="author", type="ref", ref="user", readonly=True),
        Field(name="occurred_at", type="datetime"),
        Field(name="received_at", type="datetime", readonly=True),
        Field(name="zone", type="ref", ref="zone", readonly=True),
        Field(name="responsible", type="ref", ref="user", readonly=True),
        Field(name="assignee", type="ref", ref="user", readonly=True),
    ),
    views=Views(
        columns=("occurred_at", "type", "act", "text", "author"),
        filters=("type", "author"),
        sort=("-occurred_at",),
        sections=(Section("event", ("ticket", "type", "text", "visibility", "photos", "occurred_at")),),
        short=("type", "text"),
    ),
)

ENTITIES = (TICKET, EVENT)
