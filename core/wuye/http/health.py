"""``/health/live``: the process answers; ``/health/ready``: its database does, too."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from wuye.http.server import Server


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of health."""

    @get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @get("/health/ready")
    async def ready() -> Response[dict[str, str]]:
        await server.road.read(lambda snapshot: snapshot.epoch())
        return Response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    return [live, ready]
