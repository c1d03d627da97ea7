"""The studio: equipment, and the announcer's checks of it, which are never changed."""

from wuye.api import Child, Constraint, Entity, Field, Section, State, Transition, Views, Workflow

EQUIPMENT = Entity(
    name="broadcast.equipment",
    stream="broadcast",
    title="{code} {name}",
    icon="equipment",
    unique=(("code",),),
    fields=(
        Field(name="code", required=True, max=40, search=True, help=True),
        Field(name="name", required=True, max=200, search=True),
        Field(name="kind", type="choice", codes="broadcast_equipment_kind", required=True),
        Field(name="channel", type="ref", ref="broadcast.channel"),
        Field(name="model", max=200, search=True),
        Field(name="serial", max=100, search=True),
        Field(name="location", max=200, required=True, search=True),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="zone", type="ref", ref="zone"),
        Field(name="bought_on", type="date"),
        Field(name="warranty_until", type="date"),
        Field(name="check_days", type="integer", min=1, max=366, help=True),
        Field(name="checked_on", type="date", readonly=True),
        Field(
            name="check_by",
            type="date",
            derive="add_days(checked_on, coalesce(check_days, settings.broadcast_check_days))",
        ),
        Field(name="fault", type="note", max=2000, readonly=True),
        Field(name="photos", type="blobs", merge="append", max=20),
        Field(name="note", type="note", max=2000),
    ),
    workflow=Workflow(
        initial="in_use",
        states=(State("in_use", tone="good"), State("out_of_order", tone="bad"), State("retired", final=True)),
        transitions=(
            Transition(act="break_down", from_=("in_use",), to="out_of_order", reason=True),
            Transition(act="return_to_use", from_=("out_of_order",), to="in_use"),
            Transition(act="retire", from_=("in_use", "out_of_order"), to="retired", confirm=True, reason=True),
        ),
    ),
    views=Views(
        columns=("code", "name", "kind", "location", "checked_on", "check_by", "status"),
        filters=("status", "kind", "channel", "zone", "check_by"),
        sort=("code",),
        sections=(
            Section("equipment", ("code", "name", "kind", "channel", "model", "serial", "photos")),
            Section("place", ("location", "unit", "zone")),
            Section("upkeep", ("bought_on", "warranty_until", "check_days", "checked_on", "check_by", "fault", "note")),
        ),
        short=("code", "name", "kind", "location"),
    ),
    children=(Child("broadcast.check", "equipment"),),
    shown_under=("unit",),
)

CHECK = Entity(
    name="broadcast.check",
    stream="broadcast",
    title="{checked_on} {equipment}",
    icon="check",
    append_only=True,
    fields=(
        Field(name="equipment", type="ref", ref="broadcast.equipment", required=True),
        Field(name="checked_on", type="date", required=True, help=True),
        Field(
            name="items",
            type="rows",
            max=40,
            fields=(
                Field(name="item", type="choice", codes="broadcast_check_item", required=True),
                Field(name="fine", type="boolean", required=True),
                Field(name="note", max=300),
            ),
        ),
        Field(name="result", type="choice", choices=("fine", "fault"), required=True, default="fine"),
        Field(name="fault", type="note", max=2000, when="result == 'fault'", help=True),
        Field(name="photos", type="blobs", max=20),
        Field(name="checker", type="ref", ref="user", readonly=True),
    ),
    constraints=(
        Constraint(name="fault_is_told", expr="result != 'fault' || fault != null", fields=("fault",)),
        Constraint(
            name="result_fits_items",
            expr="result == 'fault' || items.all(i, i.fine != false)",
            fields=("result", "items"),
        ),
    ),
    views=Views(
        columns=("checked_on", "equipment", "result", "fault", "checker"),
        filters=("result", "equipment", "checked_on", "checker"),
        sort=("-checked_on",),
        sections=(Section("check", ("equipment", "checked_on", "items", "result", "fault", "photos", "checker")),),
        short=("equipment", "result", "fault"),
    ),
)

ENTITIES = (EQUIPMENT, CHECK)
