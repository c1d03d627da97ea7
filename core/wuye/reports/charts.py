"""Charts of a report as native charts of a workbook; what spreadsheets have no chart for becomes a sheet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from wuye.model.report import Gantt, Plot, Series, Table, Tree
from wuye.reports.shown import Looks
from wuye.reports.workbook import Cell, sheet_name, writer

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.chart import Chart  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Rows = Sequence[Sequence[Cell]]
Options = dict[str, object]

COLOURS: Mapping[str, str] = {"info": "#2F6DB5", "good": "#2E8B57", "warn": "#D98E04", "bad": "#C0392B"}
MORE = ("#2F6DB5", "#E07B39", "#5B9A68", "#8E6BB3", "#B5493B", "#3E9AA8", "#B59A2F", "#7A7A7A")
"""Colours of series that are all plain data."""
MARKED = "#C0392B"
SIZE = {"width": 760, "height": 400}
LINES_A_CHART = 21
MAX_INDENT = 15


def add_charts(book: "Workbook", sheet: "Worksheet", table: Table, rows: Rows, looks: Looks) -> None:
    """Draw a table's charts beside it. ``rows`` are its cells as written, from the sheet's second row on."""
    drawn = 0
    for chart in table.charts:
        match chart:
            case Plot() if rows:
                drawing = _plot(book, _Place(sheet, table, rows, looks), chart)
                sheet.insert_chart(drawn * LINES_A_CHART, len(table.columns) + 1, drawing)
                drawn += 1
            case Gantt() if rows:
                _gantt(book, table, rows, chart, looks)
            case Tree():
                _tree(book, table, rows, chart, looks)


class _Place:
    """Where a table's columns lie in the workbook."""

    def __init__(self, sheet: "Worksheet", table: Table, rows: Rows, looks: Looks) -> None:
        self.name = str(sheet.get_name())
        self.table = table
        self.rows = rows
        self.looks = looks

    def cells(self, column: str) -> list[object]:
        """Return the range of a column."""
        index = self.table.columns.index(column)
        return [self.name, 1, index, len(self.rows), index]

    def values(self, column: str) -> list[object]:
        """Return a column's values as the report gave them."""
        index = self.table.columns.index(column)
        return [row[index] for row in self.table.rows]


def _plot(book: "Workbook", place: _Place, plot: Plot) -> "Chart":
    bars = [series for series in plot.series if series.shape == "bars" and not series.dashed]
    lines = [series for series in plot.series if series not in bars]
    if bars and any(series.second for series in lines):
        # A workbook combines columns with lines on one more axis, not on both.
        bars += [series for series in lines if not series.second]
        lines = [series for series in lines if series.second]
    if bars:
        chart = book.add_chart({"type": "column"})
        _draw(chart, place, plot, bars, shape="bars")
        if lines:
            over = book.add_chart({"type": "line"})
            _draw(over, place, plot, lines, shape="line")
            chart.combine(over)
            _name_second(over, place, lines)
    else:
        kind: Options = {"type": "scatter", "subtype": "straight_with_markers"} if plot.numeric else {"type": "line"}
        chart = book.add_chart(kind)
        _draw(chart, place, plot, lines, shape="line")
        _name_second(chart, place, lines)
    chart.set_title({"name": place.looks.text(plot.title), "name_font": {"size": 12}})
    chart.set_x_axis({"name": place.looks.head(plot.x), "text_axis": not plot.numeric})
    first = next((series for series in plot.series if not series.second), None)
    if first and len(plot.series) <= 2:
        chart.set_y_axis({"name": place.looks.head(first.column)})
    chart.set_legend({"position": "bottom"})
    chart.set_size(SIZE)
    return chart


def _draw(chart: "Chart", place: _Place, plot: Plot, some: Sequence[Series], *, shape: str) -> None:
    for series in some:
        colour = _colour(plot, series)
        options: Options = {
            "name": place.looks.head(series.column),
            "categories": place.cells(plot.x),
            "values": place.cells(series.column),
            "y2_axis": series.second,
        }
        if shape == "bars":
            options |= {"fill": {"color": colour}, "border": {"color": "#FFFFFF"}}
            options |= {"gap": 0} if plot.touching else {}
        elif series.shape == "points":
            options |= {"line": {"none": True}, "marker": _marker(colour)}
        else:
            dash = {"dash_type": "dash"} if series.dashed else {}
            options["line"] = {"color": colour, "width": 1.5, **dash}
            options["marker"] = {"type": "none"} if series.dashed else _marker(colour)
        if plot.flags and series is plot.series[0]:
            mark = {"fill": {"color": MARKED}, "border": {"color": MARKED}}
            options["points"] = [mark if flag else None for flag in place.values(plot.flags)]
        chart.add_series(options)


def _colour(plot: Plot, series: Series) -> str:
    plain = [other for other in plot.series if other.tone not in COLOURS or other.tone == "info"]
    return MORE[plain.index(series) % len(MORE)] if series in plain else COLOURS[series.tone]


def _marker(colour: str) -> Options:
    return {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}


def _name_second(chart: "Chart", place: _Place, lines: Sequence[Series]) -> None:
    seconds = [series for series in lines if series.second]
    if seconds:
        chart.set_y2_axis({"name": place.looks.head(seconds[0].column)})


def _gantt(book: "Workbook", table: Table, rows: Rows, gantt: Gantt, looks: Looks) -> None:
    """Bars from a start, which is not drawn, over as many days as the work lasts; what really was comes below."""
    title = looks.text(gantt.title)
    sheet = book.add_worksheet(sheet_name(book, title))
    put = writer(book, sheet, looks, [""] * 3)
    spans = [("info", gantt.start, gantt.end)]
    if gantt.done_start and gantt.done_end:
        spans.append(("good", gantt.done_start, gantt.done_end))
    at = {column: index for index, column in enumerate(table.columns)}
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    lines: list[tuple[Cell, date, int, str]] = []
    for row, values in zip(rows, table.rows, strict=True):
        for tone, start, end in spans:
            first, last = _day(values[at[start]]), _day(values[at[end]])
            if first and last:
                label = row[at[gantt.label]] if tone == "info" else f"{row[at[gantt.label]]} ✓"
                lines.append((label, first, max((last - first).days, 0) + 1, tone))
    for number, (label, first, days, _tone) in enumerate(lines):
        put(number, [label, first, days])
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 14)
    if not lines:
        return
    name, end_line = sheet.get_name(), len(lines) - 1
    labels = [name, 0, 0, end_line, 0]
    hidden: Options = {"fill": {"none": True}, "border": {"none": True}}
    chart.add_series({"categories": labels, "values": [name, 0, 1, end_line, 1], **hidden})
    colours = [{"fill": {"color": COLOURS[tone]}} for *_, tone in lines]
    chart.add_series({"categories": labels, "values": [name, 0, 2, end_line, 2], "points": colours, "gap": 40})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    begin = min(first for _, first, _, _ in lines)
    chart.set_x_axis(
        {"date_axis": True, "min": begin, "num_format": "yyyy-mm-dd", "major_gridlines": {"visible": True}}
    )
    chart.set_size({"width": 760, "height": max(300, 26 * len(lines))})
    sheet.insert_chart(0, 4, chart)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _tree(book: "Workbook", table: Table, rows: Rows, tree: Tree, looks: Looks) -> None:
    """Nodes below their parents, indented; marked ones in red."""
    sheet = book.add_worksheet(sheet_name(book, looks.text(tree.title)))
    sheet.set_column(0, 0, 80)
    at = {column: index for index, column in enumerate(table.columns)}
    below: dict[object, list[int]] = {}
    known = {row[at[tree.id]] for row in table.rows}
    for number, row in enumerate(table.rows):
        parent = row[at[tree.parent]]
        below.setdefault(parent if parent in known else None, []).append(number)
    styles: dict[tuple[int, bool], object] = {}
    waiting = [(number, 0) for number in reversed(below.get(None, ()))]
    line = 0
    while waiting:
        number, depth = waiting.pop()
        row = table.rows[number]
        marked = bool(tree.flags and row[at[tree.flags]])
        key = (min(depth, MAX_INDENT), marked)
        if key not in styles:
            red = {"font_color": MARKED, "bold": True} if marked else {}
            styles[key] = book.add_format({"indent": key[0], **red})
        sheet.write_string(line, 0, str(rows[number][at[tree.label]] or ""), styles[key])
        line += 1
        waiting += [(child, depth + 1) for child in reversed(below.get(row[at[tree.id]], ()))]
