"""A site's share of a push: repeats answered, the rest judged, all of it written in one plan (protocol §3.1)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.protocol.wire import Result
from wuye.sync.directory import Directory
from wuye.sync.group import Waiting
from wuye.sync.held import Mine, release
from wuye.sync.incoming import Incoming, groups
from wuye.sync.judge import Author
from wuye.sync.layer import Layer
from wuye.sync.ports import Snapshot, Transaction
from wuye.sync.rows import Carried, HeldOp, LedgerRow, LogHead, Need
from wuye.sync.unit import SiteUnit
from wuye.sync.verdict import Verdict


class Pusher(Struct, frozen=True, kw_only=True):
    """Who pushes: ``synced_ms`` is the last completed sync that this replica has shown to know of; ``alive`` False
    when only the days of grace let the token in, ``reads`` False when it came with the push token, which lies in the
    open (protocol §5). ``writes`` replaces rights: the system itself."""

    user: str
    replica: str
    synced_ms: int
    alive: bool = True
    reads: bool = True
    writes: frozenset[str] | None = None


class Pushed(Struct, frozen=True, kw_only=True):
    """What came of a push at one site: the results, the site that keeps the log (``home``) and its seq after it, and
    the sites whose held ops may be judged now."""

    results: list[Result]
    home: str
    seq: int
    wake: frozenset[str] = frozenset()


Known = dict[tuple[str, str], LedgerRow]
"""The newest ledger row by (user, op)."""


def check_log(snapshot: Snapshot, user: str, replica: str, site: str, ops: Sequence[Incoming]) -> Known:
    """Check that a log continues the one known, before anything is applied; return what is known of its old ops.

    Raises:
        Problem: ``log_gap`` with ``site`` and ``expected``, or ``log_forked`` with ``site``.
    """
    last = snapshot.acked(replica).get(site, LogHead()).n
    expected = last + 1
    for incoming in ops:
        if incoming.n > expected:
            raise Problem("log_gap", extra={"site": site, "expected": expected})
        expected = max(expected, incoming.n + 1)
    numbers = [incoming.n for incoming in ops]
    if numbers != sorted(set(numbers)):
        raise Problem("log_forked", "the push names an n twice or out of order", extra={"site": site})
    old = [incoming for incoming in ops if incoming.n <= last]
    return _check_repeats(snapshot, user, replica, site, old) if old else {}


def rows_of(snapshot: Snapshot, user: str, site: str, ops: Iterable[Incoming]) -> Known:
    """Return the newest ledger rows of a log's ops. Those from times when the site was not the user's lie with the
    organisation."""
    ids = {incoming.id for incoming in ops}
    rows = snapshot.load(site, Need(ops=ids)).ops if ids else {}
    org = snapshot.org()
    if site != org and (missing := ids - {op for who, op in rows if who == user}):
        others = snapshot.load(org, Need(ops=missing)).ops
        rows = rows | {key: row for key, row in others.items() if _log_of(row) == site}
    return rows


def _log_of(row: LedgerRow) -> str:
    return msgspec.json.decode(row.body, type=_Site).site


class _Site(Struct):
    """The little of an op that tells its log."""

    site: str


def _check_repeats(snapshot: Snapshot, user: str, replica: str, site: str, old: Sequence[Incoming]) -> Known:
    rows = rows_of(snapshot, user, site, old)
    ids = sorted(incoming.id for incoming in old)
    carried = {
        (row.n, row.op): row.content
        for ledger in dict.fromkeys((site, snapshot.org()))
        for row in snapshot.carried(ledger, replica, ids)
    }
    for incoming in old:
        row = rows.get((user, incoming.id))
        known = carried.get((incoming.n, incoming.id))
        if known is None and row is not None and (row.replica, row.n) == (replica, incoming.n):
            known = row.content
        if known != incoming.content:
            raise Problem("log_forked", extra={"site": site})
    return rows


def author_of(pusher: Pusher, site: str, directory: Directory, now: datetime) -> Author:
    """Return what a pusher may do at a site: by present rights, or those that his replica last knew of."""
    now_ms = to_ms(now)
    return Author(
        user=pusher.user,
        now=directory.access_at(pusher.user, site, now_ms),
        kept=directory.access_kept(pusher.user, site, pusher.synced_ms, now_ms),
        synced_ms=max(pusher.synced_ms, now_ms - directory.days_ms("grace_days", 14)),
        roles=tuple(directory.roles_of(pusher.user, site, now_ms)),
        writes=pusher.writes,
    )


def push_site(
    tx: Transaction, directory: Directory, pusher: Pusher, site: str, ops: Sequence[Incoming], now: datetime
) -> Pushed:
    """Judge a log's ops at a site and write what they do. Ops of a foreign site are kept by the organisation.

    Raises:
        Problem: as `check_log`, when another request of this replica came between.
    """
    home = home_of(directory, pusher, site, now)
    known = check_log(tx, pusher.user, pusher.replica, site, ops)
    acked = tx.acked(pusher.replica).get(site, LogHead())
    known = rows_of(tx, pusher.user, site, (incoming for incoming in ops if incoming.n > acked.n)) | known
    fresh = _fresh(pusher, ops, known, acked)
    unit = SiteUnit(tx, home, directory, now)
    verdicts = _judge(unit, pusher, site, fresh) if fresh else {}
    admitted = _vouched(tx, home, pusher, ops)
    if ops[-1].n > acked.n:
        judged = {incoming.n for incoming in fresh}
        unit.plan.carried = [
            Carried(replica=pusher.replica, n=incoming.n, op=incoming.id, content=incoming.content)
            for incoming in ops
            if incoming.n > acked.n and incoming.n not in judged
        ]
        latest = max((op.at_ms for op in fresh if not op.clock_suspect), default=0)
        unit.plan.acked[site, pusher.replica] = LogHead(n=ops[-1].n, at_ms=max(latest, acked.at_ms))
        unit.plan.synced[pusher.replica] = pusher.synced_ms
        tx.apply(unit.finish())
    if fresh or admitted:
        admitted |= _admitted(fresh, verdicts, unit.layer)
        decided = sweep(tx, directory, home, now, admitted=admitted)
        verdicts |= {op: verdict for (user, op), verdict in decided.items() if user == pusher.user}
    results = [
        _result(site, incoming, verdicts[incoming.id])
        if incoming.id in verdicts
        else result_of(site, incoming.n, known[pusher.user, incoming.id])
        for incoming in ops
    ]
    return Pushed(results=results, home=home, seq=tx.head(home).seq, wake=_wake(unit))


def home_of(directory: Directory, pusher: Pusher, site: str, now: datetime) -> str:
    """Return the site whose ledger keeps a log: its own, or the organisation's when the site is not the user's."""
    if pusher.writes is not None:
        return site
    if site not in directory.sites:
        return directory.org
    if not pusher.alive:
        return site
    author = author_of(pusher, site, directory, now)
    return site if author.now.granted or author.kept.granted else directory.org


def sweep(
    tx: Transaction,
    directory: Directory,
    site: str,
    now: datetime,
    *,
    admitted: frozenset[Mine] = frozenset(),
    retry_rules: bool = False,
) -> dict[Mine, Verdict]:
    """Look at a site's held ops again: what they wait for has come, or their days are over. Return the decisions by
    (user, op)."""
    if not tx.held(site):
        return {}
    unit = SiteUnit(tx, site, directory, now)
    release(unit, _held_authors(unit), admitted=admitted, retry_rules=retry_rules)
    if unit.plan.release or unit.plan.hold:
        tx.apply(unit.finish())
    return unit.decided


def _fresh(pusher: Pusher, ops: Sequence[Incoming], known: Known, acked: LogHead) -> list[Incoming]:
    """Return the ops that nobody has judged yet; those whose clock runs backwards in their log are marked."""
    fresh: dict[str, Incoming] = {}
    latest = acked.at_ms
    for incoming in ops:
        if incoming.n > acked.n and (pusher.user, incoming.id) not in known and incoming.id not in fresh:
            falls = incoming.at_ms < latest
            fresh[incoming.id] = msgspec.structs.replace(incoming, falls=True) if falls else incoming
        latest = max(latest, incoming.at_ms)
    return list(fresh.values())


def _judge(unit: SiteUnit, pusher: Pusher, site: str, fresh: Sequence[Incoming]) -> dict[str, Verdict]:
    author = author_of(pusher, unit.site, unit.directory, unit.now)
    barred = "revoked" if not pusher.alive else "forbidden" if unit.site != site else None
    central = barred is None and not pusher.reads
    unit.prefetch(fresh)
    waiting = Waiting()
    for held in unit.tx.held(unit.site, replica=pusher.replica):
        waiting.note((held.entity, held.record), held.op, creates=held.creates)
    verdicts: dict[str, Verdict] = {}
    for group in groups(fresh):
        unheard = central and any(_gives_rights(incoming, unit.directory) for incoming in group)
        judged = unit.run(group, author, waiting, barred="push_only" if unheard else barred)
        verdicts.update(zip((incoming.id for incoming in group), judged, strict=True))
    return verdicts


def _gives_rights(incoming: Incoming, directory: Directory) -> bool:
    """Tell whether an op touches what decides on people and their rights, or on held work: not for a push token."""
    model = directory.models.get(incoming.op.entity) if incoming.op else None
    return model is not None and (model.entity.central or model.entity.name == "review")


def _vouched(tx: Transaction, home: str, pusher: Pusher, ops: Sequence[Incoming]) -> frozenset[Mine]:
    """Return the held ops of a push token that their user now sends again with his full token: the very same ops."""
    if not (pusher.alive and pusher.reads):
        return frozenset()
    again = {incoming.id for incoming in ops}
    held = tx.held(home, replica=pusher.replica)
    return frozenset((one.user, one.op) for one in held if one.op in again and one.wait.startswith("token:"))


def _held_authors(unit: SiteUnit) -> Callable[[HeldOp], Author]:
    def author(held: HeldOp) -> Author:
        replica = unit.tx.replica(held.replica)
        synced = replica.synced_ms if replica else 0
        pusher = Pusher(user=held.user, replica=held.replica, synced_ms=synced)
        author = author_of(pusher, unit.site, unit.directory, unit.now)
        if held.wait.startswith("user:"):  # a dead token tells of no sync
            kept = unit.directory.access_lately(held.user, unit.site, held.received_ms)
            author = msgspec.structs.replace(author, kept=kept)
        return author

    return author


def _admitted(fresh: Sequence[Incoming], verdicts: Mapping[str, Verdict], layer: Layer) -> frozenset[Mine]:
    """Return the ops that supervisors have let in: held because of the token that brought them (protocol §5)."""
    named: set[Mine] = set()
    for incoming in fresh:
        op = incoming.op
        if op and (op.entity, op.act) == ("review", "admit") and verdicts[incoming.id].status == "applied":
            ops, item = op.args.get("ops"), layer.get("review", op.record) or {}
            named |= {(str(item.get("author")), str(id_)) for id_ in (ops if isinstance(ops, list) else ())}
    return frozenset(named)


def _wake(unit: SiteUnit) -> frozenset[str]:
    """Return the sites whose held ops may be judged now, since the organisation changed them."""
    return frozenset(record for entity, record in unit.layer.drafts if entity == "site") - {unit.site}


def _result(site: str, incoming: Incoming, verdict: Verdict) -> Result:
    return Result(
        site=site,
        n=incoming.n,
        op=incoming.id,
        status=verdict.status,
        seq=verdict.seq or None,
        code=verdict.code,
        fields=verdict.fields or None,
        message=verdict.message,
        review=verdict.item,
    )


def result_of(site: str, n: int, row: LedgerRow) -> Result:
    """Return the present outcome of an op from its newest ledger row."""
    return Result(
        site=site,
        n=n,
        op=row.op,
        status=row.status,  # type: ignore[arg-type]
        seq=row.seq or None,
        code=row.code,
        fields=row.fields or None,
        message=row.message,
        review=row.review,
    )
