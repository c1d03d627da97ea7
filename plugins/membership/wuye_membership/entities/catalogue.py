"""What the house offers its members: tiers with benefits, rules by which points are earned, gifts to redeem (MEM-1)."""

from wuye.api import Constraint, Entity, Field, Section, State, Transition, Views, Workflow

EARNING = ("purchase", "property_fee", "activity")

APPROVAL = Workflow(
    initial="draft",
    states=(State("draft", tone="warn"), State("approved", tone="good"), State("retired", final=True)),
    transitions=(
        Transition(
            act="approve",
            from_=("draft",),
            to="approved",
            form=("approved_edition",),
            needs=("approved_edition",),
            confirm=True,
        ),
        Transition(act="retire", from_=("draft", "approved"), to="retired", confirm=True),
    ),
)
VALID = (
    Field(name="valid_from", type="date", required=True),
    Field(name="valid_until", type="date", help=True),
)
DECIDED = (
    Field(name="edition", type="integer", readonly=True, min=1),
    # Who approves says what he has read: an edit may have come before him.
    Field(name="approved_edition", type="integer", min=1, help=True),
    Field(name="approved_by", type="ref", ref="user", readonly=True),
    Field(name="approved_at", type="datetime", readonly=True),
)
AS_READ = Constraint(
    name="approved_as_read",
    expr="status != 'approved' || approved_edition == coalesce(edition, 1)",
    fields=("approved_edition",),
)
VALID_IN_ORDER = Constraint(
    name="valid_in_order",
    expr="valid_until == null || valid_until >= valid_from",
    fields=("valid_until", "valid_from"),
)

TIER = Entity(
    name="membership.tier",
    stream="membership",
    title="{name}",
    icon="tier",
    unique=(("level",),),
    fields=(
        Field(name="name", type="localized", required=True),
        Field(name="level", type="integer", required=True, min=1, max=99, help=True),
        Field(name="earned_from", type="integer", required=True, min=0, default=0, help=True),
        Field(name="percent", type="integer", required=True, min=0, max=1000, default=100, help=True),
        Field(name="discount", type="integer", min=0, max=100, default=0, measure="%"),
        Field(name="priority", type="boolean", help=True),
        Field(name="vip", type="boolean", help=True),
        Field(name="benefits", type="localized", help=True),
        Field(name="retired", type="boolean", help=True),
    ),
    views=Views(
        columns=("level", "name", "earned_from", "percent", "discount", "vip", "retired"),
        filters=("vip", "retired"),
        sort=("level",),
        sections=(
            Section("tier", ("name", "level", "earned_from", "retired")),
            Section("benefits", ("percent", "discount", "priority", "vip", "benefits")),
        ),
        short=("name", "level", "earned_from"),
    ),
)

RULE = Entity(
    name="membership.rule",
    stream="membership",
    title="{code} {name}",
    icon="rule",
    unique=(("code",),),
    workflow=APPROVAL,
    fields=(
        Field(name="code", required=True, max=20, search=True, help=True),
        Field(name="name", type="localized", required=True),
        Field(name="kind", type="choice", choices=EARNING, required=True, default="purchase"),
        Field(name="points", type="integer", required=True, min=1, max=1_000_000, help=True),
        Field(name="per_amount", type="money", required=True, min=1, when="kind != 'activity'", help=True),
        Field(name="min_amount", type="money", min=0, when="kind != 'activity'", help=True),
        Field(name="max_points", type="integer", min=1, help=True),
        *VALID,
        Field(name="note", type="note", max=2000),
        *DECIDED,
    ),
    constraints=(VALID_IN_ORDER, AS_READ),
    views=Views(
        columns=("code", "name", "kind", "points", "per_amount", "valid_from", "valid_until", "status"),
        filters=("status", "kind", "valid_from", "valid_until"),
        sort=("code",),
        sections=(
            Section("rule", ("code", "name", "kind", "points", "per_amount", "min_amount", "max_points")),
            Section("validity", ("valid_from", "valid_until", "note")),
            Section("approval", ("edition", "approved_edition", "approved_by", "approved_at")),
        ),
        short=("code", "name", "kind", "points", "per_amount", "valid_from"),
    ),
)

GIFT = Entity(
    name="membership.gift",
    stream="membership",
    title="{name} · {cost}",
    icon="gift",
    unique=(("code",),),
    workflow=APPROVAL,
    fields=(
        Field(name="code", required=True, max=20, search=True),
        Field(name="name", type="localized", required=True),
        Field(name="cost", type="integer", required=True, min=1, max=10_000_000, help=True),
        Field(name="worth", type="money", min=0, help=True),
        Field(name="photos", type="blobs", merge="append", max=10),
        *VALID,
        Field(name="note", type="note", max=2000),
        *DECIDED,
    ),
    constraints=(VALID_IN_ORDER, AS_READ),
    views=Views(
        columns=("code", "name", "cost", "worth", "valid_from", "valid_until", "status"),
        filters=("status", "valid_from", "valid_until"),
        sort=("cost",),
        sections=(
            Section("gift", ("code", "name", "cost", "worth", "photos")),
            Section("validity", ("valid_from", "valid_until", "note")),
            Section("approval", ("edition", "approved_edition", "approved_by", "approved_at")),
        ),
        short=("code", "name", "cost", "valid_from"),
    ),
)
