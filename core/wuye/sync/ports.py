"""What the sync engine asks of a database: the store port.

The engine is pure and synchronous. A store runs a unit of work against a `Transaction` on a thread of its own; the
memory store of `wuye.testing` runs it in place. What is read and written lies in `wuye.sync.rows`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from wuye.sync.inventory import BlobBook
from wuye.sync.rows import (
    Carried,
    Event,
    Facts,
    FeedRow,
    Head,
    HeldOp,
    Installation,
    LedgerRow,
    LogHead,
    Need,
    Plan,
    Ref,
    ReplicaState,
    Stored,
)

T = TypeVar("T")


class Snapshot(Protocol):
    """Reads of one moment of the database."""

    @property
    def blobs(self) -> BlobBook:
        """What is kept of attachments, in the same transaction; a snapshot only reads it."""
        ...

    def head(self, site: str) -> Head:
        """Return the end of the site's log."""
        ...

    def installation(self) -> Installation:
        """Return the installation's names; all empty before `Store.found`."""
        ...

    def org(self) -> str:
        """Return the id of the organisation's site, or '' before there is one."""
        ...

    def epoch(self) -> str:
        """Return the installation's epoch."""
        ...

    def stamp(self, site: str, names: Sequence[str]) -> tuple[int, int]:
        """Return seq and h of the newest record of some entities, deleted ones included; (0, 0) when there is none."""
        ...

    def entities(self, site: str, names: Sequence[str]) -> list[Stored]:
        """Return all live records of some entities; for the small ones that configure everything."""
        ...

    def replica(self, replica: str) -> ReplicaState | None:
        """Return what is known of a replica."""
        ...

    def acked(self, replica: str) -> dict[str, LogHead]:
        """Return the end of the replica's log at every site where it has one."""
        ...

    def carried(self, site: str, replica: str, ops: Sequence[str]) -> list[Carried]:
        """Return the carried-over ops among these."""
        ...

    def load(self, site: str, need: Need) -> Facts:
        """Look up a whole need."""
        ...

    def held(self, site: str, *, replica: str | None = None) -> list[HeldOp]:
        """Return the ops that wait at a site, in ledger order."""
        ...

    def feed(self, site: str, after: Mapping[str, int], upto: int, limit: int, *, marks: bool) -> list[FeedRow]:
        """Return rows of buckets (name → position) with position < seq ≤ upto by seq, at most ``limit``, but never
        part of a seq: a first seq that is larger comes whole. ``marks`` False leaves out deletions and left marks."""
        ...

    def sums(self, site: str, buckets: Sequence[str], upto: int) -> dict[str, tuple[int, int, int]]:
        """Return count and sum of h mod 2³² of the live rows of each bucket with seq ≤ upto, and the newest seq of
        all its rows (protocol §3.6)."""
        ...

    def ledger(
        self, site: str, *, after: int = 0, limit: int = 1000, ref: Ref | None = None, op: str | None = None
    ) -> list[LedgerRow]:
        """Return ledger rows with position > ``after``, by position; of one record, or of one op, when named."""
        ...

    def events(self, after: int, limit: int) -> list[Event]:
        """Return entries of the after-commit outbox with number > ``after``, by number."""
        ...

    def bucket_set(self, digest: str) -> tuple[str, ...] | None:
        """Return the bucket names that `remember_bucket_set` kept under this digest."""
        ...


class Transaction(Snapshot, Protocol):
    """A unit of work at one site, which holds that site's lock from its start (protocol §3.7)."""

    def apply(self, plan: Plan) -> None:
        """Write a plan."""
        ...

    def purge(self, before: str) -> None:
        """Forget deletions and left marks written before a moment (wire form) and raise the site's floor to them."""
        ...


class Store(Protocol):
    """A database, driven synchronously. Asynchronous drivers wrap it in one thread hop."""

    def write(self, site: str, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work under the site's lock and commit it durably; an exception undoes all of it."""
        ...

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        ...

    def remember_bucket_set(self, digest: str, names: Iterable[str]) -> None:
        """Keep a bucket set under its digest, so that cursors can name it in a few bytes."""
        ...

    def enrol(self, replica: ReplicaState) -> None:
        """Make a replica known; one that is known already stays as it is."""
        ...

    def found(self, installation: Installation) -> None:
        """Name the installation: at its set-up, and with a new epoch after a restore."""
        ...

    def forget_events(self, upto: int) -> None:
        """Drop the events with number ≤ ``upto``, which every consumer has seen."""
        ...
