"""What an entity is: fields, workflow, keys, rules of form. Declared once; table, checks, manifest, labels follow.

Descriptors carry no texts: a label's key follows from the names (``ticket.title``, ``ticket.act.dispatch``), and the
catalogues of the declaring plugin hold it in four languages (`wuye.model.catalogue`).
"""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

FieldType = Literal[
    "text", "note", "integer", "decimal", "money", "boolean", "date", "time", "datetime", "choice", "choices", "ref",
    "refs", "phone", "place", "point", "rows", "blobs", "signature", "localized", "duration", "rrule", "value",
]  # fmt: skip
MergePolicy = Literal["server", "latest", "union", "append", "max", "min"]
Values = Mapping[str, object]
Upcaster = Callable[[dict[str, object]], dict[str, object]]


class Field(Struct, frozen=True, kw_only=True):
    """One field of an entity or of a row (protocol §7).

    ``max``/``min`` bound a number, or a text's or list's length. ``pattern`` is one of a text, or of the media types
    that clients offer to attach. ``merge`` names a policy of protocol §3.3.
    ``readonly`` fields are the server's: no op may set them. ``derive`` and ``when`` are expressions (ADR 1).
    ``value`` is any JSON value and only ever readonly. ``among`` names a field of the entity that a reference refers
    to, which names sites: clients offer those records that name the site at hand, or the organisation's, which stands
    for everywhere. The server takes others too.
    """

    name: str
    type: FieldType = "text"
    required: bool = False
    readonly: bool = False
    default: object = None
    max: int | None = None
    min: int | None = None
    pattern: str | None = None
    measure: str | None = None
    search: bool = False
    short: bool = False
    derive: str | None = None
    choices: tuple[str, ...] = ()
    codes: str | None = None
    ref: str | None = None
    among: str | None = None
    fields: "tuple[Field, ...]" = ()
    merge: MergePolicy = "server"
    private: bool = False
    when: str | None = None
    help: bool = False


class State(Struct, frozen=True):
    """A state of a workflow; ``tone`` tells a screen how to colour it (``info``, ``good``, ``warn``, ``bad``)."""

    name: str
    final: bool = False
    tone: str = "info"


class Transition(Struct, frozen=True, kw_only=True):
    """A named act that leads from some states to one (protocol §3.3).

    ``form`` fields are offered with the act, ``needs`` must hold a value after it, ``reason`` asks for ``args.reason``,
    ``online`` keeps the act for the moment a server is in reach. ``quick`` is done at one tap; its form comes only when
    something is lacking. ``doer`` names the field with the user, or users, whose job the act is: screens do not put it
    first for others, though they may do it too.

    Screens set an act apart as one that undoes or refuses when it leads to a state of tone ``bad`` or to a final one
    that is not ``good``, and when it asks for both ``confirm`` and ``reason``.
    """

    act: str
    from_: tuple[str, ...]
    to: str
    form: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    online: bool = False
    confirm: bool = False
    reason: bool = False
    quick: bool = False
    doer: str | None = None


class Workflow(Struct, frozen=True, kw_only=True):
    """The states of an entity and the acts between them; ``field`` is never named by an op's ``set``."""

    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    field: str = "status"


class BucketKey(Struct, frozen=True, kw_only=True):
    """A field whose record ids key the record's buckets: a zone (責任區), or a person.

    With ``via`` the server owns the field: it copies ``source`` (default: the same name) of the record that the ref
    ``via`` names, and copies it again when that record changes (design §4).
    """

    field: str
    of: Literal["zone", "user"] = "zone"
    via: str | None = None
    source: str | None = None


class NumberRule(Struct, frozen=True, kw_only=True):
    """A register number given by the server at sync, gap-free per site, prefix and year (TKT-14).

    A device gives a provisional number at once in ``device_field``. ``prefixes`` chooses by the value of ``by``.
    """

    field: str
    device_field: str
    prefix: str
    by: str | None = None
    prefixes: Mapping[str, str] = {}


class Account(Struct, frozen=True, kw_only=True):
    """Entries that add up per owner: append-only, the server owns the balance (design §3, protocol §3.3).

    ``owner`` is a ref field, ``amount`` an integer or money field; the sum may not fall below ``floor``. The server
    keeps the sum in the readonly field ``balance`` of the owner's record.
    ``offline_cap`` names an integer setting of scope ``site`` that bounds what a device may take of one account while
    no server is in reach (no value: nothing); devices keep to it, the server cannot tell. Where ``overdraft``, an
    expression over the entry, is true, neither binds: the sum may fall below the floor, and a person is asked to look.
    """

    owner: str
    amount: str
    balance: str
    floor: int | None = 0
    offline_cap: str | None = None
    overdraft: str | None = None


class Freeze(Struct, frozen=True, kw_only=True):
    """After ``act`` the server runs the report that the field ``report`` names and keeps its table in ``into``.

    ``args`` maps the report's parameters to fields. The report is run with the rights of who acted; its table enters
    by the act ``done``, or the act ``failed`` says with ``args.reason`` why there is none (design §3, long reads).
    ``site`` names a ref field with the site that is asked, where it is not the record's own.
    """

    act: str
    done: str
    failed: str
    report: str
    into: str
    args: Mapping[str, str] = {}
    site: str | None = None


class Constraint(Struct, frozen=True, kw_only=True):
    """An expression that must not be false; its message's key is ``<entity>.constraint.<name>``."""

    name: str
    expr: str
    fields: tuple[str, ...]


class Extends(Struct, frozen=True):
    """Adds kinds of a core entity with fields of their own: same id, shown inline, written in one group."""

    entity: str
    kinds: tuple[str, ...]


class Section(Struct, frozen=True):
    """A part of a form; its label's key is ``<entity>.section.<name>``."""

    name: str
    fields: tuple[str, ...]


class Views(Struct, frozen=True, kw_only=True):
    """How screens show the entity: columns, filters and sort of the list, sections of the form."""

    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    group: str | None = None
    sections: tuple[Section, ...] = ()
    short: tuple[str, ...] = ()


class Deadline(Struct, frozen=True, kw_only=True):
    """A clock of the entity: a policy's due time is shown and watched from ``start`` until ``stop`` holds a time."""

    name: str
    policy: str
    start: str
    stop: str


class Child(Struct, frozen=True):
    """An entity shown below this one: the records whose ``field`` names it."""

    entity: str
    field: str


class Entity(Struct, frozen=True, kw_only=True):
    """A kind of record (protocol §1).

    ``stream`` is the part of a site's data that a role reads as a whole; with ``keys`` a grant can be narrowed to
    some of it. ``private`` marks personal data whose every look-up is logged (OWN-7). ``append_only`` records are
    never changed; ``central`` ones lie in the organisation's log and nowhere else. ``shown_under`` names ref fields:
    the record that one refers to lists this entity's records among its own children, also when it is another plugin's
    (a unit's file, OWN-6). ``upcasters`` bring the ``set`` of an op of an older version up to the next. ``powers`` are
    rights beside those to write: what else a post may do with these records (``user.reset``).
    """

    name: str
    fields: tuple[Field, ...]
    stream: str
    title: str
    icon: str = ""
    version: int = 1
    upcasters: Mapping[int, Upcaster] = {}
    keys: tuple[BucketKey, ...] = ()
    workflow: Workflow | None = None
    constraints: tuple[Constraint, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    number: NumberRule | None = None
    account: Account | None = None
    freeze: Freeze | None = None
    extends: Extends | None = None
    views: Views = Views()
    deadlines: tuple[Deadline, ...] = ()
    children: tuple[Child, ...] = ()
    shown_under: tuple[str, ...] = ()
    powers: tuple[str, ...] = ()
    private: bool = False
    append_only: bool = False
    central: bool = False

    def field(self, name: str) -> Field:
        """Return the field of this name.

        Raises:
            KeyError: there is none.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)
