"""Protocol §3.5: what is new, in which order, in which pages; what left, was deleted, was dropped."""

from itertools import pairwise

import msgspec
import pytest
from tests.sync.scene import edit, exchange, head, make

from wuye.protocol.wire import FeedChange, SyncResponse
from wuye.sync.cursor import Cursor, Position, seal, set_digest, site_key
from wuye.testing.house import House, Replica

UNSET = msgspec.UNSET


def pages(replica: Replica, limit: int) -> list[SyncResponse]:
    """Read everything in pages."""
    read = []
    while True:
        response = replica.send(limit=limit)
        replica.absorb(response)
        read.append(response)
        if not response.more:
            return read


def at_estate(house: House, changes: list[FeedChange]) -> list[FeedChange]:
    return [change for change in changes if change.b.startswith(house.estate)]


def test_1_a_record_comes_once_however_often_it_changed(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    for name in "abc":
        edit(worker, thing, name=name)
    response = mate.send()
    [row] = response.changes
    assert (row.r, row.s, row.e) == (thing, head(house), "lab.thing")
    assert msgspec.json.decode(row.d)["name"] == "c"  # type: ignore[arg-type]


def test_3_5_d_is_the_whole_record_and_the_same_in_every_bucket(house: House, worker: Replica) -> None:
    user = house.user("lab_reader", key=house.east)
    house.grant(user, "lab_reader")
    reader = house.replica(user)
    thing = make(worker, zone=house.east, spot="here")
    rows = reader.send().changes
    assert {row.b for row in rows} == {f"{house.estate}/lab.things", f"{house.estate}/lab.things/{house.east}"}
    assert len({(bytes(row.d), row.h, row.s) for row in rows}) == 1  # type: ignore[arg-type]
    body = msgspec.json.decode(rows[0].d)  # type: ignore[arg-type]
    op = house.record("lab.thing", thing)
    assert op is not None
    assert body == {
        **op.values, "created_at": op.created_at, "created_by": worker.user,
        "updated_at": op.updated_at, "updated_by": worker.user,
    }  # fmt: skip


def test_3_5_deleted_is_null_and_left_is_absent(house: House, worker: Replica) -> None:
    near = house.replica(house.user("lab_reader", key=house.east))
    gone, moved = make(worker, zone=house.east), make(worker, zone=house.east)
    near.sync()
    worker.push(house.op("lab.thing", "delete", gone))
    edit(worker, moved, zone=house.west)
    rows = {row.r: row for row in near.send().changes}
    assert (rows[gone].d, rows[gone].x, rows[gone].h) == (None, UNSET, UNSET)
    assert (rows[moved].d, rows[moved].x, rows[moved].h) == (UNSET, "left", UNSET)
    assert b'"d"' not in msgspec.json.encode(rows[moved])
    assert b'"d":null' in msgspec.json.encode(rows[gone])


def test_3_5_a_record_that_moves_between_two_held_buckets_stays(house: House, worker: Replica) -> None:
    user = house.user("lab_reader", key=house.east)
    house.grant(user, "lab_reader", key=house.west)
    both = house.replica(user)
    thing = make(worker, zone=house.east)
    both.sync()
    edit(worker, thing, zone=house.west)
    both.sync()
    assert (both.get("lab.thing", thing) or {})["zone"] == house.west
    assert both.members[f"{house.estate}/lab.things/{house.east}"] == set()


def test_3_5_news_come_by_seq_and_a_seq_is_never_split(house: House, worker: Replica, mate: Replica) -> None:
    mate.sync()
    for size in (3, 1, 5, 2):
        group = house.id()
        worker.push(*(house.op("lab.thing", set={"name": "x"}, group=group) for _ in range(size)))
    for limit in (1, 2, 3, 4, 7, 100):
        reader = house.replica(mate.user)
        reader.cursor = mate.cursor
        reader.bodies, reader.members = dict(mate.bodies), {k: set(v) for k, v in mate.members.items()}
        read = pages(reader, limit)
        seqs = [change.s for page in read for change in page.changes]
        assert seqs == sorted(seqs)
        assert len(seqs) == 11
        for one, other in pairwise(read):
            assert {c.s for c in one.changes}.isdisjoint(c.s for c in other.changes)
        assert all(len(page.changes) <= max(limit, 5) for page in read)


def test_3_5_first_syncs_go_by_the_buckets_priority(house: House, worker: Replica) -> None:
    make(worker)
    make(worker, "lab.form", name="f")
    make(worker, "lab.wallet", name="w")
    reader = Replica(house, worker.user)
    rows = at_estate(house, [change for page in pages(reader, 3) for change in page.changes])
    streams = list(dict.fromkeys(row.b.split("/")[1] for row in rows))
    assert streams == ["places", "lab.things", "lab.forms", "lab.wallets"]


def test_3_5_news_take_half_a_page_at_most_while_first_syncs_are_under_way(house: House, worker: Replica) -> None:
    user = house.user("lab_worker")
    reader = house.replica(user)
    for _ in range(20):
        make(worker)
    house.grant(user, "lab_keeper")
    keeper = house.replica(house.user("lab_keeper"))
    for _ in range(20):
        make(keeper, "lab.secret", value="s")
    response = reader.send(limit=10)
    kinds = [change.e for change in response.changes]
    assert kinds == ["user"] + ["lab.thing"] * 4 + ["lab.secret"] * 5  # a colleague is news too
    assert response.more
    reader.absorb(response)
    pages(reader, 10)
    assert len(reader.bodies) >= 40


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_3_5_what_changes_during_a_first_sync_is_not_missed(house: House, worker: Replica, limit: int) -> None:
    things = [make(worker, zone=house.east) for _ in range(8)]
    near = Replica(house, house.user("lab_reader", key=house.east))
    near.absorb(near.send(limit=limit))
    near.absorb(near.send(limit=limit))
    edit(worker, things[0], name="changed")
    edit(worker, things[1], zone=house.west)
    worker.push(house.op("lab.thing", "delete", things[2]))
    things.append(make(worker, zone=house.east))
    near.sync(limit=limit)
    held = {record for entity, record in near.bodies if entity == "lab.thing"}
    assert held == {things[0], *things[3:]}
    assert (near.get("lab.thing", things[0]) or {})["name"] == "changed"


def test_3_5_a_page_is_asked_for_again_when_the_answer_was_lost(house: House, worker: Replica) -> None:
    for _ in range(6):
        make(worker)
    reader = Replica(house, worker.user)
    reader.absorb(reader.send(limit=4))
    lost, again = reader.send(limit=4), reader.send(limit=4)
    assert (lost.changes, lost.cursor) == (again.changes, again.cursor)


def test_3_5_nothing_new_is_nothing(house: House, worker: Replica) -> None:
    make(worker)
    response = worker.send()
    assert (response.changes, response.more, response.drop, response.reset) == ([], False, [], [])


def test_3_a_cursor_that_cannot_be_read_means_reset_of_everything(house: House, worker: Replica) -> None:
    make(worker)
    good = str(worker.cursor)
    forged = good[:30] + ("A" if good[30] != "A" else "B") + good[31:]
    for cursor in ("", "nonsense", "é", forged, good[:20], "A" * 5000):
        worker.cursor = cursor
        response = worker.send()
        assert set(response.reset) >= {f"{house.estate}/lab.things", f"{house.estate}/places"}
        assert {change.e for change in response.changes} >= {"lab.thing", "zone"}
    worker.absorb(response)
    assert worker.send().changes == []


def test_3_a_cursor_of_another_secret_or_ahead_of_the_database_is_void(house: House, worker: Replica) -> None:
    make(worker)
    assert worker.cursor
    epoch = house.store.read(lambda s: s.epoch())
    names = set_digest({"lab.things"})
    house.store.remember_bucket_set(names, ("lab.things",))
    held = [bytes.fromhex(names)]
    ahead = Cursor(
        epoch=bytes.fromhex(epoch.replace("-", ""))[-6:], replica=site_key(worker.id), synced_ms=0, sets=held,
        sites={site_key(house.estate): Position(seq=10**6, held=0)},
    )  # fmt: skip
    worker.cursor = seal(ahead, b"a secret for tests")
    response = worker.send()
    assert f"{house.estate}/lab.things" in response.reset
    assert response.changes
    ahead.sites[site_key(house.estate)].seq = head(house)
    worker.cursor = seal(ahead, b"a secret for tests")
    assert f"{house.estate}/lab.things" not in worker.send().reset
    worker.cursor = seal(ahead, b"another secret")
    assert f"{house.estate}/lab.things" in worker.send().reset


def test_3_a_cursor_grants_nothing(house: House, worker: Replica) -> None:
    """Somebody else's cursor shows nothing that its bearer may not read."""
    keeper = house.replica(house.user("lab_keeper"))
    make(keeper, "lab.secret", value="s")
    worker.cursor = keeper.cursor
    response = worker.send()
    assert all(change.e != "lab.secret" for change in response.changes)
    make(keeper, "lab.secret", value="t")
    worker.absorb(response)
    worker.sync()
    assert not any(entity == "lab.secret" for entity, _ in worker.bodies)


def test_3_a_cursor_of_another_replica_brings_no_ended_rights_back(house: House) -> None:
    user = house.user("lab_keeper")
    grant = house.grant(user, "lab_keeper")
    old = house.replica(user)
    for held in [record for record, values in house.all("grant", house.org).items() if values["user"] == user]:
        house.end_grant(held)
    assert grant
    new = Replica(house, user)
    new.cursor = old.cursor
    (result,) = new.push(house.op("lab.secret", set={"value": "s"}))
    assert (result.status, result.code) == ("rejected", "forbidden")


def test_3_a_cursor_of_150_sites_fits_into_4_kib() -> None:
    sites = {site_key(f"site {i}"): Position(seq=10**9 + i, held=i % 5) for i in range(150)}
    cursor = Cursor(
        epoch=b"123456", replica=b"12345", synced_ms=1 << 41, sets=[bytes([i] * 8) for i in range(5)], sites=sites
    )
    assert len(seal(cursor, b"s")) <= 4096


def test_3_8_another_epoch_makes_everything_be_read_anew(house: House, worker: Replica) -> None:
    thing = make(worker)
    backup = house.memory.backup()
    late = make(worker)
    house.memory.restore(backup, house.id())
    house.door = type(house.door)(house.registry, b"a secret for tests")
    response = exchange(worker)
    assert f"{house.estate}/lab.things" in response.reset
    assert response.epoch != worker.responses[-1].epoch
    assert response.acked == {house.estate: 1}
    worker.absorb(response)
    assert worker.get("lab.thing", thing)
    assert worker.get("lab.thing", late) is None
