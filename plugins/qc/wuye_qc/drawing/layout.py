"""What all drawings share: heads, titles, how figures are rounded, what a row is called."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from wuye.api import Series

from ..statistics import Unfit, decimals, shown
from .data import Data, Row

Cell = int | float | str | bool | None


def head(name: str) -> str:
    """Return the key of a column's text."""
    return f"qc.drawing.{name}"


def title(data: Data, tool: str, *facts: str) -> str:
    """Return a chart's title as typed, with its unit and facts in symbols; without one, the key of the tool's name."""
    if not data.title:
        return head(tool)
    return ", ".join((f"{data.title} ({data.unit})" if data.unit else data.title, *facts))


class Figures:
    """Rounds figures to suit the data that they come from."""

    def __init__(self, values: Iterable[Decimal]) -> None:
        self._places = decimals(values)

    def __call__(self, value: Decimal) -> int | float:
        """Return a figure as a cell."""
        return shown(value, self._places)


def ratio(value: Decimal) -> int | float:
    """Return a percentage, an index or a coefficient as a cell."""
    return shown(value, significant=4)


def names(rows: Sequence[Row]) -> list[str]:
    """Return what the points of a chart are called: their label, date or number."""
    return [row.label or row.date or str(index) for index, row in enumerate(rows, 1)]


def category(row: Row) -> str:
    """Return what a row counts for.

    Raises:
        Unfit: it does not say.
    """
    found = row.label or row.group or row.date
    if not found:
        raise Unfit("no_label")
    return found


def heads(*names: str) -> tuple[str, ...]:
    """Return heads of which no two are equal: a group may be called like a column."""
    return tuple(_distinct(names))


def _distinct(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        while name in seen:
            name += "′"  # noqa: PLW2901
        seen.add(name)
        yield name


def lines(*columns: str, tone: str) -> tuple[Series, ...]:
    """Return dashed lines: limits and centres."""
    return tuple(Series(column=column, shape="line", dashed=True, tone=tone) for column in columns)
