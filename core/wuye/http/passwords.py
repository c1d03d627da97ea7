"""Password hashes, made and checked beside the event loop, a few at a time: each takes much memory by design."""

import asyncio
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2


class Passwords:
    """argon2id with the parameters that OWASP names for servers (19 MiB, two passes)."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Hash a new password."""
        async with self._places:
            return await asyncio.to_thread(hash_password, password)

    async def verify(self, hash_: str, password: str) -> bool:
        """Check a password; an empty hash stands for an unknown user and takes as long to refuse."""
        async with self._places:
            return await asyncio.to_thread(_verify, hash_, password)


def hash_password(password: str) -> str:
    """Hash a new password; blocks for some twenty milliseconds."""
    return _hasher().hash(password)


def is_outdated(hash_: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(hash_)


def _verify(hash_: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hash_ or _nobody(), password) and bool(hash_)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody's password")
