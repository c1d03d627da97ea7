"""Which buckets a record lies in: its stream at its site, narrowed by each of its keys (protocol §1)."""

from collections.abc import Mapping

from wuye.model.registry import Model


def keys_of(model: Model, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the bucket keys of a record: ids of zones and people."""
    keys: dict[str, None] = {}
    for key in model.entity.keys:
        held = values.get(key.field)
        for value in held if isinstance(held, list) else (held,):
            if isinstance(value, str):
                keys[value] = None
    return tuple(keys)


def buckets_of(site: str, model: Model, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of a record's buckets: the whole stream first, then one a key."""
    name = f"{site}/{model.entity.stream}"
    return (name, *(f"{name}/{key}" for key in keys_of(model, values)))
