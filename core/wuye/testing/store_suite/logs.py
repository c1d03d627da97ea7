"""Ledger, logs of replicas, held ops, counters, outbox."""

import hashlib
from itertools import pairwise

import msgspec

from wuye.kernel.clock import from_wire, to_ms
from wuye.sync.ports import Store, Transaction
from wuye.sync.rows import Carried, Head, HeldOp, Installation, LogHead, Need, Plan, ReplicaState
from wuye.testing.store_suite.steps import A, B, edit, note
from wuye.testing.store_suite.world import OTHER_SITE, SITE, id_of, ledger_row


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
