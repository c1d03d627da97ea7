"""Who speaks: bearer tokens to sessions, and whether they are still good (protocol §5, design §5)."""

from collections.abc import Mapping

from msgspec import Struct

from wuye.http.sessions import DAY_MS, digest_of
from wuye.kernel.clock import from_wire, to_ms
from wuye.kernel.errors import Problem
from wuye.storage.road import Road
from wuye.storage.sqlite import Session, SqliteSnapshot
from wuye.sync.rows import Need, Stored

MAX_KNOWN = 20_000


class Speaker(Struct, frozen=True, kw_only=True):
    """A session as it was read; ``dead_ms`` is when its user or device lost it, or when he logged out. ``push_only``:
    by the token that can read nothing."""

    session: Session
    push_only: bool = False
    dead_ms: int | None = None
    revoked: bool = False
    at_once: bool = False

    @property
    def user(self) -> str:
        """The user's id."""
        return self.session.user

    def alive(self, now_ms: int) -> bool:
        """Tell whether the token is good."""
        return self.dead_ms is None and now_ms < self.session.expires_ms

    def dead_since(self) -> int:
        """Return from when on the token was not good."""
        ends = self.session.expires_ms
        return ends if self.dead_ms is None else min(self.dead_ms, ends)

    def refusal(self) -> Problem:
        """Return what to answer once the token is dead."""
        if self.revoked:
            return Problem("device_revoked", extra={"wipe": True, "at_once": self.at_once})
        return Problem("unauthorized")


class Speakers:
    """Looks tokens up, and remembers them until the organisation changes or somebody logs out."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._known: dict[bytes, tuple[int, Speaker]] = {}

    async def require(self, header: str) -> Speaker:
        """Return who holds this ``Authorization`` header.

        Raises:
            Problem: ``unauthorized``, ``device_revoked``, ``push_only``.
        """
        speaker = await self.find(header)
        if not speaker.alive(to_ms(self._road.clock())):
            raise speaker.refusal()
        if speaker.push_only:
            raise Problem("push_only")
        return speaker

    async def may_offer(self, speaker: Speaker) -> bool:
        """Tell whether a dead token may still push ops, to be held for review (protocol §5)."""
        directory = await self._road.directory()
        grace = directory.setting(directory.org, "grace_days", 14)
        until = speaker.dead_since() + (grace if isinstance(grace, int) else 14) * DAY_MS
        return not speaker.at_once and to_ms(self._road.clock()) < until

    async def find(self, header: str) -> Speaker:
        """Return who a header names, alive or not.

        Raises:
            Problem: ``unauthorized``, nobody ever had this token.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not 20 <= len(token) <= 200:
            raise Problem("unauthorized")
        digest = digest_of(token)
        count = self._road.commits.get(self._road.org, 0)
        known = self._known.get(digest)
        if known is not None and known[0] == count:
            return known[1]
        speaker = await self._road.read(lambda snapshot: _read(snapshot, digest))
        if speaker is None:
            raise Problem("unauthorized")
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[digest] = (count, speaker)
        return speaker

    def forget(self) -> None:
        """Look everybody up anew: sessions were ended."""
        self._known.clear()


def _read(snapshot: SqliteSnapshot, digest: bytes) -> Speaker | None:
    session = snapshot.accounts.session(digest) or snapshot.accounts.pushing_session(digest)
    if session is None:
        return None
    user, device = ("user", session.user), ("device", session.device)
    records = snapshot.load(snapshot.org(), Need(records={user, device})).records
    revoked = records.get(device) if _says(records.get(device), "revoked") else None
    gone = user not in records or records[user].deleted or _says(records[user], "disabled")
    ends = [
        session.ended_ms,
        _changed_ms(records.get(user)) if gone else None,
        _changed_ms(revoked) if revoked else None,
    ]
    return Speaker(
        session=session,
        push_only=session.digest != digest,
        dead_ms=min((end for end in ends if end is not None), default=None),
        revoked=revoked is not None,
        at_once=_says(revoked, "wipe_at_once"),
    )


def _says(record: Stored | None, name: str) -> bool:
    values: Mapping[str, object] = record.values if record else {}
    return bool(values.get(name))


def _changed_ms(record: Stored | None) -> int:
    return to_ms(from_wire(record.updated_at)) if record else 0
