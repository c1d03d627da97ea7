"""The wire's shapes, version 1 (protocol §2, §3). No logic.

`VERSION` and the digest of these shapes are pinned together by a test: who changes a shape adds to `HISTORY`.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

VERSION = 1
HISTORY = {1: "first version; push tokens, start codes and enrolment came with the tablet"}

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
    ops: list[Annotated[Raw, Meta(extra={"holds": Op})]] = []
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
    d: Annotated[Raw, Meta(extra={"holds": dict[str, object]})] | UnsetType | None = UNSET
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


class Receipt(Struct, frozen=True, kw_only=True):
    """The answer to `SyncRequest` where a token may only push: a dead one (protocol §5), or a `LoggedIn.push_token`."""

    acked: dict[str, int]
    results: list[Result]


class Device(Struct, frozen=True, kw_only=True):
    """The device that logs in."""

    id: str
    name: str = ""
    platform: str = ""
    app: str = ""


class LogIn(Struct, frozen=True, kw_only=True):
    """``POST /session``. ``code`` is a start code in place of the password, ``new_password`` answers
    ``password_expired``; ``fork_of`` asks for a new replica, ``adopt`` for the one that the device holds."""

    username: str
    password: str = ""
    code: str = ""
    device: Device
    fork_of: str | None = None
    adopt: str | None = None
    new_password: str | None = None


class Person(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A user as a log-in tells of him."""

    id: str
    username: str
    name: str = ""
    locale: str = ""


class LoggedIn(Struct, frozen=True, kw_only=True):
    """The answer to `LogIn`. ``push_token`` belongs to the same replica and lets nothing be read: a shared tablet sends
    with it what a user left unsent, while another one is logged in."""

    token: str
    push_token: str
    replica: str
    user: Person
    expires: str


class StartCode(Struct, frozen=True, kw_only=True):
    """The answer to ``POST /users/{user}/start-code``: good once, in place of the password."""

    code: str
    expires: str


class OneTimePassword(Struct, frozen=True, kw_only=True):
    """The answer to ``POST /users/{user}/password``: to be changed at the first log-in."""

    password: str


class Enrolment(Struct, frozen=True, kw_only=True):
    """``POST /enrolments``: prepare a device called ``name`` for people of a site, by their ids."""

    site: str
    name: str
    people: list[str]


class Invited(Struct, frozen=True, kw_only=True):
    """One of the people of an enrolment, and the code by which he begins on the device."""

    user: str
    name: str
    code: str


class Ticket(Struct, frozen=True, kw_only=True):
    """The answer to `Enrolment`; the QR code shows ``url``."""

    ticket: str
    url: str
    expires: str
    people: list[Invited]


class Redemption(Struct, frozen=True, kw_only=True):
    """``POST /enrolments/redeem``, by the device itself."""

    ticket: str
    device: Device


class EnrolledPerson(LoggedIn, frozen=True, kw_only=True):
    """A session opened for one of the people. The device keeps its tokens wrapped by ``code`` until his first log-in
    there, which may be offline; then by the PIN that he picks."""

    code: str


class Enrolled(Struct, frozen=True, kw_only=True):
    """The answer to `Redemption`."""

    device: Device
    people: list[EnrolledPerson]
