"""Tables and columns of wuye_builtin."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.api import add_columns

ID = "wuye_builtin_2026_11_22t13_40_00"
VERSION = "1.38.0"
DESCRIPTION = "user"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wuye_builtin", description=DESCRIPTION)
    add_columns(
        manager,
        "user",
        {
            "sites": "json",
        },
    )
    return manager
