"""Rules of a domain: what plugins and core decide about a change, before and after it (design §3).

Rules are synchronous and pure. They see a group's changes at once and a view of the records that their ``reads``
declare, prefetched with one set-based look-up a push.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

Kind = Literal["create", "update", "delete", "act"]


class Change(Struct, frozen=True, kw_only=True):
    """A change under judgement: ``old`` and ``new`` are the whole record before and after (None: not there)."""

    op: str
    entity: str
    record: str
    kind: Kind
    act: str | None
    args: Mapping[str, object]
    old: Mapping[str, object] | None
    new: Mapping[str, object] | None
    author: str
    at: str

    @property
    def person(self) -> str | None:
        """The user who asks for the change; None where a rule or a job does."""
        return None if self.author.startswith("plugin:") else self.author

    def changed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the named fields whose values differ before and after."""
        old, new = self.old or {}, self.new or {}
        return tuple(name for name in names if old.get(name) != new.get(name))

    def entered(self, *states: str) -> bool:
        """Tell whether the change led into one of these states (of a workflow in ``status``). A refused act leaves the
        state as it was (protocol §3.3)."""
        old, new = self.old or {}, self.new or {}
        return new.get("status") in states and new.get("status") != old.get("status")


class View(Protocol):
    """The present state of one site as a rule may see it, with the changes judged so far laid over it."""

    site: str
    now: datetime

    def get(self, entity: str, record: str) -> Mapping[str, object] | None:
        """Return a record's values, or None when there is none."""
        ...

    def find(self, entity: str, field: str, value: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return id and values of the live records whose ref or text field has the value (refs: contains it)."""
        ...

    def setting(self, name: str) -> object:
        """Return a setting's value at this site."""
        ...

    def codes(self, name: str) -> Collection[str]:
        """Return the values of a code list, a company's own included; of a list that nobody declares none."""
        ...

    def fits(self, setting: str, value: object) -> bool:
        """Tell whether a value fits a setting's declaration; null does, and whatever nobody declares."""
        ...


class Read(Struct, frozen=True, kw_only=True):
    """Records that a rule looks at: of ``entity``, found by ``field`` (``id``: by id) = the change's ``value_of``.

    ``value_of`` names a field of the changed record, before or after, or ``id``.
    """

    entity: str
    field: str
    value_of: str


class Reject(Struct, frozen=True, kw_only=True):
    """Refuse a change: a code of the error table, the fields at fault, the key of a message, what its text names."""

    op: str
    code: str
    fields: tuple[str, ...] = ()
    message: str | None = None
    values: Mapping[str, str] = {}


class Correct(Struct, frozen=True, kw_only=True):
    """Set fields that the server owns, or fill what was left open, before the change is written."""

    op: str
    set: Mapping[str, object]


class Flag(Struct, frozen=True, kw_only=True):
    """Apply the change, but put it before a supervisor: the key of a message tells why."""

    op: str
    message: str
    fields: tuple[str, ...] = ()


class FollowUp(Struct, frozen=True, kw_only=True):
    """An op that a rule asks for after a change; ``key`` with the rule's name makes its id, so a repeat is the same.

    A ``create`` without ``record`` derives the record's id alike.
    """

    key: str
    cause: str
    entity: str
    kind: Kind
    record: str | None = None
    set: Mapping[str, object] = {}
    act: str | None = None
    args: Mapping[str, object] = {}


Judge = Callable[[Sequence[Change], View], Iterable[Reject | Correct | Flag]]
React = Callable[[Sequence[Change], View], Iterable[FollowUp]]
Authorize = Callable[[Sequence[Change], View], Iterable[tuple[str, bool]]]


class Rule(Struct, frozen=True, kw_only=True):
    """A rule over the changes of some entities.

    ``authorize`` yields (op, allow): a deny wins over every right, an allow adds to them. ``judge`` rejects,
    corrects or flags, ``react`` asks for follow-ups, which are judged against ``writes`` (``ticket.create``,
    ``owner.update`` …) instead of a user's rights.
    """

    name: str
    on: tuple[str, ...]
    reads: tuple[Read, ...] = ()
    writes: tuple[str, ...] = ()
    authorize: Authorize | None = None
    judge: Judge | None = None
    react: React | None = None
