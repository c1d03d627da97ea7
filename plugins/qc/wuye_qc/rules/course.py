"""The course of a topic: steps made at registration, taken in order, looped back when the target is missed (QC-2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.topics import PROGRAMME, STEP, TOPIC
from ..programmes import steps_of
from .changes import Values, did, number, rows

LOOP = 100
"""Sequence numbers of a loop: those of loop 2 begin after 200."""
_FIXED = ("circle", "programme", "edition")
_CHECKED = ("content", "evidence", "originals", "done_on")
"""What the second person has looked at."""
_RUNNING = ("registered", "running")
_LAID_OUT = ("topic", "code", "letter", "position", "loop", "sequence")
"""What a step has from its programme: nobody makes one by hand."""


def keep_topic(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """Programme and edition stay as registered; a report needs all steps; a loop leads back to a planning step."""
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            yield Reject(op=change.op, code="rule", message="message.qc.topic_is_kept")
        elif old and old.get("status") != "applied" and (touched := change.changed(_FIXED)):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.qc.programme_fixed")
        elif change.entered("registered"):
            yield from _register(change, new, view)
        elif change.entered("reported") and _open_steps(view, change.record):
            yield Reject(op=change.op, code="rule", message="message.qc.steps_open")
        elif did(change, "loop_back", *_RUNNING):
            yield _loop(change, new, view)


def keep_step(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """Steps follow their order, are done with what they are for, and are checked by a second person."""
    for change in changes:
        new = change.new
        if new is None:
            yield Reject(op=change.op, code="rule", message="message.qc.step_is_kept")
            continue
        if missing := tuple(name for name in _LAID_OUT if new.get(name) is None):
            yield Reject(op=change.op, code="rule", fields=missing, message="message.qc.step_is_kept")
            continue
        topic = str(new.get("topic"))
        if change.entered("doing"):
            if fault := _too_early(view, topic, new):
                yield Reject(op=change.op, code="rule", message=fault)
        elif change.entered("done"):
            if fault := _unfinished(view, topic, str(new.get("code"))):
                yield Reject(op=change.op, code="rule", message=fault)
            else:
                yield Correct(op=change.op, set={"finished_by": change.author, "checked_by": None})
        elif did(change, "check", "done"):
            if new.get("finished_by") == change.author:
                yield Reject(op=change.op, code="rule", message="message.qc.second_person_checks")
            else:
                yield Correct(op=change.op, set={"checked_by": change.author})
        elif new.get("checked_by") and change.changed(_CHECKED):
            yield Correct(op=change.op, set={"checked_by": None})


def make_steps(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Lay out the programme's steps at registration; after a missed target lay out those to take again."""
    for change in changes:
        new = change.new
        if new and change.entered("registered"):
            template = _template(view, new)
            spans = _spans(new, len(template))
            for position, (row, span) in enumerate(zip(template, spans, strict=True), 1):
                yield _step(change, {**row, **span}, position, 0)
        elif new and did(change, "loop_back", *_RUNNING):
            yield from _again(change, new, view)


def _register(change: Change, new: Values, view: View) -> Iterator[Reject | Correct]:
    circle = view.get("qc.circle", str(new.get("circle"))) or {}
    if circle.get("status") not in ("registered", "active"):
        yield Reject(op=change.op, code="rule", fields=("circle",), message="message.qc.circle_first")
    else:
        yield Correct(op=change.op, set={"registered_by": change.author})


def _loop(change: Change, new: Values, view: View) -> Reject | Correct:
    target = view.get(STEP.name, str(new.get("back_to"))) or {}
    if target.get("topic") != change.record or target.get("letter") != "P":
        return Reject(op=change.op, code="rule", fields=("back_to",), message="message.qc.back_to_plan")
    if new.get("target_met") is not False:
        return Reject(op=change.op, code="rule", fields=("targets",), message="message.qc.target_not_missed")
    loop = number(new.get("loop"))
    results = ", ".join(f"{row['name']}: {row.get('achieved')} / {row['value']}" for row in rows(new.get("targets")))
    past = {"loop": loop, "back_to": target["code"], "reason": change.args.get("reason"), "results": results[:500]}
    open_ = [{name: value for name, value in row.items() if name != "achieved"} for row in rows(new.get("targets"))]
    return Correct(op=change.op, set={"loop": loop + 1, "loops": [*rows(new.get("loops")), past], "targets": open_})


def _too_early(view: View, topic: str, step: Values) -> str | None:
    whole = view.get(TOPIC.name, topic) or {}
    if whole.get("status") not in _RUNNING:
        return "message.qc.topic_not_running"
    if any(
        other["status"] != "done" and number(other["sequence"]) < number(step["sequence"])
        for _, other in view.find(STEP.name, "topic", topic)
    ):
        return "message.qc.step_before"
    if step.get("letter") == "A" and whole.get("target_met") is not True:
        return "message.qc.target_missed"
    return None


def _unfinished(view: View, topic: str, code: str) -> str | None:
    """Return what a step still lacks, as the key of a message."""
    whole = view.get(TOPIC.name, topic) or {}
    if code == "target" and not whole.get("targets"):
        return "message.qc.no_target"
    if code == "effect_check" and whole.get("target_met") is None:
        return "message.qc.no_result"
    if code == "main_causes":
        ends = [cause for _, cause in view.find("qc.cause", "topic", topic) if cause.get("end_cause")]
        if not ends or any(cause.get("result") is None for cause in ends):
            return "message.qc.causes_unverified"
    if code == "implementation":
        measures = [measure["status"] for _, measure in view.find("qc.countermeasure", "topic", topic)]
        if not measures or not {"effective", "not_effective"}.issuperset(measures):
            return "message.qc.measures_open"
    return None


def _open_steps(view: View, topic: str) -> bool:
    steps = view.find(STEP.name, "topic", topic)
    return not steps or any(step["status"] != "done" for _, step in steps)


def _template(view: View, topic: Values) -> Sequence[Values]:
    programme, edition = str(topic["programme"]), topic["edition"]
    known = view.find(PROGRAMME.name, "programme", programme)
    return next((rows(each["steps"]) for _, each in known if each["edition"] == edition), None) or steps_of(programme)


def _spans(topic: Values, count: int) -> list[Mapping[str, object]]:
    """Share the topic's planned days among its steps, so that a plan is there to be bettered."""
    start, end = topic.get("planned_start"), topic.get("planned_end")
    if not isinstance(start, str) or not isinstance(end, str):
        return [{}] * count
    first, days = date.fromisoformat(start), (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    cuts = [first + timedelta(days=days * index // count) for index in range(count + 1)]
    return [
        {"planned_start": begin.isoformat(), "planned_end": max(begin, after - timedelta(days=1)).isoformat()}
        for begin, after in pairwise(cuts)
    ]


def _step(change: Change, row: Values, position: int, loop: int) -> FollowUp:
    return FollowUp(
        key=f"{loop}:{position}",
        cause=change.op,
        entity=STEP.name,
        kind="create",
        set={**row, "topic": change.record, "position": position, "loop": loop, "sequence": loop * LOOP + position},
    )


def _again(change: Change, new: Values, view: View) -> Iterator[FollowUp]:
    target = view.get(STEP.name, str(new.get("back_to"))) or {}
    loop, first = number(new.get("loop")), number(target.get("position"))
    latest: dict[int, tuple[str, Values]] = {}
    for id_, step in view.find(STEP.name, "topic", change.record):
        position = number(step["position"])
        if position >= first and number(step["loop"]) >= number(latest.get(position, ("", {"loop": -1}))[1]["loop"]):
            latest[position] = (id_, step)
    for position, (id_, step) in sorted(latest.items()):
        if step["status"] == "done":
            row = {name: step[name] for name in ("code", "letter", "guidance") if name in step}
            yield _step(change, row, position, loop)
        else:
            yield FollowUp(
                key=f"{loop}:{position}",
                cause=change.op,
                entity=STEP.name,
                kind="update",
                record=id_,
                set={"loop": loop, "sequence": loop * LOOP + position},
            )


_STEPS = Read(entity=STEP.name, field="topic", value_of="id")
_SIBLINGS = Read(entity=STEP.name, field="topic", value_of="topic")
_OF_TOPIC = tuple(Read(entity=name, field="topic", value_of="topic") for name in ("qc.cause", "qc.countermeasure"))

RULES = (
    Rule(
        name="qc.topic",
        on=(TOPIC.name,),
        reads=(
            _STEPS,
            Read(entity="qc.circle", field="id", value_of="circle"),
            Read(entity=PROGRAMME.name, field="programme", value_of="programme"),
        ),
        writes=("qc.step.create", "qc.step.update"),
        judge=keep_topic,
        react=make_steps,
    ),
    Rule(
        name="qc.step",
        on=(STEP.name,),
        reads=(_SIBLINGS, Read(entity=TOPIC.name, field="id", value_of="topic"), *_OF_TOPIC),
        judge=keep_step,
    ),
)
