"""Judging one op: may he, does it fit, how does it merge (protocol §3.3). Rules and the whole record come after, when
the group's changes are known (`wuye.sync.group`)."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from wuye.kernel.clock import to_ms
from wuye.model.registry import Model
from wuye.model.values import BadValue
from wuye.protocol.wire import Op
from wuye.sync.access import Access
from wuye.sync.acts import run_act
from wuye.sync.buckets import buckets_of, keys_of
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming
from wuye.sync.layer import Draft, Layer
from wuye.sync.merge import merge_field
from wuye.sync.rows import Ref, Touch
from wuye.sync.verdict import Concern, Conflict, Verdict, held, rejected

encode = msgspec.json.Encoder(order="sorted").encode

REVOKED_WORK = Concern(kind="revoked_work")


class Author(Struct, frozen=True, kw_only=True):
    """Whose op it is: what he may do now, and what he might when his replica last synced (protocol §3.5).

    ``synced_ms`` is when that was, or the days of grace ago. ``writes`` replaces rights for a rule's follow-ups.
    """

    user: str
    now: Access
    kept: Access
    synced_ms: int = 0
    roles: tuple[str, ...] = ()
    writes: frozenset[str] | None = None

    def reads(self, buckets: tuple[str, ...]) -> bool:
        """Tell whether the author knows of a record in these buckets."""
        return self.writes is not None or self.now.reads(buckets) or self.kept.reads(buckets)

    def reads_now(self, buckets: tuple[str, ...]) -> bool:
        """Tell whether the author may see what lies in these buckets today."""
        return self.writes is not None or self.now.reads(buckets)

    def may(self, right: str, keys: tuple[str, ...]) -> bool | None:
        """Tell whether he may: True now, None only by rights that have ended, False not at all."""
        if self.writes is not None:
            return right in self.writes
        if self.now.may(right, keys):
            return True
        return None if self.kept.may(right, keys) else False

    def may_somewhere(self, right: str) -> bool:
        """Tell whether he has the right on any record here."""
        if self.writes is not None:
            return right in self.writes
        return self.now.may_somewhere(right) or self.kept.may_somewhere(right)


def judge_op(incoming: Incoming, author: Author, layer: Layer, directory: Directory) -> Verdict:
    """Apply one op to the group's drafts.

    Raises:
        Refused: rejected or held; the group's drafts are then of no use.
    """
    if incoming.too_large:
        raise rejected("too_large")
    op = incoming.op
    if op is None:
        raise rejected("invalid", message=incoming.fault)
    model = _model(op, layer.site, directory)
    op = _upcast(op, model)
    ref = (op.entity, op.record)
    if op.kind == "create":
        return _create(op, incoming, author, model, ref, layer)
    draft = _existing(op, author, ref, layer)
    if op.kind == "delete":
        return _delete(op, author, model, draft, layer)
    if draft.deleted:
        raise rejected("gone")
    if author.writes is None and (model.entity.append_only or model.entity.account):
        raise rejected("invalid", message="records of this kind are never changed")
    right = f"{op.entity}.act.{op.act}" if op.kind == "act" else f"{op.entity}.update"
    if op.act is not None and op.act not in model.transitions:
        raise rejected("invalid", message=f"{op.entity} has no act {op.act}")
    verdict = Verdict(review=_permit(op, author, right, draft, layer))
    conflicts = _merge(op, incoming, model, draft, layer, _settable(model, author, op))
    if conflicts:
        verdict.status, verdict.code = "merged", "conflict"
    if op.act is not None:
        run_act(op, incoming, author.user, draft, layer, verdict)
    verdict.conflicts = tuple(conflicts)
    verdict.fields = tuple(conflict.field for conflict in conflicts) + verdict.fields
    return verdict


def _model(op: Op, site: str, directory: Directory) -> Model:
    model = directory.models.get(op.entity)
    if model is None:
        raise held("unknown_entity", f"entity:{op.entity}")
    info = directory.sites.get(site)
    if info is not None and model.plugin not in info.plugins:
        raise held("plugin_off", f"plugin:{model.plugin}")
    if op.v > model.entity.version:
        raise held("unknown_version", f"version:{op.entity}")
    return model


def _upcast(op: Op, model: Model) -> Op:
    if op.v == model.entity.version:
        return op
    set_, was = dict(op.set), dict(op.was)
    for version in range(op.v, model.entity.version):
        if upcast := model.entity.upcasters.get(version):
            try:
                set_, was = upcast(set_), upcast(was)
            except Exception:
                raise held("rule_failed", f"rule:{op.entity}.upcast") from None
    return msgspec.structs.replace(op, set=set_, was=was)


def _existing(op: Op, author: Author, ref: Ref, layer: Layer) -> Draft:
    if layer.refused(ref):
        raise rejected("dependency")
    if (layer.draft(ref) is None and layer.stored(ref) is None) or not _knows(op, author, ref, layer):
        raise held("unknown_record", f"record:{op.entity}:{op.record}")
    draft = layer.open(ref)
    assert draft is not None
    return draft


def _knows(op: Op, author: Author, ref: Ref, layer: Layer) -> bool:
    """Tell whether the author may know of the record: he reads it, or has just made it, or its bucket has left his
    reach since his replica last synced (a unit that changed zone, a ticket handed on)."""
    draft = layer.draft(ref)
    mine = draft is not None and draft.was is None and draft.created_by == author.user
    return mine or author.reads(_buckets_now(layer, ref)) or bool(_former_keys(op, author, ref, layer))


def _former_keys(op: Op, author: Author, ref: Ref, layer: Layer) -> tuple[str, ...]:
    """Return the keys that the record had when the author's replica last synced, if he read it by them."""
    model = layer.model(op.entity)
    values, _ = layer.values(ref)
    if not model.entity.keys or values is None or author.writes is not None:
        return ()
    touches = layer.touches(ref, op.base)
    moved = {
        key.field: touch.before
        for key in model.entity.keys
        if (touch := touches.get(key.field)) and touch.moved_ms > author.synced_ms
    }
    if not moved:
        return ()
    former = {**values, **moved}
    return keys_of(model, former) if author.reads(buckets_of(layer.site, model, former)) else ()


def _buckets_now(layer: Layer, ref: Ref) -> tuple[str, ...]:
    stored = layer.stored(ref)
    drafted = layer.buckets(ref) if layer.draft(ref) else ()
    return drafted + (stored.buckets if stored else ())


def _permit(op: Op, author: Author, right: str, draft: Draft, layer: Layer) -> tuple[Concern, ...]:
    """Return nothing, or ``revoked_work`` where only a right or a reach that has ended allows the change."""
    keys = keys_of(layer.model(draft.entity), draft.values)
    allowed = author.may(right, keys)
    if allowed is not True and author.may(right, _former_keys(op, author, (draft.entity, draft.id), layer)):
        allowed = None
    if allowed is False:
        raise rejected("forbidden")
    return () if allowed else (REVOKED_WORK,)


def _settable(model: Model, author: Author, op: Op) -> frozenset[str]:
    """Return the fields that an op may name: the server's own only when a rule writes or an import creates."""
    if op.kind == "create" and (author.writes is not None or author.now.may_somewhere(f"{op.entity}.import")):
        return model.importable
    return model.settable if author.writes is None else model.writable


def _clean(op: Op, model: Model, settable: frozenset[str]) -> dict[str, object]:
    """Return ``set`` in normal form."""
    unknown = tuple(sorted(name for name in op.set if name not in settable))
    if unknown:
        raise rejected("invalid", unknown, message="no such field, or it is the server's: " + ", ".join(unknown))
    clean: dict[str, object] = {}
    bad: dict[str, str] = {}
    for name, value in op.set.items():
        try:
            clean[name] = model.checks[name](value)
        except BadValue as fault:
            bad[f"{name}.{fault.path}" if fault.path else name] = fault.reason
    if bad:
        raise rejected("invalid", tuple(bad), message="; ".join(f"{name} {reason}" for name, reason in bad.items()))
    return clean


def _create(op: Op, incoming: Incoming, author: Author, model: Model, ref: Ref, layer: Layer) -> Verdict:
    if not author.may_somewhere(f"{op.entity}.create"):
        raise rejected("forbidden")
    if layer.draft(ref) is not None or layer.stored(ref) is not None:
        raise rejected("duplicate_key", ("id",))
    state = model.state_field
    clean = _clean_create(op, model, author, state)
    values: dict[str, object] = dict(model.defaults)
    values.update(clean)
    if model.entity.workflow and state and state not in clean:
        values[state] = model.entity.workflow.initial
    layer.group[ref] = Draft(
        entity=op.entity,
        id=op.record,
        values={name: value for name, value in values.items() if value is not None},
        created_at=incoming.at,
        created_by=author.user,
        updated_at=incoming.at,
        updated_by=author.user,
    )
    return Verdict()


def _clean_create(op: Op, model: Model, author: Author, state: str | None) -> dict[str, object]:
    settable = _settable(model, author, op)
    if state is None or state not in op.set:
        return _clean(op, model, settable)
    if state not in settable:
        raise rejected("forbidden", (state,), message="only an import may create a record in a later state")
    assert model.entity.workflow is not None
    if op.set[state] not in {s.name for s in model.entity.workflow.states}:
        raise rejected("invalid", (state,), message="no such state")
    rest = msgspec.structs.replace(op, set={k: v for k, v in op.set.items() if k != state})
    return _clean(rest, model, settable) | {state: op.set[state]}


def _delete(op: Op, author: Author, model: Model, draft: Draft, layer: Layer) -> Verdict:
    if draft.deleted:
        return Verdict()
    if model.entity.append_only or model.entity.account:
        raise rejected("invalid", message="records of this kind are never deleted")
    review = _permit(op, author, f"{op.entity}.delete", draft, layer)
    if not review and author.writes is None and draft.seq > op.base and _others_wrote(op, author, draft, layer):
        review = (Concern(kind="deleted_newer"),)
    draft.deleted = True
    return Verdict(review=review)


def _others_wrote(op: Op, author: Author, draft: Draft, layer: Layer) -> bool:
    """Tell whether anybody else has changed the record since its author saw it."""
    touches = layer.touches((op.entity, op.record), op.base)
    return draft.updated_by != author.user or any(
        touch.author != author.user for name, touch in touches.items() if name
    )


def _merge(
    op: Op, incoming: Incoming, model: Model, draft: Draft, layer: Layer, settable: frozenset[str]
) -> list[Conflict]:
    conflicts = []
    for name, new in _clean(op, model, settable).items():
        cur = draft.values.get(name)
        was = _seen(model, name, op.was.get(name))
        policy = model.policies[name]
        merged = merge_field(policy, was, new, cur)
        if merged.outcome == "conflict":
            touches = layer.touches((op.entity, op.record), op.base)
            theirs = touches.get(name)
            if policy == "latest":
                merged = merge_field(policy, was, new, cur, later=_later(incoming, touches, theirs))
            conflicts.append(_conflict(name, was, new, cur, theirs, draft))
        value = merged.value
        if merged.outcome == "combined":
            try:
                value = model.checks[name](merged.value)
            except BadValue:
                conflicts.append(_conflict(name, was, new, cur, None, draft))
                value = cur
        if value is None:
            draft.values.pop(name, None)
        else:
            draft.values[name] = value
    return conflicts


def _seen(model: Model, name: str, was: object) -> object:
    """Bring what the user saw to normal form; what no longer fits the field stays as it was."""
    try:
        return model.checks[name](was)
    except BadValue:
        return was


def _conflict(name: str, was: object, new: object, cur: object, theirs: Touch | None, draft: Draft) -> Conflict:
    return Conflict(
        field=name,
        was=was,
        mine=new,
        theirs=cur,
        their_at=theirs.at if theirs else draft.updated_at,
        their_author=theirs.author if theirs else draft.updated_by,
    )


def _later(incoming: Incoming, touches: Mapping[str, Touch], theirs: Touch | None) -> bool:
    """Tell whether this edit is the later one, by a clock that cannot have run before what its author saw."""
    if incoming.clock_suspect or incoming.falls or theirs is None:
        return False
    seen = touches.get("")
    return max(incoming.at_ms, seen.received_ms if seen else 0) > theirs.at_ms


def touch_of(incoming: Incoming, author: str, seq: int, layer: Layer) -> Touch:
    """Return the mark that an op leaves on the fields that it wrote."""
    received = to_ms(layer.now)
    return Touch(
        seq=seq,
        author=author,
        at=incoming.at,
        at_ms=min(incoming.at_ms, received),
        received_ms=received,
        act=incoming.op.act if incoming.op else None,
        args=encode(incoming.op.args if incoming.op else {}),
    )
