"""Who lives, works and owns here (OWN-1…13): owners, private data apart, occupancies over time, papers."""

from wuye.api import BucketKey, Child, Constraint, Entity, Field, Section, State, Transition, Views, Workflow

from .places import LANGUAGES

ZONE = Field(name="zone", type="ref", ref="zone", readonly=True)
ZONES = Field(name="zones", type="refs", ref="zone", readonly=True)
BY_UNIT = BucketKey(field="zone", via="unit")
BY_OWNER = BucketKey(field="zones", via="owner", source="zones")

OWNER = Entity(
    name="owner",
    stream="owners",
    title="{name}",
    icon="owner",
    # The zones of the home unit and of all present occupancies; `owner_rules` keeps them.
    keys=(BucketKey(field="zones"),),
    fields=(
        Field(name="kind", type="choice", choices=("person", "company"), required=True, default="person"),
        Field(name="name", required=True, max=200, search=True),
        Field(name="name_ru", max=200, search=True, help=True),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="sex", type="choice", choices=("female", "male"), when="kind == 'person'"),
        Field(name="language", type="choice", choices=LANGUAGES),
        Field(name="legal_representative", max=200, search=True, when="kind == 'company'"),
        Field(name="business_scope", type="note", max=2000, when="kind == 'company'"),
        Field(name="office_address", max=300, search=True, when="kind == 'company'"),
        Field(name="office_phone", type="phone", search=True, when="kind == 'company'"),
        Field(name="contact_person", max=200, search=True, when="kind == 'company'"),
        Field(
            name="household",
            type="rows",
            when="kind == 'person'",
            help=True,
            fields=(
                Field(name="name", required=True, max=200, search=True),
                Field(name="relation", type="choice", codes="relation"),
                Field(name="note", max=300),
            ),
        ),
        Field(name="vip", type="boolean"),
        Field(name="tags", type="choices", codes="owner_tag", merge="union"),
        Field(name="verified_on", type="date", merge="max", help=True),
        Field(name="verify_by", type="date", derive="add_months(verified_on, settings.verify_months)", help=True),
        Field(name="note", type="note", max=4000, merge="append"),
        ZONES,
    ),
    views=Views(
        columns=("name", "kind", "unit", "vip", "tags", "verify_by"),
        filters=("kind", "zones", "unit", "vip", "tags", "verify_by"),
        sort=("name",),
        sections=(
            Section("who", ("kind", "name", "name_ru", "sex", "language", "unit")),
            Section(
                "company",
                (
                    "legal_representative",
                    "business_scope",
                    "office_address",
                    "office_phone",
                    "contact_person",
                ),
            ),
            Section("household", ("household",)),
            Section("care", ("vip", "tags", "verified_on", "verify_by", "note")),
        ),
        short=("kind", "name", "unit"),
    ),
    children=(
        Child("owner.private", "owner"),
        Child("occupancy", "owner"),
        Child("ticket", "owner"),
        Child("consent", "owner"),
        Child("document", "owner"),
    ),
)

PRIVATE = Entity(
    name="owner.private",
    stream="owners.private",
    title="{phone}",
    icon="private",
    private=True,
    keys=(BY_OWNER,),
    unique=(("owner",),),
    fields=(
        Field(name="owner", type="ref", ref="owner", required=True),
        Field(name="phone", type="phone", search=True, private=True),
        Field(
            name="phones",
            type="rows",
            private=True,
            fields=(Field(name="phone", type="phone", required=True, search=True), Field(name="note", max=100)),
        ),
        Field(name="wechat", max=100, search=True, private=True),
        Field(name="email", max=200, search=True, private=True),
        Field(name="birth_date", type="date", private=True),
        Field(name="document_type", type="choice", codes="id_document", private=True),
        Field(name="document_number", max=60, private=True),
        Field(name="home_address", max=300, private=True),
        ZONES,
    ),
    views=Views(
        columns=("owner", "phone"),
        sections=(
            Section("contact", ("owner", "phone", "phones", "wechat", "email", "home_address")),
            Section("identity", ("birth_date", "document_type", "document_number")),
        ),
        short=("owner", "phone"),
    ),
)

OCCUPANCY = Entity(
    name="occupancy",
    stream="owners",
    title="{unit} {owner} {role}",
    icon="occupancy",
    keys=(BY_UNIT, BY_OWNER),
    fields=(
        Field(name="unit", type="ref", ref="unit", required=True),
        Field(name="owner", type="ref", ref="owner", required=True),
        Field(
            name="role",
            type="choice",
            choices=("owner", "co_owner", "family", "tenant", "merchant", "agent", "emergency_contact"),
            required=True,
        ),
        Field(name="starts", type="date"),
        Field(name="ends", type="date", help=True),
        Field(name="note", type="note", max=2000),
        ZONE,
        ZONES,
    ),
    constraints=(
        Constraint(
            name="ends_after_start",
            expr="starts == null || ends == null || ends >= starts",
            fields=("starts", "ends"),
        ),
    ),
    views=Views(
        columns=("unit", "owner", "role", "starts", "ends"),
        filters=("role", "unit", "zone"),
        sort=("unit", "-starts"),
        sections=(Section("occupancy", ("unit", "owner", "role", "starts", "ends", "note")),),
        short=("unit", "owner", "role", "starts"),
    ),
)

DOCUMENT = Entity(
    name="document",
    stream="owners",
    title="{title}",
    icon="document",
    keys=(BY_UNIT, BY_OWNER),
    fields=(
        Field(name="title", required=True, max=200, search=True),
        Field(name="category", type="choice", codes="document_category", required=True),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="owner", type="ref", ref="owner"),
        Field(name="received_on", type="date"),
        Field(name="original", type="boolean"),
        Field(name="stamp", max=60, search=True, help=True),
        Field(name="shelf", max=100, search=True, help=True),
        Field(name="scans", type="blobs", merge="append"),
        Field(name="borrower", max=100),
        Field(name="due_back", type="date"),
        Field(name="note", type="note", max=2000),
        ZONE,
        ZONES,
    ),
    constraints=(Constraint(name="belongs", expr="unit != null || owner != null", fields=("unit", "owner")),),
    workflow=Workflow(
        initial="received",
        states=(
            State("received"),
            State("stamped"),
            State("filed", tone="good"),
            State("lent", tone="warn"),
            State("destroyed", final=True, tone="bad"),
        ),
        transitions=(
            Transition(act="stamp", from_=("received",), to="stamped", form=("stamp",), needs=("stamp",)),
            Transition(act="file", from_=("received", "stamped"), to="filed", form=("shelf",), needs=("shelf",)),
            Transition(act="lend", from_=("filed",), to="lent", form=("borrower", "due_back"), needs=("borrower",)),
            Transition(act="take_back", from_=("lent",), to="filed", form=("shelf",)),
            Transition(
                act="destroy",
                from_=("received", "stamped", "filed"),
                to="destroyed",
                confirm=True,
                reason=True,
            ),
        ),
    ),
    views=Views(
        columns=("title", "category", "unit", "owner", "shelf", "status"),
        filters=("category", "status", "unit", "owner"),
        sort=("unit", "category"),
        sections=(
            Section("paper", ("title", "category", "unit", "owner", "received_on", "original", "scans")),
            Section("archive", ("stamp", "shelf", "borrower", "due_back", "note")),
        ),
        short=("title", "category", "unit", "scans"),
    ),
)

ENTITIES = (OWNER, PRIVATE, OCCUPANCY, DOCUMENT)
