"""A new installation is built beside its place and moved there whole: a half-made one is never found."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wuye.kernel.errors import Problem

if TYPE_CHECKING:
    from wuye.app import Installation

SETTINGS = "wuye.toml"


def check_empty(dir_: Path, file: Path) -> None:
    """Check that neither the folder (but for its settings) nor the database file is taken.

    Raises:
        Problem: ``in_use``.
    """
    strangers = [path for path in dir_.iterdir() if path.name != SETTINGS] if dir_.exists() else []
    if strangers or file.exists():
        values = {"place": dir_ if strangers else file}
        raise Problem("in_use", extra={"message": "cli.not_empty", "values": values})


@contextmanager
def fresh(dir_: Path, database: str | None) -> Iterator["Installation"]:
    """Lend a new installation for filling; when all went well it moves to the folder, else nothing is left of it.

    Raises:
        Problem: ``in_use``, the folder is taken; ``bad_settings``.
    """
    from wuye.app import Installation
    from wuye.settings import load_settings

    target = dir_.absolute()
    file = load_settings(target, database=database).file.absolute()
    check_empty(target, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(f".{target.name}.{secrets.token_hex(4)}.making")
    building.mkdir()
    try:
        with Installation.open(building, f"sqlite:///{building / 'wuye.sqlite'}", create=True) as installation:
            yield installation
        if (target / SETTINGS).exists():
            shutil.move(target / SETTINGS, building / SETTINGS)
        elif file.parent != target:
            (building / SETTINGS).write_text(f'database = "sqlite:///{file.as_posix()}"\n', "utf-8")
        if file != target / "wuye.sqlite":
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(building / "wuye.sqlite", file)
            (building / "wuye.sqlite.lock").unlink()
        if target.exists():
            target.rmdir()
        building.replace(target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
