"""Papers: the card, the application with what its signer agrees to, the statement, the receipt of what was redeemed
(domain-reference D9)."""

from wuye.api import Facts, Of, Print, QrCode, Records, Signature, Words

from .entities import ENTRY, MEMBER

_MEMBER_LINES = ("card_number", "owner", "tier", "points")

CARD = Print(
    id="membership.card",
    entity=MEMBER.name,
    paper="card",
    when="status == 'active'",
    blocks=(
        Facts(fields=("owner", "tier", "joined_on"), columns=1),
        QrCode(field="card_number"),
    ),
)

APPLICATION = Print(
    id="membership.application",
    entity=MEMBER.name,
    blocks=(
        Facts(
            fields=("card_number", "joined_on", "language", "source", "unit", "tier"),
            label="membership.member.section.card",
        ),
        Of(
            field="owner",
            label="membership.print.person",
            blocks=(
                Facts(fields=("name", "name_ru", "sex")),
                Records(
                    entity="owner.private",
                    field="owner",
                    columns=("phone", "wechat", "email", "birth_date", "home_address"),
                    label="membership.print.contact",
                ),
            ),
        ),
        Words(text="membership.print.terms"),
        Facts(fields=("terms_version",), columns=1),
        Words(text="membership.print.privacy"),
        Words(text="membership.print.consent"),
        Words(text="membership.print.choices"),
        Signature(places={"membership.print.applicant": "signature", "membership.print.clerk": None}),
    ),
)

STATEMENT = Print(
    id="membership.statement",
    entity=MEMBER.name,
    blocks=(
        Facts(fields=(*_MEMBER_LINES, "points_year", "status")),
        Records(
            entity=ENTRY.name,
            field="member",
            columns=("booked_on", "number", "kind", "issuer", "receipt", "points", "expires_on"),
            sort="booked_on",
        ),
        Words(text="membership.print.objection"),
    ),
)

RECEIPT = Print(
    id="membership.receipt",
    entity=ENTRY.name,
    paper="A5",
    when="kind in ['redeem_gift', 'redeem_fee']",
    parts=("membership.print.for_member", "membership.print.for_house"),
    blocks=(
        Facts(fields=("number", "device_number", "booked_on", "kind", "member.card_number", "member.owner")),
        Facts(fields=("gift", "quantity", "fee_bill", "fee_total", "covers", "points", "identified_by")),
        Words(text="membership.print.received"),
        Signature(places={"membership.print.receiver": "signature", "membership.print.clerk": None}),
    ),
)

PRINTS = (CARD, APPLICATION, STATEMENT, RECEIPT)
