"""What a plugin contributes besides entities, rules, reports and forms: itself, settings, roles, codes, jobs, demo."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from wuye.model.entity import Entity, Field
from wuye.model.printing import Print
from wuye.model.report import Calendar, Reader, Report
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


class Job(Struct, frozen=True, kw_only=True):
    """Work by the clock, once per site and ``every`` seconds: reads, then asks for ops like a rule (``writes``)."""

    id: str
    every: int
    run: Callable[[Reader, str, datetime], Awaitable[Sequence[FollowUp]]]
    writes: tuple[str, ...]


class Made(Struct, frozen=True):
    """In a demo record's values: the id of the demo record of this ``key``, made before it."""

    key: str


class Existing(Struct, frozen=True):
    """In a demo record's values: the id of a core record of the site, the ``index``-th of its kind by age (round)."""

    entity: str
    index: int = 0


class Followed(Struct, frozen=True):
    """In a demo's values: the id of the record that a ``rule`` made, as follow-up ``name``, when demo record ``key``
    was created or (``act``) that act was done on it."""

    key: str
    rule: str
    name: str
    act: str = ""


class DemoAct(Struct, frozen=True, kw_only=True):
    """An act of the demo: fields and args in ``values``; ``author`` is a role, by default that of the record.

    Among the records it tells of a later act, ``days_ago``, on ``record`` of ``entity`` (none of them where the act
    belongs to a demo record).
    """

    act: str
    values: Mapping[str, object] = {}
    author: str = ""
    entity: str = ""
    record: Made | Followed | None = None
    days_ago: float | None = None


class DemoRecord(Struct, frozen=True, kw_only=True):
    """A record of the demo organisation: ``author`` is a role at the site, acts follow in order.

    ``values`` may hold `Made`, `Followed` and `Existing` at any depth. ``days_ago`` says when (default: spread over
    the last month); within a plugin, records come in the order of time.
    """

    entity: str
    author: str
    values: Mapping[str, object]
    acts: tuple[DemoAct, ...] = ()
    key: str = ""
    days_ago: float | None = None


class Demo(Struct, frozen=True, kw_only=True):
    """Demo data of a plugin for one site; ``off_at`` names site codes where the demo leaves the plugin off.

    ``files`` are the contents that records name by their SHA-256.
    """

    records: Callable[[str, int], Iterable[DemoRecord | DemoAct]]
    off_at: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()


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
    prints: tuple[Print, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    jobs: tuple[Job, ...] = ()
    demo: Demo | None = None
    piccolo_app: str | None = None
