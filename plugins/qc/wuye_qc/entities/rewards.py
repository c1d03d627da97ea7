"""Points of staff in an account of their own, apart from customers' points, and what employees suggest (QC-9)."""

from wuye.api import (
    Account,
    BucketKey,
    Child,
    Constraint,
    Entity,
    Field,
    NumberRule,
    Section,
    State,
    Transition,
    Views,
    Workflow,
)  # fmt: skip

# Its id is the person's id, so that one person has one account, whoever opens it first.
STAFF_ACCOUNT = Entity(
    name="qc.staff_account",
    stream="qc.rewards",
    title="{user}",
    icon="account",
    keys=(BucketKey(field="user", of="user"),),
    unique=(("user",),),
    fields=(
        Field(name="user", type="ref", ref="user", required=True),
        Field(name="balance", type="integer", readonly=True),
        Field(name="note", type="note", max=2000),
    ),
    views=Views(
        columns=("user", "balance"),
        filters=("user",),
        sort=("-balance",),
        sections=(Section("account", ("user", "balance", "note")),),
    ),
    children=(Child("qc.reward", "account"),),
)

REWARD = Entity(
    name="qc.reward",
    stream="qc.rewards",
    title="{kind} {points}",
    icon="reward",
    keys=(BucketKey(field="user", of="user", via="account"),),
    account=Account(
        owner="account",
        amount="points",
        balance="balance",
        floor=0,
        offline_cap="qc_points_offline",
        overdraft="kind == 'reversal'",
    ),
    fields=(
        Field(name="account", type="ref", ref="qc.staff_account", required=True),
        Field(name="user", type="ref", ref="user", readonly=True),
        Field(name="kind", type="choice", choices=("award", "suggestion", "redeem", "reversal"), required=True),
        Field(name="points", type="integer", required=True, min=-1_000_000, max=1_000_000, help=True),
        Field(name="reason", required=True, max=300),
        Field(name="topic", type="ref", ref="qc.topic"),
        Field(name="reverses", type="ref", ref="qc.reward", when="kind == 'reversal'"),
        Field(name="given_on", type="date"),
    ),
    constraints=(
        Constraint(
            name="sign",
            expr="kind == 'reversal' || (kind == 'redeem' ? points < 0 : points > 0)",
            fields=("points",),
        ),
        Constraint(name="reversal_names", expr="kind != 'reversal' || reverses != null", fields=("reverses",)),
    ),
    views=Views(
        columns=("account", "kind", "points", "reason", "topic", "given_on"),
        filters=("kind", "account", "topic"),
        sort=("-given_on",),
        sections=(Section("reward", ("account", "kind", "points", "reason", "topic", "reverses", "given_on")),),
        short=("account", "kind", "points", "reason"),
    ),
)

SUGGESTION = Entity(
    name="qc.suggestion",
    stream="qc",
    title="{number} {name}",
    icon="suggestion",
    number=NumberRule(field="number", device_field="device_number", prefix="QCJ"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="name", required=True, max=200, search=True),
        Field(name="proposer", type="ref", ref="user", help=True),
        Field(name="circle", type="ref", ref="qc.circle"),
        Field(name="topic", type="ref", ref="qc.topic", help=True),
        Field(name="problem", type="note", required=True, max=4000),
        Field(name="proposal", type="note", required=True, max=4000, search=True),
        Field(name="photos", type="blobs", merge="append", max=20),
        Field(name="answer", type="note", max=2000, help=True),
        Field(name="decided_by", type="ref", ref="user", readonly=True),
        Field(name="responsible", type="ref", ref="user"),
        Field(name="due", type="date"),
        Field(name="done_on", type="date"),
        Field(name="outcome", type="note", max=4000),
        Field(name="points", type="integer", min=0, max=100_000, help=True),
    ),
    workflow=Workflow(
        initial="received",
        states=(
            State("received", tone="warn"),
            State("adopted"),
            State("doing"),
            State("done", final=True, tone="good"),
            State("declined", final=True),
        ),
        transitions=(
            Transition(
                act="adopt",
                from_=("received",),
                to="adopted",
                form=("answer", "responsible", "due"),
                needs=("responsible",),
            ),
            Transition(act="decline", from_=("received",), to="declined", form=("answer",), needs=("answer",)),
            Transition(act="begin", from_=("adopted",), to="doing"),
            Transition(
                act="complete",
                from_=("adopted", "doing"),
                to="done",
                form=("done_on", "outcome", "points"),
                needs=("done_on", "outcome"),
            ),
        ),
    ),
    views=Views(
        columns=("number", "name", "proposer", "responsible", "due", "status"),
        filters=("status", "proposer", "circle", "responsible", "due"),
        sort=("-number",),
        sections=(
            Section("suggestion", ("number", "device_number", "name", "proposer", "circle", "topic")),
            Section("content", ("problem", "proposal", "photos")),
            Section("answer", ("answer", "decided_by", "responsible", "due", "done_on", "outcome", "points")),
        ),
        short=("name", "problem", "proposal", "photos"),
    ),
)

ENTITIES = (STAFF_ACCOUNT, REWARD, SUGGESTION)
