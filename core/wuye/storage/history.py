"""What the ledger tells of a record: who wrote each field last, and by which act."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct, structs

from wuye.kernel.clock import from_wire, to_ms
from wuye.sync.rows import LedgerRow, Touch

WRITTEN = ("applied", "merged")
"""Outcomes after which an op's changes lie in the record."""

_NO_ARGS = msgspec.Raw(b"{}")


class _Act(Struct):
    act: str | None = None
    args: msgspec.Raw = _NO_ARGS


_read_act = msgspec.json.Decoder(_Act).decode
_read_changes = msgspec.json.Decoder(dict[str, tuple[object, object]]).decode


def touches(rows: Iterable[LedgerRow], since: int) -> dict[str, Touch]:
    """Return field → last writer after a seq, and under "" the newest writer up to it.

    ``rows`` are the ledger's of one record, in order. Rows of ops that were not applied left no
    trace in the record and are passed over.
    """
    found: dict[str, Touch] = {}
    for row in rows:
        if row.status not in WRITTEN:
            continue
        if row.seq <= since:
            found[""] = _touch(row)
            continue
        for field, (before, _) in _read_changes(row.changes).items():
            touch = _touch(row)
            first = found.get(field)
            found[field] = structs.replace(
                touch,
                before=first.before if first else before,
                moved_ms=first.moved_ms if first else touch.received_ms,
            )
    return found


def _touch(row: LedgerRow) -> Touch:
    act = _read_act(row.body)
    return Touch(
        seq=row.seq,
        author=row.user,
        at=row.at,
        at_ms=row.at_ms,
        received_ms=to_ms(from_wire(row.received_at)),
        act=act.act,
        args=bytes(act.args),
    )
