"""Protocol §3.8: what a client does once a server was restored from a backup."""

import pytest
from tests.client.fake_server import SITE, FakeServer, contents, open_replica, states

from wuye_client import Replica


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def replica(server: FakeServer) -> Replica:
    return open_replica(server)


def restore(replica: Replica, backup: FakeServer) -> None:
    """Put a backup in the place of a replica's server."""
    backup.tokens.add(str(replica.store.meta("token")))
    replica._session._transport = backup


def fork(replica: Replica) -> None:
    """Let a replica find that its database is a copy: it gets another id."""
    replica.store.set_meta(fork=1)
    replica.login("fake:", "li.na", "secret")


def test_3_8_what_the_server_has_in_an_older_state_is_taken_in_that_state(server: FakeServer, replica: Replica) -> None:
    owner = server.new_id()
    server.write(SITE, "owner", owner, {"name": "in the backup"})
    backup = server.backup()
    for name in ("later", "much later"):
        server.write(SITE, "owner", owner, {"name": name})
    replica.sync()
    restore(replica, backup)
    replica.sync()
    assert replica.get("HQ-01", "owner", owner)["name"] == "in the backup"
    assert replica.store.have()[f"{SITE}/all"][0] == 1


def test_3_8_of_two_rows_of_a_record_that_come_anew_the_newer_counts(server: FakeServer, replica: Replica) -> None:
    owner = server.new_id()
    server.write(SITE, "owner", owner, {"name": "newer"})
    server.write(SITE, "owner", owner, {"name": "newer"}, bucket="reviews")
    backup = server.backup()
    backup.feed[f"{SITE}/all"]["owner", owner].seq += 2
    backup.feed[f"{SITE}/reviews"]["owner", owner].body = {"name": "older"}
    backup.seq[SITE] += 2
    for _ in range(4):
        server.write(SITE, "owner", owner, {"name": "after the backup"})
    replica.sync()
    restore(replica, backup)
    replica.sync()
    assert replica.get("HQ-01", "owner", owner)["name"] == "newer"


def test_3_8_what_was_deleted_after_a_restore_stays_deleted(server: FakeServer, replica: Replica) -> None:
    owner = server.new_id()
    server.write(SITE, "owner", owner, {"name": "in the backup"})
    backup = server.backup()
    for _ in range(5):
        server.write(SITE, "owner", owner, {"name": "later"})
    replica.sync()
    restore(replica, backup)
    replica.sync()
    backup.write(SITE, "owner", owner, None)
    replica.sync()
    assert replica.get("HQ-01", "owner", owner) is None


def test_3_8_what_was_sent_under_an_id_given_up_since_is_sent_again(server: FakeServer, replica: Replica) -> None:
    backup = server.backup()
    replica.create("HQ-01", "ticket", {"title": "under the old id"})
    replica.sync()
    fork(replica)
    replica.create("MALL", "ticket", {"title": "under the new id"})
    replica.sync()
    restore(replica, backup)
    replica.sync()
    assert {op for _, op in backup.ledger} == {entry.op.op for entry in replica.outbox()}
    assert states(replica) == ["applied"] * 2
    assert len(contents(replica)) == 2


def test_3_8_ops_that_were_forgotten_here_leave_no_gap(server: FakeServer, replica: Replica) -> None:
    backup = server.backup()
    for title in "abc":
        replica.create("HQ-01", "ticket", {"title": title})
    replica.sync()
    replica.store.run("DELETE FROM op WHERE n = 1")
    name = replica.store.meta("replica")
    restore(replica, backup)
    assert not replica.sync().forked
    assert replica.store.meta("replica") == name
    assert [len(log) for log in backup.logs.values()] == [2]
    replica.create("HQ-01", "ticket", {"title": "d"})
    assert replica.sync().outcomes == {"applied": 1}


def test_3_8_what_the_server_still_knows_is_asked_for_again(server: FakeServer, replica: Replica) -> None:
    """It may have been decided after the backup: what was accepted here is held there."""
    server.hold.add("owner")
    replica.create("HQ-01", "owner", {"name": "王芳"})
    replica.sync()
    backup = server.backup()
    server.decide(replica.outbox()[0].op.op, "applied")
    replica.sync()
    assert states(replica) == ["applied"]
    restore(replica, backup)
    replica.sync()
    assert states(replica) == ["held"]
    assert len(replica.query("owner")) == 1
