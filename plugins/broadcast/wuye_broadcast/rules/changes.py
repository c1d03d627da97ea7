"""Questions that rules ask of a change."""

from wuye.api import Change, Entity


def act_of(change: Change, entity: Entity) -> str | None:
    """Return the act that was carried out; one that is not legal from the state before is none (protocol §3.3)."""
    if change.act is None or change.old is None or entity.workflow is None:
        return None
    was = change.old.get(entity.workflow.field)
    steps = entity.workflow.transitions
    return change.act if any(step.act == change.act and was in step.from_ for step in steps) else None
