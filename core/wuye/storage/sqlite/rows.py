"""Rows of the database to the structs of the port, and back: the order of columns is told here once."""

from typing import Any

import msgspec

from wuye.sync.rows import HeldOp, LedgerRow

Row = tuple[Any, ...]
"""What sqlite3 hands out."""

META = ("created_at", "created_by", "updated_at", "updated_by")

LEDGER = (
    "place", "seq", "op", "user", "replica", "n", "entity", "record", "kind", "status", "code", "fields",
    "message", "review", "cause", "at", "at_ms", "received_at", "clock_suspect", "body", "changes", "content",
    "digest",
)  # fmt: skip
HELD = tuple(name for name in HeldOp.__struct_fields__ if name != "site")

_read_values = msgspec.json.Decoder(dict[str, object]).decode
_read_names = msgspec.json.Decoder(tuple[str, ...]).decode
_write = msgspec.json.Encoder().encode


def ledger_values(row: LedgerRow, place: int) -> tuple[str | int | bytes | None, ...]:
    """Return a ledger row as columns; ``place`` stands for site and pos."""
    return (
        place, row.seq, row.op, row.user, row.replica, row.n, row.entity, row.record, row.kind, row.status,
        row.code, _write(row.fields).decode() if row.fields else None, row.message, row.review, row.cause,
        row.at, row.at_ms, row.received_at, row.clock_suspect, row.body, row.changes, row.content, row.digest,
    )  # fmt: skip


def ledger_row(site: str, base: int, columns: Row) -> LedgerRow:
    """Return a ledger row; ``base`` is the place of the site's position 0."""
    (place, seq, op, user, replica, n, entity, record, kind, status, code, fields, message, review, cause, at,
     at_ms, received_at, suspect, body, changes, content, digest) = columns  # fmt: skip
    return LedgerRow(
        site=site, pos=place - base, seq=seq, op=op, user=user, replica=replica, n=n, entity=entity,
        record=record, kind=kind, status=status, code=code, fields=_read_names(fields) if fields else (),
        message=message, review=review, cause=cause, at=at, at_ms=at_ms, received_at=received_at,
        clock_suspect=bool(suspect), body=body, changes=changes, content=content, digest=digest,
    )  # fmt: skip


def held_values(held: HeldOp) -> tuple[str | int | bytes | None, ...]:
    """Return a held op as columns."""
    return tuple(getattr(held, name) for name in HELD)


def held_op(site: str, columns: Row) -> HeldOp:
    """Return a held op."""
    values = dict(zip(HELD, columns, strict=True))
    return HeldOp(
        site=site,
        **{**values, "creates": bool(values["creates"]), "clock_suspect": bool(values["clock_suspect"])},
    )


def values_of(body: bytes) -> dict[str, object]:
    """Return what a stored body holds."""
    return _read_values(body)


def body_of_deleted(created_at: str, created_by: str, updated_at: str, updated_by: str) -> bytes:
    """Return what is stored of a record that is gone: who made it, and who took it away."""
    return _write(
        {
            "created_at": created_at,
            "created_by": created_by,
            "updated_at": updated_at,
            "updated_by": updated_by,
        }
    )


def packed(values: object) -> str:
    """Return JSON as text, for ``json_each`` and for columns that hold more than one value."""
    return _write(values).decode()
