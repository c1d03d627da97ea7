"""Ops as they come in: decoded strictly and one by one, digested, grouped (protocol §3.1)."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from wuye.kernel.clock import from_wire, to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, is_uuid
from wuye.protocol.nesting import cut
from wuye.protocol.wire import MAX_GROUP_BYTES, MAX_GROUP_OPS, MAX_NESTING, MAX_OP, Op, SyncRequest
from wuye.sync.rows import HeldOp

SUSPECT_MS = 120_000

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class Incoming(Struct, frozen=True, kw_only=True):
    """An op on its way to judgement.

    ``op`` is None when malformed: then ``fault`` says why. ``content`` digests the op with sorted keys, ``body`` is
    that JSON. ``at_ms`` is the device's time corrected by its offset; ``falls`` tells that it is earlier than the
    op before it in its log.
    """

    site: str
    n: int
    id: str
    op: Op | None
    fault: str
    too_large: bool
    body: bytes
    content: bytes
    user: str
    replica: str
    at: str
    at_ms: int
    group: str | None = None
    clock_suspect: bool = False
    falls: bool = False


def ops_of(request: SyncRequest, user: str, now: datetime) -> list[Incoming]:
    """Decode the ops of a request, by its own clock against the server's (protocol §3.4).

    Raises:
        Problem: ``invalid_request``, its ``now`` is no moment; as `decode_ops`.
    """
    try:
        offset = to_ms(now) - to_ms(from_wire(request.now))
    except (ValueError, OverflowError):
        raise Problem("invalid_request", "now must be a moment with its zone") from None
    suspect = abs(offset) > SUSPECT_MS
    return decode_ops(request.ops, user=user, replica=request.replica, offset_ms=offset, suspect=suspect)


def decode_ops(raws: Sequence[Raw], *, user: str, replica: str, offset_ms: int, suspect: bool) -> list[Incoming]:
    """Decode the ops of a push. ``offset_ms`` = server's time minus the device's.

    Raises:
        Problem: ``invalid_op`` with ``index``, when an op's site or n cannot be read.
    """
    return [_decode_op(index, raw, user, replica, offset_ms, suspect) for index, raw in enumerate(raws)]


def _decode_op(index: int, raw: Raw, user: str, replica: str, offset_ms: int, suspect: bool) -> Incoming:
    whole = bytes(raw)
    flat = cut(whole, MAX_NESTING)
    try:
        plain, fault = _read(flat)
    except UNREADABLE as error:
        raise Problem("invalid_op", f"op {index}: {error}", extra={"index": index}) from error
    if flat != whole:
        fault = f"nested deeper than {MAX_NESTING} levels"
    if not isinstance(plain, dict):
        raise Problem("invalid_op", f"op {index} is not an object", extra={"index": index})
    site, n = plain.get("site"), plain.get("n")
    if not isinstance(site, str) or not is_uuid(site) or type(n) is not int or not 0 < n < 2**53:
        raise Problem("invalid_op", f"op {index} has no readable site and n", extra={"index": index})
    body = _encode(plain)
    op, fault = (None, fault) if fault else _convert(plain)
    at, at_ms = _time(plain.get("at"), offset_ms)
    if op is not None and not at:
        op, fault = None, "at must be a moment with its zone"
    claimed, group = plain.get("op"), plain.get("group")
    return Incoming(
        site=site,
        n=n,
        id=claimed if isinstance(claimed, str) and 0 < len(claimed) <= 64 else derive(replica, site, str(n), ms=0),
        op=op,
        fault=fault,
        too_large=len(whole) > MAX_OP,
        body=body,
        content=_digest(body),
        user=user,
        replica=replica,
        at=at,
        at_ms=at_ms,
        group=group if isinstance(group, str) else None,
        clock_suspect=suspect,
    )


def _read(raw: bytes) -> tuple[object, str]:
    """Return an op as JSON values and why some of it cannot be read: such a member is kept as it is written."""
    try:
        return _decode(raw), ""
    except UNREADABLE as error:
        members = msgspec.json.decode(raw, type=dict[str, Raw])
        return {name: _read_member(bytes(member)) for name, member in members.items()}, str(error)


def _read_member(raw: bytes) -> object:
    try:
        return _decode(raw)
    except UNREADABLE:
        return raw.decode("utf-8", "replace")


def _convert(plain: dict[str, object]) -> tuple[Op | None, str]:
    try:
        op = msgspec.convert(plain, Op, strict=True)
    except msgspec.ValidationError as error:
        return None, str(error)
    for name, uuid in (("op", op.op), ("record", op.record), ("group", op.group)):
        if uuid is not None and not is_uuid(uuid):
            return None, f"{name} must be a canonical lower-case UUID"
    if (op.kind == "act") != (op.act is not None):
        return None, "an act, and only an act, names its act"
    if len(op.entity) > 100 or (op.act and len(op.act) > 100) or op.v < 1:
        return None, "entity, act or v is out of range"
    return op, ""


def _time(at: object, offset_ms: int) -> tuple[str, int]:
    if isinstance(at, str) and len(at) <= 40:
        try:
            moment = from_wire(at)
            return to_wire(moment), to_ms(moment) + offset_ms
        except (ValueError, OverflowError):
            pass
    return "", 0


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


def from_held(held: HeldOp) -> Incoming:
    """Bring a held op back for another judgement."""
    plain = _decode(held.body)
    op, fault = _convert(plain)
    return Incoming(
        site=held.site,
        n=held.n,
        id=held.op,
        op=op,
        fault=fault,
        too_large=False,
        body=held.body,
        content=_digest(held.body),
        user=held.user,
        replica=held.replica,
        at=_time(op.at, 0)[0] if op else "",
        at_ms=held.at_ms,
        group=held.group,
        clock_suspect=held.clock_suspect,
    )


def groups(ops: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    """Cut a log into groups: consecutive ops that name the same group, every other op by itself."""
    current: list[Incoming] = []
    for op in ops:
        if current and (op.group is None or op.group != current[0].group):
            yield current
            current = []
        current.append(op)
    if current:
        yield current


def group_too_large(group: Sequence[Incoming]) -> bool:
    """Tell whether a group exceeds what may apply together."""
    return len(group) > MAX_GROUP_OPS or sum(len(op.body) for op in group) > MAX_GROUP_BYTES
