"""``POST /session`` and ``DELETE /session`` (protocol §2)."""

from collections.abc import Sequence

import msgspec
from litestar import Response, delete, post
from litestar.handlers import HTTPRouteHandler

from wuye.http.bodies import MAX_SMALL, AnyRequest, decode, read_body
from wuye.http.encoding import answer
from wuye.http.login import LogIns
from wuye.http.server import Server
from wuye.protocol.wire import LogIn

_log_in = msgspec.json.Decoder(LogIn)


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of log-in."""
    log_ins = LogIns(server.road, server.speakers)

    @post("/session", status_code=200)
    async def log_in(request: AnyRequest) -> Response[bytes]:
        asked = decode(await read_body(request.scope, request.receive, MAX_SMALL), _log_in)
        address = request.client.host if request.client else ""
        return await answer(request, msgspec.json.encode(await log_ins.log_in(asked, address)))

    @delete("/session", status_code=204)
    async def log_out(request: AnyRequest) -> None:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        await log_ins.log_out(speaker.session)
        server.hub.end_session(speaker.session.digest)

    return [log_in, log_out]
