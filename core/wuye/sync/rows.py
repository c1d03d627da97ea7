"""What lies in a store and what a plan writes into it: records, ledger, feed, held ops, the ends of logs.

Every read is set-based: one `Need` a round, never a query an op. One `Plan` is written whole or not at all.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from wuye.sync.inventory import BlobRef

Ref = tuple[str, str]
"""(entity, record id) at the site at hand."""
Decision = Literal["applied", "merged", "rejected", "held"]


class Stored(Struct, frozen=True, kw_only=True):
    """A record as it lies in the store. ``buckets`` are those that its feed rows are in, ``values`` {} when deleted."""

    entity: str
    id: str
    seq: int
    deleted: bool
    values: Mapping[str, object]
    buckets: tuple[str, ...]
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class Head(Struct, frozen=True, kw_only=True):
    """The end of a site's log: last seq, last ledger position, digest of the last ledger row (b"" at the start).

    Deletions and left marks up to ``floor`` are no longer kept (protocol §4).
    """

    seq: int = 0
    pos: int = 0
    digest: bytes = b""
    floor: int = 0


class LogHead(Struct, frozen=True, kw_only=True):
    """The end of a replica's log at a site: highest n processed, and the (corrected) time of that op in ms."""

    n: int = 0
    at_ms: int = 0


class Find(Struct, frozen=True, kw_only=True):
    """Live records of an entity whose field has this value; of a ``refs`` field: contains it."""

    entity: str
    field: str
    value: str


class LedgerRow(Struct, frozen=True, kw_only=True):
    """One entry of the audit trail (protocol §1): an op with its outcome, or a later decision on a held one.

    ``body`` is the op as JSON. ``changes`` is JSON of field → [old, new] as written. ``digest`` chains to the row
    before. ``content`` is the digest of the op itself, which a resent op must repeat. ``at`` is corrected by the
    device's clock offset, in ms.
    """

    site: str
    pos: int
    seq: int
    op: str
    user: str
    replica: str
    n: int
    entity: str
    record: str
    kind: str
    status: str
    code: str | None
    fields: tuple[str, ...]
    message: str | None
    review: str | None
    cause: str | None
    at: str
    at_ms: int
    received_at: str
    clock_suspect: bool
    body: bytes
    changes: bytes
    content: bytes
    digest: bytes


class Touch(Struct, frozen=True, kw_only=True):
    """The applied op that wrote a field last: for merging by time and for showing both sides of a conflict.

    ``received_ms`` is its commit; ``act`` and ``args`` (JSON) tell whether a state was reached by the same act.
    ``before`` is the field's value at the seq asked for, ``moved_ms`` the commit that first changed it after.
    """

    seq: int
    author: str
    at: str
    at_ms: int
    received_ms: int
    act: str | None = None
    args: bytes = b"{}"
    before: object = None
    moved_ms: int = 0


class HeldOp(Struct, frozen=True, kw_only=True):
    """An op that waits (protocol §3.2). ``wait`` says for what: ``plugin:<id>``, ``entity:<name>``,
    ``record:<entity>:<id>``, ``version:<entity>``, ``rule:<name>``, ``user:<id>``, ``token:<id>`` or ``op:<id>``."""

    site: str
    op: str
    user: str
    replica: str
    n: int
    pos: int
    group: str | None
    entity: str
    record: str
    creates: bool
    wait: str
    received_ms: int
    at_ms: int
    clock_suspect: bool
    review: str
    body: bytes


class Need(Struct, kw_only=True):
    """What a round of judging must know."""

    records: set[Ref] = set()
    finds: set[Find] = set()
    ops: set[str] = set()
    touches: dict[Ref, int] = {}
    creates: set[Ref] = set()
    numbers: set[str] = set()
    balances: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        return bool(
            self.records or self.finds or self.ops or self.touches or self.creates or self.numbers or self.balances
        )


class Facts(Struct, kw_only=True):
    """The answer to a `Need`. ``records`` holds what was asked for or found (absent: never existed); ``ops`` the
    newest ledger row by (user, op); ``touches`` field → last writer after the seq asked for (from ledger rows with
    status applied or merged and their ``changes``; the key "" is the newest such row up to that seq); ``creates`` the
    newest status of ledger rows of kind create for the record."""

    records: dict[Ref, Stored] = {}
    found: dict[Find, tuple[str, ...]] = {}
    ops: dict[tuple[str, str], LedgerRow] = {}
    touches: dict[Ref, dict[str, Touch]] = {}
    creates: dict[Ref, str] = {}
    numbers: dict[str, int] = {}
    balances: dict[tuple[str, str], int] = {}


class Carried(Struct, frozen=True, kw_only=True):
    """An (n, op) of a replica whose op was known before under another (protocol §3.1)."""

    replica: str
    n: int
    op: str
    content: bytes


class ReplicaState(Struct, frozen=True, kw_only=True):
    """What the server knows of a replica: whose it is, when (ms) its last completed sync that it told of was."""

    id: str
    user: str
    device: str
    synced_ms: int


class Installation(Struct, frozen=True, kw_only=True):
    """What the whole installation is known by: the organisation's site, the epoch (protocol §3.8), and the secret
    that signs cursors."""

    org: str
    epoch: str
    secret: bytes


class Event(Struct, frozen=True, kw_only=True):
    """An entry of the after-commit outbox; ``number`` rises."""

    number: int
    site: str
    name: str
    body: bytes


class RecordWrite(Struct, frozen=True, kw_only=True):
    """A record to store: typed columns from ``values``, ``body`` and ``h`` for the feed, and the rows that the feed
    loses (``was_in`` at ``was_seq``), gains (``buckets``) and marks as left."""

    entity: str
    id: str
    seq: int
    deleted: bool
    values: Mapping[str, object]
    body: bytes | None
    h: int
    buckets: tuple[str, ...]
    left: tuple[str, ...]
    was_seq: int | None
    was_in: tuple[str, ...]
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class Plan(Struct, kw_only=True):
    """All that one unit of work writes at one site.

    A held op may be released and held again for another cause: ``release`` is carried out before ``hold``.
    ``acked`` is by (site, replica): the log of a site that is not the user's ends in the organisation's ledger.
    ``synced`` raises a replica's ``synced_ms``; ``release`` names held ops as (user, op); ``numbers`` and
    ``balances`` are new totals; ``events`` are (name, JSON) for after the commit. ``named`` are the references to
    attachments that begin, at ``at_ms``, where no record is named shown to nobody; ``unnamed`` end: (record, field,
    hash), and are carried out first.
    """

    site: str
    head: Head
    records: list[RecordWrite] = []
    ledger: list[LedgerRow] = []
    acked: dict[tuple[str, str], LogHead] = {}
    synced: dict[str, int] = {}
    carried: list[Carried] = []
    hold: list[HeldOp] = []
    release: list[tuple[str, str]] = []
    numbers: dict[str, int] = {}
    balances: dict[tuple[str, str], int] = {}
    events: list[tuple[str, bytes]] = []
    at_ms: int = 0
    named: list[BlobRef] = []
    unnamed: list[tuple[Ref, str, str]] = []


class FeedRow(Struct, frozen=True, gc=False):
    """A row of the feed as read for a pull."""

    bucket: str
    seq: int
    entity: str
    record: str
    h: int
    body: bytes | None
    left: bool
