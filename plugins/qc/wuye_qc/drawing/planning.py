"""The Gantt chart."""

from datetime import date

from wuye.api import Gantt, Table

from ..statistics import Unfit
from .data import Data, Row
from .layout import category, head, heads, title

PLANNED, DONE = ("start", "end"), ("done_start", "done_end")


def gantt(data: Data) -> Table:
    """Draw ``label`` from ``start`` to ``end``, and below from ``done_start`` to ``done_end`` as far as it went.

    Raises:
        Unfit: a label or a planned date is missing, a date is none, or an end comes before its start.
    """
    columns = heads(data.head, *map(head, (*PLANNED, *DONE)))
    label, start, end, done_start, done_end = columns
    return Table(
        columns=columns,
        rows=[[category(row), *_span(row, PLANNED, whole=True), *_span(row, DONE)] for row in data.rows],
        charts=(
            Gantt(
                title=title(data, "gantt"), label=label, start=start, end=end, done_start=done_start, done_end=done_end
            ),
        ),
    )


def _span(row: Row, names: tuple[str, str], whole: bool = False) -> list[str | None]:
    found: list[str | None] = [getattr(row, name) for name in names]
    try:
        days = [date.fromisoformat(day) for day in found if day is not None]
    except ValueError:
        raise Unfit("dates") from None
    if (whole and len(days) < 2) or days != sorted(days):
        raise Unfit("dates")
    return [None if day is None else date.fromisoformat(day).isoformat() for day in found]
