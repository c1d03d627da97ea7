"""The course of an application: which house rules hold, what was agreed stands, what its stages bring about."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.flow import AGREED, BEFORE_AGREEMENT, FINISHED, FINISHING, ON_SITE, PERMITTED
from ..entities.violation import OPEN, STOPPING
from ..entities.works import UNBOUND
from .changes import (
    AGREEMENT,
    APPLICATION,
    PASS,
    PERMIT,
    RULE,
    VIOLATION,
    WARRANTY,
    Values,
    act_on,
    entered,
    refuse,
    update_of,
)

SUBJECT = ("unit", "applicant", "applicant_kind", "builder", "contractor", "works", "designer")
"""What was approved and agreed upon."""
ACCEPTED = ("acceptance", "accepted_on", "acceptance_signature", "second_accepted_on")
"""What was found at acceptance, and signed."""
BOUND = (*AGREED, *ON_SITE, *FINISHING, *FINISHED)


def name_house_rule(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Find the rule in force for the home's house type, where nobody chose one (REN-1). None is never chosen."""
    for change in changes:
        new = change.new
        if new is None or new.get("house_rule") or new.get("status") not in BEFORE_AGREEMENT:
            continue
        unit = view.get("unit", str(new.get("unit"))) or {}
        layout = unit.get("layout")
        rules = view.find(RULE, "layout", str(layout)) if layout else ()
        for record, rule in rules:
            buildings = rule.get("buildings")
            if rule.get("status") == "in_force" and (
                not isinstance(buildings, list) or unit.get("building") in buildings
            ):
                yield Correct(op=change.op, set={"house_rule": record})
                break


def keep_house_rule(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Refuse works that the rule of the house type forbids, once it is more than a draft (REN-1)."""
    for change in changes:
        new = change.new
        if new is None or new.get("status") in UNBOUND or not new.get("house_rule"):
            continue
        rule = view.get(RULE, str(new["house_rule"]))
        if rule and rule.get("status") == "in_force" and _kinds(new) & set(_list(rule, "forbidden_works")):
            yield refuse(change, "house_rule_forbids", "works")


def _list(values: Values, name: str) -> Sequence[object]:
    value = values.get(name)
    return value if isinstance(value, list) else ()


def _kinds(application: Values) -> set[object]:
    return {row["kind"] for row in _list(application, "works") if isinstance(row, dict)}


def keep_agreed(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """An approval holds for what was applied for: an edit takes it away; what is agreed upon is not edited at all,
    nor what was found at acceptance but by another one."""
    for change in changes:
        if change.old is None or change.new is None:
            continue
        if change.act is None and change.old.get("status") in FINISHED and (touched := change.changed(ACCEPTED)):
            yield refuse(change, "accepted_stands", *touched)
        if change.act != "extend" and change.old.get("status") in PERMITTED and change.changed(("ends_on",)):
            yield refuse(change, "extend_by_act", "ends_on")
        if not (touched := change.changed(SUBJECT)):
            continue
        if change.old.get("status") in BOUND:
            yield refuse(change, "agreed_upon", *touched)
        elif change.old.get("status") == change.new.get("status") == "approved":
            yield Correct(op=change.op, set={"status": "under_review", "decided_by": None, "decided_at": None})


def stamp(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Keep when it was submitted, and who decided when."""
    for change in changes:
        if entered(change, "submitted"):
            yield Correct(op=change.op, set={"submitted_at": change.at})
        elif entered(change, "approved", "rejected"):
            yield Correct(op=change.op, set={"decided_by": change.author, "decided_at": change.at})


def keep_order(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """No stage before what it rests on: agreement, end of the stop order, passes back (REN-2, REN-3, REN-4)."""
    for change in changes:
        if entered(change, "agreement_signed") and not _any(view, AGREEMENT, change.record, ("signed",)):
            yield refuse(change, "no_agreement")
        elif entered(change, "working") and _any(view, VIOLATION, change.record, STOPPING):
            yield refuse(change, "stop_order_stands")
        elif entered(change, "accepted") and _any(view, VIOLATION, change.record, OPEN):
            yield refuse(change, "violation_open")
        elif entered(change, "closed") and _any(view, PASS, change.record, ("issued",)):
            yield refuse(change, "passes_out")


def _any(view: View, entity: str, application: str, states: Sequence[str]) -> bool:
    return any(values.get("status") in states for _, values in view.find(entity, "application", application))


def bring_about(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Issue and prolong the permit, open the warranties, end the papers."""
    for change in changes:
        new = change.new
        if new is None:
            continue
        if entered(change, "permit_issued"):
            set_ = {"application": change.record, "valid_until": new.get("ends_on")}
            yield FollowUp(key="permit", cause=change.op, entity=PERMIT, kind="create", set=set_)
        elif change.old and change.changed(("ends_on",)):
            for record, permit in view.find(PERMIT, "application", change.record):
                if permit.get("status") != "ended":
                    yield update_of(change, PERMIT, record, valid_until=new.get("ends_on"))
        if entered(change, "accepted"):
            yield from _warranties(change, new, view)
        if entered(change, "accepted", "lapsed"):
            yield from _end(change, view, PERMIT)
        if entered(change, "closed", "lapsed"):
            yield from _end(change, view, AGREEMENT)


def _end(change: Change, view: View, entity: str) -> Iterable[FollowUp]:
    for record, values in view.find(entity, "application", change.record):
        if values.get("status") != "ended":
            yield act_on(change, entity, record, "end")


def _warranties(change: Change, application: Values, view: View) -> Iterable[FollowUp]:
    """Open what runs from this acceptance on; one found wanting and accepted anew starts anew (Art. 32)."""
    known = {values.get("part"): record for record, values in view.find(WARRANTY, "application", change.record)}
    features = set(_list(application, "features"))
    leaking = {"wet_rooms": features & {"wet_room", "waterproof"}, "outer_walls": features & {"facade"}}
    for part in ("works", *(part for part, found in leaking.items() if found)):
        if part in known:
            yield update_of(change, WARRANTY, known[part], accepted_on=application.get("accepted_on"))
            continue
        years = view.setting("renovation_years" if part == "works" else "renovation_leak_years")
        set_ = {
            "application": change.record,
            "unit": application.get("unit"),
            "part": part,
            "contractor": application.get("contractor"),
            "contractor_phone": application.get("site_phone"),
            "accepted_on": application.get("accepted_on"),
            "years": years,
        }
        yield FollowUp(
            key=part,
            cause=change.op,
            entity=WARRANTY,
            kind="create",
            set={name: value for name, value in set_.items() if value is not None},
        )


def _below(entity: str) -> Read:
    return Read(entity=entity, field="application", value_of="id")


_ON = (APPLICATION,)

RULES = (
    Rule(
        name="renovation.application.house_rule",
        on=_ON,
        reads=(Read(entity="unit", field="id", value_of="unit"),),
        judge=name_house_rule,
    ),
    Rule(
        name="renovation.application.allowed",
        on=_ON,
        reads=(Read(entity=RULE, field="id", value_of="house_rule"),),
        judge=keep_house_rule,
    ),
    Rule(name="renovation.application.agreed", on=_ON, judge=keep_agreed),
    Rule(name="renovation.application.times", on=_ON, judge=stamp),
    Rule(
        name="renovation.application.order",
        on=_ON,
        reads=(_below(AGREEMENT), _below(VIOLATION), _below(PASS)),
        judge=keep_order,
    ),
    Rule(
        name="renovation.application.brings",
        on=_ON,
        reads=(_below(PERMIT), _below(AGREEMENT), _below(WARRANTY)),
        writes=(
            f"{PERMIT}.create",
            f"{PERMIT}.update",
            f"{PERMIT}.act.end",
            f"{AGREEMENT}.act.end",
            f"{WARRANTY}.create",
            f"{WARRANTY}.update",
        ),
        react=bring_about,
    ),
)
