"""Writes of one unit of work (`wuye.sync.ports.Transaction`): a plan becomes a few set-based statements."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from wuye.storage.layout import KEY_COLUMNS, TableLayout
from wuye.storage.sqlite.feed import DELETED, LEFT, LIVE
from wuye.storage.sqlite.names import RECORDS_OF_A_SITE, Names
from wuye.storage.sqlite.rows import HELD, LEDGER, body_of_deleted, held_values, ledger_values, packed
from wuye.storage.sqlite.snapshot import SqliteSnapshot
from wuye.storage.sqlite.sql import Row, insert_rows, quoted
from wuye.sync.rows import Installation, Plan, RecordWrite, ReplicaState

_FIXED = ("no", "site", "id", "created_at", "created_by")
_INTO_RECORD = "INSERT INTO wuye_record (no, site, entity, id, seq, deleted, h, buckets, body)"
_RECORD_KNOWN = (
    "ON CONFLICT (no) DO UPDATE SET seq = excluded.seq, deleted = excluded.deleted, h = excluded.h,"
    " buckets = excluded.buckets, body = excluded.body"
)
_INTO_LEDGER = f"INSERT INTO wuye_ledger ({quoted(LEDGER)})"
_INTO_HELD = f"INSERT OR REPLACE INTO wuye_held (site, {quoted(HELD)})"


class SqliteTransaction(SqliteSnapshot):
    """A unit of work on the writing connection; the writer begins and ends it."""

    def __init__(
        self, connection: sqlite3.Connection, layouts: Mapping[str, TableLayout], names: Names, site: str
    ) -> None:
        super().__init__(connection, layouts, names)
        self.site = site

    def apply(self, plan: Plan) -> None:
        """Write a plan.

        Raises:
            ValueError: the plan is for another site than the unit.
        """
        if plan.site != self.site:
            raise ValueError(f"a unit at site {self.site} may not write at site {plan.site}")
        site = self._own_site()
        if plan.records:
            self._write_records(site, plan.records)
        if plan.named or plan.unnamed:
            self.blobs.refer(site, plan.named, plan.unnamed, plan.at_ms)
        base = site * RECORDS_OF_A_SITE
        self._insert(_INTO_LEDGER, [ledger_values(row, base + row.pos) for row in plan.ledger])
        self._insert(
            "INSERT OR REPLACE INTO wuye_acked (site, replica, n, at_ms)",
            [(at, replica, end.n, end.at_ms) for (at, replica), end in plan.acked.items()],
        )
        self._insert(
            "INSERT OR REPLACE INTO wuye_carried (site, replica, n, op, content)",
            [(site, c.replica, c.n, c.op, c.content) for c in plan.carried],
        )
        self._insert(
            "INSERT OR REPLACE INTO wuye_number (site, name, value)",
            [(site, name, value) for name, value in plan.numbers.items()],
        )
        self._insert(
            "INSERT OR REPLACE INTO wuye_balance (site, entity, owner, value)",
            [(site, *account, value) for account, value in plan.balances.items()],
        )
        self._insert(
            "INSERT INTO wuye_event (site, name, body)",
            [(plan.site, name, body) for name, body in plan.events],
        )
        self._each("DELETE FROM wuye_held WHERE site = ? AND user = ? AND op = ?", [(site, *k) for k in plan.release])
        self._insert(_INTO_HELD, [(site, *held_values(held)) for held in plan.hold])
        self._each(
            "UPDATE wuye_replica SET synced_ms = max(synced_ms, ?) WHERE id = ?",
            [(ms, r) for r, ms in plan.synced.items()],
        )
        self.connection.execute(
            "UPDATE wuye_site SET seq = ?, pos = ?, digest = ?, floor = max(floor, ?) WHERE no = ?",
            (plan.head.seq, plan.head.pos, plan.head.digest, plan.head.floor, site),
        )

    def purge(self, before: str) -> None:
        """Forget old deletions and left marks."""
        site = self._own_site()
        base = site * RECORDS_OF_A_SITE
        row = self.connection.execute(
            "SELECT seq FROM wuye_ledger WHERE place BETWEEN ? AND ? AND received_at < ? ORDER BY place DESC LIMIT 1",
            (base, base + RECORDS_OF_A_SITE - 1, before),
        ).fetchone()
        old = "mark > 0 AND seq <= ?1 AND bucket IN (SELECT no FROM wuye_bucket WHERE site = ?2)"
        bounds = (row[0] if row else 0, site)
        self.connection.execute(
            "UPDATE wuye_site SET floor = max(floor, coalesce("
            f"(SELECT max(seq) FROM wuye_feed WHERE {old}), 0)) WHERE no = ?2",
            bounds,
        )
        self.connection.execute(f"DELETE FROM wuye_feed WHERE {old}", bounds)

    def remember_bucket_set(self, digest: str, names: Iterable[str]) -> None:
        """Keep a bucket set under its digest."""
        self._insert("INSERT OR IGNORE INTO wuye_bucket_set (digest, names)", [(digest, "\n".join(names))])

    def enrol(self, replica: ReplicaState) -> None:
        """Make a replica known."""
        self._insert(
            "INSERT OR IGNORE INTO wuye_replica (id, user, device, synced_ms)",
            [(replica.id, replica.user, replica.device, replica.synced_ms)],
        )

    def found(self, installation: Installation) -> None:
        """Name the installation."""
        self._insert(
            "INSERT OR REPLACE INTO wuye_installation (one, org, epoch, secret)",
            [(1, installation.org, installation.epoch, installation.secret)],
        )

    def forget_events(self, upto: int) -> None:
        """Drop the events that every consumer has seen."""
        self.connection.execute("DELETE FROM wuye_event WHERE number <= ?", (upto,))

    def _own_site(self) -> int:
        if not self._site(self.site):
            self.connection.execute("INSERT INTO wuye_site (id) VALUES (?)", (self.site,))
        return self._site(self.site)

    def _insert(self, head: str, rows: Sequence[Row], tail: str = "") -> None:
        insert_rows(self.connection, head, rows, tail)

    def _each(self, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            self.connection.executemany(statement, rows)

    def _write_records(self, site: int, writes: Sequence[RecordWrite]) -> None:
        newest = {write.entity: (write.seq, write.h) for write in sorted(writes, key=lambda w: (w.seq, w.h))}
        self._insert(
            "INSERT OR REPLACE INTO wuye_newest (site, entity, seq, h)",
            [(site, entity, *mark) for entity, mark in newest.items()],
        )
        numbers = self._record_numbers(site, writes)
        names = {name for write in writes for name in (*write.buckets, *write.left, *write.was_in)}
        buckets = self._names.new_buckets(self.connection, site, names)
        self._insert(
            _INTO_RECORD,
            [
                (
                    number,
                    site,
                    write.entity,
                    write.id,
                    write.seq,
                    write.deleted,
                    write.h,
                    ",".join([str(buckets[name]) for name in write.buckets]),
                    _body(write),
                )
                for number, write in zip(numbers, writes, strict=True)
            ],
            _RECORD_KNOWN,
        )
        self._write_feed(numbers, writes, buckets)
        by_entity: dict[str, list[tuple[int, RecordWrite]]] = {}
        for pair in zip(numbers, writes, strict=True):
            by_entity.setdefault(pair[1].entity, []).append(pair)
        for entity, pairs in by_entity.items():
            layout = self._layouts[entity]
            self._write_table(layout, pairs)
            if layout.sets:
                self._write_links(site, layout, pairs)

    def _record_numbers(self, site: int, writes: Sequence[RecordWrite]) -> list[int]:
        """Return the record's number for each write; new records get the next ones."""
        unknown = {(w.entity, w.id) for w in writes if w.was_seq is not None} - self._known.keys()
        if unknown:
            rows = self.connection.execute(
                "SELECT r.entity, r.id, r.no FROM json_each(?) want CROSS JOIN wuye_record r"
                " ON r.site = ? AND r.entity = want.value ->> 0 AND r.id = want.value ->> 1",
                (packed(sorted(unknown)), site),
            )
            self._known.update(((entity, id_), (number, None)) for entity, id_, number in rows)
        new = [(w.entity, w.id) for w in writes if w.was_seq is None and (w.entity, w.id) not in self._known]
        if new:
            (last,) = self.connection.execute(
                "UPDATE wuye_site SET records = records + ? WHERE no = ? RETURNING records", (len(new), site)
            ).fetchone()
            first = site * RECORDS_OF_A_SITE + last - len(new) + 1
            self._known.update((ref, (first + offset, {})) for offset, ref in enumerate(new))
        return [self._known[write.entity, write.id][0] for write in writes]

    def _write_feed(self, numbers: Sequence[int], writes: Sequence[RecordWrite], buckets: Mapping[str, int]) -> None:
        gone: list[Row] = []
        rows: list[Row] = []
        back: list[Row] = []
        for number, write in zip(numbers, writes, strict=True):
            mark = DELETED if write.deleted else LIVE
            rows += [(buckets[name], write.seq, number, write.h, mark) for name in write.buckets]
            rows += [(buckets[name], write.seq, number, write.h, LEFT) for name in write.left]
            if write.was_seq is not None:
                gone += [(buckets[name], write.was_seq, number) for name in write.was_in]
                back += [(number, buckets[name]) for name in write.buckets if name not in write.was_in]
        self._each("DELETE FROM wuye_feed WHERE bucket = ? AND seq = ? AND record = ?", gone)
        self._each("DELETE FROM wuye_feed WHERE mark > 0 AND record = ? AND bucket = ?", back)
        self._insert("INSERT INTO wuye_feed (bucket, seq, record, h, mark)", rows)

    def _write_table(self, layout: TableLayout, pairs: Sequence[tuple[int, RecordWrite]]) -> None:
        """Write typed columns: of new records those with a value, of others those that differ in any of them."""
        self._write_columns(layout, [pair for pair in pairs if pair[1].was_seq is None])
        self._write_columns(layout, [pair for pair in pairs if pair[1].was_seq is not None])

    def _write_columns(self, layout: TableLayout, pairs: Sequence[tuple[int, RecordWrite]]) -> None:
        changed: set[str] = set()
        for number, write in pairs:
            ref = (write.entity, write.id)
            changed.update(_changed(layout, self._known[ref][1], write))
            self._known[ref] = number, {} if write.deleted else write.values
        columns = [column for column in layout.columns if column[0] in changed]
        fields = [name for name, _, _ in columns]
        nested = [index for index, (_, _, type_) in enumerate(columns) if type_ == "json"]
        rows: list[Row] = []
        for number, write in pairs:
            values = {} if write.deleted else write.values
            row: list[object] = [values.get(name) for name in fields]
            for index in nested:
                if row[index] is not None:
                    row[index] = packed(row[index])
            key = (number, self.site, write.id, write.seq, write.deleted)
            by = (write.created_at, write.created_by, write.updated_at, write.updated_by)
            rows.append((*key, *by, *row))  # type: ignore[arg-type]  # checked values of typed fields
        head, known = _upsert(layout.table, tuple(column for _, column, _ in columns))
        self._insert(head, rows, known)

    def _write_links(self, site: int, layout: TableLayout, pairs: Sequence[tuple[int, RecordWrite]]) -> None:
        self._each("DELETE FROM wuye_link WHERE record = ?", [(n,) for n, w in pairs if w.was_seq is not None])
        rows: list[Row] = []
        for number, write in pairs:
            for field in layout.sets:
                values = None if write.deleted else write.values.get(field)
                if isinstance(values, list):
                    rows += [(site, layout.entity, field, value, number) for value in values]
        self._insert("INSERT OR IGNORE INTO wuye_link (site, entity, field, value, record)", rows)


def _body(write: RecordWrite) -> bytes | None:
    if write.deleted:
        return body_of_deleted(write.created_at, write.created_by, write.updated_at, write.updated_by)
    return write.body


def _changed(layout: TableLayout, before: Mapping[str, object] | None, write: RecordWrite) -> Iterable[str]:
    """Return the fields that must be written: SQLite rewrites the index of every column that is named."""
    if before is None:
        return {name for name, _, _ in layout.columns}
    after = {} if write.deleted else write.values
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


@lru_cache(maxsize=1024)
def _upsert(table: str, own: tuple[str, ...]) -> tuple[str, str]:
    columns = (*KEY_COLUMNS, *own)
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in _FIXED)
    return f'INSERT INTO "{table}" ({quoted(columns)})', f"ON CONFLICT (no) DO UPDATE SET {news}"
