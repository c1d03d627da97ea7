"""``GET /lists/{site}/{entity}.xlsx``: the list of an entity as a workbook, with the filters of plain reading.

Pages are read and written one after the other, so memory stays small however long the list is; each page is of one
moment. Who looked at private data is logged before it is written (OWN-7).
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from wuye.http.access import look_ups_of, model_at, readable_buckets
from wuye.http.bodies import AnyRequest
from wuye.http.records import MAX_PAGE, page_of, read_query
from wuye.http.reports import XLSX, attachment, language_asked, log_look_ups_of, query_of
from wuye.http.server import Server
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.model.registry import Model
from wuye.prints.gathering import SeenLooks, View
from wuye.protocol.wire import Op
from wuye.reports.shown import Looks
from wuye.reports.workbook import Cell, ListBook, cell_of
from wuye.storage.layout import TableLayout, layouts
from wuye.storage.sqlite import SqliteSnapshot
from wuye.storage.sqlite.listing import Listing, Place
from wuye.sync.directory import Directory

MAX_RECORDS = 20_000
"""Records of a list; a longer one ends with a line that says so."""
CHUNK = 64 << 10
ENDING = ".xlsx"

_values = msgspec.json.Decoder(dict[str, object])


class Asked(Struct, frozen=True, kw_only=True):
    """Who asks for which list, in which language."""

    user: str
    directory: Directory
    site: str
    model: Model
    language: str
    now: datetime
    layout: TableLayout
    listing: Listing
    words: str

    @property
    def columns(self) -> list[str]:
        """The keys of the fields shown: those of the list's view."""
        entity = self.model.entity
        names = entity.views.columns or tuple(field.name for field in entity.fields)
        return [f"{entity.name}.{name}" for name in names]


class Page(Struct, frozen=True, kw_only=True):
    """Some rows, what must be logged before they are shown, and where the next page begins (None: there is none)."""

    cells: list[list[Cell]]
    look_ups: Sequence[Op]
    next: Place | None


def ask(
    directory: Directory,
    user: str,
    site: str,
    entity: str,
    given: Mapping[str, str],
    language: str,
    now: datetime,
    tables: Mapping[str, TableLayout],
) -> Asked:
    """Check that somebody may read a list; ``given`` are filters, ``sort`` and ``q`` as in plain reading.

    Raises:
        Problem: ``not_found``, ``forbidden``, ``invalid_request``.
    """
    access = directory.access_at(user, site, to_ms(now))
    if not access.buckets:
        raise Problem("not_found")
    model = model_at(directory, site, entity)
    buckets = readable_buckets(access, site, model)
    if own := sorted(given.keys() & {"limit", "after"}):
        raise Problem("invalid_request", "a list is whole", fields=tuple(own))
    layout = tables[entity]
    usual = next((sort for sort in model.entity.views.sort if layout.column(sort.removeprefix("-"))), "")
    query = {name: [value] for name, value in {"sort": usual, **given}.items()}
    listing, words = read_query(query, site, buckets, model)
    return Asked(
        user=user,
        directory=directory,
        site=site,
        model=model,
        language=language,
        now=now,
        layout=layout,
        listing=listing,
        words=words,
    )


def page_reader(asked: Asked, after: Place | None, room: int) -> Callable[[SqliteSnapshot], Page]:
    """Return what reads a page of at most ``room`` records, and the titles of the records that they name."""
    listing = msgspec.structs.replace(asked.listing, after=after, limit=min(MAX_PAGE, room))
    unit = page_of(asked.layout, listing, asked.words, asked.model)
    start = len(asked.model.entity.name) + 1

    def cells(records: Sequence[Mapping[str, object]], looks: SeenLooks) -> list[list[Cell]]:
        for values in records:
            for key in asked.columns:
                looks.refers(key, values.get(key[start:]))
        return [[cell_of(key, values.get(key[start:]), looks) for key in asked.columns] for values in records]

    def read(snapshot: SqliteSnapshot) -> Page:
        found, end = unit(snapshot)
        records = [(record.id, _values.decode(record.body)) for record in found]
        view = View(snapshot, asked.directory, asked.site, asked.user, asked.now)
        looks = SeenLooks(view, asked.language)
        rows = cells([values for _, values in records], looks)
        while view.fetch():
            rows = cells([values for _, values in records], looks)
        seen = [*look_ups_of(asked.model, asked.site, records, "export", asked.now), *view.look_ups()]
        return Page(cells=rows, look_ups=seen, next=end)

    return read


def begin(target: BinaryIO, asked: Asked) -> ListBook:
    """Begin the workbook of a list."""
    looks = Looks(asked.directory, asked.site, asked.language)
    return ListBook(target, looks.text(f"{asked.model.entity.name}.plural"), asked.columns, looks)


def cut_line(asked: Asked, count: int) -> list[Cell]:
    """Return the line at the end of a list that is cut."""
    return [asked.directory.registry.catalogue.say("list.cut", asked.language, count=count)]


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the route of lists."""
    tables = layouts(server.registry)

    @get("/lists/{site:str}/{file:str}")
    async def read_list(request: AnyRequest, site: FromPath[str], file: FromPath[str]) -> Stream:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        name, ending, rest = file.rpartition(ENDING)
        if not ending or rest:
            raise Problem("not_found")
        directory, now = await server.road.directory(), server.road.clock()
        given = query_of(request)
        language = language_asked(request, given)
        asked = ask(directory, speaker.user, site, name, given, language, now, tables)
        target = await _write(server, asked)
        return Stream(_chunks(target), media_type=XLSX, headers=attachment(name, "xlsx", now))

    return [read_list]


async def _write(server: Server, asked: Asked) -> BinaryIO:
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  -- closed when the last byte is sent
    try:
        book = await asyncio.to_thread(begin, target, asked)
        try:
            await _fill(book, server, asked)
        finally:
            await asyncio.to_thread(book.close)
    except BaseException:
        target.close()
        raise
    return target


async def _fill(book: ListBook, server: Server, asked: Asked) -> None:
    after: Place | None = None
    count = 0
    while count < MAX_RECORDS:
        page = await server.road.read(page_reader(asked, after, MAX_RECORDS - count))
        await log_look_ups_of(server, asked.user, asked.site, page.look_ups)
        await asyncio.to_thread(book.add, page.cells)
        after, count = page.next, count + len(page.cells)
        if after is None:
            return
    await asyncio.to_thread(book.add, [cut_line(asked, count)])


async def _chunks(target: BinaryIO) -> AsyncIterator[bytes]:
    try:
        await asyncio.to_thread(target.seek, 0)
        while chunk := await asyncio.to_thread(target.read, CHUNK):
            yield chunk
    finally:
        target.close()
