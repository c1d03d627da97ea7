"""Five ways to get sync wrong, each known from real servers. The worlds must notice every one of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar
from unittest.mock import patch

import msgspec

from wuye.sync import group as group_module
from wuye.sync import unit as unit_module
from wuye.sync.directory import Directory
from wuye.sync.group import Judged, Waiting
from wuye.sync.incoming import Incoming
from wuye.sync.judge import Author
from wuye.sync.layer import Draft, Layer
from wuye.sync.rows import Head, Plan, RecordWrite
from wuye.sync.unit import SiteUnit
from wuye.testing.memory import MemoryStore, MemoryTransaction
from wuye_client import outbox
from wuye_client.protocol import Result
from wuye_client.store import Store

from .town import founded
from .world import World

T = TypeVar("T")
Mutant = Callable[[], AbstractContextManager[object]]


def skip_acked() -> AbstractContextManager[object]:
    """The server does not keep how far it has got in a log."""
    apply = MemoryTransaction.apply

    def forgetful(self: MemoryTransaction, plan: Plan) -> None:
        plan.acked = {}
        apply(self, plan)

    return patch.object(MemoryTransaction, "apply", forgetful)


def server_drops_held() -> AbstractContextManager[object]:
    """The server says ``held`` and forgets the op."""
    apply = MemoryTransaction.apply

    def forgetful(self: MemoryTransaction, plan: Plan) -> None:
        plan.hold = []
        apply(self, plan)

    return patch.object(MemoryTransaction, "apply", forgetful)


def client_drops_held() -> AbstractContextManager[object]:
    """The client takes ``held`` for done."""
    settle = outbox.settle

    def rash(store: Store, results: Sequence[Result], now: int) -> None:
        done = [msgspec.structs.replace(r, status="applied") if r.status == "held" else r for r in results]
        settle(store, done, now)

    return patch.object(outbox, "settle", rash)


@contextmanager
def plain_sequence() -> Iterator[None]:
    """A unit draws its seqs before it has the lock: an older seq may commit after a newer one was read."""
    write = MemoryStore.write
    drawn: dict[tuple[int, str], int] = {}

    def unlocked(self: MemoryStore, site: str, unit: Callable[[MemoryTransaction], T]) -> T:
        world = self.fault.__self__ if self.fault else None  # type: ignore[attr-defined]  # a bound method
        if not isinstance(world, World):
            return write(self, site, unit)
        first = max(drawn.get((id(self), site), 0), self.read(lambda snapshot: snapshot.head(site).seq))
        drawn[id(self), site] = first + 200
        world.cross(always=True)
        return write(self, site, lambda transaction: unit(_Late(transaction, site, first)))

    with patch.object(MemoryStore, "write", unlocked):
        yield


class _Late(MemoryTransaction):
    """A transaction that writes from a seq on that was drawn earlier."""

    def __init__(self, real: MemoryTransaction, site: str, first: int) -> None:
        self.__dict__ = real.__dict__
        self._real, self._drawn = real, (site, first)

    def head(self, site: str) -> Head:
        """Pretend that the log ends where the sequence was when this unit began."""
        head = super().head(site)
        return msgspec.structs.replace(head, seq=self._drawn[1]) if site == self._drawn[0] else head

    def apply(self, plan: Plan) -> None:
        """Write under the old seqs; the end of the log stays where it is."""
        seq = max(plan.head.seq, super().head(plan.site).seq)
        self._drawn = (plan.site, plan.head.seq)
        super().apply(msgspec.structs.replace(plan, head=msgspec.structs.replace(plan.head, seq=seq)))


def no_left_marks() -> AbstractContextManager[object]:
    """The server does not tell that a record has left a bucket."""
    write = SiteUnit._write

    def silent(self: SiteUnit, draft: Draft) -> RecordWrite | None:
        written = write(self, draft)
        return written and msgspec.structs.replace(written, left=())

    return patch.object(SiteUnit, "_write", silent)


def rights_by_at() -> AbstractContextManager[object]:
    """The server judges by the rights at the time that the op bears."""
    judge_group = group_module.judge_group

    def believing(
        group: Sequence[Incoming],
        author: Author,
        layer: Layer,
        directory: Directory,
        waiting: Waiting,
        *,
        barred: str | None,
        seq: int,
    ) -> Judged:
        if author.writes is None:
            then = directory.access_at(author.user, layer.site, group[0].at_ms)
            author = msgspec.structs.replace(author, now=then, kept=then)
        return judge_group(group, author, layer, directory, waiting, barred=barred, seq=seq)

    return patch.object(unit_module, "judge_group", believing)


MUTANTS: Mapping[str, Mutant] = {
    "server skips acked": skip_acked,
    "server drops held": server_drops_held,
    "client drops held": client_drops_held,
    "sequence without the lock": plain_sequence,
    "no left marks": no_left_marks,
    "rights by the op's time": rights_by_at,
}


def mutated(name: str) -> AbstractContextManager[object]:
    """Put a fault into the engine; the town itself was founded by a sound one."""
    founded()
    return MUTANTS[name]()
