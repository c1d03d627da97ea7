"""What one user may do at one site by the grants that he holds there, and the one permission function.

Deny by default. A grant = user, role, site and maybe a key (zone). Reading follows from buckets alone: what a tablet
may hold is what its user may read (design §5).
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from wuye.kernel.clock import from_wire, to_ms
from wuye.model.registry import Registry
from wuye.sync.roles import NO_RIGHTS, Rights
from wuye.sync.rows import Stored


class Grant(Struct, frozen=True, kw_only=True):
    """A role held at a site from ``starts_ms`` until before ``ends_ms``, maybe for one key only."""

    role: str
    site: str
    key: str | None
    starts_ms: int
    ends_ms: int | None

    def holds(self, at_ms: int) -> bool:
        """Tell whether the grant holds at a moment."""
        return self.starts_ms <= at_ms and (self.ends_ms is None or at_ms < self.ends_ms)

    def ended_within(self, span_ms: int, at_ms: int) -> bool:
        """Tell whether the grant was held and ended at most this long before a moment."""
        return self.ends_ms is not None and self.starts_ms < self.ends_ms <= at_ms < self.ends_ms + span_ms


def grant_of(record: Stored) -> Grant:
    """Read a grant from its record."""
    values = record.values
    ends = values.get("ends")
    return Grant(
        role=str(values["role"]),
        site=str(values["site"]),
        key=str(values["key"]) if values.get("key") else None,
        starts_ms=to_ms(from_wire(str(values.get("starts") or record.created_at))),
        ends_ms=to_ms(from_wire(str(ends))) if ends else None,
    )


MEMBER = Grant(role="member", site="", key=None, starts_ms=0, ends_ms=None)
"""What everybody holds at the organisation who holds anything."""


class Access(Struct, frozen=True, kw_only=True):
    """What one user may do at one site. Rights are names such as ``ticket.create``; ``buckets`` are in the order of
    first syncs, ``readable`` is their set. Not ``granted``: he only hears what became of his own work here."""

    user: str
    granted: bool = False
    wide: frozenset[str] = frozenset()
    keyed: Mapping[str, frozenset[str]] = {}
    buckets: tuple[str, ...] = ()
    readable: frozenset[str] = frozenset()

    def may(self, right: str, keys: Iterable[str]) -> bool:
        """Tell whether the user has a right on a record with these bucket keys. The one permission function."""
        if right in self.wide:
            return True
        return bool(self.keyed) and any(
            right in self.keyed.get(key, ()) or (key == self.user and self.may_somewhere(right)) for key in keys
        )

    def may_somewhere(self, right: str) -> bool:
        """Tell whether the user has a right on any record here."""
        return right in self.wide or any(right in rights for rights in self.keyed.values())

    def reads(self, buckets: Iterable[str]) -> bool:
        """Tell whether the user may read a record that lies in these buckets."""
        return not self.readable.isdisjoint(buckets)


NOTHING = Access(user="")


def access_by(
    grants: Sequence[Grant],
    roles: Rights,
    registry: Registry,
    user: str,
    site: str,
    plugins: frozenset[str],
    withheld: frozenset[str],
) -> Access:
    """Work out what grants give a user at a site where these plugins are on, less the rights ``withheld`` there."""
    wide: set[str] = set()
    keyed: dict[str, set[str]] = {}
    buckets = {f"{site}/review/{user}"}
    for grant in grants:
        rights, streams = roles.get(grant.role, NO_RIGHTS)
        rights_on = {right for right, plugin in rights if plugin in plugins} - withheld
        if grant.key is None:
            wide |= rights_on
        else:
            keyed.setdefault(grant.key, set()).update(rights_on)
        for stream in streams:
            buckets |= _buckets(registry, user, site, grant.key, stream, plugins)
    order = {stream: index for index, stream in enumerate(registry.streams)}
    return Access(
        user=user,
        granted=bool(grants),
        wide=frozenset(wide),
        keyed={key: frozenset(rights) for key, rights in keyed.items()},
        readable=frozenset(buckets),
        buckets=tuple(sorted(buckets, key=lambda name: (order.get(name.split("/")[1], 0), name))),
    )


def _buckets(
    registry: Registry, user: str, site: str, key: str | None, stream: str, plugins: frozenset[str]
) -> set[str]:
    known = registry.streams.get(stream)
    if known is None or known.plugin not in plugins:
        return set()
    if key is None or not known.keyed:
        return {f"{site}/{stream}"}
    return {f"{site}/{stream}/{key}"} | ({f"{site}/{stream}/{user}"} if known.personal else set())
