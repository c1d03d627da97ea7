"""Attachments on their way in (protocol §6): ``HEAD`` and ``PUT /blobs/{sha256}``, ``POST /blobs/inventory``."""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Response, head, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct

from wuye.http.bodies import MAX_SMALL, AnyRequest, Arrivals, decode, read_body
from wuye.http.encoding import answer
from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.storage.blobs import Chunk, Inventory, Limits, Standing
from wuye.sync.blobs import SHA

MAX_CHUNK = 4 << 20
CHUNKS_AT_ONCE = 4
MAX_ASKED = 500

_CHUNK = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


class Asked(Struct, frozen=True, kw_only=True):
    """Which files a client wonders about."""

    sha256: Annotated[list[Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]], Meta(max_length=MAX_ASKED)]


_asked = msgspec.json.Decoder(Asked)


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of uploads."""
    arrivals = Arrivals(each=CHUNKS_AT_ONCE)

    @head("/blobs/{sha:str}")
    async def stand(request: AnyRequest, sha: FromPath[str]) -> Response[None]:
        speaker, sha = await _alive(server, request), hash_of(sha)
        known = await _look(server, speaker, [sha])
        if sha not in known.stored:
            return _stands(Standing(offset=known.offsets.get(sha, 0)))
        blob = (await server.road.read(lambda snapshot: snapshot.blobs.stored([sha])))[sha]
        return _stands(Standing(offset=blob.size, complete=True))

    @put("/blobs/{sha:str}", status_code=204)
    async def take(request: AnyRequest, sha: FromPath[str]) -> Response[None]:
        speaker, sha = await _sender(server, request, hash_of(sha)), hash_of(sha)
        start, stop, total = _announced(request)
        limits = await _limits(server)
        if total > limits.each:
            raise Problem("too_large", f"at most {limits.each} bytes", extra={"max": limits.each})
        with arrivals.of(speaker.session.replica):
            data = await read_body(request.scope, request.receive, stop - start)
        if len(data) != stop - start:
            raise Problem("invalid_request", f"{len(data)} bytes came, Content-Range says {stop - start}")
        chunk = Chunk(sha=sha, start=start, total=total, data=data)
        with server.gate:
            now_ms = to_ms(server.road.clock())
            standing = await asyncio.to_thread(server.shelf.put, speaker.user, chunk, limits, now_ms)
        if standing.complete:
            server.road.arrived(sha)
        return _stands(standing, status=204)

    @post("/blobs/inventory", status_code=200)
    async def inventory(request: AnyRequest) -> Response[bytes]:
        speaker = await _alive(server, request)
        asked = decode(await read_body(request.scope, request.receive, MAX_SMALL), _asked)
        return await answer(request, msgspec.json.encode(await _look(server, speaker, asked.sha256)))

    return [stand, take, inventory]


def hash_of(sha: str) -> str:
    """Check the name of a file.

    Raises:
        Problem: ``not_found``, it is no SHA-256.
    """
    if not SHA.fullmatch(sha):
        raise Problem("not_found", "a file is named by its SHA-256, 64 lower-case hex digits")
    return sha


async def _alive(server: Server, request: AnyRequest) -> Speaker:
    """Return whose token is good, be it only to send."""
    speaker = await server.speakers.find(request.headers.get("authorization", ""))
    if not speaker.alive(to_ms(server.road.clock())):
        raise speaker.refusal()
    return speaker


async def _sender(server: Server, request: AnyRequest, sha: str) -> Speaker:
    """Return who sends a chunk: also a dead token may, what its ops name, for the days of grace (protocol §5)."""
    speaker = await server.speakers.find(request.headers.get("authorization", ""))
    if speaker.alive(to_ms(server.road.clock())):
        return speaker
    if not await server.speakers.may_offer(speaker):
        raise speaker.refusal()
    if not await asyncio.to_thread(server.shelf.may_offer, speaker.user, sha):
        raise speaker.refusal()
    return speaker


async def _look(server: Server, speaker: Speaker, shas: Sequence[str]) -> Inventory:
    """Return what is there; who may only send learns of his own uploads alone."""
    directory = await server.road.directory()
    access = {} if speaker.push_only else directory.access(speaker.user, to_ms(server.road.clock()))
    return await asyncio.to_thread(server.shelf.look, speaker.user, shas, access)


def _announced(request: AnyRequest) -> tuple[int, int, int]:
    """Return start, end (exclusive) and total of the chunk that a request announces; without ``Content-Range`` it is
    the whole file."""
    said = request.headers.get("content-range")
    if said is None:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or request.headers.get("content-encoding"):
            raise Problem("invalid_request", "Content-Range or Content-Length must tell the size")
        start, stop, total = 0, int(length), int(length)
    else:
        match = _CHUNK.fullmatch(said)
        if match is None:
            raise Problem("invalid_request", "Content-Range is bytes first-last/total")
        first, last, total = (int(number) for number in match.groups())
        start, stop = first, last + 1
    if not 0 <= start < stop <= total:
        raise Problem("invalid_request", "a chunk has bytes, and they lie within the file")
    if stop - start > MAX_CHUNK:
        raise Problem("too_large", f"a chunk has at most {MAX_CHUNK} bytes", extra={"max": MAX_CHUNK})
    return start, stop, total


async def _limits(server: Server) -> Limits:
    directory = await server.road.directory()

    def number(name: str) -> int:
        value = directory.setting(directory.org, name)
        return value if isinstance(value, int) else 0

    return Limits(each=number("blob_bytes"), waiting=number("blob_waiting_bytes"), stored=server.settings.blob_quota)


def _stands(standing: Standing, status: int = 200) -> Response[None]:
    headers = {
        "Upload-Offset": str(standing.offset),
        "Upload-Complete": "?1" if standing.complete else "?0",
        "Cache-Control": "no-store",
    }
    return Response(None, status_code=status, headers=headers)
