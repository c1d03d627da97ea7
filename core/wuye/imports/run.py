"""Brings a draft to the one door: what is known already stays as it is, the rest goes in groups that apply together.

An import may be broken off at any point; the next one writes what is still missing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from wuye.imports.drafts import OVERHEAD, Planned, Unit
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, time_of
from wuye.model.registry import Registry
from wuye.protocol.wire import MAX_GROUP_BYTES, MAX_GROUP_OPS, MAX_OPS, Op, Result
from wuye.sync.ports import Snapshot
from wuye.sync.rows import Find, LedgerRow, Need

T = TypeVar("T")
MAX_PUSH_BYTES = 4 << 20

_encode = msgspec.json.Encoder().encode


class Way(Protocol):
    """How the commands reach an installation (`wuye.cli.reach`)."""

    registry: Registry

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        ...

    def submit(self, user: str, purpose: str, site: str, ops: Sequence[Op]) -> list[Result]:
        """Push ops of a user's server-side replica."""
        ...


class Sorted(Struct, frozen=True, kw_only=True):
    """A draft's rows: still to be written; known and the same; known, but they say something else now."""

    new: list[Unit]
    known: int
    changed: list[Unit]


class Refusal(Struct, frozen=True):
    """An op that the door refused or holds for a later judgement."""

    planned: Planned
    result: Result


class Report(Struct, kw_only=True):
    """What came of an import: rows written, and what was refused."""

    written: int = 0
    refused: list[Refusal] = []


def sort_out(way: Way, units: Iterable[Unit], *, elsewhere: Sequence[str] = ()) -> Sorted:
    """Compare rows with what was imported before. ``elsewhere`` names sites where a row's ticket may lie that has
    another district or time in this file than in the one before."""
    new: list[Unit] = []
    known: list[Unit] = []
    changed: list[Unit] = []
    for site, at_site in _by_site(units):
        for some in _cut(at_site, MAX_OPS):
            rows = _rows(way, site, [planned.op for unit in some for planned in unit])
            for unit in some:
                there = {one.op.op for one in unit if (row := rows.get(one.op.op)) and row.status != "rejected"}
                if any(_said(rows[one.op.op]) != _plain(one.op) for one in unit if one.op.op in there):
                    changed.append(unit)
                elif len(there) == len(unit):
                    known.append(unit)
                else:
                    new.append(_again(way, tuple(one for one in unit if one.op.op not in there), rows))
    if elsewhere:
        moved = _found_elsewhere(way, new, elsewhere)
        changed += [unit for unit in new if unit[0].op.record in moved]
        new = [unit for unit in new if unit[0].op.record not in moved]
    return Sorted(new=new, known=len(known), changed=changed)


def write(
    way: Way,
    user: str,
    founding: Sequence[Op],
    units: Sequence[Unit],
    *,
    together: bool,
    advance: Callable[[int], object] = lambda _: None,
) -> Report:
    """Write sites and codes, then the rows. ``together`` lets neighbours at a site share a group, for speed; else
    each row is its own. ``advance`` is told how many rows are done.

    Raises:
        Problem: ``invalid``, a site or code was refused: then no row was written.
    """
    _found(way, user, founding)
    report = Report()
    for site, at_site in _by_site(units):
        for push in _pushes(_groups(at_site, together=together)):
            planned = [one for group in push for unit in group for one in unit]
            ops = [_in_group(one.op, group) for group in push for unit in group for one in unit]
            results = way.submit(user, "import", site, ops)
            refused = {
                result.op: Refusal(one, result)
                for one, result in zip(planned, results, strict=True)
                if result.status not in ("applied", "merged")
            }
            report.refused += refused.values()
            done = [unit for group in push for unit in group]
            report.written += sum(not any(one.op.op in refused for one in unit) for unit in done)
            advance(len(done))
    return report


def _found(way: Way, user: str, ops: Sequence[Op]) -> None:
    for site, some in groupby(ops, key=lambda op: op.site):
        for chunk in _cut(list(some), MAX_GROUP_OPS):
            for op, result in zip(chunk, way.submit(user, "import", site, chunk), strict=True):
                if result.status != "applied":
                    what = f"{op.entity} {op.set.get('code') or op.set.get('value')}"
                    raise Problem(result.code or "invalid", f"{what}: {result.message or result.code}")


def _by_site(units: Iterable[Unit]) -> Iterator[tuple[str, list[Unit]]]:
    sites: dict[str, list[Unit]] = {}
    for unit in units:
        sites.setdefault(unit[0].op.site, []).append(unit)
    yield from sites.items()


def _cut(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _groups(units: Iterable[Unit], *, together: bool) -> Iterator[list[Unit]]:
    group: list[Unit] = []
    ops = size = 0
    for unit in units:
        bytes_ = _size(unit)
        if group and (not together or ops + len(unit) > MAX_GROUP_OPS or size + bytes_ > MAX_GROUP_BYTES):
            yield group
            group, ops, size = [], 0, 0
        group.append(unit)
        ops, size = ops + len(unit), size + bytes_
    if group:
        yield group


def _pushes(groups: Iterable[list[Unit]]) -> Iterator[list[list[Unit]]]:
    """Gather whole groups for one commit."""
    push: list[list[Unit]] = []
    count = size = 0
    for group in groups:
        ops, bytes_ = sum(map(len, group)), sum(map(_size, group))
        if push and (count + ops > MAX_OPS or size + bytes_ > MAX_PUSH_BYTES):
            yield push
            push, count, size = [], 0, 0
        push.append(group)
        count, size = count + ops, size + bytes_
    if push:
        yield push


def _size(unit: Unit) -> int:
    return sum(len(_encode(one.op)) + OVERHEAD for one in unit)


def _in_group(op: Op, group: Sequence[Unit]) -> Op:
    first = group[0][0].op.op
    return msgspec.structs.replace(op, group=derive("import-group", first, ms=time_of(first)))


def _rows(way: Way, site: str, ops: Sequence[Op]) -> dict[str, LedgerRow]:
    """Return what the ledger has of these ops, whoever brought them."""
    ids = {op.op for op in ops}
    found = way.read(lambda snapshot: snapshot.load(site, Need(ops=ids))).ops
    return {op: row for (_, op), row in found.items()}


def _again(way: Way, unit: Unit, rows: dict[str, LedgerRow]) -> Unit:
    """Return a row's ops under ids that the ledger has not refused: a refused op never comes back to life."""
    while any((row := rows.get(one.op.op)) is not None and row.status == "rejected" for one in unit):
        unit = tuple(
            Planned(one.line, msgspec.structs.replace(one.op, op=derive("again", one.op.op, ms=time_of(one.op.op))))
            for one in unit
        )
        rows = _rows(way, unit[0].op.site, [one.op for one in unit])
    return unit


class _Set(Struct):
    set: dict[str, object]


def _said(row: LedgerRow) -> dict[str, object]:
    return msgspec.json.decode(row.body, type=_Set).set


def _plain(op: Op) -> dict[str, object]:
    return msgspec.json.decode(_encode(op), type=_Set).set


def _found_elsewhere(way: Way, units: Sequence[Unit], sites: Iterable[str]) -> set[str]:
    """Return the records among these whose number is known from the same source, at another site or of another time."""
    wanted = {str(unit[0].op.set["external_number"]): unit[0].op for unit in units}
    found: set[str] = set()
    for site in sites:
        for some in _cut(list(wanted), MAX_OPS):
            need = Need(finds={Find(entity="ticket", field="external_number", value=number) for number in some})
            facts = way.read(lambda snapshot, site=site, need=need: snapshot.load(site, need))  # type: ignore[misc]
            for find, records in facts.found.items():
                op = wanted[find.value]
                sources = {facts.records["ticket", record].values.get("source") for record in records}
                if op.set["source"] in sources:
                    found.add(op.record)
    return found
