"""The stages of a ticket and the acts between them (domain-reference D2).

There is no act that refuses a ticket: nobody may refuse a complaint. What cannot be solved stays open and is
counted so (`open_unresolvable`); what is unreasonable is explained before it is closed.
"""

from wuye.api import State, Transition, Workflow

NEW = ("received", "triaged")
OPEN = (*NEW, "relayed", "in_progress", "waiting")

STATES = (
    State("received", tone="warn"),
    State("triaged", tone="warn"),
    State("relayed"),
    State("in_progress"),
    State("waiting", tone="warn"),
    State("done", tone="good"),
    State("satisfied", tone="good"),
    State("closed", final=True, tone="good"),
    State("duplicate", final=True),
    State("cancelled", final=True),
    State("unreasonable_explained", tone="warn"),
    State("open_unresolvable", tone="bad"),
    State("archived_open", final=True, tone="bad"),
)

WORKFLOW = Workflow(
    initial="received",
    states=STATES,
    transitions=(
        Transition(
            act="classify",
            from_=NEW,
            to="triaged",
            form=("kind", "symptom_category", "priority", "major", "department"),
        ),
        # Straight from intake too; again from later stages to pass the work on.
        Transition(
            act="dispatch",
            from_=OPEN,
            to="relayed",
            form=("department", "assignee", "deadline", "quality_standard", "appointed_at"),
        ),
        Transition(act="send_back", from_=("relayed", "in_progress"), to="triaged", reason=True),
        Transition(act="accept", from_=("relayed",), to="in_progress", doer="assignee"),
        Transition(
            act="wait",
            from_=("in_progress",),
            to="waiting",
            form=("waiting_for", "wait_until"),
            needs=("waiting_for", "wait_until"),
            doer="assignee",
        ),
        Transition(act="resume", from_=("waiting",), to="in_progress", doer="assignee"),
        Transition(
            act="finish",
            from_=("in_progress",),
            to="done",
            form=("result", "photos", "materials", "hours", "signature", "cause_category", "cause_note"),
            doer="assignee",
        ),
        # What the answer book knows is answered on the spot (C2).
        Transition(act="answer", from_=OPEN, to="done", form=("result", "symptom_category"), needs=("result",)),
        Transition(act="callback_ok", from_=("done",), to="satisfied", form=("satisfaction", "opinion")),
        Transition(
            act="reopen",
            from_=("done", "satisfied", "closed", "unreasonable_explained", "open_unresolvable"),
            to="in_progress",
            form=("satisfaction", "opinion", "deadline"),
            reason=True,
        ),
        Transition(
            act="close",
            from_=("done", "satisfied", "unreasonable_explained"),
            to="closed",
            form=("cause_category", "cause_note", "major_report"),
        ),
        Transition(act="cancel", from_=OPEN, to="cancelled", confirm=True, reason=True),
        Transition(act="mark_duplicate", from_=NEW, to="duplicate", form=("duplicate_of",), needs=("duplicate_of",)),
        Transition(act="explain", from_=(*OPEN, "done"), to="unreasonable_explained", confirm=True, reason=True),
        Transition(act="leave_open", from_=(*OPEN, "done"), to="open_unresolvable", confirm=True, reason=True),
        Transition(act="archive_open", from_=("open_unresolvable",), to="archived_open", confirm=True, reason=True),
        # Acts that change no stage
        *(
            Transition(
                act="escalate",
                from_=(state,),
                to=state,
                form=("escalated_to",),
                needs=("escalated_to",),
                reason=True,
            )
            for state in OPEN
        ),
        *(
            Transition(
                act="late_notice",
                from_=(state,),
                to=state,
                form=("promised_reply_at",),
                needs=("promised_reply_at",),
                reason=True,
            )
            for state in OPEN
        ),
    ),
)

LEGAL = frozenset((step.act, state) for step in WORKFLOW.transitions for state in step.from_)
"""(act, state before) of what is carried out; other acts are refused, their fields merge (protocol §3.3)."""
