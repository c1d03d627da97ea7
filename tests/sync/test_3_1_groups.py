"""Protocol §3.1: groups apply together or not at all, and share one seq with their follow-ups."""

import pytest
from tests.sync.scene import exchange, head, items, ledger, make, plain, state_of, values

from wuye.protocol.wire import Op
from wuye.testing.house import House, Replica


def group(house: House, *names: str, parent: str | None = None) -> list[Op]:
    """Write creates of one group; ``parent`` is named by the last."""
    one = house.id()
    ops = [house.op("lab.thing", set={"name": name}, group=one) for name in names]
    if parent:
        ops[-1] = house.op("lab.thing", set={"name": names[-1], "parent": parent}, group=one)
    return ops


def outcomes(replica: Replica, *ops: Op) -> list[tuple[str, str | None]]:
    return [(result.status, result.code) for result in replica.push(*ops)]


def test_3_1_a_group_that_applies_has_one_seq_in_all_its_rows(house: House, worker: Replica) -> None:
    seq = head(house)
    ops = group(house, "one", "two", "echo 2")
    results = worker.push(*ops)
    assert [(result.status, result.seq) for result in results] == [("applied", seq + 1)] * 3
    assert head(house) == seq + 1
    everything = [house.record(entity, record) for entity in ("lab.thing", "lab.echo") for record in house.all(entity)]
    assert {stored.seq for stored in everything if stored} == {seq + 1}
    assert len(everything) == 5


def test_3_1_ops_without_a_group_have_a_seq_each(house: House, worker: Replica) -> None:
    results = worker.push(*(house.op("lab.thing", set={"name": name}) for name in "xyz"))
    seqs = [result.seq or 0 for result in results]
    assert seqs == list(range(seqs[0], seqs[0] + 3))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_3_1_one_rejected_and_all_are(house: House, worker: Replica, at: int) -> None:
    names = ["one", "two", "three"]
    names[at] = "refuse"
    before = state_of(house)
    expected: list[tuple[str, str | None]] = [("rejected", "group")] * 3
    expected[at] = ("rejected", "rule")
    assert outcomes(worker, *group(house, *names)) == expected
    assert state_of(house) == before


def test_3_1_one_held_and_all_are(house: House, worker: Replica) -> None:
    before = state_of(house)
    assert outcomes(worker, *group(house, "one", "two", parent=house.id())) == [
        ("held", "held_before"),
        ("held", "unknown_record"),
    ]
    assert state_of(house) == before


def test_3_1_one_rejected_weighs_more_than_one_held(house: House, worker: Replica) -> None:
    ops = group(house, "one", "denied", "two", parent=house.id())
    assert outcomes(worker, *ops) == [("rejected", "group"), ("rejected", "forbidden"), ("rejected", "group")]


@pytest.mark.parametrize("spoil", [{"kind": "destroy"}, {"record": "7"}, {"at": "never"}])
def test_3_1_a_malformed_op_of_a_group_takes_it_along(house: House, worker: Replica, spoil: dict[str, object]) -> None:
    raws = [plain(op, n=n) for n, op in enumerate(group(house, "one", "two", "three"), 1)]
    results = exchange(worker, [raws[0], {**raws[1], **spoil}, raws[2]]).results
    assert [(result.status, result.code) for result in results] == [
        ("rejected", "group"),
        ("rejected", "invalid"),
        ("rejected", "group"),
    ]
    assert house.all("lab.thing") == {}


def test_3_1_a_merged_op_does_not_bring_its_group_down(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    one = house.id()
    mate.push(house.op("lab.thing", "update", thing, set={"name": "theirs"}, was={"name": "x"}))
    edit = house.op("lab.thing", "update", thing, set={"name": "mine"}, was={"name": "x"}, group=one)
    other = house.op("lab.thing", set={"name": "y"}, group=one)
    assert outcomes(worker, edit, other) == [("merged", "conflict"), ("applied", None)]
    assert values(house, other.record)["name"] == "y"


def test_3_1_later_ops_of_a_group_see_the_earlier_ones(house: House, worker: Replica) -> None:
    one = house.id()
    first = house.op("lab.thing", set={"name": "x"}, group=one)
    child = house.op("lab.thing", set={"name": "child", "parent": first.record}, group=one)
    change = house.op("lab.thing", "update", first.record, set={"name": "y"}, was={"name": "x"}, group=one)
    assert [status for status, _ in outcomes(worker, first, child, change)] == ["applied"] * 3
    assert values(house, first.record)["name"] == "y"


def test_3_1_only_consecutive_ops_are_a_group(house: House, worker: Replica) -> None:
    one = house.id()
    good, lone, bad = (
        house.op("lab.thing", set={"name": "one"}, group=one),
        house.op("lab.thing", set={"name": "two"}),
        house.op("lab.thing", set={"name": "refuse"}, group=one),
    )
    assert [status for status, _ in outcomes(worker, good, lone, bad)] == ["applied", "applied", "rejected"]


def test_3_1_two_groups_side_by_side_do_not_touch_each_other(house: House, worker: Replica) -> None:
    results = outcomes(worker, *group(house, "one", "refuse"), *group(house, "two", "three"))
    assert [status for status, _ in results] == ["rejected", "rejected", "applied", "applied"]


def test_3_1_a_group_of_more_than_100_ops_is_too_large(house: House, worker: Replica) -> None:
    assert set(outcomes(worker, *group(house, *["x"] * 101))) == {("rejected", "too_large")}
    assert house.all("lab.thing") == {}
    assert set(outcomes(worker, *group(house, *["x"] * 100))) == {("applied", None)}


def test_3_1_a_group_of_more_than_512_kib_is_too_large(house: House, worker: Replica) -> None:
    one = house.id()
    ops = [house.op("lab.thing", set={"name": "x", "log": "x" * 18_000}, group=one) for _ in range(30)]
    assert set(outcomes(worker, *ops)) == {("rejected", "too_large")}
    assert house.all("lab.thing") == {}


def test_3_1_each_op_of_a_fallen_group_is_on_record(house: House, worker: Replica) -> None:
    ops = group(house, "one", "refuse")
    worker.push(*ops)
    assert [row.op for row in ledger(house)][-2:] == [op.op for op in ops]
    assert {entry["op"]: entry["code"] for _, entry in items(house)} == {ops[0].op: "group", ops[1].op: "rule"}


def test_3_5_a_seq_never_has_more_than_2000_rows_of_the_feed(house: House, worker: Replica) -> None:
    """Bulk work is cut: a unit that changes zone takes hundreds of tickets along."""
    desk = house.replica(house.user("cs_supervisor"))
    one = [house.op("ticket", set={"title": "x", "unit": house.unit_east}) for _ in range(450)]
    desk.push(*one)
    move = house.op("unit", "update", house.unit_east, set={"zone": house.west}, was={"zone": house.east})
    assert desk.push(move)[0].status == "applied"
    assert {body["zone"] for body in house.all("ticket").values()} == {house.west}
    buckets = {name: 0 for stored in _stored(house) for name in stored.buckets} | {
        f"{house.estate}/tickets/{house.east}": 0
    }
    rows = house.store.read(lambda s: s.feed(house.estate, buckets, 10**9, 10**9, marks=True))
    sizes: dict[int, int] = {}
    for row in rows:
        sizes[row.seq] = sizes.get(row.seq, 0) + 1
    assert max(sizes.values()) <= 2000
    assert len([seq for seq in sizes if seq >= (house.record("unit", house.unit_east) or _stored(house)[0]).seq]) > 1


def _stored(house: House) -> list:
    return house.store.read(lambda s: s.entities(house.estate, ["ticket"]))
