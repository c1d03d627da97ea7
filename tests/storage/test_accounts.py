"""Log-in storage keeps what it is given (design §5); policy is tested with `wuye.http`."""

import sqlite3

import pytest
from msgspec.structs import replace

from wuye.storage.sqlite import Account, Accounts, Device, Replica, Session, SqliteStore
from wuye.sync.rows import ReplicaState

ANN = Account(user="u1", username="Ann", folded="ann", hash="$argon2id$…", changed_ms=5)


def change(store: SqliteStore, *puts: object) -> None:
    def unit(accounts: Accounts) -> None:
        for put in puts:
            match put:
                case Account():
                    accounts.put_account(put)
                case Device():
                    accounts.put_device(put)
                case Session():
                    accounts.put_session(put)
                case Replica():
                    accounts.put_replica(put)

    store.wait_write("", lambda transaction: unit(transaction.accounts))


def test_an_account_is_found_by_user_and_by_folded_name(sqlite_store: SqliteStore) -> None:
    change(sqlite_store, ANN)
    assert sqlite_store.wait_read(lambda s: s.accounts.by_username("ann")) == ANN
    assert sqlite_store.wait_read(lambda s: s.accounts.account("u1")) == ANN
    assert sqlite_store.wait_read(lambda s: s.accounts.by_username("Ann")) is None
    later = replace(ANN, failed=3, locked_until_ms=99)
    change(sqlite_store, later)
    assert sqlite_store.wait_read(lambda s: s.accounts.account("u1")) == later


def test_two_users_cannot_have_one_name(sqlite_store: SqliteStore) -> None:
    change(sqlite_store, ANN)
    with pytest.raises(sqlite3.IntegrityError):
        change(sqlite_store, replace(ANN, user="u2"))
    assert sqlite_store.wait_read(lambda s: s.accounts.account("u2")) is None


def test_sessions_end_by_user_and_by_device(sqlite_store: SqliteStore) -> None:
    def session(number: int, user: str, device: str) -> Session:
        return Session(digest=bytes([number]), user=user, device=device, replica="r", issued_ms=1, expires_ms=9)

    all_ = [session(1, "u1", "d1"), session(2, "u1", "d2"), session(3, "u2", "d1")]
    change(sqlite_store, *all_)
    sqlite_store.wait_write("", lambda t: t.accounts.end_sessions(5, user="u1", device="d1"))
    sqlite_store.wait_write("", lambda t: t.accounts.end_sessions(6, device="d1"))
    ended = [sqlite_store.wait_read(lambda s, one=one: s.accounts.session(one.digest)) for one in all_]
    assert ended == [replace(all_[0], ended_ms=5), all_[1], replace(all_[2], ended_ms=6)]
    assert sqlite_store.wait_read(lambda s: s.accounts.session(b"?")) is None


def test_a_replica_is_one_thing_to_log_in_and_to_sync(sqlite_store: SqliteStore) -> None:
    old = Replica(id="r1", user="u1", device="d1")
    forked = Replica(id="r0", user="u1", device="d1", fork_of="r1")
    change(sqlite_store, old, forked, Replica(id="r2", user="u1", device="d2"))
    assert sqlite_store.wait_read(lambda s: s.accounts.replicas("u1", "d1")) == [old, forked]
    state = ReplicaState(id="r0", user="u1", device="d1", synced_ms=0)
    assert sqlite_store.wait_read(lambda s: s.replica("r0")) == state


def test_a_device_remembers_that_it_was_revoked(sqlite_store: SqliteStore) -> None:
    device = Device(id="d1", name="tablet 3", platform="web", app="1.0")
    change(sqlite_store, device)
    change(sqlite_store, replace(device, revoked_ms=7, wipe=True))
    assert sqlite_store.wait_read(lambda s: s.accounts.device("d1")) == replace(device, revoked_ms=7, wipe=True)


def test_failed_log_ins_are_counted_by_address_and_time(sqlite_store: SqliteStore) -> None:
    for address, at in (("a", 1), ("a", 5), ("a", 9), ("b", 9)):
        sqlite_store.wait_write("", lambda t, address=address, at=at: t.accounts.note_attempt(address, at))
    assert sqlite_store.wait_read(lambda s: s.accounts.attempts("a", 5)) == 2
    sqlite_store.wait_write("", lambda t: t.accounts.forget_attempts(9))
    assert sqlite_store.wait_read(lambda s: s.accounts.attempts("a", 0)) == 1
