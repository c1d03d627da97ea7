"""Request bodies: read with a bound, unpacked with a bound, decoded strictly (protocol §2)."""

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.types import Receive, Scope

from wuye.kernel.errors import Problem
from wuye.protocol.nesting import cut
from wuye.protocol.wire import MAX_NESTING

T = TypeVar("T")
AnyRequest = Request[object, object, State]

MAX_SMALL = 64 << 10
"""Bytes of a body that holds one thing: a log-in."""

PATIENCE = 180
"""Seconds for a body to arrive: a megabyte over a poor mobile line takes two minutes."""

_DEEPEST = MAX_NESTING + 3  # an op stands two brackets deep, and one cut here must still be found too deep
_GZIP = 16 + zlib.MAX_WBITS

# Browsers write half an emoji, left where a text was cut, as an escape that UTF-8 has no bytes for; refusing the body
# for it would block a whole outbox. It becomes U+FFFD, as everywhere on the web.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][\da-fA-F]{2})|\\[^u]"
)


def header(scope: Scope, name: bytes) -> str:
    """Return a request's header; its name in lower case."""
    for known, value in scope["headers"]:
        if known == name:
            return value.decode("latin-1")
    return ""


class Arrivals:
    """The bodies under way. Everybody may send a few at once, lest one who sends slowly take all the room."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def of(self, sender: str) -> Iterator[None]:
        """Let a body of somebody arrive.

        Raises:
            Problem: ``busy``, he has not sent the others to their end.
        """
        if self._under_way[sender] >= self._each:
            raise Problem("busy", f"{self._each} requests of this device are under way")
        self._under_way[sender] += 1
        try:
            yield
        finally:
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Return the body, unpacked; no more than ``limit`` bytes are ever held.

    Raises:
        Problem: ``too_large``, ``unsupported_media``, ``invalid_request``.
    """
    encoding = header(scope, b"content-encoding").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Problem("unsupported_media", f"Content-Encoding {encoding[:40]} is not gzip")
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(PATIENCE):
            return await (_unpacked if encoding == "gzip" else _plain)(_chunks(receive), limit)
    except TimeoutError as error:
        raise Problem("invalid_request", f"the body did not arrive within {PATIENCE} s") from error


def decode(body: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode JSON strictly; only halves of surrogate pairs are mended, and what is too deep for an op is cut away.

    Raises:
        Problem: ``invalid_request``; its detail names the place.
    """
    try:
        return decoder.decode(body)
    except UnicodeDecodeError as error:
        raise Problem("invalid_request", f"the body is not UTF-8: {error.reason}") from error
    except (msgspec.MsgspecError, RecursionError) as error:
        mended = _ESCAPE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], body)
        mended = cut(mended, _DEEPEST)
        if mended != body:
            return decode(mended, decoder)
        raise Problem("invalid_request", str(error)) from error


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem("invalid_request", "the caller went away")
        yield message["body"]
        more = message["more_body"]


async def _plain(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def _unpacked(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        async for chunk in chunks:
            rest = chunk
            while rest:
                body += unpacker.decompress(rest, limit + 1 - len(body))
                if len(body) > limit:
                    raise _too_large(limit)
                if unpacker.unused_data:
                    raise Problem("invalid_request", "there is more than one gzip stream in the body")
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Problem("invalid_request", f"the body is not gzip: {error}") from error
    if not unpacker.eof:
        raise Problem("invalid_request", "the gzip stream is cut off")
    return bytes(body)


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"at most {limit} bytes", extra={"max": limit})
