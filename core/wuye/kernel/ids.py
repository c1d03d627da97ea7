"""Identifiers: UUIDv7 strings, fresh or derived (protocol §1).

Sequential ids keep the database's pages together (a random key costs most of a commit), so derived ones have a time.
"""

import hashlib
import re

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """Tell whether this is a canonical lower-case UUID."""
    return _CANONICAL.fullmatch(text) is not None


def uuid7(ms: int, entropy: bytes) -> str:
    """Make a UUIDv7 of a time in milliseconds since 1970 and at least ten bytes of randomness (RFC 9562 §5.7)."""
    tail = int.from_bytes(entropy[:10], "big")
    value = (ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def time_of(uuid: str) -> int:
    """Return the milliseconds since 1970 in a UUIDv7."""
    return int(uuid[:8] + uuid[9:13], 16)


def derive(*parts: str, ms: int) -> str:
    """Make the one id that these parts always yield: what is made again under it is not made twice."""
    return uuid7(ms, hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).digest())
