"""Evaluation: a blank sheet for each judge, average and grade from those handed in, the result on the topic (QC-7)."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.circles import CIRCLE
from ..entities.evaluations import EVALUATION, SCORE, SCORE_FORM
from ..entities.topics import TOPIC
from .changes import Values, rows, texts

_FIXED = ("topic", "form", "average")
_HUNDREDTH = Decimal("0.01")


def keep_evaluation(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """An evaluation is of a reported topic, and stays what it is once published."""
    for change in changes:
        old, new = change.old, change.new
        if new is None or (old and old["status"] == "published" and change.changed(tuple({**old, **new}))):
            yield Reject(op=change.op, code="rule", message="message.qc.evaluation_published")
        elif old is None:
            topic = view.get(TOPIC.name, str(new.get("topic"))) or {}
            form = view.get(SCORE_FORM.name, str(new.get("form"))) or {}
            # A visit on site may come while the work goes on; results are judged once reported.
            if form.get("kind") == "presentation" and topic.get("status") not in ("reported", "evaluated"):
                yield Reject(op=change.op, code="rule", fields=("topic",), message="message.qc.report_first")
            elif _own_judges(new, topic, view):
                yield Reject(op=change.op, code="rule", fields=("judges",), message="message.qc.own_circle")
            else:
                yield Correct(op=change.op, set={"kind": form.get("kind")})
        elif touched := change.changed(_FIXED[:2]):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.qc.evaluation_fixed")
        elif change.changed(("judges",)) and _own_judges(new, view.get(TOPIC.name, str(new.get("topic"))) or {}, view):
            yield Reject(op=change.op, code="rule", fields=("judges",), message="message.qc.own_circle")


def _own_judges(evaluation: Values, topic: Values, view: View) -> bool:
    """Tell whether somebody would judge the work of his own circle."""
    circle = view.get(CIRCLE.name, str(topic.get("circle"))) or {}
    return not {*texts(evaluation.get("judges"))}.isdisjoint(texts(circle.get("people")))


def hand_out_sheets(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Give each judge a sheet with the form's items; publish the result on the topic."""
    for change in changes:
        new = change.new
        if not new:
            continue
        if change.changed(("judges",)):
            yield from _sheets(change, new, view)
        if change.entered("published"):
            yield from _publish(change, new, view)


def _sheets(change: Change, new: Values, view: View) -> Iterator[FollowUp]:
    form = view.get(SCORE_FORM.name, str(new["form"])) or {}
    marks = [{"item": row["item"], "full": row["full"]} for row in rows(form.get("items"))]
    have = {values["judge"] for _, values in view.find(SCORE.name, "evaluation", change.record)}
    for judge in texts(new.get("judges")):
        if judge not in have and marks:
            yield FollowUp(
                key=judge,
                cause=change.op,
                entity=SCORE.name,
                kind="create",
                set={"evaluation": change.record, "judge": judge, "marks": marks},
            )


def _publish(change: Change, new: Values, view: View) -> Iterator[FollowUp]:
    topic = str(new["topic"])
    if new.get("kind") != "presentation":
        return
    yield FollowUp(
        key=f"{topic}:grade",
        cause=change.op,
        entity=TOPIC.name,
        kind="update",
        record=topic,
        set={"grade": new.get("grade")},
    )
    if (view.get(TOPIC.name, topic) or {}).get("status") == "reported":
        yield FollowUp(key=topic, cause=change.op, entity=TOPIC.name, kind="act", record=topic, act="evaluate")


def count_marks(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Take the average of the sheets handed in, and the grade and points that the form gives for it."""
    last = {str(change.new["evaluation"]): change for change in changes if change.entered("submitted") and change.new}
    for evaluation, change in last.items():
        values = view.get(EVALUATION.name, evaluation) or {}
        sheets = [sheet for _, sheet in view.find(SCORE.name, "evaluation", evaluation)]
        totals = [_total(sheet) for sheet in sheets if sheet["status"] == "submitted"]
        average = (sum(totals, Decimal()) / len(totals)).quantize(_HUNDREDTH, ROUND_HALF_UP)
        grade = _grade(view.get(SCORE_FORM.name, str(values.get("form"))) or {}, average)
        yield FollowUp(
            key=evaluation,
            cause=change.op,
            entity=EVALUATION.name,
            kind="act",
            record=evaluation,
            act="evaluate",
            set={
                "sheets": len(totals),
                "average": f"{average.normalize():f}" if average else "0",
                "grade": grade.get("grade"),
                "points": grade.get("points"),
            },
        )


def _total(sheet: Values) -> Decimal:
    return sum((Decimal(str(row.get("mark") or 0)) for row in rows(sheet.get("marks"))), Decimal())


def _grade(form: Values, average: Decimal) -> Values:
    """Return the highest of the form's grades that the average reaches."""
    reached = [row for row in rows(form.get("grades")) if Decimal(str(row["least"])) <= average]
    return max(reached, key=lambda row: Decimal(str(row["least"])), default={})


RULES = (
    Rule(
        name="qc.evaluation",
        on=(EVALUATION.name,),
        reads=(
            Read(entity=TOPIC.name, field="id", value_of="topic"),
            Read(entity=SCORE_FORM.name, field="id", value_of="form"),
            Read(entity=SCORE.name, field="evaluation", value_of="id"),
        ),
        writes=("qc.score.create", "qc.topic.update", "qc.topic.act.evaluate"),
        judge=keep_evaluation,
        react=hand_out_sheets,
    ),
    Rule(
        name="qc.score",
        on=(SCORE.name,),
        reads=(Read(entity=EVALUATION.name, field="id", value_of="evaluation"),),
        writes=("qc.evaluation.act.evaluate",),
        react=count_marks,
    ),
)
