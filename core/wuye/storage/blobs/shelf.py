"""Attachments come in by chunks and are stored once their hash is verified (protocol §6).

What is known of an upload is committed after the chunk itself is kept, so a crash between the two costs one chunk that
is sent again. All of it blocks: the server calls it on threads.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

import msgspec
from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.kernel.kinds import kind_of
from wuye.storage.blobs.objects import Objects
from wuye.sync.access import Access
from wuye.sync.blobs import lacks_his_own, may_read
from wuye.sync.inventory import Blob, BlobBook, Naming, Upload
from wuye.sync.ports import Snapshot, Store

LEAST = 16 << 10
"""Bytes of a chunk that is not the last: enough to know the kind of a file, and no upload falls into a thousand."""


class Limits(Struct, frozen=True, kw_only=True):
    """Bytes: of one file, of a user's uploads that are unfinished or unnamed, of all that is stored (0: no bound)."""

    each: int
    waiting: int
    stored: int = 0


class Chunk(Struct, frozen=True, kw_only=True):
    """Bytes from ``start`` on, of a file of ``total`` bytes."""

    sha: str
    start: int
    total: int
    data: bytes

    @property
    def stop(self) -> int:
        """Where the next one starts."""
        return self.start + len(self.data)


class Standing(Struct, frozen=True, kw_only=True):
    """How far a file has come, as far as one may know; ``type`` once all of it is stored."""

    offset: int = 0
    complete: bool = False


class Inventory(Struct, frozen=True, kw_only=True):
    """What of many files is there: the stored ones, and how far one's own uploads of others have come."""

    stored: list[str]
    offsets: dict[str, int]


class Shelf:
    """Takes attachments in and hands them out; whether somebody may have one is told by `find` alone."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self.objects = objects
        self._store = store
        self._locks: dict[str, tuple[Lock, list[int]]] = {}
        self._guard = Lock()

    def put(self, user: str, chunk: Chunk, limits: Limits, now_ms: int) -> Standing:
        """Take a chunk; one that is there already changes nothing.

        Raises:
            Problem: ``wrong_offset`` with ``offset``, where the upload goes on; ``hash_mismatch``, all of it was
                discarded; ``too_large``, ``blob_type``, ``storage_full``: at the first chunk; ``storage_down``.
        """
        with self._alone(chunk.sha):
            upload = self._store.read(lambda snapshot: snapshot.blobs.uploads(user, [chunk.sha])).get(chunk.sha)
            if upload and upload.done:
                if self.objects.size(chunk.sha) == upload.size:
                    return Standing(offset=upload.size, complete=True)
                upload = None  # lost by a disk, or by an older folder that was restored: taken in anew
            if upload and upload.size != chunk.total and not chunk.start:
                self._discard(user, chunk.sha)
                upload = None
            if upload is None:
                upload = self._begin(user, chunk, limits, now_ms)
            elif upload.size != chunk.total:
                raise _wrong(0)
            if chunk.stop <= upload.offset:
                return Standing(offset=upload.offset)
            if chunk.start != upload.offset:
                raise _wrong(upload.offset)
            if chunk.stop == chunk.total:
                return self._finish(upload, chunk, now_ms)
            if len(chunk.data) < LEAST:
                raise Problem("invalid_request", f"a chunk that is not the last has at least {LEAST} bytes")
            self.objects.write_part(chunk.sha, user, chunk.start, chunk.data)
            self._write(lambda book: book.put_upload(_advanced(upload, chunk.stop, now_ms)))
            return Standing(offset=chunk.stop)

    def look(self, user: str, shas: Iterable[str], access: Mapping[str, Access]) -> Inventory:
        """Return what somebody may know of files: his own uploads, and what he may read."""

        def unit(snapshot: Snapshot) -> Inventory:
            wanted = set(shas)
            stored, mine = snapshot.blobs.stored(wanted), snapshot.blobs.uploads(user, wanted)
            others = {sha for sha in stored if not (sha in mine and mine[sha].done)}
            namings = snapshot.blobs.namings(others) if others else {}

            def there(sha: str) -> bool:
                known = namings.get(sha, [])
                return sha not in others or (bool(may_read(known, access)) and not lacks_his_own(known, user))

            found = sorted(sha for sha in stored if there(sha) and self.objects.size(sha) == stored[sha].size)
            partial = {sha: one.offset for sha, one in mine.items() if one.offset and not one.done}
            return Inventory(stored=found, offsets=partial)

        return self._store.read(unit)

    def may_offer(self, user: str, sha: str) -> bool:
        """Tell whether somebody's ops name a file: then even his dead token may bring it (protocol §5)."""
        return self._store.read(lambda snapshot: snapshot.blobs.named_by(user, sha))

    def find(self, sha: str, access: Mapping[str, Access]) -> tuple[Blob, list[Naming]] | None:
        """Return a stored file and the references through which somebody may read it; None where there are none.

        Raises:
            Problem: ``storage_down``, its bytes are lost or cut short.
        """

        def unit(snapshot: Snapshot) -> tuple[Blob, list[Naming]] | None:
            blob = snapshot.blobs.stored([sha]).get(sha)
            namings = may_read(snapshot.blobs.namings([sha]).get(sha, []), access) if blob else []
            return (blob, namings) if blob and namings else None

        found = self._store.read(unit)
        if found and self.objects.size(sha) != found[0].size:
            raise Problem("storage_down", "these bytes are lost; whoever sent them may send them again")
        return found

    @contextmanager
    def _alone(self, sha: str) -> Iterator[None]:
        """Let nobody else touch a file meanwhile, in this process: the only one that writes."""
        with self._guard:
            lock, users = self._locks.setdefault(sha, (Lock(), [0]))
            users[0] += 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                users[0] -= 1
                if not users[0]:
                    del self._locks[sha]

    def _begin(self, user: str, chunk: Chunk, limits: Limits, now_ms: int) -> Upload:
        """Check a first chunk."""
        if chunk.start:
            raise _wrong(0)
        if chunk.total > limits.each:
            raise Problem("too_large", f"at most {limits.each} bytes", extra={"max": limits.each})
        if chunk.stop < chunk.total and len(chunk.data) < LEAST:
            raise Problem("invalid_request", f"a chunk that is not the last has at least {LEAST} bytes")
        kind = kind_of(chunk.data, chunk.total)
        if kind is None:
            raise Problem("blob_type", f"the file begins with {chunk.data[:8].hex()}")
        waiting, stored = self._store.read(lambda s: (s.blobs.bytes_waiting(user), s.blobs.bytes_stored()))
        if waiting + chunk.total > limits.waiting or (limits.stored and stored + chunk.total > limits.stored):
            raise Problem("storage_full", f"{waiting} bytes of his are on their way, {stored} are stored")
        return Upload(user=user, sha=chunk.sha, size=chunk.total, type=kind, offset=0, touched_ms=now_ms)

    def _finish(self, upload: Upload, chunk: Chunk, now_ms: int) -> Standing:
        user, sha = upload.user, upload.sha
        # One that lies further on was kept just before a crash, and is not counted.
        parts = [part for part in self.objects.parts(sha, user) if part[0] < upload.offset] if upload.offset else []
        end = 0
        for offset, size in parts:
            end = end + size if offset == end else -1
        if end < 0 or end != upload.offset:  # a power cut took what the disk had not yet written
            self._discard(user, sha)
            raise _wrong(0)

        whole = b"".join([*(self.objects.part(sha, user, offset) for offset, _ in parts), chunk.data])
        if (digest := hashlib.sha256(whole).hexdigest()) != sha:
            self._discard(user, sha)
            raise Problem("hash_mismatch", f"the bytes have the hash {digest}", extra={"offset": 0})
        blob = Blob(sha=sha, size=upload.size, type=upload.type, stored_ms=now_ms)
        if self.objects.size(sha) != upload.size:
            self.objects.keep(sha, whole)

        def stored(book: BlobBook) -> None:
            book.put_blob(blob)
            book.put_upload(_advanced(upload, upload.size, now_ms, done=True))

        self._write(stored)
        if parts:
            self.objects.drop_parts(sha, user)
        return Standing(offset=upload.size, complete=True)

    def _discard(self, user: str, sha: str) -> None:
        self._write(lambda book: book.drop_upload(user, sha))
        self.objects.drop_parts(sha, user)

    def _write(self, unit: Callable[[BlobBook], object]) -> None:
        self._store.write("", lambda transaction: unit(transaction.blobs))

    # What the keeper does beside uploads: see `wuye.storage.blobs.keeping`

    def forget(self, sha: str, idle_before_ms: int) -> bool:
        """Let stored bytes go that nothing has referred to since a moment; tell whether that was so."""
        with self._alone(sha):
            gone = self._store.write("", lambda transaction: transaction.blobs.forget_blob(sha, idle_before_ms))
            if gone:
                self.objects.remove(sha)
            return gone

    def abandon(self, upload: Upload) -> None:
        """Let an upload go, unless it has moved."""
        with self._alone(upload.sha):
            known = self._store.read(lambda s: s.blobs.uploads(upload.user, [upload.sha])).get(upload.sha)
            if known in (upload, None):
                self._discard(upload.user, upload.sha)

    def adopt(self, sha: str, now_ms: int) -> bool:
        """Take up bytes that are stored though nothing is known of them, as after a crash or with an older database;
        tell whether they are what their name says."""
        with self._alone(sha):
            if self._store.read(lambda snapshot: snapshot.blobs.stored([sha])):
                return True
            digest, start, size = hashlib.sha256(), b"", 0
            for piece in self.objects.pieces(sha):
                digest.update(piece)
                start, size = start or piece, size + len(piece)
            if digest.hexdigest() != sha:
                return False
            kind = kind_of(start, size) or "application/octet-stream"
            self._write(lambda book: book.put_blob(Blob(sha=sha, size=size, type=kind, stored_ms=now_ms)))
            return True


def _advanced(upload: Upload, offset: int, now_ms: int, *, done: bool = False) -> Upload:
    return msgspec.structs.replace(upload, offset=offset, touched_ms=now_ms, done=done)


def _wrong(offset: int) -> Problem:
    return Problem("wrong_offset", f"the upload stands at {offset}", extra={"offset": offset})
