"""Protocol §5: a revoked device hands in what is unsent before it erases itself."""

import pytest
from tests.client.fake_server import FakeServer, Lossy, open_replica

from wuye_client import Erased, Offline, Refused, Replica, ServerBusy

BUSY = (503, {"code": "busy", "status": 503}, {"retry-after": "1"})


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def replica(server: FakeServer) -> Replica:
    return open_replica(server)


def note(replica: Replica) -> str:
    return replica.create("HQ-01", "ticket", {"title": "x"})


def is_erased(replica: Replica) -> bool:
    return replica.store.count("SELECT COUNT(*) FROM meta") == 0 and replica.outbox() == []


def test_5_a_server_that_is_full_gets_the_outbox_later(server: FakeServer, replica: Replica) -> None:
    ticket = note(replica)
    server.wiped, server.problem = True, BUSY
    with pytest.raises(ServerBusy):
        replica.sync()
    assert len(replica.outbox(decided=False)) == 1
    with pytest.raises(Erased):
        replica.sync()
    assert [op["record"] for op in server.held.values()] == [ticket]
    assert is_erased(replica)


def test_5_a_device_told_so_at_login_keeps_it_for_later_too(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.wiped, server.problem = True, BUSY
    with pytest.raises(ServerBusy):
        replica.login("fake:", "li.na", "secret")
    assert len(replica.outbox(decided=False)) == 1


def test_5_without_a_network_nothing_is_erased(server: FakeServer, replica: Replica) -> None:
    note(replica)
    fates = iter(["ok"])
    replica._session._transport = Lossy(server, lambda: next(fates, "request lost"))
    server.wiped = True
    with pytest.raises(Offline):
        replica.sync()
    assert len(replica.outbox(decided=False)) == 1


def test_5_told_to_wipe_at_once_it_waits_for_nobody(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.wiped = server.at_once = True
    server.problem = BUSY
    with pytest.raises(Erased):
        replica.sync()
    assert server.held == {}
    assert is_erased(replica)


def test_5_what_is_too_much_for_one_push_is_handed_in_by_parts(server: FakeServer, replica: Replica) -> None:
    for _ in range(7):
        note(replica)
    server.wiped, server.max_ops = True, 2
    with pytest.raises(Erased):
        replica.sync()
    assert len(server.held) == 7
    assert is_erased(replica)


def test_5_what_no_server_will_take_stops_no_wipe(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.wiped, server.max_ops = True, 0
    with pytest.raises(Erased):
        replica.sync()
    assert is_erased(replica)


def test_5_a_copied_database_is_erased_all_the_same(server: FakeServer, replica: Replica) -> None:
    """It may not push under a name that is another database's, and gets no other one."""
    note(replica)
    replica.store.set_meta(fork=1)
    server.wiped = True
    with pytest.raises(Erased):
        replica.login("fake:", "li.na", "secret")
    assert is_erased(replica)


def test_5_an_answer_that_says_nothing_new_ends_the_handing_in(server: FakeServer, replica: Replica) -> None:
    made = server._judge
    server._judge = lambda op, replica_id: made(op, replica_id) | {"status": "postponed"}
    note(replica)
    server.wiped = True
    with pytest.raises(Erased):
        replica.sync()


def test_5_of_a_closed_account_the_refusal_is_told_not_the_handing_in(server: FakeServer, replica: Replica) -> None:
    note(replica)
    server.closed, server.problem = True, BUSY
    with pytest.raises(Refused):
        replica.login("fake:", "li.na", "secret")
    assert len(replica.outbox(decided=False)) == 1
