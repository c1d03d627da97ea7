"""What must hold of finds, what follows from them, and what the calendar does to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from wuye.api import Change, FollowUp, Job, Read, Reader, Reject, Rule, View

from .entities import CLAIMANT, ITEM


def prove(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Nothing leaves the shelf without a known claimant."""
    for change in changes:
        if change.act == "hand_out" and not view.find(CLAIMANT.name, "item", change.record):
            yield Reject(op=change.op, code="rule", message="message.lostfound.no_claimant")


def report_valuable(changes: Sequence[Change], _view: View) -> Iterable[FollowUp]:
    """A find that proves valuable opens a ticket, so that somebody looks for its owner."""
    for change in changes:
        new = change.new
        if new is None or not new.get("valuable") or (change.old and change.old.get("valuable")):
            continue
        yield FollowUp(
            key=change.record,
            cause=change.op,
            entity="ticket",
            kind="create",
            set={
                "kind": "other",
                "channel": "walk_in",
                "department": "customer_service",
                "title": new["name"],
                "location": new["place"],
                **{name: new[name] for name in ("description", "zone", "unit") if name in new},
            },
        )


async def expire(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Offer what nobody claimed in time for disposal; a person decides."""
    due = await reader.rows(
        "SELECT id, keep_until FROM lostfound_item"
        " WHERE site = {} AND NOT deleted AND status = 'found' AND keep_until < {} ORDER BY id",
        site,
        now.date().isoformat(),
    )
    return [
        FollowUp(
            key=f"{row['id']}:{row['keep_until']}",
            cause="",
            entity=ITEM.name,
            kind="act",
            record=str(row["id"]),
            act="expire",
        )
        for row in due
    ]


RULES = (
    Rule(
        name="lostfound.proof",
        on=(ITEM.name,),
        reads=(Read(entity=CLAIMANT.name, field="item", value_of="id"),),
        judge=prove,
    ),
    Rule(name="lostfound.valuable", on=(ITEM.name,), writes=("ticket.create",), react=report_valuable),
)

JOBS = (Job(id="lostfound.expire", every=3600, run=expire, writes=(f"{ITEM.name}.act.expire",)),)
