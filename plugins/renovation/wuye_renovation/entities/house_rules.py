"""What each house type allows (REN-1): façade, balcony, doors, grilles; key points; common services."""

from wuye.api import Constraint, Entity, Field, Section, State, Transition, Views, Workflow

RULE = Entity(
    name="renovation.rule",
    stream="renovation.rules",
    title="{name}",
    icon="rule",
    fields=(
        Field(name="name", required=True, max=200, search=True),
        Field(name="layout", type="choice", codes="layout", help=True),
        Field(name="buildings", type="refs", ref="building"),
        Field(
            name="elements",
            type="rows",
            max=60,
            fields=(
                Field(name="element", type="choice", codes="renovation_element", required=True),
                Field(
                    name="permitted",
                    type="choice",
                    choices=("allowed", "on_conditions", "forbidden"),
                    required=True,
                ),
                Field(name="terms", max=500),
            ),
        ),
        Field(name="forbidden_works", type="choices", codes="renovation_work", help=True),
        Field(name="key_points", type="localized", max=4000, help=True),
        Field(
            name="services",
            type="rows",
            max=60,
            help=True,
            fields=(
                Field(name="service", required=True, max=200, search=True),
                Field(name="price", type="money", min=0),
                Field(name="per", max=60),
                Field(name="note", max=300),
            ),
        ),
        Field(name="attachments", type="blobs", merge="append", max=30),
        Field(name="valid_from", type="date"),
        Field(name="valid_until", type="date"),
    ),
    constraints=(
        Constraint(
            name="until_after_from",
            expr="valid_from == null || valid_until == null || valid_until >= valid_from",
            fields=("valid_from", "valid_until"),
        ),
    ),
    workflow=Workflow(
        initial="draft",
        states=(State("draft", tone="warn"), State("in_force", tone="good"), State("retired", final=True)),
        transitions=(
            Transition(
                act="put_in_force", from_=("draft",), to="in_force", form=("valid_from",), needs=("valid_from",)
            ),
            Transition(act="retire", from_=("in_force",), to="retired", form=("valid_until",), confirm=True),
        ),
    ),
    views=Views(
        columns=("name", "layout", "valid_from", "status"),
        filters=("status", "layout"),
        sort=("name",),
        sections=(
            Section("scope", ("name", "layout", "buildings", "valid_from", "valid_until")),
            Section("allowed", ("elements", "forbidden_works", "key_points", "attachments")),
            Section("services", ("services",)),
        ),
        short=("name", "layout", "elements"),
    ),
)
