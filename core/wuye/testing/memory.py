"""The store port in memory: for simulations, for tests of the engine, and as the plain model of any store."""

import pickle
from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from threading import RLock
from typing import Literal, TypeVar

import msgspec

from wuye.model.registry import Registry
from wuye.storage.history import touches
from wuye.sync.ports import (
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
    Plan,
    RecordWrite,
    Ref,
    ReplicaState,
    Stored,
)
from wuye.testing.memory_state import Site, State, index_of, keys_of, rows_of

T = TypeVar("T")
Fault = Callable[[Literal["apply", "commit", "committed"]], None]
"""Called before a plan is written, before and after a unit is committed: what it raises, the store raises."""

_ABSENT = object()
_START = Head()


class MemoryStore:
    """A store that keeps everything in dicts and undoes a failed unit from a journal.

    ``fault`` makes it fail like a database would; `backup` and `restore` play the part of the operator.
    """

    def __init__(self, registry: Registry, *, fault: Fault | None = None) -> None:
        self.registry = registry
        self.fault = fault
        self._state = State()
        self._lock = RLock()

    def write(self, site: str, unit: Callable[["MemoryTransaction"], T]) -> T:
        """Run a unit of work; see `wuye.sync.ports.Store`."""
        with self._lock:
            transaction = MemoryTransaction(self._state, site, self._fault)
            try:
                result = unit(transaction)
                self._fault("commit")
            except BaseException:
                transaction.undo()
                raise
            self._fault("committed")
            return result

    def read(self, unit: Callable[["MemorySnapshot"], T]) -> T:
        """Run reads on the present state; see `wuye.sync.ports.Store`."""
        with self._lock:
            return unit(MemorySnapshot(self._state))

    def remember_bucket_set(self, digest: str, names: Iterable[str]) -> None:
        """Keep a bucket set under its digest."""
        with self._lock:
            self._state.bucket_sets[digest] = tuple(names)

    def enrol(self, replica: ReplicaState) -> None:
        """Make a replica known."""
        with self._lock:
            self._state.replicas.setdefault(replica.id, replica)

    def found(self, installation: Installation) -> None:
        """Name the installation."""
        with self._lock:
            self._state.installation = installation

    def forget_events(self, upto: int) -> None:
        """Drop the events that every consumer has seen."""
        with self._lock:
            self._state.events = [event for event in self._state.events if event.number > upto]

    def backup(self) -> bytes:
        """Return a copy of the whole state."""
        with self._lock:
            return pickle.dumps(self._state)

    def restore(self, backup: bytes, epoch: str) -> None:
        """Go back to a backup, under a new epoch (protocol §3.8)."""
        with self._lock:
            self._state = pickle.loads(backup)
            self._state.installation = msgspec.structs.replace(self._state.installation, epoch=epoch)

    def _fault(self, point: Literal["apply", "commit", "committed"]) -> None:
        if self.fault is not None:
            self.fault(point)


class MemorySnapshot:
    """Reads of the present state; see `wuye.sync.ports.Snapshot`."""

    def __init__(self, state: State) -> None:
        self._state = state

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


class MemoryTransaction(MemorySnapshot):
    """A unit of work; see `wuye.sync.ports.Transaction`."""

    def __init__(self, state: State, site: str, fault: Fault) -> None:
        super().__init__(state)
        self.site = site
        self._fault = fault
        self._journal: list[tuple[dict[object, object], object, object]] = []
        self._lengths: list[tuple[list[LedgerRow], int]] = []
        self._events = len(state.events), state.last_event

    def apply(self, plan: Plan) -> None:
        """Write a plan."""
        if plan.site != self.site:
            raise ValueError(f"a unit at site {self.site} may not write at site {plan.site}")
        self._fault("apply")
        own = self._site(plan.site)
        for write in plan.records:
            self._write(own, write)
        for row in plan.ledger:
            self._enter_ledger(own, row)
        self._advance_logs(own, plan)
        for name, number in plan.numbers.items():
            self._put(own.numbers, name, number)
        for account, balance in plan.balances.items():
            self._put(own.balances, account, balance)
        for name, body in plan.events:
            self._state.last_event += 1
            self._state.events.append(Event(number=self._state.last_event, site=plan.site, name=name, body=body))
        floor = max(plan.head.floor, self.head(plan.site).floor)
        self._put(self._state.heads, plan.site, msgspec.structs.replace(plan.head, floor=floor))

    def _enter_ledger(self, own: Site, row: LedgerRow) -> None:
        if row.pos != len(own.ledger) + 1:
            raise ValueError(f"position {row.pos} of the ledger is not the next one")
        self._append(own.ledger, row)
        self._append(own.history.setdefault((row.entity, row.record), []), row)
        others = tuple(known for known in own.ops.get(row.op, ()) if known.user != row.user)
        self._put(own.ops, row.op, (*others, row))

    def _advance_logs(self, own: Site, plan: Plan) -> None:
        for (site, replica), end in plan.acked.items():
            self._put(self._state.acked.setdefault(replica, {}), site, end)
        for replica, ms in plan.synced.items():
            if known := self._state.replicas.get(replica):
                later = msgspec.structs.replace(known, synced_ms=max(known.synced_ms, ms))
                self._put(self._state.replicas, replica, later)
        for carried in plan.carried:
            self._put(own.carried, (carried.replica, carried.op), carried)
        for key in plan.release:
            self._put(own.held, key, _ABSENT)
        for held in plan.hold:
            self._put(own.held, (held.user, held.op), held)

    def purge(self, before: str) -> None:
        """Forget old deletions and left marks."""
        own, head = self._site(self.site), self.head(self.site)
        upto = max((row.seq for row in own.ledger if row.received_at < before), default=0)
        floor = head.floor
        for rows in own.feed.values():
            for row in [row for row in rows.values() if row.body is None and row.seq <= upto]:
                floor = max(floor, row.seq)
                self._put(rows, (row.entity, row.record), _ABSENT)
        self._put(self._state.heads, self.site, msgspec.structs.replace(head, floor=floor))

    def undo(self) -> None:
        """Take back everything that this unit wrote."""
        for table, key, old in reversed(self._journal):
            if old is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = old
        for rows, length in reversed(self._lengths):
            del rows[length:]
        kept, self._state.last_event = self._events
        del self._state.events[kept:]
        own = self._site(self.site)
        own.order.clear()
        own.index.clear()

    def _write(self, own: Site, write: RecordWrite) -> None:
        ref = (write.entity, write.id)
        records = own.records.setdefault(write.entity, {})
        stored = Stored(
            entity=write.entity,
            id=write.id,
            seq=write.seq,
            deleted=write.deleted,
            values={} if write.deleted else write.values,
            buckets=write.buckets,
            created_at=write.created_at,
            created_by=write.created_by,
            updated_at=write.updated_at,
            updated_by=write.updated_by,
        )
        old = records.get(write.id)
        for field, index in own.index.get(write.entity, {}).items():
            for key in keys_of(old, field) if old else ():
                index[key].discard(write.id)
            for key in keys_of(stored, field):
                index.setdefault(key, set()).add(write.id)
        self._put(records, write.id, stored)
        self._put(own.marks, write.entity, max((write.seq, write.h), own.marks.get(write.entity, (0, 0))))
        for bucket in write.was_in:
            known = own.feed.get(bucket, {}).get(ref)
            if known is not None and known.seq == write.was_seq:
                self._put(own.feed[bucket], ref, _ABSENT)
        for bucket in write.buckets:
            self._enter(own, bucket, ref, write, left=False)
        for bucket in write.left:
            self._enter(own, bucket, ref, write, left=True)

    def _enter(self, own: Site, bucket: str, ref: Ref, write: RecordWrite, *, left: bool) -> None:
        row = FeedRow(
            bucket=bucket,
            seq=write.seq,
            entity=write.entity,
            record=write.id,
            h=write.h,
            body=None if left or write.deleted else write.body,
            left=left,
        )
        self._put(own.feed.setdefault(bucket, {}), ref, row)
        if bucket in own.order:
            insort(own.order[bucket], (write.seq, ref))  # a plan may hold several seqs, in any order

    def _put(self, table: dict, key: object, value: object) -> None:  # type: ignore[type-arg]  # of any two types
        self._journal.append((table, key, table.get(key, _ABSENT)))
        if value is _ABSENT:
            table.pop(key, None)
        else:
            table[key] = value

    def _append(self, rows: list[LedgerRow], row: LedgerRow) -> None:
        self._lengths.append((rows, len(rows)))
        rows.append(row)
