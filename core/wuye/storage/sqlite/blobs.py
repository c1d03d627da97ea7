"""What is kept of attachments, on SQLite (`wuye.sync.inventory.BlobBook`)."""

import sqlite3
from collections.abc import Iterable

from wuye.storage.sqlite.names import RECORDS_OF_A_SITE, Names
from wuye.storage.sqlite.rows import packed
from wuye.sync.inventory import Blob, BlobRef, Naming, Upload
from wuye.sync.rows import Ref

_COUNTS = "EXISTS (SELECT 1 FROM wuye_blob_upload u WHERE u.sha = {0}.sha AND u.user = {0}.author AND u.done)"
_UPLOAD = 'user, sha, size, type, "offset", touched_ms, done'
_BLOB = "sha, size, type, stored_ms, idle_ms"
_UNNAMED = "NOT EXISTS (SELECT 1 FROM wuye_blob_ref r WHERE r.sha = wuye_blob.sha)"


class SqliteBlobs:
    """Reads and writes on a connection whose owner opens and ends the transaction."""

    def __init__(self, connection: sqlite3.Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    # References

    def refer(self, site: int, named: Iterable[BlobRef], unnamed: Iterable[tuple[Ref, str, str]], now_ms: int) -> None:
        """Let references of one unit of work at a site end and begin."""
        base = site * RECORDS_OF_A_SITE
        if gone := [(*ref, field, sha) for ref, field, sha in unnamed]:
            self._connection.execute(
                "DELETE FROM wuye_blob_ref WHERE (record, field, sha) IN (SELECT k.no, want.value ->> 2,"
                " want.value ->> 3 FROM json_each(?) want CROSS JOIN wuye_record k"
                " ON k.site = ? AND k.entity = want.value ->> 0 AND k.id = want.value ->> 1)",
                (packed(gone), site),
            )
        if begun := [(one.entity, one.record, one.field, one.sha, one.author) for one in named]:
            self._connection.execute(
                "INSERT OR IGNORE INTO wuye_blob_ref (record, field, sha, author, at_ms)"
                " SELECT coalesce(k.no, ?), want.value ->> 2, want.value ->> 3, want.value ->> 4, ?"
                " FROM json_each(?) want LEFT JOIN wuye_record k"
                " ON k.site = ? AND k.entity = want.value ->> 0 AND k.id = want.value ->> 1",
                (base, now_ms, packed(begun), site),
            )

    def namings(self, shas: Iterable[str]) -> dict[str, list[Naming]]:
        """Return the references to each of these by live records."""
        rows = self._connection.execute(
            f"SELECT r.sha, s.id, k.entity, k.id, r.field, r.author, k.buckets, {_COUNTS.format('r')}"
            " FROM json_each(?) want CROSS JOIN wuye_blob_ref r ON r.sha = want.value"
            " CROSS JOIN wuye_record k ON k.no = r.record CROSS JOIN wuye_site s ON s.no = k.site WHERE NOT k.deleted",
            (packed(sorted(shas)),),
        ).fetchall()
        found: dict[str, list[Naming]] = {}
        for sha, site, entity, record, field, author, buckets, counts in rows:
            naming = Naming(
                site=site,
                entity=entity,
                record=record,
                field=field,
                author=author,
                buckets=self._names.bucket_names(self._connection, buckets),
                counts=bool(counts),
            )
            found.setdefault(sha, []).append(naming)
        return found

    def named_by(self, user: str, sha: str) -> bool:
        """Tell whether an op of somebody named these bytes."""
        query = "SELECT 1 FROM wuye_blob_ref WHERE sha = ? AND author = ? LIMIT 1"
        return self._connection.execute(query, (sha, user)).fetchone() is not None

    def missing(self, site: str, before_ms: int) -> list[BlobRef]:
        """Return a site's references to what has not come."""
        base = self._names.site(self._connection, site) * RECORDS_OF_A_SITE
        rows = self._connection.execute(
            "SELECT k.entity, k.id, r.field, r.sha, r.author FROM wuye_blob_ref r"
            " CROSS JOIN wuye_record k ON k.no = r.record"
            " WHERE r.record BETWEEN ? AND ? AND r.at_ms < ? AND NOT k.deleted"
            " AND k.entity NOT IN ('review', 'review.private') AND NOT EXISTS (SELECT 1 FROM wuye_blob_ref q"
            f" WHERE q.record = r.record AND q.field = r.field AND q.sha = r.sha AND {_COUNTS.format('q')})"
            " ORDER BY r.record, r.field, r.sha, r.at_ms",
            (base + 1, base + RECORDS_OF_A_SITE - 1, before_ms),
        )
        return [BlobRef(entity=e, record=id_, field=f, sha=sha, author=author) for e, id_, f, sha, author in rows]

    # What is stored, and what is on its way

    def stored(self, shas: Iterable[str]) -> dict[str, Blob]:
        """Return those of these that are stored."""
        rows = self._connection.execute(
            f"SELECT {_BLOB} FROM wuye_blob WHERE sha IN (SELECT value FROM json_each(?))", (packed(sorted(shas)),)
        )
        return {row[0]: _blob(row) for row in rows}

    def uploads(self, user: str, shas: Iterable[str]) -> dict[str, Upload]:
        """Return a user's uploads of these."""
        rows = self._connection.execute(
            f"SELECT {_UPLOAD} FROM wuye_blob_upload WHERE user = ? AND sha IN (SELECT value FROM json_each(?))",
            (user, packed(sorted(shas))),
        )
        return {row[1]: _upload(row) for row in rows}

    def bytes_waiting(self, user: str) -> int:
        """Return how many bytes a user's uploads will have that are unfinished or that nothing refers to yet."""
        unnamed = "NOT EXISTS (SELECT 1 FROM wuye_blob_ref r WHERE r.sha = wuye_blob_upload.sha)"
        return self._number(f"SELECT sum(size) FROM wuye_blob_upload WHERE user = ? AND (NOT done OR {unnamed})", user)

    def bytes_stored(self) -> int:
        """Return how many bytes are stored."""
        return self._number("SELECT sum(size) FROM wuye_blob")

    def put_upload(self, upload: Upload) -> None:
        """Note how far an upload has come."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO wuye_blob_upload ({_UPLOAD}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (upload.user, upload.sha, upload.size, upload.type, upload.offset, upload.touched_ms, upload.done),
        )

    def drop_upload(self, user: str, sha: str) -> None:
        """Forget an upload."""
        self._connection.execute("DELETE FROM wuye_blob_upload WHERE user = ? AND sha = ?", (user, sha))

    def put_blob(self, blob: Blob) -> None:
        """Note that bytes are stored."""
        self._connection.execute(
            f"INSERT OR IGNORE INTO wuye_blob ({_BLOB}) VALUES (?, ?, ?, ?, ?)",
            (blob.sha, blob.size, blob.type, blob.stored_ms, blob.idle_ms),
        )

    # Retention

    def mark_idle(self, now_ms: int) -> None:
        """Note of all bytes whether anything refers to them."""
        self._connection.execute(f"UPDATE wuye_blob SET idle_ms = ? WHERE idle_ms IS NULL AND {_UNNAMED}", (now_ms,))
        self._connection.execute(f"UPDATE wuye_blob SET idle_ms = NULL WHERE idle_ms IS NOT NULL AND NOT {_UNNAMED}")

    def idle(self, before_ms: int) -> list[str]:
        """Return the stored bytes that nothing has referred to since a moment."""
        query = f"SELECT sha FROM wuye_blob WHERE idle_ms < ? AND {_UNNAMED} ORDER BY sha"
        return [sha for (sha,) in self._connection.execute(query, (before_ms,))]

    def forget_blob(self, sha: str, idle_before_ms: int) -> bool:
        """Forget stored bytes, if nothing has referred to them since a moment."""
        query = f"DELETE FROM wuye_blob WHERE sha = ? AND idle_ms < ? AND {_UNNAMED}"
        gone = self._connection.execute(query, (sha, idle_before_ms)).rowcount > 0
        if gone:
            self._connection.execute("DELETE FROM wuye_blob_upload WHERE sha = ?", (sha,))
        return gone

    def abandoned(self, before_ms: int) -> list[Upload]:
        """Return the unfinished uploads that nobody has touched since a moment."""
        query = f"SELECT {_UPLOAD} FROM wuye_blob_upload WHERE NOT done AND touched_ms < ? ORDER BY sha, user"
        return [_upload(row) for row in self._connection.execute(query, (before_ms,))]

    def inventory(self, after: str, limit: int) -> list[Blob]:
        """Return stored bytes in order of their hash."""
        query = f"SELECT {_BLOB} FROM wuye_blob WHERE sha > ? ORDER BY sha LIMIT ?"
        return [_blob(row) for row in self._connection.execute(query, (after, limit))]

    def _number(self, query: str, *values: str) -> int:
        return int(self._connection.execute(query, values).fetchone()[0] or 0)


def _blob(row: tuple[str, int, str, int, int | None]) -> Blob:
    sha, size, type_, stored_ms, idle_ms = row
    return Blob(sha=sha, size=size, type=type_, stored_ms=stored_ms, idle_ms=idle_ms)


def _upload(row: tuple[str, str, int, str, int, int, int]) -> Upload:
    user, sha, size, type_, offset, touched_ms, done = row
    return Upload(user=user, sha=sha, size=size, type=type_, offset=offset, touched_ms=touched_ms, done=bool(done))
