"""What must be so at a stage of an application: no stage before what it rests on (REN-2, REN-4). Known offline too."""

from wuye.api import Constraint

from .flow import AT_WORK, FINISHED
from .works import PROHIBITED, UNBOUND, among

_DECIDED = ("approved", "agreement_signed", "permit_issued")
_REVIEWED = ("under_review", *_DECIDED, *AT_WORK)
_WET = "('waterproof' in features || 'wet_room' in features)"
_FREE = f"status in {among(UNBOUND)}"
_DONE = f"status in {among(FINISHED)}"

GATES = (
    Constraint(
        name="ends_after_start",
        expr="starts_on == null || ends_on == null || ends_on >= starts_on",
        fields=("starts_on", "ends_on"),
    ),
    Constraint(name="has_works", expr=f"{_FREE} || works.exists(w, w.kind != null)", fields=("works",)),
    Constraint(
        name="has_period",
        expr=f"{_FREE} || (starts_on != null && ends_on != null)",
        fields=("starts_on", "ends_on"),
    ),
    Constraint(
        name="has_contractor",
        expr=f"{_FREE} || builder == 'self' || contractor != null",
        fields=("contractor",),
    ),
    Constraint(
        name="qualification_in_force",
        expr=f"{_FREE} || qualification_until == null || starts_on == null || qualification_until >= starts_on",
        fields=("qualification_until",),
    ),
    *PROHIBITED,
    Constraint(
        name="documents_complete",
        expr=f"!(status in {among(_REVIEWED)}) || !missing_documents.exists(d, d != '')",
        fields=("documents",),
    ),
    Constraint(
        name="documents_checked",
        expr=f"!(status in {among(_DECIDED)}) || !unchecked_documents.exists(d, d != '')",
        fields=("documents",),
    ),
    Constraint(
        name="neighbours_told",
        expr="status != 'permit_issued' || neighbours_informed == true",
        fields=("neighbours_informed",),
    ),
    Constraint(
        name="deposit_paid",
        expr="status != 'permit_issued' || coalesce(deposit_balance, 0) >= coalesce(deposit_due, 0)",
        fields=("deposit_balance",),
    ),
    Constraint(
        name="water_tested",
        expr=f"!({_DONE}) || !{_WET} || water_test == 'passed'",
        fields=("water_test",),
    ),
    Constraint(
        name="no_open_violation",
        expr=f"!({_DONE}) || coalesce(open_violations, 0) == 0",
        fields=("open_violations",),
    ),
    Constraint(
        name="acceptance_passed",
        expr=f"!({_DONE}) || (acceptance.exists(a, a.result == 'ok') &&"
        " acceptance.all(a, a.result in ['ok', 'not_applicable']))",
        fields=("acceptance",),
    ),
    Constraint(
        name="accepted_twice",
        expr="status != 'closed' || second_due == null || second_accepted_on != null",
        fields=("second_accepted_on",),
    ),
    Constraint(
        name="deposit_settled",
        expr="status != 'closed' || coalesce(deposit_balance, 0) == 0",
        fields=("deposit_balance",),
    ),
)
