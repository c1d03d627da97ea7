"""Pages of one entity's records for plain reading: by typed columns, in a stable order (protocol §2, REST)."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from wuye.storage.layout import TableLayout
from wuye.storage.sqlite.names import RECORDS_OF_A_SITE
from wuye.storage.sqlite.rows import packed
from wuye.storage.sqlite.snapshot import SqliteSnapshot

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Place = tuple[str | Int64 | float, Int64]
"""Where a page ends: the sorted value and the record's number. It means nothing outside this database."""


class Listing(Struct, frozen=True, kw_only=True):
    """What is asked for: records that lie in one of ``buckets`` and have all of ``filters`` (field, value), sorted by
    ``sort`` or else as they came, after a place."""

    site: str
    buckets: Sequence[str]
    filters: Sequence[tuple[str, str | int]] = ()
    sort: str | None = None
    descending: bool = False
    after: Place | None = None
    limit: int = 50


class Listed(Struct, frozen=True, kw_only=True):
    """A record of a page; ``body`` is its values as JSON."""

    id: str
    seq: int
    body: bytes
    place: Place


def list_records(snapshot: SqliteSnapshot, layout: TableLayout, asked: Listing) -> list[Listed]:
    """Return a page of an entity.

    Raises:
        KeyError: a field to filter or sort by does not exist or cannot be compared.
    """
    connection = snapshot.connection
    row = connection.execute("SELECT no FROM wuye_site WHERE id = ?", (asked.site,)).fetchone()
    if row is None:
        return []
    base = row[0] * RECORDS_OF_A_SITE
    values: list[str | int | float] = [base + 1, base + RECORDS_OF_A_SITE - 1, packed(list(asked.buckets))]
    key = f"coalesce(t.{_column(layout, asked.sort)}, '')" if asked.sort else "''"
    conditions = list(_conditions(layout, asked, values))
    if asked.after is not None:
        sign = "<" if asked.descending else ">"
        conditions.append(f"({key}, t.no) {sign} (?, ?)" if asked.sort else f"t.no {sign} ?")
        values += asked.after if asked.sort else asked.after[1:]
    order = " DESC" if asked.descending else ""
    rows = connection.execute(
        f'SELECT r.id, r.seq, r.body, {key}, t.no FROM "{layout.table}" t CROSS JOIN wuye_record r ON r.no = t.no'
        " WHERE t.no BETWEEN ? AND ? AND NOT t.deleted AND EXISTS (SELECT 1 FROM wuye_feed f"
        " WHERE f.bucket IN (SELECT b.no FROM wuye_bucket b WHERE b.name IN (SELECT value FROM json_each(?)))"
        " AND f.seq = r.seq AND f.record = t.no AND f.mark = 0)"
        + "".join(f" AND {condition}" for condition in conditions)
        + (f" ORDER BY {key}{order}, t.no{order} LIMIT ?" if asked.sort else f" ORDER BY t.no{order} LIMIT ?"),
        (*values, asked.limit),
    )
    return [Listed(id=id_, seq=seq, body=body, place=(value, no)) for id_, seq, body, value, no in rows]


def _conditions(layout: TableLayout, asked: Listing, values: list[str | int | float]) -> Iterator[str]:
    for field, value in asked.filters:
        if field in layout.sets:
            yield (
                "EXISTS (SELECT 1 FROM wuye_link k WHERE k.site = r.site AND k.entity = r.entity AND k.field = ?"
                " AND k.value = ? AND k.record = t.no)"
            )
            values += (field, value)
        else:
            yield f"t.{_column(layout, field)} = ?"
            values.append(value)


def _column(layout: TableLayout, field: str) -> str:
    for name, column, type_ in layout.columns:
        if name == field and type_ != "json":
            return f'"{column}"'
    raise KeyError(field)
