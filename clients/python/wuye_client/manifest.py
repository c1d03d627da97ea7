"""What a client knows of the entities: the manifest (protocol §7), decoded once, unknown keys ignored."""

from functools import cached_property

import msgspec
from msgspec import Struct

from wuye_client.texts import pick

Text = dict[str, str]


class Choice(Struct, frozen=True, kw_only=True):
    """A value to choose, or an entry of a code list."""

    value: str
    label: Text = {}
    parent: str | None = None
    retired: bool = False


class Field(Struct, frozen=True, kw_only=True):
    """One field of an entity or of a row."""

    name: str
    label: Text = {}
    type: str = "text"
    required: bool = False
    readonly: bool = False
    default: object = None
    max: int | None = None
    min: int | None = None
    pattern: str | None = None
    search: bool = False
    derive: str | None = None
    choices: list[Choice] = []
    codes: str | None = None
    ref: str | None = None
    among: str | None = None
    fields: "list[Field]" = []
    private: bool = False
    when: str | None = None


class Constraint(Struct, frozen=True, kw_only=True):
    """An expression that must not be false."""

    expr: str
    message: Text = {}
    fields: list[str] = []


class State(Struct, frozen=True, kw_only=True):
    """A state of a workflow."""

    name: str
    label: Text = {}
    final: bool = False


class Transition(Struct, frozen=True, kw_only=True):
    """A named act from some states to one."""

    act: str
    to: str
    label: Text = {}
    from_: list[str] = msgspec.field(name="from", default_factory=list)
    form: list[str] = []
    needs: list[str] = []
    online: bool = False
    reason: bool = False


class Workflow(Struct, frozen=True, kw_only=True):
    """The states of an entity and the acts between them."""

    initial: str
    field: str = "status"
    states: list[State] = []
    transitions: list[Transition] = []

    def step(self, act: str, state: object) -> Transition | None:
        """Return the transition of this act from this state, if it is legal."""
        return next((t for t in self.transitions if t.act == act and state in t.from_), None)


class Account(Struct, frozen=True, kw_only=True):
    """Entries that add up per owner. ``balance`` names the server's field on the owner's record, with its entity in
    front when that is not the one that the owner field refers to (``member.account.points``). ``offline_cap`` names
    the setting that bounds what this device may take of an account offline; entries for which ``overdraft`` is true
    are bound by neither floor nor cap."""

    owner: str
    amount: str
    balance: str | None = None
    floor: int | None = None
    offline_cap: int | str | None = None
    overdraft: str | None = None


class NumberRule(Struct, frozen=True, kw_only=True):
    """Which field takes the device's number at once (TKT-14); ``prefixes`` chooses by the value of ``by``."""

    field: str
    device_field: str
    prefix: str
    by: str | None = None
    prefixes: dict[str, str] = {}


class ListView(Struct, frozen=True, kw_only=True):
    """How a list shows the entity."""

    columns: list[str] = []
    sort: list[str] = []


class Section(Struct, frozen=True, kw_only=True):
    """A part of a form."""

    label: Text = {}
    fields: list[str] = []


class FormView(Struct, frozen=True, kw_only=True):
    """A form; ``short`` names the fields of the quick one."""

    sections: list[Section] = []
    short: list[str] = []


class Views(Struct, frozen=True, kw_only=True):
    """How screens show the entity."""

    list: ListView = ListView()
    form: FormView = FormView()


class Child(Struct, frozen=True, kw_only=True):
    """An entity shown below another: its records whose ``field`` names the one above."""

    entity: str
    field: str
    label: Text = {}


class Entity(Struct, frozen=True, kw_only=True, dict=True):
    """A kind of record."""

    plugin: str = ""
    version: int = 1
    label: Text = {}
    plural: Text = {}
    title: str = ""
    fields: list[Field] = []
    constraints: list[Constraint] = []
    unique: list[list[str]] = []
    account: Account | None = None
    number: NumberRule | None = None
    workflow: Workflow | None = None
    rights: dict[str, list[str]] = {}
    views: Views = Views()
    children: list[Child] = []
    private: bool = False

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def state_field(self) -> str | None:
        """The workflow's field, if there is a workflow."""
        return self.workflow.field if self.workflow else None

    def allows(self, site: str, right: str) -> bool:
        """Tell whether the user may do this (``create``, ``act.dispatch``) at a site."""
        return right in self.rights.get(site, ())


class Site(Struct, frozen=True, kw_only=True):
    """A managed property, or the organisation itself."""

    id: str
    code: str = ""
    name: str = ""
    type: str = ""
    timezone: str = "UTC"
    settings: dict[str, object] = {}


class User(Struct, frozen=True, kw_only=True):
    """Whose replica this is."""

    id: str = ""
    username: str = ""
    name: str = ""
    locale: str = "en"
    roles: list[dict[str, object]] = []


class Manifest(Struct, frozen=True, kw_only=True, dict=True):
    """All that a client needs to work offline."""

    hash: str = ""
    epoch: str = ""
    user: User = User()
    sites: list[Site] = []
    limits: dict[str, object] = {}
    entities: dict[str, Entity] = {}
    codes: dict[str, list[Choice]] = {}
    texts: dict[str, Text] = {}

    @cached_property
    def site_by_key(self) -> dict[str, Site]:
        """Sites by id and by code."""
        return {site.code: site for site in self.sites if site.code} | {site.id: site for site in self.sites}

    @cached_property
    def entries(self) -> dict[str, list[tuple[str, Account]]]:
        """Entry entities with their account, by the entity whose records show the balance."""
        found: dict[str, list[tuple[str, Account]]] = {}
        for name, entity in self.entities.items():
            if entity.account and (shown := self.balance_place(entity.account, entity)):
                found.setdefault(shown[0], []).append((name, entity.account))
        return found

    def balance_place(self, account: Account, entries: Entity) -> tuple[str, str] | None:
        """Return (entity, field) where the server shows the balance of an account."""
        if not account.balance:
            return None
        entity, _, field = account.balance.rpartition(".")
        owner = entries.by_name.get(account.owner)
        return (entity or (owner.ref if owner and owner.ref else ""), field)

    def values_of(self, field: Field) -> dict[str, Choice]:
        """Return what a choice field may hold."""
        choices = self.codes.get(field.codes, []) if field.codes else field.choices
        return {choice.value: choice for choice in choices}

    def label(self, entity: str, locale: str) -> str:
        """Return an entity's name in a language."""
        known = self.entities.get(entity)
        return (pick(known.label, locale) if known else "") or entity


def decode(body: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        msgspec.ValidationError: it is none.
    """
    return msgspec.json.decode(body, type=Manifest)
