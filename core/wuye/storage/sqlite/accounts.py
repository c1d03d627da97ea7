"""Log-in storage: accounts, sessions, replicas, start codes, enrolments, failed attempts. Policy is in `wuye.http`."""

import sqlite3
from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Struct

S = TypeVar("S", bound=Struct)


class Account(Struct, frozen=True, kw_only=True):
    """How a user logs in. ``folded`` is the user name as compared, ``hash`` argon2id or '' (no password yet); times in
    ms. ``once_until_ms`` other than 0: somebody else made the password up, so it must be changed at the first log-in,
    and is good only until then."""

    user: str
    username: str
    folded: str
    hash: str
    changed_ms: int
    failed: int = 0
    locked_until_ms: int = 0
    once_until_ms: int = 0


class Device(Struct, frozen=True, kw_only=True):
    """A tablet or laptop that somebody logged in from; ``wipe`` tells a revoked one to erase itself at once."""

    id: str
    name: str
    platform: str
    app: str
    revoked_ms: int | None = None
    wipe: bool = False


class Session(Struct, frozen=True, kw_only=True):
    """A log-in: ``digest`` is the SHA-256 of its token, ``push_digest`` that of the token which can read nothing."""

    digest: bytes
    user: str
    device: str
    replica: str
    issued_ms: int
    expires_ms: int
    ended_ms: int | None = None
    push_digest: bytes | None = None


class Replica(Struct, frozen=True, kw_only=True):
    """A local database of a user on a device (protocol §1); a forked one names what it came from."""

    id: str
    user: str
    device: str
    fork_of: str | None = None
    synced_ms: int = 0


class StartCode(Struct, frozen=True, kw_only=True):
    """What lets a user in once in place of his password; a new one takes the place of the one before. ``hash`` is
    argon2id, for a code is short."""

    user: str
    hash: str
    expires_ms: int


class Enrolment(Struct, frozen=True, kw_only=True):
    """A device that the office prepared; ``digest`` is the SHA-256 of its ticket, ``people`` are ids, one a line."""

    digest: bytes
    site: str
    name: str
    by: str
    people: str
    expires_ms: int
    used_ms: int | None = None


class Pulse(Struct, frozen=True, kw_only=True):
    """How a replica was when it last spoke (`Health`, protocol §3). ``synced_ms``: when it last had all news."""

    replica: str
    seen_ms: int
    synced_ms: int | None = None
    app: str = ""
    outbox: int = 0
    oldest: str | None = None
    blobs: int = 0
    free: int = 0
    persisted: bool = False
    app_waiting: bool = False


class Accounts:
    """Reads and writes of log-in storage on a connection whose owner opens and ends the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def by_username(self, folded: str) -> Account | None:
        """Return the account of this folded user name."""
        return self._one(Account, "wuye_account", "folded", folded)

    def account(self, user: str) -> Account | None:
        """Return a user's account."""
        return self._one(Account, "wuye_account", "user", user)

    def put_account(self, account: Account) -> None:
        """Store an account.

        Raises:
            sqlite3.IntegrityError: another user has this user name.
        """
        self._put(account, "wuye_account", "user")

    def device(self, device: str) -> Device | None:
        """Return a device."""
        return self._one(Device, "wuye_device", "id", device)

    def put_device(self, device: Device) -> None:
        """Store a device."""
        self._put(device, "wuye_device", "id")

    def session(self, digest: bytes) -> Session | None:
        """Return the session of this token digest, ended or not."""
        return self._one(Session, "wuye_session", "digest", digest)

    def pushing_session(self, digest: bytes) -> Session | None:
        """Return the session whose token for pushing has this digest."""
        return self._one(Session, "wuye_session", "push_digest", digest)

    def put_session(self, session: Session) -> None:
        """Store a session."""
        self._put(session, "wuye_session", "digest")

    def end_sessions(self, now_ms: int, *, user: str | None = None, device: str | None = None) -> None:
        """End all open sessions of a user, of a device, or of a user on a device."""
        self._connection.execute(
            "UPDATE wuye_session SET ended_ms = ?1 WHERE ended_ms IS NULL"
            " AND user = coalesce(?2, user) AND device = coalesce(?3, device)",
            (now_ms, user, device),
        )

    def forget_sessions(self, before_ms: int) -> None:
        """Drop sessions that were no longer good at a moment."""
        self._connection.execute(
            "DELETE FROM wuye_session WHERE min(expires_ms, coalesce(ended_ms, expires_ms)) < ?", (before_ms,)
        )

    def replica(self, replica: str) -> Replica | None:
        """Return a replica."""
        return self._one(Replica, "wuye_replica", "id", replica)

    def replicas(self, user: str, device: str) -> list[Replica]:
        """Return a user's replicas on a device, the newest last."""
        rows = self._connection.execute(
            f"SELECT {_columns(Replica)} FROM wuye_replica WHERE user = ? AND device = ? ORDER BY rowid",
            (user, device),
        )
        return [_struct(Replica, row) for row in rows]

    def put_replica(self, replica: Replica) -> None:
        """Store a replica."""
        self._put(replica, "wuye_replica", "id")

    def devices_replicas(self, devices: Iterable[str]) -> list[Replica]:
        """Return all replicas on these devices."""
        asked = tuple(devices)
        marks = ",".join("?" * len(asked))
        rows = self._connection.execute(
            f"SELECT {_columns(Replica)} FROM wuye_replica WHERE device IN ({marks}) ORDER BY rowid", asked
        )
        return [_struct(Replica, row) for row in rows]

    def start_code(self, user: str) -> StartCode | None:
        """Return a user's start code."""
        return self._one(StartCode, "wuye_start_code", "user", user)

    def put_start_code(self, code: StartCode) -> None:
        """Store a user's start code, in place of the one before."""
        self._put(code, "wuye_start_code", "user")

    def forget_start_code(self, user: str) -> None:
        """Drop a user's start code: it was used."""
        self._connection.execute("DELETE FROM wuye_start_code WHERE user = ?", (user,))

    def enrolment(self, digest: bytes) -> Enrolment | None:
        """Return the enrolment of this ticket digest, used or not."""
        return self._one(Enrolment, "wuye_enrolment", "digest", digest)

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Store an enrolment."""
        self._put(enrolment, "wuye_enrolment", "digest")

    def forget_secrets(self, before_ms: int) -> None:
        """Drop start codes and enrolments that were over at a moment."""
        for table in ("wuye_start_code", "wuye_enrolment"):
            self._connection.execute(f"DELETE FROM {table} WHERE expires_ms < ?", (before_ms,))

    def pulse(self, replica: str) -> Pulse | None:
        """Return how a replica was when it last spoke."""
        return self._one(Pulse, "wuye_pulse", "replica", replica)

    def put_pulse(self, pulse: Pulse) -> None:
        """Store how a replica is."""
        self._put(pulse, "wuye_pulse", "replica")

    def attempts(self, address: str, since_ms: int) -> int:
        """Return how many log-ins failed from an address since a moment."""
        row = self._connection.execute(
            "SELECT count(*) FROM wuye_login_attempt WHERE address = ? AND at_ms >= ?", (address, since_ms)
        ).fetchone()
        return int(row[0])

    def note_attempt(self, address: str, now_ms: int) -> None:
        """Count a failed log-in."""
        self._connection.execute("INSERT INTO wuye_login_attempt (address, at_ms) VALUES (?, ?)", (address, now_ms))

    def forget_attempts(self, before_ms: int) -> None:
        """Drop old failures."""
        self._connection.execute("DELETE FROM wuye_login_attempt WHERE at_ms < ?", (before_ms,))

    def _one(self, type_: type[S], table: str, key: str, value: str | bytes) -> S | None:
        row = self._connection.execute(f'SELECT {_columns(type_)} FROM {table} WHERE "{key}" = ?', (value,)).fetchone()
        return None if row is None else _struct(type_, row)

    def _put(self, value: Struct, table: str, key: str) -> None:
        names = value.__struct_fields__
        news = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
        self._connection.execute(
            f"INSERT INTO {table} ({_columns(type(value))}) VALUES ({','.join('?' * len(names))})"
            f' ON CONFLICT ("{key}") DO UPDATE SET {news}',
            tuple(getattr(value, name) for name in names),
        )


def _columns(type_: type[Struct]) -> str:
    return ", ".join(f'"{name}"' for name in type_.__struct_fields__)


def _struct(type_: type[S], row: tuple[object, ...]) -> S:
    # SQLite has no truth values of its own.
    return msgspec.convert(dict(zip(type_.__struct_fields__, row, strict=True)), type_, strict=False)
