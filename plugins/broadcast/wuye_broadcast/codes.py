"""Settings and choice lists."""

from wuye.api import CodeList, Field, Setting

MUSIC = "music"
"""The one type of programme that needs no script."""

SETTINGS = (
    Setting(field=Field(name="broadcast_emergency_hours", type="integer", default=24, min=1, max=168, help=True)),
    Setting(field=Field(name="broadcast_one_language", type="boolean", default=False, help=True)),
    Setting(field=Field(name="broadcast_days_ahead", type="integer", default=7, min=1, max=31, help=True)),
    Setting(field=Field(name="broadcast_missed_hours", type="integer", default=24, min=1, max=336, help=True)),
    Setting(field=Field(name="broadcast_check_days", type="integer", default=7, min=1, max=366, help=True)),
)


def _flat(list_id: str, *values: str) -> CodeList:
    return CodeList(id=list_id, values=dict.fromkeys(values))


CODES = (
    _flat(
        "broadcast_type",
        MUSIC,
        "greeting",
        "notice",
        "promotion",
        "lost_found",
        "safety",
        "culture",
        "emergency",
        "other",
    ),
    _flat(
        "broadcast_emergency_kind",
        "fire",
        "evacuation",
        "medical",
        "missing_person",
        "power_failure",
        "lift",
        "weather",
        "security",
        "other",
    ),
    _flat(
        "broadcast_equipment_kind",
        "microphone",
        "mixer",
        "amplifier",
        "loudspeaker",
        "player",
        "computer",
        "recorder",
        "power_supply",
        "cabling",
        "other",
    ),
    _flat(
        "broadcast_check_item",
        "sound",
        "noise",
        "volume",
        "all_zones",
        "recording",
        "connections",
        "backup_power",
        "emergency_override",
        "cleanliness",
    ),
)
