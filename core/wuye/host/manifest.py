"""Builds the manifest (protocol §7): what one user's client needs to work offline.

All that does not differ from user to user is encoded once a registry; a build copies those bytes.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from wuye.host import describe
from wuye.model.registry import PLUGINS, REPORTS, ROLES, Registry
from wuye.protocol.manifest import Body, Code, Site, User

TEXTS = ("column.", "error.", "message.", "plugin.", "policy.", "report.", "role.")
"""What a client says that is no label of the rest: heads and titles of frozen tables among it."""
_encode = msgspec.json.Encoder(order="deterministic").encode


class Scope(Struct, frozen=True, kw_only=True):
    """What a user may do, and the values in force for him.

    ``rights`` is site id → entity → ``read``, ``create``, ``update``, ``delete``, ``act.<act>``. A site's
    ``settings`` hold what a company has set; defaults are filled in. ``codes`` holds a company's own values
    by list: the entry of a known value replaces it, so that it can be renamed or retired.
    """

    server: str
    epoch: str
    user: User
    sites: Sequence[Site]
    rights: Mapping[str, Mapping[str, Sequence[str]]]
    calendars: Mapping[str, object] = {}
    policies: Mapping[str, object] = {}
    limits: Mapping[str, object] = {}
    codes: Mapping[str, Sequence[Code]] = {}


class Manifest(Struct, frozen=True, kw_only=True):
    """A manifest as it is sent; ``hash`` follows from its content and serves as ETag."""

    hash: str
    body: bytes


class Manifests:
    """Builds manifests from one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._entities = {name: _encode(describe.entity(registry, name)) for name in sorted(registry.entities)}
        self._codes = {name: describe.codes(registry, name) for name in sorted(registry.codes)}
        self._plain_codes = {name: Raw(_encode(entries)) for name, entries in self._codes.items()}
        self._code_plugin = {codes.id: c.info.id for c in registry.contributions for codes in c.codes}
        self._code_plugin |= {ROLES: "core", REPORTS: "core", PLUGINS: "core"}
        self._settings = [
            (c.info.id, setting.field)
            for c in registry.contributions
            for setting in c.settings
            if setting.scope == "site" and not setting.field.private
        ]
        texts = {key: text for prefix in TEXTS for key, text in registry.catalogue.starting(prefix).items()}
        # A result's message names the constraint that a merged record breaks.
        constraints = [f"{e.name}.constraint.{c.name}" for e in registry.entities.values() for c in e.constraints]
        texts |= {key: registry.catalogue.text(key) for key in constraints}
        self._texts = Raw(_encode(texts))

    def build(self, scope: Scope, hash_: str | None = None) -> Manifest:
        """Return the manifest of one user; the same scope yields the same bytes. ``hash_`` is what the server tells
        of it beforehand (`Directory.manifest_hash`); by default the digest of those bytes."""
        on = frozenset[str]().union(*(site.plugins for site in scope.sites))
        body = _encode(
            Body(
                server=scope.server,
                epoch=scope.epoch,
                user=scope.user,
                sites=[self._site(site) for site in scope.sites],
                calendars=scope.calendars,
                policies=scope.policies,
                limits=scope.limits,
                entities=self._granted(scope),
                codes={
                    name: self._list(name, scope.codes.get(name))
                    for name, plugin in self._code_plugin.items()
                    if plugin in on
                },
                texts=self._texts,
            )
        )
        digest = hash_ or hashlib.sha256(body).hexdigest()[:32]
        return Manifest(hash=digest, body=b'{"hash":"%b",%b' % (digest.encode(), body[1:]))

    def _site(self, site: Site) -> Site:
        settings = {
            field.name: site.settings.get(field.name, field.default)
            for plugin, field in self._settings
            if plugin in site.plugins
        }
        return msgspec.structs.replace(site, settings=settings)

    def _granted(self, scope: Scope) -> dict[str, Raw]:
        granted = {}
        for name, described in self._entities.items():
            plugin = self._registry.plugin_of[name]
            rights = {
                site.id: verbs
                for site in scope.sites
                if plugin in site.plugins and (verbs := scope.rights.get(site.id, {}).get(name))
            }
            if rights:
                granted[name] = Raw(b'%b,"rights":%b}' % (described[:-1], _encode(rights)))
        return granted

    def _list(self, name: str, own: Sequence[Code] | None) -> Raw:
        if not own:
            return self._plain_codes[name]
        return Raw(
            _encode(list(({code.value: code for code in self._codes[name]} | {c.value: c for c in own}).values()))
        )
