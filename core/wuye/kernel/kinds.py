"""What kind of file bytes are, told by the first of them: what its sender calls it counts for nothing. Pure."""

import re

ENOUGH = 1024
"""Bytes by which every kind is known."""
MOST_SVG = 256 << 10
"""A signature drawn in lines is far smaller."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"\x1a\x45\xdf\xa3", "audio/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    # Workbooks and documents; nobody unpacks them here.
    (b"PK\x03\x04", "application/zip"),
)
_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"heim": "image/heic",
    b"M4A ": "audio/mp4", b"isom": "audio/mp4", b"iso2": "audio/mp4", b"iso5": "audio/mp4", b"iso6": "audio/mp4",
    b"mp41": "audio/mp4", b"mp42": "audio/mp4", b"dash": "audio/mp4",
}  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_SVG = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)


def kind_of(start: bytes, size: int) -> str | None:
    """Return the media type of a file of ``size`` bytes that begins so, or None where its kind is not taken."""
    for sign, kind in _STARTS:
        if start.startswith(sign):
            return kind
    if start[:4] == b"RIFF":
        return _RIFF.get(start[8:12])
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12])
    if start[:1] == b"\xff" and start[1:2] in (b"\xfb", b"\xf3", b"\xf2"):
        return "audio/mpeg"
    if size <= MOST_SVG and _SVG.match(start[:ENOUGH]):
        return "image/svg+xml"
    return None
