"""The plugin checker names every fault that an author can make (design §3)."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from wuye.builtin import plugin as core
from wuye.testing.plugin_check import check_plugin

PLUGIN = """
from wuye.api import Entity, Field, PluginInfo, hookimpl

@hookimpl
def wuye_plugin():
    return PluginInfo(id="faulty", version="1", api=1, package="wuye_faulty")

@hookimpl
def wuye_entities():
    return [Entity(name="faulty.a", fields=(Field(name="n"), Field(name="m", type="json")), stream="faulty", title="")]
""".replace('type="json"', 'type="rows"')

APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig

folder = str(Path(__file__).parent / "migrations")
APP_CONFIG = AppConfig(app_name="faulty", migrations_folder_path=folder, table_classes=[], migration_dependencies=[])
"""

HOOK = """
@hookimpl
def wuye_piccolo_app():
    return "wuye_faulty.piccolo_app"
"""

MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from wuye.api import create_table

ID = "faulty_2026_01_01t00_00_00"

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="faulty", description="")
    create_table(manager, "faulty_a", {"n": "text"})
    return manager
"""

TEXTS = ("plugin.faulty", "faulty.a.label", "faulty.a.plural", "faulty.a.n", "faulty.a.m")


class Faulty:
    name = "faulty"

    def load(self) -> object:
        return import_module("wuye_faulty.plugin")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin package of its own, forgotten after the test."""
    folder = tmp_path / "wuye_faulty"
    (folder / "locales").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(PLUGIN)
    for language in ("zh-Hant", "zh-Hans", "ru", "en"):
        (folder / "locales" / f"{language}.json").write_text(json.dumps(dict.fromkeys(TEXTS, "x")))
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("wuye_faulty")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_a_text_missing_in_one_language_is_named(package: Path) -> None:
    (package / "locales" / "ru.json").write_text(json.dumps(dict.fromkeys(TEXTS[1:], "x")))
    assert "no text for ru: plugin.faulty" in check_plugin(Faulty(), core=core)


@pytest.mark.parametrize("line", ["import wuye.sync", "from wuye.model import entity", "from wuye import storage"])
def test_an_import_beside_the_api_is_named(package: Path, line: str) -> None:
    (package / "more.py").write_text(f"def late():\n    {line}\n")
    assert any("more.py imports wuye." in fault for fault in check_plugin(Faulty(), core=core))


def test_a_missing_table_is_named(package: Path) -> None:
    assert check_plugin(Faulty(), core=core) == ["no migration makes table faulty_a: n, m"]


def test_a_missing_column_is_named(package: Path) -> None:
    (package / "plugin.py").write_text(PLUGIN + HOOK)
    (package / "piccolo_app.py").write_text(APP)
    (package / "migrations").mkdir()
    (package / "migrations" / "faulty_2026_01_01t00_00_00.py").write_text(MIGRATION)
    assert check_plugin(Faulty(), core=core) == ["no migration adds to table faulty_a: m"]


def test_a_failing_migration_is_named(package: Path) -> None:
    (package / "plugin.py").write_text(PLUGIN + HOOK)
    (package / "piccolo_app.py").write_text(APP)
    (package / "migrations").mkdir()
    (package / "migrations" / "oops.py").write_text(MIGRATION)
    [fault] = check_plugin(Faulty(), core=core)
    assert "the migrations fail" in fault
    assert "oops.py" in fault


def test_a_plugin_that_does_not_load_is_named(package: Path) -> None:
    (package / "plugin.py").write_text("1 / 0")
    assert check_plugin(Faulty(), core=core) == [
        "plugin faulty: cannot be imported: ZeroDivisionError('division by zero')"
    ]
