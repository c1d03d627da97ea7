"""The one road of every write in a running server: the door's steps on the asynchronous store, and word of each
commit to whoever listens (pokes, caches)."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from wuye.kernel.clock import Clock
from wuye.kernel.errors import Problem
from wuye.model.rules import FollowUp
from wuye.protocol.wire import Op, Result, SyncRequest
from wuye.storage.sqlite import SqliteSnapshot, SqliteStore, SqliteTransaction
from wuye.sync.answer import Answer, Principal
from wuye.sync.directory import Directory
from wuye.sync.door import Door, server_replica
from wuye.sync.steps import Read, Remember, Steps, Write

T = TypeVar("T")
Listener = Callable[[str, int], None]


class Road:
    """Drives the door. ``commits`` counts the units of work committed at each site by this process, which is the
    only one that writes: what was read while a count stood is true until it moves."""

    def __init__(self, store: SqliteStore, door: Door, org: str, clock: Clock) -> None:
        self.store = store
        self.door = door
        self.org = org
        self.clock = clock
        self.commits: dict[str, int] = {}
        self._listeners: list[Listener] = []
        self._directory: tuple[int, Directory] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def listen(self, listener: Listener) -> None:
        """Call ``listener(site, seq)`` after every commit; at once, on the event loop."""
        self._listeners.append(listener)

    async def exchange(
        self, principal: Principal, request: SyncRequest, reset_before: frozenset[str] = frozenset()
    ) -> Answer:
        """Serve one ``POST /sync``; see `Door.exchange`.

        Raises:
            Problem: as `Door.exchange`.
        """
        answer = await self.run(self.door.exchange(principal, request, self.clock(), reset_before=reset_before))
        self.sweep_soon(answer.wake)
        return answer

    async def submit(
        self, user: str, purpose: str, site: str, ops: Sequence[Op], *, writes: frozenset[str] | None = None
    ) -> list[Result]:
        """Push ops of a user's replica on the server; see `Door.submit`."""
        if not ops:
            return []
        replica = server_replica(user, purpose)
        pushed = await self.run(self.door.submit(user, replica, site, ops, self.clock(), writes=writes))
        self.sweep_soon(pushed.wake)
        return pushed.results

    async def follow_up(
        self, plugin: str, job: str, site: str, asked: Sequence[FollowUp], writes: frozenset[str]
    ) -> list[Result]:
        """Push what a job asks for; see `Door.follow_up`."""
        if not asked:
            return []
        pushed = await self.run(self.door.follow_up(plugin, job, site, asked, self.clock(), writes))
        self.sweep_soon(pushed.wake)
        return pushed.results

    async def directory(self) -> Directory:
        """Return the organisation as it is now."""
        if known := self.known_directory():
            return known
        count = self.commits.get(self.org, 0)
        directory = await self.store.read(self.door.directory)
        self._directory = (count, directory)
        return directory

    def known_directory(self) -> Directory | None:
        """Return the organisation if nothing was written there since it was read."""
        if self._directory and self._directory[0] == self.commits.get(self.org, 0):
            return self._directory[1]
        return None

    async def read(self, unit: Callable[[SqliteSnapshot], T]) -> T:
        """Run reads on one snapshot."""
        return await self.store.read(unit)

    async def write(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        """Run a unit of work at a site, then tell the listeners.

        Whoever waits here may be cancelled; the unit is finished and told of all the same.
        """
        return await asyncio.shield(self._keep(self._commit(site, unit)))

    async def run(self, steps: Steps[T]) -> T:
        """Drive steps; the asynchronous twin of `wuye.sync.steps.run`."""
        answer: object = None
        refused: Problem | None = None
        while True:
            try:
                step = steps.throw(refused) if refused else steps.send(answer)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            answer = refused = None
            try:
                match step:
                    case Read(unit):
                        answer = await self.store.read(unit)
                    case Write(site, unit):
                        answer = await self.write(site, unit)
                    case Remember(sets):
                        await self.store.write("", _remember(sets))
            except Problem as problem:
                refused = problem

    def sweep_soon(self, sites: frozenset[str]) -> None:
        """Judge the held ops of sites in the background."""
        for site in sites:
            self._keep(self.run(self.door.sweep(site, self.clock())))

    def arrived(self, sha: str) -> None:
        """Settle in the background what was said to be missing; see `Door.arrived`."""
        self._keep(self.run(self.door.arrived(sha, self.clock())))

    async def drain(self) -> None:
        """Wait for what runs in the background."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _commit(self, site: str, unit: Callable[[SqliteTransaction], T]) -> T:
        def with_head(transaction: SqliteTransaction) -> tuple[T, int]:
            return unit(transaction), transaction.head(site).seq

        result, seq = await self.store.write(site, with_head)
        self.commits[site] = self.commits.get(site, 0) + 1
        for listener in self._listeners:
            listener(site, seq)
        return result

    def _keep(self, work: Coroutine[object, object, T]) -> "asyncio.Task[T]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _remember(sets: Mapping[str, tuple[str, ...]]) -> Callable[[SqliteTransaction], None]:
    def unit(transaction: SqliteTransaction) -> None:
        for digest, names in sets.items():
            transaction.remember_bucket_set(digest, names)

    return unit
