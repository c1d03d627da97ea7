"""``GET /live`` (protocol §2)."""

from collections.abc import Sequence

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from wuye.http.bodies import AnyRequest
from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the route of pokes."""

    async def watched(header: str) -> frozenset[str] | None:
        now_ms = to_ms(server.road.clock())
        speaker = await server.speakers.find(header)
        if not speaker.alive(now_ms):
            return None
        return frozenset((await server.road.directory()).access(speaker.user, now_ms))

    @get("/live")
    async def live(request: AnyRequest) -> Stream:
        header = request.headers.get("authorization", "")
        speaker: Speaker = await server.speakers.require(header)
        if server.hub.full:
            raise Problem("busy", "too many live streams are open")
        stream = server.hub.stream(speaker.session.digest, lambda: watched(header))
        return Stream(stream, media_type="text/event-stream", headers=_HEADERS)

    return [live]
