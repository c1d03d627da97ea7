"""Items and their claimants."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.api import create_table

ID = "lostfound_2026_11_22t05_00_00"
VERSION = "1.38.0"
DESCRIPTION = "items and their claimants"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="lostfound", description=DESCRIPTION)
    create_table(
        manager,
        "lostfound_item",
        {
            "number": "text",
            "device_number": "text",
            "name": "text",
            "category": "text",
            "description": "text",
            "photos": "json",
            "found_on": "text",
            "found_time": "text",
            "found_by": "text",
            "place": "text",
            "zone": "text",
            "unit": "text",
            "shelf": "text",
            "worth": "integer",
            "valuable": "boolean",
            "keep_until": "text",
            "document_seen": "text",
            "signature": "json",
            "disposal": "text",
            "status": "text",
        },
    )
    create_table(
        manager,
        "lostfound_claimant",
        {
            "item": "text",
            "name": "text",
            "phone": "text",
            "document_number": "text",
            "owner": "text",
            "note": "text",
        },
        indexed=["item"],
    )
    return manager
