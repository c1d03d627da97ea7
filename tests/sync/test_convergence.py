"""Properties of the whole engine: order, replays and loss of answers change nothing; nothing that was typed is lost."""

from collections.abc import Mapping

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sync.lab import lab_house
from tests.sync.scene import change, head, items, ledger, make, state_of

from wuye.protocol.wire import Op
from wuye.sync.ledger import verify_chain
from wuye.testing.house import House, Replica

FIELDS: Mapping[str, st.SearchStrategy[object]] = {
    "name": st.sampled_from(["n1", "n2", "n3"]),
    "spot": st.none() | st.sampled_from(["s1", "s2"]),
    "tags": st.lists(st.sampled_from("abcd"), unique=True),
    "log": st.sampled_from(["l1", "l2"]),
    "high": st.integers(0, 5),
    "low": st.integers(0, 5),
}
edits = st.dictionaries(st.sampled_from(list(FIELDS)), st.none(), min_size=1, max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names})
)
steps = st.tuples(
    st.integers(0, 2),  # whose
    st.sampled_from(["edit", "edit", "edit", "start", "drop", "delete", "create", "move", "sync", "lose", "repeat"]),
    st.integers(0, 3),  # of which thing
    edits,
    st.booleans(),  # pushed at once, or later
)


class Day:
    """Three people at work: one sees everything, two a zone each."""

    def __init__(self) -> None:
        self.house: House = lab_house()
        keys = (None, self.house.east, self.house.west)
        self.replicas = [self.house.replica(self.house.user("lab_worker", key=key)) for key in keys]
        self.things = [make(self.replicas[0], zone=zone) for zone in (self.house.east, self.house.west) * 2]
        self.outbox: dict[int, list[Op]] = {0: [], 1: [], 2: []}
        self.sent: list[tuple[Replica, Op]] = []
        for replica in self.replicas:
            replica.sync()

    def play(self, who: int, what: str, which: int, fields: Mapping[str, object], now: bool) -> None:
        replica, thing = self.replicas[who], self.things[which % len(self.things)]
        outbox = self.outbox[who]
        if what == "sync":
            self.flush(who)
        elif what == "lose":
            replica.send(outbox)
        elif what == "repeat" and outbox:
            replica.send(outbox[:1])
        elif op := self.write(replica, what, thing, fields):
            outbox.append(replica.number(op))
            self.sent.append((replica, op))
        if now:
            self.flush(who)

    def write(self, replica: Replica, what: str, thing: str, fields: Mapping[str, object]) -> Op | None:
        house = self.house
        if what == "create":
            op = house.op("lab.thing", set={"name": "new", **fields})
            self.things.append(op.record)
            return op
        if replica.get("lab.thing", thing) is None:
            return None
        if what == "edit":
            return change(replica, thing, **fields)
        if what == "move":
            zone = (replica.get("lab.thing", thing) or {}).get("zone")
            return change(replica, thing, zone=house.west if zone == house.east else house.east)
        if what == "delete":
            return house.op("lab.thing", "delete", thing, base=replica.seq("lab.thing", thing))
        act = msgspec.structs.replace(change(replica, thing, **fields), kind="act", act=what)
        return msgspec.structs.replace(act, args={"reason": "r"} if what == "drop" else {})

    def flush(self, who: int) -> None:
        results = self.replicas[who].sync(self.outbox[who])
        assert [result.op for result in results] == [op.op for op in self.outbox[who]]
        self.outbox[who] = []

    def evening(self) -> None:
        for _ in range(2):
            for who in self.outbox:
                self.flush(who)


def readable(house: House, replica: Replica) -> dict[str, object]:
    """Return all things that a user may read, straight from the store."""
    zone = {
        body["key"] for body in house.all("grant", house.org).values() if body["user"] == replica.user and "key" in body
    }
    return {
        record: dict(body) for record, body in house.all("lab.thing").items() if not zone or body.get("zone") in zone
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_every_replica_ends_with_what_its_user_may_read_and_nothing_typed_is_lost(day_: list[tuple]) -> None:
    day = Day()
    house = day.house
    for step in day_:
        day.play(*step)
    day.evening()
    meta = ("created_at", "created_by", "updated_at", "updated_by")
    for replica in day.replicas:
        held = {
            record: {name: value for name, value in body.items() if name not in meta}
            for (entity, record), (_, body, _) in replica.bodies.items()
            if entity == "lab.thing"
        }
        assert held == readable(house, replica)
        response = replica.send(have=replica.sums())
        assert (response.changes, response.reset, response.drop) == ([], [], [])
    rows = ledger(house)
    assert verify_chain(rows) is None
    told = {entry["op"] for _, entry in items(house)}
    for replica, op in day.sent:
        outcome = house.outcome(replica.user, op.op)
        assert msgspec.json.decode(outcome.body)["set"] == op.set
        if outcome.status != "applied":
            assert op.op in told


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=15), st.data())
def test_replays_change_nothing(day_: list[tuple], data: st.DataObject) -> None:
    day = Day()
    for step in day_:
        day.play(*step)
    day.evening()
    house = day.house
    before = state_of(house), head(house), ledger(house), items(house)
    for replica in day.replicas:
        mine = [op for who, op in day.sent if who is replica]
        numbered = [
            msgspec.structs.replace(op, n=n)
            for n, op in enumerate(mine, replica.last.get(house.estate, 0) - len(mine) + 1)
        ]
        if numbered:
            start = data.draw(st.integers(0, len(numbered) - 1))
            replica.send(numbered[start:])
            fork = house.replica(replica.user)
            fork.push(*mine)
    assert before == (state_of(house), head(house), ledger(house), items(house))


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)), st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_edits_that_do_not_meet_give_the_same_records_in_any_order(order: list[int], who: list[int]) -> None:
    """Edits of different fields, unions, extremes: whoever comes first, the records end the same."""
    house = lab_house()
    replicas = [house.replica(house.user("lab_worker")) for _ in range(3)]
    thing, other = make(replicas[0], tags=["a", "b"], high=1), make(replicas[0])
    for replica in replicas:
        replica.sync()
    writes: list[tuple[str, dict[str, object]]] = [
        (thing, {"name": "n"}),
        (thing, {"tags": ["a", "c"]}),
        (thing, {"tags": ["b", "a", "d"], "high": 3}),
        (thing, {"high": 7, "low": 2}),
        (other, {"name": "o", "low": 1}),
        (other, {"spot": "s"}),
    ]
    ops = [change(replicas[author], record, **fields) for (record, fields), author in zip(writes, who, strict=True)]
    for index in order:
        assert replicas[who[index]].push(ops[index])[0].status == "applied"
    bodies = house.all("lab.thing")
    assert {name: bodies[thing][name] for name in ("name", "tags", "high", "low")} == {
        "name": "n", "tags": ["a", "c", "d"], "high": 7, "low": 2,
    }  # fmt: skip
    assert {name: bodies[other][name] for name in ("name", "spot", "low")} == {"name": "o", "spot": "s", "low": 1}
    assert items(house) == []
