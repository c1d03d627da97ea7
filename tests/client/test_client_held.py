"""Protocol §3.2: what waits on the server is decided some day, and keeps nothing else from being sent."""

import msgspec
import pytest
from tests.client.fake_server import NOON, SITE, FakeServer, open_replica, states

from wuye_client import Replica, sync
from wuye_client.protocol import SyncResponse


@pytest.fixture
def server() -> FakeServer:
    return FakeServer(hold={"owner"})


@pytest.fixture
def replica(server: FakeServer) -> Replica:
    return open_replica(server)


def exchange(server: FakeServer, replica: Replica) -> tuple[sync.Asked, SyncResponse]:
    """Ask and get the answer, but do not take it in yet."""
    asked = sync.prepare(replica.store, NOON)
    token = {"Authorization": f"Bearer {replica.store.meta('token')}"}
    answer = server.request("POST", "/sync", headers=token, body=asked.body)
    return asked, msgspec.json.decode(answer.body, type=SyncResponse)


def test_3_2_a_decision_that_was_read_before_the_word_held_counts(server: FakeServer, replica: Replica) -> None:
    replica.create("HQ-01", "owner", {"name": "王芳"})
    _, lost = exchange(server, replica)
    server.decide(replica.outbox()[0].op.op, "rejected", "rule")
    asked, said = exchange(server, replica)
    sync.absorb(replica.store, asked, msgspec.structs.replace(said, results=[]), NOON)
    assert states(replica) == ["sent"]
    asked, said = exchange(server, replica)
    taken = sync.absorb(replica.store, asked, msgspec.structs.replace(said, results=lost.results), NOON)
    assert [(result.status, result.code) for result in taken.decided] == [("rejected", "rule")]
    assert states(replica) == ["rejected"]


def test_3_2_a_held_op_that_is_asked_for_again_keeps_nothing_back(server: FakeServer, replica: Replica) -> None:
    replica.create("HQ-01", "owner", {"name": "王芳"})
    replica.sync()
    server.granted.remove(f"{SITE}/reviews")
    replica.sync()
    assert states(replica) == ["held"]
    for title in "abc":
        replica.create("HQ-01", "ticket", {"title": title})
    server.max_ops = 1
    report = replica.sync()
    assert replica.store.meta_int("shrink") >= 8  # one op a push
    assert report.outcomes == {"applied": 3}
    assert states(replica) == ["held", "applied", "applied", "applied"]
    server.decide(replica.outbox()[0].op.op, "applied")
    replica.sync()
    assert states(replica) == ["applied"] * 4
