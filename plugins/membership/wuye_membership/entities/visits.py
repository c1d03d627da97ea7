"""Care for members: return visits, greetings, invitations; what they said (MEM-3)."""

from wuye.api import Constraint, Entity, Field, Section, State, Transition, Views, Workflow

GREETING = ("birthday", "festival")
"""Occasions for which the member must have agreed to be written to (PIPL 13)."""

VISIT = Entity(
    name="membership.visit",
    stream="membership.care",
    title="{planned_on} {occasion} {member}",
    icon="visit",
    fields=(
        Field(name="member", type="ref", ref="membership.member", required=True),
        Field(
            name="occasion",
            type="choice",
            codes="membership_occasion",
            required=True,
            default="return_visit",
            help=True,
        ),
        Field(name="planned_on", type="date", required=True),
        Field(name="assignee", type="ref", ref="user", among="sites"),
        Field(name="ticket", type="ref", ref="ticket", help=True),
        Field(name="topics", type="note", max=2000, help=True),
        Field(name="channel", type="choice", choices=("phone", "visit", "counter", "wechat", "letter")),
        Field(name="done_on", type="date", help=True),
        Field(
            name="outcome",
            type="choice",
            choices=("satisfied", "partly", "not_satisfied", "not_reached"),
        ),
        Field(name="opinion", type="note", max=4000, search=True, help=True),
        Field(name="gift", type="ref", ref="membership.gift", help=True),
        Field(name="photos", type="blobs", merge="append", max=10),
    ),
    constraints=(
        Constraint(
            name="dissatisfaction_is_told",
            expr="outcome != 'not_satisfied' || coalesce(opinion, '') != ''",
            fields=("opinion",),
        ),
    ),
    workflow=Workflow(
        initial="planned",
        states=(
            State("planned", tone="warn"),
            State("done", final=True, tone="good"),
            State("cancelled", final=True),
        ),
        transitions=(
            Transition(
                act="finish",
                from_=("planned",),
                to="done",
                form=("channel", "done_on", "outcome", "opinion", "gift", "photos"),
                needs=("channel", "outcome"),
                doer="assignee",
            ),
            Transition(
                act="postpone",
                from_=("planned",),
                to="planned",
                form=("planned_on",),
                needs=("planned_on",),
                reason=True,
            ),
            Transition(act="cancel", from_=("planned",), to="cancelled", reason=True),
        ),
    ),
    views=Views(
        columns=("planned_on", "member", "occasion", "assignee", "outcome", "status"),
        filters=("status", "occasion", "outcome", "assignee", "planned_on", "member"),
        sort=("planned_on",),
        sections=(
            Section("plan", ("member", "occasion", "planned_on", "assignee", "ticket", "topics")),
            Section("course", ("channel", "done_on", "outcome", "opinion", "gift", "photos")),
        ),
        short=("member", "occasion", "planned_on", "assignee"),
    ),
    shown_under=("ticket",),
)
