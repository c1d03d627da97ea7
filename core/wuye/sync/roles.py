"""What the posts of an organisation may do: patterns such as ``ticket.*`` expanded to rights (USR-1)."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from wuye.model.registry import Registry

RoleRights = tuple[frozenset[tuple[str, str]], tuple[str, ...]]
"""(right, plugin of its entity) of all rights, and the streams that are read."""
Rights = Mapping[str, RoleRights]
"""By role."""
NO_RIGHTS: RoleRights = (frozenset(), ())


def role_rights(registry: Registry, own: Iterable[Mapping[str, object]]) -> Rights:
    """Expand every role's patterns to (right, plugin of its entity)."""
    roles = {role.id: (role.rights, role.streams) for role in registry.roles.values()}
    for values in own:
        roles[str(values["id"])] = (_column(values, "rights", "right"), _column(values, "streams", "stream"))
    return {role: (_expand(registry, patterns), streams) for role, (patterns, streams) in roles.items()}


@lru_cache(maxsize=1024)  # roles seldom change, but the directory is read anew with every user and grant
def _expand(registry: Registry, patterns: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    every = [(right, registry.plugin_of[name]) for name in registry.entities for right in _rights_of(registry, name)]
    return frozenset(pair for pair in every if any(fnmatchcase(pair[0], pattern) for pattern in patterns))


def central_rights(registry: Registry) -> frozenset[str]:
    """Return the rights to write what lies in the organisation's log alone: at a property nobody holds them."""
    return frozenset(
        right
        for name, entity in registry.entities.items()
        if entity.central
        for right in _rights_of(registry, name)
        if right.removeprefix(f"{name}.") not in entity.powers
    )


def _column(values: Mapping[str, object], field: str, name: str) -> tuple[str, ...]:
    rows = values.get(field)
    return tuple(str(row[name]) for row in rows) if isinstance(rows, list) else ()


def _rights_of(registry: Registry, entity: str) -> Iterable[str]:
    yield from (f"{entity}.{verb}" for verb in ("create", "update", "delete", "import"))
    yield from (f"{entity}.act.{act}" for act in registry.models[entity].transitions)
    yield from (f"{entity}.{power}" for power in registry.entities[entity].powers)
