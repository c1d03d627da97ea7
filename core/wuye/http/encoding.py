"""Response bodies: packed beside the event loop when the caller can unpack them (protocol §2)."""

import asyncio
import gzip

from litestar import Response

from wuye.http.bodies import AnyRequest
from wuye.prints import Document

WORTH = 1 << 10
"""Bytes from which packing pays."""
JSON = "application/json"


async def pack(accepted: str, body: bytes) -> tuple[bytes, str]:
    """Return a body as a caller with this ``Accept-Encoding`` takes it, and the name of its encoding or ''."""
    if len(body) > WORTH:
        if takes(accepted, "zstd"):
            return await asyncio.to_thread(_zstd, body), "zstd"
        if takes(accepted, "gzip"):
            return await asyncio.to_thread(gzip.compress, body, 4, mtime=0), "gzip"
    return body, ""


async def answer(request: AnyRequest, body: bytes, *, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return JSON bytes as a response, packed where the caller takes it."""
    sent = {"Vary": "Accept-Encoding", "Cache-Control": "no-store", **(headers or {})}
    body, encoding = await pack(request.headers.get("accept-encoding", ""), body)
    if encoding:
        sent["Content-Encoding"] = encoding
    return Response(body, media_type=JSON, headers=sent)


async def page(request: AnyRequest, document: Document) -> Response[bytes]:
    """Return a document as a response in which a browser runs nothing but the document's own script."""
    headers = {
        "Content-Security-Policy": f"{document.policy}; frame-ancestors 'self'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
    }
    body, encoding = await pack(request.headers.get("accept-encoding", ""), document.html.encode())
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type="text/html", headers=headers)


def takes(accepted: str, encoding: str) -> bool:
    """Tell whether an ``Accept-Encoding`` header names an encoding and does not forbid it."""
    for part in accepted[:400].lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == encoding:
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _zstd(body: bytes) -> bytes:
    import zstandard

    # A compressor is not safe to share between threads, and costs little to make.
    return zstandard.ZstdCompressor(level=3).compress(body)
