"""Agreement, passes, deposit: what must be so before they are signed, issued, booked."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, Flag, FollowUp, Read, Reject, Rule, View

from ..entities.flow import AGREED, FINISHED, ON_SITE, PERMITTED
from .changes import (
    AGREEMENT,
    APPLICATION,
    DEPOSIT,
    PASS,
    PERMIT,
    VIOLATION,
    WARRANTY,
    WORKER,
    Values,
    act_on,
    application_of,
    entered,
    refuse,
)

BEFORE_WORK = ("approved", *AGREED, *ON_SITE)
REFUNDABLE = ("lapsed", "rejected", *FINISHED)
SIGNED = (
    "fee",
    "special",
    "told_renovator",
    "told_contractor",
    "renovator_signature",
    "contractor_signature",
    "manager_signature",
    "signed_on",
)
"""What an agreement says and who put his name to it."""


def stay_with_application(changes: Sequence[Change], _view: View) -> Iterable[Reject]:
    """A paper or a violation is of one application for ever, lest a permit, a signature or a stop order moves on."""
    for change in changes:
        if change.new and change.old and change.old.get("application") and change.changed(("application",)):
            yield refuse(change, "application_stays", "application")


def sign_what_is_approved(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """Only an approved application comes to an agreement; an enterprise that does the works signs too (Art. 16)."""
    for change in changes:
        new = change.new
        if new is None:
            continue
        application = application_of(new, view) or {}
        if change.old is None and new.get("fee") is None and (fee := view.setting("renovation_fee")):
            yield Correct(op=change.op, set={"fee": fee})
        if change.old and change.old.get("status") != "draft" and (touched := change.changed(SIGNED)):
            yield refuse(change, "signed_stands", *touched)
        if not entered(change, "signed"):
            continue
        if application.get("status") != "approved":
            yield refuse(change, "not_approved")
        elif application.get("builder") == "enterprise" and not new.get("contractor_signature"):
            yield refuse(change, "contractor_signs", "contractor_signature")


def move_on(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """A signed agreement takes its application on."""
    for change in changes:
        if change.new and entered(change, "signed"):
            yield act_on(change, APPLICATION, str(change.new["application"]), "sign_agreement")


def issue_to_permitted(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Permits and workers' passes are of permitted works only (REN-2)."""
    for change in changes:
        if change.old is None and change.new:
            application = application_of(change.new, view)
            if application is None or application.get("status") not in PERMITTED:
                yield refuse(change, "no_permit", "application")


def book(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct | Flag]:
    """Take a deposit where the site's rule asks for one, give it back after acceptance (domain-reference §4.1).

    A correction is somebody else's than the entries' that it corrects, else it would be a refund at any time.
    """
    for change in changes:
        new = change.new
        if new is None or change.old is not None:
            continue
        status = (application_of(new, view) or {}).get("status")
        if new.get("kind") == "receive" and view.setting("renovation_deposit") is not True:
            yield refuse(change, "no_deposit_here", "kind")
        elif new.get("kind") == "receive" and status not in BEFORE_WORK:
            yield refuse(change, "deposit_after_approval", "application")
        elif new.get("kind") == "refund" and status not in REFUNDABLE:
            yield refuse(change, "refund_after_acceptance", "application")
        elif new.get("kind") == "correction" and _booked_by(change.author, change, view):
            yield refuse(change, "second_person_corrects", "kind")
        elif new.get("violation") and _of_another(new, view):
            yield refuse(change, "other_application", "violation")
        else:
            yield Correct(op=change.op, set={"recorded_by": change.author})
            if new.get("kind") == "correction" and status not in REFUNDABLE and _lowers(new):
                yield Flag(op=change.op, message="message.renovation.correction_lowers", fields=("amount",))


def _booked_by(author: str, correction: Change, view: View) -> bool:
    """Tell whether somebody booked money of this deposit; what is of the same breath is not signed yet, and his."""
    application = str((correction.new or {}).get("application"))
    entries = (entry for _, entry in view.find(DEPOSIT, "application", application))
    return any(entry.get("recorded_by") in (author, None) for entry in entries if entry.get("kind") != "correction")


def _lowers(entry: Values) -> bool:
    amount = entry.get("amount")
    return isinstance(amount, int) and amount < 0


def _of_another(entry: Values, view: View) -> bool:
    violation = view.get(VIOLATION, str(entry["violation"]))
    return violation is not None and violation.get("application") != entry.get("application")


def _application() -> Read:
    return Read(entity=APPLICATION, field="id", value_of="application")


RULES = (
    Rule(name="renovation.agreement.ground", on=(AGREEMENT,), reads=(_application(),), judge=sign_what_is_approved),
    Rule(
        name="renovation.agreement.signed",
        on=(AGREEMENT,),
        writes=(f"{APPLICATION}.act.sign_agreement",),
        react=move_on,
    ),
    Rule(
        name="renovation.papers.stay",
        on=(AGREEMENT, PERMIT, PASS, WORKER, WARRANTY, VIOLATION),
        judge=stay_with_application,
    ),
    Rule(name="renovation.pass.ground", on=(PASS, PERMIT), reads=(_application(),), judge=issue_to_permitted),
    Rule(
        name="renovation.deposit.ground",
        on=(DEPOSIT,),
        reads=(
            _application(),
            Read(entity=VIOLATION, field="id", value_of="violation"),
            Read(entity=DEPOSIT, field="application", value_of="application"),
        ),
        judge=book,
    ),
)
