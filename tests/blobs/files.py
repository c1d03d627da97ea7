"""Files that tests send: recognisable beginnings, any length."""

import hashlib

STARTS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic",
    "application/pdf": b"%PDF-1.7\n",
    "audio/webm": b"\x1a\x45\xdf\xa3\x9f",
    "audio/mp4": b"\x00\x00\x00\x18ftypM4A ",
    "audio/ogg": b"OggS\x00\x02",
    "audio/mpeg": b"ID3\x04",
    "audio/wav": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "image/svg+xml": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">',
    "application/zip": b"PK\x03\x04",
}


def photo(size: int, seed: int = 0, kind: str = "image/jpeg") -> bytes:
    """Return a file of a kind, its content following from the seed."""
    start = STARTS[kind]
    block = hashlib.sha512(seed.to_bytes(8, "big")).digest()
    return (start + block * (size // len(block) + 1))[:size]


def sha_of(data: bytes) -> str:
    """Return the name of a file."""
    return hashlib.sha256(data).hexdigest()
