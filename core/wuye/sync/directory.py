"""The organisation at one moment: its users, sites, settings, and who holds which grants there.

A grant at the organisation's own site holds at every site (design §5).
"""

import hashlib
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from wuye.model.registry import ROLES, Model, Registry
from wuye.model.values import BadValue, compile_check
from wuye.sync.access import MEMBER, NOTHING, Access, Grant, access_by, grant_of
from wuye.sync.ports import Snapshot
from wuye.sync.roles import NO_RIGHTS, central_rights, role_rights
from wuye.sync.rows import Stored

ENTITIES = ("site", "user", "role", "grant", "setting", "calendar", "code")
DAY_MS = 86_400_000


class SiteInfo(Struct, frozen=True, kw_only=True):
    """A site as the engine needs it; ``values`` is its whole record."""

    id: str
    type: str
    plugins: frozenset[str]
    values: Mapping[str, object]


class Directory:
    """The organisation at one moment of its log."""

    def __init__(self, registry: Registry, org: str, records: Iterable[Stored]) -> None:
        by_entity: dict[str, list[Stored]] = {name: [] for name in ENTITIES}
        for record in records:
            by_entity[record.entity].append(record)
        self.registry = registry
        self.org = org
        self.users: dict[str, Mapping[str, object]] = {r.id: r.values for r in by_entity["user"]}
        self.calendars: dict[str, Mapping[str, object]] = {r.id: r.values for r in by_entity["calendar"]}
        self.codes: list[Mapping[str, object]] = [r.values for r in by_entity["code"]] + [
            {"list": ROLES, "value": r.values["id"], "label": r.values["name"]} for r in by_entity["role"]
        ]
        self.models = self._models()
        self.sites: dict[str, SiteInfo] = {r.id: self._site(r) for r in by_entity["site"]}
        self._settings = {
            (str(v.get("site") or org), str(v["name"])): _setting(registry, v)
            for v in (r.values for r in by_entity["setting"])
        }
        self._central = central_rights(registry)
        self._roles = role_rights(registry, [r.values for r in by_entity["role"]])
        self.supervised_streams = self._supervised()
        self._grants: dict[str, list[Grant]] = {}
        for record in by_entity["grant"]:
            self._grants.setdefault(str(record.values["user"]), []).append(grant_of(record))
        self._at_site_settings: dict[str, Mapping[str, object]] = {}
        self._hashes: dict[str, tuple[Mapping[str, Access], str]] = {}
        self._cache: dict[str, tuple[int, int | None, dict[str, Access]]] = {}

    @property
    def roles(self) -> Iterable[str]:
        """Ids of all roles, the company's own included."""
        return self._roles

    def grants(self, user: str) -> list[Grant]:
        """Return all grants that a user ever had."""
        return self._grants.get(user, [])

    def setting(self, site: str, name: str, default: object = None) -> object:
        """Return a setting's value at a site: its own, the organisation's, or the declared default."""
        for scope in (site, self.org):
            if (scope, name) in self._settings:
                return self._settings[scope, name]
        declared = self.registry.settings.get(name)
        return default if declared is None or declared.field.default is None else declared.field.default

    def settings_at(self, site: str) -> Mapping[str, object]:
        """Return all declared settings' values at a site."""
        known = self._at_site_settings.get(site)
        if known is None:
            known = {name: self.setting(site, name) for name in self.registry.settings}
            self._at_site_settings[site] = known
        return known

    def days_ms(self, name: str, default: int) -> int:
        """Return a setting of days as milliseconds."""
        days = self.setting(self.org, name, default)
        return (days if isinstance(days, int) else default) * DAY_MS

    def enabled(self, user: str) -> bool:
        """Tell whether a user exists and may work."""
        return user in self.users and not self.users[user].get("disabled")

    def access(self, user: str, at_ms: int) -> Mapping[str, Access]:
        """Return what a user may do at a moment, by site.

        Where his last right has ended he goes on hearing of his own work for the days of grace; other sites are absent.
        """
        if not self.enabled(user):
            return {}
        known = self._cache.get(user)
        if known and known[0] <= at_ms and (known[1] is None or at_ms < known[1]):
            return known[2]
        grants, grace = self._grants.get(user, []), self.days_ms("grace_days", 14)
        ends = {grant.ends_ms for grant in grants if grant.ends_ms is not None}
        edges = sorted({0} | {grant.starts_ms for grant in grants} | ends | {end + grace for end in ends})
        since = max(edge for edge in edges if edge <= at_ms)
        until = next((edge for edge in edges if edge > at_ms), None)
        left = [grant for grant in grants if grant.ended_within(grace, at_ms)]
        access = self._work_out(user, [grant for grant in grants if grant.holds(at_ms)], left)
        self._cache[user] = (since, until, access)
        return access

    def access_at(self, user: str, site: str, at_ms: int) -> Access:
        """Return what a user may do at one site."""
        return self.access(user, at_ms).get(site, NOTHING)

    def access_kept(self, user: str, site: str, synced_ms: int, now_ms: int) -> Access:
        """Return what a user might do when his replica last synced, less what ended before the days of grace
        (protocol §3.5)."""
        grace = self.days_ms("grace_days", 14)
        grants = [
            grant
            for grant in self._grants.get(user, [])
            if grant.holds(synced_ms) and (grant.ends_ms is None or now_ms < grant.ends_ms + grace)
        ]
        return self._work_out(user, grants).get(site, NOTHING)

    def access_lately(self, user: str, site: str, at_ms: int) -> Access:
        """Return what a user might do at any time in the days of grace before a moment: by these rights his work is
        judged that came with a dead token and that a supervisor lets in (protocol §5)."""
        since = at_ms - self.days_ms("grace_days", 14)
        grants = [
            grant
            for grant in self._grants.get(user, [])
            if grant.starts_ms <= at_ms and (grant.ends_ms is None or since < grant.ends_ms)
        ]
        return self._work_out(user, grants).get(site, NOTHING)

    def access_coming(self, user: str, at_ms: int) -> Mapping[str, Access]:
        """Return what a user may do at a moment and later, by the grants that have not ended."""
        grants = [grant for grant in self._grants.get(user, []) if grant.ends_ms is None or at_ms < grant.ends_ms]
        return self._work_out(user, grants)

    def buckets_lost(self, user: str, at_ms: int) -> list[str]:
        """Return the buckets that a user's grants ever gave him and that he may not hold at a moment. Grants are ended,
        never overwritten."""
        present = self.access(user, at_ms)
        once = self._work_out(user, self._grants.get(user, []))
        return [
            name for site, a in once.items() for name in a.buckets if name not in present.get(site, NOTHING).readable
        ]

    def roles_of(self, user: str, site: str, at_ms: int) -> list[str]:
        """Return the roles that a user holds at a site, wide or for a key."""
        grants = self._grants.get(user, [])
        return sorted({grant.role for grant in grants if grant.site in (site, self.org) and grant.holds(at_ms)})

    def zone_of(self, site: str) -> ZoneInfo:
        """Return a site's time zone; UTC where it has none that this machine knows."""
        info = self.sites.get(site)
        try:
            return ZoneInfo(str(info.values.get("timezone") or "UTC") if info else "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def ended_between(self, user: str, after_ms: int, upto_ms: int) -> bool:
        """Tell whether a grant of the user ended in a span."""
        return any(g.ends_ms is not None and after_ms < g.ends_ms <= upto_ms for g in self._grants.get(user, []))

    def manifest_hash(self, user: str, at_ms: int) -> str:
        """Return a digest of all that this user's manifest is made from (protocol §7)."""
        access = self.access(user, at_ms)
        known = self._hashes.get(user)
        if known is None or known[0] is not access:
            content = [
                self.registry.hash,
                self.users.get(user),
                [
                    (site, self.sites[site].values, self.settings_at(site))
                    for site in sorted(access)
                    if site in self.sites
                ],
                [
                    (site, sorted(a.wide), {k: sorted(v) for k, v in a.keyed.items()})
                    for site, a in sorted(access.items())
                ],
                self.calendars,
                self.codes,
            ]
            digest = hashlib.blake2b(msgspec.json.encode(content, order="sorted"), digest_size=12).hexdigest()
            known = self._hashes[user] = (access, digest)
        return known[1]

    def code_values(self, name: str) -> frozenset[str]:
        """Return the values of a code list, the company's own included."""
        return self.registry.every_code(self._own_codes()).get(name, frozenset())

    def fits(self, setting: str, value: object) -> bool:
        """Tell whether a value fits a setting's declaration; null does, and whatever nobody declares."""
        declared = self.registry.settings.get(setting)
        try:
            if declared is not None:
                compile_check(declared.field, self.registry.every_code(self._own_codes()))(value)
        except BadValue:
            return False
        return True

    def _models(self) -> Mapping[str, Model]:
        own = self._own_codes()
        return self.registry.compile(own) if own else self.registry.models

    def _own_codes(self) -> Mapping[str, frozenset[str]]:
        own: dict[str, frozenset[str]] = {}
        for code in self.codes:
            name = str(code["list"])
            own[name] = own.get(name, frozenset()) | {str(code["value"])}
        return own

    def _supervised(self) -> frozenset[str]:
        """The streams that everybody reads who reads all review items: what such an item may quote."""
        readers = [frozenset(streams) for _, streams in self._roles.values() if "review" in streams]
        _, everybody = self._roles.get(MEMBER.role, NO_RIGHTS)
        return frozenset.intersection(*readers).union(everybody) if readers else frozenset(everybody)

    def _site(self, record: Stored) -> SiteInfo:
        values = record.values
        rows = values.get("plugins")
        explicit = [str(row.get("id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None
        type_ = str(values.get("type"))
        return SiteInfo(id=record.id, type=type_, plugins=self.registry.plugins_for(type_, explicit), values=values)

    def _work_out(self, user: str, grants: list[Grant], left: Iterable[Grant] = ()) -> dict[str, Access]:
        # Whoever works here at all knows his colleagues by name.
        by_site = {self.org: [MEMBER] if grants else []}
        for site in (site for grant in left for site in self._sites_of(grant)):
            by_site.setdefault(site, [])
        for grant in grants:
            for site in self._sites_of(grant):
                by_site.setdefault(site, []).append(grant)
        return {site: self._at_site(user, site, held) for site, held in by_site.items()}

    def _at_site(self, user: str, site: str, grants: list[Grant]) -> Access:
        info = self.sites.get(site)
        plugins = info.plugins if info else frozenset({"core"})
        withheld = frozenset[str]() if site == self.org else self._central
        return access_by(grants, self._roles, self.registry, user, site, plugins, withheld)

    def _sites_of(self, grant: Grant) -> Iterable[str]:
        if grant.site == self.org:
            return self.sites
        return (grant.site,) if grant.site in self.sites else ()


def _setting(registry: Registry, values: Mapping[str, object]) -> object:
    """Return what a setting says; what does not fit its declaration is as if unset, lest one slip stop every log-in."""
    declared = registry.settings.get(str(values["name"]))
    try:
        value = msgspec.json.decode(str(values.get("value") or "null"))
        # A code list may have grown by the company's own codes; its values are taken as they are.
        return value if declared is None or declared.field.codes else compile_check(declared.field, {})(value)
    except (msgspec.DecodeError, RecursionError, BadValue):
        return declared.field.default if declared else None


def load_directory(registry: Registry, snapshot: Snapshot) -> Directory:
    """Read the organisation from a snapshot."""
    org = snapshot.org()
    return Directory(registry, org, snapshot.entities(org, ENTITIES))
