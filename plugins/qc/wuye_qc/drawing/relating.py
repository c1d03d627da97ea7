"""The scatter diagram."""

from wuye.api import Plot, Series, Table

from ..statistics import relate
from .data import Data, quantities
from .layout import Figures, head, heads, ratio, title


def scatter(data: Data) -> Table:
    """Draw ``value2`` over ``value`` with the line of least squares, in order of ``value``."""
    rows = data.rows
    xs, ys = quantities(rows), quantities(rows, "value2")
    found = relate(xs, ys)
    across, up = Figures(xs), Figures(ys)
    sign = ">" if abs(found.r) > found.critical else "≤"
    facts = (
        f"n = {found.n}",
        f"r = {ratio(found.r)}, |r| {sign} {round(found.critical, 3)}",
        f"y = {up(found.intercept)} {'-' if found.slope < 0 else '+'} {up(abs(found.slope))}·x",
    )
    columns = heads(head("x"), head("y"), head("fit"))
    x, y, fit = columns
    points = sorted(zip(xs, ys, found.fitted, strict=True))
    return Table(
        columns=columns,
        rows=[[across(one), up(other), up(fitted)] for one, other, fitted in points],
        charts=(
            Plot(
                title=title(data, "scatter", *facts),
                x=x,
                series=(Series(column=y, shape="points"), Series(column=fit, shape="line", tone="warn")),
                numeric=True,
            ),
        ),
    )
