"""The one door (protocol §3): what is pushed is judged site by site, then everything is answered from one snapshot.

All of it is written as steps (`wuye.sync.steps`), for blocking and asynchronous stores alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from wuye.kernel.clock import from_wire, to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive
from wuye.model.registry import Registry
from wuye.model.rules import FollowUp
from wuye.protocol.wire import MAX_OPS, VERSION, FeedChange, Op, Result, SyncRequest, SyncResponse
from wuye.sync.cursor import Cursor, empty, seal, unseal
from wuye.sync.directory import ENTITIES, Directory, load_directory
from wuye.sync.incoming import Incoming, decode_ops
from wuye.sync.missing import report_missing
from wuye.sync.ports import Snapshot, Transaction
from wuye.sync.pull import Mismatch, Page, names_known_sets, read_page
from wuye.sync.push import Pushed, Pusher, check_log, home_of, push_site, result_of, rows_of, sweep
from wuye.sync.reactions import op_of_job
from wuye.sync.rows import FeedRow, LogHead, Need, Plan
from wuye.sync.steps import Read, Remember, Steps, Write

T = TypeVar("T")
SUSPECT_MS = 120_000


class Principal(Struct, frozen=True, kw_only=True):
    """Who speaks. ``alive`` False: the token is dead, and only the days of grace let its ops in; ``reads`` False: he is
    told of his ops alone (protocol §5)."""

    user: str
    replica: str
    alive: bool = True
    reads: bool = True


class Answer(Struct, kw_only=True):
    """A response with what its caller should know beside it: ``pokes`` names sites that have news, ``wake`` sites
    whose held ops may be judged now."""

    response: SyncResponse
    pokes: dict[str, int]
    wake: frozenset[str]
    mismatches: list[Mismatch]


class _Admitted(Struct, frozen=True, kw_only=True):
    """A push whose logs fit: the ledger that keeps each, and the answers of those that bring nothing new."""

    pusher: Pusher
    homes: dict[str, str]
    repeated: dict[str, Pushed]


class Door:
    """Holds what is the same for every exchange; no state of its own but the organisation as last read."""

    def __init__(self, registry: Registry, secret: bytes) -> None:
        self.registry = registry
        self.secret = secret
        self._directory: tuple[object, Directory] | None = None
        self._remembered: set[str] = set()

    def directory(self, snapshot: Snapshot) -> Directory:
        """Return the organisation as this snapshot has it."""
        org = snapshot.org()
        stamp = (org, *snapshot.stamp(org, ENTITIES))
        known = self._directory
        if known is None or known[0] != stamp:
            known = (stamp, load_directory(self.registry, snapshot))
            self._directory = known
        return known[1]

    def exchange(
        self,
        principal: Principal,
        request: SyncRequest,
        now: datetime,
        *,
        reset_before: frozenset[str] = frozenset(),
    ) -> Steps[Answer]:
        """Serve one ``POST /sync``. Buckets ``reset_before`` (today) are not reset again for a mismatch.

        Raises:
            Problem: nothing of the request was applied (but sites committed before a log was found forked stay so).
        """
        if request.protocol != VERSION:
            raise Problem("unsupported_protocol", extra={"supported": [VERSION]})
        if request.replica != principal.replica:
            raise Problem("wrong_replica")
        if len(request.ops) > MAX_OPS:
            raise Problem("too_many_ops", extra={"max": MAX_OPS})
        pushed: dict[str, Pushed] = {}
        by_site: dict[str, list[Incoming]] = {}
        judged = False
        if request.ops:
            for incoming in _decode(request, principal, now):
                by_site.setdefault(incoming.site, []).append(incoming)
            admitted = yield Read(lambda snapshot: self._admit(snapshot, principal, request, by_site, now))
            assert isinstance(admitted, _Admitted)
            for site, ops in by_site.items():
                try:
                    pushed[site] = admitted.repeated.get(site) or (yield from self._push(admitted, site, ops, now))
                except Problem as problem:
                    if problem.code != "busy" or (site == [*by_site][-1] and not pushed):
                        raise
            judged = admitted.repeated.keys() != by_site.keys()
        if request.cursor is not None and not judged:
            yield from self._acknowledge(principal, request.cursor, now)
        answer = yield Read(
            lambda snapshot: self._answer(snapshot, principal, request, by_site, pushed, now, reset_before)
        )
        assert isinstance(answer, tuple)
        sets, result = answer
        unknown = {digest: names for digest, names in sets.items() if digest not in self._remembered}
        if unknown:
            yield Remember(unknown)
            self._remembered.update(unknown)
        return result  # type: ignore[no-any-return]

    def submit(
        self,
        user: str,
        replica: str,
        site: str,
        ops: Sequence[Op],
        now: datetime,
        *,
        writes: frozenset[str] | None = None,
    ) -> Steps[Pushed]:
        """Push ops of a server-side replica: imports, REST calls, jobs. Their ``n`` is given here; an op that is
        known already is not applied again. ``writes`` stands for rights where no person acts (``plugin:core``)."""
        return (yield from self._submit(user, replica, site, lambda _: ops, now, writes))

    def follow_up(
        self, plugin: str, job: str, site: str, asked: Sequence[FollowUp], now: datetime, writes: frozenset[str]
    ) -> Steps[Pushed]:
        """Push what a plugin's job asks for, judged against its ``writes``. Ids follow from job and key: what is
        asked for again is not done twice."""

        def ops(tx: Transaction) -> list[Op]:
            facts = tx.load(site, Need(records={(one.entity, one.record) for one in asked if one.record}))
            models = self.directory(tx).models
            return [op_of_job(plugin, job, site, one, facts.records, models, now) for one in asked]

        user = f"plugin:{plugin}"
        return (yield from self._submit(user, server_replica(user, job), site, ops, now, writes))

    def _submit(
        self,
        user: str,
        replica: str,
        site: str,
        make: Callable[[Transaction], Sequence[Op]],
        now: datetime,
        writes: frozenset[str] | None,
    ) -> Steps[Pushed]:
        pusher = Pusher(user=user, replica=replica, synced_ms=to_ms(now), writes=writes)

        def unit(tx: Transaction) -> Pushed:
            every = make(tx)
            known = tx.load(site, Need(ops={op.op for op in every})).ops
            acked = tx.acked(replica).get(site, LogHead())
            new = {op.op: op for op in every if (user, op.op) not in known}
            numbered = [msgspec.structs.replace(op, n=acked.n + i, site=site) for i, op in enumerate(new.values(), 1)]
            results = {op: result_of(site, row.n, row) for (_, op), row in known.items()}
            if not numbered:
                return Pushed(results=[results[op.op] for op in every], home=site, seq=tx.head(site).seq)
            raws = [Raw(msgspec.json.encode(op)) for op in numbered]
            incoming = decode_ops(raws, user=user, replica=replica, offset_ms=0, suspect=False)
            pushed = push_site(tx, self.directory(tx), pusher, site, incoming, now)
            results |= {result.op: result for result in pushed.results}
            return msgspec.structs.replace(pushed, results=[results[op.op] for op in every])

        home = yield Read(lambda snapshot: home_of(self.directory(snapshot), pusher, site, now))
        pushed = yield Write(str(home), self._guarded(unit))
        assert isinstance(pushed, Pushed)
        return pushed

    def sweep(self, site: str, now: datetime, *, retry_rules: bool = False) -> Steps[None]:
        """Judge a site's held ops again where their cause is gone or their days are over."""
        yield Write(site, self._guarded(lambda tx: sweep(tx, self.directory(tx), site, now, retry_rules=retry_rules)))

    def report_missing(self, site: str, before_ms: int, now: datetime) -> Steps[None]:
        """Put before a person which attachments named before a moment have not come (protocol §6)."""
        refs = yield Read(lambda snapshot: snapshot.blobs.missing(site, before_ms))
        assert isinstance(refs, list)
        if refs:
            replicas = {ref.author: server_replica(ref.author, "blobs") for ref in refs}
            yield Write(
                site, self._guarded(lambda tx: report_missing(tx, self.directory(tx), site, refs, replicas, now))
            )

    def _push(self, admitted: "_Admitted", site: str, ops: Sequence[Incoming], now: datetime) -> Steps[Pushed]:
        pusher = admitted.pusher
        unit = self._guarded(lambda tx: push_site(tx, self.directory(tx), pusher, site, ops, now))
        pushed = yield Write(admitted.homes[site], unit)
        assert isinstance(pushed, Pushed)
        return pushed

    def _guarded(self, unit: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
        """Forget the organisation read inside a unit that fails: it was never committed."""

        def guarded(tx: Transaction) -> T:
            try:
                return unit(tx)
            except BaseException:
                self._directory = None
                raise

        return guarded

    def _admit(
        self,
        snapshot: Snapshot,
        principal: Principal,
        request: SyncRequest,
        by_site: Mapping[str, Sequence[Incoming]],
        now: datetime,
    ) -> "_Admitted":
        """Check every log of a push before anything is applied; what is only repeated is answered from here."""
        replica = snapshot.replica(principal.replica)
        cursor = self._unseal(request.cursor, snapshot, principal.replica)
        synced = max(replica.synced_ms if replica else 0, cursor.synced_ms if cursor else 0)
        pusher = Pusher(
            user=principal.user,
            replica=principal.replica,
            synced_ms=synced,
            alive=principal.alive,
            reads=principal.reads,
        )
        directory = self.directory(snapshot)
        admitted = _Admitted(pusher=pusher, homes={}, repeated={})
        for site, ops in by_site.items():
            home = admitted.homes[site] = home_of(directory, pusher, site, now)
            known = check_log(snapshot, principal.user, principal.replica, site, ops)
            rows = [known.get((principal.user, incoming.id)) for incoming in ops]
            held = pusher.reads and any(row and (row.status, row.code) == ("held", "revoked") for row in rows)
            if None not in rows and not held:
                results = [result_of(site, op.n, row) for op, row in zip(ops, rows, strict=True) if row]
                admitted.repeated[site] = Pushed(results=results, home=home, seq=snapshot.head(home).seq)
        return admitted

    def _acknowledge(self, principal: Principal, cursor: str, now: datetime) -> Steps[None]:
        """Note that a replica knows of a right's end, so that an older cursor cannot undo it."""

        def shown(snapshot: Snapshot) -> int:
            known = self._unseal(cursor, snapshot, principal.replica)
            replica = snapshot.replica(principal.replica)
            if known is None or replica is None or known.synced_ms <= replica.synced_ms:
                return 0
            directory = self.directory(snapshot)
            return known.synced_ms if directory.ended_between(principal.user, replica.synced_ms, known.synced_ms) else 0

        synced = yield Read(shown)
        if isinstance(synced, int) and synced:
            org = yield Read(lambda snapshot: snapshot.org())
            replica = principal.replica
            yield Write(
                str(org),
                lambda tx: tx.apply(Plan(site=str(org), head=tx.head(str(org)), synced={replica: synced})),
            )

    def _answer(
        self,
        snapshot: Snapshot,
        principal: Principal,
        request: SyncRequest,
        by_site: Mapping[str, Sequence[Incoming]],
        pushed: Mapping[str, Pushed],
        now: datetime,
        reset_before: frozenset[str],
    ) -> tuple[Mapping[str, tuple[str, ...]], Answer]:
        directory = self.directory(snapshot)
        acked = {site: head.n for site, head in snapshot.acked(principal.replica).items()}
        results = [
            result
            for site, sent in pushed.items()
            for result in _present_results(snapshot, principal.user, site, by_site[site], sent)
        ]
        response = SyncResponse(acked=acked, results=results, epoch=snapshot.epoch(), now=to_wire(now))
        answer = Answer(
            response=response,
            pokes={sent.home: sent.seq for sent in pushed.values()},
            wake=frozenset().union(*(sent.wake for sent in pushed.values())),
            mismatches=[],
        )
        if not (principal.alive and principal.reads):
            return {}, answer
        access = directory.access(principal.user, to_ms(now))
        cursor = self._unseal(request.cursor, snapshot, principal.replica)
        if cursor is not None and not names_known_sets(snapshot, cursor):
            cursor = None
        start = cursor or empty(snapshot.epoch(), principal.replica)
        page = read_page(snapshot, start, access, directory.sites, request.limit, request.have, now, reset_before)
        if request.cursor is not None and cursor is None:
            page.reset = [name for site in access.values() for name in site.buckets]
            page.drop += directory.buckets_lost(principal.user, to_ms(now))
        manifest = directory.manifest_hash(principal.user, to_ms(now))
        answer.response = _with_page(response, page, seal(page.cursor, self.secret), manifest)
        answer.mismatches = page.mismatches
        return page.sets, answer

    def _unseal(self, text: str | None, snapshot: Snapshot, replica: str) -> Cursor | None:
        return unseal(text, self.secret, snapshot.epoch(), replica)


def server_replica(user: str, purpose: str) -> str:
    """Return the id of a user's replica on the server, one a purpose (``rest``, ``import``)."""
    return derive("server-replica", user, purpose, ms=0)


def _decode(request: SyncRequest, principal: Principal, now: datetime) -> list[Incoming]:
    try:
        offset = to_ms(now) - to_ms(from_wire(request.now))
    except (ValueError, OverflowError):
        raise Problem("invalid_request", "now must be a moment with its zone") from None
    return decode_ops(
        request.ops,
        user=principal.user,
        replica=principal.replica,
        offset_ms=offset,
        suspect=abs(offset) > SUSPECT_MS,
    )


def _present_results(snapshot: Snapshot, user: str, site: str, ops: Sequence[Incoming], pushed: Pushed) -> list[Result]:
    """Return the outcomes as this snapshot has them: between the push and now, others may have decided held ops."""
    if snapshot.head(pushed.home).seq == pushed.seq:
        return pushed.results
    rows = rows_of(snapshot, user, site, ops)
    return [result_of(site, incoming.n, rows[user, incoming.id]) for incoming in ops]


def _with_page(response: SyncResponse, page: Page, cursor: str, manifest: str) -> SyncResponse:
    return msgspec.structs.replace(
        response,
        changes=[_change(row) for row in page.rows],
        cursor=cursor,
        more=page.more,
        drop=list(dict.fromkeys(page.drop)),
        reset=page.reset,
        manifest=manifest,
    )


def _change(row: FeedRow) -> FeedChange:
    if row.left:
        return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, x="left")
    if row.body is None:
        return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, d=None)
    return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, h=row.h, d=Raw(row.body))
