"""Who looks at private data on this device: what becomes a record of ``access`` before anything is shown (OWN-7)."""

from collections.abc import Iterable, Mapping

from wuye_client.manifest import Entity, Manifest
from wuye_client.view import Record, View

LookUp = tuple[str, Mapping[str, object]]
"""A site, and the values of an access record there."""


def look_ups(
    view: View, manifest: Manifest, records: Iterable[Record], screen: str, reason: str | None
) -> Iterable[LookUp]:
    """Yield what is to be written down before these records are shown: nothing for those that hold no private data."""
    for record in records:
        known = manifest.entities.get(record.entity)
        if known and known.private:
            yield record.site, _look_up(view, known, record, screen, reason)


def _look_up(view: View, entity: Entity, record: Record, screen: str, reason: str | None) -> dict[str, object]:
    private = [field.name for field in entity.fields if field.private and record.get(field.name) is not None]
    owner = next((record.get(f.name) for f in entity.fields if f.type == "ref" and f.ref == "owner"), None)
    # Whose data, which of them, on which screen and why.
    values = {
        "subject_entity": record.entity,
        "subject": record.id,
        # Somebody may know a claimant and not the household file that he belongs to.
        "owner": owner if view.exists("owner", str(owner)) else None,
        "fields": [{"field": name} for name in private],
        "screen": screen,
        "reason": reason,
    }
    return {name: value for name, value in values.items() if value}
