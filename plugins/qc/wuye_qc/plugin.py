"""QC circles (QC小組): circles and their meetings, topics step by step, statistics and charts, evaluation, rewards."""

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
    return PluginInfo(id="qc", version="0.1.0", api=API_VERSION, package="wuye_qc", meant_for=("office",))


@hookimpl
def wuye_piccolo_app() -> str:
    """Name the module with the migrations."""
    return "wuye_qc.piccolo_app"


@hookimpl
def wuye_settings() -> Sequence[Setting]:
    """Days of warning, months of idleness, suspension and registration, points taken offline."""
    return codes.SETTINGS


@hookimpl
def wuye_codes() -> Sequence[CodeList]:
    """Steps, tools, branches, score items, grades."""
    return codes.CODES


@hookimpl
def wuye_entities() -> Sequence[Entity]:
    """Circles, topics, data, remedies, evaluations, rewards."""
    return entities.ENTITIES


@hookimpl
def wuye_roles() -> Sequence[Role]:
    """Members, leaders, registrar, judges; finance confirms, everybody suggests."""
    return roles.ROLES


@hookimpl
def wuye_rules() -> Sequence[Rule]:
    """The order of steps, loops, drawings, averages, points."""
    return rules.RULES


@hookimpl
def wuye_reports() -> Sequence[Report]:
    """Activity with missing months, topics, results, points, and complaints to freeze."""
    return reports.REPORTS


@hookimpl
def wuye_prints() -> Sequence[Print]:
    """Registration sheets, activity record, result report, evaluation sheet."""
    return prints.PRINTS


@hookimpl
def wuye_jobs() -> Sequence[Job]:
    """Watchdogs, project rounds, templates."""
    return jobs.JOBS


@hookimpl
def wuye_demo() -> Demo:
    """A circle at head office with a topic from complaints to control chart."""
    return Demo(records=demo.records)
