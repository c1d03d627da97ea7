"""The tables of the core entities, as a Piccolo app; its migrations make them."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

APP_CONFIG = AppConfig(
    app_name="wuye_builtin",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=[],
    migration_dependencies=["wuye.storage.piccolo_app"],
)
