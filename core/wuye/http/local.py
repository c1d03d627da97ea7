"""``POST /local/submit``, ``/local/give``: the command line on the server's own machine brings ops to the one door, and
lets people in.

While a server runs it alone may write (design §4), so ``wuye import`` hands its ops over. It shows the token that the
server wrote into ``serve.json``, readable by the server's own account only.
"""

import hmac
from collections.abc import Sequence

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from wuye.http.bodies import MAX_SMALL, AnyRequest, decode, read_body
from wuye.http.credentials import Given, give
from wuye.http.encoding import answer
from wuye.http.server import Server
from wuye.kernel.errors import Problem
from wuye.protocol.wire import Op, Result

MAX_BODY = 16 << 20
MAX_OPS = 5_000


class Submission(Struct, frozen=True, kw_only=True):
    """Ops of ``user``'s server-side replica for ``purpose`` (``import``) at one site; ``writes`` stands for his rights
    where the server itself acts, as when it logs what he looked up."""

    user: str
    purpose: str
    site: str
    ops: list[Op]
    writes: frozenset[str] | None = None


class Submitted(Struct, frozen=True, kw_only=True):
    """Their outcomes, in order."""

    results: list[Result]


_submission = msgspec.json.Decoder(Submission)
_given = msgspec.json.Decoder(Given)


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of the local command line."""

    def check(request: AnyRequest) -> None:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(shown.encode(), server.token.encode()):
            raise Problem("unauthorized")

    @post("/local/submit", status_code=200)
    async def submit(request: AnyRequest) -> Response[bytes]:
        check(request)
        asked = decode(await read_body(request.scope, request.receive, MAX_BODY), _submission)
        if len(asked.ops) > MAX_OPS:
            raise Problem("too_many_ops", extra={"max": MAX_OPS})
        results = await server.road.submit(asked.user, asked.purpose, asked.site, asked.ops, writes=asked.writes)
        return await answer(request, msgspec.json.encode(Submitted(results=results)))

    @post("/local/give", status_code=204)
    async def let_in(request: AnyRequest) -> None:
        check(request)
        given = decode(await read_body(request.scope, request.receive, MAX_SMALL), _given)
        await server.road.store.write("", lambda tx: give(tx, given))
        server.speakers.forget()

    return [submit, let_in]
