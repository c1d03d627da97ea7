"""Rules of the household files: occupancies are history, and owners lie in the zones of their units."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View


def keep_occupancies(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Who lived where is never overwritten: moving out sets ``ends``, moving in makes a new one (OWN-8)."""
    today = view.now.date().isoformat()
    for change in changes:
        if change.old is None:
            continue
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.occupancy_is_kept")
            continue
        ends = change.old.get("ends")
        over = isinstance(ends, str) and ends < today
        kept = ("unit", "owner", "role", "starts", "ends") if over else ("unit", "owner")
        if touched := change.changed(kept):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.occupancy_is_kept")


def place_owners(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Set the zones of an owner who is written."""
    for change in changes:
        if change.new is not None:
            zones = _zones(change.record, change.new, view)
            if zones != change.new.get("zones"):
                yield Correct(op=change.op, set={"zones": zones})


def move_owners(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Set the zones of owners whose occupancies or whose home's zone changed."""
    for change in changes:
        if change.entity == "occupancy" and change.changed(("owner", "zone", "ends")):
            owners = {str(values["owner"]) for values in (change.old, change.new) if values}
        elif change.entity == "unit" and change.old and change.changed(("zone",)):
            owners = {record for record, _ in view.find("owner", "unit", change.record)}
        else:
            continue
        for record in sorted(owners):
            owner = view.get("owner", record)
            if owner is not None and (zones := _zones(record, owner, view)) != owner.get("zones"):
                yield FollowUp(
                    key=record,
                    cause=change.op,
                    entity="owner",
                    kind="update",
                    record=record,
                    set={"zones": zones},
                )


def _zones(record: str, owner: Mapping[str, object], view: View) -> object:
    """Return the zones of the home and of all occupancies that have not ended.

    Who has left everywhere keeps the zones that he had: somebody must stay responsible for his file (OWN-10).
    """
    today = view.now.date().isoformat()
    units = [owner.get("unit")] + [
        occupancy.get("unit")
        for _, occupancy in view.find("occupancy", "owner", record)
        if not (isinstance(ends := occupancy.get("ends"), str) and ends < today)
    ]
    found = [view.get("unit", unit) for unit in units if isinstance(unit, str)]
    zones = {str(unit["zone"]) for unit in found if unit and unit.get("zone")}
    return sorted(zones) or owner.get("zones")


RULES = (
    Rule(name="occupancy.kept", on=("occupancy",), judge=keep_occupancies),
    Rule(
        name="owner.placed",
        on=("owner",),
        reads=(
            Read(entity="unit", field="id", value_of="unit"),
            Read(entity="occupancy", field="owner", value_of="id"),
        ),
        judge=place_owners,
    ),
    Rule(
        name="owner.moved",
        on=("occupancy", "unit"),
        reads=(
            Read(entity="owner", field="id", value_of="owner"),
            Read(entity="occupancy", field="owner", value_of="owner"),
            Read(entity="owner", field="unit", value_of="id"),
        ),
        writes=("owner.update",),
        react=move_owners,
    ),
)
