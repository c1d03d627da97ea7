"""One local database per replica: what the server said, and the log of what was typed.

Plain `sqlite3`, WAL, ``synchronous=FULL``: when a write returns it survives a kill and a power cut. Several processes
may share a file; each write takes the database's write lock first. A `Store` itself belongs to one thread.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from wuye_client.protocol import Change

SCHEMA = """
CREATE TABLE meta (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE record (
  site TEXT NOT NULL, entity TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL,
  UNIQUE (site, entity, id));
-- state of a bucket: first (being read), again (reset, being read anew), full
CREATE TABLE bucket (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, site TEXT NOT NULL,
  gen INTEGER NOT NULL,            -- counts resets: members of an older one were not sent again yet
  state TEXT NOT NULL);
CREATE TABLE member (
  record TEXT NOT NULL, entity TEXT NOT NULL, bucket INTEGER NOT NULL, h INTEGER NOT NULL, gen INTEGER NOT NULL,
  PRIMARY KEY (record, entity, bucket)) WITHOUT ROWID;
CREATE TABLE log (
  replica TEXT NOT NULL, site TEXT NOT NULL, next INTEGER NOT NULL, sent INTEGER NOT NULL, acked INTEGER NOT NULL,
  mended INTEGER,                  -- the gap filled last: the same gap again is a fork
  PRIMARY KEY (replica, site)) WITHOUT ROWID;
CREATE TABLE op (
  id INTEGER PRIMARY KEY AUTOINCREMENT, replica TEXT NOT NULL, site TEXT NOT NULL, n INTEGER NOT NULL,
  op TEXT NOT NULL UNIQUE, grp TEXT, entity TEXT NOT NULL, record TEXT NOT NULL, body BLOB NOT NULL,
  state TEXT NOT NULL,             -- waiting, sent, held; applied, merged, rejected
  overlay INTEGER NOT NULL DEFAULT 1, made INTEGER NOT NULL, decided INTEGER, result BLOB,
  UNIQUE (replica, site, n));
CREATE INDEX op_outbox ON op (replica, site, n) WHERE state IN ('waiting', 'sent');
CREATE INDEX op_overlay ON op (entity, record) WHERE overlay = 1;
CREATE TABLE counter (k TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
"""
BLOBS = """
CREATE TABLE blob (
  sha TEXT PRIMARY KEY, type TEXT NOT NULL, size INTEGER NOT NULL,
  state TEXT NOT NULL,             -- waiting, stored, refused; fetched
  named INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0, made INTEGER NOT NULL, decided INTEGER, code TEXT,
  body BLOB NOT NULL);
CREATE INDEX blob_state ON blob (state, size);
"""
STEPS = (SCHEMA, BLOBS)
"""What each version of the database adds to the one before."""

_VOID = """NOT EXISTS (SELECT 1 FROM member m JOIN bucket b ON b.id = m.bucket AND b.gen = m.gen
  WHERE m.record = record.id AND m.entity = record.entity AND b.site = record.site)"""
"""What is known of a record dates from before a reset: it may stand at a seq that a restored server has not reached."""
_ORPHANS = """NOT EXISTS (SELECT 1 FROM member m JOIN bucket b ON b.id = m.bucket
  WHERE m.record = record.id AND m.entity = record.entity AND b.site = record.site)"""


class Stored(NamedTuple):
    """A record as the server has it."""

    site: str
    entity: str
    id: str
    seq: int
    body: bytes


class Bucket(NamedTuple):
    """A bucket that this replica holds."""

    id: int
    name: str
    state: str
    gen: int


class Store:
    """A replica's database. ``:memory:`` works and lives as long as the object."""

    def __init__(self, path: str | os.PathLike[str] = ":memory:") -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path = str(path)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._depth = 0
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        with self.writing():
            for version, step in enumerate(
                STEPS[self.count("PRAGMA user_version") :], self.count("PRAGMA user_version")
            ):
                for statement in step.split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {version + 1}")

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def copy(self, path: str | os.PathLike[str] = ":memory:") -> "Store":
        """Return another database with the same content, as a backup or a cloned device has it."""
        twin = sqlite3.connect(path)
        self._db.backup(twin)
        if str(path) != ":memory:":
            twin.close()
            return Store(path)
        copied = Store.__new__(Store)
        copied.path, copied._db, copied._depth = ":memory:", twin, 0
        twin.isolation_level = None
        return copied

    def erase(self) -> None:
        """Forget everything, also in the file's free pages."""
        with self.writing():
            for table in ("meta", "record", "bucket", "member", "log", "op", "counter", "blob"):
                self._db.execute(f"DELETE FROM {table}")
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def in_transaction(self) -> bool:
        """Tell whether a `writing` block is open."""
        return self._depth > 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run a block as one transaction, all or nothing; an inner block is a part of the outer one."""
        outer = self._depth == 0
        self._db.execute("BEGIN IMMEDIATE" if outer else f"SAVEPOINT s{self._depth}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            # A failed COMMIT (full disk) may have rolled back already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK" if outer else f"ROLLBACK TO s{self._depth}")
            raise
        self._depth -= 1
        try:
            self._db.execute("COMMIT" if outer else f"RELEASE s{self._depth}")
        except BaseException:
            if outer and self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; return how many rows it changed."""
        return self._db.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement over many rows; return how many it changed."""
        return self._db.executemany(sql, rows).rowcount

    def one(self, sql: str, *values: object) -> tuple[object, ...] | None:
        """Return the first row, if any."""
        row: tuple[object, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return all rows."""
        return self._db.execute(sql, values).fetchall()

    def count(self, sql: str, *values: object) -> int:
        """Return the one number that a statement yields (null: 0)."""
        row = self.one(sql, *values)
        return int(row[0]) if row and isinstance(row[0], int) else 0

    def meta(self, key: str) -> str | None:
        """Return a text kept under a key."""
        row = self.one("SELECT v FROM meta WHERE k = ?", key)
        return str(row[0]) if row else None

    def meta_int(self, key: str, default: int = 0) -> int:
        """Return a number kept under a key."""
        row = self.one("SELECT v FROM meta WHERE k = ?", key)
        return int(row[0]) if row and isinstance(row[0], int) else default

    def meta_bytes(self, key: str) -> bytes | None:
        """Return bytes kept under a key."""
        row = self.one("SELECT v FROM meta WHERE k = ?", key)
        return row[0] if row and isinstance(row[0], bytes) else None

    def set_meta(self, **values: str | int | bytes | None) -> None:
        """Keep values under their names; None forgets."""
        with self.writing():
            for key, value in values.items():
                if value is None:
                    self.run("DELETE FROM meta WHERE k = ?", key)
                else:
                    self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    def next_number(self, counter: str) -> int:
        """Count one further and return the number (from 1); only inside `writing`."""
        return self.count(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (k) DO UPDATE SET n = n + 1 RETURNING n", counter
        )

    def find(self, site: str, entity: str, record: str) -> Stored | None:
        """Return a record as the server has it."""
        row = self._db.execute(
            "SELECT site, entity, id, seq, body FROM record WHERE site = ? AND entity = ? AND id = ?",
            (site, entity, record),
        ).fetchone()
        return Stored(*row) if row else None

    def scan(
        self, entity: str, sites: Sequence[str], where: Mapping[str, Sequence[object]] | None = None
    ) -> Iterator[Stored]:
        """Yield an entity's records at some sites; ``where`` narrows by field → possible values (texts, numbers)."""
        narrowed = ""
        values: list[object] = []
        for name, wanted in (where or {}).items():
            narrowed += f" AND {_value_of(name)} IN ({', '.join('?' * len(wanted))})"
            values += wanted
        for site in sites:
            for row in self._db.execute(
                "SELECT site, entity, id, seq, body FROM record "
                f"WHERE entity = {_literal(entity)} AND site = ?{narrowed}",
                (site, *values),
            ):
                yield Stored(*row)

    def index(self, keys: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Keep indices over these (entity, fields), so that `scan` finds a twin at once; drop others."""
        wanted = {f"key {entity} {' '.join(fields)}": (entity, fields) for entity, fields in keys}
        present = {str(row[0]) for row in self.all("SELECT name FROM sqlite_master WHERE name LIKE 'key %'")}
        with self.writing():
            for name in present - wanted.keys():
                self.run(f"DROP INDEX {_quoted(name)}")
            for name in sorted(wanted.keys() - present):
                entity, fields = wanted[name]
                columns = ", ".join(["site", *map(_value_of, fields)])
                self.run(f"CREATE INDEX {_quoted(name)} ON record ({columns}) WHERE entity = {_literal(entity)}")

    def buckets(self) -> dict[str, Bucket]:
        """Return the buckets held, by name."""
        rows = self._db.execute("SELECT id, name, state, gen FROM bucket")
        return {row[1]: Bucket(*row) for row in rows}

    def have(self) -> dict[str, tuple[int, int]]:
        """Return count and sum of h mod 2³² of every fully read bucket (protocol §3.6)."""
        rows = self._db.execute(
            "SELECT b.name, COUNT(m.record), COALESCE(SUM(m.h), 0) FROM bucket b LEFT JOIN member m ON m.bucket = b.id "
            "WHERE b.state = 'full' GROUP BY b.id ORDER BY b.name"
        )
        return {name: (count, total % 2**32) for name, count, total in rows}

    def take(self, changes: Sequence[Change]) -> None:
        """Store a page of changes (protocol §3.5); only inside `writing`."""
        buckets = self.buckets()
        for name in dict.fromkeys(change.b for change in changes):
            if name not in buckets:
                self.run("INSERT INTO bucket (name, site, state, gen) VALUES (?, ?, 'first', 0)", name, name[:36])
                buckets[name] = Bucket(self.count("SELECT last_insert_rowid()"), name, "first", 0)
        latest = {(change.b, change.e, change.r): change for change in changes}
        puts, members, left, gone = [], [], [], []
        for c in latest.values():
            bucket, site = buckets[c.b], c.b[:36]
            if not c.d:
                left.append((site, c.e, c.r, bucket.id))
            elif bytes(c.d) == b"null":
                gone.append((site, c.e, c.r, c.s))
            else:
                puts.append((site, c.e, c.r, c.s, c.d))
                members.append((c.r, c.e, bucket.id, c.h or 0, bucket.gen))
        self.run_many(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?) ON CONFLICT (site, entity, id) DO UPDATE "
            f"SET seq = excluded.seq, body = excluded.body WHERE excluded.seq >= record.seq OR {_VOID}",
            sorted(puts, key=itemgetter(3)),
        )
        self.run_many("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?)", members)
        self.run_many("DELETE FROM member WHERE entity = ?2 AND record = ?3 AND bucket = ?4 AND ?1 != ''", left)
        self.run_many(f"DELETE FROM record WHERE site = ?1 AND entity = ?2 AND id = ?3 AND ?4 AND {_ORPHANS}", left)
        self.run_many("DELETE FROM record WHERE site = ?1 AND entity = ?2 AND id = ?3 AND seq <= ?4", gone)
        self.run_many(
            "DELETE FROM member WHERE record = ?3 AND entity = ?2 AND bucket IN (SELECT id FROM bucket WHERE site = ?1)"
            " AND ?4 AND NOT EXISTS (SELECT 1 FROM record WHERE site = ?1 AND entity = ?2 AND id = ?3)",
            gone,
        )

    def drop(self, names: Iterable[str]) -> None:
        """Forget buckets, and records that no bucket holds any more; only inside `writing`."""
        for name in names:
            row = self.one("SELECT id, site FROM bucket WHERE name = ?", name)
            if row:
                self.run("DELETE FROM member WHERE bucket = ?", row[0])
                self.run("DELETE FROM bucket WHERE id = ?", row[0])
                self.run(f"DELETE FROM record WHERE site = ? AND {_ORPHANS}", row[1])

    def reset(self, names: Iterable[str]) -> None:
        """Begin to read buckets anew; only inside `writing`."""
        self.run_many(
            "INSERT INTO bucket (name, site, state, gen) VALUES (?, ?, 'again', 1) "
            "ON CONFLICT (name) DO UPDATE SET state = 'again', gen = gen + 1",
            [(name, name[:36]) for name in names],
        )

    def complete(self) -> bool:
        """Note that every bucket is fully read, forget what a reset did not send again; tell whether there was one.

        Only inside `writing`.
        """
        again = self.all("SELECT id, site, gen FROM bucket WHERE state = 'again'")
        for bucket, site, gen in again:
            self.run("DELETE FROM member WHERE bucket = ? AND gen < ?", bucket, gen)
            self.run(f"DELETE FROM record WHERE site = ? AND {_ORPHANS}", site)
        # An empty one is known by nothing else either; access to it may have gone before it was read again.
        self.run(
            "DELETE FROM bucket WHERE state = 'again'"
            " AND NOT EXISTS (SELECT 1 FROM member m WHERE m.bucket = bucket.id)"
        )
        self.run("UPDATE bucket SET state = 'full' WHERE state != 'full'")
        return bool(again)


def _value_of(field: str) -> str:
    """Name a field of the body in SQL, always in the same words: indices are found by them."""
    return f"json_extract(CAST(body AS TEXT), {_literal('$.' + json.dumps(field, ensure_ascii=False))})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
