"""Members: card, tier, standing. Who they are lies with the owner, in core; here is only the membership."""

from wuye.api import Child, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

WORKFLOW = Workflow(
    initial="applied",
    states=(
        State("applied", tone="warn"),
        State("active", tone="good"),
        State("frozen", tone="bad"),
        State("cancelled", tone="info"),
    ),
    transitions=(
        Transition(act="approve", from_=("applied",), to="active", form=("tier", "vip")),
        Transition(act="set_tier", from_=("active",), to="active", form=("tier", "vip"), reason=True),
        Transition(
            act="replace_card",
            from_=("active",),
            to="active",
            form=("card_number",),
            needs=("card_number",),
            reason=True,
        ),
        # A card that was found again or is replaced before its member may go on.
        Transition(
            act="replace_card",
            from_=("frozen",),
            to="frozen",
            form=("card_number",),
            needs=("card_number",),
            reason=True,
        ),
        Transition(act="freeze", from_=("active",), to="frozen", reason=True),
        Transition(act="unfreeze", from_=("frozen",), to="active"),
        Transition(act="cancel", from_=("applied", "active", "frozen"), to="cancelled", confirm=True, reason=True),
        Transition(act="rejoin", from_=("cancelled",), to="applied", form=("terms_version", "signature")),
    ),
)

MEMBER = Entity(
    name="membership.member",
    stream="membership",
    title="{card_number} {owner}",
    icon="member",
    # A card bought printed brings its number along; others get the next one of the register.
    number=NumberRule(field="card_number", device_field="device_number", prefix="HY"),
    unique=(("card_number",), ("owner",)),
    workflow=WORKFLOW,
    fields=(
        Field(name="card_number", max=40, pattern=r"[A-Za-z0-9\-]+", search=True, help=True),
        Field(name="device_number", max=40, search=True),
        Field(name="owner", type="ref", ref="owner", required=True, help=True),
        Field(name="unit", type="ref", ref="unit", help=True),
        Field(name="tier", type="ref", ref="membership.tier", help=True),
        Field(name="vip", type="boolean", help=True),
        Field(name="language", type="choice", choices=("zh-Hant", "zh-Hans", "ru", "en")),
        Field(name="source", type="choice", codes="membership_source"),
        Field(name="joined_on", type="date", help=True),
        Field(name="terms_version", max=60, help=True),
        Field(name="signature", type="signature"),
        Field(name="points", type="integer", readonly=True, help=True),
        Field(name="points_year", type="integer", readonly=True, help=True),
        Field(name="suggested_tier", type="ref", ref="membership.tier", readonly=True, help=True),
        Field(name="expired_through", type="date", readonly=True, help=True),
        Field(name="state_reason", type="note", readonly=True),
        Field(name="vip_marked", type="boolean", readonly=True, help=True),
        Field(name="last_visit_on", type="date", readonly=True),
        Field(
            name="visit_by",
            type="date",
            derive=(
                "status == 'active' && vip == true && settings.membership_visit_days > 0"
                " ? add_days(coalesce(last_visit_on, joined_on), settings.membership_visit_days) : null"
            ),
            help=True,
        ),
        Field(name="note", type="note", max=2000, merge="append"),
    ),
    views=Views(
        columns=("card_number", "owner", "tier", "vip", "points", "joined_on", "status"),
        filters=("status", "tier", "vip", "language", "source", "joined_on", "visit_by", "suggested_tier"),
        sort=("card_number",),
        sections=(
            Section("card", ("card_number", "device_number", "owner", "unit", "language", "source")),
            Section("standing", ("tier", "vip", "joined_on", "state_reason", "suggested_tier", "vip_marked")),
            Section("points", ("points", "points_year", "expired_through")),
            Section("terms", ("terms_version", "signature")),
            Section("care", ("last_visit_on", "visit_by", "note")),
        ),
        short=("owner", "card_number", "language", "source"),
    ),
    children=(
        Child("membership.entry", "member"),
        Child("membership.correction", "member"),
        Child("membership.visit", "member"),
    ),
    shown_under=("owner", "unit"),
)
