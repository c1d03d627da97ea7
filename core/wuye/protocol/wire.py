"""The wire's shapes, version 1 (protocol §2, §3). No logic.

`VERSION` and the digest of these shapes are pinned together by a test: who changes a shape adds to `HISTORY`.
"""

from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

VERSION = 1
HISTORY = {1: "first version"}

MAX_OPS = 500
MAX_BODY = 1 << 20
MAX_OP = 64 << 10
MAX_NESTING = 64
MAX_GROUP_OPS = 100
MAX_GROUP_BYTES = 512 << 10
MAX_PAGE = 5_000
MAX_SEQ_ROWS = 2_000
MAX_CURSOR = 4 << 10

Kind = Literal["create", "update", "delete", "act"]
Status = Literal["applied", "merged", "rejected", "held"]


class Op(Struct, frozen=True, kw_only=True):
    """One entry of a replica's log at a site (protocol §3.1)."""

    n: int
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
    """A device's room, in bytes."""

    free: int = 0
    persisted: bool = False


class Health(Struct, frozen=True, kw_only=True):
    """How a replica is doing."""

    app: str = ""
    outbox: int = 0
    oldest: str | None = None
    blobs: int = 0
    storage: Storage = Storage()
    app_waiting: bool = False


class SyncRequest(Struct, frozen=True, kw_only=True):
    """Push and pull in one (protocol §3). ``ops`` stay raw: each is decoded on its own."""

    protocol: int
    replica: str
    manifest: str = ""
    cursor: str | None = None
    limit: int = 2000
    now: str = ""
    ops: list[Raw] = []
    have: dict[str, tuple[int, int]] = {}
    health: Health | None = None


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one op (protocol §3.2)."""

    site: str
    n: int
    op: str
    status: Status
    seq: int | None = None
    code: str | None = None
    fields: tuple[str, ...] | None = None
    message: str | None = None
    review: str | None = None


class FeedChange(Struct, frozen=True, kw_only=True):
    """A record as a bucket has it now (protocol §3.5): ``d`` null: deleted; absent with ``x``: it left the bucket."""

    b: str
    s: int
    e: str
    r: str
    h: int | UnsetType = UNSET
    d: Raw | UnsetType | None = UNSET
    x: Literal["left"] | UnsetType = UNSET


class SyncResponse(Struct, frozen=True, kw_only=True):
    """The answer to `SyncRequest`."""

    acked: dict[str, int]
    results: list[Result]
    changes: list[FeedChange] = []
    cursor: str | UnsetType = UNSET
    more: bool = False
    drop: list[str] = []
    reset: list[str] = []
    manifest: str = ""
    epoch: str
    now: str


class Device(Struct, frozen=True, kw_only=True):
    """The device that logs in."""

    id: str
    name: str = ""
    platform: str = ""
    app: str = ""


class LogIn(Struct, frozen=True, kw_only=True):
    """``POST /session``. ``new_password`` answers ``password_expired``."""

    username: str
    password: str
    device: Device
    fork_of: str | None = None
    adopt: str | None = None
    new_password: str | None = None


class LoggedIn(Struct, frozen=True, kw_only=True):
    """The answer to `LogIn`; ``user`` is the user's id."""

    token: str
    replica: str
    user: dict[str, object]
    expires: str
