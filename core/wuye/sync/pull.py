"""What a replica has not seen yet: news of the buckets it has read, then first syncs, in pages that never split a seq
(protocol §3.5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from wuye.kernel.clock import to_ms
from wuye.protocol.wire import MAX_PAGE
from wuye.sync.access import NOTHING, Access
from wuye.sync.cursor import Cursor, Position, set_digest, site_key
from wuye.sync.ports import Snapshot
from wuye.sync.rows import FeedRow


class Mismatch(Struct, frozen=True, kw_only=True):
    """A bucket whose records a replica counts otherwise than the server (protocol §3.6): (count, sum) each."""

    bucket: str
    theirs: tuple[int, int]
    ours: tuple[int, int]


class Page(Struct, kw_only=True):
    """One page of changes with the cursor after it. ``sets`` are bucket sets that the cursor names by digest."""

    rows: list[FeedRow]
    cursor: Cursor
    more: bool
    drop: list[str]
    reset: list[str]
    mismatches: list[Mismatch]
    sets: dict[str, tuple[str, ...]]


class _Site(Struct, kw_only=True):
    """A site during one pull; bucket names are relative to it."""

    id: str
    head: int
    seq: int
    held: set[str]
    reading: dict[str, int]
    entitled: tuple[str, ...]


def names_known_sets(snapshot: Snapshot, cursor: Cursor) -> bool:
    """Tell whether the store knows every bucket set that a cursor names, and so what its replica holds."""
    return all(snapshot.bucket_set(digest.hex()) is not None for digest in cursor.sets)


def read_page(
    snapshot: Snapshot,
    cursor: Cursor,
    access: Mapping[str, Access],
    every_site: Iterable[str],
    limit: int,
    have: Mapping[str, tuple[int, int]],
    now: datetime,
    reset_before: frozenset[str] = frozenset(),
) -> Page:
    """Read the next page of a replica; the store knows the cursor's bucket sets. Buckets ``reset_before``
    are not reset again for a mismatch: reading them anew did not help."""
    page = Page(
        rows=[],
        cursor=cursor,
        more=False,
        drop=[],
        reset=[],
        mismatches=[],
        sets={},
    )
    sites = _open_sites(snapshot, page, access, every_site)
    # Roles and plugins change, cursors are lost: whatever it was that left a bucket there, it goes.
    page.drop += [name for name in have if name not in access.get(name.split("/")[0], NOTHING).readable]
    _check_sums(snapshot, page, sites, have, reset_before)
    budget = max(1, min(limit, MAX_PAGE))
    starting = any(site.reading for site in sites)
    _read_news(snapshot, page, sites, max(1, budget // 2) if starting else budget)
    if starting:
        _read_firsts(snapshot, page, sites, max(1, budget - len(page.rows)))
    _close_sites(page, sites)
    if not page.more:
        page.cursor.synced_ms = to_ms(now)
    return page


def _open_sites(snapshot: Snapshot, page: Page, access: Mapping[str, Access], every_site: Iterable[str]) -> list[_Site]:
    keys = {site_key(site) for site in access}
    if not keys.issuperset(page.cursor.sites):
        for site in every_site:
            if site_key(site) in page.cursor.sites and site not in access:
                _drop_site(snapshot, page, site)
    sites = []
    for site in sorted(access):
        entitled = tuple(name[len(site) + 1 :] for name in access[site].buckets)
        sites.append(_open_site(snapshot, page, site, entitled))
    return sites


def _drop_site(snapshot: Snapshot, page: Page, site: str) -> None:
    position = page.cursor.sites.pop(site_key(site))
    page.drop += [f"{site}/{name}" for name in (*_read_fully(snapshot, page, position), *position.reading)]


def _open_site(snapshot: Snapshot, page: Page, site: str, entitled: tuple[str, ...]) -> _Site:
    head = snapshot.head(site)
    position = page.cursor.sites.get(site_key(site))
    if position is None:
        return _Site(
            id=site,
            head=head.seq,
            seq=head.seq,
            held=set(),
            reading=dict.fromkeys(entitled, 0),
            entitled=entitled,
        )
    names = _read_fully(snapshot, page, position)
    known = names | position.reading.keys()
    page.drop += [f"{site}/{name}" for name in sorted(known.difference(entitled))]
    if position.seq > head.seq or 0 < position.seq < head.floor:
        page.reset += [f"{site}/{name}" for name in entitled]
        return _Site(
            id=site,
            head=head.seq,
            seq=head.seq,
            held=set(),
            reading=dict.fromkeys(entitled, 0),
            entitled=entitled,
        )
    reading = {name: position.reading.get(name, 0) for name in entitled if name not in names}
    return _Site(
        id=site,
        head=head.seq,
        seq=position.seq,
        held=names.intersection(entitled),
        reading=reading,
        entitled=entitled,
    )


def _read_fully(snapshot: Snapshot, page: Page, position: Position) -> set[str]:
    return set(snapshot.bucket_set(page.cursor.sets[position.held].hex()) or ())


def _check_sums(
    snapshot: Snapshot,
    page: Page,
    sites: Iterable[_Site],
    have: Mapping[str, tuple[int, int]],
    reset_before: frozenset[str],
) -> None:
    """Compare what the replica counts with what the server has; what differs is read again (protocol §3.6)."""
    for site in sites:
        asked = {name: have[f"{site.id}/{name}"] for name in site.held if f"{site.id}/{name}" in have}
        if not asked:
            continue
        sums = snapshot.sums(site.id, [f"{site.id}/{name}" for name in asked], site.head)
        for name, theirs in asked.items():
            count, total, newest = sums.get(f"{site.id}/{name}", (0, 0, 0))
            if newest <= site.seq and tuple(theirs) != (count, total):
                page.mismatches.append(Mismatch(bucket=f"{site.id}/{name}", theirs=theirs, ours=(count, total)))
                if f"{site.id}/{name}" in reset_before:
                    continue
                page.reset.append(f"{site.id}/{name}")
                site.held.discard(name)
                site.reading[name] = 0


def _read_news(snapshot: Snapshot, page: Page, sites: Iterable[_Site], budget: int) -> None:
    for site in sites:
        while site.seq < site.head:
            left = budget - len(page.rows)
            if not site.held:
                site.seq = site.head
            elif left <= 0:
                page.more = True
                break
            else:
                after = {f"{site.id}/{name}": site.seq for name in site.entitled if name in site.held}
                rows = snapshot.feed(site.id, after, site.head, left, marks=True)
                if page.rows and len(rows) > left:
                    page.more = True
                    break
                page.rows += rows
                site.seq = rows[-1].seq if rows else site.head


def _read_firsts(snapshot: Snapshot, page: Page, sites: list[_Site], budget: int) -> None:
    for site in sites:
        for name in [name for name in site.entitled if name in site.reading]:
            while name in site.reading:
                if budget <= 0:
                    page.more = True
                    return
                position = site.reading[name]
                # Marks matter only to who has seen an earlier page of this bucket.
                rows = snapshot.feed(site.id, {f"{site.id}/{name}": position}, site.head, budget, marks=position > 0)
                if page.rows and len(rows) > budget:
                    page.more = True
                    return
                page.rows += rows
                budget -= len(rows)
                if rows:
                    site.reading[name] = rows[-1].seq
                else:
                    del site.reading[name]
                    site.held.add(name)


def _close_sites(page: Page, sites: Iterable[_Site]) -> None:
    cursor = page.cursor
    for site in sites:
        digest = set_digest(site.held)
        page.sets[digest] = tuple(sorted(site.held))
        raw = bytes.fromhex(digest)
        if raw not in cursor.sets:
            cursor.sets.append(raw)
        reading = {name: position for name, position in site.reading.items() if position > 0}
        cursor.sites[site_key(site.id)] = Position(seq=site.seq, held=cursor.sets.index(raw), reading=reading)
