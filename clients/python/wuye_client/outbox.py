"""The log of what was typed: ops in order, per replica and site, until their results are back (protocol §3.1).

States: ``waiting`` and ``sent`` (the outbox), ``held``, then ``applied``, ``merged`` or ``rejected``. Decided ops are
kept for ``keep_days``, so that a restored server can be given again what it forgot.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import msgspec
from msgspec import Struct

from wuye_client import blobs
from wuye_client.errors import Flaw, InvalidEntry
from wuye_client.protocol import (
    DECIDED,
    MAX_GROUP_BYTES,
    MAX_GROUP_OPS,
    MAX_OP_BYTES,
    MAX_OPS,
    MAX_PUSH_BYTES,
    Op,
    Result,
)
from wuye_client.store import Store

_OUTBOX = "state IN ('waiting', 'sent')"
_UNHEARD = """state = 'held' AND json_extract(CAST(result AS TEXT), '$.review') IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM record r WHERE r.site = op.site AND r.entity = 'review'
  AND r.id = json_extract(CAST(op.result AS TEXT), '$.review'))"""
_AGAIN = "state = 'waiting', overlay = 1, decided = NULL, result = NULL"
_DECIDED = "state IN ('applied', 'merged', 'rejected')"
_DAY_MS = 86_400_000


class Entry(Struct, frozen=True, kw_only=True):
    """An op with what has become of it. ``state``: ``waiting`` (never sent), ``sent`` (no answer came back yet),
    ``held``, ``applied``, ``merged``, ``rejected``; ``made`` in ms since 1970."""

    n: int
    op: Op
    state: str
    made: int
    result: Result | None


class Push(Struct, frozen=True):
    """What one request sends: wire ops, their ids."""

    ops: list[msgspec.Raw]
    ids: tuple[str, ...]


def append(store: Store, replica: str, ops: Sequence[Op], made: int) -> None:
    """Write ops of one site at the end of its log; only inside ``store.writing()``.

    Raises:
        InvalidEntry: an op is over 64 KiB.
    """
    site = ops[0].site
    store.run("INSERT OR IGNORE INTO log VALUES (?, ?, 1, 0, 0, NULL)", replica, site)
    first = store.count("SELECT next FROM log WHERE replica = ? AND site = ?", replica, site)
    rows = []
    for n, op in enumerate(ops, first):
        body = msgspec.json.encode(op)
        if len(body) > MAX_OP_BYTES:
            raise InvalidEntry([Flaw("", "too_large")])
        rows.append((replica, site, n, op.op, op.group, op.entity, op.record, body, "waiting", made))
    store.run_many(
        "INSERT INTO op (replica, site, n, op, grp, entity, record, body, state, made) VALUES (?,?,?,?,?,?,?,?,?,?)",
        rows,
    )
    store.run("UPDATE log SET next = next + ? WHERE replica = ? AND site = ?", len(ops), replica, site)
    for *_, body, _state, _made in rows:
        blobs.name(store, body)


def check_group(store: Store, group: str) -> None:
    """Refuse a group that no server takes, before it is committed (protocol §3.1).

    Raises:
        InvalidEntry: more than 100 ops or 512 KiB, or more than one site.
    """
    row = store.one("SELECT COUNT(*), SUM(LENGTH(body)), COUNT(DISTINCT site) FROM op WHERE grp = ?", group)
    count, size, sites = cast("tuple[int, int | None, int]", row)
    if count > MAX_GROUP_OPS or (size or 0) > MAX_GROUP_BYTES - 32 * count:
        raise InvalidEntry([Flaw("", "group_too_large", {"ops": MAX_GROUP_OPS})])
    if sites > 1:
        raise InvalidEntry([Flaw("", "group_sites")])


def choose_push(store: Store, replica: str, turn: int, shrink: int, *, ask_held: bool = False) -> Push:
    """Take what one request sends and note it as sent: log order per site, whole groups, within the limits.

    ``turn`` rotates the sites, so that one which cannot commit now starves no other. Each ``shrink`` halves the
    limits (after a 413). ``ask_held``, when everything is sent and read: held ops whose review item is not here are
    sent again, for access to the site has gone, and the answer to a repeat is all that tells of their decision. Only
    inside ``store.writing()``.
    """
    chosen_from = _UNHEARD if ask_held else _OUTBOX
    most, room = max(1, MAX_OPS >> shrink), max(1, MAX_PUSH_BYTES - 8192 >> shrink)
    sites = [
        str(row[0]) for row in store.all(f"SELECT DISTINCT site FROM op WHERE replica = ? AND {chosen_from}", replica)
    ]
    turn %= max(1, len(sites))
    ops: list[msgspec.Raw] = []
    chosen: list[tuple[int, str]] = []
    heads: list[tuple[int, str, str]] = []
    for site in sites[turn:] + sites[:turn]:
        highest = 0
        for group in _groups(store, replica, site, chosen_from, most + MAX_GROUP_OPS):
            size = sum(len(body) + 16 for *_, body in group)
            if ops and (len(ops) + len(group) > most or size > room):
                break
            room -= size
            ops += [msgspec.Raw(b'{"n":%d,' % n + body[1:]) for _, n, _, body in group]
            chosen += [(id_, op) for id_, _, op, _ in group]
            highest = group[-1][1]
        if highest:
            heads.append((highest, replica, site))
    store.run_many("UPDATE op SET state = 'sent' WHERE id = ? AND state = 'waiting'", [(id_,) for id_, _ in chosen])
    store.run_many("UPDATE log SET sent = MAX(sent, ?) WHERE replica = ? AND site = ?", heads)
    return Push(ops, tuple(op for _, op in chosen))


def _groups(
    store: Store, replica: str, site: str, chosen_from: str, limit: int
) -> Iterator[list[tuple[int, int, str, bytes]]]:
    """Yield (row, n, op, body) of a site's ops in log order, what belongs together in one list."""
    asked = f"SELECT id, n, op, body, grp FROM op WHERE replica = ? AND site = ? AND {chosen_from} ORDER BY n LIMIT ?"
    rows = cast("list[tuple[int, int, str, bytes, str | None]]", store.all(asked, replica, site, limit))
    together: list[tuple[int, int, str, bytes]] = []
    last = None
    for id_, n, op, body, group in rows:
        if together and (group is None or group != last):
            yield together
            together = []
        together.append((id_, n, op, body))
        last = group
    # A last group that the limit may have cut waits for the next request.
    if together and (len(rows) < limit or last is None):
        yield together


def settle(store: Store, results: Iterable[Result], now: int) -> None:
    """Take results in: an op leaves the outbox only here, on a result that bears its id. Inside ``store.writing()``.

    A status that this version does not know leaves the op where it is.
    """
    known = [result for result in results if result.status in (*DECIDED, "held")]
    store.run_many(
        "UPDATE op SET state = ?, decided = ?, result = ? WHERE op = ? AND site = ? "
        "AND state IN ('waiting', 'sent', 'held')",
        [(r.status, None if r.status == "held" else now, msgspec.json.encode(r), r.op, r.site) for r in known],
    )


def held(store: Store) -> set[str]:
    """Return the ops that wait on the server."""
    return {op for (op,) in cast("list[tuple[str]]", store.all("SELECT op FROM op WHERE state = 'held'"))}


def held_with_reviews(store: Store) -> list[tuple[str, str, str, bytes]]:
    """Return (op, site, review item, its body) of the ops that wait on the server and whose item is here."""
    rows = store.all(
        "SELECT op.op, op.site, r.id, r.body FROM op JOIN record r ON r.site = op.site AND r.entity = 'review'"
        " AND r.id = json_extract(CAST(op.result AS TEXT), '$.review') WHERE op.state = 'held' ORDER BY op.id"
    )
    return cast("list[tuple[str, str, str, bytes]]", rows)


def uncover(store: Store) -> None:
    """Take decided ops out of the overlay: the server's rows now say it (protocol §3.5)."""
    store.run(f"UPDATE op SET overlay = 0 WHERE overlay = 1 AND {_DECIDED}")


def forget_unheld(store: Store, site: str) -> None:
    """Forget decided ops on records that are no longer here, after access to a bucket has gone (protocol §3.5)."""
    store.run(
        f"DELETE FROM op WHERE site = ? AND {_DECIDED} AND NOT EXISTS (SELECT 1 FROM record r "
        "WHERE r.site = op.site AND r.entity = op.entity AND r.id = op.record)",
        site,
    )


def forget_old(store: Store, now: int, keep_days: int) -> None:
    """Forget what was decided longer ago than a restored server could want it back."""
    store.run(f"DELETE FROM op WHERE {_DECIDED} AND overlay = 0 AND decided < ?", now - keep_days * _DAY_MS)


def note_acked(store: Store, replica: str, acked: Mapping[str, int]) -> None:
    """Keep how far the server has got in each log."""
    store.run_many(
        "UPDATE log SET acked = ?, mended = NULL WHERE replica = ? AND site = ?",
        [(n, replica, site) for site, n in acked.items()],
    )


def is_ahead(store: Store, replica: str, acked: Mapping[str, int]) -> bool:
    """Tell whether the server has ops under our name that we never sent: our database was cloned or restored."""
    rows = store.all("SELECT site, sent FROM log WHERE replica = ?", replica)
    sent = dict(cast("list[tuple[str, int]]", rows))
    return any(n > sent.get(site, 0) for site, n in acked.items())


def rewind(store: Store, replica: str, acked: Mapping[str, int]) -> None:
    """Send every log again to a restored server (protocol §3.8); only inside ``store.writing()``.

    Up to its ``acked`` these are repeats, whose answers tell what became of them there; the rest, with what was sent
    under an id given up since, is numbered anew. Each keeps its ``op``, so that none counts twice.
    """
    store.run(f"UPDATE op SET {_AGAIN} WHERE NOT {_OUTBOX}")
    sites = store.all("SELECT site FROM log WHERE replica = ? UNION SELECT site FROM op", replica)
    for (site,) in cast("list[tuple[str]]", sites):
        n = acked.get(site, 0)
        forgotten = store.all(
            "SELECT id FROM op WHERE site = ? AND (replica != ? OR n > ?) ORDER BY id", site, replica, n
        )
        numbered = [(replica, n + place, id_) for place, (id_,) in enumerate(forgotten, 1)]
        # Numbers must be unique at every moment.
        store.run_many("UPDATE op SET n = -id WHERE id = ?", forgotten)
        store.run_many("UPDATE op SET replica = ?, n = ? WHERE id = ?", numbered)
        store.run(
            "INSERT INTO log VALUES (?, ?, ?, 0, ?, NULL) ON CONFLICT (replica, site) DO UPDATE"
            " SET next = excluded.next, acked = excluded.acked, mended = NULL",
            replica, site, n + len(numbered) + 1, n,
        )  # fmt: skip


def mend(store: Store, replica: str, site: str, expected: int) -> bool:
    """Fill a gap that the server sees in a log; tell whether we could. The same gap twice cannot be filled."""
    row = store.one("SELECT next, mended FROM log WHERE replica = ? AND site = ?", replica, site)
    following, mended = cast("tuple[int, int | None]", row or (0, None))
    if mended == expected or expected < 1:
        return False
    kept = store.count("SELECT COUNT(*) FROM op WHERE replica = ? AND site = ? AND n >= ?", replica, site, expected)
    if kept == 0 or kept != following - expected:
        return False
    with store.writing():
        store.run(
            f"UPDATE op SET {_AGAIN} WHERE replica = ? AND site = ? AND n >= ? AND NOT {_OUTBOX}",
            replica, site, expected,
        )  # fmt: skip
        store.run(
            "UPDATE log SET acked = ?, mended = ? WHERE replica = ? AND site = ?",
            expected - 1, expected, replica, site,
        )  # fmt: skip
    return True


def carry_over(store: Store, old: str, new: str) -> None:
    """Move what a forked replica has not heard the end of into the logs of its new id: same ``op``, new ``n``
    (protocol §3.1)."""
    with store.writing():
        rows = store.all(f"SELECT id, site FROM op WHERE replica = ? AND NOT {_DECIDED} ORDER BY id", old)
        heads: dict[str, int] = {}
        moved = []
        for id_, site in cast("list[tuple[int, str]]", rows):
            heads[site] = heads.get(site, 0) + 1
            moved.append((new, heads[site], id_))
        store.run_many("UPDATE op SET replica = ?, n = ?, state = 'waiting' WHERE id = ?", moved)
        store.run_many("INSERT INTO log VALUES (?, ?, ?, 0, 0, NULL)", [(new, s, n + 1) for s, n in heads.items()])
        store.run("DELETE FROM log WHERE replica = ?", old)


def entries(store: Store, *, decided: bool = True, limit: int = 1000) -> list[Entry]:
    """Return the newest ops in the order in which they were made; without ``decided`` only what is still open."""
    only = "" if decided else f"WHERE NOT {_DECIDED}"
    rows = store.all(
        f"SELECT n, body, state, made, result FROM (SELECT * FROM op {only} ORDER BY id DESC LIMIT ?) ORDER BY id",
        limit,
    )
    return [
        Entry(
            n=n,
            op=msgspec.json.decode(body, type=Op),
            state=state,
            made=made,
            result=msgspec.json.decode(result, type=Result) if result else None,
        )
        for n, body, state, made, result in cast("list[tuple[int, bytes, str, int, bytes | None]]", rows)
    ]


def overlay(store: Store, entity: str | None = None, record: str | None = None) -> list[Op]:
    """Return the ops that lie over the server's state, oldest first."""
    narrowed, values = "", []
    for column, value in (("entity", entity), ("record", record)):
        if value is not None:
            narrowed += f" AND {column} = ?"
            values.append(value)
    rows = store.all(f"SELECT body FROM op WHERE overlay = 1{narrowed} ORDER BY id", *values)
    bodies = [body for (body,) in cast("list[tuple[bytes]]", rows)]
    return msgspec.json.decode(b"[" + b",".join(bodies) + b"]", type=list[Op])


def measure(store: Store) -> tuple[int, int | None]:
    """Return how many ops the outbox holds and when (ms) the oldest was made."""
    row = store.one(f"SELECT COUNT(*), MIN(made) FROM op WHERE {_OUTBOX}")
    return cast("tuple[int, int | None]", row)
