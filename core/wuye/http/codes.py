"""Start codes and tickets: made, compared, bounded in life. Pure but for the chance they are made of."""

import hashlib
import hmac
import secrets

from wuye.http.sessions import DAY_MS, MINUTE_MS

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No sign that is taken for another: neither 0 and O, nor 1, I and L, nor U and V."""
LENGTH = 8
CODE_MS = DAY_MS
TICKET_MS = 30 * MINUTE_MS
PASSWORD_MS = 7 * DAY_MS
"""How long a password that somebody else made up is good."""


def make_code() -> str:
    """Return a new code: 39 bits, which is enough for a day under the lock-out of passwords."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def fold_code(typed: str) -> str:
    """Return a code as it is compared: case, spaces and hyphens do not count."""
    return "".join(typed.upper().replace("-", "").split())


def make_ticket() -> str:
    """Return a new ticket."""
    return secrets.token_urlsafe(32)


def code_for(ticket: str, user: str) -> str:
    """Return the code of one of the people of a ticket. It follows from the ticket, so nobody need keep it."""
    number = int.from_bytes(hmac.digest(ticket.encode(), user.encode(), hashlib.sha256))
    signs = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[index])
    return "".join(signs)
