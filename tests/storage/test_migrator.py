"""Migrations of core and plugins run all or not at all, by our migrator only (design §4)."""

import contextlib
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wuye.kernel.errors import Problem
from wuye.storage.drift import create_missing, new_migration, schema_drift
from wuye.storage.migrator import is_current, migrate, pending
from wuye.storage.sqlite import SqliteStore
from wuye.testing.store_suite.world import registry

APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig
APP_CONFIG = AppConfig(app_name="{name}", migrations_folder_path=str(Path(__file__).parent / "migrations"))
"""
STEP = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from wuye.storage.synced import add_columns, add_indices, create_table, run_sql
ID = "{id}"
async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="{app}", description="")
    {body}
    return manager
"""


class Apps:
    """Makes Piccolo apps on the fly, importable until the test ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, package: str, steps: dict[str, str], *, name: str | None = None) -> str:
        migrations = self.folder / package / "migrations"
        migrations.mkdir(parents=True, exist_ok=True)
        (self.folder / package / "piccolo_app.py").write_text(APP.format(name=name or package))
        for step, body in steps.items():
            (migrations / f"{step}.py").write_text(STEP.format(id=step, app=name or package, body=body))
        return f"{package}.piccolo_app"


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[Apps]:
    before = set(sys.modules)
    sys.path.insert(0, str(tmp_path))
    yield Apps(tmp_path)
    sys.path.remove(str(tmp_path))
    for name in set(sys.modules) - before:
        if name.startswith("plug_"):
            del sys.modules[name]


def tables(path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_everything_pending_runs_once_and_in_order(
    tmp_path: Path, apps: Apps, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wuye.sqlite"
    app = apps.add(
        "plug_a",
        {
            "plug_a_2026_01_02": 'add_columns(manager, "plug_a_x", {"m": "integer"})',
            "plug_a_2026_01_01": 'create_table(manager, "plug_a_x", {"n": "text"}, indexed=["n"])',
        },
    )
    ran = [step.name for step in migrate(path, [app])]
    assert ran[-2:] == ["plug_a_2026_01_01", "plug_a_2026_01_02"]
    assert ran[0].startswith("wuye_core_")
    assert {"wuye_ledger", "plug_a_x"} <= tables(path)
    assert migrate(path, [app]) == []
    assert pending(path, [app]) == []
    assert is_current(path, [app])
    apps.add("plug_a", {"plug_a_2026_01_03": "pass"})
    assert not is_current(path, [app])
    assert capsys.readouterr().out == "", "Piccolo's own messages stay silent"


def test_a_failing_migration_undoes_all_of_the_run(tmp_path: Path, apps: Apps) -> None:
    path = tmp_path / "wuye.sqlite"
    migrate(path, [])
    before = tables(path)
    good = apps.add("plug_good", {"plug_good_2026_01_01": 'create_table(manager, "plug_good_x", {"n": "text"})'})
    bad = apps.add("plug_bad", {"plug_bad_2026_01_01": 'run_sql(manager, ["CREATE TABLE wuye_ledger (x)"])'})
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(path, [good, bad])
    assert tables(path) == before
    assert [step.app for step in pending(path, [good, bad])] == ["plug_good", "plug_bad"]


def test_a_copy_is_made_before_data_is_touched(tmp_path: Path, apps: Apps) -> None:
    path = tmp_path / "wuye.sqlite"
    migrate(path, [])
    assert list(tmp_path.glob("*.before-*")) == [], "there is nothing to copy before the first run"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO wuye_installation VALUES (1, 'org', 'e', x'')")
    migrate(path, [apps.add("plug_c", {"plug_c_2026_01_01": 'run_sql(manager, ["DELETE FROM wuye_installation"])'})])
    copy = tmp_path / "wuye.sqlite.before-plug_c_2026_01_01"
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT org FROM wuye_installation").fetchall() == [("org",)]


def test_a_file_must_bear_its_apps_name(tmp_path: Path, apps: Apps) -> None:
    path = tmp_path / "wuye.sqlite"
    with pytest.raises(Problem, match=r"m0001\.py must be named plug_d_"):
        migrate(path, [apps.add("plug_d", {"m0001": "pass"})])
    assert not path.exists()


def test_two_apps_cannot_share_a_name(tmp_path: Path, apps: Apps) -> None:
    both = [apps.add("plug_e", {}, name="same"), apps.add("plug_f", {}, name="same")]
    with pytest.raises(Problem, match="share the app name same"):
        migrate(tmp_path / "wuye.sqlite", both)


def test_drift_is_told_and_a_migration_written_for_it(tmp_path: Path, apps: Apps) -> None:
    """The written file brings the database to the descriptors, in two steps like a plugin that grows."""
    app = apps.add(
        "plug_g", {"plug_g_2026_01_01": 'create_table(manager, "note", {"title": "text", "done": "boolean"})'}
    )
    path = tmp_path / "wuye.sqlite"
    migrate(path, [app])
    told = drift(path)
    assert "table room_plan of entity room.plan is missing" in told
    assert any(line.startswith("table note of entity note lacks column place") for line in told)
    file = new_migration(registry(), "core", app, [app], datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC))
    assert file is not None
    assert file.name == "plug_g_2026_05_06t07_08_09.py"
    assert "from wuye.api import add_columns, add_indices, create_table\n" in file.read_text()
    migrate(path, [app])
    assert drift(path) == []
    assert new_migration(registry(), "core", app, [app], datetime(2026, 6, 6, tzinfo=UTC)) is None


def test_a_store_refuses_a_database_without_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "wuye.sqlite"
    migrate(path, [])
    for _ in range(2):
        with pytest.raises(Problem, match="table note of entity note is missing"):
            SqliteStore(path, registry())
    with contextlib.closing(sqlite3.connect(path)) as connection:
        create_missing(connection, registry())
    SqliteStore(path, registry()).close()


def test_a_column_cannot_take_the_place_of_a_key(tmp_path: Path, apps: Apps) -> None:
    app = apps.add("plug_h", {"plug_h_2026_01_01": 'create_table(manager, "plug_h_x", {"site": "text"})'})
    with pytest.raises(ValueError, match="site are there already"):
        migrate(tmp_path / "wuye.sqlite", [app])


def drift(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return schema_drift(connection, registry())
