"""What a store keeps of attachments beside the bytes themselves (protocol §6)."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct


class BlobRef(Struct, frozen=True, kw_only=True):
    """A record's field refers to bytes, on somebody's word; fields inside rows go by the name of the rows."""

    entity: str
    record: str
    field: str
    sha: str
    author: str


class Naming(Struct, frozen=True, kw_only=True):
    """A stored `BlobRef` with where its record lies. ``counts``: its author has uploaded the bytes."""

    site: str
    entity: str
    record: str
    field: str
    author: str
    buckets: tuple[str, ...]
    counts: bool


class Blob(Struct, frozen=True, kw_only=True):
    """Bytes that are stored. ``type`` is what the first of them say; ``idle_ms`` since when nothing refers to them."""

    sha: str
    size: int
    type: str
    stored_ms: int
    idle_ms: int | None = None


class Upload(Struct, frozen=True, kw_only=True):
    """A user's upload of bytes: ``offset`` of ``size`` have come. ``done``: they had the hash, he has the bytes."""

    user: str
    sha: str
    size: int
    type: str
    offset: int
    touched_ms: int
    done: bool = False


class BlobBook(Protocol):
    """What a store keeps of attachments. The bytes themselves lie elsewhere."""

    def namings(self, shas: Iterable[str]) -> dict[str, list[Naming]]:
        """Return the references to each of these by live records."""
        ...

    def named_by(self, user: str, sha: str) -> bool:
        """Tell whether an op of somebody named these bytes and a record or review item still does."""
        ...

    def stored(self, shas: Iterable[str]) -> dict[str, Blob]:
        """Return those of these that are stored."""
        ...

    def uploads(self, user: str, shas: Iterable[str]) -> dict[str, Upload]:
        """Return a user's uploads of these, finished or not."""
        ...

    def bytes_waiting(self, user: str) -> int:
        """Return how many bytes a user's uploads will have that are unfinished or that nothing refers to yet."""
        ...

    def bytes_stored(self) -> int:
        """Return how many bytes are stored."""
        ...

    def put_upload(self, upload: Upload) -> None:
        """Note how far an upload has come; its first time or again."""
        ...

    def drop_upload(self, user: str, sha: str) -> None:
        """Forget an upload."""
        ...

    def put_blob(self, blob: Blob) -> None:
        """Note that bytes are stored."""
        ...

    def forget_blob(self, sha: str, idle_before_ms: int) -> bool:
        """Forget stored bytes, with all uploads of them, if nothing has referred to them since a moment; tell whether
        that was so."""
        ...

    def mark_idle(self, now_ms: int) -> None:
        """Note of all bytes whether anything refers to them: since now, since earlier, or again."""
        ...

    def idle(self, before_ms: int) -> list[str]:
        """Return the stored bytes that nothing has referred to since a moment."""
        ...

    def abandoned(self, before_ms: int) -> list[Upload]:
        """Return the unfinished uploads that nobody has touched since a moment."""
        ...

    def inventory(self, after: str, limit: int) -> list[Blob]:
        """Return stored bytes in order of their hash."""
        ...

    def missing(self, site: str, before_ms: int) -> list[BlobRef]:
        """Return a site's references from before a moment to bytes that are not there, or that nobody on whose word
        they stand has uploaded; those of review items are left out."""
        ...
