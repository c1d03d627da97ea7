"""``POST /users/{user}/start-code``, ``…/password``, ``POST /enrolments``, ``…/redeem``: who lets whom in."""

from collections.abc import Sequence

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from wuye.http.bodies import MAX_SMALL, AnyRequest, decode, read_body
from wuye.http.credentials import Credentials
from wuye.http.encoding import answer
from wuye.http.enrolment import Enrolments
from wuye.http.login import LogIns
from wuye.http.server import Server
from wuye.protocol.wire import Enrolment, Redemption

_enrolment = msgspec.json.Decoder(Enrolment)
_redemption = msgspec.json.Decoder(Redemption)


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes by which people are let in by others."""
    credentials = Credentials(server.road, server.speakers)
    enrolments = Enrolments(server.road, credentials, LogIns(server.road, server.speakers))

    async def actor(request: AnyRequest) -> str:
        return (await server.speakers.require(request.headers.get("authorization", ""))).user

    @post("/users/{user:str}/start-code", status_code=200)
    async def start_code(request: AnyRequest, user: FromPath[str]) -> Response[bytes]:
        given = await credentials.start_code(await actor(request), user)
        return await answer(request, msgspec.json.encode(given))

    @post("/users/{user:str}/password", status_code=200)
    async def password(request: AnyRequest, user: FromPath[str]) -> Response[bytes]:
        given = await credentials.password(await actor(request), user)
        return await answer(request, msgspec.json.encode(given))

    @post("/enrolments", status_code=200)
    async def prepare(request: AnyRequest) -> Response[bytes]:
        who = await actor(request)
        asked = decode(await read_body(request.scope, request.receive, MAX_SMALL), _enrolment)
        ticket = await enrolments.prepare(who, asked, server.settings.origin or _origin(request))
        return await answer(request, msgspec.json.encode(ticket))

    @post("/enrolments/redeem", status_code=200)
    async def redeem(request: AnyRequest) -> Response[bytes]:
        asked = decode(await read_body(request.scope, request.receive, MAX_SMALL), _redemption)
        address = request.client.host if request.client else ""
        return await answer(request, msgspec.json.encode(await enrolments.redeem(asked, address)))

    return [start_code, password, prepare, redeem]


def _origin(request: AnyRequest) -> str:
    """Return the server's address as the office's browser named it."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
