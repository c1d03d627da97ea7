"""What becomes of attachments with time: kept for a while after the last reference, then gone (protocol §4)."""

import hashlib
from collections.abc import Callable, Iterator

from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.storage.blobs.objects import Objects
from wuye.storage.blobs.shelf import Shelf
from wuye.sync.inventory import Blob
from wuye.sync.ports import Snapshot, Store

PAGE = 500


class Tidied(Struct, kw_only=True):
    """What a round of tidying did; ``corrupt`` names bytes that nothing is known of and that are not what they are
    called."""

    forgotten: int = 0
    abandoned: int = 0
    adopted: int = 0
    corrupt: tuple[str, ...] = ()


def tidy(shelf: Shelf, store: Store, now_ms: int, keep_ms: int) -> Tidied:
    """Let go of what nothing has referred to, and of uploads that nobody has touched, for so long. Bytes of which
    nothing is known are taken up, and have as long."""
    tidied, before = Tidied(), now_ms - keep_ms
    store.write("", lambda transaction: transaction.blobs.mark_idle(now_ms))
    for sha in store.read(lambda snapshot: snapshot.blobs.idle(before)):
        tidied.forgotten += shelf.forget(sha, before)
    for upload in store.read(lambda snapshot: snapshot.blobs.abandoned(before)):
        shelf.abandon(upload)
        tidied.abandoned += 1
    for sha in list(_unknown(shelf.objects, store)):
        if shelf.adopt(sha, now_ms):
            tidied.adopted += 1
        else:
            tidied.corrupt += (sha,)
    return tidied


def _unknown(objects: Objects, store: Store) -> Iterator[str]:
    page: list[str] = []
    for path, _ in objects.listed("blobs/"):
        page.append(path.rpartition("/")[2])
        if len(page) == PAGE:
            yield from _not_stored(page, store)
            page = []
    yield from _not_stored(page, store)


def _not_stored(page: list[str], store: Store) -> Iterator[str]:
    known = store.read(lambda snapshot: snapshot.blobs.stored(page)) if page else {}
    return (sha for sha in page if sha not in known)


def faults(
    objects: Objects, read: Callable[[Callable[[Snapshot], list[Blob]]], list[Blob]]
) -> Iterator[tuple[Blob, str]]:
    """Read all that is stored; yield each file with its fault: ``""``, ``missing`` or ``corrupt``. ``read`` runs a unit
    on a snapshot."""
    after = ""

    def some(snapshot: Snapshot) -> list[Blob]:
        return snapshot.blobs.inventory(after, PAGE)

    while page := read(some):
        for blob in page:
            yield blob, _fault(objects, blob)
        after = page[-1].sha


def _fault(objects: Objects, blob: Blob) -> str:
    if objects.size(blob.sha) is None:
        return "missing"
    digest = hashlib.sha256()
    try:
        for piece in objects.pieces(blob.sha):
            digest.update(piece)
    except Problem:
        return "corrupt"
    return "" if digest.hexdigest() == blob.sha else "corrupt"
