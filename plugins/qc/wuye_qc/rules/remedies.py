"""Causes, countermeasures, benefits and standards: filed under their step, confirmed by others (QC-2, QC-5)."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, Read, Reject, Rule, View

from ..entities.remedies import BENEFIT, CAUSE, COUNTERMEASURE, STANDARD
from ..entities.topics import STEP
from .changes import number

PLACES = {
    CAUSE.name: ("cause_analysis",),
    COUNTERMEASURE.name: ("countermeasures",),
    BENEFIT.name: ("effect_check",),
    STANDARD.name: ("consolidation", "standardisation"),
}
"""The step that each kind of record belongs to, so that the report shows it there."""
DEPTH = 100
"""Causes of causes of causes that anybody can follow."""
_MONEY = ("kind", "gain", "cost", "period_from", "period_to", "computation")


def file(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Put a new record under the step of the present loop that it belongs to, where none is named."""
    for change in changes:
        new = change.new
        if change.old is None and new and not new.get("step"):
            fitting = [
                (number(step["sequence"]), id_)
                for id_, step in view.find(STEP.name, "topic", str(new.get("topic")))
                if step["code"] in PLACES[change.entity]
            ]
            if fitting:
                yield Correct(op=change.op, set={"step": max(fitting)[1]})


def no_circles(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """A cause lies below its parents, never below itself: else it would be in no drawing."""
    for change in changes:
        above, seen = (change.new or {}).get("parent"), {change.record}
        while isinstance(above, str) and above not in seen and len(seen) < DEPTH:
            seen.add(above)
            above = (view.get(CAUSE.name, above) or {}).get("parent")
        if above and change.changed(("parent",)):
            yield Reject(op=change.op, code="rule", fields=("parent",), message="message.qc.unfit_circle")


def only_main_causes(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """A countermeasure is taken against a cause that was verified as a main one."""
    for change in changes:
        new = change.new
        if new and new.get("cause") and change.changed(("cause",)):
            cause = view.get(CAUSE.name, str(new["cause"])) or {}
            if cause.get("result") != "main":
                yield Reject(op=change.op, code="rule", fields=("cause",), message="message.qc.not_main_cause")


def confirm(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """A benefit is prepared by one and confirmed by another; what was submitted is not altered meanwhile."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.qc.benefit_fixed")
        elif change.old is None:
            # Not even an import brings a confirmation along: finance gives it here.
            yield Correct(op=change.op, set={"prepared_by": change.author, "confirmed_by": None, "confirmed_at": None})
        elif change.old["status"] in ("submitted", "confirmed") and (touched := change.changed(_MONEY)):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.qc.benefit_fixed")
        elif change.entered("confirmed"):
            yield Correct(op=change.op, set={"confirmed_by": change.author, "confirmed_at": change.at})


RULES = (
    Rule(
        name="qc.filing",
        on=tuple(PLACES),
        reads=(Read(entity=STEP.name, field="topic", value_of="topic"),),
        judge=file,
    ),
    Rule(
        name="qc.causes",
        on=(CAUSE.name,),
        reads=(Read(entity=CAUSE.name, field="id", value_of="parent"),),
        judge=no_circles,
    ),
    Rule(
        name="qc.main_causes",
        on=(COUNTERMEASURE.name,),
        reads=(Read(entity=CAUSE.name, field="id", value_of="cause"),),
        judge=only_main_causes,
    ),
    Rule(name="qc.benefit", on=(BENEFIT.name,), judge=confirm),
)
