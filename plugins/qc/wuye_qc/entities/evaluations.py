"""Evaluation of results: editable score forms, a sheet for each judge, grade and points from the average (QC-7)."""

from wuye.api import Child, Constraint, Entity, Field, Section, State, Transition, Views, Workflow

from ..codes import EDITION

KINDS = ("on_site", "presentation")

SCORE_FORM = Entity(
    name="qc.score_form",
    stream="qc",
    title="{name} {edition}",
    icon="template",
    fields=(
        Field(name="name", type="localized", required=True, max=100),
        Field(name="kind", type="choice", choices=KINDS, required=True),
        Field(name="family", type="choice", choices=("problem_solving", "innovation", "any"), required=True),
        Field(name="edition", required=True, max=60, default=EDITION, help=True),
        Field(
            name="items",
            type="rows",
            required=True,
            max=20,
            fields=(
                Field(name="item", type="choice", codes="qc_score_item", required=True),
                Field(name="full", type="integer", min=1, max=100, required=True),
                Field(name="criteria", type="note", max=2000),
            ),
        ),
        Field(
            name="grades",
            type="rows",
            max=10,
            help=True,
            fields=(
                Field(name="grade", type="choice", codes="qc_grade", required=True),
                Field(name="least", type="decimal", min=0, max=100, required=True),
                Field(name="points", type="integer", min=0, max=100_000),
            ),
        ),
        Field(name="note", type="note", max=2000, help=True),
        Field(name="retired", type="boolean"),
    ),
    constraints=(
        Constraint(name="adds_up", expr="sum(items.map(i, i.full)) == 100", fields=("items",)),
        Constraint(name="items_once", expr="items.all(i, items.exists_one(j, j.item == i.item))", fields=("items",)),
    ),
    views=Views(
        columns=("name", "kind", "family", "edition", "retired"),
        filters=("kind", "family", "retired"),
        sort=("kind", "family"),
        sections=(
            Section("form", ("name", "kind", "family", "edition", "note", "retired")),
            Section("items", ("items", "grades")),
        ),
    ),
)

EVALUATION = Entity(
    name="qc.evaluation",
    stream="qc",
    title="{topic} {form}",
    icon="evaluation",
    fields=(
        Field(name="topic", type="ref", ref="qc.topic", required=True),
        Field(name="form", type="ref", ref="qc.score_form", required=True),
        Field(name="kind", type="choice", choices=KINDS, readonly=True),
        Field(name="held_on", type="date", required=True),
        Field(name="place", max=200),
        Field(name="judges", type="refs", ref="user", required=True, help=True),
        Field(name="sheets", type="integer", readonly=True),
        Field(name="average", type="decimal", readonly=True),
        Field(name="grade", type="choice", codes="qc_grade", readonly=True),
        Field(name="points", type="integer", min=0, max=100_000, help=True),
        Field(name="award", max=200),
        Field(name="comment", type="note", max=4000),
    ),
    constraints=(Constraint(name="sheets_first", expr="status == 'open' || average != null", fields=("sheets",)),),
    workflow=Workflow(
        initial="open",
        states=(State("open", tone="warn"), State("evaluated"), State("published", final=True, tone="good")),
        transitions=(
            *(Transition(act="evaluate", from_=(state,), to="evaluated") for state in ("open", "evaluated")),
            Transition(
                act="publish",
                from_=("evaluated",),
                to="published",
                form=("points", "award", "comment"),
                confirm=True,
            ),
        ),
    ),
    views=Views(
        columns=("topic", "kind", "held_on", "sheets", "average", "grade", "status"),
        filters=("status", "kind", "grade", "topic"),
        sort=("-held_on",),
        sections=(
            Section("evaluation", ("topic", "form", "kind", "held_on", "place", "judges")),
            Section("result", ("sheets", "average", "grade", "points", "award", "comment")),
        ),
        short=("topic", "form", "held_on", "judges"),
    ),
    children=(Child("qc.score", "evaluation"),),
)

SCORE = Entity(
    name="qc.score",
    stream="qc",
    title="{judge} {total}",
    icon="score",
    fields=(
        Field(name="evaluation", type="ref", ref="qc.evaluation", required=True),
        Field(name="judge", type="ref", ref="user", required=True),
        Field(
            name="marks",
            type="rows",
            required=True,
            max=20,
            help=True,
            fields=(
                Field(name="item", type="choice", codes="qc_score_item", required=True),
                Field(name="full", type="integer", min=1, max=100, required=True),
                Field(name="mark", type="decimal", min=0, max=100),
                Field(name="note", max=500),
            ),
        ),
        Field(name="total", type="decimal", derive="dec_sum(marks.map(m, m.mark))"),
        Field(name="comment", type="note", max=4000),
        Field(name="signature", type="signature"),
    ),
    constraints=(
        Constraint(
            name="within_full",
            expr="marks.all(m, m.mark == null || dec_cmp(m.mark, m.full) <= 0)",
            fields=("marks",),
        ),
        Constraint(
            name="all_marked",
            expr="status == 'blank' || marks.all(m, m.mark != null)",
            fields=("marks",),
        ),
        # The office may copy a paper sheet; nobody else marks in another's name.
        Constraint(
            name="own_sheet",
            expr="status == 'blank' || judge == user.id || 'qc_registrar' in user.roles || 'admin' in user.roles",
            fields=("judge",),
        ),
    ),
    workflow=Workflow(
        initial="blank",
        states=(State("blank", tone="warn"), State("submitted", final=True, tone="good")),
        transitions=(
            Transition(
                act="submit",
                from_=("blank",),
                to="submitted",
                form=("marks", "comment", "signature"),
                doer="judge",
            ),
        ),
    ),
    views=Views(
        columns=("evaluation", "judge", "total", "status"),
        filters=("status", "evaluation", "judge"),
        sort=("evaluation",),
        sections=(
            Section("score", ("evaluation", "judge", "marks", "total")),
            Section("words", ("comment", "signature")),
        ),
    ),
)

ENTITIES = (SCORE_FORM, EVALUATION, SCORE)
