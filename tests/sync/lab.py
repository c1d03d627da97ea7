"""Two plugins made up for statements about the engine: every merge policy, key, account, rule and expression once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType

from wuye.api import (
    API_VERSION,
    Account,
    BucketKey,
    Change,
    Constraint,
    Correct,
    Entity,
    Field,
    Flag,
    FollowUp,
    NumberRule,
    PluginInfo,
    Read,
    Reject,
    Role,
    Rule,
    Setting,
    State,
    Transition,
    View,
    Workflow,
    hookimpl,
)
from wuye.host.loading import Source
from wuye.model.registry import Registry
from wuye.testing.house import House, registry_of

WATCHERS = ("cs_supervisor", "cs_manager", "site_chief", "hq_cs", "auditor", "admin")
"""Roles of core that read review items: what they all read may be quoted there."""

THING = Entity(
    name="lab.thing",
    stream="lab.things",
    title="{name}",
    keys=(BucketKey(field="zone"), BucketKey(field="worker", of="user")),
    fields=(
        Field(name="name", required=True, max=100),
        Field(name="spot", merge="latest"),
        Field(name="tags", type="choices", choices=("a", "b", "c", "d"), merge="union"),
        Field(name="log", type="note", merge="append"),
        Field(name="high", type="integer", merge="max"),
        Field(name="low", type="integer", merge="min"),
        Field(name="weight", type="decimal"),
        Field(name="parent", type="ref", ref="lab.thing"),
        Field(name="zone", type="ref", ref="zone"),
        Field(name="worker", type="ref", ref="user"),
        Field(name="stamp", readonly=True),
    ),
    workflow=Workflow(
        initial="new",
        states=(State("new"), State("open"), State("done", final=True), State("dropped", final=True)),
        transitions=(
            Transition(act="start", from_=("new",), to="open"),
            Transition(act="finish", from_=("open",), to="done", form=("log",), needs=("log",)),
            Transition(act="drop", from_=("new", "open"), to="dropped", reason=True),
        ),
    ),
)
SECRET = Entity(
    name="lab.secret",
    stream="lab.secrets",
    title="",
    fields=(Field(name="thing", type="ref", ref="lab.thing"), Field(name="value"), Field(name="note", merge="append")),
)


def _from_1(values: dict[str, object]) -> dict[str, object]:
    return {("name" if name == "titel" else name): value for name, value in values.items()}


def _from_2(values: dict[str, object]) -> dict[str, object]:
    if values.get("name") == "explode":
        raise ValueError("an upcaster at fault")
    hours = values.pop("hours", None)
    return values if hours is None else {**values, "minutes": int(str(hours)) * 60}


FORM = Entity(
    name="lab.form",
    stream="lab.forms",
    title="{name}",
    version=3,
    upcasters={1: _from_1, 2: _from_2},
    unique=(("code",), ("year", "serial")),
    number=NumberRule(field="number", device_field="code", prefix="LF", by="kind", prefixes={"loud": "LL"}),
    fields=(
        Field(name="name", required=True),
        Field(name="number", readonly=True),
        Field(name="code"),
        Field(name="kind", type="choice", choices=("calm", "loud"), default="calm"),
        Field(name="year", type="integer"),
        Field(name="serial", type="integer"),
        Field(name="minutes", type="integer"),
        Field(name="reason", required=True, when="kind == 'loud'"),
        Field(name="lines", type="rows", fields=(Field(name="fee", type="money", required=True),)),
        Field(name="total", type="money", derive="sum(lines.map(l, l.fee))"),
        Field(name="doubled", type="money", derive="total * 2"),
        Field(name="writer", derive="user.id"),
        Field(name="on", type="date", derive="today"),
    ),
    constraints=(
        Constraint(name="within_limit", expr="total == null || total <= settings.lab_limit", fields=("lines",)),
    ),
)
WALLET = Entity(
    name="lab.wallet",
    stream="lab.wallets",
    title="{name}",
    fields=(Field(name="name"), Field(name="points", type="integer", readonly=True)),
)
ENTRY = Entity(
    name="lab.entry",
    stream="lab.wallets",
    title="{points}",
    account=Account(owner="wallet", amount="points", balance="points", overdraft="reversal && user.id != ''"),
    fields=(
        Field(name="wallet", type="ref", ref="lab.wallet", required=True),
        Field(name="points", type="integer", required=True),
        Field(name="reversal", type="boolean"),
    ),
)
ECHO = Entity(
    name="lab.echo",
    stream="lab.echoes",
    title="{depth}",
    fields=(Field(name="depth", type="integer"), Field(name="said"), Field(name="by")),
)
NOTE = Entity(name="annex.note", stream="annex.notes", title="", fields=(Field(name="said"),))


def said(change: Change) -> str:
    """Return what a test told the rules to do with a thing, by its name."""
    return str((change.new or {}).get("name", ""))


FAULTS: dict[str, Exception] = {}
"""What rules raise now, by the name of the thing that makes them do so; tests mend and break them here."""


def guard(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct | Flag]:
    """Raise, refuse, correct or flag as the thing's name says."""
    for change in changes:
        if said(change) in FAULTS:
            raise FAULTS[said(change)]
        if said(change) == "refuse":
            yield Reject(op=change.op, code="rule", fields=("name",), message="message.no")
        if said(change) == "correct":
            yield Correct(op=change.op, set={"stamp": "by rule"})
        if said(change).startswith("flag"):
            yield Flag(op=change.op, message="message.look", fields=("name",))
        if change.new is None and (change.old or {}).get("name") == "precious":
            yield Flag(op=change.op, message="message.look", fields=("name",))
        if said(change) == "flag twice":
            yield Flag(op=change.op, message="message.look_again", fields=("name", "spot"))
        if said(change) == "flag another":
            yield Flag(op="nobody's op", message="message.look")
        if said(change) == "blame another":
            yield Reject(op="nobody's op", code="rule")


def allow(changes: Sequence[Change], view: View) -> Iterable[tuple[str, bool]]:
    """Deny what is called so."""
    return [(change.op, said(change) != "denied") for change in changes]


def echo(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Answer a new thing called ``echo <depth>`` by that many echoes, each caused by the one before."""
    for change in changes:
        new = change.new or {}
        name = said(change)
        if change.kind != "create":
            continue
        if name == "echo raises":
            raise ValueError("a reaction at fault")
        if name.startswith("echo ") or (change.entity == "lab.echo" and new.get("depth")):
            depth = new.get("depth") or int(name.removeprefix("echo "))
            set_ = {"depth": int(str(depth)) - 1, "said": name or new.get("said")}
            yield FollowUp(key="echo", cause=change.op, entity="lab.echo", kind="create", set=set_)
        if name == "overreach":
            yield FollowUp(key="x", cause=change.op, entity="lab.secret", kind="create", set={"value": "stolen"})
        if name == "stray":
            set_ = {"said": "x"}
            yield FollowUp(key="x", cause="nobody's op", entity="lab.echo", kind="create", set=set_)
        if name == "flag what follows":
            set_ = {"name": "flagged"}
            yield FollowUp(key="x", cause=change.op, entity="lab.thing", kind="create", set=set_)
        if name == "log me":
            yield FollowUp(
                key="x", cause=change.op, entity="lab.thing", kind="update", record=change.record, set={"log": "logged"}
            )


def count_siblings(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Stamp how many other things have the same parent, which the rule reads."""
    for change in changes:
        if change.new and change.new.get("parent"):
            siblings = view.find("lab.thing", "parent", str(change.new["parent"]))
            yield Correct(op=change.op, set={"stamp": str(len([r for r, _ in siblings if r != change.record]))})


def annex_echo(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Answer the same things as the lab's rule, from another plugin, under the same names."""
    for change in changes:
        if change.kind == "create" and said(change).startswith("echo "):
            yield FollowUp(key="echo", cause=change.op, entity="annex.note", kind="create", set={"said": said(change)})


WORK = tuple(
    f"lab.{e}.{v}" for e in ("thing", "form", "wallet", "entry") for v in ("create", "update", "delete", "act.*")
)
STREAMS = ("places", "lab.things", "lab.forms", "lab.wallets", "lab.echoes")
ROLES = (
    Role(id="lab_worker", rights=WORK, streams=STREAMS),
    Role(id="lab_reader", rights=(), streams=STREAMS),
    Role(id="lab_keeper", rights=("lab.secret.*",), streams=("lab.secrets",)),
    Role(id="lab_archivist", rights=("lab.thing.import", *WORK), streams=STREAMS),
    *(Role(id=role, rights=(), streams=STREAMS) for role in WATCHERS),
    Role(id="cs_manager", rights=("lab.secret.*",), streams=("lab.secrets",)),
)
LAB = {
    "wuye_entities": (THING, SECRET, FORM, WALLET, ENTRY, ECHO),
    "wuye_roles": ROLES,
    "wuye_settings": (
        Setting(field=Field(name="lab_limit", type="integer", default=1000)),
        Setting(field=Field(name="lab_tag", type="choice", codes="ticket_tag")),
    ),
    "wuye_rules": (
        Rule(name="guard", on=("lab.thing",), authorize=allow, judge=guard),
        Rule(
            name="echo",
            on=("lab.thing", "lab.echo"),
            writes=("lab.echo.create", "lab.thing.create", "lab.thing.update"),
            react=echo,
        ),
        Rule(
            name="siblings",
            on=("lab.thing",),
            reads=(Read(entity="lab.thing", field="parent", value_of="parent"),),
            judge=count_siblings,
        ),
    ),
}
ANNEX = {
    "wuye_plugin": PluginInfo(id="annex", version="1", api=API_VERSION, package="wuye.host", depends_on=("lab",)),
    "wuye_entities": (NOTE,),
    "wuye_rules": (Rule(name="echo", on=("lab.thing",), writes=("annex.note.create",), react=annex_echo),),
}


class Made:
    """A plugin made of what its hooks return."""

    def __init__(self, name: str, hooks: Mapping[str, object]) -> None:
        self.name = name
        self._hooks = hooks

    def load(self) -> object:
        module = ModuleType(self.name)
        info = PluginInfo(id=self.name, version="1", api=API_VERSION, package="wuye.host")  # a package without texts
        for hook, value in {"wuye_plugin": info, **self._hooks}.items():
            setattr(module, hook, hookimpl(_giving(hook, value)))
        return module


def _giving(name: str, value: object) -> Callable[[], object]:
    def answer() -> object:
        return value

    answer.__name__ = name
    return answer


def lab_registry(*sources: Source) -> Registry:
    """Return the registry of core, lab, annex and some more."""
    return registry_of(Made("lab", LAB), Made("annex", ANNEX), *sources)


REGISTRY = lab_registry()


def lab_house() -> House:
    """Return a house whose estate has both plugins on."""
    return House(REGISTRY)
