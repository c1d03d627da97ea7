"""The answer to an exchange, all of it from one snapshot: outcomes, what is new, what is lost (protocol §3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from wuye.kernel.clock import to_ms, to_wire
from wuye.protocol.wire import FeedChange, Result, SyncRequest, SyncResponse
from wuye.sync.cursor import empty, seal, unseal
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming
from wuye.sync.ports import Snapshot
from wuye.sync.pull import Mismatch, names_known_sets, read_page
from wuye.sync.push import Pushed, result_of, rows_of
from wuye.sync.rows import FeedRow


class Principal(Struct, frozen=True, kw_only=True):
    """Who speaks. ``alive`` False: the token is dead, and only the days of grace let its ops in; ``reads`` False: he is
    told of his ops alone (protocol §5)."""

    user: str
    replica: str
    alive: bool = True
    reads: bool = True


class Answer(Struct, kw_only=True):
    """A response with what its caller should know beside it: ``pokes`` names sites that have news, ``wake`` sites
    whose held ops may be judged now, ``sets`` the bucket sets that its cursor names by digest."""

    response: SyncResponse
    pokes: dict[str, int]
    wake: frozenset[str]
    mismatches: list[Mismatch] = []
    sets: Mapping[str, tuple[str, ...]] = {}


def answer(
    snapshot: Snapshot,
    directory: Directory,
    secret: bytes,
    principal: Principal,
    request: SyncRequest,
    by_site: Mapping[str, Sequence[Incoming]],
    pushed: Mapping[str, Pushed],
    now: datetime,
    reset_before: frozenset[str],
) -> Answer:
    """Answer a request whose ops ``by_site`` have been judged as ``pushed`` says. The cursor is signed with ``secret``;
    buckets ``reset_before`` are not reset again for a mismatch."""
    epoch, now_ms = snapshot.epoch(), to_ms(now)
    said = Answer(
        response=SyncResponse(
            acked={site: head.n for site, head in snapshot.acked(principal.replica).items()},
            results=[
                result
                for site, sent in pushed.items()
                for result in _present_results(snapshot, principal.user, site, by_site[site], sent)
            ],
            epoch=epoch,
            now=to_wire(now),
        ),
        pokes={sent.home: sent.seq for sent in pushed.values()},
        wake=frozenset().union(*(sent.wake for sent in pushed.values())),
    )
    if not (principal.alive and principal.reads):
        return said
    access = directory.access(principal.user, now_ms)
    cursor = unseal(request.cursor, secret, epoch, principal.replica)
    if cursor is not None and not names_known_sets(snapshot, cursor):
        cursor = None
    start = cursor or empty(epoch, principal.replica)
    page = read_page(snapshot, start, access, directory.sites, request.limit, request.have, now, reset_before)
    if request.cursor is not None and cursor is None:
        page.reset = [name for site in access.values() for name in site.buckets]
        page.drop += directory.buckets_lost(principal.user, now_ms)
    response = msgspec.structs.replace(
        said.response,
        changes=[_change(row) for row in page.rows],
        cursor=seal(page.cursor, secret),
        more=page.more,
        drop=list(dict.fromkeys(page.drop)),
        reset=page.reset,
        manifest=directory.manifest_hash(principal.user, now_ms),
    )
    return msgspec.structs.replace(said, response=response, mismatches=page.mismatches, sets=page.sets)


def _present_results(snapshot: Snapshot, user: str, site: str, ops: Sequence[Incoming], pushed: Pushed) -> list[Result]:
    """Return the outcomes as this snapshot has them: between the push and now, others may have decided held ops."""
    if snapshot.head(pushed.home).seq == pushed.seq:
        return pushed.results
    rows = rows_of(snapshot, user, site, ops)
    return [result_of(site, incoming.n, rows[user, incoming.id]) for incoming in ops]


def _change(row: FeedRow) -> FeedChange:
    if row.left:
        return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, x="left")
    if row.body is None:
        return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, d=None)
    return FeedChange(b=row.bucket, s=row.seq, e=row.entity, r=row.record, h=row.h, d=Raw(row.body))
