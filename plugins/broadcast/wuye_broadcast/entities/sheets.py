"""Sheets on paper: a week's plan or a week's log as it stood when it was drawn up, signed and kept."""

from wuye.api import Constraint, Entity, Field, Freeze, Section, State, Transition, Views, Workflow

WEEK, LOG = "broadcast.week", "broadcast.log_sheet"
"""The reports that a sheet may hold."""

SHEET = Entity(
    name="broadcast.sheet",
    stream="broadcast.log",
    title="{report} {starts_on}",
    icon="print",
    fields=(
        Field(name="report", type="choice", choices=(WEEK, LOG), required=True, default=WEEK),
        Field(name="starts_on", type="date", required=True, help=True),
        Field(name="ends_on", type="date", derive="add_days(starts_on, 6)"),
        Field(name="channel", type="ref", ref="broadcast.channel", help=True),
        Field(name="table", type="value", readonly=True),
        Field(name="fault", type="note", readonly=True),
        Field(name="drawn_up_by", type="ref", ref="user", readonly=True),
        Field(name="approver", type="ref", ref="user", readonly=True),
        Field(name="approved_at", type="datetime", readonly=True),
        Field(name="signature", type="signature"),
        Field(name="note", type="note", max=2000),
    ),
    constraints=(Constraint(name="monday", expr="weekday(starts_on) == 1", fields=("starts_on",)),),
    freeze=Freeze(
        act="draw_up",
        done="fill",
        failed="fail",
        report="report",
        into="table",
        args={"starts_on": "starts_on", "ends_on": "ends_on", "channel": "channel"},
    ),
    workflow=Workflow(
        initial="draft",
        states=(
            State("draft", tone="warn"),
            State("drawing_up"),
            State("drawn_up"),
            State("approved", final=True, tone="good"),
        ),
        transitions=(
            Transition(act="draw_up", from_=("draft", "drawn_up"), to="drawing_up"),
            Transition(act="fill", from_=("drawing_up",), to="drawn_up"),
            Transition(act="fail", from_=("drawing_up",), to="draft", reason=True),
            Transition(act="approve", from_=("drawn_up",), to="approved", form=("signature", "note")),
        ),
    ),
    views=Views(
        columns=("report", "starts_on", "ends_on", "channel", "status", "approver"),
        filters=("report", "status", "channel", "starts_on"),
        sort=("-starts_on",),
        sections=(
            Section("sheet", ("report", "starts_on", "ends_on", "channel", "note", "fault")),
            Section("approval", ("drawn_up_by", "approver", "approved_at", "signature")),
            Section("table", ("table",)),
        ),
        short=("report", "starts_on", "channel"),
    ),
)

ENTITIES = (SHEET,)
