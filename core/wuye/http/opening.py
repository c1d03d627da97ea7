"""Opening a session: the device is entered in the organisation's log, replica and tokens are made."""

import secrets
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from wuye.http.sessions import Policy, digest_of
from wuye.kernel.clock import from_wire, to_ms, to_wire, wire_of
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, time_of, uuid7
from wuye.protocol.wire import Device, LoggedIn, Op, Person
from wuye.storage.road import Road
from wuye.storage.sqlite import Accounts, Replica, Session
from wuye.sync.directory import Directory
from wuye.sync.rows import Need, Stored

CORE = "plugin:core"
_WRITES = frozenset({"device.create", "device.update"})


class Opened(Struct, frozen=True, kw_only=True):
    """A session about to be stored, with its tokens, which nobody but the device will know."""

    session: Session
    token: str
    push_token: str

    def told(self, replica: str, directory: Directory) -> LoggedIn:
        """Return what the device is told."""
        values = directory.users[self.session.user]
        name, locale = values.get("name"), values.get("locale")
        return LoggedIn(
            token=self.token,
            push_token=self.push_token,
            replica=replica,
            user=Person(
                id=self.session.user,
                username=str(values["username"]),
                name=str(name or ""),
                locale=str(locale or ""),
            ),
            expires=wire_of(self.session.expires_ms),
        )


def open_session(user: str, device: str, policy: Policy, now_ms: int) -> Opened:
    """Make a session and its tokens; its replica is not known yet."""
    token, push_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session = Session(
        digest=digest_of(token),
        push_digest=digest_of(push_token),
        user=user,
        device=device,
        replica="",
        issued_ms=now_ms,
        expires_ms=now_ms + policy.session_ms,
    )
    return Opened(session=session, token=token, push_token=push_token)


def store_session(accounts: Accounts, session: Session, *, fork_of: str | None = None, adopt: str | None = None) -> str:
    """Write a session and its replica; return the replica's id.

    Raises:
        Problem: ``wrong_replica``.
    """
    replica = _replica_for(accounts, session, fork_of, adopt)
    accounts.put_session(replace(session, replica=replica))
    return replica


async def admit_device(
    road: Road, device: Device, told: Mapping[str, object], org: str, *, author: str = CORE, purpose: str = "devices"
) -> None:
    """Check that a device is not revoked, and enter it in the organisation's log where it is news. ``told`` is what its
    record is to say beside platform and app; a known device keeps what it has of it, unless a person says so.

    Raises:
        Problem: ``device_revoked``.
    """
    ref = ("device", device.id)
    known = await road.read(lambda snapshot: snapshot.load(org, Need(records={ref})).records.get(ref))
    if known is not None and known.values.get("revoked"):
        raise Problem("device_revoked", extra={"wipe": True, "at_once": bool(known.values.get("wipe_at_once"))})
    values: dict[str, object] = {"platform": device.platform, "app": device.app}
    if known is None or author != CORE:
        values |= told
    if op := _device_op(device.id, values, known, org, to_wire(road.clock())):
        await road.submit(author, purpose, org, [op], writes=_WRITES)


def _device_op(device: str, values: Mapping[str, object], known: Stored | None, org: str, at: str) -> Op | None:
    if known is None:
        # Derived: two log-ins at once make one record.
        return Op(
            n=0,
            op=derive("device", device, ms=0),
            site=org,
            entity="device",
            record=device,
            kind="create",
            at=at,
            set={name: value for name, value in values.items() if value},
        )
    news = {name: value for name, value in values.items() if value and known.values.get(name) != value}
    if not news or known.deleted:
        return None
    return Op(
        n=0,
        op=uuid7(to_ms(from_wire(at)), secrets.token_bytes(10)),
        site=org,
        entity="device",
        record=device,
        kind="update",
        at=at,
        set=news,
        was={name: known.values.get(name) for name in news},
        base=known.seq,
    )


def _replica_for(accounts: Accounts, session: Session, fork_of: str | None, adopt: str | None) -> str:
    """Return the replica of this user on this device: a new one for a fork, the same one otherwise."""
    known = accounts.replica(fork_of or adopt or "")
    if known is not None and known.user != session.user:
        raise Problem("wrong_replica")
    if adopt is not None and fork_of is None:
        replica = adopt
        if known is not None:
            return replica
        if time_of(replica) == 0:  # derived: a replica on the server, which imports and jobs write by
            raise Problem("wrong_replica")
    elif fork_of is None and (mine := accounts.replicas(session.user, session.device)):
        return mine[-1].id
    else:
        replica = uuid7(session.issued_ms, secrets.token_bytes(10))
    parent, synced = (known.id, known.synced_ms) if known else (None, 0)
    accounts.put_replica(
        Replica(id=replica, user=session.user, device=session.device, fork_of=parent, synced_ms=synced)
    )
    return replica
