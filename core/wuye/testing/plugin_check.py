"""Proves a plugin: it loads, has all its texts, imports nothing but the api, its migrations fit its entities."""

import ast
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from wuye.host import Loaded, Source, load
from wuye.model.catalogue import missing
from wuye.model.plugin import Contribution
from wuye.model.registry import BadPlugin
from wuye.storage import drift
from wuye.storage.migrator import migrate


def check_plugin(plugin: Source, *, core: object, others: Iterable[Source] = ()) -> list[str]:
    """Return what is wrong with a plugin, a line a fault; nothing when it is fit to ship.

    ``core`` is the built-in plugin's module, ``others`` are the plugins that it depends on.
    """
    try:
        loaded = load(core, [*others, plugin], strict=True)
    except BadPlugin as bad:
        return [str(bad)]
    contribution = next(c for c in loaded.registry.contributions if c.info.id == plugin.name)
    return [
        *_texts(loaded, contribution),
        *_imports(resources.files(contribution.info.package), contribution.info.package),
        *_tables(loaded, contribution),
    ]


def _texts(loaded: Loaded, contribution: Contribution) -> Iterator[str]:
    # What another plugin declared has its text there: a role, a label that a form borrows.
    named = {key for c in loaded.registry.contributions if c is not contribution for key in c.catalogues.get("en", {})}
    for fault in missing(contribution):
        if fault.partition(": ")[2] not in named:
            yield f"no text for {fault}"


def _imports(folder: Traversable, package: str) -> Iterator[str]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _imports(entry, f"{package}.{entry.name}")
        elif entry.name.endswith(".py"):
            for name in _imported(entry.read_text("utf-8")):
                if name.partition(".")[0] == "wuye" and name != "wuye.api":
                    yield f"{package}/{entry.name} imports {name}; plugins import wuye.api alone"


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            # `from wuye import api` names the same module.
            yield from (f"wuye.{alias.name}" for alias in node.names) if node.module == "wuye" else (node.module,)


def _tables(loaded: Loaded, contribution: Contribution) -> Iterator[str]:
    mine = {entity.name for entity in contribution.entities}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.sqlite"
        try:
            migrate(path, loaded.piccolo_apps)
        except Exception as error:  # a migration may do anything
            yield f"the migrations fail: {error!r}"
            return
        with closing(sqlite3.connect(path)) as connection:
            for lack in drift.missing(connection, loaded.registry):
                if lack.entity in mine:
                    wanted = ", ".join((*lack.columns, *lack.indexed))
                    yield f"no migration {'makes' if lack.new else 'adds to'} table {lack.table}: {wanted}"
