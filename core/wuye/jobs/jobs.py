"""What the server does by the clock: held ops, retention, old log-ins, freezing, jobs of plugins.

An asyncio task a job: all that is asked of the clock here is "every so many seconds".
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from wuye.http.log import log
from wuye.http.sessions import DAY_MS, WAITS
from wuye.jobs.blobs import BlobCare
from wuye.jobs.freezing import Freezer
from wuye.kernel.clock import to_ms, to_wire
from wuye.model.plugin import Job
from wuye.model.registry import Registry
from wuye.model.report import Rows
from wuye.model.rules import FollowUp
from wuye.reports.long_reads import LongReads
from wuye.reports.reading import InformedReader
from wuye.storage.blobs import Shelf
from wuye.storage.road import Road
from wuye.sync.directory import Directory

HOUR = 3600
FIRST = 5.0
"""Seconds after the start at which everything is done once: first the waiting tablets are served."""

Work = Callable[[], Awaitable[object]]
Scheduled = tuple[str, float, Work]
"""A name, seconds between two rounds, what is done."""


class Jobs:
    """All that runs by the clock in one server process. Each round of a job waits for the round before."""

    def __init__(
        self,
        road: Road,
        registry: Registry,
        long_reads: LongReads,
        shelf: Shelf,
        more: Sequence[Scheduled] = (),
    ) -> None:
        self._more = more
        self._road = road
        self._registry = registry
        self._long_reads = long_reads
        self.freezer = Freezer(road, registry, long_reads)
        self.blobs = BlobCare(road, shelf)
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False

    def start(self) -> None:
        """Start on the running event loop."""
        self._road.listen(self.freezer.poke)
        self._tasks = [asyncio.ensure_future(_repeat(name, every, work)) for name, every, work in self._schedule()]

    async def stop(self) -> None:
        """Stop; what is being written is finished by the road."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.freezer.stop()

    async def sweep(self) -> None:
        """Judge held ops again: their days may be over, and a new start may have mended the rule that failed."""
        retry, self._started = not self._started, True
        for site in _every_site(await self._road.directory()):
            if await self._road.read(lambda snapshot, site=site: snapshot.held(site)):  # type: ignore[misc]
                now = self._road.clock()
                await self._road.run(self._road.door.sweep(site, now, retry_rules=retry))

    async def purge(self) -> None:
        """Forget deletions that no replica can still ask for, and old log-ins (protocol §4)."""
        directory, now = await self._road.directory(), self._road.clock()
        kept = timedelta(milliseconds=directory.days_ms("max_offline_days", 90))
        for site in _every_site(directory):
            await self._road.write(site, lambda transaction: transaction.purge(to_wire(now - kept)))
        dead_ms = to_ms(now) - directory.days_ms("grace_days", 14) - DAY_MS
        failed_ms = to_ms(now) - max(span for span, _ in WAITS)
        await self._road.store.write("", lambda transaction: transaction.accounts.forget_sessions(dead_ms))
        await self._road.store.write("", lambda transaction: transaction.accounts.forget_attempts(failed_ms))
        await self._road.store.write("", lambda transaction: transaction.accounts.forget_secrets(to_ms(now)))

    async def run(self, plugin: str, job: Job) -> None:
        """Run a plugin's job at every site where the plugin is on."""
        directory = await self._road.directory()
        for site, info in directory.sites.items():
            if plugin in info.plugins:
                asked = await self._long_reads.run(partial(_ask, job, site, self._road.clock(), directory))
                await self._road.follow_up(plugin, job.id, site, asked, frozenset(job.writes))

    def _schedule(self) -> Iterator[Scheduled]:
        yield from self._more
        yield "sweep", HOUR, self.sweep
        yield "purge", 24 * HOUR, self.purge
        yield "freeze", HOUR, self.freezer.sweep
        yield "blobs", 24 * HOUR, self.blobs.tidy
        yield "missing_blobs", 24 * HOUR, self.blobs.report_missing
        for plugin, job in self._registry.jobs:
            yield f"{plugin}.{job.id}", job.every, lambda plugin=plugin, job=job: self.run(plugin, job)  # type: ignore[misc]


async def _ask(job: Job, site: str, now: datetime, directory: Directory, rows: Rows) -> Sequence[FollowUp]:
    return await job.run(InformedReader(rows, directory), site, now)


async def _repeat(name: str, every: float, work: Work) -> None:
    await asyncio.sleep(FIRST)
    while True:
        try:
            await work()
        except Exception as error:  # the next round may fare better, and the other jobs must run
            log().error("job_failed", job=name, exc_info=error)
        await asyncio.sleep(every)


def _every_site(directory: Directory) -> list[str]:
    return sorted({directory.org, *directory.sites})
