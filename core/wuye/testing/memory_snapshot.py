"""Reading one state of the memory store: `wuye.sync.ports.Snapshot`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from wuye.storage.history import touches
from wuye.sync.rows import (
    Carried,
    Event,
    Facts,
    FeedRow,
    Head,
    HeldOp,
    Installation,
    LedgerRow,
    LogHead,
    Need,
    Ref,
    ReplicaState,
    Stored,
)
from wuye.testing.memory_blobs import MemoryBlobs
from wuye.testing.memory_state import Site, State, index_of, rows_of

_START = Head()


class MemorySnapshot:
    """Reads of the present state; see `wuye.sync.ports.Snapshot`."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def blobs(self) -> MemoryBlobs:
        """What is kept of attachments."""
        return MemoryBlobs(self._state)

    def _site(self, site: str) -> Site:
        return self._state.sites.setdefault(site, Site())

    def head(self, site: str) -> Head:
        """Return the end of the site's log."""
        return self._state.heads.get(site, _START)

    def installation(self) -> Installation:
        """Return the installation's names and secret."""
        return self._state.installation

    def org(self) -> str:
        """Return the id of the organisation's site."""
        return self._state.installation.org

    def epoch(self) -> str:
        """Return the installation's epoch."""
        return self._state.installation.epoch

    def stamp(self, site: str, names: Sequence[str]) -> tuple[int, int]:
        """Return seq and h of the newest record of some entities."""
        marks = self._site(site).marks
        return max((marks.get(name, (0, 0)) for name in names), default=(0, 0))

    def entities(self, site: str, names: Sequence[str]) -> list[Stored]:
        """Return all live records of some entities."""
        records = self._site(site).records
        return [stored for name in names for stored in records.get(name, {}).values() if not stored.deleted]

    def replica(self, replica: str) -> ReplicaState | None:
        """Return what is known of a replica."""
        return self._state.replicas.get(replica)

    def acked(self, replica: str) -> dict[str, LogHead]:
        """Return the end of the replica's log at every site where it has one."""
        return dict(self._state.acked.get(replica, {}))

    def carried(self, site: str, replica: str, ops: Sequence[str]) -> list[Carried]:
        """Return the carried-over ops among these."""
        carried = self._site(site).carried
        return [found for op in ops if (found := carried.get((replica, op)))]

    def load(self, site: str, need: Need) -> Facts:
        """Look up a whole need."""
        own = self._site(site)
        facts = Facts()
        for ref in need.records:
            self._collect(own, ref, facts)
        for find in need.finds:
            ids = tuple(sorted(index_of(own, find.entity, find.field).get(find.value, ())))
            facts.found[find] = ids
            for id_ in ids:
                self._collect(own, (find.entity, id_), facts)
        for op in need.ops:
            facts.ops.update(((row.user, op), row) for row in own.ops.get(op, ()))
        for ref, since in need.touches.items():
            facts.touches[ref] = touches(own.history.get(ref, ()), since)
        for ref in need.creates:
            for row in own.history.get(ref, ()):
                if row.kind == "create":
                    facts.creates[ref] = row.status
        facts.numbers = {key: own.numbers.get(key, 0) for key in need.numbers}
        facts.balances = {key: own.balances.get(key, 0) for key in need.balances}
        return facts

    @staticmethod
    def _collect(own: Site, ref: Ref, facts: Facts) -> None:
        stored = own.records.get(ref[0], {}).get(ref[1])
        if stored is not None:
            facts.records[ref] = stored

    def held(self, site: str, *, replica: str | None = None) -> list[HeldOp]:
        """Return the ops that wait at a site, in ledger order."""
        waiting = (op for op in self._site(site).held.values() if replica in (None, op.replica))
        return sorted(waiting, key=lambda op: op.pos)

    def feed(self, site: str, after: Mapping[str, int], upto: int, limit: int, *, marks: bool) -> list[FeedRow]:
        """Return the next rows of some buckets, whole seqs only."""
        own = self._site(site)
        rows: list[FeedRow] = []
        for bucket, position in after.items():
            rows += islice(rows_of(own, bucket, position, upto, marks), limit + 1)
        rows.sort(key=lambda row: row.seq)
        if len(rows) <= limit:
            return rows
        cut = rows[limit].seq
        if rows[0].seq < cut:
            return [row for row in rows[:limit] if row.seq < cut]
        return [row for bucket, position in after.items() for row in rows_of(own, bucket, position, cut, marks)]

    def sums(self, site: str, buckets: Sequence[str], upto: int) -> dict[str, tuple[int, int, int]]:
        """Return count, sum of h and newest seq of each bucket."""
        feed = self._site(site).feed
        result = {}
        for bucket in buckets:
            rows = feed.get(bucket, {}).values()
            live = [row.h for row in rows if row.body is not None and row.seq <= upto]
            result[bucket] = (len(live), sum(live) & 0xFFFFFFFF, max((row.seq for row in rows), default=0))
        return result

    def ledger(
        self, site: str, *, after: int = 0, limit: int = 1000, ref: Ref | None = None, op: str | None = None
    ) -> list[LedgerRow]:
        """Return ledger rows in order of position."""
        own = self._site(site)
        rows: Iterable[LedgerRow] = own.ledger if ref is None else own.history.get(ref, ())
        return list(islice((row for row in rows if row.pos > after and op in (None, row.op)), limit))

    def events(self, after: int, limit: int) -> list[Event]:
        """Return events of the after-commit outbox."""
        return [event for event in self._state.events if event.number > after][:limit]

    def bucket_set(self, digest: str) -> tuple[str, ...] | None:
        """Return the bucket names kept under this digest."""
        return self._state.bucket_sets.get(digest)
