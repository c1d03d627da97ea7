"""The first tables of the plugin."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.api import create_table

ID = "lab_2026_11_22t06_00_00"
VERSION = "1.38.0"
DESCRIPTION = "samples"

TEXTS = ("number", "device_number", "place", "water", "chlorine", "what_now", "status")


async def forwards() -> MigrationManager:
    """Make them."""
    manager = MigrationManager(migration_id=ID, app_name="lab", description=DESCRIPTION)
    create_table(manager, "lab_sample", {**dict.fromkeys(TEXTS, "text"), "too_much": "boolean"})
    return manager
