"""Whatever happens on the network and to the process, nothing is lost and everybody ends with the same data."""

import copy
import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client.fake_server import NOON, SITE, FakeServer, Lossy, Ticker, contents, open_replica, states

from wuye_client import LoginRequired, Offline, Replica, outbox, sync
from wuye_client.store import Store

TITLES = st.text("漏水Ёa", min_size=1, max_size=6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("create"), TITLES),
        st.tuples(st.just("update"), st.integers(0, 9), TITLES),
        st.tuples(st.just("act"), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("group"), TITLES),
        st.tuples(st.just("sync"), st.sampled_from(["ok", "request lost", "answer lost"])),
        st.just(("crash",)),
        st.just(("clone",)),
    ),
    max_size=25,
)


class Worker:
    """Works on tickets as the steps say, on a network that fails as they say."""

    def __init__(self, server: FakeServer, seed: int) -> None:
        self.fate = "ok"
        self.server = server
        self.replica = open_replica(Lossy(server, lambda: self.fate), seed=seed, name=f"T{seed}")
        self.ticker = Ticker(seed=seed + 1000)
        self.ops: set[str] = set()
        self.was_written = 0

    def step(self, step: tuple[object, ...]) -> None:
        kind, *rest = step
        if kind == "sync":
            self.sync(str(rest[0]))
        elif kind == "crash":
            self.reopen(self.replica.store.copy())
        elif kind == "group":
            with self.replica.group():
                for number in range(3):
                    self.replica.create("HQ-01", "ticket", {"title": f"{rest[0]}{number}"})
        elif kind == "create":
            self.replica.create("HQ-01", "ticket", {"title": rest[0]})
        elif kind != "clone":
            self.touch(str(kind), *rest)
        self.ops |= {entry.op.op for entry in self.replica.outbox()}

    def touch(self, kind: str, index: int, title: str = "") -> None:
        tickets = self.replica.query("ticket")
        if not tickets:
            return
        ticket = tickets[index % len(tickets)].id
        if kind == "update":
            self.replica.update("HQ-01", "ticket", ticket, {"title": title})
        elif kind == "delete":
            self.replica.delete("HQ-01", "ticket", ticket)
        elif self.replica.get("HQ-01", "ticket", ticket)["status"] == "received":
            self.replica.act("HQ-01", "ticket", ticket, "dispatch", set={"team": "eng"})

    def sync(self, fate: str = "ok") -> None:
        self.fate = fate
        try:
            self.replica.sync()
        except Offline:
            pass
        except LoginRequired:
            self.fate = "ok"
            self.replica.login("fake:", "li.na", "secret")
            self.replica.sync()
        self.fate = "ok"

    def reopen(self, store: Store) -> None:
        old = self.replica
        self.replica = Replica(
            store, old.device, transport=Lossy(self.server, lambda: self.fate), clock=self.ticker,
            entropy=self.ticker.entropy, sleep=lambda _: None,
        )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3), st.integers(0, 3))
def test_every_op_has_one_outcome_and_replicas_agree(plans: list[list[tuple[object, ...]]], shuffle: int) -> None:
    server = FakeServer(page=7)
    workers = [Worker(server, seed) for seed, _ in enumerate(plans)]
    turns = [(worker, step) for worker, plan in zip(workers, plans, strict=True) for step in plan]
    Random(shuffle).shuffle(turns)
    for worker, step in turns:
        worker.step(step)
        if step == ("clone",):
            twin = Worker(server, seed=len(workers) + 50)
            twin.reopen(worker.replica.store.copy())
            twin.ops = set(worker.ops)
            workers.append(twin)
    for _ in range(2):
        for worker in workers:
            worker.sync()
    assert {op for _, op in server.ledger} == set().union(*(worker.ops for worker in workers))
    truth = {
        (row.entity, row.record): row.body
        for name, rows in server.feed.items()
        if name.endswith("/all")
        for row in rows.values()
        if row.body is not None
    }
    for worker in workers:
        assert contents(worker.replica) == truth
        assert set(states(worker.replica)) <= {"applied", "merged", "rejected"}
        assert worker.replica.store.have() == {
            name: (len(live), sum(row.h for row in live) % 2**32)
            for name, rows in server.feed.items()
            for live in [[row for row in rows.values() if row.body is not None]]
        }


@settings(max_examples=40, deadline=None)
@given(STEPS, st.lists(TITLES, max_size=6))
def test_the_overlay_equals_a_naive_recomputation(plan: list[tuple[object, ...]], desk: list[str]) -> None:
    server = FakeServer()
    worker = Worker(server, 0)
    for step in plan:
        worker.step(step)
    for title in desk:
        server.write(SITE, "ticket", server.new_id(), {"title": title, "status": "received"})
    worker.sync("answer lost")
    store = worker.replica.store
    naive = {row.id: json.loads(row.body) for row in store.scan("ticket", [SITE])}
    touched = set()
    for op in outbox.overlay(store, "ticket"):
        touched.add(op.record)
        if op.kind == "create":
            naive.setdefault(op.record, {"status": "received", **op.set})
        elif op.kind == "delete":
            naive.pop(op.record, None)
        elif op.record in naive:
            started = op.act == "dispatch" and naive[op.record]["status"] == "received"
            naive[op.record] |= op.set | ({"status": "doing"} if started else {})
    for record in touched & naive.keys():
        naive[record]["total"] = 0
    assert {r.id: r.values for r in worker.replica.query("ticket")} == naive
    assert all(worker.replica.get("HQ-01", "ticket", record).values == body for record, body in naive.items())


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_absorbing_an_answer_twice_is_absorbing_it_once(plan: list[tuple[object, ...]]) -> None:
    server = FakeServer(page=3)
    worker = Worker(server, 0)
    for step in plan:
        worker.step(step)
    store = worker.replica.store
    if store.meta_int("fork"):
        return
    asked = sync.prepare(store, NOON)
    answer = copy.deepcopy(server).request(
        "POST", "/sync", headers={"Authorization": f"Bearer {store.meta('token')}"}, body=asked.body
    )
    if answer.status != 200:
        return
    sync.absorb(store, asked, answer.body, NOON)
    once = list(store._db.iterdump())
    sync.absorb(store, asked, answer.body, NOON)
    assert list(store._db.iterdump()) == once


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 15), st.integers(1, 5), st.randoms(use_true_random=False))
def test_pages_in_any_order_of_arrival_end_in_the_same_state(records: int, page: int, order: Random) -> None:
    server = FakeServer(page=page)
    for number in range(records):
        server.write(SITE, "owner", server.new_id(), {"name": f"n{number}"})
    replica = open_replica(FakeServer(page=page))
    replica._session._transport = server
    server.tokens.add(str(replica.store.meta("token")))
    under_way = []
    for _ in range(4 * records):
        asked = sync.prepare(replica.store, NOON)
        answer = server.request(
            "POST", "/sync", headers={"Authorization": f"Bearer {replica.store.meta('token')}"}, body=asked.body
        )
        under_way.append((asked, answer.body))
        order.shuffle(under_way)
        for _ in range(order.randrange(3)):
            if under_way:
                sync.absorb(replica.store, *under_way.pop(), NOON)
    replica.sync()
    assert len(replica.query("owner")) == records
