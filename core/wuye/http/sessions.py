"""Log-in policy: lock-out, waits, rotation, levels of passwords, life of tokens (USR-2, design §5). Pure."""

import hashlib
import unicodedata
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from wuye.kernel.errors import Problem
from wuye.storage.sqlite import Account
from wuye.sync.directory import Directory

MINUTE_MS = 60_000
DAY_MS = 86_400_000
MAX_LOCK_MS = DAY_MS
MAX_PASSWORD = 256
"""Characters; hashing longer ones would only cost time."""

WAITS = ((MINUTE_MS, 20), (15 * MINUTE_MS, 60), (DAY_MS, 600))
"""(span, failures): an address that failed so often within a span waits as long as the span. Many tablets share the
address of a site's router, so the bounds are those of a whole site."""

_HIGHER = 4
"""Characters more for those who work at every site."""


class Policy(Struct, frozen=True, kw_only=True):
    """What the company demands; times in ms."""

    session_ms: int
    password_ms: int
    length: int
    failures: int
    lock_ms: int
    grace_ms: int


def policy_of(directory: Directory) -> Policy:
    """Read the policy from the organisation's settings."""

    def number(name: str, default: int) -> int:
        value = directory.setting(directory.org, name, default)
        return value if isinstance(value, int) else default

    return Policy(
        session_ms=number("session_days", 30) * DAY_MS,
        password_ms=number("password_days", 180) * DAY_MS,
        length=number("password_length", 10),
        failures=number("lock_failures", 5),
        lock_ms=number("lock_minutes", 15) * MINUTE_MS,
        grace_ms=number("grace_days", 14) * DAY_MS,
    )


def check_password(password: str, username: str, policy: Policy, *, everywhere: bool) -> None:
    """Check a new password against its level: those whose post reaches every site need a longer one.

    Raises:
        Problem: ``weak_password`` with ``min``.
    """
    least = policy.length + (_HIGHER if everywhere else 0)
    plain, name = fold_username(password), fold_username(username)
    if not least <= len(password) <= MAX_PASSWORD or len(set(plain)) < 5 or (len(name) > 2 and name in plain):
        raise Problem("weak_password", fields=("new_password",), extra={"min": least, "max": MAX_PASSWORD})


def is_expired(account: Account, policy: Policy, now_ms: int) -> bool:
    """Tell whether the password must be changed."""
    return account.once_until_ms > 0 or now_ms >= account.changed_ms + policy.password_ms


def after_failure(account: Account, policy: Policy, now_ms: int) -> Account:
    """Count a failed log-in; from the bound on every further one locks twice as long."""
    failed = account.failed + 1
    beyond = failed - policy.failures
    if beyond < 0:
        return replace(account, failed=failed)
    lock = min(policy.lock_ms << min(beyond, 16), MAX_LOCK_MS)
    return replace(account, failed=failed, locked_until_ms=now_ms + lock)


def check_unlocked(account: Account, now_ms: int) -> None:
    """Check that the account is not locked.

    Raises:
        Problem: ``locked`` with ``retry_after`` in seconds.
    """
    if account.locked_until_ms > now_ms:
        raise Problem("locked", extra={"retry_after": -(-(account.locked_until_ms - now_ms) // 1000)})


def check_address(failures: Sequence[int]) -> None:
    """Check an address by its failures within each span of `WAITS`.

    Raises:
        Problem: ``too_many_attempts`` with ``retry_after`` in seconds.
    """
    for (span, bound), failed in reversed(list(zip(WAITS, failures, strict=True))):
        if failed >= bound:
            raise Problem("too_many_attempts", extra={"retry_after": span // 1000})


def fold_username(username: str) -> str:
    """Return a user name as it is compared."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def digest_of(token: str) -> bytes:
    """Return what is stored of a token: it is random, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).digest()
