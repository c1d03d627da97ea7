"""What can go wrong for somebody who works with a replica. Nothing typed is lost by any of these, `Erased` excepted.

WuyeError
├─ InvalidEntry     what was entered does not fit; ``problems`` says where and why
├─ NotReady         the replica has not logged in or not read its manifest yet
├─ Offline          the server cannot be reached
│  └─ ServerBusy    it asks to come back later
├─ LoginRequired    the token has ended, or a copied database needs a name of its own
├─ WrongUser        the replica belongs to somebody else
├─ Refused          the server answers with a problem (RFC 9457)
└─ Erased           the device was revoked and the replica has wiped itself
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from wuye_client.protocol import Problem
from wuye_client.texts import say


class WuyeError(Exception):
    """The root; ``key`` names the text in the catalogues."""

    key = "error.any"

    def text(self, locale: str) -> str:
        """Return what happened and what to do, in a user's language."""
        return say(self.key, locale)


class Flaw(Struct, frozen=True):
    """One thing wrong with an entry: the field (``works.2.kind`` inside rows, ``""`` for the whole), a key of the
    catalogue, what the text names, and the entity's own message if it has one."""

    field: str
    key: str
    params: Mapping[str, object] = {}
    message: Mapping[str, str] = {}

    def text(self, locale: str) -> str:
        """Return the flaw as a sentence."""
        own = self.message.get(locale) or self.message.get("en")
        return own or say(f"entry.{self.key}", locale, **self.params)


class InvalidEntry(WuyeError):
    """What a user entered does not fit the entity."""

    key = "error.invalid_entry"

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(f"{flaw.field or '*'}: {flaw.text('en')}" for flaw in flaws))
        self.flaws = tuple(flaws)

    def messages(self, locale: str) -> dict[str, str]:
        """Return field → text; the first flaw of a field counts."""
        return {flaw.field: flaw.text(locale) for flaw in reversed(self.flaws)}

    def text(self, locale: str) -> str:
        """Return every flaw, one a line."""
        return "\n".join(f"{field}: {text}" if field else text for field, text in self.messages(locale).items())


class NotReady(WuyeError):
    """The replica does not know enough yet: log in and sync once."""

    key = "error.not_ready"


class Offline(WuyeError):
    """The server cannot be reached; work goes on locally."""

    key = "error.offline"


class ServerBusy(Offline):
    """The server is full and says when to come back (seconds)."""

    key = "error.busy"

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"busy; come back in {retry_after:.0f} s")
        self.retry_after = retry_after


class LoginRequired(WuyeError):
    """Log in again; the outbox is kept. ``fork``: this database was cloned and needs a new replica id."""

    key = "error.login"

    def __init__(self, *, fork: bool = False) -> None:
        super().__init__("log in again: this database was copied or restored" if fork else "log in again")
        self.fork = fork
        if fork:
            self.key = "error.login_fork"


class WrongUser(WuyeError):
    """One replica serves one user; open another file for another user."""

    key = "error.wrong_user"


class Refused(WuyeError):
    """The server refused a request; ``problem`` holds its code and text."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail or problem.title}")
        self.problem = problem

    def text(self, locale: str) -> str:
        """Return the server's own text, which it writes in the user's language."""
        return self.problem.detail or self.problem.title or say("error.refused", locale, code=self.problem.code)


class Erased(WuyeError):
    """The device was revoked: what was unsent has been offered to the server, then everything was erased."""

    key = "error.erased"
