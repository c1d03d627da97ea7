"""Long reads beside the event loop: a few at once, each for a bounded time, so that syncs never wait for statistics."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from wuye.kernel.errors import Problem
from wuye.model.report import Rows

T = TypeVar("T")
Lend = Callable[[], AbstractAsyncContextManager[Rows]]

SECONDS = 30.0
AT_ONCE = 2
WAITING = 16


class LongReads:
    """Runs what reads for long. Not only the SQL: also the Python around it runs on a thread of its own."""

    def __init__(self, lend: Lend, *, seconds: float = SECONDS) -> None:
        self._lend = lend
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="wuye-long-read")
        self._places = AT_ONCE + WAITING

    async def run(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        """Run work on a reader that sees one moment, and return what it returns.

        Raises:
            Problem: ``busy``, too many wait; ``too_large``, it takes too long.
        """
        if self._places <= 0:
            raise Problem("busy", "too many reports at once")
        self._places -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: bounded(self._lend, work, self._seconds)
            )
        finally:
            self._places += 1

    def close(self) -> None:
        """Start nothing any more; what runs ends by its time limit."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def bounded(lend: Lend, work: Callable[[Rows], Awaitable[T]], seconds: float = SECONDS) -> T:
    """Run work on a reader here, without an event loop.

    Raises:
        Problem: ``too_large``, it takes too long.
    """

    async def whole() -> T:
        async with asyncio.timeout(seconds), lend() as reader:
            return await work(reader)

    try:
        return asyncio.run(whole())
    except TimeoutError as error:
        raise Problem(
            "too_large", f"takes longer than {seconds:g} s; ask for less", extra={"seconds": seconds}
        ) from error
