"""Membership (會員): members and their cards, tiers, points as an account, gifts and fees paid by points, care."""

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

from . import codes, demo, entities, jobs, prints, reports, roles, rules


@hookimpl
def wuye_plugin() -> PluginInfo:
    """Say who the plugin is."""
    return PluginInfo(
        id="membership", version="0.1.0", api=API_VERSION, package="wuye_membership", meant_for=("mall", "mixed")
    )


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_membership.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """How members join and rise, what points are worth, how long they last, what may be spent offline."""
    return codes.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Occasions of visits, ways of joining."""
    return codes.CODES


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Tiers, rules and gifts; members; entries and corrections; visits."""
    return entities.ENTITIES


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """One post of our own; those that serve customers, take money or are in charge gain what they need (USR-4)."""
    return roles.ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """What points are worth, who may have them, what a membership brings along."""
    return rules.RULES


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """Statements, what the house owes in points, whom to greet."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """Card, application, statement, receipt of what was redeemed."""
    return prints.PRINTS


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """Points that end, tiers that are due, visits to plan."""
    return jobs.JOBS


@hookimpl
def wuye_demo() -> Demo:
    """A club with its members, where the plugin is on."""
    return Demo(records=demo.records)
