"""Charts of a table as SVG: plots, Gantt charts, trees and fishbones, in black and white too (ADR 9)."""

from wuye.model.report import Chart, Gantt, Plot, Table, Tree
from wuye.prints.charts.fishbone import draw_fishbone
from wuye.prints.charts.gantt import draw_gantt
from wuye.prints.charts.plot import draw_plot
from wuye.prints.charts.tree import draw_tree
from wuye.reports.running import drawn
from wuye.reports.shown import Looks

__all__ = ["draw"]


def draw(table: Table, chart: Chart, looks: Looks) -> str | None:
    """Return a chart over a table's columns as an SVG element to stand in a page, or None where there is nothing to
    draw: no row, or no such column."""
    if not table.rows or not set(drawn(chart)) <= set(table.columns):
        return None
    match chart:
        case Plot():
            return draw_plot(table, chart, looks)
        case Gantt():
            return draw_gantt(table, chart, looks)
        case Tree(fishbone=True):
            return draw_fishbone(table, chart, looks)
        case Tree():
            return draw_tree(table, chart, looks)
