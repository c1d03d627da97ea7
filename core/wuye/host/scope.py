"""What the manifest says of one user, read from the directory (design §5)."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.host.manifest import Scope
from wuye.model.registry import Registry
from wuye.protocol.manifest import Code, Post, Site, User
from wuye.sync.access import Access
from wuye.sync.directory import Directory

Verbs = Mapping[str, Sequence[str]]

LIMITS = (
    "photo_side",
    "photo_quality",
    "photo_thumb_side",
    "voice_seconds",
    "blob_bytes",
    "blob_days",
    "keep_days",
    "max_offline_days",
)
"""Settings of the installation that clients keep to."""


def scope_of(
    directory: Directory, user: str, at_ms: int, *, server: str, epoch: str, policies: Mapping[str, object]
) -> Scope:
    """Return what a user may do and know at a moment. ``server`` is the server's version."""
    values = directory.users[user]
    access = directory.access(user, at_ms)
    sites = [directory.sites[site] for site in sorted(access) if site in directory.sites]
    known: dict[object, Verbs] = {}
    return Scope(
        server=server,
        epoch=epoch,
        user=User(
            id=user,
            username=str(values.get("username") or ""),
            name=str(values.get("name") or ""),
            locale=str(values.get("locale") or ""),
            roles=[
                Post(role=grant.role, site=grant.site, key=grant.key)
                for grant in directory.grants(user)
                if grant.holds(at_ms)
            ],
        ),
        sites=[
            Site(
                id=site.id,
                code=str(site.values.get("code") or ""),
                name=str(site.values.get("name") or ""),
                type=site.type,
                timezone=str(site.values.get("timezone") or "UTC"),
                plugins=sorted(site.plugins),
                calendar=str(site.values["calendar"]) if site.values.get("calendar") else None,
                settings={name: directory.setting(site.id, name) for name in directory.registry.settings},
            )
            for site in sites
        ],
        rights={site.id: _verbs(directory.registry, access[site.id], known) for site in sites},
        calendars=directory.calendars,
        policies=policies,
        limits={name: directory.setting(directory.org, name) for name in LIMITS},
        codes=_codes(directory.codes),
    )


def _verbs(registry: Registry, access: Access, known: dict[object, Verbs]) -> Verbs:
    # A post is mostly the same at many sites, so its verbs are worked out once.
    rights = access.wide.union(*access.keyed.values())
    streams = frozenset(bucket.split("/")[1] for bucket in access.buckets)
    if (rights, streams) not in known:
        known[rights, streams] = {
            name: [
                *(["read"] if entity.stream in streams else []),
                *(verb for verb in _every_verb(registry, name) if f"{name}.{verb}" in rights),
            ]
            for name, entity in registry.entities.items()
        }
    return known[rights, streams]


def _every_verb(registry: Registry, entity: str) -> Iterable[str]:
    return (
        "create",
        "update",
        "delete",
        "import",
        *(f"act.{act}" for act in registry.models[entity].transitions),
        *registry.entities[entity].powers,
    )


def _codes(records: Iterable[Mapping[str, object]]) -> dict[str, list[Code]]:
    lists: dict[str, list[Code]] = {}
    for values in records:
        label, parent = values.get("label"), values.get("parent")
        code = Code(
            value=str(values["value"]),
            label={str(language): str(text) for language, text in label.items()} if isinstance(label, dict) else {},
            parent=str(parent) if parent else None,
            retired=bool(values.get("retired")),
        )
        lists.setdefault(str(values["list"]), []).append(code)
    return lists
