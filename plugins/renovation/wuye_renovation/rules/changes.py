"""Questions that the rules ask of a change and of what is stored."""

from collections.abc import Mapping

from wuye.api import Change, FollowUp, Reject, View

APPLICATION, RULE, AGREEMENT, PERMIT, PASS, WORKER, INSPECTION, VIOLATION, DEPOSIT, WARRANTY = (
    f"renovation.{name}"
    for name in (
        "application",
        "rule",
        "agreement",
        "permit",
        "pass",
        "worker",
        "inspection",
        "violation",
        "deposit",
        "warranty",
    )
)
Values = Mapping[str, object]


def entered(change: Change, *states: str) -> bool:
    """Tell whether an act led into one of these states. A refused one leaves the state as it was, and what an import
    takes over was decided elsewhere."""
    return change.old is not None and change.entered(*states)


def application_of(values: Values, view: View) -> Values | None:
    """Return the application that a record belongs to, if it names one."""
    named = values.get("application")
    return view.get(APPLICATION, str(named)) if named else None


def refuse(change: Change, message: str, *fields: str) -> Reject:
    """Refuse a change with one of this plugin's messages."""
    return Reject(op=change.op, code="rule", fields=fields, message=f"message.renovation.{message}")


def act_on(change: Change, entity: str, record: str, act: str, **args: object) -> FollowUp:
    """Ask for an act that follows from a change."""
    return FollowUp(
        key=f"{act}:{record}", cause=change.op, entity=entity, kind="act", record=record, act=act, args=args
    )


def update_of(change: Change, entity: str, record: str, **values: object) -> FollowUp:
    """Ask for an update that follows from a change."""
    return FollowUp(
        key=f"update:{entity}:{record}", cause=change.op, entity=entity, kind="update", record=record, set=values
    )
