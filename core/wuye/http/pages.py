"""What a browser is shown: one page of bytes with its headers, sent without Litestar's requests and responses."""

import gzip
import hashlib
from collections.abc import Mapping

from litestar.types import Scope, Send
from msgspec import Struct

from wuye.http.bodies import header
from wuye.http.encoding import takes

POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:;"
    " script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self'; object-src 'none';"
    " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""No request ever leaves the origin (tablet.md §3.3)."""
_GUARDS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_STRICT = (b"strict-transport-security", b"max-age=15552000")
_PACKED = ("text/", "application/json", "application/manifest+json", "application/wasm", "image/svg+xml")


class Page(Struct, frozen=True, kw_only=True):
    """A page, by encoding ('' is plain). ``forever``: its address follows from its content."""

    media_type: str
    bodies: Mapping[str, bytes]
    tag: str
    forever: bool = False
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()


def make_page(
    body: bytes,
    media_type: str,
    *,
    forever: bool = False,
    status: int = 200,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Page:
    """Pack a page as small as it gets: that is done once, and it is sent to every tablet."""
    import zstandard

    bodies = {"": body}
    if media_type.startswith(_PACKED):
        bodies["gzip"] = gzip.compress(body, 9, mtime=0)
        bodies["zstd"] = zstandard.ZstdCompressor(level=19).compress(body)
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Page(media_type=media_type, bodies=bodies, tag=tag, forever=forever, status=status, headers=headers)


async def send_page(scope: Scope, send: Send, page: Page, *, strict: bool = False) -> None:
    """Send a page; 304 where the browser has it. ``strict``: the browser shall never again come by plain HTTP."""
    accepted = header(scope, b"accept-encoding")
    encoding = next((name for name in ("zstd", "gzip") if name in page.bodies and takes(accepted, name)), "")
    headers = [
        *_GUARDS,
        *((_STRICT,) if strict and scope.get("scheme") == "https" else ()),
        *page.headers,
        (b"etag", page.tag.encode()),
        (b"vary", b"accept-encoding"),
        (b"cache-control", b"public, max-age=31536000, immutable" if page.forever else b"no-cache"),
    ]
    known = [tag.strip().removeprefix("W/") for tag in header(scope, b"if-none-match").split(",")]
    status, body = page.status, page.bodies[encoding]
    if status == 200 and page.tag in known:
        status, body = 304, b""
    else:
        headers.append((b"content-type", page.media_type.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
    if scope.get("method") == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
