"""A company in a folder with the lab as its only plugin, served in this process."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.http.company import ESTATE, Company, Story, name_of, serving
from tests.reports.lab import Lab

import wuye.builtin.plugin
from wuye.host import load
from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company: three tickets, a sample, a private note, and some that may read more or less of it."""
    loaded = load(wuye.builtin.plugin, [Lab()], strict=True)
    path = tmp_path / "wuye.sqlite"
    migrate(path, loaded.piccolo_apps)
    with closing(sqlite3.connect(path)) as connection:
        create_missing(connection, loaded.registry)
        connection.commit()
    for place in ("wuye.app.installed", "wuye.cli.reach.installed"):
        monkeypatch.setattr(place, lambda: (Lab(),))
    company = Company(tmp_path)
    try:
        company.found()
        company.hire("desk", "front_desk", ESTATE)
        for number, kind in enumerate(("repair", "repair", "complaint")):
            values = {"title": "=1+1", "kind": kind, "priority": "urgent"}
            company.write("ticket", name_of("ticket", str(number)), values, site=ESTATE)
        company.write("lab.sample", name_of("sample"), {"name": "晨間廣播"}, site=ESTATE)
        company.write("lab.note", name_of("note"), {"text": "secret"}, site=ESTATE)
        yield company
    finally:
        company.installation.close()


@pytest.fixture
def play(served: Company) -> Callable[[Story], None]:
    """Run a story at the company while it is served."""

    def run(story: Story) -> None:
        async def told() -> None:
            async with serving(served) as desk:
                await story(desk)

        asyncio.run(told())

    return run
