"""Tables and columns of wuye_builtin."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.api import add_columns

ID = "wuye_builtin_2026_11_22t10_09_58"
VERSION = "1.38.0"
DESCRIPTION = "building, unit, ticket"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wuye_builtin", description=DESCRIPTION)
    add_columns(
        manager,
        "building",
        {
            "photos": "json",
        },
    )
    add_columns(
        manager,
        "unit",
        {
            "photos": "json",
        },
    )
    add_columns(
        manager,
        "ticket",
        {
            "voice": "json",
        },
    )
    return manager
