"""The same company on a database, so that jobs, reports, calendars and freezing run as they do in the server.

    company = with_people(StoredCompany(tmp_path, Source()))      # close() it, or use it in a `with`
    company.report(ESTATE, "tickets.by_cause", "boss", kind="complaint")   → Table, under that person's rights
    company.run_jobs()        every plugin job at every site at the present house time, then what is to be frozen
    company.calendar(MALL, "broadcast.week", "boss")                       → its Events; ``feed``: as iCalendar

Tables that no migration makes yet are made all the same, so a plugin can be tried before its migration is written.
What somebody may not run raises `Problem` (``forbidden``, ``not_found``, ``invalid_request``), as in the server.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self, TypeVar

from tests.duties.company import Company

import wuye.builtin.plugin
from wuye.host import load
from wuye.host.loading import Source
from wuye.jobs import Jobs
from wuye.kernel.clock import to_ms
from wuye.model.report import Event, Table
from wuye.reports.calendars import ReadyCalendar, feed, prepare_calendar, read_events
from wuye.reports.long_reads import LongReads
from wuye.reports.running import prepare, run_report
from wuye.storage.blobs import Objects, Shelf
from wuye.storage.blobs.objects import Place
from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate
from wuye.storage.road import Road
from wuye.storage.sqlite import SqliteStore

T = TypeVar("T")


class StoredCompany(Company):
    """A company whose records lie in a SQLite file in ``folder``."""

    def __init__(self, folder: Path, *sources: Source) -> None:
        loaded = load(wuye.builtin.plugin, sources, strict=True)
        path = folder / "wuye.sqlite"
        migrate(path, loaded.piccolo_apps)
        with closing(sqlite3.connect(path)) as connection:
            create_missing(connection, loaded.registry)
            connection.commit()
        self.database = SqliteStore(path, loaded.registry)
        super().__init__(*sources, store=self.database.blocking)

    def report(self, site: str, report_id: str, user: str, **args: object) -> Table:
        """Run a report at a site (``ESTATE`` …) in the name of somebody."""
        directory, now_ms = self._directory(), to_ms(self.house.now)
        ready = prepare(directory, self.user(user), self.sites[site], report_id, args, now_ms)
        return self._run(lambda reads: reads.run(lambda reader: run_report(ready, reader)))

    def calendar(self, site: str, calendar_id: str, user: str) -> Sequence[Event]:
        """Read a calendar at a site in the name of somebody."""
        ready = self._calendar(site, calendar_id, user)
        return self._run(lambda reads: reads.run(lambda rows: read_events(ready, rows)))

    def feed(self, site: str, calendar_id: str, user: str) -> bytes:
        """Return a calendar at a site as iCalendar, as a calendar program of somebody's gets it."""
        ready = self._calendar(site, calendar_id, user)
        return self._run(lambda reads: reads.run(lambda rows: feed(ready, rows, calendar_id, self.house.now)))

    def _calendar(self, site: str, calendar_id: str, user: str) -> ReadyCalendar:
        directory, now_ms = self._directory(), to_ms(self.house.now)
        return prepare_calendar(directory, self.user(user), self.sites[site], calendar_id, now_ms)

    def run_jobs(self) -> None:
        """Run all jobs of all plugins once, then the freezer; the first that fails raises."""

        async def rounds(reads: LongReads) -> None:
            house = self.house
            road = Road(self.database, house.door, house.org, lambda: house.now)
            objects = Objects(Place(url="memory:///"), Path())
            jobs = Jobs(road, house.registry, reads, Shelf(self.database.blocking, objects))
            for plugin, job in house.registry.jobs:
                await jobs.run(plugin, job)
            await jobs.freezer.sweep()
            await road.drain()

        self._run(rounds)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _run(self, work: Callable[[LongReads], Coroutine[object, object, T]]) -> T:
        reads = LongReads(self.database.reader)
        try:
            return asyncio.run(work(reads))
        finally:
            reads.close()
