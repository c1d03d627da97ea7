"""A unit of work on the memory store, undone from a journal: `wuye.sync.ports.Transaction`."""

from bisect import insort
from collections.abc import Callable
from typing import Literal

import msgspec

from wuye.sync.rows import Event, FeedRow, LedgerRow, Plan, RecordWrite, Ref, Stored
from wuye.testing.memory_blobs import ABSENT, MemoryBlobs
from wuye.testing.memory_snapshot import MemorySnapshot
from wuye.testing.memory_state import Site, State, keys_of

Fault = Callable[[Literal["apply", "commit", "committed"]], None]
"""Called before a plan is written, before and after a unit is committed: what it raises, the store raises."""


class MemoryTransaction(MemorySnapshot):
    """A unit of work; see `wuye.sync.ports.Transaction`."""

    def __init__(self, state: State, site: str, fault: Fault) -> None:
        super().__init__(state)
        self.site = site
        self._fault = fault
        self._journal: list[tuple[dict[object, object], object, object]] = []
        self._lengths: list[tuple[list[LedgerRow], int]] = []
        self._events = len(state.events), state.last_event

    @property
    def blobs(self) -> MemoryBlobs:
        """What is kept of attachments, to be written."""
        return MemoryBlobs(self._state, self._put)

    def apply(self, plan: Plan) -> None:
        """Write a plan."""
        if plan.site != self.site:
            raise ValueError(f"a unit at site {self.site} may not write at site {plan.site}")
        self._fault("apply")
        own = self._site(plan.site)
        for write in plan.records:
            self._write(own, write)
        self.blobs.refer(plan)
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
            self._put(own.held, key, ABSENT)
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
                self._put(rows, (row.entity, row.record), ABSENT)
        self._put(self._state.heads, self.site, msgspec.structs.replace(head, floor=floor))

    def undo(self) -> None:
        """Take back everything that this unit wrote."""
        for table, key, old in reversed(self._journal):
            if old is ABSENT:
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
                self._put(own.feed[bucket], ref, ABSENT)
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
        self._journal.append((table, key, table.get(key, ABSENT)))
        if value is ABSENT:
            table.pop(key, None)
        else:
            table[key] = value

    def _append(self, rows: list[LedgerRow], row: LedgerRow) -> None:
        self._lengths.append((rows, len(rows)))
        rows.append(row)
