"""What a person must look at: conflicts, rejections, holds, work after a right had ended (protocol §3.2).

The engine writes and settles these records; here is only their shape. `review` lies in the site's review
bucket and in its author's; what fewer people may see lies in `review.private`, where the record concerned lies.
"""

from wuye.api import BucketKey, Entity, Field, Section, State, Transition, Views, Workflow

REVIEW = Entity(
    name="review",
    stream="review",
    title="{subject_entity}",
    icon="review",
    keys=(BucketKey(field="author", of="user"),),
    fields=(
        Field(name="subject_entity", max=120, readonly=True),
        Field(name="subject", max=64, readonly=True),
        Field(name="author", type="ref", ref="user", readonly=True),
        Field(name="replica", max=64, readonly=True),
        Field(name="items", type="value", readonly=True),
    ),
    workflow=Workflow(
        initial="open",
        states=(State("open", tone="warn"), State("resolved", final=True, tone="good")),
        transitions=(
            Transition(act="resolve", from_=("open",), to="resolved"),
            # Lets ops in that came with a dead token (protocol §5).
            Transition(act="admit", from_=("open",), to="open"),
        ),
    ),
    views=Views(
        columns=("subject_entity", "author", "status", "updated_at"),
        filters=("status", "subject_entity", "author"),
        sort=("-updated_at",),
        sections=(Section("item", ("subject_entity", "subject", "author", "replica", "items")),),
    ),
)

PRIVATE = Entity(
    name="review.private",
    stream="review.private",
    title="{subject_entity}",
    icon="review",
    private=True,
    fields=(
        Field(name="subject_entity", max=120, readonly=True),
        Field(name="subject", max=64, readonly=True),
        Field(name="author", type="ref", ref="user", readonly=True),
        Field(name="items", type="value", readonly=True),
    ),
)

ENTITIES = (REVIEW, PRIVATE)
