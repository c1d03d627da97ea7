"""Runs the migrations of core and plugins: all of them or none (design §4).

Piccolo's own runner records a migration outside its transaction, imports files by bare name, prints to the
console and applies half of a list. Here all pending files of all apps run in one transaction, with a copy of the
file made before, under the lock of whoever calls.
"""

import asyncio
import contextlib
import importlib.util
import io
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from typing import cast

from msgspec import Struct

from wuye.kernel.errors import Problem

CORE_APP = "wuye.storage.piccolo_app"
_CONF = "wuye.piccolo_conf"
_RAN = (
    "CREATE TABLE IF NOT EXISTS migration (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
    " name VARCHAR(200) NOT NULL DEFAULT '', app_name VARCHAR(200) NOT NULL DEFAULT '',"
    " ran_on TIMESTAMP NOT NULL DEFAULT current_timestamp)"
)

current_connection: ContextVar[sqlite3.Connection] = ContextVar("current_connection")
"""The database under migration; `wuye.piccolo_conf` hands it to Piccolo."""


class Pending(Struct, frozen=True):
    """A migration that has not run here."""

    app: str
    name: str
    file: Path


def pending(path: Path, apps: Sequence[str]) -> list[Pending]:
    """Return what must run, in order; ``apps`` are ``piccolo_app`` modules, in dependency order.

    Raises:
        Problem: ``bad_plugin``, a file breaks the naming rule or two apps share a name.
    """
    ran = _ran(path) if path.exists() else set()
    return [step for step in _steps(apps) if (step.app, step.name) not in ran]


def is_current(path: Path, apps: Sequence[str]) -> bool:
    """Tell whether nothing is pending, by the names of files alone: most starts then never import Piccolo.

    False means only that `migrate` must look.
    """
    files: set[str] = set()
    for dotted in (CORE_APP, *apps):
        spec = importlib.util.find_spec(dotted)
        folder = Path(spec.origin).parent / "migrations" if spec and spec.origin else None
        found = {file.stem for file in folder.glob("*.py")} - {"__init__"} if folder else set()
        if not found:
            return False
        files |= found
    return path.exists() and files <= {name for _, name in _ran(path)}


def migrate(path: Path, apps: Sequence[str]) -> list[Pending]:
    """Bring a database up to date and return what ran; when anything fails, nothing did.

    The caller holds the installation's lock. A copy of a file that holds data is left beside it, named
    ``<file>.before-<migration>``.

    Raises:
        Problem: ``bad_plugin``, a migration's name or content is at fault.
    """
    steps = pending(path, apps)
    if not steps:
        return []
    fresh = not path.exists()
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        if not fresh:
            _back_up(connection, path.with_name(f"{path.name}.before-{steps[0].name}"))
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_RAN)
            with _found_by_piccolo(connection), contextlib.redirect_stdout(io.StringIO()):
                for step in steps:
                    _run(step)
                    connection.execute("INSERT INTO migration (name, app_name) VALUES (?, ?)", (step.name, step.app))
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    return steps


def _ran(path: Path) -> set[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(path)) as connection, contextlib.suppress(sqlite3.OperationalError):
        return set(connection.execute("SELECT app_name, name FROM migration"))
    return set()


def _steps(apps: Sequence[str]) -> Iterator[Pending]:
    owners: dict[str, str] = {}
    for dotted in (CORE_APP, *(app for app in apps if app != CORE_APP)):
        config = import_module(dotted).APP_CONFIG
        if owners.setdefault(config.app_name, dotted) != dotted:
            raise Problem("bad_plugin", f"{dotted} and {owners[config.app_name]} share the app name {config.app_name}")
        for file in sorted(Path(config.migrations_folder_path).glob("*.py")):
            if file.stem == "__init__":
                continue
            if not file.stem.startswith(f"{config.app_name}_2"):
                raise Problem("bad_plugin", f"{file.name} must be named {config.app_name}_<year>_…")
            yield Pending(config.app_name, file.stem, file)


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(copy),))


def _run(step: Pending) -> None:
    spec = importlib.util.spec_from_file_location(f"wuye_migrations.{step.name}", step.file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if getattr(module, "ID", None) != step.name:
        raise Problem("bad_plugin", f"{step.file.name}: ID must be the file's name")
    forwards = cast("Callable[[], Awaitable[object]]", module.forwards)

    async def run() -> None:
        manager = await forwards()
        await manager.run()  # type: ignore[attr-defined]  # Piccolo's MigrationManager

    asyncio.run(run())


@contextlib.contextmanager
def _found_by_piccolo(connection: sqlite3.Connection) -> Iterator[None]:
    """Make Piccolo find this connection: an environment variable names the module where it looks."""
    before = os.environ.get("PICCOLO_CONF")
    os.environ["PICCOLO_CONF"] = _CONF
    token = current_connection.set(connection)
    try:
        yield
    finally:
        current_connection.reset(token)
        if before is None:
            del os.environ["PICCOLO_CONF"]
        else:
            os.environ["PICCOLO_CONF"] = before
