"""Who looks at private data on this device: what becomes a record of ``access`` before anything is shown (OWN-7)."""

from wuye_client.manifest import Entity
from wuye_client.view import Record


def look_up(entity: Entity, record: Record, screen: str, reason: str | None) -> dict[str, object]:
    """Return the values of the access record: whose data, which of them, on which screen and why."""
    private = [field.name for field in entity.fields if field.private and record.get(field.name) is not None]
    owner = next((field.name for field in entity.fields if field.type == "ref" and field.ref == "owner"), "")
    values = {
        "subject_entity": record.entity,
        "subject": record.id,
        "owner": record.get(owner),
        "fields": [{"field": name} for name in private],
        "screen": screen,
        "reason": reason,
    }
    return {name: value for name, value in values.items() if value}
