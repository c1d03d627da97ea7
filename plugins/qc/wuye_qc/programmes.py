"""The three step programmes and the score forms of the activity guide, as the data that every site begins with.

Steps, letters and weights follow domain-reference §4.2. The office edits its copies (`qc.programme`, `qc.score_form`);
a topic keeps the edition that it was registered under. Weights and criteria are *unverified* there: check them against
the edition in force.
"""

from collections.abc import Iterator, Mapping

from .codes import EDITION

_PLAN = ("cause_analysis", "main_causes", "countermeasures")
_DO_CHECK = (("implementation", "D"), ("effect_check", "C"))
_ACT = (("consolidation", "A"), ("summary", "A"))


def _planned(*codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, "P") for code in codes)


PROGRAMMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "own_target": (*_planned("topic_choice", "status_survey", "target", *_PLAN), *_DO_CHECK, *_ACT),
    "directive_target": (*_planned("topic_choice", "target", "feasibility", *_PLAN), *_DO_CHECK, *_ACT),
    "innovation": (
        *_planned("topic_choice", "target", "solutions", "countermeasures"),
        *_DO_CHECK,
        ("standardisation", "A"),
        ("summary", "A"),
    ),
}
"""Programme → (step, PDCA letter) in order: 10, 10 and 8 steps."""

_RESULT = ("countermeasures", "effect", "presentation", "features")
_FORMS = (
    (
        "presentation",
        "problem_solving",
        zip(("topic_choice", "cause_analysis", *_RESULT), (15, 30, 20, 20, 5, 10), strict=True),
    ),
    (
        "presentation",
        "innovation",
        zip(("topic_choice", "solutions", *_RESULT), (20, 30, 20, 15, 5, 10), strict=True),
    ),
    (
        "on_site",
        "any",
        zip(
            ("organisation", "activity_records", "authenticity", "maintenance", "education"),
            (15, 40, 20, 15, 10),
            strict=True,
        ),
    ),
)
_NAMES = {
    ("presentation", "problem_solving"): (
        "問題解決型課題成果評審表",
        "问题解决型课题成果评审表",
        "Оценка результата: решение проблемы",
        "Result evaluation: problem solving",
    ),
    ("presentation", "innovation"): (
        "創新型課題成果評審表",
        "创新型课题成果评审表",
        "Оценка результата: новшество",
        "Result evaluation: innovation",
    ),
    ("on_site", "any"): (
        "QC 小組活動現場評審表",
        "QC 小组活动现场评审表",
        "Оценка работы кружка на месте",
        "On-site evaluation of the circle's activity",
    ),
}
_LANGUAGES = ("zh-Hant", "zh-Hans", "ru", "en")
_GRADES = (("first", "90", 300), ("second", "80", 200), ("third", "70", 100), ("commended", "60", 50), ("none", "0", 0))


def _forms() -> Iterator[dict[str, object]]:
    for kind, family, items in _FORMS:
        # Points are for results; a visit on site gives none by itself.
        grades = [
            {"grade": grade, "least": least, "points": points if kind == "presentation" else 0}
            for grade, least, points in _GRADES
        ]
        yield {
            "name": dict(zip(_LANGUAGES, _NAMES[kind, family], strict=True)),
            "kind": kind,
            "family": family,
            "edition": EDITION,
            "items": [{"item": item, "full": full} for item, full in items],
            "grades": grades,
        }


SCORE_FORMS = tuple(_forms())
"""Values of `qc.score_form` records."""


def steps_of(programme: str) -> list[dict[str, object]]:
    """Return the rows of a `qc.programme` record as shipped."""
    return [{"code": code, "letter": letter} for code, letter in PROGRAMMES[programme]]
