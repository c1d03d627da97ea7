"""Times the SQLite store by itself, below the engine: `python tests/bench/store.py [RECORDS]` prints a table.

Tickets of 14 fields and about 600 bytes with Chinese text lie in 3 buckets each; medians of several runs.
"""

import hashlib
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from wuye.builtin import plugin
from wuye.host import load
from wuye.kernel.ids import uuid7
from wuye.model.registry import Registry
from wuye.storage.migrator import migrate
from wuye.storage.sqlite import SqliteStore
from wuye.sync.ports import Snapshot, Transaction
from wuye.sync.rows import Head, LedgerRow, LogHead, Need, Plan, RecordWrite, Stored

BUCKETS = 10
AT = "2026-11-22T01:02:03.004Z"
random = Random(7)
clock = count(1_790_000_000_000)


def new_id() -> str:
    return uuid7(next(clock), random.randbytes(10))


SITE, USER, REPLICA = new_id(), new_id(), new_id()


def values() -> dict[str, object]:
    return {
        "number": f"BX-2026-{random.randrange(10**6):06d}", "kind": "repair", "title": "厨房水槽下方漏水，地板已经泡湿",
        "description": "住户反映今晨六点左右发现厨房水槽下方持续漏水，已自行关闭总阀。" * 2, "channel": "phone",
        "priority": "urgent", "owner": USER, "reporter": "陈先生", "reporter_phone": "13800138000", "unit": USER,
        "location": "3 号楼 2 单元 1203", "occurred_at": AT, "recorded_at": AT, "status": "received",
    }  # fmt: skip


def write_of(was: Stored | None, seq: int, names: tuple[str, ...]) -> RecordWrite:
    new = {**was.values, "priority": "normal", "location": str(seq), "reporter": "王"} if was else values()
    meta = {"created_at": AT, "created_by": USER, "updated_at": AT, "updated_by": USER}
    body = msgspec.json.encode({**new, **meta})
    return RecordWrite(
        entity="ticket", id=was.id if was else new_id(), seq=seq, deleted=False, values=new, body=body,
        h=zlib.crc32(body), buckets=was.buckets if was else names, left=(), was_seq=was.seq if was else None,
        was_in=was.buckets if was else (), **meta,
    )  # fmt: skip


def ledger_of(head: Head, pos: int, write: RecordWrite) -> LedgerRow:
    body = write.body or b""
    return LedgerRow(
        site=SITE, pos=pos, seq=write.seq, op=new_id(), user=USER, replica=REPLICA, n=pos, entity="ticket",
        record=write.id, kind="create", status="applied", code=None, fields=(), message=None, review=None, cause=None,
        at=AT, at_ms=1, received_at=AT, clock_suspect=False, body=body, changes=body,
        content=hashlib.sha256(body).digest(), digest=head.digest,
    )  # fmt: skip


def plan_of(head: Head, was: Sequence[Stored | None]) -> Plan:
    writes = []
    for index, stored in enumerate(was):
        first = random.randrange(BUCKETS)
        names = tuple(f"{SITE}/tickets/{(first + step) % BUCKETS}" for step in range(3))
        writes.append(write_of(stored, head.seq + 1 + index, names))
    end = Head(seq=head.seq + len(was), pos=head.pos + len(was), digest=bytes(32))
    ledger = [ledger_of(end, head.pos + 1 + index, write) for index, write in enumerate(writes)]
    return Plan(site=SITE, head=end, records=writes, ledger=ledger, acked={(SITE, REPLICA): LogHead(n=end.pos)})


def timed(name: str, runs: int, prepare: Callable[[], Callable[[], object]]) -> None:
    spent = []
    for _ in range(runs):
        work = prepare()
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    print(f"{name:<46} {min(spent):8.2f} {median(spent):8.2f} {max(spent):8.2f}")


def bench(store: SqliteStore, records: int) -> None:
    def head() -> Head:
        return store.wait_read(lambda snapshot: snapshot.head(SITE))

    def create() -> Callable[[], object]:
        plan = plan_of(head(), [None] * 500)
        ids.extend(write.id for write in plan.records)
        ops.append([row.op for row in plan.ledger])
        return lambda: store.wait_write(SITE, lambda transaction: transaction.apply(plan))

    def update() -> Callable[[], object]:
        need = Need(records={("ticket", id_) for id_ in random.sample(ids, 500)})
        plan = plan_of(head(), list(store.wait_read(lambda snapshot: snapshot.load(SITE, need)).records.values()))

        def unit(transaction: Transaction) -> None:
            transaction.load(SITE, need)
            transaction.apply(plan)

        return lambda: store.wait_write(SITE, unit)

    def read(unit: Callable[[Snapshot], object]) -> Callable[[], Callable[[], object]]:
        return lambda: lambda: store.wait_read(unit)

    def some() -> Callable[[], object]:
        need = Need(records={("ticket", id_) for id_ in random.sample(ids, 500)})
        return lambda: store.wait_read(lambda snapshot: snapshot.load(SITE, need))

    def replay() -> Callable[[], object]:
        need = Need(ops=set(random.choice(ops)))
        return lambda: store.wait_read(lambda snapshot: snapshot.load(SITE, need))

    ids: list[str] = []
    ops: list[list[str]] = []
    names = [f"{SITE}/tickets/{number}" for number in range(BUCKETS)]
    print(f"{'ms, ' + str(records) + ' records':<46} {'min':>8} {'median':>8} {'max':>8}")
    timed("create 500 (the first of all)", 6, create)
    while len(ids) < records:
        create()()
    timed(f"create 500 among {records}", 30, create)
    timed(f"load and update 500 among {records}", 30, update)
    timed(f"load 500 among {records}", 30, some)
    timed("look up 500 known ops", 30, replay)
    seq = head().seq
    start = dict.fromkeys(names, 0)
    middle = dict.fromkeys(names, seq // 2)
    end = dict.fromkeys(names, seq)
    timed(
        "page of 2,000 over 10 buckets, from the start", 30, read(lambda s: s.feed(SITE, start, seq, 2000, marks=False))
    )
    timed(
        "page of 2,000 over 10 buckets, in the middle", 30, read(lambda s: s.feed(SITE, middle, seq, 2000, marks=True))
    )
    timed("nothing new in 10 buckets", 300, read(lambda s: s.feed(SITE, end, seq + 1, 2000, marks=True)))
    timed("count and sum of 10 buckets", 10, read(lambda s: s.sums(SITE, names, seq)))


def main() -> None:
    registry: Registry = load(plugin, [], strict=True).registry
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wuye.sqlite"
        migrate(path, ["wuye.builtin.piccolo_app"])
        with SqliteStore(path, registry) as store:
            bench(store, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


if __name__ == "__main__":
    main()
