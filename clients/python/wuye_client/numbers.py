"""Numbers that a device gives at once, before the server's register number is known (TKT-14)."""

from wuye_client.manifest import Entity
from wuye_client.store import Store
from wuye_client.view import View, Where


def device_number(store: Store, view: View, known: Entity, site: str, entity: str, values: Where) -> dict[str, object]:
    """Return the field with the next number of a new record, such as ``BX-T07-20261122-0001``; nothing for an entity
    without numbers, or one that brings its own. Only inside ``store.writing()``."""
    rule = known.number
    if rule is None or rule.device_field in values:
        return {}
    kind = values.get(rule.by, known.by_name[rule.by].default) if rule.by else None
    prefix = rule.prefixes.get(str(kind), rule.prefix)
    start = f"{prefix}-{store.meta('short')}-{view.local_time(site):%Y%m%d}"
    while True:
        number: dict[str, object] = {rule.device_field: f"{start}-{store.next_number(start):04d}"}
        # Another device may have been given the same name.
        if [rule.device_field] not in known.unique or not view.has_twin(site, entity, number, ""):
            return number
