"""What is kept of a find: the item, and apart from it, for fewer eyes, who claims it."""

from wuye.api import (
    Child,
    CodeList,
    Constraint,
    Entity,
    Field,
    NumberRule,
    Section,
    Setting,
    State,
    Transition,
    Views,
    Workflow,
)

OFFICIAL = ("id_card", "passport", "residence_permit", "driving_licence")

SETTINGS = (
    Setting(field=Field(name="lostfound_keep_days", type="integer", default=90, min=1, max=3650, help=True)),
    Setting(field=Field(name="lostfound_valuable_from", type="money", default=50_000, min=0, help=True)),
)

CATEGORIES = CodeList(
    id="lostfound_category",
    values={
        "papers": None,
        "id_document": "papers",
        "bank_card": "papers",
        "money": None,
        "jewellery": None,
        "electronics": None,
        "phone": "electronics",
        "computer": "electronics",
        "bag": None,
        "keys": None,
        "clothing": None,
        "umbrella": None,
        "goods": None,
        "other": None,
    },
)

ITEM = Entity(
    name="lostfound.item",
    stream="lostfound",
    title="{number} {name}",
    icon="lostfound",
    number=NumberRule(field="number", device_field="device_number", prefix="SW"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="name", required=True, max=100, search=True),
        Field(name="category", type="choice", codes="lostfound_category", required=True),
        Field(name="description", type="note", max=2000, search=True, help=True),
        Field(name="photos", type="blobs", merge="append", max=20),
        Field(name="found_on", type="date", required=True),
        Field(name="found_time", type="time"),
        Field(name="found_by", max=100),
        Field(name="place", required=True, max=200, search=True),
        Field(name="zone", type="ref", ref="zone"),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="shelf", max=60, search=True, short=True),
        Field(name="worth", type="money", min=0, help=True),
        Field(name="valuable", type="boolean", derive="coalesce(worth, 0) >= settings.lostfound_valuable_from"),
        Field(name="keep_until", type="date", derive="add_days(found_on, settings.lostfound_keep_days)"),
        Field(name="document_seen", type="choice", choices=(*OFFICIAL, "none"), help=True),
        Field(name="signature", type="signature"),
        Field(name="disposal", type="choice", choices=("police", "charity", "destroyed")),
    ),
    constraints=(
        # One day of grace: a site's morning may still be yesterday in UTC.
        Constraint(name="found_in_the_past", expr="found_on <= add_days(today, 1)", fields=("found_on",)),
        Constraint(
            name="valuable_needs_document",
            expr=f"status != 'handed_out' || valuable != true || document_seen in {list(OFFICIAL)}",
            fields=("document_seen",),
        ),
    ),
    workflow=Workflow(
        initial="found",
        states=(
            State("found"),
            State("claimed", tone="warn"),
            State("handed_out", final=True, tone="good"),
            State("expired", tone="warn"),
            State("disposed", final=True, tone="bad"),
        ),
        transitions=(
            Transition(act="claim", from_=("found", "expired"), to="claimed"),
            Transition(act="reject_claim", from_=("claimed",), to="found", reason=True),
            Transition(
                act="hand_out",
                from_=("claimed",),
                to="handed_out",
                form=("document_seen", "signature"),
                needs=("document_seen", "signature"),
            ),
            Transition(act="expire", from_=("found",), to="expired"),
            Transition(
                act="dispose",
                from_=("expired",),
                to="disposed",
                form=("disposal",),
                needs=("disposal",),
                confirm=True,
            ),
        ),
    ),
    views=Views(
        columns=("number", "name", "category", "place", "found_on", "shelf", "status"),
        filters=("status", "category", "valuable"),
        sort=("-found_on",),
        sections=(
            Section("item", ("name", "category", "description", "worth", "photos")),
            Section("find", ("found_on", "found_time", "found_by", "place", "zone", "unit")),
            Section("keeping", ("number", "device_number", "shelf", "valuable", "keep_until")),
            Section("end", ("document_seen", "signature", "disposal")),
        ),
        short=("name", "category", "place", "found_on", "photos"),
    ),
    children=(Child("lostfound.claimant", "item"),),
    shown_under=("unit",),
)

CLAIMANT = Entity(
    name="lostfound.claimant",
    stream="lostfound.private",
    title="{name}",
    icon="owner",
    private=True,
    fields=(
        Field(name="item", type="ref", ref="lostfound.item", required=True),
        Field(name="name", required=True, max=100, private=True, search=True),
        Field(name="phone", type="phone", private=True, search=True),
        Field(name="document_number", max=40, private=True),
        Field(name="owner", type="ref", ref="owner"),
        Field(name="note", type="note", max=2000, private=True),
    ),
    constraints=(
        Constraint(
            name="can_be_traced",
            expr="phone != null || document_number != null",
            fields=("phone", "document_number"),
        ),
    ),
    views=Views(
        columns=("name", "phone", "item"),
        sort=("name",),
        sections=(Section("claimant", ("item", "name", "phone", "document_number", "owner", "note")),),
        short=("name", "phone", "document_number"),
    ),
    shown_under=("owner",),
)

ENTITIES = (ITEM, CLAIMANT)
