"""Freezing: after an act a report is run with the rights of who acted, and its table becomes a field of the record.

Whoever named the report, the site or a parameter must have these rights too, lest somebody prepares a question that he
may not ask for another to send off unseen; who names them anew with the act answers for them.

What waits is told by the state of the record, so nothing is forgotten over a restart; what is written derives its id
from the act, so nothing is written twice (design §3, long reads).
"""

import asyncio
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from wuye.http.log import log
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.model.entity import Entity, Freeze
from wuye.model.registry import Registry
from wuye.model.report import Table
from wuye.model.rules import FollowUp
from wuye.protocol.wire import MAX_OP
from wuye.reports.long_reads import LongReads
from wuye.reports.running import LOOKED_UP, look_ups, prepare, run_report
from wuye.storage.layout import column_name, table_name
from wuye.storage.road import Road
from wuye.storage.sqlite import SqliteSnapshot
from wuye.sync.rows import LedgerRow, Need

MAX_ROWS = 2_000
MAX_BYTES = MAX_OP - 8_192
"""Bytes of a frozen table: it enters as an op, and every tablet that reads the record gets it."""

_encode = msgspec.json.Encoder().encode


class Waiting(Struct, frozen=True, kw_only=True):
    """A record that waits for a table: what it holds, the op and author that brought it into this state, and who named
    what is asked."""

    entity: Entity
    freeze: Freeze
    site: str
    record: str
    values: Mapping[str, object]
    op: str
    user: str
    askers: frozenset[str]


class Freezer:
    """Looks for records that wait, after every commit and when asked to `sweep`."""

    def __init__(self, road: Road, registry: Registry, long_reads: LongReads) -> None:
        self._road = road
        self._long_reads = long_reads
        self._entities = [entity for entity in registry.entities.values() if entity.freeze]
        self._plugin_of = registry.plugin_of
        self._answered: set[str] = set()
        self._due: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def poke(self, site: str, _seq: int) -> None:
        """Look at a site soon; called after each commit, on the event loop."""
        if self._entities:
            self._due.add(site)
            if self._task is None or self._task.done():
                self._task = asyncio.ensure_future(self._work())

    async def stop(self) -> None:
        """Stop looking; what waits is found again."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def sweep(self) -> None:
        """Look at every site."""
        directory = await self._road.directory()
        for site in sorted(directory.sites):
            await self.freeze(site)

    async def freeze(self, site: str) -> None:
        """Answer every record of a site that waits for its table."""
        info = (await self._road.directory()).sites.get(site)
        entities = [e for e in self._entities if info and self._plugin_of[e.name] in info.plugins]
        if entities:
            for waiting in await self._road.read(lambda snapshot: _waiting(snapshot, site, entities)):
                if waiting.op not in self._answered:
                    await self._answer(waiting)
                    self._answered.add(waiting.op)

    async def _work(self) -> None:
        while self._due:
            site = self._due.pop()
            try:
                await self.freeze(site)
            except Exception as error:  # the sweep comes back to it
                log().error("freeze_failed", site=site, exc_info=error)

    async def _answer(self, waiting: Waiting) -> None:
        freeze = waiting.freeze
        try:
            table = msgspec.to_builtins(await self._table(waiting))
        except Problem as problem:
            if problem.code == "busy":
                raise
            log().warning("not_frozen", record=waiting.record, code=problem.code, detail=problem.detail)
            await self._act(waiting, freeze.failed, args={"reason": f"error.{problem.code}"})
            return
        if not await self._act(waiting, freeze.done, set_={freeze.into: table}):
            await self._act(waiting, freeze.failed, args={"reason": "error.rule"})

    async def _table(self, waiting: Waiting) -> Table:
        directory, now = await self._road.directory(), self._road.clock()
        freeze, values = waiting.freeze, waiting.values
        site = str(values.get(freeze.site) or waiting.site) if freeze.site else waiting.site
        given = {name: values[field] for name, field in freeze.args.items() if values.get(field) is not None}
        report, at_ms = str(values.get(freeze.report)), to_ms(now)
        for asker in waiting.askers:
            prepare(directory, asker, site, report, given, at_ms)
        ready = prepare(directory, waiting.user, site, report, given, at_ms)
        seen = look_ups(directory, site, ready.key, ready.report.entities, "export", now)
        results = await self._road.submit(waiting.user, "look-ups", site, seen, writes=LOOKED_UP)
        if any(result.status != "applied" for result in results):
            raise Problem("internal", "the look-up could not be logged")
        table = await self._long_reads.run(lambda reader: run_report(ready, reader))
        if len(table.rows) > MAX_ROWS or len(_encode(table)) > MAX_BYTES:
            raise Problem("too_large", f"a frozen table holds at most {MAX_ROWS} rows and {MAX_BYTES} bytes")
        return table

    async def _act(
        self, waiting: Waiting, act: str, *, set_: Mapping[str, object] | None = None, args: Mapping[str, object] = {}
    ) -> bool:
        name = waiting.entity.name
        asked = FollowUp(
            key=f"{waiting.op}:{act}",
            cause=waiting.op,
            entity=name,
            kind="act",
            record=waiting.record,
            act=act,
            set=set_ or {},
            args=args,
        )
        writes = frozenset({f"{name}.act.{act}", f"{name}.update"})
        [result] = await self._road.follow_up("core", "freeze", waiting.site, [asked], writes)
        return result.status in ("applied", "merged")


def _waiting(snapshot: SqliteSnapshot, site: str, entities: list[Entity]) -> list[Waiting]:
    return [waiting for entity in entities if entity.freeze for waiting in _of(snapshot, site, entity, entity.freeze)]


def _of(snapshot: SqliteSnapshot, site: str, entity: Entity, freeze: Freeze) -> Iterator[Waiting]:
    flow = entity.workflow
    assert flow  # the registry has checked it
    states = {step.to for step in flow.transitions if step.act == freeze.act}
    rows = snapshot.connection.execute(
        f'SELECT id FROM "{table_name(entity.name)}" WHERE site = ? AND NOT deleted'
        f' AND "{column_name(flow.field)}" IN ({", ".join("?" * len(states))})',
        (site, *states),
    )
    refs = {(entity.name, str(id_)) for (id_,) in rows}
    for ref, stored in sorted(snapshot.load(site, Need(records=refs)).records.items()):
        done = [row for row in snapshot.ledger(site, ref=ref) if row.status in ("applied", "merged")]
        if moves := [row for row in done if msgspec.json.decode(row.body).get("act") == freeze.act]:
            asked = {freeze.report, freeze.site, *freeze.args.values()}
            named = {name: row.user for row in done for name in _named(row) if name in asked}
            yield Waiting(
                entity=entity,
                freeze=freeze,
                site=site,
                record=stored.id,
                values=stored.values,
                op=moves[-1].op,
                user=moves[-1].user,
                askers=frozenset(user for user in named.values() if not user.startswith("plugin:")),
            )


def _named(row: LedgerRow) -> Iterator[str]:
    """Yield the fields that an op set; where it met another's value it did not."""
    return (name for name in msgspec.json.decode(row.body).get("set", {}) if name not in row.fields)
