"""Protocol §3.6: replicas count what they hold; what differs is read again. §4: how long marks are kept."""

import zlib

import msgspec
import pytest
from tests.sync.scene import edit, exchange, ledger, make

from wuye.kernel.clock import to_wire
from wuye.protocol.wire import SyncRequest
from wuye.sync.answer import Answer, Principal
from wuye.sync.ledger import verify_chain
from wuye.testing.house import House, Replica


def checked(replica: Replica, have: dict[str, tuple[int, int]], again: frozenset[str] = frozenset()) -> Answer:
    """Send what a replica counts; return the whole answer."""
    house = replica.house
    request = SyncRequest(protocol=1, replica=replica.id, cursor=replica.cursor, now=to_wire(house.now), have=have)
    principal = Principal(user=replica.user, replica=replica.id)
    return house.run(house.door.exchange(principal, request, house.now, reset_before=again))


def test_3_6_what_is_counted_rightly_is_left_in_peace(house: House, worker: Replica) -> None:
    for _ in range(3):
        make(worker)
    sums = {
        bucket: worker.sums().get(bucket, (0, 0))
        for bucket in (f"{house.estate}/lab.things", f"{house.estate}/lab.forms")
    }
    assert sums[f"{house.estate}/lab.things"][0] == 3
    answer = checked(worker, {**worker.sums(), **sums})
    assert (answer.response.reset, answer.response.changes, answer.mismatches) == ([], [], [])


def test_3_6_h_is_the_crc_32_of_the_stored_row(house: House, worker: Replica) -> None:
    make(worker)
    reader = Replica(house, worker.user)
    for change in reader.send().changes:
        assert change.h == zlib.crc32(bytes(change.d))  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "total"), [(-1, 0), (1, 0), (0, 1)])
def test_3_6_a_mismatch_is_recorded_with_both_sides_and_answered_with_reset(
    house: House, worker: Replica, count: int, total: int
) -> None:
    things = [make(worker) for _ in range(3)]
    bucket = f"{house.estate}/lab.things"
    ours = worker.sums()[bucket]
    theirs = (ours[0] + count, (ours[1] + total) % 2**32)
    answer = checked(worker, {**worker.sums(), bucket: theirs})
    [told] = answer.mismatches
    assert (told.bucket, told.theirs, told.ours) == (bucket, theirs, ours)
    assert answer.response.reset == [bucket]
    assert {change.r for change in answer.response.changes} == set(things)
    worker.absorb(answer.response)
    assert checked(worker, worker.sums()).response.reset == []


def test_3_6_a_bucket_that_reading_anew_did_not_mend_is_not_reset_again(house: House, worker: Replica) -> None:
    make(worker)
    bucket = f"{house.estate}/lab.things"
    answer = checked(worker, {bucket: (9, 9)}, frozenset({bucket}))
    assert (answer.response.reset, answer.response.changes) == ([], [])
    assert [told.bucket for told in answer.mismatches] == [bucket]


def test_3_6_buckets_with_news_beyond_the_cursor_are_ignored(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    counted = mate.sums()
    edit(worker, thing, name="y")
    answer = checked(mate, {**counted, f"{house.estate}/places": (99, 99)})
    assert answer.response.reset == [f"{house.estate}/places"]


def test_3_6_buckets_still_being_read_or_not_ones_own_are_ignored(house: House, worker: Replica) -> None:
    for _ in range(5):
        make(worker)
    reader = Replica(house, worker.user)
    reader.absorb(reader.send(limit=3))
    have = {
        f"{house.estate}/lab.things": (99, 99),
        f"{house.estate}/lab.secrets": (1, 1),
        f"{house.mall}/places": (1, 1),
    }
    answer = checked(reader, {**have, "nonsense": (1, 2)})
    assert (answer.response.reset, answer.mismatches) == ([], [])


def purge(house: House) -> None:
    house.store.write(house.estate, lambda tx: tx.purge(to_wire(house.now)))


def test_4_who_was_away_longer_than_marks_are_kept_reads_anew(house: House, worker: Replica, mate: Replica) -> None:
    gone, moved, stays = make(worker), make(worker, zone=house.east), make(worker)
    near = house.replica(house.user("lab_reader", key=house.east))
    mate.sync()
    near.sync()
    worker.push(house.op("lab.thing", "delete", gone))
    edit(worker, moved, zone=house.west)
    house.wait(days=91)
    purge(house)
    rows = ledger(house)
    for replica, held in ((mate, {moved, stays}), (near, set())):
        response = replica.send()
        assert f"{house.estate}/lab.things" in {name.rsplit(f"/{house.east}")[0] for name in response.reset}
        assert not any(change.d is None or change.x is not msgspec.UNSET for change in response.changes)
        replica.absorb(response)
        replica.sync()
        assert {record for entity, record in replica.bodies if entity == "lab.thing"} == held
    assert ledger(house) == rows
    assert verify_chain(rows) is None


def test_4_who_was_away_for_less_is_told_of_deletions(house: House, worker: Replica, mate: Replica) -> None:
    old, new = make(worker), make(worker)
    worker.push(house.op("lab.thing", "delete", old))
    mate.sync()
    house.wait(days=91)
    purge(house)
    worker.sync()
    worker.push(house.op("lab.thing", "delete", new))
    response = mate.send()
    assert response.reset == []
    assert [(change.r, change.d) for change in response.changes] == [(new, None)]


def test_4_a_replica_with_nothing_to_forget_goes_on_after_a_purge(house: House, worker: Replica) -> None:
    thing = make(worker)
    worker.push(house.op("lab.thing", "delete", thing))
    house.wait(days=91)
    purge(house)
    assert exchange(worker).reset == []
    assert worker.push(house.op("lab.thing", record=thing, set={"name": "x"}))[0].code == "duplicate_key"
