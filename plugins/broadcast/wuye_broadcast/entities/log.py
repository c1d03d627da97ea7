"""What was on air: plays, made from the plan for the days ahead or added by the announcer, and emergency
announcements, which are aired first and approved after."""

from wuye.api import Constraint, Deadline, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

from ..codes import MUSIC
from .plan import ORDER

PLANNED = ("channel", "programme", "type", "script", "day", "starts", "minutes")
"""What a play takes from the plan and nobody changes by hand."""
COURSE = (*PLANNED, "version", "language_order", "started_at", "ended_at", "announcer", "reason")
"""What an entry says once it is logged; only its note grows."""
ENDS = ("planned", "missed", "withdrawn")
"""From where a play may still turn out to have been aired: of a withdrawn one the announcer may not have heard."""
_AIRED = "status in ['played', 'cut']"

PLAY = Entity(
    name="broadcast.play",
    stream="broadcast.log",
    title="{day} {starts} {programme}",
    icon="play",
    fields=(
        Field(name="slot", type="ref", ref="broadcast.slot", readonly=True),
        Field(name="channel", type="ref", ref="broadcast.channel", required=True),
        Field(name="programme", type="ref", ref="broadcast.programme"),
        Field(name="type", type="choice", codes="broadcast_type", required=True, default="notice"),
        Field(name="script", type="ref", ref="broadcast.script"),
        Field(name="version", type="ref", ref="broadcast.version", help=True),
        Field(name="on_hold", type="boolean", readonly=True, help=True),
        Field(name="day", type="date", required=True),
        Field(name="starts", type="time", required=True),
        Field(name="minutes", type="integer", min=1, max=1440, measure="min", short=True),
        Field(name="planned_at", type="datetime", readonly=True),
        Field(name="language_order", type="choice", choices=ORDER, default="zh_ru"),
        Field(name="planned_announcer", type="ref", ref="user", readonly=True),
        Field(name="unplanned", type="boolean", derive="slot == null"),
        Field(name="started_at", type="datetime", help=True),
        Field(name="ended_at", type="datetime"),
        Field(name="announcer", type="ref", ref="user", readonly=True),
        Field(name="reason", type="note", readonly=True),
        Field(name="note", type="note", max=2000, merge="append"),
        # The script while the play is still to come: so its plays are found without those of years gone by.
        Field(name="awaits", type="ref", ref="broadcast.script", readonly=True),
    ),
    constraints=(
        Constraint(
            name="text_is_approved",
            expr=f"!({_AIRED}) || type == '{MUSIC}' || version != null",
            fields=("version",),
        ),
        Constraint(name="not_on_hold", expr=f"!({_AIRED}) || on_hold != true", fields=("on_hold",)),
        Constraint(
            name="ends_after_start",
            expr="started_at == null || ended_at == null || ended_at >= started_at",
            fields=("ended_at", "started_at"),
        ),
    ),
    workflow=Workflow(
        initial="planned",
        states=(
            State("planned"),
            State("played", tone="good"),
            State("cut", tone="warn"),
            State("skipped", tone="warn"),
            State("missed", tone="bad"),
            State("withdrawn", final=True),
        ),
        transitions=(
            Transition(
                act="play", from_=ENDS, to="played", form=("started_at", "ended_at", "version", "note"), quick=True
            ),
            Transition(
                act="cut", from_=ENDS, to="cut", form=("started_at", "ended_at", "version", "note"), reason=True
            ),
            Transition(act="skip", from_=("planned", "missed"), to="skipped", reason=True),
            Transition(act="skip", from_=("withdrawn",), to="withdrawn", reason=True),
            Transition(act="undo", from_=("played", "cut", "skipped"), to="planned", reason=True),
            Transition(act="miss", from_=("planned",), to="missed"),
            Transition(act="withdraw", from_=("planned",), to="withdrawn"),
        ),
    ),
    views=Views(
        columns=("day", "starts", "minutes", "programme", "channel", "script", "on_hold", "status", "announcer"),
        filters=("day", "status", "channel", "programme", "type", "announcer", "unplanned", "on_hold"),
        sort=("day", "starts"),
        group="day",
        sections=(
            Section("plan", (*PLANNED, "language_order", "planned_announcer", "unplanned")),
            Section("text", ("version", "on_hold")),
            Section("course", ("started_at", "ended_at", "announcer", "reason", "note")),
        ),
        short=("channel", "programme", "type", "script", "version", "day", "starts", "minutes"),
    ),
)

SAID = ("kind", "channels", "occasion", "zh", "ru", "script", "ordered_by", "aired_at")
"""What an emergency announcement was; it is not rewritten afterwards."""

EMERGENCY = Entity(
    name="broadcast.emergency",
    stream="broadcast",
    title="{number} {occasion}",
    icon="alarm",
    number=NumberRule(field="number", device_field="device_number", prefix="YJ"),
    fields=(
        Field(name="number", max=40, readonly=True, search=True),
        Field(name="device_number", max=60, search=True),
        Field(name="kind", type="choice", codes="broadcast_emergency_kind", required=True),
        Field(name="occasion", required=True, max=300, search=True, help=True),
        Field(name="channels", type="refs", ref="broadcast.channel", help=True),
        Field(name="script", type="ref", ref="broadcast.script", help=True),
        Field(name="zh", type="note", max=4000, search=True),
        Field(name="ru", type="note", max=4000, search=True),
        Field(name="aired_at", type="datetime", required=True),
        Field(name="repeats", type="integer", min=1, max=1000, default=1),
        Field(name="ordered_by", max=200, search=True, help=True),
        Field(name="recordings", type="blobs", merge="append", max=20),
        Field(name="note", type="note", max=4000, merge="append"),
        Field(name="announcer", type="ref", ref="user", readonly=True),
        Field(
            name="approve_by",
            type="datetime",
            derive="add_minutes(aired_at, settings.broadcast_emergency_hours * 60)",
            help=True,
        ),
        Field(name="approver", type="ref", ref="user", readonly=True),
        Field(name="approved_at", type="datetime", readonly=True),
        Field(name="approval_note", type="note", max=2000),
        Field(name="objection", type="note", readonly=True),
    ),
    constraints=(
        # An hour of grace for clocks that differ; else the time to approve it in would not begin.
        Constraint(name="was_aired", expr="aired_at <= add_minutes(now, 60)", fields=("aired_at",)),
        Constraint(
            name="words_are_kept", expr="zh != null || ru != null || script != null", fields=("zh", "ru", "script")
        ),
    ),
    workflow=Workflow(
        initial="aired",
        states=(
            State("aired", tone="warn"),
            State("overdue", tone="bad"),
            State("approved", final=True, tone="good"),
            State("objected", final=True, tone="bad"),
        ),
        transitions=(
            Transition(act="approve", from_=("aired", "overdue", "objected"), to="approved", form=("approval_note",)),
            Transition(act="object", from_=("aired", "overdue"), to="objected", reason=True),
            Transition(act="mark_overdue", from_=("aired",), to="overdue"),
        ),
    ),
    deadlines=(Deadline(name="approval", policy="agreed", start="approve_by", stop="approved_at"),),
    views=Views(
        columns=("number", "kind", "occasion", "aired_at", "approve_by", "status", "announcer"),
        filters=("status", "kind", "aired_at", "approve_by", "announcer"),
        sort=("-aired_at",),
        sections=(
            Section("event", ("number", "device_number", "kind", "occasion", "channels", "aired_at", "repeats")),
            Section("words", ("script", "zh", "ru", "recordings", "ordered_by", "announcer", "note")),
            Section("approval", ("approve_by", "approver", "approved_at", "approval_note", "objection")),
        ),
        short=("kind", "occasion", "channels", "zh", "ru", "aired_at"),
    ),
)

ENTITIES = (PLAY, EMERGENCY)
