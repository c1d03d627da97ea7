"""What every store must do: statements about `wuye.sync.ports.Store`, for whoever writes another one.

Each function of `STATEMENTS` takes an empty store made for `wuye.testing.store_world.registry` and raises
`AssertionError` when the store breaks its promise.
"""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event, Thread

import msgspec

from wuye.kernel.clock import from_wire, to_ms
from wuye.sync.ports import (
    Carried,
    FeedRow,
    Find,
    Head,
    HeldOp,
    Installation,
    LogHead,
    Need,
    Plan,
    ReplicaState,
    Snapshot,
    Store,
    Stored,
    Transaction,
)
from wuye.testing.store_world import AT, OTHER_SITE, SITE, Edit, bucket, id_of, ledger_row, write

A, B, C = bucket("a"), bucket("b"), bucket("c")


class Undone(Exception):
    """Raised by units that must leave nothing behind."""


def edit(store: Store, *edits: Edit, site: str = SITE, by: str = "user") -> Head:
    """Write edits in a unit of their own."""
    return store.write(site, lambda transaction: write(transaction, site, edits, by=by))


def note(name: str, *buckets: str, **values: object) -> Edit:
    """Return an edit of a note that lies in these buckets."""
    return Edit(name=name, values={"title": name, **values}, buckets=buckets)


def gone(name: str, *buckets: str) -> Edit:
    """Return the deletion of a note."""
    return Edit(name=name, values=None, buckets=buckets)


def pull(store: Store, after: Mapping[str, int], *, limit: int = 1000, marks: bool = True) -> list[FeedRow]:
    """Read one page of site `SITE`, up to the present head."""
    return store.read(lambda s: s.feed(SITE, after, s.head(SITE).seq, limit, marks=marks))


def names(rows: list[FeedRow]) -> list[tuple[str, int, str]]:
    """Return (bucket, seq, news) of feed rows: ``live``, ``deleted`` or ``left``."""
    news = [(r.bucket, r.seq, "left" if r.left else "deleted" if r.body is None else "live") for r in rows]
    return sorted(news, key=lambda one: (one[1], one[0]))


def a_written_record_is_read_as_it_was_written(store: Store) -> None:
    values: dict[str, object] = {
        "title": "漏水 «кран»", "place": id_of("room"), "watchers": [id_of("x"), id_of("y")], "tags": ["blue", "red"],
        "amount": 2**53 - 1, "done": False, "photos": [{"sha256": "ab" * 32, "size": 3}], "site": SITE,
        "status": "open",
    }  # fmt: skip
    edit(store, Edit(name="n", values=values, buckets=("a", "b")), by="ann")
    edit(store, Edit(name="n", values={**values, "done": True}, buckets=("a",)), by="bob")
    stored = _load(store, "n")
    assert stored == Stored(
        entity="note", id=id_of("n"), seq=2, deleted=False, values={**values, "done": True}, buckets=(A,),
        created_at=AT, created_by="ann", updated_at=AT, updated_by="bob",
    )  # fmt: skip
    edit(store, gone("n", "a"), by="bob")
    stored = _load(store, "n")
    assert stored is not None
    assert (stored.deleted, stored.values, stored.created_by, stored.updated_by) == (True, {}, "ann", "bob")
    assert _load(store, "never") is None


def a_failed_unit_leaves_nothing(store: Store) -> None:
    edit(store, note("kept", "a"))
    before = _everything(store)

    def fail(transaction: Transaction) -> None:
        write(transaction, SITE, [note("kept", "b", amount=1), note("new", "fresh bucket")])
        assert _found(transaction, "title", "new") == (id_of("new"),)
        raise Undone

    for _ in range(2):
        try:
            store.write(SITE, fail)
        except Undone:
            pass
        else:
            raise AssertionError("the unit's exception was lost")
    assert _everything(store) == before
    edit(store, note("new", "fresh bucket"))
    assert names(pull(store, {bucket("fresh bucket"): 0})) == [(bucket("fresh bucket"), 2, "live")]


def a_failing_unit_takes_nothing_of_its_neighbours_with_it(store: Store) -> None:
    def unit(number: int) -> Callable[[Transaction], None]:
        def run(transaction: Transaction) -> None:
            write(transaction, SITE, [note(f"n{number}", "a", "b")])
            if number % 3 == 0:
                raise Undone

        return run

    with ThreadPoolExecutor(16) as threads:
        futures = [threads.submit(store.write, SITE, unit(number)) for number in range(60)]
        failed = {number for number, future in enumerate(futures) if isinstance(future.exception(), Undone)}
    assert failed == set(range(0, 60, 3))
    rows = pull(store, {A: 0})
    assert sorted(row.record for row in rows) == sorted(id_of(f"n{n}") for n in range(60) if n % 3)
    assert [row.seq for row in rows] == list(range(1, 41))
    head = store.read(lambda s: s.head(SITE))
    assert (head.seq, head.pos) == (40, 40)


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


def finds_agree_with_the_records(store: Store) -> None:
    room, other = id_of("room"), id_of("other")
    edit(
        store,
        note("a", place=room, watchers=[room, other], amount=5, site="s"),
        note("b", place=room, watchers=[other]),
    )
    edit(store, note("c", place=other))
    edit(store, note("c", place=room), note("a", place=other, watchers=[other], amount=6, site="t"))
    edit(store, gone("b"))
    asked = {
        Find(entity="note", field="place", value=room): ("c",),
        Find(entity="note", field="place", value=other): ("a",),
        Find(entity="note", field="watchers", value=other): ("a",),
        Find(entity="note", field="watchers", value=room): (),
        Find(entity="note", field="title", value="c"): ("c",),
        Find(entity="note", field="amount", value="6"): ("a",),
        Find(entity="note", field="amount", value="5"): (),
        Find(entity="note", field="site", value="t"): ("a",),
        Find(entity="note", field="no such field", value="t"): (),
        Find(entity="no such entity", field="title", value="t"): (),
    }
    facts = store.read(lambda s: s.load(SITE, Need(finds=set(asked))))
    assert facts.found == {find: tuple(id_of(name) for name in names_) for find, names_ in asked.items()}
    assert facts.records.keys() == {("note", id_of("a")), ("note", id_of("c"))}
    elsewhere = store.read(lambda s: s.load(OTHER_SITE, Need(finds=set(asked), records={("note", id_of("a"))})))
    assert elsewhere.records == {}


def a_unit_sees_what_it_wrote(store: Store) -> None:
    def unit(transaction: Transaction) -> None:
        write(transaction, SITE, [note("n", "a", amount=1)])
        write(transaction, SITE, [note("n", "b", amount=2)])
        assert transaction.head(SITE).seq == 2
        assert _found(transaction, "title", "n") == (id_of("n"),)
        assert names(transaction.feed(SITE, {A: 0, B: 0}, 2, 10, marks=True)) == [(A, 2, "left"), (B, 2, "live")]

    store.write(SITE, unit)


def a_reader_sees_one_moment(store: Store) -> None:
    edit(store, note("n", "a"))
    written = Event()

    def other() -> None:
        edit(store, note("m", "a"))
        written.set()

    def unit(snapshot: Snapshot) -> None:
        seq = snapshot.head(SITE).seq
        thread = Thread(target=other)
        thread.start()
        written.wait(0.2)
        assert snapshot.head(SITE).seq == seq
        assert len(snapshot.feed(SITE, {A: 0}, 100, 10, marks=True)) == seq
        threads.append(thread)

    threads: list[Thread] = []
    store.read(unit)
    threads[0].join()
    assert store.read(lambda s: s.head(SITE)).seq == 2


def a_stamp_tells_when_any_of_some_entities_changed(store: Store) -> None:
    def stamp() -> tuple[int, int]:
        return store.read(lambda s: s.stamp(SITE, ["note", "room.plan", "no such entity"]))

    stamps = [stamp()]
    assert stamps == [(0, 0)]
    room = Edit(name="r", values={"name": "R"}, buckets=(), entity="room.plan")
    for one in (room, note("n", "a"), note("n", "a", amount=1), gone("n", "a")):
        edit(store, one)
        stamps.append(stamp())
    assert [seq for seq, _ in stamps] == [0, 1, 2, 3, 4]
    assert store.read(lambda s: s.stamp(SITE, ["room.plan"])) == stamps[1]
    assert store.read(lambda s: s.stamp(OTHER_SITE, ["note"])) == (0, 0)


def sites_know_nothing_of_each_other(store: Store) -> None:
    edit(store, note("n", "a"))
    edit(store, note("n", "a"), note("m", "a"), site=OTHER_SITE)
    assert store.read(lambda s: s.head(SITE)).pos == 1
    assert store.read(lambda s: s.head(OTHER_SITE)).pos == 2
    assert [row.site for row in store.read(lambda s: s.ledger(SITE))] == [SITE]
    here, there = (store.read(lambda s, site=site: s.entities(site, ["note"])) for site in (SITE, OTHER_SITE))  # type: ignore[misc]
    assert (len(here), len(there)) == (1, 2)


def entities_are_listed_without_the_dead(store: Store) -> None:
    edit(
        store, note("n", "a"), note("m", "a"), Edit(name="r", values={"name": "R"}, buckets=("r",), entity="room.plan")
    )
    edit(store, gone("n", "a"))
    listed = store.read(lambda s: s.entities(SITE, ["note", "room.plan", "no such entity"]))
    assert {record.id for record in listed} == {id_of("m"), id_of("r")}


def the_ledger_is_a_chain_that_keeps_every_row(store: Store) -> None:
    for number in range(9):
        edit(store, note("n", "a", amount=number), note(f"m{number}", "a"))
    rows = store.read(lambda s: s.ledger(SITE))
    assert [row.pos for row in rows] == list(range(1, 19))
    assert rows[0].digest == hashlib.sha256(rows[0].body).digest()
    assert all(hashlib.sha256(old.digest + new.body).digest() == new.digest for old, new in pairwise(rows))
    assert store.read(lambda s: s.head(SITE)).digest == rows[-1].digest
    assert store.read(lambda s: s.ledger(SITE, after=5, limit=3)) == rows[5:8]
    assert store.read(lambda s: s.ledger(SITE, ref=("note", id_of("n")))) == rows[::2]
    assert store.read(lambda s: s.ledger(SITE, ref=("note", id_of("n")), after=2, limit=2)) == [rows[2], rows[4]]
    assert store.read(lambda s: s.ledger(SITE, op=rows[3].op)) == [rows[3]]
    assert store.read(lambda s: s.ledger(OTHER_SITE, op=rows[3].op)) == []


def a_ledger_position_is_written_once(store: Store) -> None:
    edit(store, note("n", "a"))

    def again(transaction: Transaction) -> None:
        row = ledger_row(SITE, Head(), note("n"), 2, "user", "update", {})
        transaction.apply(Plan(site=SITE, head=Head(seq=2, pos=1, digest=row.digest), ledger=[row]))

    before = store.read(lambda s: s.ledger(SITE))
    try:
        store.write(SITE, again)
    except Exception:
        assert store.read(lambda s: s.ledger(SITE)) == before
    else:
        raise AssertionError("a ledger row was overwritten or doubled")


def an_op_is_found_with_its_newest_outcome(store: Store) -> None:
    def decide(transaction: Transaction) -> None:
        head = Head()
        rows = []
        for status, by in (("held", "ann"), ("held", "bob"), ("applied", "ann")):
            row = ledger_row(SITE, head, note("n"), 0, by, "create", {}, status)
            rows.append(msgspec.structs.replace(row, op=id_of("op")))
            head = Head(pos=row.pos, digest=row.digest)
        transaction.apply(Plan(site=SITE, head=head, ledger=rows))

    store.write(SITE, decide)
    need = Need(ops={id_of("op"), id_of("other")}, creates={("note", id_of("n")), ("note", id_of("m"))})
    facts = store.read(lambda s: s.load(SITE, need))
    assert {key: row.status for key, row in facts.ops.items()} == {
        ("ann", id_of("op")): "applied",
        ("bob", id_of("op")): "held",
    }
    assert facts.creates == {("note", id_of("n")): "applied"}


def touches_name_the_last_writer_of_each_field(store: Store) -> None:
    edit(store, note("n", "a", amount=1, done=False), by="ann")
    edit(store, note("n", "a", amount=2, done=False), by="bob")
    edit(store, note("n", "a", amount=3, done=True), by="cyd")
    edit(store, note("m", "a", amount=3), by="dan")
    edit(store, note("n", "a", amount=4, done=True), by="eve")

    def refuse(transaction: Transaction) -> None:
        head = transaction.head(SITE)
        row = ledger_row(SITE, head, note("n"), 6, "fay", "update", {"amount": [4, 5]}, "rejected")
        transaction.apply(Plan(site=SITE, head=Head(seq=6, pos=row.pos, digest=row.digest), ledger=[row]))

    store.write(SITE, refuse)
    ref = ("note", id_of("n"))
    for since, expected in (
        (0, {"title": "ann", "amount": "eve", "done": "cyd"}),
        (2, {"": "bob", "amount": "eve", "done": "cyd"}),
        (4, {"": "cyd", "amount": "eve"}),
        (9, {"": "eve"}),
    ):
        touches = store.read(lambda s, since=since: s.load(SITE, Need(touches={ref: since}))).touches[ref]  # type: ignore[misc]
        assert {field: touch.author for field, touch in touches.items()} == expected
    assert (touches[""].seq, touches[""].args) == (5, b'{"seq":5}')
    assert touches[""].received_ms == to_ms(from_wire("2026-11-22T01:00:05.000Z"))


def old_marks_are_purged_and_the_floor_rises(store: Store) -> None:
    edit(store, note("n", "a", "b"), note("m", "a"))
    edit(store, note("n", "a"), gone("m", "a"))
    edit(store, note("x", "a"))
    edit(store, note("n", "b"))
    store.write(SITE, lambda transaction: transaction.purge("2026-11-22T01:00:03.500Z"))
    assert names(pull(store, {A: 0, B: 0})) == [(A, 3, "live"), (A, 4, "left"), (B, 4, "live")]
    assert store.read(lambda s: s.head(SITE)).floor == 2
    edit(store, note("y", "a"))
    assert store.read(lambda s: s.head(SITE)).floor == 2
    stored = _load(store, "m")
    assert stored is not None
    assert stored.deleted, "a deleted record's id stays taken"


def logs_are_kept_by_site_and_replica(store: Store) -> None:
    store.enrol(ReplicaState(id="r", user="ann", device="d", synced_ms=5))
    store.enrol(ReplicaState(id="r", user="bob", device="d", synced_ms=6))

    def unit(transaction: Transaction) -> None:
        transaction.apply(
            Plan(
                site=SITE,
                head=Head(),
                acked={(SITE, "r"): LogHead(n=3, at_ms=9), (OTHER_SITE, "r"): LogHead(n=1, at_ms=2)},
                synced={"r": 77, "unknown": 8},
                carried=[Carried(replica="r", n=2, op="o", content=b"c")],
            )
        )

    store.write(SITE, unit)
    assert store.read(lambda s: s.replica("r")) == ReplicaState(id="r", user="ann", device="d", synced_ms=77)
    assert store.read(lambda s: s.replica("unknown")) is None
    assert store.read(lambda s: s.acked("r")) == {SITE: LogHead(n=3, at_ms=9), OTHER_SITE: LogHead(n=1, at_ms=2)}
    assert store.read(lambda s: s.acked("x")) == {}
    assert store.read(lambda s: s.carried(SITE, "r", ["o", "p"])) == [Carried(replica="r", n=2, op="o", content=b"c")]
    assert store.read(lambda s: s.carried(OTHER_SITE, "r", ["o"])) == []


def held_ops_wait_until_released(store: Store) -> None:
    def held(op: str, pos: int, replica: str) -> HeldOp:
        return HeldOp(
            site=SITE, op=op, user="ann", replica=replica, n=pos, pos=pos, group=None, entity="x", record="r",
            creates=pos == 1, wait="entity:x", received_ms=1, at_ms=2, clock_suspect=False, review="v", body=b"{}",
        )  # fmt: skip

    first, second, third = held("o1", 1, "r"), held("o2", 2, "s"), held("o3", 3, "r")
    store.write(SITE, lambda t: t.apply(Plan(site=SITE, head=Head(), hold=[third, first, second])))
    assert store.read(lambda s: s.held(SITE)) == [first, second, third]
    assert store.read(lambda s: s.held(SITE, replica="r")) == [first, third]
    assert store.read(lambda s: s.held(OTHER_SITE)) == []
    release = [("ann", "o1"), ("bob", "o2")]
    store.write(SITE, lambda t: t.apply(Plan(site=SITE, head=Head(), release=release)))
    assert store.read(lambda s: s.held(SITE)) == [second, third]


def numbers_and_balances_start_at_nothing(store: Store) -> None:
    need = Need(numbers={"T-2026", "W"}, balances={("points", "ann"), ("points", "bob"), ("stock", "ann")})
    facts = store.read(lambda s: s.load(SITE, need))
    assert facts.numbers == {"T-2026": 0, "W": 0}
    assert set(facts.balances.values()) == {0}
    numbers, balances = {"W": 7}, {("points", "ann"): -3, ("stock", "ann"): 4}
    for _ in range(2):
        store.write(SITE, lambda t: t.apply(Plan(site=SITE, head=Head(), numbers=numbers, balances=balances)))
    facts = store.read(lambda s: s.load(SITE, need))
    assert facts.numbers == {"T-2026": 0, "W": 7}
    assert facts.balances == {("points", "ann"): -3, ("points", "bob"): 0, ("stock", "ann"): 4}
    assert set(store.read(lambda s: s.load(OTHER_SITE, need)).numbers.values()) == {0}


def events_wait_until_forgotten(store: Store) -> None:
    for body in (b"1", b"2", b"3"):
        events = [("poke", body)]
        store.write(SITE, lambda t, events=events: t.apply(Plan(site=SITE, head=Head(), events=events)))  # type: ignore[misc]
    seen = store.read(lambda s: s.events(0, 10))
    assert [(event.site, event.name, event.body) for event in seen] == [(SITE, "poke", b) for b in (b"1", b"2", b"3")]
    assert store.read(lambda s: s.events(seen[0].number, 1)) == [seen[1]]
    store.forget_events(seen[1].number)
    assert store.read(lambda s: s.events(0, 10)) == [seen[2]]


def the_installation_is_named(store: Store) -> None:
    assert store.read(lambda s: (s.org(), s.epoch())) == ("", "")
    store.found(Installation(org="o", epoch="e", secret=b"s"))
    store.found(Installation(org="o", epoch="f", secret=b"s"))
    assert store.read(lambda s: (s.org(), s.epoch(), s.installation().secret)) == ("o", "f", b"s")


def bucket_sets_are_remembered(store: Store) -> None:
    store.remember_bucket_set("d", iter([A, B]))
    store.remember_bucket_set("d", [A, B])
    store.remember_bucket_set("none", [])
    assert store.read(lambda s: s.bucket_set("d")) == (A, B)
    assert store.read(lambda s: s.bucket_set("none")) == ()
    assert store.read(lambda s: s.bucket_set("x")) is None


def a_unit_writes_at_its_own_site_only(store: Store) -> None:
    try:
        store.write(SITE, lambda transaction: write(transaction, OTHER_SITE, [note("n", "a")]))
    except ValueError:
        assert store.read(lambda s: s.head(OTHER_SITE)) == Head()
    else:
        raise AssertionError("a unit wrote at a site whose lock it does not hold")


def a_late_commit_is_never_skipped(store: Store) -> None:
    """Protocol §3.7, as a chain of events: the first writer knows its seq before the second begins, and commits
    after it if the store lets it. Whatever the reader's cursor has passed, it has seen."""
    has_seq, others_done = Event(), Event()

    def slow(transaction: Transaction) -> None:
        head = transaction.head(SITE)
        has_seq.set()
        others_done.wait(0.3)
        write(transaction, SITE, [note("slow", "a")], seq=head.seq + 1)

    first = Thread(target=store.write, args=(SITE, slow))
    second = Thread(target=edit, args=(store, note("quick", "a")))
    first.start()
    assert has_seq.wait(5)
    second.start()
    second.join(0.1)
    seen, cursor = _follow(store, set(), 0)
    others_done.set()
    first.join()
    second.join()
    seen, cursor = _follow(store, seen, cursor)
    assert seen == {id_of("slow"), id_of("quick")}
    assert cursor == 2


def no_reader_skips_anything_while_many_write(store: Store) -> None:
    """Protocol §3.7, as a storm: seqs are gap-free, and a cursor never passes a row that it has not seen."""
    writers, each = 6, 25
    done = Event()

    def storm(writer: int) -> None:
        for number in range(each):
            edit(store, note(f"{writer}-{number}", "a", "b" if number % 2 else "c"))

    def read() -> set[str]:
        seen: set[str] = set()
        cursor = 0
        while not done.is_set():
            seen, cursor = _follow(store, seen, cursor)
        return _follow(store, seen, cursor)[0]

    with ThreadPoolExecutor(writers + 3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        storms = [threads.submit(storm, writer) for writer in range(writers)]
        try:
            for future in storms:
                future.result()
        finally:
            done.set()
        every = {id_of(f"{writer}-{number}") for writer in range(writers) for number in range(each)}
        assert all(reader.result() == every for reader in readers)
    assert sorted(row.seq for row in pull(store, {A: 0})) == list(range(1, writers * each + 1))


def _follow(store: Store, seen: set[str], cursor: int) -> tuple[set[str], int]:
    rows, head = store.read(lambda s: (s.feed(SITE, {A: cursor}, s.head(SITE).seq, 7, marks=True), s.head(SITE).seq))
    while rows:
        seen = seen | {row.record for row in rows}
        cursor = rows[-1].seq
        rows = store.read(lambda s, at=cursor: s.feed(SITE, {A: at}, head, 7, marks=True))  # type: ignore[misc]
    return seen, max(cursor, head)


def _load(store: Store, name: str) -> Stored | None:
    ref = ("note", id_of(name))
    return store.read(lambda s: s.load(SITE, Need(records={ref}))).records.get(ref)


def _found(snapshot: Snapshot, field: str, value: str) -> tuple[str, ...]:
    find = Find(entity="note", field=field, value=value)
    return snapshot.load(SITE, Need(finds={find})).found[find]


def _everything(store: Store) -> object:
    return store.read(
        lambda s: (
            s.head(SITE),
            s.entities(SITE, ["note"]),
            s.ledger(SITE),
            names(s.feed(SITE, {A: 0, B: 0, bucket("fresh bucket"): 0}, 99, 99, marks=True)),
            _found(s, "title", "new"),
            _found(s, "title", "kept"),
        )
    )


STATEMENTS: tuple[Callable[[Store], None], ...] = (
    a_written_record_is_read_as_it_was_written,
    a_failed_unit_leaves_nothing,
    a_failing_unit_takes_nothing_of_its_neighbours_with_it,
    the_feed_holds_the_latest_news_of_each_record_in_each_bucket,
    a_page_is_in_order_and_never_splits_a_seq,
    a_page_ends_where_the_reader_says,
    a_feed_row_carries_the_body_that_was_written,
    many_buckets_are_read_at_once,
    sums_agree_with_the_rows,
    finds_agree_with_the_records,
    a_unit_sees_what_it_wrote,
    a_reader_sees_one_moment,
    sites_know_nothing_of_each_other,
    a_stamp_tells_when_any_of_some_entities_changed,
    entities_are_listed_without_the_dead,
    the_ledger_is_a_chain_that_keeps_every_row,
    a_ledger_position_is_written_once,
    an_op_is_found_with_its_newest_outcome,
    touches_name_the_last_writer_of_each_field,
    old_marks_are_purged_and_the_floor_rises,
    logs_are_kept_by_site_and_replica,
    held_ops_wait_until_released,
    numbers_and_balances_start_at_nothing,
    events_wait_until_forgotten,
    the_installation_is_named,
    bucket_sets_are_remembered,
    a_unit_writes_at_its_own_site_only,
    a_late_commit_is_never_skipped,
    no_reader_skips_anything_while_many_write,
)
