"""Demo data of plugins: their records and acts as ops of people who work at the site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from typing import TypeVar

from msgspec import Struct

from wuye.bootstrap import create
from wuye.demo.tickets import Crew
from wuye.demo.writing import Entry
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, time_of
from wuye.model.plugin import DemoAct, DemoRecord, Existing, Followed, Made
from wuye.model.registry import Registry
from wuye.protocol.wire import Op
from wuye.sync.reactions import record_of

K = TypeVar("K")
V = TypeVar("V")

MONTH, MINUTE = timedelta(days=30), timedelta(minutes=1)


class Stage(Struct, frozen=True, kw_only=True):
    """A site on which plugins put their demo records.

    ``existing`` holds the ids of the site's own records by entity, the oldest first; ``admin`` (a user's id) does what
    nobody else there could.
    """

    registry: Registry
    code: str
    site: str
    crew: Crew
    admin: str
    existing: Mapping[str, Sequence[str]]
    now: datetime

    def entries(self, plugins: Iterable[str], seed: int) -> Iterator[Entry]:
        """Return the demo data of these plugins in the order of time.

        Raises:
            Problem: ``bad_plugin``, a record names what there is not.
        """
        told = [
            _Telling(self, contribution.info.id, seed).entries(list(contribution.demo.records(self.code, seed)))
            for contribution in self.registry.contributions
            if contribution.demo is not None and contribution.info.id in plugins
        ]
        return merge(*told, key=lambda entry: entry.received)


class _Telling:
    """One plugin's story at a site: which record has which id, and which op did what."""

    def __init__(self, stage: Stage, plugin: str, seed: int) -> None:
        self._stage = stage
        self._plugin = plugin
        self._seed = seed
        self._records: dict[str, str] = {}
        self._ops: dict[tuple[str, str], str] = {}

    def entries(self, steps: Sequence[DemoRecord | DemoAct]) -> Iterator[Entry]:
        now = self._stage.now
        then = now - timedelta(days=3650)
        for index, step in enumerate(steps):
            spread = MONTH * (1 - index / len(steps))
            wanted = now - (spread if step.days_ago is None else timedelta(days=step.days_ago))
            # What is told later happened later, so that each rule finds what it asks for.
            then = max(then + MINUTE, wanted)
            if isinstance(step, DemoAct):
                yield self._act(step, step.entity, str(self._value(step.record)), {}, then)
                continue
            id_ = derive("demo", f"{self._plugin}:{self._stage.code}:{self._seed}:{index}", ms=to_ms(then))
            seen = self._filled(step.values)
            op = create(step.entity, id_, seen, site=self._stage.site, at=then)
            yield self._entry(step.author, op, then)
            self._records[step.key], self._ops[step.key, ""] = id_, op.op
            for act in step.acts:
                then += MINUTE
                entry = self._act(act, step.entity, id_, seen, then, author=step.author)
                yield entry
                self._ops[step.key, act.act] = entry.op.op
                seen |= entry.op.set

    def _act(
        self, act: DemoAct, entity: str, record: str, seen: Mapping[str, object], at: datetime, *, author: str = ""
    ) -> Entry:
        settable = self._stage.registry.models[entity].settable
        given = self._filled(act.values)
        op = Op(
            n=0,
            op=derive("demo", record, act.act, ms=to_ms(at)),
            site=self._stage.site,
            entity=entity,
            record=record,
            kind="act",
            act=act.act,
            at=to_wire(at),
            set={name: value for name, value in given.items() if name in settable},
            was={name: seen[name] for name in given if name in settable and name in seen},
            args={name: value for name, value in given.items() if name not in settable},
        )
        return self._entry(act.author or author, op, at)

    def _entry(self, role: str, op: Op, at: datetime) -> Entry:
        known = self._stage.crew.by_role.get(role)
        return Entry(known[0].id if known else self._stage.admin, self._stage.site, at, op)

    def _filled(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self._value(value) for name, value in values.items()}

    def _value(self, value: object) -> object:
        match value:
            case Made(key):
                return self._known(self._records, key)
            case Followed(key, rule, name, act):
                cause = self._known(self._ops, (key, act))
                return record_of(f"plugin:{self._plugin}", cause, rule, name, ms=time_of(cause))
            case Existing(entity, index):
                known = self._known(self._stage.existing, entity)
                return known[index % len(known)]
            case dict():
                return self._filled(value)
            case list() | tuple():
                return [self._value(item) for item in value]
            case _:
                return value

    def _known(self, known: Mapping[K, V], key: K) -> V:
        if key not in known:
            raise Problem("bad_plugin", f"the demo data of {self._plugin} name {key!r}, which is not at this site yet")
        return known[key]
