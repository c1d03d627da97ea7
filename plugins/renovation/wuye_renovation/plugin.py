"""Renovation (裝修): applications and permits, rounds and violations, deposits, acceptance and warranty."""

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
        id="renovation", version="0.1.0", api=API_VERSION, package="wuye_renovation", meant_for=("residential", "mixed")
    )


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_renovation.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """What localities and companies set: hours, deposit, rounds, clocks, standard terms."""
    return codes.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Works, places, documents, checklists, violations by article."""
    return codes.CODES


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Rules, applications and papers, rounds, violations, deposits, warranties."""
    return entities.ENTITIES


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """The inspector, and what the posts of the house gain."""
    return roles.ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """What was agreed stands; stop orders stop; acceptance opens the warranty."""
    return rules.RULES


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """Running sites, missing papers, violations, deposits, warranties."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """The forms from application to acceptance."""
    return prints.PRINTS


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """Rounds missed, reports due, what lapses, what ends."""
    return jobs.JOBS


@hookimpl
def wuye_demo() -> Demo:
    """Renovations in every stage, where people live."""
    return Demo(records=demo.records, files=demo.FILES)
