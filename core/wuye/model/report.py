"""Reports: questions to one site's data, answered as a table with charts over its columns (design §3)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.model.entity import Field

Shape = Literal["bars", "line", "points"]


class Series(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column drawn over a plot's ``x``; ``second`` counts on the axis at the right, ``tone`` colours it (``info``,
    ``good``, ``warn``, ``bad``), ``dashed`` draws a limit rather than data."""

    column: str
    shape: Shape = "bars"
    second: bool = False
    dashed: bool = False
    tone: str = "info"


class Plot(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="plot"):
    """Series over categories, dates or numbers (``numeric``): columns, lines, Pareto, histogram, control, scatter.

    Where the cell of column ``flags`` is neither null nor false nor empty, the points of the first series are marked.
    ``touching`` leaves no gaps between bars.
    """

    title: str
    x: str
    series: tuple[Series, ...]
    flags: str | None = None
    numeric: bool = False
    touching: bool = False


class Gantt(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="gantt"):
    """Bars from a date to a date; columns ``done_start`` and ``done_end`` hold what really was, drawn below."""

    title: str
    label: str
    start: str
    end: str
    done_start: str | None = None
    done_end: str | None = None


class Tree(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="tree"):
    """Nodes with parents; the root has none. As a ``fishbone`` it shows causes of an effect; ``flags`` marks nodes."""

    title: str
    id: str
    parent: str
    label: str
    fishbone: bool = False
    flags: str | None = None


Chart = Plot | Gantt | Tree


class Table(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A result: heads, rows of JSON values, charts over the columns.

    A head is the key of a field (``ticket.kind``; its cells are then shown like that field: a choice by its label,
    money, dates), or of any text, or a text as it is. No two heads are equal.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    charts: tuple[Chart, ...] = ()


class Rows(Protocol):
    """Read-only SQL on one snapshot; tables are named after entities (``lostfound.item`` is ``lostfound_item``).

    Booleans come as 0 and 1, nested values as JSON text.
    """

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        """Run one SELECT; ``{}`` stands for a value."""
        ...


class Reader(Rows, Protocol):
    """What reports, calendars and jobs read with: SQL, and what the organisation has decided."""

    def setting(self, site: str, name: str) -> object:
        """Return a setting's value at a site: the site's own, the organisation's, or the default."""
        ...

    def zone(self, site: str) -> ZoneInfo:
        """Return a site's time zone."""
        ...


class Report(Struct, frozen=True, kw_only=True):
    """A question to one site's data; who may read all ``entities`` there may run it.

    ``args`` are its parameters; the values that ``query`` gets are checked like fields, an absent one has its default.
    ``columns`` are heads of its own, beside those of fields: ``report.<id>.<name>``. Texts: ``report.<id>`` and those.
    """

    id: str
    entities: tuple[str, ...]
    query: Callable[[Reader, str, Mapping[str, object]], Awaitable[Table]]
    args: tuple[Field, ...] = ()
    columns: tuple[Field, ...] = ()


class Event(Struct, frozen=True, kw_only=True):
    """An entry of a calendar: local times of the site; ``rrule`` (RFC 5545) repeats it but on ``except_on``."""

    id: str
    title: str
    start: datetime
    end: datetime
    description: str = ""
    place: str = ""
    rrule: str | None = None
    except_on: tuple[datetime, ...] = ()


class Calendar(Struct, frozen=True, kw_only=True):
    """Events of one site, to subscribe to (iCalendar); who may read all ``entities`` may. Text: ``calendar.<id>``."""

    id: str
    entities: tuple[str, ...]
    query: Callable[[Reader, str], Awaitable[Sequence[Event]]]
