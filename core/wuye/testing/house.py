"""A small organisation for tests: an estate with two zones and a mall, a user for each post asked for, and replicas
that speak the protocol by hand. For authors of plugins as much as for our own tests."""

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

import wuye.builtin.plugin
from wuye.host.loading import Source, load
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import uuid7
from wuye.model.registry import Registry
from wuye.protocol.wire import FeedChange, Kind, Op, Result, SyncRequest, SyncResponse
from wuye.sync.answer import Principal
from wuye.sync.door import Door, server_replica
from wuye.sync.ports import Store
from wuye.sync.rows import Installation, LedgerRow, Need, ReplicaState, Stored
from wuye.sync.steps import Steps, run
from wuye.testing.memory import MemoryStore

T = TypeVar("T")
SYSTEM = "plugin:core"
SETUP = frozenset(
    f"{entity}.{verb}"
    for entity in ("site", "user", "grant", "setting", "code", "zone", "building", "unit", "owner")
    for verb in ("create", "update")
)


def registry_of(*sources: Source) -> Registry:
    """Return the registry of core and some plugins."""
    return load(wuye.builtin.plugin, sources, strict=True).registry


class House:
    """An installation in memory (or on a store given) with a clock that the test moves."""

    def __init__(self, registry: Registry | None = None, store: Store | None = None, *, seed: int = 0) -> None:
        self.registry = registry or registry_of()
        self._random = random.Random(seed)
        self._tick = itertools.count(1)
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
        self.memory = MemoryStore(self.registry)
        self.store: Store = store or self.memory
        self.door = Door(self.registry, b"a secret for tests")
        self.org, self.estate, self.mall = self.id(), self.id(), self.id()
        self.east, self.west = self.id(), self.id()
        self.building, self.unit_east, self.unit_west = self.id(), self.id(), self.id()
        self.store.found(Installation(org=self.org, epoch=self.id(), secret=b"a secret for tests"))
        self._found()

    def id(self) -> str:
        """Make an id at the present moment."""
        return uuid7(to_ms(self.now) + next(self._tick), self._random.randbytes(10))

    def wait(self, **span: float) -> None:
        """Let time pass: ``wait(days=3)``."""
        self.now += timedelta(**span)

    def run(self, steps: Steps[T]) -> T:
        """Drive steps of the door."""
        return run(self.store, steps)

    def write(self, site: str, *ops: Op) -> list[Result]:
        """Let the system itself write: set-up that no person does."""
        self.wait(milliseconds=1)
        replica = server_replica(SYSTEM, "house")
        return self.run(self.door.submit(SYSTEM, replica, site, ops, self.now, writes=SETUP)).results

    def op(
        self,
        entity: str,
        kind: Kind = "create",
        record: str | None = None,
        *,
        site: str | None = None,
        set: Mapping[str, object] | None = None,
        was: Mapping[str, object] | None = None,
        act: str | None = None,
        args: Mapping[str, object] | None = None,
        base: int = 0,
        group: str | None = None,
        v: int = 1,
    ) -> Op:
        """Write an op at the present moment; ``site`` defaults to the estate."""
        return Op(
            n=0,
            op=self.id(),
            site=site or self.estate,
            entity=entity,
            record=record or self.id(),
            kind=kind,
            at=to_wire(self.now + timedelta(milliseconds=next(self._tick) % 1000)),
            v=v,
            group=group,
            set=dict(set or {}),
            was=dict(was or {}),
            act=act,
            args=dict(args or {}),
            base=base,
        )

    def user(self, role: str, *, site: str | None = None, key: str | None = None) -> str:
        """Make a user with one grant; return his id."""
        user = self.id()
        self.write(self.org, self.op("user", record=user, site=self.org, set={"username": user, "name": role}))
        self.grant(user, role, site=site, key=key)
        return user

    def grant(self, user: str, role: str, *, site: str | None = None, key: str | None = None) -> str:
        """Grant a role; return the grant's id."""
        grant = self.id()
        values = {"user": user, "role": role, "site": site or self.estate, "key": key}
        self.write(self.org, self.op("grant", record=grant, site=self.org, set=values))
        return grant

    def end_grant(self, grant: str) -> None:
        """End a grant now."""
        op = self.op("grant", "update", grant, site=self.org, set={"ends": to_wire(self.now)})
        self.write(self.org, op)
        self.wait(milliseconds=1)

    def replica(self, user: str) -> "Replica":
        """Make a replica of a user and sync it for the first time."""
        replica = Replica(self, user)
        replica.sync()
        return replica

    def record(self, entity: str, record: str, site: str | None = None) -> Stored | None:
        """Look at a record as stored."""
        at = site or self.estate
        return self.store.read(lambda s: s.load(at, Need(records={(entity, record)})).records.get((entity, record)))

    def all(self, entity: str, site: str | None = None) -> dict[str, Mapping[str, object]]:
        """Return all live records of an entity."""
        at = site or self.estate
        return {stored.id: stored.values for stored in self.store.read(lambda s: s.entities(at, [entity]))}

    def outcome(self, user: str, op: str, site: str | None = None) -> LedgerRow:
        """Return an op's present outcome."""
        at = site or self.estate
        return self.store.read(lambda s: s.load(at, Need(ops={op})).ops[user, op])

    def _found(self) -> None:
        org = {"code": "ORG", "name": "總公司", "type": "organisation", "timezone": "Asia/Shanghai"}
        estate = {"code": "CYY", "name": "翠雲苑", "type": "residential", "timezone": "Asia/Shanghai"}
        mall = {"code": "SFM", "name": "東方貿易城", "type": "mall", "timezone": "Asia/Shanghai"}
        self.write(
            self.org,
            *(
                self.op("site", record=record, site=self.org, set=values)
                for record, values in ((self.org, org), (self.estate, estate), (self.mall, mall))
            ),
        )
        building = {"code": "1", "name": "1號樓"}
        self.write(
            self.estate,
            self.op("zone", record=self.east, set={"code": "E", "name": "東區"}),
            self.op("zone", record=self.west, set={"code": "W", "name": "西區"}),
            self.op("building", record=self.building, set=building),
            self.op("unit", record=self.unit_east, set={"code": "101", "building": self.building, "zone": self.east}),
            self.op("unit", record=self.unit_west, set={"code": "102", "building": self.building, "zone": self.west}),
        )


class Replica:
    """A replica by hand: keeps what it is sent as the protocol says, checks nothing beforehand, hides nothing."""

    def __init__(self, house: House, user: str) -> None:
        self.house = house
        self.user = user
        self.id = house.id()
        self.cursor: str | None = None
        self.last: dict[str, int] = {}
        self.acked: dict[str, int] = {}
        self.bodies: dict[tuple[str, str], tuple[int, dict[str, object], int]] = {}
        self.members: dict[str, set[tuple[str, str]]] = {}
        self.responses: list[SyncResponse] = []
        self.alive = True
        house.memory.enrol(ReplicaState(id=self.id, user=user, device="", synced_ms=0))

    def push(self, *ops: Op) -> list[Result]:
        """Number the ops, send them in one request, read everything that is new; return their results."""
        return self.sync([self.number(op) for op in ops])

    def number(self, op: Op) -> Op:
        """Give an op its place in the log."""
        self.last[op.site] = self.last.get(op.site, 0) + 1
        return msgspec.structs.replace(op, n=self.last[op.site])

    def sync(
        self,
        ops: Sequence[Op] = (),
        *,
        limit: int = 2000,
        have: Mapping[str, tuple[int, int]] | None = None,
        now: datetime | None = None,
    ) -> list[Result]:
        """Sync until there is no more."""
        results: list[Result] = []
        more = True
        while more:
            response = self.send(ops, limit=limit, have=have, now=now)
            self.absorb(response)
            results += response.results
            ops, have, more = (), None, response.more
        return results

    def send(
        self,
        ops: Iterable[Op] = (),
        *,
        limit: int = 2000,
        have: Mapping[str, tuple[int, int]] | None = None,
        now: datetime | None = None,
    ) -> SyncResponse:
        """Send one request; its answer is not taken in."""
        self.house.wait(milliseconds=1)
        request = SyncRequest(
            protocol=1,
            replica=self.id,
            cursor=self.cursor,
            limit=limit,
            now=to_wire(now or self.house.now),
            ops=[msgspec.Raw(msgspec.json.encode(op)) for op in ops],
            have=dict(have or {}),
        )
        principal = Principal(user=self.user, replica=self.id, alive=self.alive)
        answer = self.house.run(self.house.door.exchange(principal, request, self.house.now))
        for site in answer.wake:
            self.house.run(self.house.door.sweep(site, self.house.now))
        return answer.response

    def absorb(self, response: SyncResponse) -> None:
        """Take an answer in (protocol §3.5)."""
        self.responses.append(response)
        for bucket in response.drop:
            self._forget(bucket)
        for bucket in response.reset:
            self._forget(bucket)
        for change in response.changes:
            self._change(change)
        self.acked.update(response.acked)
        if response.cursor is not msgspec.UNSET:
            self.cursor = response.cursor

    def get(self, entity: str, record: str) -> dict[str, object] | None:
        """Return a record as the replica has it."""
        known = self.bodies.get((entity, record))
        return known[1] if known else None

    def seq(self, entity: str, record: str) -> int:
        """Return a record's seq as the replica has it: the ``base`` of an edit."""
        return self.bodies[entity, record][0]

    def reviews(self) -> list[dict[str, object]]:
        """Return the review items that the replica has, newest last."""
        return [body for (entity, _), (_, body, _) in sorted(self.bodies.items()) if entity == "review"]

    def sums(self) -> dict[str, tuple[int, int]]:
        """Count every bucket as ``have`` wants it (protocol §3.6)."""
        return {
            bucket: (len(refs), sum(self.bodies[ref][2] for ref in refs) % 2**32)
            for bucket, refs in self.members.items()
        }

    def _change(self, change: FeedChange) -> None:
        ref = (change.e, change.r)
        if change.x is not msgspec.UNSET:
            self.members.get(change.b, set()).discard(ref)
        elif change.d is None:
            for refs in self.members.values():
                refs.discard(ref)
        elif change.d is not msgspec.UNSET and change.h is not msgspec.UNSET:
            self.members.setdefault(change.b, set()).add(ref)
            self.bodies[ref] = (change.s, msgspec.json.decode(change.d), change.h)
        self._let_go()

    def _forget(self, bucket: str) -> None:
        self.members.pop(bucket, None)
        self._let_go()

    def _let_go(self) -> None:
        kept = set().union(*self.members.values())
        self.bodies = {ref: body for ref, body in self.bodies.items() if ref in kept}
