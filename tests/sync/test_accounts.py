"""Protocol §3.3: quantities that add up are append-only entries, and the server owns the balance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sync.lab import lab_house
from tests.sync.scene import edit, item, make, values

from wuye.protocol.wire import Op
from wuye.testing.house import House, Replica


def entry(house: House, wallet: str, points: int, *, group: str | None = None, **rest: object) -> Op:
    return house.op("lab.entry", set={"wallet": wallet, "points": points, **rest}, group=group)


def balance(house: House, wallet: str) -> object:
    return values(house, wallet, "lab.wallet").get("points", 0)


def test_3_3_the_balance_lies_on_the_owners_record_and_reaches_every_replica(
    house: House, worker: Replica, mate: Replica
) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    results = worker.push(entry(house, wallet, 10), entry(house, wallet, -3))
    assert [result.status for result in results] == ["applied", "applied"]
    assert balance(house, wallet) == 7
    mate.sync()
    assert (mate.get("lab.wallet", wallet) or {})["points"] == 7
    stored = house.record("lab.wallet", wallet)
    assert stored is not None
    assert stored.seq == results[-1].seq


def test_3_3_nothing_falls_below_the_floor(house: House, worker: Replica) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    worker.push(entry(house, wallet, 10))
    over = entry(house, wallet, -11)
    [result] = worker.push(over)
    assert (result.status, result.code, result.fields) == ("rejected", "balance", ("points",))
    assert balance(house, wallet) == 10
    assert item(house, over.op)["code"] == "balance"
    assert worker.push(entry(house, wallet, -10))[0].status == "applied"


def test_3_3_two_that_spend_the_same_points_offline_do_not_both_succeed(
    house: House, worker: Replica, mate: Replica
) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    worker.push(entry(house, wallet, 10))
    mate.sync()
    outcomes = [replica.push(entry(house, wallet, -8))[0] for replica in (worker, mate)]
    assert [(result.status, result.code) for result in outcomes] == [("applied", None), ("rejected", "balance")]
    assert balance(house, wallet) == 2


def test_3_1_a_retried_entry_counts_once(house: House, worker: Replica) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    op = worker.number(entry(house, wallet, 10))
    for _ in range(3):
        worker.sync([op])
    other = house.replica(worker.user)
    other.push(op)
    assert balance(house, wallet) == 10


def test_3_1_the_entries_of_a_group_that_falls_do_not_count(house: House, worker: Replica) -> None:
    wallet, group = make(worker, "lab.wallet", name="w"), house.id()
    ops = [entry(house, wallet, 10, group=group), house.op("lab.thing", set={"name": "refuse"}, group=group)]
    worker.push(*ops, entry(house, wallet, -5))
    assert balance(house, wallet) == 0
    assert [row.code for row in (house.outcome(worker.user, op.op) for op in ops)] == ["group", "rule"]


def test_3_1_the_entries_of_a_group_see_each_other(house: House, worker: Replica) -> None:
    wallet, group = make(worker, "lab.wallet", name="w"), house.id()
    earn_spend = [entry(house, wallet, points, group=group) for points in (10, -6, -4)]
    assert {result.status for result in worker.push(*earn_spend)} == {"applied"}
    assert balance(house, wallet) == 0
    group = house.id()
    over = [entry(house, wallet, points, group=group) for points in (5, -6)]
    results = worker.push(*over, entry(house, wallet, -5))
    assert [result.code for result in results] == ["group", "balance", "balance"]


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_3_3_entries_are_never_changed(house: House, worker: Replica, kind: str) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    op = entry(house, wallet, 10)
    worker.push(op)
    set_ = {"points": 99} if kind == "update" else {}
    [result] = worker.push(house.op("lab.entry", kind, op.record, set=set_))  # type: ignore[arg-type]
    assert (result.status, result.code) == ("rejected", "invalid")
    assert balance(house, wallet) == 10


def test_3_3_nobody_sets_a_balance(house: House, worker: Replica) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    assert edit(worker, wallet, entity="lab.wallet", points=99).code == "invalid"
    assert worker.push(house.op("lab.wallet", set={"points": 99}))[0].code == "invalid"
    assert balance(house, wallet) == 0


def test_3_3_editing_the_owner_does_not_touch_the_balance(house: House, worker: Replica, mate: Replica) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    mate.sync()
    worker.push(entry(house, wallet, 10))
    assert edit(mate, wallet, entity="lab.wallet", name="renamed").status == "applied"
    assert (balance(house, wallet), values(house, wallet, "lab.wallet")["name"]) == (10, "renamed")


def test_3_2_an_entry_for_a_wallet_to_come_waits_and_then_counts(house: House, worker: Replica, mate: Replica) -> None:
    wallet = house.id()
    op = entry(house, wallet, 10)
    assert worker.push(op)[0].code == "unknown_record"
    mate.push(house.op("lab.wallet", record=wallet, set={"name": "w"}))
    assert house.outcome(worker.user, op.op).status == "applied"
    assert balance(house, wallet) == 10


@settings(max_examples=25, deadline=None)
@given(
    amounts=st.lists(st.tuples(st.integers(0, 2), st.integers(-20, 20), st.booleans()), max_size=25),
)
def test_3_3_the_balance_is_the_sum_of_what_was_applied_and_never_below_the_floor(
    amounts: list[tuple[int, int, bool]],
) -> None:
    house = lab_house()
    replicas = [house.replica(house.user("lab_worker")) for _ in range(3)]
    wallet = make(replicas[0], "lab.wallet", name="w")
    total = 0
    for who, points, twice in amounts:
        op = replicas[who].number(entry(house, wallet, points))
        for _ in range(1 + twice):
            [result] = replicas[who].sync([op])
        fits = total + points >= 0 or points >= 0
        assert result.status == ("applied" if fits else "rejected")
        total += points if fits else 0
        assert balance(house, wallet) == total
    for replica in replicas:
        replica.sync()
        assert (replica.get("lab.wallet", wallet) or {}).get("points", 0) == total


def test_3_3_an_entry_that_may_overdraw_takes_the_sum_below_the_floor_and_a_person_looks(
    house: House, worker: Replica, boss: Replica
) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    worker.push(entry(house, wallet, 10))
    back = entry(house, wallet, -15, reversal=True)
    [result] = worker.push(back)
    assert (result.status, result.code, balance(house, wallet)) == ("applied", None, -5)
    row = item(house, back.op)
    assert (row["why"], row["status"], row["fields"]) == ("overdrawn", "applied", [{"field": "points", "mine": -15}])
    boss.sync()
    assert (boss.get("review", str(result.review)) or {})["status"] == "open"
    # What is below the floor takes no more, but for what may overdraw it further, and what brings something.
    assert worker.push(entry(house, wallet, -1))[0].code == "balance"
    assert [result.status for result in worker.push(entry(house, wallet, -1, reversal=True))] == ["applied"]
    assert worker.push(entry(house, wallet, 2))[0].review is None
    assert balance(house, wallet) == -4


def test_3_3_an_entry_that_may_overdraw_but_does_not_bothers_nobody(house: House, worker: Replica) -> None:
    wallet = make(worker, "lab.wallet", name="w")
    worker.push(entry(house, wallet, 10))
    assert worker.push(entry(house, wallet, -10, reversal=True))[0].review is None
    assert worker.push(entry(house, wallet, -1, reversal=False))[0].code == "balance"
