"""Logging in: password, device and replica become a token (protocol §2 ``POST /session``)."""

import secrets
from datetime import UTC, datetime

from msgspec.structs import replace

from wuye.http.passwords import Passwords, is_outdated
from wuye.http.sessions import (
    MAX_PASSWORD,
    WAITS,
    after_failure,
    check_address,
    check_password,
    check_unlocked,
    digest_of,
    fold_username,
    is_expired,
    policy_of,
)
from wuye.http.speakers import Speakers
from wuye.kernel.clock import from_wire, to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, is_uuid, time_of, uuid7
from wuye.protocol.wire import Device, LoggedIn, LogIn, Op
from wuye.storage.road import Road
from wuye.storage.sqlite import Account, Accounts, Replica, Session, SqliteSnapshot, SqliteTransaction
from wuye.sync.directory import Directory
from wuye.sync.rows import Need, Stored

CORE = "plugin:core"
MAX_STRANGERS = 1_000


class LogIns:
    """Logs people in and out."""

    def __init__(self, road: Road, speakers: Speakers) -> None:
        self._road = road
        self._speakers = speakers
        self._passwords = Passwords()
        # Names that nobody has lock like accounts, so that a lock does not tell who works here.
        self._strangers: dict[str, Account] = {}

    async def log_in(self, asked: LogIn, address: str) -> LoggedIn:
        """Check who it is and open a session.

        Raises:
            Problem: ``bad_credentials``, ``locked``, ``too_many_attempts``, ``password_expired``, ``weak_password``,
                ``forbidden`` (disabled), ``device_revoked``, ``wrong_replica``, ``invalid_request``.
        """
        _check_form(asked)
        directory = await self._road.directory()
        account = await self._authenticate(asked, address, directory)
        account = await self._settle_password(asked, account, directory)
        if not directory.enabled(account.user):
            raise Problem("forbidden")
        await self._admit_device(asked.device, account.user, directory.org)
        now = self._road.clock()
        token = secrets.token_urlsafe(32)
        session = Session(
            digest=digest_of(token),
            user=account.user,
            device=asked.device.id,
            replica="",
            issued_ms=to_ms(now),
            expires_ms=to_ms(now) + policy_of(directory).session_ms,
        )
        replica = await self._road.store.write("", lambda tx: _open_session(tx, session, account, asked))
        if asked.new_password is not None:
            self._speakers.forget()
        values = directory.users[account.user]
        user: dict[str, object] = {
            "id": account.user,
            **{name: values[name] for name in ("username", "name", "locale") if values.get(name)},
        }
        return LoggedIn(
            token=token,
            replica=replica,
            user=user,
            expires=to_wire(datetime.fromtimestamp(session.expires_ms / 1000, UTC)),
        )

    async def log_out(self, session: Session) -> None:
        """End a session; the replica stays."""
        now_ms = to_ms(self._road.clock())

        def end(tx: SqliteTransaction) -> None:
            tx.accounts.put_session(replace(session, ended_ms=now_ms))

        await self._road.store.write("", end)
        self._speakers.forget()

    async def _authenticate(self, asked: LogIn, address: str, directory: Directory) -> Account:
        now_ms = to_ms(self._road.clock())
        folded = fold_username(asked.username)

        def read(snapshot: SqliteSnapshot) -> tuple[Account | None, list[int]]:
            accounts = snapshot.accounts
            return accounts.by_username(folded), [accounts.attempts(address, now_ms - span) for span, _ in WAITS]

        account, failures = await self._road.read(read)
        check_address(failures)
        account = account or self._strangers.get(folded) or _stranger(asked.username, folded)
        check_unlocked(account, now_ms)
        if await self._passwords.verify(account.hash, asked.password):
            return account
        await self._note_failure(account, address, directory)
        raise Problem("bad_credentials")

    async def _note_failure(self, seen: Account, address: str, directory: Directory) -> None:
        now_ms = to_ms(self._road.clock())
        policy = policy_of(directory)
        if not seen.user:
            if len(self._strangers) >= MAX_STRANGERS:
                self._strangers.clear()
            self._strangers[seen.folded] = after_failure(seen, policy, now_ms)

        def note(tx: SqliteTransaction) -> None:
            tx.accounts.note_attempt(address, now_ms)
            # Read again: others may have failed meanwhile, and each failure counts.
            if account := tx.accounts.account(seen.user):
                tx.accounts.put_account(after_failure(account, policy, now_ms))

        await self._road.store.write("", note)

    async def _settle_password(self, asked: LogIn, account: Account, directory: Directory) -> Account:
        """Store a new password, or today's kind of hash of the old one."""
        now_ms = to_ms(self._road.clock())
        policy = policy_of(directory)
        if asked.new_password is None:
            if is_expired(account, policy, now_ms):
                raise Problem("password_expired")
            if is_outdated(account.hash):
                account = replace(account, hash=await self._passwords.hash(asked.password))
            return replace(account, failed=0, locked_until_ms=0)
        everywhere = any(g.site == directory.org and g.holds(now_ms) for g in directory.grants(account.user))
        if asked.new_password == asked.password:
            raise Problem("weak_password", fields=("new_password",), extra={"min": policy.length, "max": MAX_PASSWORD})
        check_password(asked.new_password, account.username, policy, everywhere=everywhere)
        hash_ = await self._passwords.hash(asked.new_password)
        return replace(account, hash=hash_, changed_ms=now_ms, failed=0, locked_until_ms=0)

    async def _admit_device(self, device: Device, user: str, org: str) -> None:
        """Check that the device is not revoked, and enter it in the organisation's log where it is news."""
        ref = ("device", device.id)
        known = await self._road.read(lambda snapshot: snapshot.load(org, Need(records={ref})).records.get(ref))
        if known is not None and known.values.get("revoked"):
            raise Problem("device_revoked", extra={"wipe": True, "at_once": bool(known.values.get("wipe_at_once"))})
        if op := _device_op(device, known, user, org, to_wire(self._road.clock())):
            await self._road.submit(CORE, "devices", org, [op], writes=frozenset({"device.create", "device.update"}))


def _check_form(asked: LogIn) -> None:
    device = asked.device
    bad = [
        name
        for name, good in (
            ("username", 0 < len(asked.username) <= 200),
            ("password", 0 < len(asked.password) <= MAX_PASSWORD),
            ("device.id", is_uuid(device.id)),
            ("device.name", len(device.name) <= 200),
            ("device.platform", len(device.platform) <= 100),
            ("device.app", len(device.app) <= 60),
            ("fork_of", asked.fork_of is None or is_uuid(asked.fork_of)),
            ("adopt", asked.adopt is None or is_uuid(asked.adopt)),
        )
        if not good
    ]
    if bad:
        raise Problem("invalid_request", "missing, too long or no UUID: " + ", ".join(bad), fields=tuple(bad))


def _device_op(device: Device, known: Stored | None, user: str, org: str, at: str) -> Op | None:
    told: dict[str, object] = {"platform": device.platform, "app": device.app}
    if known is None:
        # Derived: two log-ins at once make one record.
        values = {**told, "name": device.name, "user": user}
        return Op(
            n=0,
            op=derive("device", device.id, ms=0),
            site=org,
            entity="device",
            record=device.id,
            kind="create",
            at=at,
            set={name: value for name, value in values.items() if value},
        )
    news = {name: value for name, value in told.items() if value and known.values.get(name) != value}
    if not news or known.deleted:
        return None
    return Op(
        n=0,
        op=uuid7(to_ms(from_wire(at)), secrets.token_bytes(10)),
        site=org,
        entity="device",
        record=device.id,
        kind="update",
        at=at,
        set=news,
        was={name: known.values.get(name) for name in news},
        base=known.seq,
    )


def _open_session(tx: SqliteTransaction, session: Session, account: Account, asked: LogIn) -> str:
    """Write account, replica and session; return the replica's id."""
    accounts = tx.accounts
    if asked.new_password is not None:
        accounts.end_sessions(session.issued_ms, user=session.user)
    if accounts.account(account.user) != account:
        accounts.put_account(account)
    replica = _replica_for(accounts, session, asked)
    accounts.put_session(replace(session, replica=replica))
    return replica


def _replica_for(accounts: Accounts, session: Session, asked: LogIn) -> str:
    """Return the replica of this user on this device: a new one for a fork, the same one otherwise."""
    known = accounts.replica(asked.fork_of or asked.adopt or "")
    if known is not None and known.user != session.user:
        raise Problem("wrong_replica")
    if asked.adopt is not None and asked.fork_of is None:
        replica = asked.adopt
        if known is not None:
            return replica
        if time_of(replica) == 0:  # derived: a replica on the server, which imports and jobs write by
            raise Problem("wrong_replica")
    elif asked.fork_of is None and (mine := accounts.replicas(session.user, session.device)):
        return mine[-1].id
    else:
        replica = uuid7(session.issued_ms, secrets.token_bytes(10))
    parent, synced = (known.id, known.synced_ms) if known else (None, 0)
    accounts.put_replica(
        Replica(id=replica, user=session.user, device=session.device, fork_of=parent, synced_ms=synced)
    )
    return replica


def _stranger(username: str, folded: str) -> Account:
    return Account(user="", username=username, folded=folded, hash="", changed_ms=0)
