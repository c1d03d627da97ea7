"""References to attachments that a unit of work makes, and on whose word each stands (`wuye.sync.blobs`)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from wuye.kernel.clock import to_ms
from wuye.model.rules import Change
from wuye.sync.blobs import in_reach, newly_named, shas_in
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming
from wuye.sync.inventory import BlobRef, Naming
from wuye.sync.judge import Author
from wuye.sync.layer import Layer
from wuye.sync.ports import Transaction
from wuye.sync.rows import RecordWrite, Ref


class Vouching:
    """Gathers, while groups are judged, who brought which attachment into which record."""

    def __init__(self, layer: Layer, directory: Directory, tx: Transaction, now: datetime) -> None:
        self._layer = layer
        self._directory = directory
        self._tx = tx
        self._now = now
        self._authors: dict[str, Author] = {}

    def note(self, changes: Sequence[Change], ops: Sequence[Incoming], who: Author) -> None:
        """Note what a group that stands has named; ``changes`` are those of ``ops``, or none if it fell."""
        self._authors[who.user] = who
        for change, incoming in zip(changes, ops, strict=False):
            if change.new and incoming.op:
                named = newly_named(change.old or {}, change.new, incoming.op.set, incoming.op.was)
                self._layer.name((change.entity, change.record), named, who.user)

    def refs(self) -> list[BlobRef]:
        """Return the references that begin with this unit: each on the word of who made it, and of those whose own
        references to the same bytes he could read."""
        named = {key: authors for key, authors in self._layer.named.items() if self._stays(*key)}
        if not named:
            return []
        known = self._tx.blobs.namings({sha for _, _, sha in named})
        return [
            BlobRef(entity=ref[0], record=ref[1], field=field, sha=sha, author=author)
            for (ref, field, sha), authors in named.items()
            for author in dict.fromkeys(
                [*authors, *(word for author in authors for word in self._words(author, known.get(sha, ())))]
            )
        ]

    def gone(self, records: Iterable[RecordWrite]) -> list[tuple[Ref, str, str]]:
        """Return the references that end with this unit: (record, field, hash)."""
        return [gone for write in records if write.was_seq is not None for gone in self._gone(write)]

    def _gone(self, write: RecordWrite) -> Iterator[tuple[Ref, str, str]]:
        stored = self._layer.stored((write.entity, write.id))
        for field, sha in set(shas_in(stored.values if stored else {})) - set(shas_in(write.values)):
            yield (write.entity, write.id), field, sha

    def _stays(self, ref: Ref, field: str, sha: str) -> bool:
        """Tell whether the unit has left a reference standing. A review item's stands for values that may be too
        large to be quoted."""
        if ref[0] in ("", "review", "review.private"):
            return True
        values, deleted = self._layer.values(ref)
        return not deleted and (field, sha) in set(shas_in(values or {}))

    def _words(self, user: str, known: Iterable[Naming]) -> Iterator[str]:
        who = self._authors.get(user)
        access = self._directory.access(user, to_ms(self._now))
        for naming in known:
            # What he could read here when his replica last synced counts as well as what he may read now.
            here = who is not None and naming.site == self._layer.site and who.kept.reads(naming.buckets)
            if here or in_reach(naming, access):
                yield naming.author
