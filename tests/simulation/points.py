"""The plugin of these worlds: every merge policy, an account, a stream that few may read, a rule that can break."""

from collections.abc import Iterable, Sequence
from functools import cache

from wuye.builtin import plugin as core
from wuye.host.facade import Plugin
from wuye.model.entity import Account, BucketKey, Entity, Field, NumberRule, State, Transition, Workflow
from wuye.model.plugin import Contribution, PluginInfo, Role
from wuye.model.registry import Registry
from wuye.model.rules import Change, Reject, Rule, View
from wuye_broadcast import plugin as broadcast
from wuye_lostfound import plugin as lostfound
from wuye_membership import plugin as membership
from wuye_qc import plugin as qc
from wuye_renovation import plugin as renovation

MEMBER = Entity(
    name="points.member",
    stream="points",
    title="{name}",
    keys=(BucketKey(field="zone", via="unit"),),
    number=NumberRule(field="number", device_field="device_number", prefix="HY"),
    unique=(("card",),),
    fields=(
        Field(name="number", readonly=True),
        Field(name="device_number"),
        Field(name="name", required=True),
        Field(name="card"),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="zone", type="ref", ref="zone", readonly=True),
        Field(name="mood", merge="latest"),
        Field(name="tags", type="choices", choices=("a", "b", "c", "d"), merge="union"),
        Field(name="diary", type="note", merge="append"),
        Field(name="best", type="integer", merge="max"),
        Field(name="least", type="integer", merge="min"),
        Field(name="balance", type="integer", readonly=True),
    ),
)
ENTRY = Entity(
    name="points.entry",
    stream="points",
    title="{amount}",
    keys=(BucketKey(field="zone", via="member"),),
    account=Account(owner="member", amount="amount", balance="balance", floor=0),
    fields=(
        Field(name="member", type="ref", ref="points.member", required=True),
        Field(name="amount", type="integer", required=True),
        Field(name="zone", type="ref", ref="zone", readonly=True),
    ),
)
SECRET = Entity(
    name="points.secret",
    stream="points.private",
    title="{text}",
    private=True,
    fields=(
        Field(name="member", type="ref", ref="points.member", required=True),
        Field(name="text", required=True),
        Field(name="grade", type="choice", choices=("low", "high")),
    ),
    workflow=Workflow(
        initial="open",
        states=(State("open"), State("sealed", final=True)),
        transitions=(Transition(act="seal", from_=("open",), to="sealed", reason=True),),
    ),
)

_KEEP = ("points.member.create", "points.member.update", "points.entry.create")
_SECRET = ("points.secret.create", "points.secret.update", "points.secret.act.seal")
ROLES = (
    *(Role(id=role, rights=_KEEP, streams=("points",)) for role in ("cs_assistant", "private_butler")),
    Role(id="front_desk", rights=(*_KEEP, *_SECRET), streams=("points", "points.private")),
    Role(id="cs_supervisor", rights=(*_KEEP, "points.member.delete"), streams=("points",)),
    Role(id="site_chief", rights=("points.*",), streams=("points", "points.private")),
    Role(id="auditor", rights=(), streams=("points",)),
)


class Weather:
    """Whether the rule of this plugin works at the moment."""

    broken = False


def fail(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """Raise like a faulty rule does, while the weather is so."""
    if Weather.broken and any(change.new and change.new.get("mood") == "boom" for change in changes):
        raise RuntimeError("a rule with a fault")
    return ()


POINTS = Contribution(
    info=PluginInfo(id="points", version="1", api=1, package="tests", meant_for=("residential", "mall")),
    catalogues={},
    entities=(MEMBER, ENTRY, SECRET),
    rules=(Rule(name="points.weather", on=("points.member",), judge=fail),),
    roles=ROLES,
)


DOMAINS = {"broadcast": broadcast, "membership": membership, "qc": qc, "renovation": renovation}
"""The business plugins, in which these worlds fill in forms (`forms`)."""


@cache
def registry() -> Registry:
    """Return core, all plugins of the house, and this one."""
    shipped = {"core": core, "lostfound": lostfound, **DOMAINS}
    return Registry([*(Plugin(name, module).contribution() for name, module in shipped.items()), POINTS])
