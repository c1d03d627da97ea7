"""All contributions merged into one immutable registry, checked once at start, read at run time."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import msgspec
from msgspec import Struct

from wuye.kernel.expressions import Expression, compile_expression
from wuye.model.catalogue import Catalogue
from wuye.model.checking import faults
from wuye.model.entity import Entity, MergePolicy, Transition
from wuye.model.plugin import CodeList, Contribution, Job, PluginInfo, Role, Setting
from wuye.model.printing import Print
from wuye.model.report import Calendar, Report
from wuye.model.rules import Rule
from wuye.model.values import Check, compile_check

T = TypeVar("T")

SCOPE_NAMES = frozenset({"user", "settings", "today", "now"})
ROLES = "role"
"""The code list of all roles; a company's own roles join it."""
REPORTS = "report"
"""The code list of all reports, for fields that name one."""
PLUGINS = "plugin"
"""The code list of what a site may switch on."""
META_FIELDS = ("created_at", "created_by", "updated_at", "updated_by")


class BadPlugin(Exception):
    """A contribution that cannot be merged; the text names the plugin and what to mend."""

    def __init__(self, plugin: str, fault: str) -> None:
        super().__init__(f"plugin {plugin}: {fault}")
        self.plugin = plugin
        self.fault = fault


class Model(Struct, frozen=True, kw_only=True):
    """An entity made ready for judging: checks and expressions compiled, names sorted into sets.

    ``settable`` fields are the users', ``writable`` ones also the rules'; an import may give ``importable`` ones to
    what it creates, the state included.
    """

    entity: Entity
    plugin: str
    checks: Mapping[str, Check]
    settable: frozenset[str]
    writable: frozenset[str]
    importable: frozenset[str]
    policies: Mapping[str, MergePolicy]
    required: tuple[tuple[str, Expression | None], ...]
    defaults: Mapping[str, object]
    derived: tuple[tuple[str, Expression], ...]
    constraints: tuple[tuple[str, Expression, tuple[str, ...]], ...]
    overdraft: Expression | None
    refs: tuple[tuple[str, str, bool], ...]
    sets: frozenset[str]
    transitions: Mapping[str, tuple[Transition, ...]]
    scope: frozenset[str]

    @property
    def state_field(self) -> str | None:
        """The workflow's field, if there is a workflow."""
        return self.entity.workflow.field if self.entity.workflow else None


class Stream(Struct, frozen=True, kw_only=True):
    """A part of a site's data that is granted together: its entities, its plugin, whether grants can narrow it."""

    id: str
    plugin: str
    entities: tuple[str, ...]
    keyed: bool
    personal: bool


class Registry:
    """What the installation can do. ``contributions`` come in dependency order, core first.

    Raises:
        BadPlugin: two plugins claim the same name, an expression is wrong, a reference leads nowhere.
    """

    def __init__(self, contributions: Iterable[Contribution]) -> None:
        self.contributions = tuple(contributions)
        self.plugins: dict[str, PluginInfo] = {c.info.id: c.info for c in self.contributions}
        self.catalogue = Catalogue(c.catalogues for c in self.contributions)
        self.entities: dict[str, Entity] = {}
        self.plugin_of: dict[str, str] = {}
        self.roles: dict[str, Role] = {}
        self.codes: dict[str, CodeList] = {}
        self.settings: dict[str, Setting] = {}
        self.reports: dict[str, Report] = {}
        self.prints: dict[str, Print] = {}
        self.calendars: dict[str, Calendar] = {}
        self.origin: dict[str, str] = {}
        """Plugin of each report, form and calendar, by the key of its text (``report.<id>``)."""
        self.jobs: list[tuple[str, Job]] = []
        self.rules: list[tuple[str, Rule]] = []
        for contribution in self.contributions:
            self._add(contribution)
        self._add_kinds()
        # So that a grant names a post that there is.
        _claim(self.codes, ROLES, CodeList(id=ROLES, values=dict.fromkeys(self.roles)), "core", "code list")
        _claim(self.codes, REPORTS, CodeList(id=REPORTS, values=dict.fromkeys(self.reports)), "core", "code list")
        plugins = [c.info.id for c in self.contributions if c.info.id != "core"]
        _claim(self.codes, PLUGINS, CodeList(id=PLUGINS, values=dict.fromkeys(plugins)), "core", "code list")
        for plugin, fault in faults(self):
            raise BadPlugin(plugin, fault)
        self.models = self.compile({})
        self.streams = self._streams()
        self.rules_on: dict[str, tuple[tuple[str, Rule], ...]] = {
            name: tuple((plugin, rule) for plugin, rule in self.rules if name in rule.on or "*" in rule.on)
            for name in self.entities
        }

    def compile(self, codes: Mapping[str, frozenset[str]]) -> dict[str, Model]:
        """Return the models, with a company's own values added to the code lists."""
        known = self.every_code(codes)
        return {name: _compile(self.plugin_of[name], entity, known) for name, entity in self.entities.items()}

    def every_code(self, own: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """Return the values of all code lists, a company's own included."""
        return {name: frozenset(codes.values) | own.get(name, frozenset()) for name, codes in self.codes.items()}

    @cached_property
    def hash(self) -> str:
        """A digest of all that a client's manifest takes from the registry."""
        content = [
            [
                c.info.id,
                c.info.version,
                c.catalogues,
                [_plain(e) for e in c.entities],
                c.roles,
                c.codes,
                c.settings,
                [report.id for report in c.reports],
                c.prints,
            ]
            for c in self.contributions
        ]
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:16]

    def plugins_for(self, site_type: str, explicit: Iterable[str] | None = None) -> frozenset[str]:
        """Return the plugins that are on at a site: those chosen for it, or by default those meant for its type.

        Core always is; a plugin whose dependencies are off never is; the organisation has none but those that name it.
        """
        chosen = None if explicit is None else frozenset(explicit)
        on = {"core"}
        for plugin, info in self.plugins.items():
            meant = site_type in info.meant_for if info.meant_for else site_type != "organisation"
            if (plugin in chosen if chosen is not None else meant) and on.issuperset(info.depends_on):
                on.add(plugin)
        return frozenset(on)

    def _add(self, contribution: Contribution) -> None:
        plugin = contribution.info.id
        for entity in contribution.entities:
            if plugin != "core" and not entity.name.startswith(f"{plugin}."):
                raise BadPlugin(plugin, f"entity {entity.name} must be named {plugin}.<name>")
            _claim(self.entities, entity.name, entity, plugin, "entity")
            self.plugin_of[entity.name] = plugin
        for role in contribution.roles:
            known = self.roles.get(role.id, role)
            self.roles[role.id] = Role(
                id=role.id,
                rights=tuple(dict.fromkeys(known.rights + role.rights)),
                streams=tuple(dict.fromkeys(known.streams + role.streams)),
            )
        for codes in contribution.codes:
            _claim(self.codes, codes.id, codes, plugin, "code list")
        for setting in contribution.settings:
            _claim(self.settings, setting.field.name, setting, plugin, "setting")
        for report in contribution.reports:
            _claim(self.reports, report.id, report, plugin, "report")
            self.origin[f"report.{report.id}"] = plugin
        for form in contribution.prints:
            _claim(self.prints, form.id, form, plugin, "print")
            self.origin[f"print.{form.id}"] = plugin
        for calendar in contribution.calendars:
            _claim(self.calendars, calendar.id, calendar, plugin, "calendar")
            self.origin[f"calendar.{calendar.id}"] = plugin
        self.jobs += [(plugin, job) for job in contribution.jobs]
        self.rules += [(plugin, rule) for rule in contribution.rules]

    def _add_kinds(self) -> None:
        """Let the kinds that plugins add to an entity be chosen like its own."""
        for name, entity in self.entities.items():
            extended = self.entities.get(entity.extends.entity) if entity.extends else None
            if extended is None or entity.extends is None:
                continue
            codes = next((field.codes for field in extended.fields if field.name == "kind"), None)
            if codes is None or codes not in self.codes:
                raise BadPlugin(self.plugin_of[name], f"{extended.name} has no kinds to add to")
            kinds: dict[str, str | None] = dict.fromkeys(entity.extends.kinds)
            self.codes[codes] = CodeList(id=codes, values={**self.codes[codes].values, **kinds})

    def _streams(self) -> dict[str, Stream]:
        grouped: dict[str, list[Entity]] = {}
        for entity in self.entities.values():
            grouped.setdefault(entity.stream, []).append(entity)
        streams = {}
        for stream, entities in grouped.items():
            plugin = self.plugin_of[entities[0].name]
            if len({bool(entity.keys) for entity in entities}) > 1:
                raise BadPlugin(plugin, f"the entities of stream {stream} must all have bucket keys, or none")
            if len({self.plugin_of[entity.name] for entity in entities}) > 1:
                raise BadPlugin(plugin, f"stream {stream} belongs to another plugin; name one of your own")
            streams[stream] = Stream(
                id=stream,
                plugin=plugin,
                entities=tuple(entity.name for entity in entities),
                keyed=any(entity.keys for entity in entities),
                personal=any(key.of == "user" for entity in entities for key in entity.keys),
            )
        return streams


def _claim(table: dict[str, T], name: str, value: T, plugin: str, what: str) -> None:
    if name in table:
        raise BadPlugin(plugin, f"{what} {name} exists already")
    table[name] = value


def _plain(entity: Entity) -> object:
    return {f: getattr(entity, f) for f in entity.__struct_fields__ if f != "upcasters"}


def _compile(plugin: str, entity: Entity, codes: Mapping[str, frozenset[str]]) -> Model:
    names = frozenset(field.name for field in entity.fields) | SCOPE_NAMES
    state = entity.workflow.field if entity.workflow else None
    if state:
        names |= {state}

    def expression(source: str) -> Expression:
        try:
            return compile_expression(source, names=names)
        except ValueError as error:
            raise BadPlugin(plugin, f"{entity.name}: {error}") from error

    derived = tuple((f.name, expression(f.derive)) for f in entity.fields if f.derive)
    constraints = tuple((c.name, expression(c.expr), c.fields) for c in entity.constraints)
    overdraft = expression(entity.account.overdraft) if entity.account and entity.account.overdraft else None
    whens = {f.name: expression(f.when) for f in entity.fields if f.when}
    required = tuple((f.name, whens.get(f.name)) for f in entity.fields if f.required and not f.readonly)
    owned = {key.field for key in entity.keys if key.via and entity.field(key.field).readonly}
    writable = frozenset(f.name for f in entity.fields if not f.derive and f.name != state)
    transitions: dict[str, list[Transition]] = {}
    for transition in entity.workflow.transitions if entity.workflow else ():
        transitions.setdefault(transition.act, []).append(transition)
    used = [e for _, e in derived] + [e for _, e, _ in constraints] + [e for _, e in required if e]
    return Model(
        entity=entity,
        plugin=plugin,
        checks={field.name: compile_check(field, codes) for field in entity.fields},
        settable=frozenset(f.name for f in entity.fields if not f.readonly and not f.derive and f.name != state)
        - owned,
        writable=writable,
        importable=writable | {state} if state else writable,
        policies={field.name: field.merge for field in entity.fields},
        required=required,
        defaults={field.name: field.default for field in entity.fields if field.default is not None},
        derived=derived,
        constraints=constraints,
        overdraft=overdraft,
        refs=tuple((f.name, f.ref, f.type == "refs") for f in entity.fields if f.ref),
        sets=frozenset(field.name for field in entity.fields if field.type in ("choices", "refs")),
        transitions={act: tuple(all_) for act, all_ in transitions.items()},
        scope=frozenset().union(*(e.variables for e in used)) if used else frozenset(),
    )
