"""Attachments on this device: kept in the replica's database, named by hash, uploaded after the texts (protocol §6).

States: ``waiting`` until the server says that it is stored, then ``stored``; ``refused`` for good; ``fetched`` was made
by others and is here only to be looked at. What was sent is kept for ``keep_days``, so that a restored server can be
given again what it forgot.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import cast

import msgspec
from msgspec import Struct

from wuye_client.errors import Flaw, InvalidEntry
from wuye_client.kinds import kind_of
from wuye_client.store import Store

_DAY_MS = 86_400_000
_SHA = re.compile(rb'"sha256":\s*"([0-9a-f]{64})"')
_WAITING = "state = 'waiting' AND named = 1"


class Upload(Struct, frozen=True, kw_only=True):
    """A file attached here and how far it has come. ``code`` says why the server refuses it; ``made`` in ms."""

    sha256: str
    type: str
    size: int
    offset: int
    state: str
    code: str | None
    made: int


class Saved(Struct, frozen=True, kw_only=True):
    """A file in an exported outbox."""

    sha256: str
    type: str
    made: int
    data: bytes


def attach(store: Store, data: bytes, made: int, most: int | None) -> Upload:
    """Keep a file for upload; it is sent once an op names it. One that is here already stays as it is.

    Raises:
        InvalidEntry: it is larger than ``most`` bytes, or of a kind that the server does not take.
    """
    if most is not None and len(data) > most:
        raise InvalidEntry([Flaw("", "blob_size", {"max": most >> 20})])
    kind = kind_of(data, len(data))
    if kind is None:
        raise InvalidEntry([Flaw("", "blob_type")])
    sha = hashlib.sha256(data).hexdigest()
    with store.writing():
        # What others made is sent all the same when it is attached here: the server asks for the bytes.
        store.run(
            "INSERT INTO blob (sha, type, size, body, state, made) VALUES (?, ?, ?, ?, 'waiting', ?)"
            " ON CONFLICT (sha) DO UPDATE SET state = 'waiting', body = excluded.body, named = 0, at = 0, code = NULL"
            " WHERE state != 'waiting'",
            sha,
            kind,
            len(data),
            data,
            made,
        )
    return Upload(sha256=sha, type=kind, size=len(data), offset=0, state="waiting", code=None, made=made)


def name(store: Store, body: bytes) -> None:
    """Note that an op, as JSON, names attachments; inside ``store.writing()``."""
    if b'"sha256"' in body:
        shas = {sha.decode() for sha in _SHA.findall(body)}
        store.run_many("UPDATE blob SET named = 1 WHERE sha = ?", [(sha,) for sha in sorted(shas)])


def uploads(store: Store, *, all_: bool = False) -> list[Upload]:
    """Return what is still to be sent, or was refused, in the order of sending: small ones first. ``all_``: with what
    has been sent and is still here."""
    states = "('waiting', 'refused', 'stored')" if all_ else "('waiting', 'refused')"
    rows = store.all(
        f"SELECT sha, type, size, at, state, code, made FROM blob WHERE state IN {states} AND named = 1"
        " ORDER BY size, made, sha"
    )
    found = cast("list[tuple[str, str, int, int, str, str | None, int]]", rows)
    return [
        Upload(sha256=sha, type=type_, size=size, offset=at, state=state, code=code, made=made)
        for sha, type_, size, at, state, code, made in found
    ]


def waiting(store: Store) -> int:
    """Return how many files are still to be sent."""
    return store.count(f"SELECT COUNT(*) FROM blob WHERE {_WAITING}")


def read(store: Store, sha: str) -> bytes | None:
    """Return a file that is here."""
    row = store.one("SELECT body FROM blob WHERE sha = ?", sha)
    return cast("bytes", row[0]) if row else None


def part(store: Store, sha: str, start: int, size: int) -> bytes:
    """Return a part of a file that is here."""
    row = store.one("SELECT substr(body, ?, ?) FROM blob WHERE sha = ?", start + 1, size, sha)
    return cast("bytes", row[0]) if row else b""


def advance(store: Store, sha: str, offset: int) -> None:
    """Note how far an upload has come."""
    store.run("UPDATE blob SET at = ? WHERE sha = ? AND state = 'waiting'", offset, sha)


def note_stored(store: Store, shas: Iterable[str], now: int) -> None:
    """Note that the server holds files; from then on they may be forgotten here."""
    store.run_many(
        "UPDATE blob SET state = 'stored', at = size, decided = ? WHERE sha = ? AND state IN ('waiting', 'refused')",
        [(now, sha) for sha in shas],
    )


def refuse(store: Store, sha: str, code: str, now: int) -> None:
    """Note that the server does not take a file; it stays here."""
    store.run("UPDATE blob SET state = 'refused', code = ?, decided = ? WHERE sha = ?", code, now, sha)


def keep_fetched(store: Store, sha: str, data: bytes, now: int) -> None:
    """Keep what others made, to be looked at without a network."""
    store.run(
        "INSERT OR IGNORE INTO blob (sha, type, size, body, state, made) VALUES (?, ?, ?, ?, 'fetched', ?)",
        sha,
        kind_of(data, len(data)) or "",
        len(data),
        data,
        now,
    )


def rewind(store: Store) -> None:
    """Offer a restored server again what is still here (protocol §3.8)."""
    store.run("UPDATE blob SET state = 'waiting', at = 0, decided = NULL WHERE state = 'stored' AND named = 1")


def forget_old(store: Store, now: int, keep_days: int) -> None:
    """Forget what the server has held for long, and what no op ever named."""
    before = now - keep_days * _DAY_MS
    store.run("DELETE FROM blob WHERE state = 'stored' AND decided < ?", before)
    store.run("DELETE FROM blob WHERE state = 'waiting' AND named = 0 AND made < ?", before)


def forget_unread(store: Store) -> None:
    """Forget what others made and no record here shows any more: access to it may have gone."""
    if store.count("SELECT COUNT(*) FROM blob WHERE state = 'fetched'"):
        bodies = cast(
            "list[tuple[bytes]]", store.all("SELECT body FROM record WHERE instr(body, CAST('\"sha256\"' AS BLOB))")
        )
        shown = {sha.decode() for (body,) in bodies for sha in _SHA.findall(body)}
        rows = cast("list[tuple[str]]", store.all("SELECT sha FROM blob WHERE state = 'fetched'"))
        store.run_many("DELETE FROM blob WHERE sha = ?", [(sha,) for (sha,) in rows if sha not in shown])


def export(store: Store) -> list[Saved]:
    """Return the files that are still to be sent."""
    rows = cast(
        "list[tuple[str, str, int, bytes]]",
        store.all(f"SELECT sha, type, made, body FROM blob WHERE {_WAITING} ORDER BY size, made, sha"),
    )
    return [Saved(sha256=sha, type=type_, made=made, data=body) for sha, type_, made, body in rows]


def take_over(store: Store, saved: Iterable[Saved]) -> None:
    """Take over the files of an exported outbox; inside ``store.writing()``.

    Raises:
        InvalidEntry: a file is not what its name says.
    """
    for one in saved:
        if hashlib.sha256(one.data).hexdigest() != one.sha256:
            raise InvalidEntry([Flaw("", "bad_export")])
        if kind_of(one.data, len(one.data)) is None:
            _keep_refused(store, one)  # the server refused it where it comes from; no file keeps the ops back
        else:
            attach(store, one.data, one.made, None)
        store.run("UPDATE blob SET named = 1 WHERE sha = ?", one.sha256)


def _keep_refused(store: Store, one: Saved) -> None:
    store.run(
        "INSERT OR IGNORE INTO blob (sha, type, size, body, state, code, made, decided)"
        " VALUES (?, ?, ?, ?, 'refused', 'blob_type', ?, ?)",
        one.sha256,
        one.type,
        len(one.data),
        one.data,
        one.made,
        one.made,
    )


def value_of(upload: Upload, at: str, name: str | None = None, role: str | None = None) -> dict[str, object]:
    """Return what a field of type ``blobs`` holds of a file."""
    value: dict[str, object] = {"sha256": upload.sha256, "type": upload.type, "size": upload.size}
    # A thumbnail says no more than it must: a field with many photos is one op.
    if role is None or not role.startswith("thumb:"):
        value["at"] = at
        if name:
            value["name"] = name
    return value | ({"role": role} if role else {})


class Known(msgspec.Struct):
    """The answer to ``POST /blobs/inventory``."""

    stored: list[str] = []
    offsets: dict[str, int] = {}
