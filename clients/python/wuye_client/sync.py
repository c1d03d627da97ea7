"""The sync engine: what to ask the server, and what to do with its answer (protocol §3). No network, no clock.

    asked = prepare(store, now)                  one transaction: ops noted as sent
    …the answer to asked.body comes, late, twice or never…
    taken = absorb(store, asked, answer, now)    one transaction: rows, cursor, results together
    step = absorb_problem(store, asked, problem) the answer was no 200

A crash between any two lines loses nothing: what was sent is sent again, what was answered is answered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import msgspec

from wuye_client import blobs, outbox
from wuye_client.clock import from_wire, to_ms, to_wire
from wuye_client.errors import LoginRequired, NotReady
from wuye_client.protocol import (
    DECIDED,
    KEEP_DAYS,
    PAGE,
    Health,
    Problem,
    Result,
    Storage,
    SyncRequest,
    SyncResponse,
)
from wuye_client.store import Store

APP = "wuye-client 0.1.0"
_DAY_MS = 86_400_000
_NO_STORAGE = Storage()
_LATER = (429, 502, 503, 504)
_MAX_SHRINK = 9  # 500 ops halved nine times is one


@dataclass(frozen=True)
class Asked:
    """A request under way. ``turn`` counts requests of this database: an answer older than one absorbed is void."""

    request: SyncRequest
    turn: int
    ops: tuple[str, ...]
    ops_only: bool = False

    @property
    def body(self) -> bytes:
        """The request as JSON."""
        return msgspec.json.encode(self.request)


@dataclass(frozen=True)
class Taken:
    """What came of an answer. ``fresh`` False: it was too late and changed nothing. ``fork``: another database bears
    our replica's name. ``more``: ask again at once. ``decided`` are held ops whose end a review item tells. ``offset``
    is server time minus ours, in ms."""

    fresh: bool
    more: bool = False
    fork: bool = False
    rewound: bool = False
    results: Sequence[Result] = ()
    decided: Sequence[Result] = ()
    changes: int = 0
    dropped: Sequence[str] = ()
    reset: Sequence[str] = ()
    manifest: str = ""
    offset: int = 0


class Step(Enum):
    """What to do after a problem."""

    AGAIN = "ask again"
    FORK = "get a new replica id"
    LOGIN = "ask the user to log in again"
    WIPE = "offer the outbox, then erase"
    WAIT = "come back later"
    STOP = "tell the user"


class _Outcome(msgspec.Struct):
    """The little of a review record's row that an op's author waits for."""

    op: str = ""
    status: str = ""
    code: str | None = None
    message: str | None = None


class _Review(msgspec.Struct):
    """The little of a review record that an op's author waits for."""

    items: list[_Outcome] = []


def prepare(
    store: Store, now: datetime, *, limit: int = PAGE, storage: Storage = _NO_STORAGE, ops_only: bool = False
) -> Asked:
    """Return the next request; ops in it are noted as sent before it is (protocol §3.1).

    ``ops_only`` is what a dead token may still ask (protocol §5).

    Raises:
        NotReady: nobody has logged in yet.
        LoginRequired: the database was found to be a clone and needs a new replica id first.
    """
    with store.writing():
        replica = store.meta("replica")
        if replica is None:
            raise NotReady
        if store.meta_int("fork"):
            raise LoginRequired(fork=True)
        turn = store.meta_int("turn") + 1
        count, oldest = outbox.measure(store)
        store.set_meta(turn=turn, **({} if count else {"shrink": None}))
        ask_held = not count and bool(store.meta_int("whole"))
        push = outbox.choose_push(store, replica, turn, store.meta_int("shrink"), ask_held=ask_held)
        health = Health(app=APP, outbox=count, oldest=_moment(oldest), blobs=blobs.waiting(store), storage=storage)
        have = store.have() if not (ops_only or push.ops) and _have_is_due(store, now) else {}
        request = SyncRequest(
            manifest=store.meta("manifest_hash") or "",
            replica=replica,
            cursor=None if ops_only else store.meta("cursor"),
            limit=limit,
            now=to_wire(now),
            ops=push.ops,
            have=have or msgspec.UNSET,
            health=msgspec.UNSET if ops_only else health,
        )
    return Asked(request, turn, push.ids, ops_only)


def _moment(ms: int | None) -> str | None:
    return to_wire(datetime.fromtimestamp(ms / 1000, UTC)) if ms is not None else None


def _have_is_due(store: Store, now: datetime) -> bool:
    """Daily and after a reset (protocol §3.6). Never while buckets are being read, nor beside ops: those make news,
    and the server compares no bucket that has news."""
    return bool(store.meta_int("whole")) and to_ms(now) - store.meta_int("have_at") >= _DAY_MS


def absorb(store: Store, asked: Asked, answer: SyncResponse | bytes, now: datetime) -> Taken:
    """Take an answer in: everything of it or, when it is too late, nothing (protocol §3.5).

    Raises:
        msgspec.DecodeError: the body is no answer.
    """
    said = msgspec.json.decode(answer, type=SyncResponse) if isinstance(answer, bytes) else answer
    replica = asked.request.replica
    ops_only = asked.ops_only or said.cursor is msgspec.UNSET
    with store.writing():
        stale = (
            store.meta("replica") != replica
            or store.meta_int("fork")
            or asked.turn <= store.meta_int("taken")
            or (asked.request.cursor != store.meta("cursor") and not ops_only)
        )
        if stale:
            return Taken(fresh=False, more=True)
        epoch = store.meta("epoch")
        if said.epoch and epoch and said.epoch != epoch:
            return _begin_epoch(store, asked, said)
        if outbox.is_ahead(store, replica, said.acked):
            store.set_meta(fork=1)
            return Taken(fresh=True, fork=True)
        offset = _offset(asked, said)
        store.set_meta(taken=asked.turn, epoch=said.epoch or epoch, offset=offset)
        waiting = outbox.held(store)
        results = [result for result in said.results if result.status != "held" or result.op not in waiting]
        outbox.settle(store, said.results, to_ms(now))
        outbox.note_acked(store, replica, said.acked)
        if ops_only or isinstance(said.cursor, msgspec.UnsetType):
            decided = _hear_decisions(store, to_ms(now))
            return Taken(fresh=True, results=results, decided=decided, manifest=said.manifest, offset=offset)
        _take_rows(store, said)
        decided = _hear_decisions(store, to_ms(now))
        # A bucket that this very answer resets is complete at the earliest with the next one.
        more = said.more or bool(said.reset)
        store.set_meta(cursor=said.cursor, whole=0 if more else 1, heard=to_ms(now))
        if asked.request.have is not msgspec.UNSET:
            store.set_meta(have_at=to_ms(now))
        if not more:
            _finish(store, to_ms(now))
    return Taken(
        fresh=True,
        more=more,
        results=results,
        decided=decided,
        changes=len(said.changes),
        dropped=said.drop,
        reset=said.reset,
        manifest=said.manifest,
        offset=offset,
    )


def _take_rows(store: Store, said: SyncResponse) -> None:
    if said.drop:
        store.drop(said.drop)
        # Not before everything is read: what was decided a moment ago may come by another bucket yet.
        sites = {bucket[:36] for bucket in said.drop} | set((store.meta("dropped") or "").split())
        store.set_meta(dropped=" ".join(sorted(sites)))
    if said.reset:
        store.reset(said.reset)
    if said.changes:
        store.take(said.changes)


def _finish(store: Store, now: int) -> None:
    """Everything that there is has been read."""
    if store.complete():
        store.set_meta(have_at=0)
    outbox.uncover(store)
    dropped = (store.meta("dropped") or "").split()
    for site in dropped:
        outbox.forget_unheld(store, site)
    store.set_meta(dropped=None)
    tidying = now - store.meta_int("tidied") >= _DAY_MS
    if dropped or tidying:
        blobs.forget_unread(store)
    if tidying:
        keep_days = store.meta_int("keep_days", KEEP_DAYS)
        outbox.forget_old(store, now, keep_days)
        blobs.forget_old(store, now, keep_days)
        store.set_meta(tidied=now)


def _hear_decisions(store: Store, now: int) -> Sequence[Result]:
    """Return what has been decided meanwhile: held ops are decided through their review item (protocol §3.2), which
    may have come before the word that they are held."""
    decided = [
        Result(site=site, n=0, op=op, status=item.status, review=review, code=item.code, message=item.message)
        for op, site, review, body in outbox.held_with_reviews(store)
        for item in msgspec.json.decode(body, type=_Review).items
        if item.op == op and item.status in DECIDED
    ]
    outbox.settle(store, decided, now)
    return decided


def _offset(asked: Asked, said: SyncResponse) -> int:
    if not said.now:
        return 0
    return to_ms(from_wire(said.now)) - to_ms(from_wire(asked.request.now))


def _begin_epoch(store: Store, asked: Asked, said: SyncResponse) -> Taken:
    """The server was restored from a backup: give it again what it forgot, read everything anew (protocol §3.8)."""
    store.reset(store.buckets())
    outbox.rewind(store, asked.request.replica, said.acked)
    blobs.rewind(store)
    store.set_meta(taken=asked.turn, epoch=said.epoch, cursor=None, whole=0)
    return Taken(fresh=True, more=True, rewound=True, manifest=said.manifest)


def absorb_problem(store: Store, asked: Asked, problem: Problem) -> Step:
    """Take in that the server refused a request, and tell what to do next (protocol §3.1, §5)."""
    if problem.code == "log_gap" and outbox.mend(store, asked.request.replica, problem.site, problem.expected):
        return Step.AGAIN
    if problem.code in ("log_gap", "log_forked"):
        return _fork(store, asked)
    if problem.status == 413 and len(asked.ops) > 1 and (shrink := store.meta_int("shrink")) < _MAX_SHRINK:
        store.set_meta(shrink=shrink + 1)
        return Step.AGAIN
    if problem.code == "device_revoked" and problem.wipe:
        return Step.WIPE
    return Step.LOGIN if problem.status == 401 else Step.WAIT if problem.status in _LATER else Step.STOP


def _fork(store: Store, asked: Asked) -> Step:
    with store.writing():
        if store.meta("replica") == asked.request.replica:
            store.set_meta(fork=1)
    return Step.FORK


def fork(store: Store, replica: str) -> None:
    """Go on under a new replica id with new logs; unsent ops come along under their old ``op`` (protocol §3.1)."""
    with store.writing():
        old = store.meta("replica")
        if old is not None:
            outbox.carry_over(store, old, replica)
        store.set_meta(replica=replica, fork=None, shrink=None)
