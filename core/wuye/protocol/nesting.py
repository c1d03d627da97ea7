"""How deep JSON may nest. Decoders recurse, and give up at a depth that depends on who called them."""

import re

_MARK = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]+|[\]}]+', re.DOTALL)


def cut(body: bytes, levels: int) -> bytes:
    """Return JSON with null for whatever lies deeper than so many brackets; the same bytes where nothing does."""
    if body.count(b"[") + body.count(b"{") <= levels:
        return body
    kept: list[bytes] = []
    depth = end = 0
    for mark in _MARK.finditer(body):
        length = mark.end() - mark.start()
        if body[mark.start()] in b"[{":
            depth += length
            if depth - length <= levels < depth:
                kept.append(body[end : mark.end() - (depth - levels)])
        elif body[mark.start()] in b"]}":
            depth -= length
            if depth <= levels < depth + length:
                kept.append(b"null")
                end = mark.end() - (levels - depth)
    if not kept:
        return body
    return b"".join((*kept, body[end:] if depth <= levels else b""))
