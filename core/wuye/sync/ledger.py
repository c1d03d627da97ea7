"""The ledger's rows, each chained to the one before by its digest (protocol §1): made here, and checked here."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from wuye.kernel.clock import to_ms, to_wire
from wuye.sync.incoming import Incoming
from wuye.sync.ports import Snapshot
from wuye.sync.review import subject_of
from wuye.sync.rows import LedgerRow
from wuye.sync.verdict import Verdict

Read = Callable[[Callable[[Snapshot], list[LedgerRow]]], list[LedgerRow]]
"""Runs reads on a snapshot."""

_encode = msgspec.json.Encoder(order="sorted").encode


def row_of(
    site: str, pos: int, incoming: Incoming, verdict: Verdict, cause: str | None, received: datetime
) -> LedgerRow:
    """Return an op with its outcome as the ledger keeps it, not yet chained. ``cause`` is the op that it follows."""
    entity, record = subject_of(incoming)
    return LedgerRow(
        site=site,
        pos=pos,
        seq=verdict.seq,
        op=incoming.id,
        user=incoming.user,
        replica=incoming.replica,
        n=incoming.n,
        entity=entity,
        record=record,
        kind=incoming.op.kind if incoming.op else "",
        status=verdict.status,
        code=verdict.code,
        fields=verdict.fields,
        message=verdict.message,
        review=verdict.item,
        cause=cause,
        at=incoming.at,
        at_ms=min(incoming.at_ms, to_ms(received)),
        received_at=to_wire(received),
        clock_suspect=incoming.clock_suspect,
        body=incoming.body,
        changes=_encode(verdict.changes) if incoming.op and incoming.op.kind != "create" else b"{}",
        content=incoming.content,
        digest=b"",
    )


def chained(row: LedgerRow, before: bytes) -> LedgerRow:
    """Return a row with the digest that follows from the row and the digest of the row before."""
    bare = msgspec.structs.replace(row, digest=b"") if row.digest else row
    digest = hashlib.sha256(before + _encode(bare)).digest()
    return msgspec.structs.replace(row, digest=digest)


def verify_chain(rows: Iterable[LedgerRow], digest: bytes = b"") -> int | None:
    """Check a site's chain of ledger rows from a digest on; return the position of the first that does not fit."""
    for row in rows:
        if row.digest != chained(row, digest).digest:
            return row.pos
        digest = row.digest
    return None


def verify_ledger(read: Read, site: str) -> tuple[int, int | None]:
    """Check a site's whole ledger, each part of it on a snapshot of its own; return the position up to which it was
    found whole, and that of the first row that does not fit."""
    after, digest = 0, b""

    def some(snapshot: Snapshot) -> list[LedgerRow]:
        return snapshot.ledger(site, after=after)

    while rows := read(some):
        if (bad := verify_chain(rows, digest)) is not None:
            return after, bad
        after, digest = rows[-1].pos, rows[-1].digest
    return after, None
