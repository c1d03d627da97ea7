"""Logging in: password or start code, device and replica become a token (protocol §2 ``POST /session``)."""

from msgspec import Struct
from msgspec.structs import replace

from wuye.http.codes import fold_code
from wuye.http.opening import admit_device, open_session, store_session
from wuye.http.passwords import Passwords, is_outdated
from wuye.http.sessions import (
    MAX_PASSWORD,
    WAITS,
    after_failure,
    check_address,
    check_password,
    check_unlocked,
    fold_username,
    is_expired,
    policy_of,
)
from wuye.http.speakers import Speakers
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import is_uuid
from wuye.protocol.wire import Device, LoggedIn, LogIn
from wuye.storage.road import Road
from wuye.storage.sqlite import Account, Session, SqliteSnapshot, SqliteTransaction, StartCode
from wuye.sync.directory import Directory

MAX_STRANGERS = 1_000
MAX_CODE = 40


class _Asking(Struct, frozen=True, kw_only=True):
    """Who asks to be let in, and what he may prove himself by."""

    account: Account
    code: StartCode | None = None


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
        asking = await self._authenticate(asked, address, directory)
        account = await self._settle_password(asked, asking.account, directory)
        if not directory.enabled(account.user):
            raise Problem("forbidden")
        device = asked.device
        await admit_device(self._road, device, {"name": device.name, "user": account.user}, directory.org)
        opened = open_session(account.user, device.id, policy_of(directory), to_ms(self._road.clock()))
        replica = await self._road.store.write("", lambda tx: _let_in(tx, opened.session, account, asking, asked))
        if asked.new_password is not None:
            self._speakers.forget()
        return opened.told(replica, directory)

    async def log_out(self, session: Session) -> None:
        """End a session; the replica stays."""
        now_ms = to_ms(self._road.clock())

        def end(tx: SqliteTransaction) -> None:
            tx.accounts.put_session(replace(session, ended_ms=now_ms))

        await self._road.store.write("", end)
        self._speakers.forget()

    async def check_address(self, address: str) -> None:
        """Check that an address did not guess too often.

        Raises:
            Problem: ``too_many_attempts``.
        """
        now_ms = to_ms(self._road.clock())
        check_address(
            await self._road.read(lambda s: [s.accounts.attempts(address, now_ms - span) for span, _ in WAITS])
        )

    async def note_failure(self, address: str) -> None:
        """Count a guess of an address that named nobody."""
        now_ms = to_ms(self._road.clock())
        await self._road.store.write("", lambda tx: tx.accounts.note_attempt(address, now_ms))

    async def _authenticate(self, asked: LogIn, address: str, directory: Directory) -> _Asking:
        await self.check_address(address)
        now_ms = to_ms(self._road.clock())
        folded = fold_username(asked.username)

        def read(snapshot: SqliteSnapshot) -> tuple[Account | None, StartCode | None]:
            account = snapshot.accounts.by_username(folded)
            return account, snapshot.accounts.start_code(account.user) if account and asked.code else None

        account, code = await self._road.read(read)
        account = account or self._strangers.get(folded) or _stranger(asked.username, folded)
        check_unlocked(account, now_ms)
        if asked.code:
            hash_, given = code.hash if code and now_ms < code.expires_ms else "", fold_code(asked.code)
        else:
            over = 0 < account.once_until_ms <= now_ms
            hash_, given = "" if over else account.hash, asked.password
        if await self._passwords.verify(hash_, given):
            return _Asking(account=account, code=code)
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
        """Store a new password, or today's kind of hash of the old one. A start code needs neither."""
        now_ms = to_ms(self._road.clock())
        policy = policy_of(directory)
        if asked.new_password is None:
            if not asked.code and is_expired(account, policy, now_ms):
                raise Problem("password_expired")
            if not asked.code and is_outdated(account.hash):
                account = replace(account, hash=await self._passwords.hash(asked.password))
            return replace(account, failed=0, locked_until_ms=0)
        everywhere = any(g.site == directory.org and g.holds(now_ms) for g in directory.grants(account.user))
        if asked.new_password == asked.password:
            raise Problem("weak_password", fields=("new_password",), extra={"min": policy.length, "max": MAX_PASSWORD})
        check_password(asked.new_password, account.username, policy, everywhere=everywhere)
        hash_ = await self._passwords.hash(asked.new_password)
        return replace(account, hash=hash_, changed_ms=now_ms, once_until_ms=0, failed=0, locked_until_ms=0)


def check_device(device: Device) -> list[str]:
    """Name what is at fault with what a device says of itself."""
    return [
        name
        for name, good in (
            ("device.id", is_uuid(device.id)),
            ("device.name", len(device.name) <= 200),
            ("device.platform", len(device.platform) <= 100),
            ("device.app", len(device.app) <= 60),
        )
        if not good
    ]


def _check_form(asked: LogIn) -> None:
    bad = [
        name
        for name, good in (
            ("username", 0 < len(asked.username) <= 200),
            ("password", bool(asked.password) != bool(asked.code) and len(asked.password) <= MAX_PASSWORD),
            ("code", len(asked.code) <= MAX_CODE),
            ("fork_of", asked.fork_of is None or is_uuid(asked.fork_of)),
            ("adopt", asked.adopt is None or is_uuid(asked.adopt)),
        )
        if not good
    ] + check_device(asked.device)
    if bad:
        raise Problem("invalid_request", "missing, too long or no UUID: " + ", ".join(bad), fields=tuple(bad))


def _let_in(tx: SqliteTransaction, session: Session, account: Account, asking: _Asking, asked: LogIn) -> str:
    """Write account, replica and session; return the replica's id."""
    accounts = tx.accounts
    if asking.code is not None:
        # Read again: of two who come with the same code at once, one comes too late.
        if accounts.start_code(account.user) != asking.code:
            raise Problem("bad_credentials")
        accounts.forget_start_code(account.user)
    # So too of the account: what somebody reset while this log-in was under way stays as he set it.
    present = accounts.account(account.user)
    if present is None or (asking.code is None and _secret(present) != _secret(asking.account)):
        raise Problem("bad_credentials")
    if asked.new_password is not None:
        accounts.end_sessions(session.issued_ms, user=session.user)
    elif asking.code is not None:
        account = replace(present, failed=0, locked_until_ms=0)
    if present != account:
        accounts.put_account(account)
    return store_session(accounts, session, fork_of=asked.fork_of, adopt=asked.adopt)


def _secret(account: Account) -> tuple[str, int, int]:
    return account.hash, account.changed_ms, account.once_until_ms


def _stranger(username: str, folded: str) -> Account:
    return Account(user="", username=username, folded=folded, hash="", changed_ms=0)
