"""Plain reading for integrators: ``GET /sites/{site}/{entity}[/{record}]`` (protocol §2)."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Raw, Struct

from wuye.http.access import log_look_ups, model_at, readable_buckets, site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer
from wuye.http.server import Server
from wuye.kernel.errors import Problem
from wuye.kernel.folding import matches, search_line
from wuye.kernel.ids import is_uuid
from wuye.model.entity import Field
from wuye.model.registry import Model
from wuye.model.values import INTEGER_MAX
from wuye.storage.layout import TableLayout, layouts
from wuye.storage.sqlite import SqliteSnapshot
from wuye.storage.sqlite.listing import Listed, Listing, Place, list_records
from wuye.sync.rows import Need

PAGE = 50
MAX_PAGE = 200
MAX_SCAN = 2_000
"""Records that one search looks at; its ``next`` goes on from there."""

_place = msgspec.json.Decoder(Place)
_values = msgspec.json.Decoder(dict[str, object])


class Record(Struct, frozen=True, kw_only=True):
    """A record as shown; ``seq`` is what ``If-Match`` will ask for."""

    id: str
    seq: int
    values: Raw


class Records(Struct, frozen=True, kw_only=True):
    """A page; ``next`` continues it (``after=``), None at the end."""

    records: list[Record]
    next: str | None


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of plain reading."""
    tables = layouts(server.registry)

    @get("/sites/{site:str}/{entity:str}")
    async def read_page(request: AnyRequest, site: FromPath[str], entity: FromPath[str]) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        access = site_access(server, directory, speaker, site)
        model = model_at(directory, site, entity)
        asked, query = read_query(request.query_params.dict(), site, readable_buckets(access, site, model), model)
        unit = page_of(tables[entity], asked, query, model)
        found, end = await server.road.read(unit)
        shown = [(record.id, _values.decode(record.body)) for record in found] if model.entity.private else []
        await log_look_ups(server, speaker, site, model, shown, "search")
        page = Records(
            records=[Record(id=record.id, seq=record.seq, values=Raw(record.body)) for record in found],
            next=sealed(end) if end else None,
        )
        return await answer(request, msgspec.json.encode(page))

    @get("/sites/{site:str}/{entity:str}/{record:str}")
    async def read_one(
        request: AnyRequest, site: FromPath[str], entity: FromPath[str], record: FromPath[str]
    ) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        access = site_access(server, directory, speaker, site)
        model = model_at(directory, site, entity)
        readable_buckets(access, site, model)
        ref = (entity, record)
        if not is_uuid(record):
            raise Problem("not_found")
        stored = (await server.road.read(lambda s: s.load(site, Need(records={ref})))).records.get(ref)
        # What he may not read answers as if unknown (protocol §3.2).
        if stored is None or not access.reads(stored.buckets):
            raise Problem("not_found")
        if stored.deleted:
            raise Problem("gone")
        await log_look_ups(server, speaker, site, model, [(record, stored.values)], "view")
        meta = {name: getattr(stored, name) for name in ("created_at", "created_by", "updated_at", "updated_by")}
        body = msgspec.json.encode({**stored.values, **meta}, order="sorted")
        shown = Record(id=record, seq=stored.seq, values=Raw(body))
        return await answer(request, msgspec.json.encode(shown), headers={"ETag": f'"{stored.seq}"'})

    return [read_page, read_one]


def read_query(
    params: Mapping[str, Sequence[str]], site: str, buckets: Sequence[str], model: Model
) -> tuple[Listing, str]:
    """Read the query: ``limit``, ``after``, ``sort`` (``-field`` descends), ``q``; all else filters by a field.

    Raises:
        Problem: ``invalid_request`` with the name at fault.
    """
    given = {name: values[-1] for name, values in params.items()}
    if any(len(value) > 500 for value in given.values()) or len(given) > 20:
        raise Problem("invalid_request", "the query is too long")
    limit, after, sort, query = (given.pop(name, "") for name in ("limit", "after", "sort", "q"))
    if limit and not (limit.isdecimal() and 0 < int(limit) <= MAX_PAGE):
        raise Problem("invalid_request", f"limit is 1 to {MAX_PAGE}", fields=("limit",))
    try:
        place = _place.decode(base64.urlsafe_b64decode(after)) if after else None
    except (ValueError, msgspec.MsgspecError):
        raise Problem("invalid_request", "after is what next said", fields=("after",)) from None
    listing = Listing(
        site=site,
        buckets=buckets,
        filters=[(name, _typed(model, name, value)) for name, value in given.items()],
        sort=sort.removeprefix("-") or None,
        descending=sort.startswith("-"),
        after=place,
        limit=int(limit or PAGE),
    )
    return listing, query


def _typed(model: Model, name: str, value: str) -> str | int:
    field = next((field for field in model.entity.fields if field.name == name), None)
    if field is None and name != model.state_field:
        raise Problem("invalid_request", f"no field {name[:60]}", fields=(name[:60],))
    if field is not None and field.type in ("integer", "money"):
        if not value.removeprefix("-").isdecimal() or abs(int(value)) > INTEGER_MAX:
            raise Problem("invalid_request", f"{name} is a whole number", fields=(name,))
        return int(value)
    if field is not None and field.type == "boolean":
        return int(value == "true")
    return value


def page_of(
    layout: TableLayout, asked: Listing, query: str, model: Model
) -> Callable[[SqliteSnapshot], tuple[list[Listed], Place | None]]:
    """Return the unit that reads a page and says where the next one begins."""

    def found(record: Listed) -> bool:
        return matches(search_line(_searched(model.entity.fields, _values.decode(record.body))), query)

    def unit(snapshot: SqliteSnapshot) -> tuple[list[Listed], Place | None]:
        wanted = MAX_SCAN if query else asked.limit
        try:
            rows = list_records(snapshot, layout, msgspec.structs.replace(asked, limit=wanted))
        except KeyError as error:
            field = str(error.args[0])[:60]
            raise Problem("invalid_request", f"cannot sort or filter by {field}", fields=(field,)) from error
        page: list[Listed] = []
        for row in rows:
            if not query or found(row):
                page.append(row)
                if len(page) == asked.limit:
                    return page, row.place
        return page, rows[-1].place if len(rows) == wanted else None

    return unit


def _searched(fields: Sequence[Field], values: Mapping[str, object]) -> Iterator[str]:
    """Yield the texts that a record is found by, those inside rows included."""
    for field in fields:
        value = values.get(field.name)
        if field.type == "rows":
            for row in value if isinstance(value, list) else ():
                yield from _searched(field.fields, row)
        elif field.search and value is not None:
            yield str(value)


def sealed(place: Place) -> str:
    """Return where the next page begins, as its caller hands it back (``after=``)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()
