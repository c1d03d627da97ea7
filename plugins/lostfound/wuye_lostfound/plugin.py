"""Lost and found (失物招領): kept, claimed, handed out against proof, or disposed of after a while."""

from collections.abc import Sequence

from wuye.api import (
    API_VERSION,
    CodeList,
    Demo,
    Entity,
    Job,
    PluginInfo,
    Print,
    Report,
    Role,
    Rule,
    Setting,
    hookimpl,
)

from . import demo, entities, prints, reports, rules

_SEE = ("lostfound",)
_SEE_ALL = ("lostfound", "lostfound.private")
_FIND = ("lostfound.item.create", "lostfound.item.update")
_SERVE = (
    *_FIND,
    *(f"lostfound.item.act.{act}" for act in ("claim", "reject_claim", "hand_out")),
    "lostfound.claimant.create",
    "lostfound.claimant.update",
)
_ROLES = (
    # Who reads claimants must be able to log that he did (OWN-7).
    Role(id="lostfound_keeper", rights=("lostfound.*", "access.create"), streams=(*_SEE_ALL, "places")),
    Role(id="front_desk", rights=_SERVE, streams=_SEE_ALL),
    *(Role(id=role, rights=_FIND, streams=_SEE) for role in ("cs_assistant", "private_butler", "control_room")),
    *(
        Role(id=role, rights=("lostfound.*",), streams=_SEE_ALL)
        for role in ("cs_supervisor", "cs_manager", "site_chief", "hq_cs", "admin")
    ),
    Role(id="auditor", rights=(), streams=_SEE_ALL),
)


@hookimpl
def wuye_plugin() -> PluginInfo:
    """Say who the plugin is."""
    return PluginInfo(id="lostfound", version="0.1.0", api=API_VERSION, package="wuye_lostfound")


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_lostfound.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """Days of keeping, and from which worth a find is valuable."""
    return entities.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Kinds of things."""
    return (entities.CATEGORIES,)


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Items and, apart, their claimants."""
    return entities.ENTITIES


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """One post of our own; those that find things or serve customers gain what they need (USR-4)."""
    return _ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """Proof at hand-out; a ticket for what is valuable."""
    return rules.RULES


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """What lies on the shelves."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """The receipt."""
    return prints.PRINTS


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """What nobody claimed in time."""
    return rules.JOBS


@hookimpl
def wuye_demo() -> Demo:
    """Some finds, everywhere but at the residential estate."""
    return Demo(records=demo.records, off_at=("CYY",))
