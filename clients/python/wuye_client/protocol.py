"""The wire's shapes as a client reads and writes them (protocol §2, §3). Unknown keys are ignored."""

from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

VERSION = 1
MAX_OPS = 500
MAX_PUSH_BYTES = 1 << 20
MAX_OP_BYTES = 64 << 10
MAX_GROUP_OPS = 100
MAX_GROUP_BYTES = 512 << 10
PAGE = 2_000
KEEP_DAYS = 14

Kind = Literal["create", "update", "delete", "act"]
DECIDED = ("applied", "merged", "rejected")


class Op(Struct, kw_only=True, omit_defaults=True):
    """An op without its ``n``, which the log gives it and a fork may change (protocol §3.1)."""

    op: str
    site: str
    entity: str
    record: str
    kind: Kind
    at: str
    v: int = 1
    group: str | None = None
    set: dict[str, object] = {}
    was: dict[str, object] = {}
    act: str | None = None
    args: dict[str, object] = {}
    base: int = 0


class Storage(Struct, frozen=True, kw_only=True):
    """Room on the device in bytes, and whether the platform promises to keep the data."""

    free: int = 0
    persisted: bool = True


class Health(Struct, frozen=True, kw_only=True):
    """How the replica is doing, for the people who look after the devices."""

    app: str
    outbox: int = 0
    oldest: str | None = None
    blobs: int = 0
    storage: Storage = Storage()
    app_waiting: bool = False


class SyncRequest(Struct, frozen=True, kw_only=True):
    """Push and pull in one round trip (protocol §3)."""

    protocol: int = VERSION
    manifest: str
    replica: str
    cursor: str | None
    limit: int
    now: str
    ops: list[Raw]
    have: dict[str, tuple[int, int]] | UnsetType = UNSET
    health: Health | UnsetType = UNSET


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one op (protocol §3.2)."""

    site: str
    n: int
    op: str
    status: str
    seq: int | None = None
    code: str | None = None
    fields: list[str] | None = None
    message: str | None = None
    review: str | None = None


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """A record as one bucket has it now (protocol §3.5); ``d`` is kept as the bytes that came, empty when absent."""

    b: str
    s: int
    e: str
    r: str
    h: int | None = None
    d: Raw = Raw(b"")
    x: str | None = None


class SyncResponse(Struct, frozen=True, kw_only=True):
    """The answer to a `SyncRequest`; without ``cursor`` it tells of ops only (protocol §5)."""

    acked: dict[str, int] = {}
    results: list[Result] = []
    changes: list[Change] = []
    cursor: str | UnsetType | None = UNSET
    more: bool = False
    drop: list[str] = []
    reset: list[str] = []
    manifest: str = ""
    epoch: str = ""
    now: str = ""


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457) with our stable code."""

    status: int = 0
    code: str = ""
    title: str = ""
    detail: str = ""
    site: str = ""
    expected: int = 0
    offset: int = 0
    wipe: bool = False
    at_once: bool = False


class DeviceInfo(Struct, frozen=True, kw_only=True):
    """The device that logs in."""

    id: str
    name: str
    platform: str
    app: str


class LogIn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``POST /session``. ``code`` is a start code in place of the password; ``adopt`` the replica id of this database,
    ``fork_of`` the one that it must give up."""

    username: str
    password: str = ""
    code: str = ""
    device: DeviceInfo
    fork_of: str | None = None
    adopt: str | None = None
    new_password: str | None = None


class LoggedIn(Struct, frozen=True, kw_only=True):
    """The answer to `LogIn`."""

    token: str
    replica: str
    user: dict[str, object] | str
    expires: str = ""

    @property
    def user_id(self) -> str:
        """Return the user's id."""
        return self.user if isinstance(self.user, str) else str(self.user.get("id", ""))
