"""The one door (protocol §3): what is pushed is judged site by site, then everything is answered (`wuye.sync.answer`).

All of it is written as steps (`wuye.sync.steps`), for blocking and asynchronous stores alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive
from wuye.model.registry import Registry
from wuye.model.rules import FollowUp
from wuye.protocol.wire import MAX_OPS, VERSION, Op, SyncRequest
from wuye.sync.answer import Answer, Principal, answer
from wuye.sync.cursor import unseal
from wuye.sync.directory import ENTITIES, Directory, load_directory
from wuye.sync.incoming import Incoming, decode_ops, ops_of
from wuye.sync.missing import OPEN, SETTLES, about, come_at_last, report_missing
from wuye.sync.ports import Snapshot, Transaction
from wuye.sync.push import Pushed, Pusher, check_log, home_of, push_site, result_of, sweep
from wuye.sync.reactions import op_of_job
from wuye.sync.rows import Find, LogHead, Need, Plan
from wuye.sync.steps import Read, Remember, Steps, Write

T = TypeVar("T")


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
            for incoming in ops_of(request, principal.user, now):
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
        said = yield Read(
            lambda snapshot: answer(
                snapshot,
                self.directory(snapshot),
                self.secret,
                principal,
                request,
                by_site,
                pushed,
                now,
                reset_before,
            )
        )
        assert isinstance(said, Answer)
        unknown = {digest: names for digest, names in said.sets.items() if digest not in self._remembered}
        if unknown:
            yield Remember(unknown)
            self._remembered.update(unknown)
        return said

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
        return (yield from self._follow_up(plugin, job, site, lambda _: asked, now, writes))

    def _follow_up(
        self,
        plugin: str,
        job: str,
        site: str,
        ask: Callable[[Transaction], Sequence[FollowUp]],
        now: datetime,
        writes: frozenset[str],
    ) -> Steps[Pushed]:
        def ops(tx: Transaction) -> list[Op]:
            asked = ask(tx)
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

    def report_missing(self, site: str, now: datetime) -> Steps[None]:
        """Put before a person which attachments have not come within ``blob_days`` (protocol §6), and settle where they
        have come at last."""
        refs = yield Read(lambda snapshot: snapshot.blobs.missing(site, self._overdue_ms(snapshot, now)))
        assert isinstance(refs, list)
        if refs:
            replicas = {ref.author: server_replica(ref.author, "blobs") for ref in refs}
            yield Write(
                site, self._guarded(lambda tx: report_missing(tx, self.directory(tx), site, refs, replicas, now))
            )
        yield from self._settle_missing(site, (OPEN,), now)

    def arrived(self, sha: str, now: datetime) -> Steps[None]:
        """Settle what was said to be missing of records that name an attachment which has just come."""
        namings = yield Read(lambda snapshot: snapshot.blobs.namings([sha]).get(sha, []))
        assert isinstance(namings, list)
        for site in dict.fromkeys(naming.site for naming in namings):
            yield from self._settle_missing(site, [about(one.record) for one in namings if one.site == site], now)

    def _settle_missing(self, site: str, reviews: Sequence[Find], now: datetime) -> Steps[None]:
        def ask(snapshot: Snapshot) -> list[FollowUp]:
            return come_at_last(snapshot, site, self._overdue_ms(snapshot, now), reviews)

        if (yield Read(ask)):
            yield from self._follow_up("core", "blobs", site, ask, now, SETTLES)

    def _overdue_ms(self, snapshot: Snapshot, now: datetime) -> int:
        return to_ms(now) - self.directory(snapshot).days_ms("blob_days", 7)

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
        cursor = unseal(request.cursor, self.secret, snapshot.epoch(), principal.replica)
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
            known = unseal(cursor, self.secret, snapshot.epoch(), principal.replica)
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


def server_replica(user: str, purpose: str) -> str:
    """Return the id of a user's replica on the server, one a purpose (``rest``, ``import``)."""
    return derive("server-replica", user, purpose, ms=0)
