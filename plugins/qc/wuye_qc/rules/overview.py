"""What a topic shows of its steps and causes at a glance: progress, the plan as a Gantt chart, the fishbone (QC-6)."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, FollowUp, Gantt, Read, Rule, Table, Tree, View

from ..drawing import plain
from ..entities.remedies import CAUSE
from ..entities.topics import STEP, TOPIC
from .changes import Values, number

_PLAN = ("position", "code", "letter", "planned_start", "planned_end", "started_on", "done_on")
_SHOWN = ("status", "sequence", *_PLAN[3:])
_BRANCHES = ("topic", "step", "name", "parent", "branch", "result")


def sum_up(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Keep a topic's progress and plan; its first step begun, it is running."""
    last = {str(change.new["topic"]): change for change in changes if change.new and change.changed(_SHOWN)}
    for topic, change in last.items():
        steps = sorted(view.find(STEP.name, "topic", topic), key=lambda step: number(step[1]["sequence"]))
        current = next((id_ for id_, step in steps if step["status"] != "done"), None)
        yield FollowUp(
            key=f"{topic}:sum",
            cause=change.op,
            entity=TOPIC.name,
            kind="update",
            record=topic,
            set={
                "step": current,
                "steps_done": sum(step["status"] == "done" for _, step in steps),
                "steps_total": len(steps),
                "plan": plain(plan([step for _, step in steps])),
            },
        )
        if change.entered("doing") and (view.get(TOPIC.name, topic) or {}).get("status") == "registered":
            yield FollowUp(
                key=f"{topic}:begin", cause=change.op, entity=TOPIC.name, kind="act", record=topic, act="begin"
            )


def plan(steps: Sequence[Values]) -> Table:
    """Draw steps, in order, as planned and as done."""
    heads = tuple(f"{STEP.name}.{name}" for name in _PLAN)
    return Table(
        columns=heads,
        rows=[[step.get(name) for name in _PLAN] for step in steps],
        charts=(
            Gantt(
                title="qc.topic.plan",
                label=heads[1],
                start=heads[3],
                end=heads[4],
                done_start=heads[5],
                done_end=heads[6],
            ),
        ),
    )


def draw_causes(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Draw the causes as a fishbone on the step that analyses them; main causes are marked."""
    last: dict[str, Change] = {}
    for change in changes:
        # A cause that leaves a step must leave its drawing too.
        for side in (change.old, change.new):
            if side and side.get("step") and (change.new is None or change.changed(_BRANCHES)):
                last[str(side["step"])] = change
    for step, change in last.items():
        topic = view.get(TOPIC.name, str((view.get(STEP.name, step) or {}).get("topic"))) or {}
        causes = view.find(CAUSE.name, "step", step)
        yield FollowUp(
            key=step,
            cause=change.op,
            entity=STEP.name,
            kind="update",
            record=step,
            set={"chart": plain(fishbone(str(topic.get("crux") or topic.get("name")), causes)) if causes else None},
        )


def fishbone(effect: str, causes: Sequence[tuple[str, Values]]) -> Table:
    """Draw causes under their effect; figures stand for the nodes, as in ``2.1``, ids are for machines."""
    numbers: dict[str, str] = {}
    table: list[list[object]] = [["0", None, effect, None, None, False]]
    known = {id_ for id_, _ in causes}

    def grow(parent: str | None, prefix: str) -> None:
        below = [(id_, cause) for id_, cause in causes if _parent(cause, known) == parent]
        for index, (id_, cause) in enumerate(sorted(below, key=lambda each: (str(each[1].get("branch")), each[0])), 1):
            numbers[id_] = f"{prefix}{index}"
            above = numbers[parent] if parent else "0"
            marked = cause.get("result") == "main"
            table.append([numbers[id_], above, cause["name"], cause.get("branch"), cause.get("result"), marked])
            grow(id_, f"{numbers[id_]}.")

    grow(None, "")
    columns = (
        "qc.drawing.node",
        "qc.drawing.parent",
        "qc.cause.name",
        "qc.cause.branch",
        "qc.cause.result",
        "qc.drawing.main",
    )
    tree = Tree(
        title="qc.cause.plural", id=columns[0], parent=columns[1], label=columns[2], fishbone=True, flags=columns[5]
    )
    return Table(columns=columns, rows=table, charts=(tree,))


def _parent(cause: Values, known: set[str]) -> str | None:
    parent = cause.get("parent")
    return parent if isinstance(parent, str) and parent in known else None


RULES = (
    Rule(
        name="qc.overview",
        on=(STEP.name,),
        reads=(Read(entity=STEP.name, field="topic", value_of="topic"),),
        writes=("qc.topic.update", "qc.topic.act.begin"),
        react=sum_up,
    ),
    Rule(
        name="qc.fishbone",
        on=(CAUSE.name,),
        reads=(Read(entity=CAUSE.name, field="step", value_of="step"),),
        writes=("qc.step.update",),
        react=draw_causes,
    ),
)
