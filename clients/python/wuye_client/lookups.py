"""Who looks at private data on this device: what becomes a record of ``access`` before anything is shown (OWN-7)."""

from wuye_client.manifest import Entity
from wuye_client.view import Record, View


def look_up(view: View, entity: Entity, record: Record, screen: str, reason: str | None) -> dict[str, object]:
    """Return the values of the access record: whose data, which of them, on which screen and why."""
    private = [field.name for field in entity.fields if field.private and record.get(field.name) is not None]
    owner = next((record.get(f.name) for f in entity.fields if f.type == "ref" and f.ref == "owner"), None)
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
