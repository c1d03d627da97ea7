"""What must be true at every step: of every answer of the server, of every database of a client."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from wuye.kernel.clock import to_ms, to_wire
from wuye.protocol.wire import FeedChange, SyncRequest
from wuye.sync.answer import Principal
from wuye.sync.cursor import site_key, unseal
from wuye.sync.rows import FeedRow, LedgerRow, Need
from wuye_client.protocol import DECIDED

from .office import LOG
from .oracle import Truth
from .points import registry
from .server import SECRET, Exchange
from .stores import heads, ledger
from .tablet import Tablet
from .town import ORG, SITES

if TYPE_CHECKING:
    from .world import World


class Watch:
    """Looks over the shoulders of server and tablets."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._seqs: dict[Tablet, dict[tuple[object, ...], int]] = {}
        self._open: dict[Tablet, set[str]] = {}
        self._read: dict[str, int] = dict.fromkeys(SITES, 0)
        self._issued: dict[tuple[str, str], int] = {}
        self._shown: dict[str, int] = {}
        self._dead: dict[tuple[str, str], str] = {}
        self._exchanges = 0
        self.mismatches = 0
        self.checked = 0

    def stepped(self) -> None:
        """Look at the tablets after a step: a record's seq never goes back (protocol §3.5), no op is forgotten whose
        end its author has not heard (§3.1)."""
        for tablet in self._world.tablets:
            seqs = tablet.seqs()
            for key, seq in self._seqs.get(tablet, {}).items():
                assert seqs.get(key, seq) >= seq, f"{tablet.name}: {key} went back from {seq} to {seqs[key]}"
            self._seqs[tablet] = seqs
            states = tablet.states()
            for op in self._open.get(tablet, set()) - states.keys() if not tablet.erased else ():
                assert self._decided(tablet.post.id, op), f"{tablet.name} has forgotten {op}, which still waits"
            self._open[tablet] = {op for op, state in states.items() if state not in DECIDED}

    def _decided(self, user: str, op: str) -> bool:
        rows = [self._world.store.read(lambda s, site=site: s.load(site, Need(ops={op})).ops) for site in SITES]
        return any((user, op) in known and known[user, op].status in DECIDED for known in rows)

    def exchanged(self, exchange: Exchange) -> None:
        """Look at an answer before it leaves."""
        self._exchanges += 1
        assert self._exchanges < 10_000, "somebody asks for ever"
        self.mismatches += len(exchange.answer.mismatches)
        self.checked += len(exchange.request.have)
        if exchange.answer.response.cursor is not UNSET:
            truth = Truth(self._world.store, exchange.now)
            self._only_what_he_may_see(exchange, truth)
            self._no_seq_is_split(exchange)
            self._judged_by_rights_then_or_now(truth)
        self._note_cursor(exchange)

    def _only_what_he_may_see(self, exchange: Exchange, truth: Truth) -> None:
        mine = truth.buckets(exchange.principal.user)
        for change in exchange.answer.response.changes:
            assert change.b in mine, f"{exchange.principal.user} got a change of {change.b}"
            if change.d is not UNSET and change.d is not None:
                places = truth.places((change.b[:36], change.e, change.r))
                assert change.b in places, f"{change.e} {change.r} came by {change.b}, lies in {places}"

    def _no_seq_is_split(self, exchange: Exchange) -> None:
        """Protocol §3.5: never across pages, neither the news of all read buckets nor a first sync."""
        changes = exchange.answer.response.changes
        read = self._fully_read(exchange)
        sent = {(c.b, c.e, c.r): c.s for c in changes}
        largest = 0
        for site, seq in dict.fromkeys((change.b[:36], change.s) for change in changes):
            here = [c for c in changes if c.b[:36] == site and c.s == seq]
            news = any(c.b in read for c in here)
            buckets = {c.b for c in here} | ({name for name in read if name[:36] == site} if news else set())
            rows = self._rows(site, buckets, seq)
            largest = max(largest, len(rows))
            for row in rows:
                if row.body is None and row.bucket not in read:
                    continue  # a first sync needs no marks
                assert sent.get((row.bucket, row.entity, row.record)) == seq, f"seq {seq} was split: {row}"
        limit = min(exchange.request.limit, self._world.server.page)
        assert len(changes) <= limit + 2 * largest, f"{len(changes)} changes on a page of {limit}"
        assert self._in_order(changes, read), "changes out of order"

    def _in_order(self, changes: list[FeedChange], read: set[str]) -> bool:
        for group in (lambda c: c.b in read, lambda c: c.b not in read):
            last: dict[str, int] = {}
            for change in filter(group, changes):
                key = change.b[:36] if change.b in read else change.b
                if change.s < last.get(key, 0):
                    return False
                last[key] = change.s
        return True

    def _fully_read(self, exchange: Exchange) -> set[str]:
        """Return the buckets whose news the request asked for: those that its cursor names as read, less resets."""
        epoch = exchange.answer.response.epoch
        cursor = unseal(exchange.request.cursor, SECRET, epoch, exchange.principal.replica)
        if cursor is None:
            return set()
        names: set[str] = set()
        for site in SITES:
            if position := cursor.sites.get(site_key(site)):
                digest = cursor.sets[position.held].hex()
                names |= {f"{site}/{name}" for name in self._bucket_set(digest)}
        gone = {*exchange.answer.response.reset, *exchange.answer.response.drop}
        return names - gone

    def _bucket_set(self, digest: str) -> Iterable[str]:
        return self._world.store.read(lambda snapshot: snapshot.bucket_set(digest)) or ()

    def _rows(self, site: str, buckets: set[str], seq: int) -> list[FeedRow]:
        after = dict.fromkeys(sorted(buckets), seq - 1)
        return self._world.store.read(lambda snapshot: snapshot.feed(site, after, seq, 100_000, marks=True))

    def _judged_by_rights_then_or_now(self, truth: Truth) -> None:
        """Protocol §3.5: by present rights, or those that this replica last knew of; ``at`` plays no part."""
        for site in SITES:
            rows = ledger(self._world.store, site, self._read[site])
            last = {row.op: row for row in rows}
            for row in rows:
                self._read[site] = row.pos
                if row.code == "revoked":
                    self._dead[row.user, row.op] = row.received_at
                if site != ORG and row.n and row.replica != LOG and last[row.op] is row:
                    self._judged(row, site, truth)

    def _judged(self, row: LedgerRow, site: str, truth: Truth) -> None:
        if row.received_at != truth.now or not row.kind:
            return
        op = msgspec.json.decode(row.body, type=dict)
        verb = f"act.{op['act']}" if row.kind == "act" else row.kind
        right = f"{row.entity}.{verb}"
        now = truth.grants(row.user)
        if row.status in ("applied", "merged") and row.entity in registry().entities:
            synced = to_wire(datetime.fromtimestamp(self._shown.get(row.replica, 0) / 1000, UTC))
            dead = self._dead.get((row.user, row.op))
            kept = truth.grants_lately(row.user, dead) if dead else truth.grants(row.user, synced)
            assert truth.may(right, site, [*now, *kept]), f"{row.user} had no right to {right} at {site}"
        if (row.status, row.code) == ("held", "unknown_record"):
            assert self._really_unknown(row, op, site, truth), f"{row.op}: {row.user} knows all that it names"
        if (row.status, row.code, row.message) == ("rejected", "forbidden", None):
            assert not truth.may(right, site, now, wide=True), f"{row.user} has the right to {right} at {site}"

    def _really_unknown(self, row: LedgerRow, op: dict[str, Any], site: str, truth: Truth) -> bool:
        """Tell whether a record that an op names is not there, or is not for its author's eyes."""
        named = {(site, row.entity, row.record)} if row.kind != "create" else set()
        for field in registry().entities[row.entity].fields:
            value = op.get("set", {}).get(field.name) if field.ref not in (None, "user", "site") else None
            named |= {(site, str(field.ref), one) for one in (value if isinstance(value, list) else [value]) if one}
        mine = truth.buckets(row.user)
        return any(not truth.places(key) & mine for key in named)

    def arrived(self, principal: Principal, request: SyncRequest) -> None:
        """Note what a replica shows to know, before it is served; what was judged before was judged without that."""
        if [self._read[site] for site in SITES] != [head.pos for head in heads(self._world.store)]:
            self._judged_by_rights_then_or_now(Truth(self._world.store, self._world.now))
        replica = principal.replica
        if replica not in self._shown:  # a forked replica begins with what its parent had shown
            enrolled = self._world.store.read(lambda snapshot: snapshot.replica(replica))
            self._shown[replica] = enrolled.synced_ms if enrolled else 0
        known = self._issued.get((replica, request.cursor or ""), 0)
        self._shown[replica] = max(self._shown[replica], known)

    def _note_cursor(self, exchange: Exchange) -> None:
        """Remember when the last completed sync was that a cursor tells of."""
        response = exchange.answer.response
        if isinstance(response.cursor, str):
            replica = exchange.principal.replica
            before = self._issued.get((replica, exchange.request.cursor or ""), 0)
            synced = before if response.more else to_ms(exchange.now)
            self._issued[replica, response.cursor] = max(synced, self._issued.get((replica, response.cursor), 0))
