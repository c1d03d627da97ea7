"""Protocol §3.4 and the clock rules of ``latest`` (§3.3): the server's order counts; no clock wins by being wrong."""

from datetime import timedelta

import msgspec
import pytest
from tests.sync.scene import change, exchange, item, ledger, make, plain, values

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.protocol.wire import Op
from wuye.testing.house import House, Replica


def contested(house: House, mine: Replica, theirs: Replica) -> str:
    """Make a thing that both see."""
    thing = make(theirs, spot="seen")
    mine.sync()
    return thing


def at(op: Op, house: House, **offset: float) -> Op:
    """Write an op's time by hand, beside the present moment."""
    return msgspec.structs.replace(op, at=to_wire(house.now + timedelta(**offset)))


def spot(house: House, thing: str) -> object:
    return values(house, thing)["spot"]


def test_3_4_the_servers_order_is_the_order(house: House, worker: Replica, mate: Replica) -> None:
    thing = contested(house, worker, mate)
    later, earlier = change(mate, thing, name="later"), change(worker, thing, name="earlier")
    mate.push(at(later, house, hours=1))
    worker.push(at(earlier, house, hours=-1))
    seqs = {row.op: row.seq for row in ledger(house)}
    assert seqs[later.op] < seqs[earlier.op]
    assert values(house, thing)["name"] == "later"


@pytest.mark.parametrize(
    ("mine_s", "theirs_s", "wins"), [(-10, -20, "mine"), (-20, -10, "theirs"), (-10, -10, "theirs")]
)
def test_3_3_latest_takes_the_later_edit_whoever_syncs_last(
    house: House, worker: Replica, mate: Replica, mine_s: int, theirs_s: int, wins: str
) -> None:
    thing = contested(house, worker, mate)
    house.wait(hours=1)
    mine, theirs = change(worker, thing, spot="mine"), change(mate, thing, spot="theirs")
    theirs = at(theirs, house, seconds=theirs_s)
    mine = at(mine, house, seconds=mine_s)
    mate.push(theirs)
    assert worker.push(mine)[0].status == "merged"
    assert spot(house, thing) == wins
    [told] = item(house, mine.op)["fields"]  # type: ignore[misc]
    assert (told["mine"], told["theirs"]) == ("mine", "theirs")


def test_3_4_a_clock_that_is_a_little_off_is_corrected(house: House, worker: Replica, mate: Replica) -> None:
    """My device is 100 s fast; by its clock I was later, in truth earlier."""
    thing = contested(house, worker, mate)
    house.wait(hours=1)
    mine = change(worker, thing, spot="mine")
    mine = at(mine, house, seconds=100 - 30)  # written 30 s ago
    theirs = at(change(mate, thing, spot="theirs"), house, seconds=-10)
    mate.push(theirs)
    worker.sync([worker.number(mine)], now=house.now + timedelta(seconds=100))
    assert spot(house, thing) == "theirs"
    row = next(row for row in ledger(house) if row.op == mine.op)
    assert not row.clock_suspect
    assert abs(row.at_ms - to_ms(house.now - timedelta(seconds=30))) < 1000
    assert row.at == mine.at  # people are shown what the device said


@pytest.mark.parametrize(("minutes", "suspect"), [(1.9, False), (-1.9, False), (2.1, True), (-2.1, True), (600, True)])
def test_3_4_an_offset_over_two_minutes_marks_the_ops_and_never_refuses_them(
    house: House, worker: Replica, minutes: float, suspect: bool
) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "x"}))
    [result] = worker.sync([op], now=house.now + timedelta(minutes=minutes))
    assert result.status == "applied"
    assert ledger(house)[-1].clock_suspect == suspect


def test_3_3_a_suspect_clock_never_wins(house: House, worker: Replica, mate: Replica) -> None:
    thing = contested(house, worker, mate)
    house.wait(hours=1)
    mate.push(at(change(mate, thing, spot="theirs"), house, seconds=-30))
    mine = at(change(worker, thing, spot="mine"), house, minutes=5)
    [result] = worker.sync([worker.number(mine)], now=house.now + timedelta(minutes=5))
    assert (result.status, spot(house, thing)) == ("merged", "theirs")


def test_3_3_an_edit_from_the_future_counts_as_of_its_receipt(house: House, worker: Replica, mate: Replica) -> None:
    """Else who once wrote with a date in 2030 would win until then."""
    thing = contested(house, worker, mate)
    mine = at(change(worker, thing, spot="mine"), house, days=1000)
    worker.push(mine)
    house.wait(hours=1)
    theirs = at(change(mate, thing, spot="theirs"), house, seconds=-1)
    mate.push(theirs)
    assert spot(house, thing) == "theirs"


def test_3_3_an_edit_is_never_older_than_what_its_author_saw(house: House, worker: Replica, mate: Replica) -> None:
    """A device that says 1970 wrote after the commit of the base it names."""
    thing = make(mate, spot="first")
    old = change(mate, thing, spot="old")
    old = at(old, house, minutes=-1)  # written before, offline
    house.wait(minutes=10)
    mate.push(change(mate, thing, name="y"))
    worker.sync()
    mine = msgspec.structs.replace(change(worker, thing, spot="mine"), at="1970-01-01T00:00:00.000Z")
    mate.push(old)
    assert spot(house, thing) == "old"
    worker.push(mine)
    assert spot(house, thing) == "mine"


def test_3_3_the_clamp_is_by_each_ops_own_base(house: House, worker: Replica, mate: Replica) -> None:
    """Two ops of one push on one record, the second written after seeing more."""
    thing = make(mate, spot="first", name="x")
    worker.sync()
    low = change(worker, thing, name="w")
    house.wait(minutes=10)
    mate.push(change(mate, thing, name="contested"))
    late_edit = at(change(mate, thing, spot="old"), house, minutes=-5)
    mate.push(change(mate, thing, log="news"))
    worker.sync()
    mine = msgspec.structs.replace(change(worker, thing, spot="mine"), at=low.at)
    mate.push(late_edit)
    assert [result.fields for result in worker.push(low, mine)] == [("name",), ("spot",)]
    assert spot(house, thing) == "mine"


@pytest.mark.parametrize("together", [True, False])
def test_3_3_a_clock_that_falls_while_n_rises_never_wins(
    house: House, worker: Replica, mate: Replica, together: bool
) -> None:
    thing = contested(house, worker, mate)
    house.wait(hours=1)
    theirs = at(change(mate, thing, spot="theirs"), house, seconds=-60)
    before = at(house.op("lab.thing", set={"name": "x"}), house, seconds=-10)
    mine = at(change(worker, thing, spot="mine"), house, seconds=-20)
    mate.push(theirs)
    if together:
        worker.push(before, mine)
    else:
        worker.push(before)
        worker.push(mine)
    assert spot(house, thing) == "theirs"


def test_3_3_a_falling_clock_does_not_stop_the_merging_of_other_fields(
    house: House, worker: Replica, mate: Replica
) -> None:
    thing = contested(house, worker, mate)
    before = at(house.op("lab.thing", set={"name": "x"}), house, seconds=10)
    mine = at(change(worker, thing, log="mine", name="mine"), house, seconds=-20)
    assert [result.status for result in worker.push(before, mine)] == ["applied", "applied"]


@pytest.mark.parametrize("now", ["", "yesterday", "2026-11-22T08:00:00", "x" * 100])
def test_3_a_push_says_what_time_it_is(house: House, worker: Replica, now: str) -> None:
    op = plain(house.op("lab.thing", set={"name": "x"}), n=1)
    with pytest.raises(Problem) as problem:
        exchange(worker, [op], now=now)
    assert problem.value.code == "invalid_request"
    assert house.all("lab.thing") == {}


def test_3_a_pull_need_not(house: House, worker: Replica) -> None:
    assert exchange(worker, now="").now == to_wire(house.now)
