"""The manifest's shapes, version 1 (protocol §7). No logic. Absent keys hold their default."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Raw, Struct, field

Text = Annotated[Mapping[str, str], Meta(title="Text", description="One text by language: zh-Hant, zh-Hans, ru, en.")]


class Lean(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A shape whose keys are left out when they hold their default."""


class Post(Lean, frozen=True, kw_only=True):
    """A role that a user holds at a site, maybe narrowed to the record (zone, team) that ``key`` names."""

    role: str
    site: str
    key: str | None = None


class User(Lean, frozen=True, kw_only=True):
    """Whose manifest it is."""

    id: str
    username: str
    name: str
    locale: str
    roles: Sequence[Post]


class Site(Lean, frozen=True, kw_only=True):
    """A managed property; ``settings`` are the values in force there."""

    id: str
    code: str
    name: str
    type: str
    timezone: str
    plugins: Sequence[str]
    settings: Mapping[str, object]
    calendar: str | None = None


class Code(Lean, frozen=True, kw_only=True):
    """An entry of a code list or category tree."""

    value: str
    label: Text
    parent: str | None = None
    retired: bool = False


class Choice(Lean, frozen=True, kw_only=True):
    """A value of a field with choices of its own."""

    value: str
    label: Text


class Field(Lean, frozen=True, kw_only=True):
    """A field of an entity or of a row. ``among`` names the field of the entity referred to that must name the site at
    hand, or the organisation's, for a record to be offered."""

    name: str
    label: Text
    type: str
    required: bool = False
    readonly: bool = False
    default: object = None
    max: int | None = None
    min: int | None = None
    pattern: str | None = None
    measure: str | None = None
    search: bool = False
    short: Text | None = None
    derive: str | None = None
    choices: tuple[Choice, ...] = ()
    codes: str | None = None
    ref: str | None = None
    among: str | None = None
    fields: "tuple[Field, ...]" = ()
    merge: str = "server"
    private: bool = False
    when: str | None = None
    help: Text | None = None


class Constraint(Lean, frozen=True, kw_only=True):
    """An expression that must not be false, and what to tell who breaks it."""

    expr: str
    message: Text
    fields: Sequence[str]


class Extends(Lean, frozen=True, kw_only=True):
    """The core entity to which this one adds kinds."""

    entity: str
    kinds: Sequence[str]


class Account(Lean, frozen=True, kw_only=True):
    """Entries that add up; ``balance`` names the field of the owner's record that shows the sum, ``overdraft`` is true
    of entries that may take it below ``floor``."""

    owner: str
    amount: str
    balance: str
    floor: int | None
    offline_cap: str | None
    overdraft: str | None = None


class Numbering(Struct, frozen=True, kw_only=True):
    """Which field takes the device's number at once, and with which prefix."""

    field: str
    device_field: str
    prefix: str
    by: str | None
    prefixes: Mapping[str, str]


class State(Lean, frozen=True, kw_only=True):
    """A state of a workflow."""

    name: str
    label: Text
    final: bool = False
    tone: str = ""


class Transition(Lean, frozen=True, kw_only=True):
    """An act; ``confirm`` is the question asked before it, ``doer`` the field that names whose job it is."""

    act: str
    label: Text
    from_: Sequence[str] = field(name="from")
    to: str
    form: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    online: bool = False
    confirm: Text | None = None
    reason: bool = False
    quick: bool = False
    doer: str | None = None


class Workflow(Lean, frozen=True, kw_only=True):
    """The states of an entity and the acts between them."""

    field: str
    initial: str
    states: Sequence[State]
    transitions: Sequence[Transition]


class Section(Lean, frozen=True, kw_only=True):
    """A part of a form."""

    label: Text
    fields: Sequence[str]


class ListView(Lean, frozen=True, kw_only=True):
    """A list; ``keys`` are the field combinations that a client should index for it."""

    columns: Sequence[str]
    filters: Sequence[str]
    sort: Sequence[str]
    group: str | None = None
    keys: Sequence[Sequence[str]]


class FormView(Lean, frozen=True, kw_only=True):
    """A form; ``short`` names the fields of the quick one."""

    sections: Sequence[Section]
    short: Sequence[str]


class DetailView(Lean, frozen=True, kw_only=True):
    """A record's page."""

    sections: Sequence[Section]


class Views(Struct, frozen=True, kw_only=True):
    """How screens show an entity."""

    list: ListView
    form: FormView
    detail: DetailView


class Deadline(Lean, frozen=True, kw_only=True):
    """A clock: the policy's due time runs from field ``start`` until field ``stop`` holds a time."""

    name: str
    label: Text
    policy: str
    start: str
    stop: str


class Child(Lean, frozen=True, kw_only=True):
    """An entity shown below this one: the records whose ``field`` names it."""

    entity: str
    field: str
    label: Text


class Print(Lean, frozen=True, kw_only=True):
    """A form about one record, for whoever prints it offline: blocks as `wuye.model.printing` has them by ``type``,
    their texts looked up; ``parts`` are the names of its copies. Offered where ``plugin`` is on."""

    id: str
    plugin: str
    label: Text
    blocks: Sequence[Mapping[str, object]]
    when: str | None = None
    paper: str = "A4"
    landscape: bool = False
    parts: tuple[Text, ...] = ()


class Entity(Lean, frozen=True, kw_only=True):
    """An entity, without the ``rights`` that differ from user to user."""

    plugin: str
    version: int
    label: Text
    plural: Text
    icon: str
    stream: str
    title: str
    fields: Sequence[Field]
    private: bool = False
    append_only: bool = False
    constraints: tuple[Constraint, ...] = ()
    unique: tuple[Sequence[str], ...] = ()
    number: Numbering | None = None
    extends: Extends | None = None
    account: Account | None = None
    workflow: Workflow | None = None
    views: Views
    deadlines: tuple[Deadline, ...] = ()
    children: tuple[Child, ...] = ()
    prints: tuple[Print, ...] = ()


class GrantedEntity(Entity, frozen=True, kw_only=True):
    """An entity as a user gets it: ``rights`` names by site what he may do (``read``, ``create``, ``act.<act>``, …)."""

    rights: Mapping[str, Sequence[str]]


class Body(Struct, frozen=True, kw_only=True):
    """A manifest but for its ``hash``; what is raw here was encoded before."""

    server: str
    epoch: str
    user: User
    sites: Sequence[Site]
    calendars: Mapping[str, object]
    policies: Mapping[str, object]
    limits: Mapping[str, object]
    entities: Mapping[str, Annotated[Raw, Meta(extra={"holds": GrantedEntity})]]
    codes: Mapping[str, Annotated[Raw, Meta(extra={"holds": Sequence[Code]})]]
    texts: Annotated[Raw, Meta(extra={"holds": Mapping[str, Text]})]


class Manifest(Body, frozen=True, kw_only=True):
    """What this user's client needs to work offline."""

    hash: str
