"""Broadcast (播音): plan, bilingual scripts, the announcer's list and log, the studio."""

from collections.abc import Sequence

from wuye.api import (
    API_VERSION,
    Calendar,
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

from . import calendars, codes, demo, entities, jobs, prints, reports, roles, rules


@hookimpl
def wuye_plugin() -> PluginInfo:
    """Say who the plugin is."""
    return PluginInfo(
        id="broadcast", version="0.1.0", api=API_VERSION, package="wuye_broadcast", meant_for=("mall", "mixed")
    )


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_broadcast.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """Hours to approve an emergency in, one language alone, days laid out ahead, when a play is missed."""
    return codes.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Kinds of programmes, emergencies, equipment, and what is checked of it."""
    return codes.CODES


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Plan, scripts and their versions, plays, emergencies, equipment, sheets."""
    return entities.ENTITIES


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """The manager in charge; the announcer and others gain what they need (USR-4)."""
    return roles.ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """No two slots at once; versions and approvals; a truthful log; a ticket for what is broken."""
    return rules.RULES


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """The week's plan, the log, the share aired, what is overdue."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """Plan, approval sheet, log, emergency announcement, equipment card."""
    return prints.PRINTS


@hookimpl
def wuye_calendars() -> Sequence[Calendar]:
    """The plan to subscribe to."""
    return calendars.CALENDARS


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """The days ahead laid out, what was missed, what is overdue."""
    return jobs.JOBS


@hookimpl
def wuye_demo() -> Demo:
    """A mall's broadcasting."""
    return Demo(records=demo.records)
