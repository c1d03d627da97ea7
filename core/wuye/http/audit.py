"""``GET /ledger`` and ``GET /history/{entity}/{record}``: who did what, when, with what outcome (protocol §2).

``site`` says where, ``entity``, ``record``, ``user``, ``status`` what, ``from`` and ``until`` when it was received;
``newest=true`` begins at the end, ``since`` and ``limit`` page. Values are shown only to who may read that record now.
Who reads all of a site's review items (supervisors, auditors) sees of the rest that it happened; nobody else sees any
of it.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Raw, Struct

from wuye.http.access import log_look_ups, site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer
from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.kernel.clock import from_wire, to_wire
from wuye.kernel.errors import Problem
from wuye.storage.sqlite import SqliteSnapshot
from wuye.storage.sqlite.trail import newest, position_at
from wuye.sync.access import Access
from wuye.sync.rows import LedgerRow, Need, Ref, Stored

PAGE = 100
MAX_PAGE = 500
MAX_SCAN = 5_000
"""Ledger rows that one request looks at; its ``next`` goes on from there."""

_FILTERS = ("entity", "record", "user", "status")
_QUERY = frozenset({"site", "since", "limit", "from", "until", "newest", *_FILTERS})
_END = 1 << 39
"""Beyond every position of a site."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ledger row as shown; ``op`` and ``changes`` (field → [old, new]) only where values may be."""

    pos: int
    seq: int
    id: str
    user: str
    replica: str
    n: int
    entity: str
    record: str
    kind: str
    status: str
    at: str
    received_at: str
    digest: str
    code: str | None = None
    review: str | None = None
    cause: str | None = None
    clock_suspect: bool = False
    fields: tuple[str, ...] = ()
    message: str | None = None
    op: Raw | None = None
    changes: Raw | None = None


class Entries(Struct, frozen=True, kw_only=True):
    """A page; ``next`` continues it (``since=``), None at the end."""

    site: str
    entries: list[Entry]
    next: int | None


class _Asked(Struct, frozen=True, kw_only=True):
    site: str
    since: int
    limit: int
    begins: str
    ends: str
    newest: bool
    filters: Mapping[str, str]


class _Found(Struct, frozen=True, kw_only=True):
    rows: list[LedgerRow]
    records: Mapping[Ref, Stored]
    next: int | None


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of the audit trail."""

    async def show(request: AnyRequest, given: Mapping[str, str]) -> Entries:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        asked = _asked(given)
        access = site_access(server, await server.road.directory(), speaker, asked.site)
        found = await server.road.read(_reader(asked, access, speaker.user))
        await _log(server, speaker, asked.site, found, access)
        entries = [_entry(row, values=_may_see(row, found.records, access, speaker.user)) for row in found.rows]
        return Entries(site=asked.site, entries=entries, next=found.next)

    @get("/ledger")
    async def ledger(request: AnyRequest) -> Response[bytes]:
        return await answer(request, msgspec.json.encode(await show(request, _query(request))))

    @get("/history/{entity:str}/{record:str}")
    async def history(request: AnyRequest, entity: FromPath[str], record: FromPath[str]) -> Response[bytes]:
        page = await show(request, {**_query(request), "entity": entity, "record": record})
        if not page.entries and page.next is None:
            raise Problem("not_found")
        return await answer(request, msgspec.json.encode(page))

    return [ledger, history]


def _query(request: AnyRequest) -> dict[str, str]:
    return {name: values[-1] for name, values in request.query_params.dict().items()}


def _asked(given: Mapping[str, str]) -> _Asked:
    unknown = sorted(given.keys() - _QUERY)
    if unknown or any(len(value) > 200 for value in given.values()):
        raise Problem("invalid_request", "unknown or too long", fields=tuple(name[:60] for name in unknown[:20]))
    since, limit = given.get("since", "0"), given.get("limit", str(PAGE))
    if not (since.isdecimal() and len(since) < 16):
        raise Problem("invalid_request", "since is a position", fields=("since",))
    if not (limit.isdecimal() and 0 < int(limit) <= MAX_PAGE):
        raise Problem("invalid_request", f"limit is 1 to {MAX_PAGE}", fields=("limit",))
    if "site" not in given:
        raise Problem("invalid_request", "site is missing", fields=("site",))
    return _Asked(
        site=given["site"],
        since=int(since),
        limit=int(limit),
        begins=_moment(given, "from"),
        ends=_moment(given, "until"),
        newest=given.get("newest") == "true",
        filters={name: given[name] for name in _FILTERS if name in given},
    )


def _moment(given: Mapping[str, str], name: str) -> str:
    try:
        return to_wire(from_wire(given[name])) if name in given else ""
    except (ValueError, OverflowError):
        raise Problem("invalid_request", f"{name} must be a moment with its zone", fields=(name,)) from None


def _reader(asked: _Asked, access: Access, user: str) -> Callable[[SqliteSnapshot], _Found]:
    """Return the unit that gathers a page of rows that may be shown, looking at a bounded number of them."""
    entity, record = asked.filters.get("entity"), asked.filters.get("record")
    ref = (entity, record) if entity and record else None

    def unit(snapshot: SqliteSnapshot) -> _Found:
        rows: list[LedgerRow] = []
        records: dict[Ref, Stored] = {}
        low = position_at(snapshot, asked.site, asked.begins) - 1 if asked.begins else 0
        high = position_at(snapshot, asked.site, asked.ends) if asked.ends else _END
        after = min(asked.since or high, high) if asked.newest else max(asked.since, low)
        scanned = 0
        while scanned < MAX_SCAN:
            if asked.newest:
                some = newest(snapshot, asked.site, before=after, limit=MAX_PAGE, ref=ref)
            else:
                some = snapshot.ledger(asked.site, after=after, limit=MAX_PAGE, ref=ref)
            within = [row for row in some if low < row.pos < high]
            fitting = [row for row in within if all(getattr(row, k) == v for k, v in asked.filters.items())]
            wanted = {(row.entity, row.record) for row in fitting} - records.keys()
            records.update(snapshot.load(asked.site, Need(records=wanted)).records)
            for row in fitting:
                if _watches(access, asked.site) or _may_see(row, records, access, user):
                    rows.append(row)
                    if len(rows) == asked.limit:
                        return _Found(rows=rows, records=records, next=row.pos)
            scanned += len(some)
            if len(within) < MAX_PAGE:
                return _Found(rows=rows, records=records, next=None)
            after = some[-1].pos
        return _Found(rows=rows, records=records, next=after)

    return unit


def _watches(access: Access, site: str) -> bool:
    return f"{site}/review" in access.buckets


def _may_see(row: LedgerRow, records: Mapping[Ref, Stored], access: Access, user: str) -> bool:
    """Tell whether the values of a row may be shown: of a record that never came to be, to its author alone."""
    stored = records.get((row.entity, row.record))
    return row.user == user if stored is None else access.reads(stored.buckets)


async def _log(server: Server, speaker: Speaker, site: str, found: _Found, access: Access) -> None:
    directory = await server.road.directory()
    shown: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in found.rows:
        stored = found.records.get((row.entity, row.record))
        if stored is not None and access.reads(stored.buckets):
            shown.setdefault(row.entity, {})[row.record] = stored.values
    for entity, records in shown.items():
        if model := directory.models.get(entity):
            await log_look_ups(server, speaker, site, model, records.items(), "view")


def _entry(row: LedgerRow, *, values: bool) -> Entry:
    entry = Entry(
        pos=row.pos,
        seq=row.seq,
        id=row.op,
        user=row.user,
        replica=row.replica,
        n=row.n,
        entity=row.entity,
        record=row.record,
        kind=row.kind,
        status=row.status,
        at=row.at,
        received_at=row.received_at,
        digest=row.digest.hex(),
        code=row.code,
        review=row.review,
        cause=row.cause,
        clock_suspect=row.clock_suspect,
    )
    if not values:
        return entry
    return msgspec.structs.replace(
        entry, fields=row.fields, message=row.message, op=Raw(row.body), changes=Raw(row.changes)
    )
