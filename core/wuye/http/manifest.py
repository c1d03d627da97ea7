"""``GET /manifest`` (protocol §7). Its hash is the one that ``/sync`` tells, so a client knows when to ask."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from wuye.builtin.policies import POLICIES
from wuye.host import scope_of
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer
from wuye.http.server import Server
from wuye.kernel.clock import to_ms


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the manifest's route."""

    @get("/manifest")
    async def manifest(request: AnyRequest) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        now_ms = to_ms(server.road.clock())
        hash_ = directory.manifest_hash(speaker.user, now_ms)
        headers = {"ETag": f'"{hash_}"', "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
            return Response(b"", status_code=304, headers=headers)
        scope = scope_of(
            directory,
            speaker.user,
            now_ms,
            server=server.version,
            epoch=server.epoch,
            policies=POLICIES,
        )
        return await answer(request, server.manifests.build(scope, hash_).body, headers=headers)

    return [manifest]
