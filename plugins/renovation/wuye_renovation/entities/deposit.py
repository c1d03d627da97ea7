"""The deposit as an account (Order 110 is silent, localities differ): received, deducted against evidence, refunded."""

from wuye.api import Account, Constraint, Entity, Field, NumberRule, Section, Views

from .papers import BY_APPLICATION, OF_APPLICATION, ZONE

DEPOSIT = Entity(
    name="renovation.deposit",
    stream="renovation",
    title="{number} {kind}",
    icon="deposit",
    keys=(BY_APPLICATION,),
    append_only=True,
    number=NumberRule(field="number", device_field="device_number", prefix="ZXYJ"),
    account=Account(owner="application", amount="amount", balance="deposit_balance", floor=0),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        OF_APPLICATION,
        ZONE,
        Field(name="kind", type="choice", choices=("receive", "deduct", "refund", "correction"), required=True),
        Field(name="amount", type="money", required=True, help=True),
        Field(name="booked_on", type="date", required=True),
        Field(name="method", type="choice", choices=("cash", "transfer", "card", "wechat", "alipay")),
        Field(name="party", max=200, search=True, help=True),
        Field(name="receipt", max=60, search=True),
        Field(name="reason", type="note", max=2000, when="kind != 'receive'"),
        Field(name="violation", type="ref", ref="renovation.violation", when="kind == 'deduct'"),
        Field(name="evidence", type="blobs", max=30, when="kind == 'deduct'", help=True),
        Field(name="signature", type="signature", help=True),
        Field(name="recorded_by", type="ref", ref="user", readonly=True),
    ),
    constraints=(
        Constraint(
            name="sign_of_amount",
            expr="kind == 'correction' || (kind == 'receive' ? amount > 0 : amount < 0)",
            fields=("amount",),
        ),
        # What was booked stands, whatever the site's rule becomes; the server signs an entry before it looks.
        Constraint(
            name="asked_for_here",
            expr="recorded_by != null || kind != 'receive' || settings.renovation_deposit == true",
            fields=("kind",),
        ),
        Constraint(
            name="deduction_proven",
            expr="kind != 'deduct' || violation != null || evidence.exists(e, e.sha256 != null)",
            fields=("violation", "evidence"),
        ),
        Constraint(name="deduction_signed", expr="kind != 'deduct' || signature != null", fields=("signature",)),
        Constraint(
            name="reason_given",
            expr="!(kind in ['deduct', 'correction']) || reason != null",
            fields=("reason",),
        ),
    ),
    views=Views(
        columns=("number", "application", "kind", "amount", "booked_on", "party", "receipt"),
        filters=("kind", "zone", "booked_on"),
        sort=("-booked_on",),
        sections=(
            Section("entry", ("number", "device_number", "application", "kind", "amount", "booked_on")),
            Section("payment", ("method", "party", "receipt", "signature", "recorded_by")),
            Section("ground", ("reason", "violation", "evidence")),
        ),
        short=("application", "kind", "amount", "booked_on", "method", "party", "receipt"),
    ),
)
