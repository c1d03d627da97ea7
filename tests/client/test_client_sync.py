"""The engine against protocol §3: what is sent, what is taken in, what survives."""

import json

import msgspec
import pytest
from tests.client.fake_server import (
    MALL,
    NOON,
    SITE,
    FakeServer,
    Lossy,
    Ticker,
    contents,
    open_replica,
    states,
)

from wuye_client import Erased, InvalidEntry, LoginRequired, Offline, Refused, Replica, ServerBusy, sync
from wuye_client.protocol import SyncResponse


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def replica(server: FakeServer) -> Replica:
    return open_replica(server)


def note(replica: Replica, title: str = "x") -> str:
    return replica.create("HQ-01", "ticket", {"title": title})


def exchange(server: FakeServer, replica: Replica) -> tuple[sync.Asked, bytes]:
    """Ask and get the answer, but do not take it in yet."""
    asked = sync.prepare(replica.store, NOON)
    return asked, server.request("POST", "/sync", headers=bearer(replica), body=asked.body).body


def bearer(replica: Replica) -> dict[str, str]:
    return {"Authorization": f"Bearer {replica.store.meta('token')}"}


def test_3_1_ops_leave_in_log_order_with_n_from_1_without_gaps(server: FakeServer, replica: Replica) -> None:
    for title in "abc":
        note(replica, title)
    replica.create("MALL", "ticket", {"title": "d"})
    replica.sync()
    sent = sorted((op["site"], op["n"], op["set"]["title"]) for op in server.asked[-1]["ops"])
    assert [op["n"] for op in server.asked[-1]["ops"] if op["site"] == SITE] == [1, 2, 3]
    assert sent == [(SITE, 1, "a"), (SITE, 2, "b"), (SITE, 3, "c"), (MALL, 1, "d")]


def test_3_1_an_op_without_a_result_stays_and_is_sent_again_with_the_same_n(
    server: FakeServer, replica: Replica
) -> None:
    note(replica)
    exchange(server, replica)
    assert states(replica) == ["sent"]
    replica.sync()
    assert server.asked[-2]["ops"] == server.asked[-1]["ops"]
    assert states(replica) == ["applied"]
    assert len(server.ledger) == 1


def test_3_1_a_push_holds_at_most_500_ops_and_whole_groups(server: FakeServer, replica: Replica) -> None:
    for _ in range(5):
        with replica.group():
            for _ in range(99):
                note(replica)
    for _ in range(20):
        note(replica)
    with replica.group():
        for _ in range(30):
            note(replica)
    replica.sync()
    sizes = [len(ask["ops"]) for ask in server.asked if ask["ops"]]
    assert max(sizes) <= 500
    assert sum(sizes) == 545
    for ask in server.asked:
        groups = [op["group"] for op in ask["ops"] if "group" in op]
        assert all(groups.count(group) in (99, 30) for group in groups)


def test_3_1_after_413_the_push_is_halved_between_groups(server: FakeServer, replica: Replica) -> None:
    server.max_ops = 70
    with replica.group():
        for _ in range(60):
            note(replica)
    for _ in range(100):
        note(replica)
    report = replica.sync()
    assert report.outbox == 0
    assert len(server.ledger) == 160
    assert replica.store.meta_int("shrink") > 0
    replica.sync()
    assert replica.store.meta_int("shrink") == 0


def test_3_1_one_op_too_large_for_the_server_is_told_and_kept(server: FakeServer, replica: Replica) -> None:
    server.max_ops = 0
    note(replica)
    with pytest.raises(Refused):
        replica.sync()
    assert states(replica) == ["sent"]


def test_3_1_no_op_over_64_KiB_is_made(replica: Replica) -> None:
    with pytest.raises(InvalidEntry) as caught:
        replica.create("HQ-01", "ticket", {"title": "x", "note": "漏" * 20_000, "works": [{"kind": "y" * 490}] * 60})
    assert caught.value.flaws[0].key == "too_large"
    assert replica.outbox() == []
    assert replica.query("ticket") == []


def test_3_1_log_gap_is_filled_from_what_is_kept(server: FakeServer, replica: Replica) -> None:
    for title in "abc":
        note(replica, title)
    replica.sync()
    server.logs.clear()
    note(replica, "d")
    report = replica.sync()
    assert not report.forked
    assert [len(log) for log in server.logs.values()] == [4]
    assert states(replica) == ["applied"] * 4


def test_3_1_a_gap_that_cannot_be_filled_is_a_fork(server: FakeServer, replica: Replica) -> None:
    for title in "abc":
        note(replica, title)
    replica.sync()
    replica.store.run("DELETE FROM op WHERE n = 2")
    server.logs.clear()
    note(replica, "d")
    old = replica.store.meta("replica")
    assert replica.sync().forked
    assert replica.store.meta("replica") != old
    assert len(server.ledger) == 4
    assert len(replica.query("ticket")) == 4


def test_3_1_a_clone_finds_out_by_acked_and_carries_its_unsent_ops_over(server: FakeServer, replica: Replica) -> None:
    note(replica, "before")
    replica.sync()
    clone = Replica(
        replica.store.copy(),
        replica.device,
        transport=server,
        clock=Ticker(seed=9),
        entropy=Ticker(seed=9).entropy,
    )
    note(replica, "mine")
    replica.sync()
    kept = note(clone, "the clone's")
    with pytest.raises(LoginRequired) as caught:
        clone.sync()
    assert caught.value.fork
    assert states(clone)[-1] in ("waiting", "sent")
    clone.login("fake:", "li.na", "secret")
    clone.sync()
    assert clone.store.meta("replica") != replica.store.meta("replica")
    replica.sync()
    assert contents(clone) == contents(replica)
    assert clone.get("HQ-01", "ticket", kept)
    assert len(server.ledger) == 3


def test_3_1_two_clones_with_the_same_n_end_as_two_replicas(server: FakeServer, replica: Replica) -> None:
    note(replica, "shared, unsent")
    ticker = Ticker(seed=5)
    clone = Replica(replica.store.copy(), replica.device, transport=server, clock=ticker, entropy=ticker.entropy)
    clone.login("fake:", "li.na", "secret")
    note(replica, "a")
    note(clone, "b")
    replica.sync()
    assert clone.sync().forked
    replica.sync()
    assert contents(clone) == contents(replica)
    assert len(replica.query("ticket")) == 3
    assert len(server.ledger) == 3


def test_3_2_held_ops_stay_visible_until_their_review_item_decides(server: FakeServer, replica: Replica) -> None:
    server.hold.add("owner")
    for status in ("applied", "rejected"):
        owner = replica.create("HQ-01", "owner", {"name": status})
        server.hold.add("owner")
        replica.sync()
        assert replica.outbox()[-1].state == "held"
        assert replica.get("HQ-01", "owner", owner)
        server.decide(replica.outbox()[-1].op.op, status, "rule")
        replica.sync()
        assert replica.outbox()[-1].state == status
        assert replica.outbox()[-1].result.code == "rule"
        assert bool(replica.get("HQ-01", "owner", owner)) is (status == "applied")
    assert all(entry.state in ("applied", "rejected") for entry in replica.outbox())


def test_3_2_what_the_server_rejects_disappears_from_sight_but_not_from_the_log(
    server: FakeServer, replica: Replica
) -> None:
    server.refuse.add("ticket")
    ticket = note(replica)
    assert replica.get("HQ-01", "ticket", ticket)
    report = replica.sync()
    assert replica.get("HQ-01", "ticket", ticket) is None
    assert report.outcomes == {"rejected": 1}
    assert report.attention[0].code == "rule"
    assert replica.outbox()[0].op.set["title"] == "x"


def test_3_5_a_late_or_repeated_answer_changes_nothing(server: FakeServer, replica: Replica) -> None:
    note(replica)
    first, early = exchange(server, replica)
    server.write(SITE, "owner", server.new_id(), {"name": "王芳"})
    second, late = exchange(server, replica)
    assert sync.absorb(replica.store, second, late, NOON).fresh
    before = list(replica.store._db.iterdump())
    for asked, answer in ((first, early), (second, late)):
        assert not sync.absorb(replica.store, asked, answer, NOON).fresh
    assert list(replica.store._db.iterdump()) == before


def test_3_5_decided_ops_stay_in_the_overlay_until_everything_is_read(server: FakeServer, replica: Replica) -> None:
    ticket = note(replica, "mine")
    asked = sync.prepare(replica.store, NOON)
    answer = server.sync(json.loads(asked.body)).body
    said = msgspec.json.decode(answer, type=SyncResponse)
    half = msgspec.structs.replace(said, more=True, changes=[])
    sync.absorb(replica.store, asked, half, NOON)
    assert states(replica) == ["applied"]
    assert replica.get("HQ-01", "ticket", ticket).pending


def test_3_5_a_record_lives_as_long_as_one_bucket_holds_it(server: FakeServer, replica: Replica) -> None:
    record = server.new_id()
    server.write(SITE, "owner", record, {"name": "王芳"})
    server.write(SITE, "owner", record, {"name": "王芳"}, bucket="reviews")
    replica.sync()
    server.leave(f"{SITE}/all", "owner", record)
    replica.sync()
    assert replica.get("HQ-01", "owner", record)
    server.leave(f"{SITE}/reviews", "owner", record)
    replica.sync()
    assert replica.get("HQ-01", "owner", record) is None


def test_3_5_deleted_means_deleted_in_every_bucket(server: FakeServer, replica: Replica) -> None:
    record = server.new_id()
    server.write(SITE, "owner", record, {"name": "王芳"})
    server.write(SITE, "owner", record, {"name": "王芳"}, bucket="reviews")
    replica.sync()
    server.write(SITE, "owner", record, None)
    replica.sync()
    assert replica.get("HQ-01", "owner", record) is None
    assert replica.store.have()[f"{SITE}/reviews"] == (0, 0)


def test_3_5_drop_forgets_the_bucket_and_kept_ops_on_its_records(server: FakeServer, replica: Replica) -> None:
    note(replica)
    replica.create("MALL", "ticket", {"title": "stays"})
    replica.sync()
    unsent = note(replica, "unsent")
    server.granted = [name for name in server.granted if not name.startswith(SITE)]
    report = replica.sync()
    assert f"{SITE}/all" in report.dropped
    assert [record["title"] for record in replica.query("ticket")] == ["stays"]
    assert [entry.op.site for entry in replica.outbox()] == [MALL]
    assert any(op["record"] == unsent for op in server.asked[-1]["ops"])


def test_3_5_reset_reads_anew_keeps_the_outbox_and_forgets_what_was_not_sent_again(
    server: FakeServer, replica: Replica
) -> None:
    gone = server.new_id()
    server.write(SITE, "owner", gone, {"name": "gone"})
    server.write(SITE, "owner", server.new_id(), {"name": "stays"})
    replica.sync()
    del server.feed[f"{SITE}/all"]["owner", gone]
    server.refuse.add("nothing")
    server.reset_next = [f"{SITE}/all"]
    asked, answer = exchange(server, replica)
    ticket = note(replica)
    sync.absorb(replica.store, asked, answer, NOON)
    assert replica.get("HQ-01", "ticket", ticket)
    assert states(replica) == ["waiting"]
    replica.sync()
    assert [record["name"] for record in replica.query("owner")] == ["stays"]
    assert states(replica) == ["applied"]


def test_3_6_have_is_sent_daily_and_after_a_reset_and_heals_a_difference(server: FakeServer, replica: Replica) -> None:
    server.write(SITE, "owner", server.new_id(), {"name": "王芳"})
    replica.sync()
    replica.sync()
    assert server.asked[-1]["have"][f"{SITE}/all"][0] == 1
    replica.sync()
    assert "have" not in server.asked[-1]
    replica.store.run("DELETE FROM record")
    replica.store.run("DELETE FROM member")
    replica._clock.now = replica._clock.now.replace(day=24)
    report = replica.sync()
    assert report.reset == [f"{SITE}/all"]
    assert [record["name"] for record in replica.query("owner")] == ["王芳"]
    replica.sync()
    assert "have" in server.asked[-1]


def test_3_8_a_restored_server_gets_back_what_it_forgot(server: FakeServer, replica: Replica) -> None:
    note(replica, "in the backup")
    replica.sync()
    backup = server.backup()
    forgotten = note(replica, "after the backup")
    replica.sync()
    unsent = note(replica, "unsent")
    replica._session._transport = backup
    report = replica.sync()
    assert report.restored or report.rounds > 1
    replica.sync()
    assert {r.id for r in replica.query("ticket")} >= {forgotten, unsent}
    assert len(replica.query("ticket")) == 3
    assert len(backup.ledger) == 3
    assert replica.store.meta("epoch") == backup.epoch


def test_3_4_the_clock_offset_is_kept_and_warned_of(server: FakeServer, replica: Replica) -> None:
    server.now = NOON.replace(hour=3)
    report = replica.sync()
    assert report.clock_wrong
    assert report.offset > 6_000_000
    server.now = replica._clock.now
    assert not replica.sync().clock_wrong


def test_2_busy_servers_are_asked_again_and_long_waits_are_told(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.problem = (503, {"code": "busy"}, {"retry-after": "1"})
    assert replica.sync().outbox == 0
    server.problem = (503, {"code": "busy"}, {"retry-after": "600"})
    with pytest.raises(ServerBusy):
        replica.sync()


def test_2_an_expired_token_asks_for_a_login_and_keeps_the_outbox(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.tokens.clear()
    with pytest.raises(LoginRequired):
        replica.sync()
    assert len(replica.outbox(decided=False)) == 1
    replica.login("fake:", "li.na", "secret")
    assert replica.sync().outcomes == {"applied": 1}


def test_5_a_revoked_device_offers_its_outbox_then_erases_itself(server: FakeServer, replica: Replica) -> None:
    replica.sync()
    ticket = note(replica)
    server.wiped = True
    with pytest.raises(Erased):
        replica.sync()
    assert {op["record"] for op in server.held.values()} == {ticket}
    assert "cursor" not in server.asked[-1] or server.asked[-1]["cursor"] is None
    assert replica.store.meta("token") is None
    assert replica.store.count("SELECT COUNT(*) FROM record") == 0


@pytest.mark.parametrize("at_once", [False, True])
def test_5_a_revoked_device_is_told_at_login_too(server: FakeServer, replica: Replica, at_once: bool) -> None:
    note(replica)
    server.wiped, server.at_once = True, at_once
    with pytest.raises(Erased):
        replica.login("fake:", "li.na", "secret")
    assert len(server.held) == (0 if at_once else 1)
    assert replica.outbox() == []


def test_2_a_new_login_keeps_the_replica_id_of_the_database(server: FakeServer, replica: Replica) -> None:
    mine = replica.store.meta("replica")
    server.replicas[replica.device.card.id] = server.new_id()
    replica.login("fake:", "li.na", "secret")
    assert replica.store.meta("replica") == mine


def test_3_unknown_keys_and_statuses_do_not_stop_a_client(server: FakeServer, replica: Replica) -> None:
    note(replica)
    asked, answer = exchange(server, replica)
    strange = answer.replace(b'"applied"', b'"postponed"')
    sync.absorb(replica.store, asked, strange, NOON)
    assert states(replica) == ["sent"]
    replica.sync()
    assert states(replica) == ["applied"]


def test_3_2_ops_that_get_no_further_do_not_keep_a_sync_running(server: FakeServer, replica: Replica) -> None:
    made = server._judge
    server._judge = lambda op, replica_id: made(op, replica_id) | {"status": "postponed"}
    note(replica)
    assert replica.sync().outbox == 1
    assert states(replica) == ["sent"]


def test_3_5_pages_are_read_to_the_end_however_small(server: FakeServer) -> None:
    for number in range(57):
        server.write((SITE, MALL)[number % 2], "owner", server.new_id(), {"name": f"n{number}"})
    server.page = 5
    assert {r["name"] for r in open_replica(server).query("owner")} == {f"n{number}" for number in range(57)}


def test_2_the_manifest_is_read_again_when_its_hash_changes(server: FakeServer, replica: Replica) -> None:
    replica.store.set_meta(manifest_hash="old", manifest_tag=None)
    replica.sync()
    assert replica.store.meta("manifest_hash") == "m1"


def test_offline_loses_nothing(server: FakeServer, replica: Replica) -> None:
    lossy = Lossy(server, lambda: "request lost")
    replica._session._transport = lossy
    note(replica)
    with pytest.raises(Offline):
        replica.sync()
    assert len(replica.query("ticket")) == 1
    assert states(replica) == ["sent"]
