"""What the memory store keeps of attachments (`wuye.sync.inventory.BlobBook`), by plain loops."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from wuye.sync.inventory import Blob, BlobRef, Naming, Upload
from wuye.sync.rows import Plan, Stored
from wuye.testing.memory_state import Place, State

Put = Callable[[dict[object, object], object, object], None]
"""Puts a value under a key in a way that can be undone; `ABSENT` takes the key away."""

ABSENT = object()


class MemoryBlobs:
    """Reads of the present state; ``put`` None: no writes."""

    def __init__(self, state: State, put: Put | None = None) -> None:
        self._state = state
        self._put = put

    def refer(self, plan: Plan) -> None:
        """Let the references of a plan end and begin."""
        names = self._state.blob_refs
        for (entity, record), field, sha in plan.unnamed:
            for key in [key for key in names if key[:5] == (plan.site, entity, record, field, sha)]:
                self._set(names, key, ABSENT)
        for one in plan.named:
            known = self._stored(plan.site, one.entity, one.record) is not None
            where = (one.entity, one.record) if known else ("", "")
            key = (plan.site, *where, one.field, one.sha, one.author)
            if key not in names:
                self._set(names, key, plan.at_ms)

    def namings(self, shas: Iterable[str]) -> dict[str, list[Naming]]:
        """Return the references to each of these by live records."""
        found: dict[str, list[Naming]] = {}
        wanted = set(shas)
        for key in self._state.blob_refs:
            site, entity, record, field, sha, author = key
            stored = self._stored(site, entity, record) if sha in wanted else None
            if stored is not None and not stored.deleted:
                naming = Naming(
                    site=site,
                    entity=entity,
                    record=record,
                    field=field,
                    author=author,
                    buckets=stored.buckets,
                    counts=self._counts(author, sha),
                )
                found.setdefault(sha, []).append(naming)
        return found

    def named_by(self, user: str, sha: str) -> bool:
        """Tell whether an op of somebody named these bytes."""
        return any(key[4:] == (sha, user) for key in self._state.blob_refs)

    def missing(self, site: str, before_ms: int) -> list[BlobRef]:
        """Return a site's references to what has not come."""
        return [
            BlobRef(entity=key[1], record=key[2], field=key[3], sha=key[4], author=key[5])
            for key in self._missing(site, before_ms)
        ]

    def _missing(self, site: str, before_ms: int) -> Iterator[Place]:
        for key, at_ms in sorted(self._state.blob_refs.items()):
            stored = self._stored(*key[:3])
            if key[0] != site or at_ms >= before_ms or stored is None or stored.deleted:
                continue
            words = [other for other in self._state.blob_refs if other[:5] == key[:5]]
            if key[1] not in ("review", "review.private") and not any(self._counts(w[5], w[4]) for w in words):
                yield key

    def stored(self, shas: Iterable[str]) -> dict[str, Blob]:
        """Return those of these that are stored."""
        return {sha: self._state.blobs[sha] for sha in shas if sha in self._state.blobs}

    def uploads(self, user: str, shas: Iterable[str]) -> dict[str, Upload]:
        """Return a user's uploads of these."""
        return {sha: known for sha in shas if (known := self._state.uploads.get((user, sha)))}

    def bytes_waiting(self, user: str) -> int:
        """Return how many bytes a user's uploads will have that are unfinished or that nothing refers to yet."""
        named = {key[4] for key in self._state.blob_refs}
        mine = [one for one in self._state.uploads.values() if one.user == user]
        return sum(one.size for one in mine if not (one.done and one.sha in named))

    def bytes_stored(self) -> int:
        """Return how many bytes are stored."""
        return sum(blob.size for blob in self._state.blobs.values())

    def put_upload(self, upload: Upload) -> None:
        """Note how far an upload has come."""
        self._set(self._state.uploads, (upload.user, upload.sha), upload)

    def drop_upload(self, user: str, sha: str) -> None:
        """Forget an upload."""
        self._set(self._state.uploads, (user, sha), ABSENT)

    def put_blob(self, blob: Blob) -> None:
        """Note that bytes are stored."""
        if blob.sha not in self._state.blobs:
            self._set(self._state.blobs, blob.sha, blob)

    def mark_idle(self, now_ms: int) -> None:
        """Note of all bytes whether anything refers to them."""
        named = {key[4] for key in self._state.blob_refs}
        for sha, blob in list(self._state.blobs.items()):
            idle_ms = None if sha in named else blob.idle_ms or now_ms
            self._set(self._state.blobs, sha, msgspec.structs.replace(blob, idle_ms=idle_ms))

    def idle(self, before_ms: int) -> list[str]:
        """Return the stored bytes that nothing has referred to since a moment."""
        named = {key[4] for key in self._state.blob_refs}
        known = sorted(self._state.blobs.items())
        return [
            sha for sha, blob in known if sha not in named and blob.idle_ms is not None and blob.idle_ms < before_ms
        ]

    def forget_blob(self, sha: str, idle_before_ms: int) -> bool:
        """Forget stored bytes, if nothing has referred to them since a moment."""
        if sha not in self.idle(idle_before_ms):
            return False
        self._set(self._state.blobs, sha, ABSENT)
        for key in [key for key in self._state.uploads if key[1] == sha]:
            self._set(self._state.uploads, key, ABSENT)
        return True

    def abandoned(self, before_ms: int) -> list[Upload]:
        """Return the unfinished uploads that nobody has touched since a moment."""
        waiting = [one for one in self._state.uploads.values() if not one.done and one.touched_ms < before_ms]
        return sorted(waiting, key=lambda one: (one.sha, one.user))

    def inventory(self, after: str, limit: int) -> list[Blob]:
        """Return stored bytes in order of their hash."""
        return [blob for sha, blob in sorted(self._state.blobs.items()) if sha > after][:limit]

    def _counts(self, author: str, sha: str) -> bool:
        upload = self._state.uploads.get((author, sha))
        return upload is not None and upload.done

    def _stored(self, site: str, entity: str, record: str) -> Stored | None:
        own = self._state.sites.get(site)
        return own.records.get(entity, {}).get(record) if own else None

    def _set(self, table: dict, key: object, value: object) -> None:  # type: ignore[type-arg]  # of any two types
        if self._put is None:
            raise TypeError("a snapshot does not write")
        self._put(table, key, value)
