"""What a memory store holds, and how it is found again."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice

from wuye.sync.inventory import Blob, Upload
from wuye.sync.rows import (
    Carried,
    Event,
    FeedRow,
    Head,
    HeldOp,
    Installation,
    LedgerRow,
    LogHead,
    Ref,
    ReplicaState,
    Stored,
)

Place = tuple[str, str, str, str, str, str]
"""(site, entity, record, field, hash, author) of a reference to an attachment."""

NOBODY = Installation(org="", epoch="", secret=b"")


class State:
    """All that the installation holds."""

    def __init__(self) -> None:
        self.installation = NOBODY
        self.sites: dict[str, Site] = {}
        self.heads: dict[str, Head] = {}
        self.replicas: dict[str, ReplicaState] = {}
        self.acked: dict[str, dict[str, LogHead]] = {}
        self.bucket_sets: dict[str, tuple[str, ...]] = {}
        self.events: list[Event] = []
        self.last_event = 0
        self.blobs: dict[str, Blob] = {}
        self.uploads: dict[tuple[str, str], Upload] = {}
        self.blob_refs: dict[Place, int] = {}


class Site:
    """One site's part. ``order`` and ``index`` are caches, dropped when a unit fails, built when asked for."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Stored]] = {}
        self.feed: dict[str, dict[Ref, FeedRow]] = {}
        self.ledger: list[LedgerRow] = []
        self.ops: dict[str, tuple[LedgerRow, ...]] = {}
        self.history: dict[Ref, list[LedgerRow]] = {}
        self.carried: dict[tuple[str, str], Carried] = {}
        self.held: dict[tuple[str, str], HeldOp] = {}
        self.numbers: dict[str, int] = {}
        self.balances: dict[tuple[str, str], int] = {}
        self.order: dict[str, list[tuple[int, Ref]]] = {}
        self.index: dict[str, dict[str, dict[str, set[str]]]] = {}
        self.marks: dict[str, tuple[int, int]] = {}


def rows_of(own: Site, bucket: str, position: int, upto: int, marks: bool) -> Iterable[FeedRow]:
    """Yield the rows of a bucket behind a position, by seq."""
    live = own.feed.get(bucket)
    if not live:
        return
    order = own.order.get(bucket)
    if order is None or len(order) > 2 * len(live) + 64:
        order = own.order[bucket] = sorted((row.seq, ref) for ref, row in live.items())
    for seq, ref in islice(order, bisect_right(order, position, key=lambda entry: entry[0]), None):
        if seq > upto:
            return
        row = live.get(ref)
        if row is not None and row.seq == seq and (marks or row.body is not None):
            yield row


def index_of(own: Site, entity: str, field: str) -> dict[str, set[str]]:
    """Return value → ids of the live records whose field has it."""
    fields = own.index.setdefault(entity, {})
    if field not in fields:
        fields[field] = {}
        for stored in own.records.get(entity, {}).values():
            for key in keys_of(stored, field):
                fields[field].setdefault(key, set()).add(stored.id)
    return fields[field]


def keys_of(stored: Stored, field: str) -> list[str]:
    """Return the values under which a record is found by a field."""
    value = stored.values.get(field)
    if isinstance(value, list):
        return [key for key in value if isinstance(key, str)]
    return [str(value)] if isinstance(value, (str, int)) and not isinstance(value, bool) else []
