"""Settings and choice lists. What the activity guide of 2020 says and later editions may say otherwise is data here."""

from wuye.api import CodeList, Field, Setting

EDITION = "T/CAQ 10201-2020"
"""The edition that topics and templates name until the office has compared them with a later one."""


def _number(name: str, default: int, low: int, high: int) -> Setting:
    return Setting(field=Field(name=name, type="integer", default=default, min=low, max=high, help=True))


SETTINGS = (
    _number("qc_warn_day", 20, 1, 28),
    _number("qc_urge_day", 25, 1, 28),
    _number("qc_idle_months", 6, 1, 24),
    _number("qc_suspension_months", 6, 1, 24),
    _number("qc_registration_months", 12, 1, 60),
    _number("qc_points_offline", 0, 0, 1_000_000),
)


def _flat(list_id: str, *values: str) -> CodeList:
    return CodeList(id=list_id, values=dict.fromkeys(values))


CODES = (
    _flat("qc_kind", "on_site", "service", "key_problem", "management", "innovation"),
    _flat(
        "qc_step",
        "topic_choice",
        "status_survey",
        "target",
        "feasibility",
        "cause_analysis",
        "main_causes",
        "solutions",
        "countermeasures",
        "implementation",
        "effect_check",
        "consolidation",
        "standardisation",
        "summary",
    ),
    _flat(
        "qc_tool",
        "stratification",
        "check_sheet",
        "pareto",
        "fishbone",
        "tree",
        "relation",
        "affinity",
        "matrix",
        "arrow",
        "pdpc",
        "histogram",
        "scatter",
        "control_chart",
        "flow_chart",
        "brainstorming",
        "benchmarking",
        "run",
        "bar_chart",
        "pie_chart",
        "gantt",
        "radar",
        "optimum_seeking",
        "orthogonal_design",
        "before_after",
    ),
    _flat("qc_branch", "people", "machine", "material", "method", "environment", "measurement"),
    _flat("qc_verification", "on_site_check", "on_site_measurement", "survey"),
    _flat(
        "qc_score_item",
        "topic_choice",
        "cause_analysis",
        "solutions",
        "countermeasures",
        "effect",
        "presentation",
        "features",
        "organisation",
        "activity_records",
        "authenticity",
        "maintenance",
        "education",
    ),
    # Why data cannot be drawn: the reasons of `statistics.Unfit`.
    _flat(
        "qc_unfit",
        "bins",
        "circle",
        "columns",
        "dates",
        "few_points",
        "limits",
        "malformed",
        "more_than_size",
        "negative",
        "no_data",
        "no_effect",
        "no_label",
        "no_spread",
        "no_value",
        "number",
        "subgroups",
        "tool",
        "whole",
        "zero_size",
        "zero_total",
    ),
    _flat("qc_grade", "first", "second", "third", "commended", "none"),
)
