"""Charts over time: the run chart and the control charts. Rows stay in the order in which they were taken."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from wuye.api import Plot, Series, Table

from .. import statistics
from ..statistics import Chart, Unfit
from .data import Data, Row, quantities
from .layout import Cell, Figures, head, heads, lines, names, title


def run(data: Data) -> Table:
    """Draw ``value`` with its median and ``target``; points of runs too long for chance carry the run's length."""
    rows = data.rows
    values = quantities(rows)
    found = statistics.run_chart(values)
    figures = Figures(values)
    target = None if data.target is None else figures(data.target)
    columns = heads(data.head, *map(head, ("value", "median", "target", "run_length")))
    label, value, median, aim, length = columns
    return Table(
        columns=columns,
        rows=[
            [
                name,
                figures(one),
                figures(found.median),
                target,
                in_run if in_run is not None and in_run > found.limit else None,
            ]
            for name, one, in_run in zip(names(rows), values, found.lengths, strict=True)
        ],
        charts=(
            Plot(
                title=title(data, "run", f"n = {len(values)}"),
                x=label,
                series=(
                    Series(column=value, shape="line"),
                    *lines(median, tone="good"),
                    *(lines(aim, tone="warn") if data.target is not None else ()),
                ),
                flags=length,
            ),
        ),
    )


def i_mr(data: Data) -> Table:
    """Draw each ``value``, and the ranges between neighbours."""
    rows = data.rows
    values = quantities(rows)
    return _pair(
        data, names(rows), statistics.i_mr(values), ("i_mr", "value", "moving_range"), values, f"n = {len(rows)}"
    )


def xbar_r(data: Data) -> Table:
    """Draw means and ranges of subgroups: rows of one ``group``, else ``subgroup`` after each other, else one date."""
    rows = data.rows
    groups = _subgroups(rows, data.subgroup)
    measured = {name: quantities(group) for name, group in groups.items()}
    charts = statistics.xbar_r(list(measured.values()))
    size = len(rows) // len(measured)
    return _pair(
        data, list(measured), charts, ("xbar_r", "mean", "range"), quantities(rows), f"k = {len(groups)}", f"n = {size}"
    )


def p(data: Data) -> Table:
    """Draw the part ``value`` of ``size`` that failed."""
    rows = data.rows
    failed, sizes = quantities(rows), quantities(rows, "size")
    return _attributes(data, "p", "proportion", statistics.p_chart(failed, sizes), {"value": failed, "size": sizes})


def c(data: Data) -> Table:
    """Draw the number of defects ``value``."""
    defects = quantities(data.rows)
    return _attributes(data, "c", "count", statistics.c_chart(defects), {})


def u(data: Data) -> Table:
    """Draw the defects ``value`` per unit of ``size``."""
    rows = data.rows
    defects, sizes = quantities(rows), quantities(rows, "size")
    return _attributes(data, "u", "rate", statistics.u_chart(defects, sizes), {"value": defects, "size": sizes})


def _subgroups(rows: Sequence[Row], size: int | None) -> dict[str, list[Row]]:
    if size is not None and size > 0 and not all(row.group for row in rows):
        return {str(at // size + 1): list(rows[at : at + size]) for at in range(0, len(rows), size)}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        name = row.group or row.date
        if not name:
            raise Unfit("subgroups")
        groups.setdefault(name, []).append(row)
    return groups


def _pair(
    data: Data,
    points: Sequence[str],
    charts: tuple[Chart, Chart],
    called: tuple[str, str, str],
    raw: Sequence[Decimal],
    *facts: str,
) -> Table:
    """Draw a chart of positions and, below, one of ranges, which may lack the first."""
    tool, value, spread = called
    figures = Figures(raw)
    columns = heads(data.head, *_columns(value), *_columns(spread, "range_"))
    upper = _rows(charts[0], figures)
    missing: list[Cell] = [None] * 5
    lower = [missing] * (len(points) - len(charts[1].values)) + _rows(charts[1], figures)
    return Table(
        columns=columns,
        rows=[[name, *above, *below] for name, above, below in zip(points, upper, lower, strict=True)],
        charts=(
            _plot(title(data, tool, *facts), columns[0], columns[1:6]),
            _plot(head(spread), columns[0], columns[6:]),
        ),
    )


def _attributes(data: Data, tool: str, value: str, chart: Chart, raw: Mapping[str, Sequence[Decimal]]) -> Table:
    """Draw a chart of counts; ``raw`` holds what the points were reckoned from."""
    given = [list(map(Figures(column), column)) for column in raw.values()]
    columns = heads(data.head, *_columns(value), *(head(name) for name in raw))
    points = zip(names(data.rows), _rows(chart, Figures(())), strict=True)
    return Table(
        columns=columns,
        rows=[[name, *row, *(column[at] for column in given)] for at, (name, row) in enumerate(points)],
        charts=(_plot(title(data, tool, f"k = {len(chart.values)}"), columns[0], columns[1:6]),),
    )


def _columns(value: str, prefix: str = "") -> tuple[str, ...]:
    return (head(value), *(head(f"{prefix}{name}") for name in ("centre", "lower", "upper", "tests")))


def _rows(chart: Chart, figures: Figures) -> list[list[Cell]]:
    centre = figures(chart.centre)
    return [
        [figures(value), centre, figures(lower), figures(upper), " ".join(map(str, broken)) or None]
        for value, lower, upper, broken in zip(chart.values, chart.lower, chart.upper, chart.broken, strict=True)
    ]


def _plot(called: str, label: str, columns: Sequence[str]) -> Plot:
    value, centre, lower, upper, tests = columns
    return Plot(
        title=called,
        x=label,
        series=(Series(column=value, shape="line"), *lines(centre, tone="good"), *lines(lower, upper, tone="bad")),
        flags=tests,
    )
