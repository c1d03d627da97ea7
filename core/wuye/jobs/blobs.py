"""Attachments by the clock: what nothing refers to any more goes, what does not come is put before a person."""

import asyncio
from functools import partial

from wuye.http.log import log
from wuye.kernel.clock import to_ms
from wuye.storage.blobs import Shelf
from wuye.storage.blobs.keeping import tidy
from wuye.storage.road import Road


class BlobCare:
    """What is done about attachments once a day."""

    def __init__(self, road: Road, shelf: Shelf) -> None:
        self._road = road
        self._shelf = shelf

    async def tidy(self) -> None:
        """Let go of what has been without use for ``keep_days``, and of uploads that nobody goes on with."""
        directory, now_ms = await self._road.directory(), to_ms(self._road.clock())
        keep_ms = directory.days_ms("keep_days", 14)
        done = await asyncio.to_thread(partial(tidy, self._shelf, self._road.store.blocking, now_ms, keep_ms))
        if done.corrupt:
            log().error("corrupt_blobs", sha256=done.corrupt)

    async def report_missing(self) -> None:
        """Open review items for what has not come within ``blob_days`` (protocol §6); settle what has."""
        directory, now = await self._road.directory(), self._road.clock()
        for site in sorted({directory.org, *directory.sites}):
            await self._road.run(self._road.door.report_missing(site, now))
