"""The store port in memory: for simulations, for tests of the engine, and as the plain model of any store."""

import pickle
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Literal, TypeVar

import msgspec

from wuye.model.registry import Registry
from wuye.sync.rows import Installation, ReplicaState
from wuye.testing.memory_snapshot import MemorySnapshot
from wuye.testing.memory_state import State
from wuye.testing.memory_transaction import Fault, MemoryTransaction

T = TypeVar("T")


class MemoryStore:
    """A store that keeps everything in dicts and undoes a failed unit from a journal.

    ``fault`` makes it fail like a database would; `backup` and `restore` play the part of the operator.
    """

    def __init__(self, registry: Registry, *, fault: Fault | None = None) -> None:
        self.registry = registry
        self.fault = fault
        self._state = State()
        self._lock = RLock()

    def write(self, site: str, unit: Callable[["MemoryTransaction"], T]) -> T:
        """Run a unit of work; see `wuye.sync.ports.Store`."""
        with self._lock:
            transaction = MemoryTransaction(self._state, site, self._fault)
            try:
                result = unit(transaction)
                self._fault("commit")
            except BaseException:
                transaction.undo()
                raise
            self._fault("committed")
            return result

    def read(self, unit: Callable[["MemorySnapshot"], T]) -> T:
        """Run reads on the present state; see `wuye.sync.ports.Store`."""
        with self._lock:
            return unit(MemorySnapshot(self._state))

    def remember_bucket_set(self, digest: str, names: Iterable[str]) -> None:
        """Keep a bucket set under its digest."""
        with self._lock:
            self._state.bucket_sets[digest] = tuple(names)

    def enrol(self, replica: ReplicaState) -> None:
        """Make a replica known."""
        with self._lock:
            self._state.replicas.setdefault(replica.id, replica)

    def found(self, installation: Installation) -> None:
        """Name the installation."""
        with self._lock:
            self._state.installation = installation

    def forget_events(self, upto: int) -> None:
        """Drop the events that every consumer has seen."""
        with self._lock:
            self._state.events = [event for event in self._state.events if event.number > upto]

    def backup(self) -> bytes:
        """Return a copy of the whole state."""
        with self._lock:
            return pickle.dumps(self._state)

    def restore(self, backup: bytes, epoch: str) -> None:
        """Go back to a backup, under a new epoch (protocol §3.8)."""
        with self._lock:
            self._state = pickle.loads(backup)
            self._state.installation = msgspec.structs.replace(self._state.installation, epoch=epoch)

    def _fault(self, point: Literal["apply", "commit", "committed"]) -> None:
        if self.fault is not None:
            self.fault(point)
