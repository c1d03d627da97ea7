"""What a QC office keeps: circles, their topics step by step, data and remedies, evaluations, rewards."""

from . import circles, data, evaluations, owed, remedies, rewards, topics

ENTITIES = (
    *circles.ENTITIES,
    *owed.ENTITIES,
    *topics.ENTITIES,
    *data.ENTITIES,
    *remedies.ENTITIES,
    *evaluations.ENTITIES,
    *rewards.ENTITIES,
)
