"""Attachments on their way out (protocol §6): ``GET /blobs/{sha256}``, for who may read a record that names them."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from wuye.http.access import log_look_ups
from wuye.http.bodies import AnyRequest
from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.http.uploads import hash_of
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.sync.directory import Directory
from wuye.sync.inventory import Blob, Naming
from wuye.sync.rows import Need

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_SAFE = {
    # Bytes that somebody sent are shown by our app or kept as a file; they never run here.
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Accept-Ranges": "bytes",
    # A hash never means other bytes; but one user's cache is not the next one's.
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Authorization",
}


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the route of attachments."""

    @get("/blobs/{sha:str}")
    async def give(request: AnyRequest, sha: FromPath[str]) -> Response[bytes] | Stream:
        speaker, sha = await server.speakers.require(request.headers.get("authorization", "")), hash_of(sha)
        directory = await server.road.directory()
        access = directory.access(speaker.user, to_ms(server.road.clock()))
        found = await asyncio.to_thread(server.shelf.find, sha, access)
        if found is None:
            raise Problem("not_found")
        blob, namings = found
        tag = f'"{sha}"'
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers={**_SAFE, "ETag": tag})
        start, stop = _range(request, blob, tag)
        await _log_look(server, directory, speaker, namings)
        headers = {**_SAFE, "ETag": tag, "Content-Length": str(stop - start)}
        part = (start, stop) != (0, blob.size)
        if part:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
        pieces = server.shelf.objects.stream(sha, start, stop)
        first = await anext(pieces)  # before anything is promised: it may have been lost
        return Stream(_joined(first, pieces), media_type=blob.type, headers=headers, status_code=206 if part else 200)

    return [give]


def _range(request: AnyRequest, blob: Blob, tag: str) -> tuple[int, int]:
    """Return the part that is asked for; all of it where the range is none of one piece."""
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or not any(match.groups()) or request.headers.get("if-range", tag) != tag:
        return 0, blob.size
    first, last = match.groups()
    if first:
        start, stop = int(first), min(int(last) + 1 if last else blob.size, blob.size)
    else:
        start, stop = max(0, blob.size - int(last)), blob.size
    if start >= stop:
        raise Problem("bad_range", f"the file has {blob.size} bytes", extra={"size": blob.size})
    return start, stop


async def _log_look(server: Server, directory: Directory, speaker: Speaker, namings: Sequence[Naming]) -> None:
    """Write down that somebody is shown a file which he may see in private records alone (OWN-7)."""
    known = [(naming, directory.models[naming.entity]) for naming in namings if naming.entity in directory.models]
    if not known or any(not model.entity.private for _, model in known):
        return
    naming, model = known[0]
    ref = (naming.entity, naming.record)
    stored = (await server.road.read(lambda s: s.load(naming.site, Need(records={ref})))).records.get(ref)
    owners = {name for name, entity, _ in model.refs if entity == "owner"}
    values = {name: value for name, value in stored.values.items() if name in (*owners, naming.field)} if stored else {}
    await log_look_ups(server, speaker, naming.site, model, [(naming.record, values)], "view")


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
