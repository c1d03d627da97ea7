"""The plugin ``core``: what every property company shares, written on `wuye.api` like any plugin."""

from collections.abc import Sequence

from wuye.api import API_VERSION, CodeList, Entity, Job, PluginInfo, Print, Report, Role, Rule, Setting, hookimpl

from . import (
    codes,
    config,
    owner_rules,
    owners,
    places,
    prints,
    privacy,
    reports,
    review,
    roles,
    ticket_rules,
    tickets,
    users,
)


@hookimpl
def wuye_plugin() -> PluginInfo:
    """Say who the plugin is."""
    return PluginInfo(id="core", version="0.1.0", api=API_VERSION, package="wuye.builtin")


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the migrations."""
    return "wuye.builtin.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """Declare the values that govern sync, log-in and care of files."""
    return config.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Declare choice lists."""
    return codes.CODES


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Declare the core entities of protocol §7, in the order in which a new replica reads their streams."""
    return (
        *users.ENTITIES,
        *config.ENTITIES,
        *places.ENTITIES,
        *tickets.ENTITIES,
        *owners.ENTITIES,
        *privacy.ENTITIES,
        *review.ENTITIES,
    )


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """Declare the posts of USR-1."""
    return roles.ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """Declare the rules of the core."""
    return (*places.RULES, *users.RULES, *config.RULES, *owner_rules.RULES, *privacy.RULES, *ticket_rules.RULES)


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """What follows from grants by the clock."""
    return users.JOBS


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """Questions to the tickets."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """Forms of a ticket."""
    return prints.PRINTS
