"""The account of points: entries that are never changed, and corrections that two people agree on (MEM-2, FEE-4)."""

from wuye.api import (
    Account,
    Constraint,
    Entity,
    Field,
    NumberRule,
    Section,
    State,
    Transition,
    Views,
    Workflow,
)

from .catalogue import EARNING

BOUGHT = ("purchase", "property_fee")
SPENDING = ("redeem_gift", "redeem_fee")
SYSTEM = ("correction", "expire")
KINDS = (*EARNING, *SPENDING, "reversal", *SYSTEM)


def _of(*kinds: str) -> str:
    return f"kind in {list(kinds)}"


ENTRY = Entity(
    name="membership.entry",
    stream="membership",
    title="{number} {kind} {points}",
    icon="points",
    append_only=True,
    number=NumberRule(
        field="number", device_field="device_number", prefix="JF", by="kind", prefixes=dict.fromkeys(SPENDING, "DH")
    ),
    account=Account(
        owner="member",
        amount="points",
        balance="points",
        floor=0,
        offline_cap="membership_offline_cap",
        # Who returns goods after spending their points owes them.
        overdraft="kind == 'reversal'",
    ),
    # A receipt earns once, on whichever tablet; what was booked is taken back once.
    unique=(("receipt", "issuer"), ("reverses",)),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=60, search=True),
        Field(name="member", type="ref", ref="membership.member", required=True),
        Field(name="kind", type="choice", choices=KINDS, required=True, default="purchase"),
        Field(name="points", type="integer", min=-100_000_000, max=100_000_000, help=True),
        Field(name="rule", type="ref", ref="membership.rule", required=True, when=_of(*EARNING), help=True),
        Field(name="amount", type="money", min=1, required=True, when=_of(*BOUGHT), help=True),
        Field(name="receipt", max=60, search=True, required=True, when=_of(*BOUGHT)),
        Field(name="issuer", max=100, search=True, required=True, when=_of(*BOUGHT), help=True),
        Field(name="occurred_on", type="date", when=_of(*EARNING), help=True),
        Field(name="gift", type="ref", ref="membership.gift", required=True, when=_of("redeem_gift")),
        Field(name="quantity", type="integer", min=1, max=1000, when=_of("redeem_gift"), help=True),
        Field(name="fee_bill", max=80, search=True, required=True, when=_of("redeem_fee"), help=True),
        Field(name="fee_total", type="money", min=1, required=True, when=_of("redeem_fee")),
        Field(
            name="covers",
            type="money",
            derive="kind == 'redeem_fee' ? 0 - points * settings.membership_point_worth : null",
            when=_of("redeem_fee"),
            help=True,
        ),
        Field(
            name="identified_by",
            type="choice",
            choices=("card", "phone", "document", "known"),
            when=_of(*SPENDING),
        ),
        Field(name="signature", type="signature", when=_of(*SPENDING), help=True),
        Field(name="reverses", type="ref", ref="membership.entry", required=True, when=_of("reversal"), help=True),
        Field(name="returned", type="money", min=1, when=_of("reversal"), help=True),
        Field(name="reason", type="note", max=1000, required=True, when=_of("reversal", "correction")),
        Field(name="photos", type="blobs", max=10, when=_of(*EARNING, "reversal")),
        Field(name="booked_on", type="date", derive="coalesce(occurred_on, today)"),
        Field(
            name="expires_on",
            type="date",
            derive=(
                f"{_of(*EARNING, 'correction')} && points > 0 && settings.membership_points_months > 0"
                " ? add_months(booked_on, settings.membership_points_months) : null"
            ),
            help=True,
        ),
    ),
    constraints=(
        Constraint(
            name="made_by_the_system", expr=f"!({_of(*SYSTEM)}) || user.id.startsWith('plugin:')", fields=("kind",)
        ),
        Constraint(name="earning_adds", expr=f"!({_of(*EARNING)}) || coalesce(points, 0) >= 0", fields=("points",)),
        Constraint(
            name="spending_takes",
            expr=f"!({_of(*SPENDING, 'expire')}) || coalesce(points, 0) < 0",
            fields=("points",),
        ),
        Constraint(
            name="fee_share",
            expr="kind != 'redeem_fee' || covers <= share(fee_total, settings.membership_fee_percent, 100)",
            fields=("points", "fee_total"),
        ),
        # One day of grace: a site's morning may still be yesterday in UTC.
        Constraint(
            name="in_the_past", expr="occurred_on == null || occurred_on <= add_days(today, 1)", fields=("occurred_on",)
        ),
    ),
    views=Views(
        columns=("number", "booked_on", "member", "kind", "points", "amount", "issuer", "expires_on"),
        filters=("kind", "member", "rule", "gift", "booked_on", "expires_on"),
        sort=("-booked_on", "-number"),
        sections=(
            Section("entry", ("member", "kind", "points", "number", "device_number", "booked_on", "expires_on")),
            Section("earned", ("rule", "amount", "receipt", "issuer", "occurred_on")),
            Section("gift", ("gift", "quantity")),
            Section("fee", ("fee_bill", "fee_total", "covers")),
            Section("received", ("identified_by", "signature")),
            Section("taken_back", ("reverses", "returned", "reason", "photos")),
        ),
        short=("member", "kind", "rule", "amount", "receipt", "issuer", "gift", "points"),
    ),
)

CORRECTION = Entity(
    name="membership.correction",
    stream="membership",
    title="{member} {points}",
    icon="correction",
    fields=(
        Field(name="member", type="ref", ref="membership.member", required=True),
        Field(name="points", type="integer", required=True, min=-10_000_000, max=10_000_000, help=True),
        Field(name="reason", type="note", required=True, max=1000, help=True),
        Field(name="photos", type="blobs", merge="append", max=10),
        Field(name="requested_by", type="ref", ref="user", readonly=True),
        Field(name="decided_by", type="ref", ref="user", readonly=True),
        Field(name="decided_at", type="datetime", readonly=True),
    ),
    constraints=(Constraint(name="not_nothing", expr="points != 0", fields=("points",)),),
    workflow=Workflow(
        initial="requested",
        states=(
            State("requested", tone="warn"),
            State("approved", final=True, tone="good"),
            State("refused", final=True, tone="bad"),
        ),
        transitions=(
            Transition(act="approve", from_=("requested",), to="approved", confirm=True),
            Transition(act="refuse", from_=("requested",), to="refused", reason=True),
        ),
    ),
    views=Views(
        columns=("member", "points", "reason", "requested_by", "decided_by", "status"),
        filters=("status", "member", "requested_by"),
        sort=("-created_at",),
        sections=(
            Section("correction", ("member", "points", "reason", "photos")),
            Section("decision", ("requested_by", "decided_by", "decided_at")),
        ),
        short=("member", "points", "reason"),
    ),
)
