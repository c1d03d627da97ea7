"""What the office issues and signs: the agreement (Art. 16), the permit to post, the workers' passes and, apart, for
fewer eyes, who the workers are."""

from wuye.api import BucketKey, Constraint, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

BY_APPLICATION = BucketKey(field="zone", via="application")
ZONE = Field(name="zone", type="ref", ref="zone", readonly=True)
OF_APPLICATION = Field(name="application", type="ref", ref="renovation.application", required=True)


def _terms(heading: str) -> Field:
    """Return a heading whose text is the site's standard one, and stays as it was signed."""
    name = f"terms_{heading}"
    return Field(
        name=name,
        type="localized",
        max=4000,
        derive=f"status == 'draft' ? settings.renovation_{name} : {name}",
    )


AGREEMENT = Entity(
    name="renovation.agreement",
    stream="renovation",
    title="{number}",
    icon="agreement",
    keys=(BY_APPLICATION,),
    unique=(("application",),),
    number=NumberRule(field="number", device_field="device_number", prefix="ZXXY"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        OF_APPLICATION,
        ZONE,
        _terms("waste"),
        _terms("facade"),
        _terms("prohibited"),
        _terms("liability"),
        Field(name="fee", type="money", min=0, help=True),
        Field(name="fee_note", max=500),
        Field(name="special", type="note", max=8000, help=True),
        Field(name="told_renovator", type="boolean", help=True),
        Field(name="told_contractor", type="boolean"),
        Field(name="renovator_signature", type="signature"),
        Field(name="contractor_signature", type="signature"),
        Field(name="manager_signature", type="signature"),
        Field(name="signed_on", type="date"),
        Field(name="scans", type="blobs", merge="append", max=30),
    ),
    constraints=(
        Constraint(
            name="told_beforehand",
            expr="status != 'signed' || told_renovator == true",
            fields=("told_renovator",),
        ),
        Constraint(
            name="contractor_told",
            expr="status != 'signed' || contractor_signature == null || told_contractor == true",
            fields=("told_contractor",),
        ),
    ),
    workflow=Workflow(
        initial="draft",
        states=(State("draft", tone="warn"), State("signed", tone="good"), State("ended", final=True)),
        transitions=(
            Transition(
                act="sign",
                from_=("draft",),
                to="signed",
                form=(
                    "told_renovator",
                    "told_contractor",
                    "renovator_signature",
                    "contractor_signature",
                    "manager_signature",
                    "signed_on",
                ),
                needs=("renovator_signature", "manager_signature", "signed_on"),
            ),
            Transition(act="end", from_=("draft", "signed"), to="ended", confirm=True),
        ),
    ),
    views=Views(
        columns=("number", "application", "fee", "signed_on", "status"),
        filters=("status", "zone"),
        sort=("-created_at",),
        sections=(
            Section("agreement", ("number", "device_number", "application", "fee", "fee_note", "special")),
            Section("terms", ("terms_waste", "terms_facade", "terms_prohibited", "terms_liability")),
            Section(
                "signing",
                (
                    "told_renovator",
                    "told_contractor",
                    "renovator_signature",
                    "contractor_signature",
                    "manager_signature",
                    "signed_on",
                    "scans",
                ),
            ),
        ),
        short=("application", "fee", "special"),
    ),
)

PERMIT = Entity(
    name="renovation.permit",
    stream="renovation",
    title="{number}",
    icon="permit",
    keys=(BY_APPLICATION,),
    number=NumberRule(field="number", device_field="device_number", prefix="ZXXK"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        OF_APPLICATION,
        ZONE,
        Field(name="issued_on", type="date", derive="coalesce(issued_on, today)"),
        Field(name="valid_until", type="date", required=True),
        Field(name="posted_on", type="date"),
        Field(name="posted_at", max=200, help=True),
        Field(name="posted_photos", type="blobs", merge="append", max=10),
    ),
    workflow=Workflow(
        initial="issued",
        states=(State("issued", tone="warn"), State("posted", tone="good"), State("ended", final=True)),
        transitions=(
            Transition(
                act="post",
                from_=("issued",),
                to="posted",
                form=("posted_on", "posted_at", "posted_photos"),
                needs=("posted_on", "posted_photos"),
            ),
            Transition(act="end", from_=("issued", "posted"), to="ended", confirm=True),
        ),
    ),
    views=Views(
        columns=("number", "application", "valid_until", "posted_on", "status"),
        filters=("status", "zone", "valid_until"),
        sort=("-created_at",),
        sections=(
            Section("permit", ("number", "application", "issued_on", "valid_until")),
            Section("posting", ("posted_on", "posted_at", "posted_photos")),
        ),
        short=("application", "valid_until"),
    ),
)

PASS = Entity(
    name="renovation.pass",
    stream="renovation",
    title="{number} {holder}",
    icon="pass",
    keys=(BY_APPLICATION,),
    number=NumberRule(field="number", device_field="device_number", prefix="CRZ"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        OF_APPLICATION,
        ZONE,
        Field(name="holder", required=True, max=100, search=True),
        Field(name="trade", type="choice", codes="renovation_trade"),
        Field(name="photo", type="blobs", max=1, help=True),
        Field(name="valid_from", type="date"),
        Field(name="valid_until", type="date", required=True),
        Field(name="card_deposit", type="money", min=0, help=True),
        Field(name="note", max=300),
    ),
    constraints=(
        Constraint(
            name="until_after_from",
            expr="valid_from == null || valid_until >= valid_from",
            fields=("valid_from", "valid_until"),
        ),
    ),
    workflow=Workflow(
        initial="issued",
        states=(State("issued", tone="warn"), State("returned", final=True, tone="good"), State("lost", tone="bad")),
        transitions=(
            Transition(act="renew", from_=("issued",), to="issued", form=("valid_until",), needs=("valid_until",)),
            Transition(act="give_back", from_=("issued", "lost"), to="returned"),
            Transition(act="report_lost", from_=("issued",), to="lost", form=("note",)),
        ),
    ),
    views=Views(
        columns=("number", "holder", "trade", "application", "valid_until", "status"),
        filters=("status", "zone", "trade", "valid_until"),
        sort=("holder",),
        sections=(
            Section("pass", ("number", "device_number", "application", "holder", "trade", "photo")),
            Section("validity", ("valid_from", "valid_until", "card_deposit", "note")),
        ),
        short=("application", "holder", "trade", "photo", "valid_until"),
    ),
)

WORKER = Entity(
    name="renovation.worker",
    stream="renovation.private",
    title="{name}",
    icon="private",
    private=True,
    keys=(BY_APPLICATION,),
    fields=(
        OF_APPLICATION,
        ZONE,
        Field(name="name", required=True, max=100, search=True, private=True),
        Field(name="trade", type="choice", codes="renovation_trade"),
        Field(name="document_type", type="choice", codes="id_document", private=True, default="id_card"),
        Field(name="document_number", max=60, required=True, search=True, private=True),
        Field(name="phone", type="phone", search=True, private=True),
        Field(name="certificate", max=100, help=True),
        Field(name="pass", type="ref", ref="renovation.pass"),
        Field(name="safety_told_on", type="date", help=True),
        Field(name="signature", type="signature"),
    ),
    views=Views(
        columns=("name", "trade", "application", "pass"),
        filters=("zone", "trade"),
        sort=("name",),
        sections=(
            Section("worker", ("application", "name", "trade", "document_type", "document_number", "phone")),
            Section("entry", ("certificate", "pass", "safety_told_on", "signature")),
        ),
        short=("application", "name", "trade", "document_number", "phone"),
    ),
)
