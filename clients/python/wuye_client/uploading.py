"""Brings attachments to the server and back: by chunks, small files first, going on where a kill has left off
(protocol §6)."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import msgspec

from wuye_client import blobs
from wuye_client.blobs import Known, Upload
from wuye_client.clock import Clock, to_ms
from wuye_client.errors import Offline, Refused, ServerBusy
from wuye_client.store import Store
from wuye_client.transport import Answer

CHUNK = 256 << 10
ASKED = 500
_BYTES = {"Content-Type": "application/octet-stream"}
_FOR_GOOD = ("blob_type", "too_large", "invalid_request", "not_found")
_TRIES = 3

_LATER = (429, 502, 503, 504, 507)

Call = Callable[[str, str, dict[str, str], bytes], Answer]
"""method, path, headers, body"""
Progress = Callable[[int, str], None]
"""Called with how many are done and of what: ``push`` (ops), ``pull`` (records) or ``blobs`` (bytes)."""


class Halt(Exception):
    """The server takes no more now; ``answer`` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Courier:
    """Carries a replica's attachments; ``call`` asks its server."""

    def __init__(self, store: Store, clock: Clock, call: Call) -> None:
        self._store = store
        self._clock = clock
        self._call = call

    def send(self, progress: Progress | None) -> int:
        """Send what is waiting, now that the texts are there; return how many files are left for a later sync."""
        with suppress(Offline, Halt):
            _upload_all(self._store, self._call, self._now(), lambda sent: progress and progress(sent, "blobs"))
        return blobs.waiting(self._store)

    def hand_in(self) -> None:
        """Bring with a token that has ended what ops name (protocol §5).

        Raises:
            Offline, ServerBusy: the server takes none now, but may later.
        """
        try:
            _upload_all(self._store, self._call, self._now(), lambda _sent: None, dead=True)
        except Halt as halt:
            if halt.answer.status in _LATER:
                raise ServerBusy(halt.answer.retry_after) from None

    def stored(self, shas: Sequence[str]) -> set[str]:
        """Return which of some files the server holds, as far as this user may know."""
        try:
            return set(_look(self._call, shas).stored)
        except Halt as halt:
            raise Refused(halt.answer.problem()) from None

    def fetch(self, sha: str) -> bytes:
        """Read a file from the server, and keep it.

        Raises:
            Offline: no answer came, or not the bytes that were asked for.
            Refused: it is not there, or not for this user.
        """
        answer = self._call("GET", f"/blobs/{sha}", {}, b"")
        if answer.status in _LATER:
            raise ServerBusy(answer.retry_after)
        if answer.status != 200:
            raise Refused(answer.problem())
        if hashlib.sha256(answer.body).hexdigest() != sha:
            raise Offline("the bytes were damaged on the way")
        blobs.keep_fetched(self._store, sha, answer.body, self._now())
        return answer.body

    def _now(self) -> int:
        return to_ms(self._clock())


def _upload_all(store: Store, call: Call, now: int, progress: Callable[[int], object], *, dead: bool = False) -> None:
    """Send every file that an op names and the server does not hold yet. ``progress`` is told the bytes sent so far.
    ``dead``: the token has ended and may do nothing else (protocol §5).

    Raises:
        Offline: no answer came; what was sent stays sent.
        Halt: the server takes no more now.
    """
    pending = [one for one in blobs.uploads(store) if one.state == "waiting"]
    if not dead:
        known = _look(call, [one.sha256 for one in pending])
        blobs.note_stored(store, known.stored, now)
        for sha, offset in known.offsets.items():
            blobs.advance(store, sha, offset)
        pending = [one for one in blobs.uploads(store) if one.state == "waiting"]
    sent = 0
    for one in pending:
        try:
            for count in _send(store, call, one, now):
                sent += count
                progress(sent)
        except Halt as halt:
            # A dead token may bring what its ops name; of the rest the server says that it is dead.
            if not dead or halt.answer.status not in (401, 403):
                raise


def _send(store: Store, call: Call, one: Upload, now: int) -> Iterable[int]:
    """Send one file; yield the bytes of each chunk taken."""
    offset, tries = one.offset, 0
    while True:
        data = blobs.part(store, one.sha256, offset, CHUNK) or blobs.part(store, one.sha256, 0, CHUNK)
        start = offset if offset < one.size else 0  # all was sent, but what came of it was not heard
        headers = {**_BYTES, "Content-Range": f"bytes {start}-{start + len(data) - 1}/{one.size}"}
        answer = call("PUT", f"/blobs/{one.sha256}", headers, data)
        if answer.status == 204:
            before, offset = offset, int(answer.headers.get("upload-offset", "0"))
            yield len(data)
            if answer.headers.get("upload-complete") == "?1":
                blobs.note_stored(store, [one.sha256], now)
                return
            blobs.advance(store, one.sha256, offset)
            tries = 0 if offset > before else tries + 1
            if tries < _TRIES:
                continue
            raise Halt(answer)
        problem = answer.problem()
        tries += 1
        if problem.code == "hash_mismatch" and _is_damaged(store, one.sha256):
            blobs.refuse(store, one.sha256, "damaged", now)
            return
        if problem.code in ("wrong_offset", "hash_mismatch") and tries < _TRIES:
            offset = problem.offset
            blobs.advance(store, one.sha256, offset)
        elif problem.code in _FOR_GOOD:
            blobs.refuse(store, one.sha256, problem.code, now)
            return
        else:
            raise Halt(answer)


def _is_damaged(store: Store, sha: str) -> bool:
    return hashlib.sha256(blobs.read(store, sha) or b"").hexdigest() != sha


def _look(call: Call, shas: Sequence[str]) -> Known:
    """Ask which files the server holds, and how far uploads have come.

    Raises:
        Offline: no answer came.
        Halt: the server refuses to say.
    """
    known = Known()
    for first in range(0, len(shas), ASKED):
        body = msgspec.json.encode({"sha256": shas[first : first + ASKED]})
        answer = call("POST", "/blobs/inventory", {}, body)
        if answer.status != 200:
            raise Halt(answer)
        part = msgspec.json.decode(answer.body, type=Known)
        known.stored += part.stored
        known.offsets.update(part.offsets)
    return known
