"""Letting somebody in who cannot let himself in: start codes and one-time passwords, given by who may manage him.

Each is written into the organisation's log first, as a look-up is: who gave it to whom and when, never the secret.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from wuye.http import codes
from wuye.http.managing import check_may_manage
from wuye.http.passwords import Passwords
from wuye.http.sessions import fold_username
from wuye.http.speakers import Speakers
from wuye.kernel.clock import to_ms, to_wire, wire_of
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.protocol import wire
from wuye.protocol.wire import Op
from wuye.storage.road import Road
from wuye.storage.sqlite import Account, SqliteTransaction, StartCode
from wuye.sync.directory import Directory

PURPOSE = "log-ins"
WRITES = frozenset({"access.create"})


class Given(Struct, frozen=True, kw_only=True):
    """What somebody is let in by: a start code, a password (its hash; ``once_until_ms`` as in `Account`), or both."""

    user: str
    username: str
    code: StartCode | None = None
    hash: str = ""
    changed_ms: int = 0
    once_until_ms: int = 0
    ends_sessions: bool = False


def give(tx: SqliteTransaction, given: Given) -> None:
    """Store what a user is let in by; a lock after failed log-ins is lifted.

    Raises:
        Problem: ``duplicate_key``, another user's name is compared as equal to this one.
    """
    accounts, folded = tx.accounts, fold_username(given.username)
    account = accounts.account(given.user)
    if account is None:
        if accounts.by_username(folded) is not None:
            raise Problem("duplicate_key", fields=("username",))
        account = Account(user=given.user, username=given.username, folded=folded, hash="", changed_ms=0)
    account = replace(account, failed=0, locked_until_ms=0)
    if given.hash:
        account = replace(account, hash=given.hash, changed_ms=given.changed_ms, once_until_ms=given.once_until_ms)
    accounts.put_account(account)
    if given.code:
        accounts.put_start_code(given.code)
    if given.ends_sessions:
        accounts.end_sessions(given.changed_ms, user=given.user)


def logged(users: Iterable[str], screen: str, org: str, now: datetime) -> list[Op]:
    """Return what writes down that users were given something to log in with."""
    return [
        Op(
            n=0,
            op=uuid7(to_ms(now), secrets.token_bytes(10)),
            site=org,
            entity="access",
            record=uuid7(to_ms(now), secrets.token_bytes(10)),
            kind="create",
            at=to_wire(now),
            set={"subject_entity": "user", "subject": user, "screen": screen},
        )
        for user in users
    ]


class Credentials:
    """Gives them while the server runs."""

    def __init__(self, road: Road, speakers: Speakers) -> None:
        self._road = road
        self._speakers = speakers
        self._passwords = Passwords()

    async def start_code(self, actor: str, user: str) -> wire.StartCode:
        """Give a user a start code in place of the one before.

        Raises:
            Problem: ``not_found``, ``forbidden``, ``duplicate_key``.
        """
        directory = await self._checked(actor, user)
        code = codes.make_code()
        hash_ = await self._passwords.hash(code)
        expires_ms = to_ms(self._road.clock()) + codes.CODE_MS
        stored = StartCode(user=user, hash=hash_, expires_ms=expires_ms)
        await self._give(directory, actor, "start_code", Given(user=user, username=_name(directory, user), code=stored))
        return wire.StartCode(code=code, expires=wire_of(expires_ms))

    async def password(self, actor: str, user: str) -> wire.OneTimePassword:
        """Give a user a password that he must change at his next log-in. His sessions go on until then, for unsent
        work may wait in them.

        Raises:
            Problem: ``not_found``, ``forbidden``, ``duplicate_key``.
        """
        directory = await self._checked(actor, user)
        password = secrets.token_urlsafe(12)
        hash_ = await self._passwords.hash(password)
        now_ms = to_ms(self._road.clock())
        given = Given(
            user=user,
            username=_name(directory, user),
            hash=hash_,
            changed_ms=now_ms,
            once_until_ms=now_ms + codes.PASSWORD_MS,
        )
        await self._give(directory, actor, "password", given)
        return wire.OneTimePassword(password=password)

    async def log(self, actor: str, users: Iterable[str], screen: str, org: str) -> None:
        """Write down who is given what.

        Raises:
            Problem: ``internal``, it could not be written: then nothing may be given.
        """
        ops = logged(users, screen, org, self._road.clock())
        results = await self._road.submit(actor, PURPOSE, org, ops, writes=WRITES)
        if any(result.status != "applied" for result in results):
            raise Problem("internal", "it could not be logged")

    async def _checked(self, actor: str, user: str) -> Directory:
        directory = await self._road.directory()
        check_may_manage(directory, actor, user, to_ms(self._road.clock()))
        return directory

    async def _give(self, directory: Directory, actor: str, screen: str, given: Given) -> None:
        await self.log(actor, [given.user], screen, directory.org)
        await self._road.store.write("", lambda tx: give(tx, given))
        self._speakers.forget()


def _name(directory: Directory, user: str) -> str:
    return str(directory.users[user]["username"])
