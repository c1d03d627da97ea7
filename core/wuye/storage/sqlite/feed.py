"""The feed as pulls read it: many buckets merged by seq, bodies copied as bytes."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache

from wuye.storage.sqlite.names import Names
from wuye.storage.sqlite.rows import packed
from wuye.sync.rows import FeedRow

LIVE, DELETED, LEFT = 0, 1, 2
"""Marks of feed rows."""

_IN_ONE_QUERY = 200
"""Buckets merged in one statement; SQLite's bound on the parts of one is 500."""


def page(
    connection: sqlite3.Connection, names: Names, after: Mapping[str, int], upto: int, limit: int, *, marks: bool
) -> list[FeedRow]:
    """Return the next rows of some buckets, whole seqs only; see `wuye.sync.ports.Snapshot.feed`."""
    numbers = names.buckets(connection, (name for name, seq in after.items() if seq < upto))
    positions = [(number, after[name]) for name, number in numbers.items()]
    rows = _rows(connection, names, positions, upto, limit + 1, marks)
    if len(rows) > limit:
        cut = rows[limit].seq
        whole = [row for row in rows[:limit] if row.seq < cut]
        rows = whole or _rows(connection, names, positions, cut, -1, marks)
    return rows


def sums(
    connection: sqlite3.Connection, names: Names, buckets: Sequence[str], upto: int
) -> dict[str, tuple[int, int, int]]:
    """Return count, sum of h and newest seq of each bucket; see `wuye.sync.ports.Snapshot.sums`."""
    numbers = names.buckets(connection, buckets)
    rows = connection.execute(
        "SELECT f.bucket, count(*) FILTER (WHERE f.mark = 0 AND f.seq <= ?1),"
        " coalesce(sum(f.h) FILTER (WHERE f.mark = 0 AND f.seq <= ?1), 0), max(f.seq)"
        " FROM wuye_feed f WHERE f.bucket IN (SELECT value FROM json_each(?2)) GROUP BY f.bucket",
        (upto, packed(list(numbers.values()))),
    )
    found = {names.bucket_name(bucket): (count, sum_ & 0xFFFFFFFF, seq) for bucket, count, sum_, seq in rows}
    return {bucket: found.get(bucket, (0, 0, 0)) for bucket in buckets}


def _rows(
    connection: sqlite3.Connection,
    names: Names,
    positions: Sequence[tuple[int, int]],
    upto: int,
    limit: int,
    marks: bool,
) -> list[FeedRow]:
    rows: list[FeedRow] = []
    for start in range(0, len(positions), _IN_ONE_QUERY):
        some = positions[start : start + _IN_ONE_QUERY]
        values = [value for bucket, position in some for value in (bucket, position, upto)]
        found = connection.execute(_query(len(some), marks), (*values, limit)).fetchall()
        rows += [
            FeedRow(names.bucket_name(bucket), seq, entity, id_, h, None if mark else body, mark == LEFT)
            for bucket, seq, h, mark, entity, id_, body in found
        ]
    rows.sort(key=lambda row: row.seq)
    return rows


@lru_cache(maxsize=2 * _IN_ONE_QUERY)
def _query(buckets: int, marks: bool) -> str:
    """Merge buckets by seq (one select a bucket: SQLite merges these without sorting); bodies come last."""
    one = "SELECT bucket, seq, record, h, mark FROM wuye_feed WHERE bucket = ? AND seq > ? AND seq <= ?"
    one += "" if marks else " AND mark = 0"
    return (
        "SELECT f.bucket, f.seq, f.h, f.mark, r.entity, r.id, r.body FROM"
        f" ({' UNION ALL '.join([one] * buckets)} ORDER BY seq LIMIT ?) f"
        " CROSS JOIN wuye_record r ON r.no = f.record"
    )
