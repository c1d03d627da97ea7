"""The studio: a check that finds a fault opens a repair ticket, once; sheets belong to what they were drawn up from."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Rule, View

from ..entities.sheets import SHEET
from ..entities.studio import CHECK, EQUIPMENT
from .changes import act_of


def sign(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Keep who checked."""
    return [Correct(op=change.op, set={"checker": change.author}) for change in changes if change.new]


def follow(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Bring the equipment's card up to date; a fault of what was in use goes to engineering (BRD-4)."""
    for change in changes:
        check = change.new
        if check is None or change.old is not None:
            continue
        equipment = view.get(EQUIPMENT.name, str(check["equipment"]))
        # A check that arrives late says nothing about today.
        if equipment is None or str(check["checked_on"]) < str(equipment.get("checked_on") or ""):
            continue
        set_ = {"checked_on": check["checked_on"], "fault": check.get("fault")}
        state = (equipment.get("status"), check.get("result"))
        if state == ("in_use", "fault"):
            yield FollowUp(
                key="ticket", cause=change.op, entity="ticket", kind="create", set=_ticket(change, check, equipment)
            )
            yield _card(change, {**set_}, "break_down", {"reason": check.get("fault")})
        elif state == ("out_of_order", "fine"):
            yield _card(change, set_, "return_to_use", {})
        elif equipment.get("status") != "retired":
            yield _card(change, set_, None, {})


def _card(change: Change, set_: Mapping[str, object], act: str | None, args: Mapping[str, object]) -> FollowUp:
    return FollowUp(
        key="card",
        cause=change.op,
        entity=EQUIPMENT.name,
        kind="act" if act else "update",
        record=str((change.new or {})["equipment"]),
        set=set_,
        act=act,
        args=args,
    )


def _ticket(change: Change, check: Mapping[str, object], equipment: Mapping[str, object]) -> Mapping[str, object]:
    values = {
        "kind": "repair",
        "channel": "patrol",
        "department": "engineering",
        "symptom_category": "public_facility",
        "title": f"{equipment['code']} {equipment['name']}"[:200],
        "description": check.get("fault"),
        "location": equipment.get("location"),
        "zone": equipment.get("zone"),
        "unit": equipment.get("unit"),
        "photos": check.get("photos"),
        "responsible": change.author,
        "occurred_at": change.at,
    }
    return {name: value for name, value in values.items() if value is not None}


def keep_sheets(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """Keep who drew a sheet up and who approved it; for another week it must be drawn up again."""
    for change in changes:
        act = act_of(change, SHEET)
        if act == "draw_up":
            yield Correct(op=change.op, set={"drawn_up_by": change.author, "fault": None})
        elif act == "fail":
            yield Correct(op=change.op, set={"fault": change.args.get("reason")})
        elif act == "approve":
            yield Correct(op=change.op, set={"approver": change.author, "approved_at": change.at})
        if change.old and change.new and act != "draw_up" and change.changed(("report", "starts_on", "channel")):
            void = dict.fromkeys(("table", "drawn_up_by", "approver", "approved_at", "signature"))
            yield Correct(op=change.op, set={**void, "status": "draft"})


RULES = (
    Rule(
        name="broadcast.checks",
        on=(CHECK.name,),
        reads=(Read(entity=EQUIPMENT.name, field="id", value_of="equipment"),),
        writes=(
            "ticket.create",
            f"{EQUIPMENT.name}.update",
            f"{EQUIPMENT.name}.act.break_down",
            f"{EQUIPMENT.name}.act.return_to_use",
        ),
        judge=sign,
        react=follow,
    ),
    Rule(name="broadcast.sheets", on=(SHEET.name,), judge=keep_sheets),
)
