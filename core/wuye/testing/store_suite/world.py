"""A small registry and a pen that writes plans like the engine does, for statements about stores."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from wuye.kernel.ids import derive
from wuye.model.entity import Child, Entity, Field, State, Transition, Workflow
from wuye.model.plugin import Contribution, PluginInfo
from wuye.model.registry import Registry
from wuye.sync.ports import Transaction
from wuye.sync.rows import Head, LedgerRow, Need, Plan, RecordWrite

SITE, OTHER_SITE = (derive("site", name, ms=1_790_000_000_000) for name in ("one", "two"))
AT = "2026-11-22T01:02:03.004Z"

NOTE = Entity(
    name="note",
    stream="notes",
    title="{title}",
    unique=(("title",),),
    fields=(
        Field(name="title"),
        Field(name="place", type="ref", ref="room.plan"),
        Field(name="watchers", type="refs", ref="room.plan"),
        Field(name="tags", type="choices", choices=("red", "blue")),
        Field(name="amount", type="money"),
        Field(name="done", type="boolean"),
        Field(name="photos", type="blobs"),
        Field(name="site"),
    ),
    workflow=Workflow(
        initial="open",
        states=(State("open"), State("shut", final=True)),
        transitions=(Transition(act="shut", from_=("open",), to="shut"),),
    ),
)
ROOM = Entity(
    name="room.plan", stream="rooms", title="{name}", fields=(Field(name="name"),), children=(Child("note", "place"),)
)


def registry() -> Registry:
    """Return a registry of two entities that use every kind of column and look-up."""
    info = PluginInfo(id="core", version="1", api=1, package="wuye")
    return Registry([Contribution(info=info, catalogues={}, entities=(NOTE, ROOM))])


def id_of(name: str) -> str:
    """Return the one record id that a name always stands for."""
    return derive("record", name, ms=1_790_000_000_000)


def bucket(name: str, site: str = SITE) -> str:
    """Return a bucket's full name."""
    return f"{site}/{name}"


class Edit(Struct, frozen=True, kw_only=True):
    """A record's new state: ``values`` None deletes it; ``buckets`` are short names."""

    name: str
    values: Mapping[str, object] | None
    buckets: tuple[str, ...]
    entity: str = "note"


def write(transaction: Transaction, site: str, edits: Sequence[Edit], *, by: str = "user", seq: int = 0) -> Head:
    """Plan and apply edits at the end of a site's log, one seq for all, one ledger row for each.

    ``by`` goes into the rows as user; ``seq`` overrides the next seq.
    """
    head = transaction.head(site)
    seq = seq or head.seq + 1
    refs = {(edit.entity, id_of(edit.name)) for edit in edits}
    known = transaction.load(site, Need(records=refs)).records
    plan = Plan(site=site, head=head)
    for edit in edits:
        was = known.get((edit.entity, id_of(edit.name)))
        buckets = tuple(bucket(name, site) for name in edit.buckets)
        values = dict(edit.values or {})
        created = (was.created_at, was.created_by) if was else (AT, by)
        meta = {"created_at": created[0], "created_by": created[1], "updated_at": AT, "updated_by": by}
        body = None if edit.values is None else msgspec.json.encode({**values, **meta})
        plan.records.append(
            RecordWrite(
                entity=edit.entity,
                id=id_of(edit.name),
                seq=seq,
                deleted=edit.values is None,
                values=values,
                body=body,
                h=zlib.crc32(body) if body else 0,
                buckets=buckets,
                left=tuple(name for name in was.buckets if name not in buckets) if was else (),
                was_seq=was.seq if was else None,
                was_in=was.buckets if was else (),
                created_at=created[0],
                created_by=created[1],
                updated_at=AT,
                updated_by=by,
            )
        )
        old = was.values if was else {}
        changes = {name: [old.get(name), value] for name, value in values.items() if old.get(name) != value}
        row = ledger_row(site, plan.head, edit, seq, by, "update" if was else "create", changes)
        plan.ledger.append(row)
        plan.head = Head(seq=seq, pos=row.pos, digest=row.digest, floor=head.floor)
    transaction.apply(plan)
    return plan.head


def ledger_row(
    site: str,
    head: Head,
    edit: Edit,
    seq: int,
    by: str,
    kind: str,
    changes: Mapping[str, object],
    status: str = "applied",
) -> LedgerRow:
    """Return the ledger row of an edit, chained to the row before."""
    body = msgspec.json.encode({"set": edit.values, "act": None, "args": {"seq": seq}})
    return LedgerRow(
        site=site,
        pos=head.pos + 1,
        seq=seq,
        op=derive("op", by, str(head.pos + 1), ms=1_790_000_000_000),
        user=by,
        replica="",
        n=0,
        entity=edit.entity,
        record=id_of(edit.name),
        kind=kind,
        status=status,
        code=None,
        fields=("title",) if status == "merged" else (),
        message=None,
        review=None,
        cause=None,
        at=AT,
        at_ms=1_790_000_000_000 + seq,
        received_at=f"2026-11-22T01:{seq // 60 % 60:02d}:{seq % 60:02d}.000Z",
        clock_suspect=False,
        body=body,
        changes=msgspec.json.encode(changes),
        content=hashlib.sha256(body).digest(),
        digest=hashlib.sha256(head.digest + body).digest(),
    )
