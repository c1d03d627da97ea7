"""The stages of a renovation, from the application to the closed file (domain-reference D5)."""

from wuye.api import State, Transition, Workflow

BEFORE_AGREEMENT = ("draft", "submitted", "documents_missing", "under_review", "rejected", "approved")
AGREED = ("agreement_signed", "permit_issued")
WAITING = ("submitted", "documents_missing", "under_review", "approved", *AGREED)
"""States in which the next step is somebody's, and may never come."""
AT_WORK = ("working", "extended")
ON_SITE = (*AT_WORK, "stopped")
FINISHING = ("completion_reported", "inspected", "rectify")
FINISHED = ("accepted", "closed")
PERMITTED = ("permit_issued", *ON_SITE, *FINISHING)
"""States in which workers come and go."""

WORKFLOW = Workflow(
    initial="draft",
    states=(
        State("draft"),
        State("submitted", tone="warn"),
        State("documents_missing", tone="warn"),
        State("under_review", tone="warn"),
        State("rejected", tone="bad"),
        State("approved", tone="good"),
        State("agreement_signed", tone="good"),
        State("permit_issued", tone="good"),
        State("working"),
        State("extended"),
        State("stopped", tone="bad"),
        State("completion_reported", tone="warn"),
        State("inspected", tone="warn"),
        State("rectify", tone="bad"),
        State("accepted", tone="good"),
        State("closed", final=True, tone="good"),
        State("lapsed", final=True),
    ),
    transitions=(
        Transition(act="submit", from_=("draft",), to="submitted", form=("applicant_signature", "neighbours_informed")),
        Transition(
            act="ask_documents",
            from_=("submitted", "under_review"),
            to="documents_missing",
            form=("documents_note", "documents_by"),
        ),
        Transition(act="bring_documents", from_=("documents_missing",), to="submitted", form=("documents", "scans")),
        Transition(act="review", from_=("submitted",), to="under_review"),
        Transition(
            act="reject",
            from_=("submitted", "under_review"),
            to="rejected",
            form=("rejection",),
            needs=("rejection",),
        ),
        Transition(act="revise", from_=("rejected",), to="draft"),
        Transition(act="approve", from_=("under_review",), to="approved", form=("conditions",)),
        # Comes of the signed agreement, never by hand.
        Transition(act="sign_agreement", from_=("approved",), to="agreement_signed"),
        Transition(act="issue_permit", from_=("agreement_signed",), to="permit_issued", form=("neighbours_informed",)),
        Transition(
            act="start_work",
            from_=("permit_issued",),
            to="working",
            form=("started_on",),
            needs=("started_on",),
        ),
        Transition(act="stop", from_=AT_WORK, to="stopped", reason=True),
        Transition(act="resume", from_=("stopped",), to="working"),
        Transition(act="extend", from_=AT_WORK, to="extended", form=("ends_on",), needs=("ends_on",), reason=True),
        Transition(
            act="report_completion",
            from_=AT_WORK,
            to="completion_reported",
            form=("completed_on", "owner_accepted_on", "warranty_certificate"),
            needs=("completed_on",),
        ),
        Transition(
            act="inspect",
            from_=("completion_reported", "rectify"),
            to="inspected",
            form=("acceptance", "acceptance_photos"),
        ),
        # From accepted: when the second acceptance finds what the first did not.
        Transition(
            act="demand_correction",
            from_=("inspected", "accepted"),
            to="rectify",
            form=("rectify_by", "acceptance"),
            needs=("rectify_by",),
            reason=True,
        ),
        Transition(
            act="accept",
            from_=("inspected",),
            to="accepted",
            form=("accepted_on", "acceptance_signature"),
            needs=("accepted_on", "acceptance_signature"),
        ),
        Transition(
            act="accept_again",
            from_=("accepted",),
            to="accepted",
            form=("second_accepted_on",),
            needs=("second_accepted_on",),
        ),
        Transition(act="close", from_=("accepted",), to="closed", confirm=True),
        Transition(
            act="lapse",
            from_=(*BEFORE_AGREEMENT, *AGREED),
            to="lapsed",
            confirm=True,
            reason=True,
        ),
    ),
)
