"""What must hold of circles and topics, and what follows from their work; a module a concern."""

from . import activity, course, data, evaluations, overview, remedies, rewards

RULES = (
    *activity.RULES,
    *course.RULES,
    *overview.RULES,
    *data.RULES,
    *remedies.RULES,
    *evaluations.RULES,
    *rewards.RULES,
)
