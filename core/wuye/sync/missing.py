"""Attachments that have not come for days are put before a person (protocol §6), until they come at last.

The review item is that of a remark: an op of the photographer's own replica on the server that changes nothing, so
that the ledger tells of it, and a second look finds it said already. It is settled like any other, by an op.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import derive
from wuye.model.rules import FollowUp
from wuye.protocol.wire import Op
from wuye.sync.access import NOTHING
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming, decode_ops
from wuye.sync.inventory import BlobRef
from wuye.sync.judge import Author
from wuye.sync.ports import Snapshot, Transaction
from wuye.sync.rows import Find, LogHead, Need
from wuye.sync.unit import SiteUnit
from wuye.sync.verdict import Concern

MISSING = "blobs_missing"
SETTLES = frozenset({"review.act.resolve"})
"""What `come_at_last` writes."""
OPEN = Find(entity="review", field="status", value="open")

Mine = tuple[str, str, str]
"""(author, entity, record)"""


def report_missing(
    tx: Transaction, directory: Directory, site: str, refs: Iterable[BlobRef], replica_of: dict[str, str], now: datetime
) -> None:
    """Open review items for references to bytes that have not come; those that have come meanwhile, or of whose record
    it is said already, are passed over. ``replica_of`` is author → his replica on the server."""
    by_record: dict[Mine, list[BlobRef]] = {}
    for ref in _still_missing(tx, site, refs):
        by_record.setdefault((ref.author, ref.entity, ref.record), []).append(ref)
    said = {mine for mine, _ in _said(tx, site, {about(record) for _, _, record in by_record}).values()}
    remarks = {_id(site, key, found): (key, found) for key, found in by_record.items() if key not in said}
    known = {op for _, op in tx.load(site, Need(ops=set(remarks))).ops}
    unit = SiteUnit(tx, site, directory, now)
    for id_, ((user, entity, record), found) in remarks.items():
        model = directory.models.get(entity)
        if id_ in known or model is None:
            continue
        replica = replica_of[user]
        head = unit.plan.acked.get((site, replica)) or tx.acked(replica).get(site, LogHead())
        unit.plan.acked[site, replica] = LogHead(n=head.n + 1, at_ms=head.at_ms)
        op = Op(
            n=head.n + 1,
            op=id_,
            site=site,
            entity=entity,
            record=record,
            kind="update",
            v=model.entity.version,
            at=to_wire(now),
        )
        [incoming] = _incoming(op, user, replica)
        author = Author(user=user, now=directory.access_at(user, site, to_ms(now)), kept=NOTHING)
        fields = tuple(dict.fromkeys(ref.field for ref in found))
        unit.remark(incoming, Concern(kind=MISSING, fields=fields), author)
    if unit.plan.acked:
        tx.apply(unit.finish())


def about(record: str) -> Find:
    """Find the review items about a record, for `come_at_last`."""
    return Find(entity="review", field="subject", value=record)


def come_at_last(snapshot: Snapshot, site: str, before_ms: int, reviews: Iterable[Find]) -> list[FollowUp]:
    """Ask that be settled what these review items say to be missing, where nothing is missing any more that the same
    person named in the same record before a moment."""
    said = _said(snapshot, site, reviews)
    overdue = {(ref.author, ref.entity, ref.record) for ref in snapshot.blobs.missing(site, before_ms)} if said else ()
    return [
        FollowUp(key=ops[-1], cause=ops[-1], entity="review", kind="act", record=item, act="resolve", args={"ops": ops})
        for item, (mine, ops) in sorted(said.items())
        if mine not in overdue
    ]


def _said(snapshot: Snapshot, site: str, reviews: Iterable[Find]) -> dict[str, tuple[Mine, list[str]]]:
    """Return which of these review items say that something is missing: whose, and by which rows not settled yet."""
    said: dict[str, tuple[Mine, list[str]]] = {}
    for (_, item), stored in snapshot.load(site, Need(finds=set(reviews))).records.items():
        rows = stored.values.get("items")
        ops = [
            str(row["op"])
            for row in (rows if isinstance(rows, list) else ())
            if row.get("why") == MISSING and "settled_by" not in row
        ]
        if ops and stored.values["status"] == "open":
            author, entity, record = (str(stored.values[name]) for name in ("author", "subject_entity", "subject"))
            said[item] = ((author, entity, record), ops)
    return said


def _incoming(op: Op, user: str, replica: str) -> list[Incoming]:
    return decode_ops([msgspec.Raw(msgspec.json.encode(op))], user=user, replica=replica, offset_ms=0, suspect=False)


def _id(site: str, key: Mine, found: Sequence[BlobRef]) -> str:
    return derive("blobs-missing", site, *key, *sorted({ref.sha for ref in found}), ms=0)


def _still_missing(tx: Transaction, site: str, refs: Iterable[BlobRef]) -> list[BlobRef]:
    """Return the references that nobody has made good meanwhile; of several words for one, the first."""
    first = {(ref.entity, ref.record, ref.field, ref.sha): ref for ref in reversed(list(refs))}
    namings = tx.blobs.namings({ref.sha for ref in first.values()})
    waiting = {
        (naming.entity, naming.record, naming.field, sha): naming.counts
        for sha, found in namings.items()
        for naming in sorted(found, key=lambda one: one.counts)
        if naming.site == site
    }
    return [ref for key, ref in first.items() if waiting.get(key) is False]
