"""Water samples: a kind of record that no part of Wuye has heard of."""

from collections.abc import Sequence

from wuye.api import (
    API_VERSION,
    Constraint,
    Entity,
    Field,
    NumberRule,
    PluginInfo,
    Role,
    Section,
    State,
    Transition,
    Views,
    Workflow,
    hookimpl,
)

SAMPLE = Entity(
    name="lab.sample",
    stream="lab",
    title="{number} {place}",
    icon="drop",
    number=NumberRule(field="number", device_field="device_number", prefix="SY"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40),
        Field(name="place", required=True, max=100, search=True),
        Field(name="water", type="choice", choices=("cold", "hot", "heating"), required=True, default="cold"),
        Field(name="chlorine", type="decimal", min=0, max=10, measure="mg/l"),
        Field(name="too_much", type="boolean", derive="chlorine != null && dec_cmp(chlorine, '5') > 0"),
        Field(name="what_now", type="note", max=500, when="too_much == true"),
    ),
    constraints=(Constraint(name="says_what_now", expr="too_much != true || what_now != null", fields=("what_now",)),),
    workflow=Workflow(
        initial="taken",
        states=(State("taken", tone="warn"), State("tested", final=True, tone="good")),
        transitions=(Transition(act="test", from_=("taken",), to="tested", form=("chlorine",), needs=("chlorine",)),),
    ),
    views=Views(
        columns=("number", "place", "water", "chlorine", "status"),
        filters=("status", "water"),
        sort=("place",),
        sections=(Section("sample", ("place", "water", "chlorine", "what_now")),),
        short=("place", "water"),
    ),
)


@hookimpl
def wuye_plugin() -> PluginInfo:
    """Say who the plugin is."""
    return PluginInfo(id="lab", version="0.1.0", api=API_VERSION, package="wuye_lab")


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Samples."""
    return (SAMPLE,)


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """The desk takes samples."""
    return (Role(id="front_desk", rights=("lab.sample.*",), streams=("lab",)),)


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_lab.piccolo_app"
