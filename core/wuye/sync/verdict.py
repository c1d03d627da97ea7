"""What judging says of an op."""

from collections.abc import Mapping

from msgspec import Struct

from wuye.sync.rows import Decision


class Conflict(Struct, frozen=True, kw_only=True):
    """A field that two people changed: what the author saw and wants, what is there and whose it is."""

    field: str
    was: object
    mine: object
    theirs: object
    their_at: str | None = None
    their_author: str | None = None


class Concern(Struct, frozen=True, kw_only=True):
    """Why a person must look at an op: the kind (``flagged``), a rule's message, the fields it is about."""

    kind: str
    message: str | None = None
    fields: tuple[str, ...] = ()


class Verdict(Struct, kw_only=True):
    """The outcome of one op. ``wait`` tells a held op's cause; ``review`` asks for a review item even though the op is
    applied; ``changes`` is field → (old, new) as written."""

    status: Decision = "applied"
    code: str | None = None
    fields: tuple[str, ...] = ()
    message: str | None = None
    wait: str = ""
    review: tuple[Concern, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    changes: Mapping[str, tuple[object, object]] = {}
    seq: int = 0
    item: str | None = None

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """Why a person must look at the op; nothing when it was applied as asked."""
        refused = (Concern(kind=self.code),) if self.code and self.status != "applied" else ()
        return tuple(dict.fromkeys(self.review)) or refused


class Refused(Exception):
    """Ends the judging of an op with a verdict other than applied."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


def rejected(code: str, fields: tuple[str, ...] = (), message: str | None = None) -> Refused:
    """Refuse an op for good."""
    return Refused(Verdict(status="rejected", code=code, fields=fields, message=message))


def held(code: str, wait: str) -> Refused:
    """Put an op aside until its cause is gone."""
    return Refused(Verdict(status="held", code=code, wait=wait))
