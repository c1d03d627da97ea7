"""Protocol §3.7: the suite notices a store that hands out seqs like a plain sequence, outside the site's lock."""

from collections.abc import Callable
from itertools import count
from typing import TypeVar

import pytest
from msgspec.structs import replace

from wuye.sync.ports import Store, Transaction
from wuye.sync.rows import Head, Plan
from wuye.testing.memory import MemorySnapshot, MemoryStore
from wuye.testing.store_suite import concurrency, feed, records
from wuye.testing.store_suite.world import registry

T = TypeVar("T")


class NaiveStore(MemoryStore):
    """Each unit draws its seq when it starts, and the lock is taken only to write: what ``nextval`` does."""

    def __init__(self) -> None:
        super().__init__(registry())
        self.sequence = count(1)

    def write(self, site: str, unit: Callable[[Transaction], T]) -> T:  # type: ignore[override]
        naive = NaiveTransaction(self, next(self.sequence))
        result = unit(naive)
        super().write(site, naive.flush)
        return result


class NaiveTransaction(MemorySnapshot):
    def __init__(self, store: NaiveStore, seq: int) -> None:
        super().__init__(store._state)
        self._seq = seq
        self._plans: list[Plan] = []

    def head(self, site: str) -> Head:
        return replace(super().head(site), seq=self._seq - 1)

    def apply(self, plan: Plan) -> None:
        self._plans.append(plan)

    def purge(self, before: str) -> None: ...

    def flush(self, transaction: Transaction) -> None:
        for plan in self._plans:
            head = transaction.head(plan.site)
            rows = [replace(row, pos=head.pos + 1 + index) for index, row in enumerate(plan.ledger)]
            end = replace(plan.head, pos=head.pos + len(rows), seq=max(plan.head.seq, head.seq))
            transaction.apply(replace(plan, head=end, ledger=rows))


def test_a_plain_sequence_is_caught() -> None:
    with pytest.raises(AssertionError):
        concurrency.a_late_commit_is_never_skipped(NaiveStore())


@pytest.mark.parametrize(
    "statement",
    [
        feed.the_feed_holds_the_latest_news_of_each_record_in_each_bucket,
        feed.a_page_is_in_order_and_never_splits_a_seq,
        records.finds_agree_with_the_records,
        feed.sums_agree_with_the_rows,
    ],
)
def test_nothing_else_is_wrong_with_it(statement: Callable[[Store], None]) -> None:
    statement(NaiveStore())
