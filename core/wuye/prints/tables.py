"""Tables on paper: grids of texts, and results of reports as charts and figures."""

from collections.abc import Iterable, Sequence

from wuye.model.report import Table
from wuye.prints.charts import draw
from wuye.prints.page import Figures, Grid
from wuye.reports.shown import Looks, shown

NUMBERS = ("integer", "decimal", "money")


def grid(
    label: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    blank: int = 0,
    numbers: Iterable[int] = (),
) -> Grid:
    """Return a grid; one without any row has one for the pen."""
    empty = blank if rows or blank else 1
    return Grid(label=label, heads=heads, rows=rows, blank=empty, numbers=frozenset(numbers))


def figures(table: Table | None, looks: Looks, *, label: str, rows: bool) -> Figures:
    """Return a table's charts and, with ``rows``, its figures."""
    if table is None:
        return Figures(label=label, charts=(), grid=None)
    charts = [(looks.text(chart.title), svg) for chart in table.charts if (svg := draw(table, chart, looks))]
    if not rows:
        return Figures(label=label, charts=charts, grid=None)
    texts = shown(table, looks)
    return Figures(label=label, charts=charts, grid=grid("", texts.heads, texts.rows, numbers=_numbers(table, looks)))


def _numbers(table: Table, looks: Looks) -> Iterable[int]:
    for index, column in enumerate(table.columns):
        field = looks.field(column)
        cells = [row[index] for row in table.rows if row[index] is not None]
        plain = bool(cells) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)
        if field.type in NUMBERS if field else plain:
            yield index
