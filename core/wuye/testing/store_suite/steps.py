"""Short words for statements: write, read a page, name what came."""

from collections.abc import Mapping

from wuye.sync.ports import Snapshot, Store
from wuye.sync.rows import FeedRow, Find, Head, Need, Stored
from wuye.testing.store_suite.world import SITE, Edit, bucket, id_of, write

A, B, C = bucket("a"), bucket("b"), bucket("c")


class Undone(Exception):
    """Raised by units that must leave nothing behind."""


def edit(store: Store, *edits: Edit, site: str = SITE, by: str = "user") -> Head:
    """Write edits in a unit of their own."""
    return store.write(site, lambda transaction: write(transaction, site, edits, by=by))


def note(name: str, *buckets: str, **values: object) -> Edit:
    """Return an edit of a note that lies in these buckets."""
    return Edit(name=name, values={"title": name, **values}, buckets=buckets)


def gone(name: str, *buckets: str) -> Edit:
    """Return the deletion of a note."""
    return Edit(name=name, values=None, buckets=buckets)


def pull(store: Store, after: Mapping[str, int], *, limit: int = 1000, marks: bool = True) -> list[FeedRow]:
    """Read one page of site `SITE`, up to the present head."""
    return store.read(lambda s: s.feed(SITE, after, s.head(SITE).seq, limit, marks=marks))


def names(rows: list[FeedRow]) -> list[tuple[str, int, str]]:
    """Return (bucket, seq, news) of feed rows: ``live``, ``deleted`` or ``left``."""
    news = [(r.bucket, r.seq, "left" if r.left else "deleted" if r.body is None else "live") for r in rows]
    return sorted(news, key=lambda one: (one[1], one[0]))


def load(store: Store, name: str) -> Stored | None:
    """Return a note of site `SITE` by name."""
    ref = ("note", id_of(name))
    return store.read(lambda s: s.load(SITE, Need(records={ref}))).records.get(ref)


def found(snapshot: Snapshot, field: str, value: str) -> tuple[str, ...]:
    """Return the ids of the notes whose field has a value."""
    find = Find(entity="note", field=field, value=value)
    return snapshot.load(SITE, Need(finds={find})).found[find]
