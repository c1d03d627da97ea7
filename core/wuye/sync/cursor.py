"""Cursors: where a replica stands at every site, in a few signed bytes (protocol §3).

A cursor names the set of buckets that it has read fully by a digest; the store remembers sets by digest, so that
hundreds of sites fit into 4 KiB. It grants nothing: what is sent depends on grants alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from wuye.protocol.wire import MAX_CURSOR


class Position(Struct, array_like=True):
    """A site's position: news up to ``seq`` are read for the bucket set number ``held``; ``reading`` are first syncs
    under way (bucket relative to the site → seq)."""

    seq: int
    held: int
    reading: dict[str, int] = {}


class Cursor(Struct, array_like=True):
    """All positions. ``synced_ms``: when ``replica`` last completed a sync; it says nothing of another replica.
    ``sites`` and ``replica`` are short digests."""

    epoch: bytes
    replica: bytes
    synced_ms: int
    sets: list[bytes]
    sites: dict[bytes, Position]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cursor).decode


def empty(epoch: str, replica: str) -> Cursor:
    """Return the cursor of a replica that has read nothing."""
    return Cursor(epoch=_short(epoch), replica=site_key(replica), synced_ms=0, sets=[], sites={})


def site_key(site: str) -> bytes:
    """Return the few bytes that stand for a site in a cursor."""
    return hashlib.blake2b(site.encode(), digest_size=5).digest()


def set_digest(names: Iterable[str]) -> str:
    """Return the digest of a set of buckets (relative to their site)."""
    return hashlib.blake2b("\n".join(sorted(names)).encode(), digest_size=8).hexdigest()


def seal(cursor: Cursor, secret: bytes) -> str:
    """Write and sign a cursor.

    Raises:
        ValueError: it would be longer than a cursor may be.
    """
    used = sorted({position.held for position in cursor.sites.values()})
    renumbered = {number: index for index, number in enumerate(used)}
    for position in cursor.sites.values():
        position.held = renumbered[position.held]
    cursor.sets = [cursor.sets[number] for number in used]
    plain = _encode(cursor)
    text = base64.urlsafe_b64encode(_sign(plain, secret) + plain).decode()
    if len(text) > MAX_CURSOR:
        raise ValueError("the cursor is too long")
    return text


def unseal(text: str | None, secret: bytes, epoch: str, replica: str) -> Cursor | None:
    """Read a cursor; None when it cannot be read, is forged, or of another epoch.

    Of another replica's only the positions count: when that one synced is no word on this one's rights.
    """
    if text is None or len(text) > MAX_CURSOR:
        return None
    try:
        raw = base64.urlsafe_b64decode(text.encode())
        if not hmac.compare_digest(raw[:12], _sign(raw[12:], secret)):
            return None
        cursor = _decode(raw[12:])
    except (ValueError, msgspec.MsgspecError):
        return None
    if cursor.epoch != _short(epoch):
        return None
    if cursor.replica != site_key(replica):
        cursor.replica, cursor.synced_ms = site_key(replica), 0
    return cursor


def _short(epoch: str) -> bytes:
    return bytes.fromhex(epoch.replace("-", ""))[-6:]


def _sign(plain: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, plain, hashlib.sha256).digest()[:12]
