"""Record and op ids: UUIDv7, made by whoever makes the record (protocol §1)."""

import re
from collections.abc import Callable

Entropy = Callable[[int], bytes]

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_uuid(text: object) -> bool:
    """Tell whether this is a canonical lower-case UUID."""
    return isinstance(text, str) and _CANONICAL.fullmatch(text) is not None


def uuid7(ms: int, entropy: bytes) -> str:
    """Make a UUIDv7 of a time in milliseconds since 1970 and at least ten bytes of randomness (RFC 9562 §5.7)."""
    tail = int.from_bytes(entropy[:10], "big")
    value = (ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
