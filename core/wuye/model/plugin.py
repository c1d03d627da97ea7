"""What a plugin contributes besides entities and rules: itself, settings, roles, codes, reports, jobs, demo data."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from wuye.model.entity import Entity, Field
from wuye.model.rules import FollowUp, Rule


class PluginInfo(Struct, frozen=True, kw_only=True):
    """A plugin's card. ``meant_for`` names property types (`residential`, `mall`, `office`, `mixed` …); none: all."""

    id: str
    version: str
    api: int
    package: str
    meant_for: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()


class Setting(Struct, frozen=True, kw_only=True):
    """A value that a company may set; with scope ``site`` each site may have its own, and tablets learn it."""

    field: Field
    scope: Literal["installation", "site"] = "site"


class Role(Struct, frozen=True, kw_only=True):
    """A post (USR-1): rights such as ``ticket.act.dispatch`` (``*`` for the rest of a name), streams that it reads."""

    id: str
    rights: tuple[str, ...]
    streams: tuple[str, ...]


class CodeList(Struct, frozen=True, kw_only=True):
    """A choice list or category tree: value → parent (None at the top), in order."""

    id: str
    values: Mapping[str, str | None]


class Table(Struct, frozen=True, kw_only=True):
    """A report's result: keys of the column heads, rows of JSON values."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


class Reader(Protocol):
    """Read-only SQL on one snapshot; tables are named after entities (``lostfound.item`` is ``lostfound_item``)."""

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        """Run one SELECT; ``{}`` stands for a value."""
        ...


class Report(Struct, frozen=True, kw_only=True):
    """A question to one site's data; who may read all ``entities`` may run it."""

    id: str
    entities: tuple[str, ...]
    query: Callable[[Reader, str, Mapping[str, object]], Awaitable[Table]]


class Job(Struct, frozen=True, kw_only=True):
    """Work by the clock, once per site and ``every`` seconds: reads, then asks for ops like a rule (``writes``)."""

    id: str
    every: int
    run: Callable[[Reader, str, datetime], Awaitable[Sequence[FollowUp]]]
    writes: tuple[str, ...]


class DemoRecord(Struct, frozen=True, kw_only=True):
    """A record of the demo organisation: ``author`` is a role at the site, acts follow in order."""

    entity: str
    author: str
    values: Mapping[str, object]
    acts: tuple[tuple[str, Mapping[str, object]], ...] = ()


class Demo(Struct, frozen=True, kw_only=True):
    """Demo data of a plugin for one site; ``off_at`` names site codes where the demo leaves the plugin off."""

    records: Callable[[str, int], Iterable[DemoRecord]]
    off_at: tuple[str, ...] = ()


class Contribution(Struct, frozen=True, kw_only=True):
    """All that one plugin gave through its hooks."""

    info: PluginInfo
    catalogues: Mapping[str, Mapping[str, str]]
    entities: tuple[Entity, ...] = ()
    rules: tuple[Rule, ...] = ()
    settings: tuple[Setting, ...] = ()
    roles: tuple[Role, ...] = ()
    codes: tuple[CodeList, ...] = ()
    reports: tuple[Report, ...] = ()
    jobs: tuple[Job, ...] = ()
    demo: Demo | None = None
    piccolo_app: str | None = None
