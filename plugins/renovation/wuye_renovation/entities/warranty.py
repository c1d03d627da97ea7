"""Warranty of the works (Art. 32): at least two years, against leakage of wet rooms and outer walls five."""

from wuye.api import BucketKey, Entity, Field, Section, State, Transition, Views, Workflow

from .papers import OF_APPLICATION, ZONE

WARRANTY = Entity(
    name="renovation.warranty",
    stream="renovation",
    title="{part} {ends_on}",
    icon="warranty",
    keys=(BucketKey(field="zone", via="application"),),
    fields=(
        OF_APPLICATION,
        ZONE,
        Field(name="unit", type="ref", ref="unit"),
        Field(name="part", type="choice", codes="renovation_part", required=True),
        Field(name="contractor", max=200, search=True),
        Field(name="contractor_phone", type="phone"),
        Field(name="accepted_on", type="date", required=True),
        Field(name="years", type="integer", min=1, max=50, required=True, help=True),
        Field(name="ends_on", type="date", derive="add_years(accepted_on, years)"),
        Field(name="certificate", max=100, search=True),
        Field(name="note", type="note", max=2000, merge="append"),
    ),
    workflow=Workflow(
        initial="running",
        states=(State("running", tone="good"), State("ended", final=True)),
        transitions=(Transition(act="end", from_=("running",), to="ended", confirm=True),),
    ),
    views=Views(
        columns=("unit", "part", "contractor", "accepted_on", "ends_on", "status"),
        filters=("status", "part", "zone", "unit", "ends_on"),
        sort=("ends_on",),
        sections=(
            Section("warranty", ("application", "unit", "part", "accepted_on", "years", "ends_on")),
            Section("contractor", ("contractor", "contractor_phone", "certificate", "note")),
        ),
        short=("application", "part", "accepted_on", "years"),
    ),
    shown_under=("unit",),
)
