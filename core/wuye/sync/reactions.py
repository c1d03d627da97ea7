"""Follow-ups: what rules ask for after a change, and records whose keys hang on a changed one (design §3, §4)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from wuye.kernel.clock import to_wire
from wuye.kernel.ids import derive, time_of
from wuye.model.entity import BucketKey
from wuye.model.registry import Model
from wuye.model.rules import Change, FollowUp, Rule
from wuye.protocol.wire import Op
from wuye.sync.access import NOTHING
from wuye.sync.directory import Directory
from wuye.sync.group import Asked
from wuye.sync.incoming import Incoming
from wuye.sync.judge import Author
from wuye.sync.layer import Layer
from wuye.sync.rows import Ref, Stored

MAX_DEPTH = 8

_encode = msgspec.json.Encoder(order="sorted").encode


def record_of(user: str, cause: str, rule: str, key: str, *, ms: int) -> str:
    """Return the id of the record that a rule's follow-up creates."""
    return derive("record", user, cause, rule, key, ms=ms)


def incoming_of(asked: Asked, cause: Incoming, directory: Directory) -> tuple[Incoming, Author]:
    """Turn a follow-up into an op of its plugin; its id derives from rule, key and cause, so a repeat is the same."""
    plugin, rule, follow_up = asked
    user = f"plugin:{plugin}"
    ms = time_of(cause.op.op) if cause.op else cause.at_ms
    op_id = derive("follow-up", user, cause.id, rule.name, follow_up.key, ms=ms)
    op = Op(
        n=0,
        op=op_id,
        site=cause.site,
        entity=follow_up.entity,
        record=follow_up.record or record_of(user, cause.id, rule.name, follow_up.key, ms=ms),
        kind=follow_up.kind,
        at=cause.at,
        v=directory.models[follow_up.entity].entity.version if follow_up.entity in directory.models else 1,
        set=dict(follow_up.set),
        act=follow_up.act,
        args=dict(follow_up.args),
    )
    body = _encode(op)
    incoming = Incoming(
        site=cause.site,
        n=0,
        id=op_id,
        op=op,
        fault="",
        too_large=False,
        body=body,
        content=hashlib.blake2b(body, digest_size=16).digest(),
        user=user,
        replica="",
        at=cause.at,
        at_ms=cause.at_ms,
    )
    return incoming, Author(user=user, now=NOTHING, kept=NOTHING, writes=frozenset(rule.writes))


def op_of_job(
    plugin: str,
    job: str,
    site: str,
    asked: FollowUp,
    present: Mapping[Ref, Stored],
    models: Mapping[str, Model],
    now: datetime,
) -> Op:
    """Turn what a job asks for into an op; like a rule's, its ids derive from job and key, and it starts from the
    record's present values."""
    record = asked.record or derive("record", plugin, job, site, asked.key, ms=0)
    stored = present.get((asked.entity, record))
    model = models.get(asked.entity)
    return Op(
        n=0,
        op=derive("job", plugin, job, site, asked.key, ms=0),
        site=site,
        entity=asked.entity,
        record=record,
        kind=asked.kind,
        at=to_wire(now),
        v=model.entity.version if model else 1,
        set=dict(asked.set),
        was={name: stored.values.get(name) for name in asked.set} if stored else {},
        act=asked.act,
        args=dict(asked.args),
        base=stored.seq if stored else 0,
    )


def with_present_values(incoming: Incoming, layer: Layer) -> Incoming:
    """Let a rule's update start from what is there: a rule sees the present state, so it cannot conflict with it."""
    op = incoming.op
    if op is None or op.kind == "create":
        return incoming
    values, _ = layer.values((op.entity, op.record))
    present = {name: (values or {}).get(name) for name in op.set}
    return msgspec.structs.replace(incoming, op=msgspec.structs.replace(op, was=present))


def moved_dependants(changes: Sequence[Change], layer: Layer, directory: Directory) -> list[Asked]:
    """Ask for the rewriting of records whose server-owned key copies a field that has just changed."""
    asked: list[Asked] = []
    for change in changes:
        moved: dict[tuple[str, str], dict[str, object]] = {}
        for entity, key in _followers(change.entity, directory) if change.old and change.new else ():
            old, new = ((side or {}).get(key.source or key.field) for side in (change.old, change.new))
            if old != new:
                moved.setdefault((entity, str(key.via)), {})[key.field] = new
        for (entity, via), set_ in moved.items():
            rule = Rule(name=f"follow-{via}", on=(), writes=(f"{entity}.update",))
            asked += [
                (
                    "core",
                    rule,
                    FollowUp(key=record, cause=change.op, entity=entity, kind="update", record=record, set=set_),
                )
                for record, _ in layer.find(entity, via, change.record)
            ]
    return asked


def _followers(entity: str, directory: Directory) -> Iterable[tuple[str, BucketKey]]:
    for name, model in directory.models.items():
        for key in model.entity.keys:
            if key.via is not None and model.entity.field(key.via).ref == entity:
                yield name, key
