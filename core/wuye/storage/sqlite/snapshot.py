"""Reads of one moment (`wuye.sync.ports.Snapshot`): a connection inside a transaction."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from wuye.storage.history import touches
from wuye.storage.layout import TableLayout
from wuye.storage.sqlite.accounts import Accounts
from wuye.storage.sqlite.blobs import SqliteBlobs
from wuye.storage.sqlite.feed import page, sums
from wuye.storage.sqlite.names import RECORDS_OF_A_SITE, Names
from wuye.storage.sqlite.rows import HELD, LEDGER, META, Row, held_op, ledger_row, packed, values_of
from wuye.sync.rows import (
    Carried,
    Event,
    Facts,
    FeedRow,
    Find,
    Head,
    HeldOp,
    Installation,
    LedgerRow,
    LogHead,
    Need,
    Ref,
    ReplicaState,
    Stored,
)

_NOTHING_YET = Head()
_RECORD = "r.no, r.entity, r.id, r.seq, r.deleted, r.buckets, r.body"
_LEDGER = ", ".join(f'l."{name}"' for name in LEDGER)
_OF_RECORD = "l.record = ?1 ->> 1 AND l.entity = ?1 ->> 0"
_SINCE = """(l.place IN (
    SELECT m.place FROM json_each(?1) want CROSS JOIN wuye_ledger m
    ON m.record = want.value ->> 1 AND m.entity = want.value ->> 0
    WHERE m.seq > want.value ->> 2 OR m.place = (
        SELECT max(n.place) FROM wuye_ledger n
        WHERE n.record = m.record AND n.entity = m.entity AND n.seq <= want.value ->> 2
        AND n.status IN ('applied', 'merged') AND n.place BETWEEN ?2 AND ?3)))"""
"""Ledger rows after a seq, and the newest that changed the record up to it: [[entity, record, seq], …]."""
_CREATING = """(l.kind = 'create' AND l.place IN (
    SELECT m.place FROM json_each(?1) want CROSS JOIN wuye_ledger m
    ON m.record = want.value ->> 1 AND m.entity = want.value ->> 0))"""


class SqliteSnapshot:
    """Reads through one connection; a pool lends it for one unit of work."""

    def __init__(self, connection: sqlite3.Connection, layouts: Mapping[str, TableLayout], names: Names) -> None:
        self.connection = connection
        self._known: dict[Ref, tuple[int, Mapping[str, object] | None]] = {}
        self._layouts = layouts
        self._names = names

    @cached_property
    def accounts(self) -> Accounts:
        """Log-in storage, in the same transaction."""
        return Accounts(self.connection)

    @cached_property
    def blobs(self) -> SqliteBlobs:
        """What is kept of attachments, in the same transaction."""
        return SqliteBlobs(self.connection, self._names)

    def head(self, site: str) -> Head:
        """Return the end of the site's log."""
        row = self.connection.execute("SELECT seq, pos, digest, floor FROM wuye_site WHERE id = ?", (site,)).fetchone()
        return Head(seq=row[0], pos=row[1], digest=row[2], floor=row[3]) if row else _NOTHING_YET

    def installation(self) -> Installation:
        """Return the installation's names and secret."""
        row = self.connection.execute("SELECT org, epoch, secret FROM wuye_installation").fetchone()
        return (
            Installation(org=row[0], epoch=row[1], secret=row[2]) if row else Installation(org="", epoch="", secret=b"")
        )

    def org(self) -> str:
        """Return the id of the organisation's site."""
        return self.installation().org

    def epoch(self) -> str:
        """Return the installation's epoch."""
        return self.installation().epoch

    def stamp(self, site: str, names: Sequence[str]) -> tuple[int, int]:
        """Return seq and h of the newest record of some entities."""
        row = self.connection.execute(
            "SELECT seq, h FROM wuye_newest WHERE site = ? AND entity IN (SELECT value FROM json_each(?))"
            " ORDER BY seq DESC, h DESC LIMIT 1",
            (self._site(site), packed(names)),
        ).fetchone()
        return row or (0, 0)

    def entities(self, site: str, names: Sequence[str]) -> list[Stored]:
        """Return all live records of some entities."""
        rows = self.connection.execute(
            f"SELECT {_RECORD} FROM wuye_record r"
            " WHERE r.site = ? AND r.entity IN (SELECT value FROM json_each(?)) AND NOT r.deleted",
            (self._site(site), packed(names)),
        )
        return [self._stored(row) for row in rows]

    def replica(self, replica: str) -> ReplicaState | None:
        """Return what is known of a replica."""
        row = self.connection.execute(
            "SELECT user, device, synced_ms FROM wuye_replica WHERE id = ?", (replica,)
        ).fetchone()
        return ReplicaState(id=replica, user=row[0], device=row[1], synced_ms=row[2]) if row else None

    def acked(self, replica: str) -> dict[str, LogHead]:
        """Return the end of the replica's log at every site where it has one."""
        rows = self.connection.execute("SELECT site, n, at_ms FROM wuye_acked WHERE replica = ?", (replica,))
        return {site: LogHead(n=n, at_ms=at_ms) for site, n, at_ms in rows}

    def carried(self, site: str, replica: str, ops: Sequence[str]) -> list[Carried]:
        """Return the carried-over ops among these."""
        rows = self.connection.execute(
            "SELECT n, op, content FROM wuye_carried"
            " WHERE site = ? AND replica = ? AND op IN (SELECT value FROM json_each(?))",
            (self._site(site), replica, packed(ops)),
        )
        return [Carried(replica=replica, n=n, op=op, content=content) for n, op, content in rows]

    def load(self, site: str, need: Need) -> Facts:
        """Look up a whole need."""
        facts = Facts()
        if need.records:
            self._load_records(site, need.records, facts)
        if need.finds:
            self._load_finds(site, need.finds, facts)
        if need.ops:
            rows = self._ledger(site, "l.op IN (SELECT value FROM json_each(?1))", packed(sorted(need.ops)))
            facts.ops = {(row.user, row.op): row for row in rows}
        if need.touches or need.creates:
            self._load_history(site, need, facts)
        if need.numbers:
            facts.numbers = dict.fromkeys(need.numbers, 0) | dict(
                self.connection.execute(
                    "SELECT name, value FROM wuye_number WHERE site = ? AND name IN (SELECT value FROM json_each(?))",
                    (self._site(site), packed(sorted(need.numbers))),
                )
            )
        if need.balances:
            self._load_balances(site, need.balances, facts)
        return facts

    def held(self, site: str, *, replica: str | None = None) -> list[HeldOp]:
        """Return the ops that wait at a site, in ledger order."""
        columns = ", ".join(f'"{name}"' for name in HELD)
        rows = self.connection.execute(
            f"SELECT {columns} FROM wuye_held WHERE site = ?1 AND replica = coalesce(?2, replica) ORDER BY pos",
            (self._site(site), replica),
        )
        return [held_op(site, row) for row in rows]

    def feed(self, site: str, after: Mapping[str, int], upto: int, limit: int, *, marks: bool) -> list[FeedRow]:
        """Return the next rows of some buckets, whole seqs only."""
        return page(self.connection, self._names, after, upto, limit, marks=marks)

    def sums(self, site: str, buckets: Sequence[str], upto: int) -> dict[str, tuple[int, int, int]]:
        """Return count, sum of h and newest seq of each bucket."""
        return sums(self.connection, self._names, buckets, upto)

    def ledger(
        self, site: str, *, after: int = 0, limit: int = 1000, ref: Ref | None = None, op: str | None = None
    ) -> list[LedgerRow]:
        """Return ledger rows in order of position."""
        if op is not None:
            rows = self._ledger(site, "l.op = ?1", op, after=after, limit=-1)
            return [row for row in rows if ref in (None, (row.entity, row.record))][:limit]
        if ref is not None:
            return self._ledger(site, _OF_RECORD, packed(ref), after=after, limit=limit)
        return self._ledger(site, "?1 = ''", "", after=after, limit=limit)

    def events(self, after: int, limit: int) -> list[Event]:
        """Return events of the after-commit outbox."""
        rows = self.connection.execute(
            "SELECT number, site, name, body FROM wuye_event WHERE number > ? ORDER BY number LIMIT ?",
            (after, limit),
        )
        return [Event(number=number, site=site, name=name, body=body) for number, site, name, body in rows]

    def bucket_set(self, digest: str) -> tuple[str, ...] | None:
        """Return the bucket names kept under this digest."""
        row = self.connection.execute("SELECT names FROM wuye_bucket_set WHERE digest = ?", (digest,)).fetchone()
        return tuple(row[0].split("\n")) if row and row[0] else (() if row else None)

    def _site(self, site: str) -> int:
        return self._names.site(self.connection, site)

    def _base(self, site: str) -> int:
        return self._site(site) * RECORDS_OF_A_SITE

    def _stored(self, row: Row) -> Stored:
        number, entity, id_, seq, deleted, buckets, body = row
        values = values_of(body)
        self._known[entity, id_] = number, values
        created_at, created_by, updated_at, updated_by = (str(values.pop(name)) for name in META)
        return Stored(
            entity=entity,
            id=id_,
            seq=seq,
            deleted=bool(deleted),
            values=values,
            buckets=self._names.bucket_names(self.connection, buckets),
            created_at=created_at,
            created_by=created_by,
            updated_at=updated_at,
            updated_by=updated_by,
        )

    def _load_records(self, site: str, refs: Iterable[Ref], facts: Facts) -> None:
        by_entity: dict[str, list[str]] = {}
        for entity, id_ in refs:
            by_entity.setdefault(entity, []).append(id_)
        for entity, ids in by_entity.items():
            rows = self.connection.execute(
                f"SELECT {_RECORD} FROM json_each(?) want CROSS JOIN wuye_record r"
                " ON r.site = ? AND r.entity = ? AND r.id = want.value",
                (packed(sorted(ids)), self._site(site), entity),
            )
            facts.records.update(((entity, stored.id), stored) for stored in map(self._stored, rows))

    def _load_finds(self, site: str, finds: Iterable[Find], facts: Facts) -> None:
        by_field: dict[tuple[str, str], list[str]] = {}
        for find in finds:
            by_field.setdefault((find.entity, find.field), []).append(find.value)
            facts.found[find] = ()
        for (entity, field), values in by_field.items():
            found: dict[str, list[str]] = {}
            for value, *row in self._find(site, entity, field, values):
                stored = self._stored(tuple(row))
                facts.records[entity, stored.id] = stored
                found.setdefault(str(value), []).append(stored.id)
            facts.found.update(
                (Find(entity=entity, field=field, value=value), tuple(sorted(ids))) for value, ids in found.items()
            )

    def _find(self, site: str, entity: str, field: str, values: list[str]) -> Iterable[Row]:
        layout = self._layouts.get(entity)
        column = layout.column(field) if layout else None
        if layout is None or column is None:
            return []
        base = self._base(site)
        if field in layout.sets:
            return self.connection.execute(
                f"SELECT k.value, {_RECORD} FROM json_each(?) want CROSS JOIN wuye_link k"
                " ON k.site = ? AND k.entity = ? AND k.field = ? AND k.value = want.value"
                " CROSS JOIN wuye_record r ON r.no = k.record WHERE NOT r.deleted",
                (packed(values), self._site(site), entity, field),
            )
        return self.connection.execute(
            f'SELECT t."{column}", {_RECORD} FROM json_each(?) want CROSS JOIN "{layout.table}" t'
            f' ON t."{column}" = want.value AND t.no BETWEEN ? AND ?'
            " CROSS JOIN wuye_record r ON r.no = t.no WHERE NOT r.deleted",
            (packed(values), base, base + RECORDS_OF_A_SITE - 1),
        )

    def _load_history(self, site: str, need: Need, facts: Facts) -> None:
        rows = self._ledger(site, _SINCE, packed([(*ref, since) for ref, since in need.touches.items()]))
        history: dict[Ref, list[LedgerRow]] = {}
        for row in rows:
            history.setdefault((row.entity, row.record), []).append(row)
        for ref, since in need.touches.items():
            facts.touches[ref] = touches(history.get(ref, ()), since)
        rows = self._ledger(site, _CREATING, packed(sorted(need.creates)))
        facts.creates = {(row.entity, row.record): row.status for row in rows}

    def _load_balances(self, site: str, accounts: set[tuple[str, str]], facts: Facts) -> None:
        facts.balances = dict.fromkeys(accounts, 0)
        rows = self.connection.execute(
            "SELECT entity, owner, value FROM wuye_balance"
            " WHERE site = ? AND owner IN (SELECT value FROM json_each(?))",
            (self._site(site), packed(sorted({owner for _, owner in accounts}))),
        )
        for entity, owner, value in rows:
            if (entity, owner) in facts.balances:
                facts.balances[entity, owner] = value

    def _ledger(self, site: str, condition: str, given: str, *, after: int = 0, limit: int = -1) -> list[LedgerRow]:
        """Run a look-up; its condition knows ``given`` as ?1, the site's first and last place as ?2 and ?3."""
        base = self._base(site)
        rows = self.connection.execute(
            f"SELECT {_LEDGER} FROM wuye_ledger l WHERE {condition} AND l.place BETWEEN ?2 AND ?3"
            " AND l.place > ?4 ORDER BY l.place LIMIT ?5",
            (given, base + 1, base + RECORDS_OF_A_SITE - 1, base + after, limit),
        )
        return [ledger_row(site, base, row) for row in rows]
