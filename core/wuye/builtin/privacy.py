"""What is done with personal data: consents, look-ups, disclosures (OWN-3, OWN-7; PIPL 13–17, 23)."""

from collections.abc import Iterable, Sequence

from wuye.api import (
    BucketKey,
    Change,
    Constraint,
    Correct,
    Entity,
    Field,
    Reject,
    Rule,
    Section,
    State,
    Transition,
    View,
    Views,
    Workflow,
)  # fmt: skip

from .owners import BY_OWNER, ZONES
from .places import LANGUAGES

CONSENT = Entity(
    name="consent",
    stream="owners",
    title="{version}",
    icon="consent",
    keys=(BY_OWNER,),
    fields=(
        Field(name="owner", type="ref", ref="owner", required=True),
        Field(name="purposes", type="choices", codes="consent_purpose", required=True),
        Field(name="version", required=True, max=60, help=True),
        Field(name="language", type="choice", choices=LANGUAGES, required=True),
        Field(
            name="channel",
            type="choice",
            choices=("counter", "visit", "phone", "letter", "email", "app", "wechat"),
            required=True,
        ),
        Field(name="informed", type="boolean", required=True, help=True),
        Field(name="guardian", max=200, help=True),
        Field(name="given_at", type="datetime"),
        Field(name="signature", type="signature"),
        Field(name="proof", type="blobs", merge="append"),
        Field(name="withdrawn_at", type="datetime", readonly=True),
        ZONES,
    ),
    workflow=Workflow(
        initial="given",
        states=(State("given", tone="good"), State("withdrawn", final=True, tone="warn")),
        transitions=(Transition(act="withdraw", from_=("given",), to="withdrawn", confirm=True),),
    ),
    views=Views(
        columns=("owner", "purposes", "given_at", "status"),
        filters=("purposes", "status"),
        sort=("-given_at",),
        sections=(
            Section("consent", ("owner", "purposes", "version", "language", "informed", "guardian")),
            Section("proof", ("channel", "given_at", "signature", "proof", "withdrawn_at")),
        ),
        short=("owner", "purposes", "version", "language", "channel", "informed"),
    ),
)

LOOK_UPS = ("view", "search", "export", "print")
LOG_INS = ("start_code", "password", "enrolment")
"""What lets somebody log in, given to him by somebody else."""
SCREENS = (*LOOK_UPS, *LOG_INS)

ACCESS = Entity(
    name="access",
    stream="access",
    title="{screen}",
    icon="access",
    # Keyed by person, so that somebody bound to a zone may log his look-ups too.
    keys=(BucketKey(field="user", of="user"),),
    append_only=True,
    fields=(
        Field(name="user", type="ref", ref="user"),
        # What was looked at; whose data it is, where that is an owner.
        Field(name="subject_entity", max=120),
        Field(name="subject", max=64),
        Field(name="owner", type="ref", ref="owner"),
        Field(name="fields", type="rows", fields=(Field(name="field", required=True, max=64),)),
        Field(name="screen", type="choice", choices=SCREENS, default="view"),
        Field(name="reason", max=300),
        Field(name="ticket", type="ref", ref="ticket"),
        Field(name="occurred_at", type="datetime"),
    ),
    constraints=(
        Constraint(name="of_something", expr="owner != null || subject != null", fields=("owner", "subject")),
    ),
    views=Views(
        columns=("occurred_at", "user", "owner", "subject_entity", "screen", "reason"),
        filters=("user", "owner", "screen"),
        sort=("-occurred_at",),
    ),
)

DISCLOSURE = Entity(
    name="disclosure",
    stream="access",
    title="{recipient}",
    icon="disclosure",
    keys=(BucketKey(field="applicant", of="user"),),
    fields=(
        Field(name="recipient", required=True, max=200, search=True),
        Field(name="purpose", type="note", required=True, max=2000),
        Field(name="legal_basis", type="choice", codes="legal_basis", required=True),
        Field(name="owners", type="refs", ref="owner", required=True),
        Field(name="data", type="rows", required=True, fields=(Field(name="field", required=True, max=100),)),
        Field(name="consents", type="refs", ref="consent", help=True),
        Field(name="files", type="blobs", merge="append"),
        Field(name="applicant", type="ref", ref="user", readonly=True),
        Field(name="approver", type="ref", ref="user", readonly=True),
        Field(name="decided_at", type="datetime", readonly=True),
        Field(name="delivered_at", type="datetime", readonly=True),
        Field(name="note", type="note", max=2000),
    ),
    workflow=Workflow(
        initial="draft",
        states=(
            State("draft"),
            State("submitted", tone="warn"),
            State("approved", tone="good"),
            State("refused", final=True, tone="bad"),
            State("delivered"),
            State("closed", final=True, tone="good"),
        ),
        transitions=(
            Transition(act="submit", from_=("draft",), to="submitted"),
            Transition(act="approve", from_=("submitted",), to="approved", confirm=True),
            Transition(act="refuse", from_=("submitted",), to="refused", reason=True),
            Transition(act="deliver", from_=("approved",), to="delivered", form=("files",)),
            Transition(act="close", from_=("approved", "delivered"), to="closed", form=("note",)),
        ),
    ),
    views=Views(
        columns=("recipient", "legal_basis", "applicant", "approver", "status"),
        filters=("status", "legal_basis"),
        sort=("-created_at",),
        sections=(
            Section("request", ("recipient", "purpose", "legal_basis", "owners", "data", "consents")),
            Section("decision", ("applicant", "approver", "decided_at", "delivered_at", "files", "note")),
        ),
        short=("recipient", "purpose", "legal_basis", "owners", "data"),
    ),
)

ENTITIES = (CONSENT, ACCESS, DISCLOSURE)
APPLICATION = ("recipient", "purpose", "legal_basis", "owners", "data")


def keep_consent(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """A consent stays as it was given; it can only be withdrawn, and proof can be added (OWN-3)."""
    given = ("owner", "purposes", "version", "language", "channel", "informed", "guardian", "given_at")
    for change in changes:
        if change.old is None:
            if change.new and not change.new.get("given_at"):
                yield Correct(op=change.op, set={"given_at": change.at})
        elif change.new is None or (touched := change.changed(given)):
            yield Reject(
                op=change.op,
                code="rule",
                fields=touched if change.new else (),
                message="message.consent_is_kept",
            )
        elif change.entered("withdrawn"):
            yield Correct(op=change.op, set={"withdrawn_at": change.at})


def log_access(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Who looked something up is never what the device says (OWN-7)."""
    for change in changes:
        if change.new:
            set_ = {"user": change.author, "occurred_at": change.new.get("occurred_at") or change.at}
            yield Correct(op=change.op, set=set_)


def two_for_disclosure(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """Nobody decides on his own application, and what was applied for is not altered afterwards (OWN-7)."""
    for change in changes:
        if change.old is None:
            yield Correct(op=change.op, set={"applicant": change.author})
        elif change.old["status"] != "draft" and (touched := change.changed(APPLICATION)):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.disclosure_is_kept")
        elif change.entered("approved") or change.entered("refused"):
            if change.old.get("applicant") == change.author:
                yield Reject(op=change.op, code="rule", fields=("approver",), message="message.second_person_decides")
            else:
                yield Correct(op=change.op, set={"approver": change.author, "decided_at": change.at})
        elif change.entered("delivered"):
            yield Correct(op=change.op, set={"delivered_at": change.at})


RULES = (
    Rule(name="consent.kept", on=("consent",), judge=keep_consent),
    Rule(name="access.author", on=("access",), judge=log_access),
    Rule(name="disclosure.second_person", on=("disclosure",), judge=two_for_disclosure),
)
