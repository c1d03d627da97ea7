"""``GET /prints/{site}/{entity}/{record}``: the forms about a record; ``GET /print/{form}/{site}/{record}``: one of
them as an HTML document to show and print. ``lang`` is the language of both."""

from collections.abc import Sequence

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from wuye.http.access import site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer, page
from wuye.http.reports import language_asked, log_look_ups_of, query_of
from wuye.http.server import Server
from wuye.prints import Asker, forms_for, print_form


class Offered(Struct, frozen=True, kw_only=True):
    """A form that can be printed."""

    id: str
    label: str
    paper: str
    landscape: bool


class Forms(Struct, frozen=True, kw_only=True):
    """The forms about a record."""

    forms: list[Offered]


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of printed forms."""

    async def asker_of(request: AnyRequest, site: str) -> Asker:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        site_access(server, await server.road.directory(), speaker, site)
        language = language_asked(request, query_of(request))
        return Asker(user=speaker.user, site=site, language=language, now=server.road.clock())

    @get("/prints/{site:str}/{entity:str}/{record:str}")
    async def offer(
        request: AnyRequest, site: FromPath[str], entity: FromPath[str], record: FromPath[str]
    ) -> Response[bytes]:
        asker, directory = await asker_of(request, site), await server.road.directory()
        found = await server.road.read(lambda snapshot: forms_for(snapshot, directory, asker, entity, record))
        texts = server.registry.catalogue
        forms = [
            Offered(
                id=form.id,
                label=texts.say(f"print.{form.id}", asker.language),
                paper=form.paper,
                landscape=form.landscape,
            )
            for form in found
        ]
        return await answer(request, msgspec.json.encode(Forms(forms=forms)))

    @get("/print/{form:str}/{site:str}/{record:str}")
    async def show(
        request: AnyRequest, form: FromPath[str], site: FromPath[str], record: FromPath[str]
    ) -> Response[bytes]:
        asker, directory = await asker_of(request, site), await server.road.directory()
        objects = server.shelf.objects
        printed = await server.road.read(lambda snapshot: print_form(snapshot, directory, asker, form, record, objects))
        await log_look_ups_of(server, asker.user, site, printed.look_ups)
        return await page(request, printed.document)

    return [offer, show]
