"""Counts and amounts by kind: check sheet, Pareto, histogram, before and after."""

from decimal import Decimal

from wuye.api import Plot, Series, Table

from .. import statistics
from .data import Data, quantities
from .layout import Figures, category, head, heads, lines, ratio, title

ONE = Decimal(1)
"""A row without a value is one case."""


def check_sheet(data: Data) -> Table:
    """Count ``label`` by ``group``, else ``date``; ``value`` cases a row, or one; with totals below and beside."""
    rows = data.rows
    entries = [(category(row), row.group or row.date or "", ONE if row.value is None else row.value) for row in rows]
    found = statistics.tally(entries)
    figures = Figures(count for _, _, count in entries)
    columns = heads(data.head, head("total"), *found.columns)
    body = [
        [row, figures(total), *map(figures, cells)]
        for row, total, cells in zip(found.rows, found.row_totals, found.cells, strict=True)
    ]
    return Table(columns=columns, rows=[*body, ["Σ", figures(found.total), *map(figures, found.column_totals)]])


def pareto(data: Data) -> Table:
    """Order ``label`` (else ``group``, else ``date``) by the sum of ``value``; class A is marked."""
    rows = data.rows
    entries = [(category(row), ONE if row.value is None else row.value) for row in rows]
    bars = statistics.pareto(entries)
    figures = Figures(value for _, value in entries)
    total = figures(sum((value for _, value in entries), Decimal()))
    columns = heads(data.head, head("value"), head("share"), head("cumulative"), head("class"))
    label, value, _, cumulative, vital = columns
    return Table(
        columns=columns,
        rows=[
            [bar.label, figures(bar.value), ratio(bar.share), ratio(bar.cumulative), "A" if bar.vital else None]
            for bar in bars
        ],
        charts=(
            Plot(
                title=title(data, "pareto", f"N = {total}"),
                x=label,
                series=(Series(column=value), Series(column=cumulative, shape="line", second=True, tone="warn")),
                flags=vital,
                touching=True,
            ),
        ),
    )


def histogram(data: Data) -> Table:
    """Sort ``value`` into ``bins`` classes; those with values beyond ``lower`` or ``upper`` are marked."""
    values = quantities(data.rows)
    found = statistics.histogram(values, data.bins, data.lower, data.upper)
    figures = Figures(values)
    capability = [f"{name} = {ratio(value)}" for name, value in (("Cp", found.cp), ("Cpk", found.cpk)) if value]
    summary = found.summary
    facts = (f"n = {summary.n}", f"x̄ = {figures(summary.mean)}", f"s = {figures(summary.deviation)}", *capability)
    columns = heads(head("interval"), head("count"), head("outside"))
    return Table(
        columns=columns,
        rows=[[f"{_plain(one.low)} … {_plain(one.high)}", one.count, one.outside or None] for one in found.bins],
        charts=(
            Plot(
                title=title(data, "histogram", *facts),
                x=columns[0],
                series=(Series(column=columns[1]),),
                flags=columns[2],
                touching=True,
            ),
        ),
    )


def before_after(data: Data) -> Table:
    """Compare ``value`` before with ``value2`` after, for each ``label``, and with ``target`` if there is one."""
    rows = data.rows
    before, after = quantities(rows), quantities(rows, "value2")
    figures = Figures([*before, *after])
    target = None if data.target is None else figures(data.target)
    columns = heads(data.head, *map(head, ("before", "after", "change", "target", "reached")))
    label, first, second, _, aim, _ = columns
    changes = [statistics.compare(one, other, data.target) for one, other in zip(before, after, strict=True)]
    return Table(
        columns=columns,
        rows=[
            [
                row.label or row.group or row.date,
                figures(one),
                figures(other),
                None if change.percent is None else ratio(change.percent),
                target,
                change.reached,
            ]
            for row, one, other, change in zip(rows, before, after, changes, strict=True)
        ],
        charts=(
            Plot(
                title=title(data, "before_after"),
                x=label,
                series=(
                    Series(column=first),
                    Series(column=second, tone="good"),
                    *(lines(aim, tone="warn") if data.target is not None else ()),
                ),
            ),
        ),
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
