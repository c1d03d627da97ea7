"""The migrations of the core bring a database to what its descriptors ask for."""

import contextlib
import sqlite3
from pathlib import Path

from wuye.builtin import plugin
from wuye.host import load
from wuye.storage.drift import schema_drift
from wuye.storage.migrator import migrate


def test_the_core_needs_no_further_migration(tmp_path: Path) -> None:
    loaded = load(plugin, [], strict=True)
    path = tmp_path / "wuye.sqlite"
    migrate(path, loaded.piccolo_apps)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert schema_drift(connection, loaded.registry) == []
