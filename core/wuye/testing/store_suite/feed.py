"""The feed: order, pages, marks, sums (protocol §3.5, §3.6)."""

import msgspec

from wuye.sync.ports import Store
from wuye.sync.rows import Plan
from wuye.testing.store_suite.steps import A, B, C, edit, gone, load, names, note, pull
from wuye.testing.store_suite.world import SITE, bucket, id_of


def the_feed_holds_the_latest_news_of_each_record_in_each_bucket(store: Store) -> None:
    edit(store, note("n", "a", "b"))
    edit(store, note("n", "a", amount=1))
    assert names(pull(store, {A: 0, B: 0})) == [(A, 2, "live"), (B, 2, "left")]
    edit(store, note("n", "a", amount=2))
    edit(store, note("n", "a", "b", amount=2))
    assert names(pull(store, {A: 0, B: 0})) == [(A, 4, "live"), (B, 4, "live")]
    edit(store, note("n", "b", amount=2))
    edit(store, gone("n", "b"))
    assert names(pull(store, {A: 0, B: 0})) == [(A, 5, "left"), (B, 6, "deleted")]
    assert names(pull(store, {A: 5, B: 5})) == [(B, 6, "deleted")]
    assert pull(store, {A: 0, B: 0}, marks=False) == []
    assert pull(store, {C: 0}) == []


def a_page_is_in_order_and_never_splits_a_seq(store: Store) -> None:
    for first in range(0, 30, 3):
        edit(store, *(note(f"n{number}", "a", "b") for number in range(first, first + 3)))
    for limit in (1, 5, 6, 7, 20, 60, 100):
        after, seen = {A: 0, B: 2, C: 0}, 0
        while rows := pull(store, after, limit=limit):
            seqs = [row.seq for row in rows]
            assert seqs == sorted(seqs)
            whole = [row.seq for row in pull(store, after) if row.seq <= seqs[-1]]
            assert seqs == whole, "a page ends inside a seq"
            assert len(rows) <= limit or len(set(seqs)) == 1
            seen += len(rows)
            after = {name: max(position, seqs[-1]) for name, position in after.items()}
        assert seen == 30 + 24


def a_page_ends_where_the_reader_says(store: Store) -> None:
    for number in range(6):
        edit(store, note(f"n{number}", "a"))
    assert [row.seq for row in store.read(lambda s: s.feed(SITE, {A: 1}, 4, 10, marks=True))] == [2, 3, 4]


def a_feed_row_carries_the_body_that_was_written(store: Store) -> None:
    edit(store, note("n", "a", "b", amount=7))
    rows = pull(store, {A: 0, B: 0})
    bodies = {row.body for row in rows}
    assert len(bodies) == 1
    body = bodies.pop()
    assert body is not None
    assert msgspec.json.decode(body)["amount"] == 7
    assert {(row.entity, row.record) for row in rows} == {("note", id_of("n"))}
    assert all(row.h for row in rows)


def many_buckets_are_read_at_once(store: Store) -> None:
    wide = [f"w{number}" for number in range(450)]
    edit(store, *(note(f"n{number}", *wide[number * 9 : number * 9 + 9]) for number in range(50)))
    edit(store, note("last", *wide[::50]))
    after = {bucket(name): 0 for name in wide}
    assert len(pull(store, after)) == 450 + 9
    assert [row.seq for row in pull(store, after, limit=455)] == [1] * 450
    assert len(store.read(lambda s: s.sums(SITE, list(after), 2))) == 450


def sums_agree_with_the_rows(store: Store) -> None:
    for number in range(12):
        edit(store, note(f"n{number}", "a", "b"))
    edit(store, note("n3", "a", amount=3))
    edit(store, gone("n4", "a", "b"))
    live = pull(store, {A: 0, B: 0}, marks=False)
    expected = {
        name: (
            sum(row.bucket == name for row in live),
            sum(row.h for row in live if row.bucket == name) % 2**32,
            max((row.seq for row in pull(store, {name: 0})), default=0),
        )
        for name in (A, B, C)
    }
    assert store.read(lambda s: s.sums(SITE, [A, B, C], 14)) == expected
    assert store.read(lambda s: s.sums(SITE, [A], 13))[A][0] == 11
    assert expected[B][2] == 14


def old_marks_are_purged_and_the_floor_rises(store: Store) -> None:
    edit(store, note("n", "a", "b"), note("m", "a"))
    edit(store, note("n", "a"), gone("m", "a"))
    edit(store, note("x", "a"))
    edit(store, note("n", "b"))
    store.write(SITE, lambda transaction: transaction.purge("2026-11-22T01:00:03.500Z"))
    assert names(pull(store, {A: 0, B: 0})) == [(A, 3, "live"), (A, 4, "left"), (B, 4, "live")]
    assert store.read(lambda s: s.head(SITE)).floor == 2
    end = edit(store, note("y", "a"))
    forgetful = Plan(site=SITE, head=msgspec.structs.replace(end, floor=0))
    store.write(SITE, lambda transaction: transaction.apply(forgetful))
    assert store.read(lambda s: s.head(SITE)).floor == 2
    stored = load(store, "m")
    assert stored is not None
    assert stored.deleted, "a deleted record's id stays taken"
