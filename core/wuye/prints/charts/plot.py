"""Plots: columns, lines and points over categories, dates or numbers, on one or two axes, with limits."""

from collections.abc import Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from babel.numbers import format_decimal
from msgspec import Struct

from wuye.model.report import Plot, Series, Table
from wuye.prints.charts.axes import (
    Across,
    Area,
    ByName,
    ByNumber,
    Ticks,
    gap_of,
    ticks_for,
    write_area,
    write_values,
)
from wuye.prints.charts.marks import INK, TONES, Entry, Fills, dot, flag, legend
from wuye.prints.charts.scales import flagged, number, present
from wuye.prints.charts.svg import LINE, SIZE, add, chart, clip, finish, width_of
from wuye.reports.shown import Looks, format_value

WIDTH, HEIGHT = 720.0, 330.0
LIMIT_ROOM = 164.0
ORDERED = ("date", "datetime", "integer", "decimal", "time")
Point = tuple[float, float]


class Data(Struct, frozen=True, kw_only=True):
    """A series with its numbers, one (or None) a row."""

    series: Series
    index: int
    label: str
    values: Sequence[float | None]

    @property
    def bars(self) -> bool:
        """Whether it is drawn as columns."""
        return self.series.shape == "bars" and not self.series.dashed

    @property
    def colour(self) -> str:
        """The colour of its tone."""
        return TONES.get(self.series.tone, INK)


def draw_plot(table: Table, plot: Plot, looks: Looks) -> str:
    """Return a plot as SVG."""

    def cells(column: str) -> list[object]:
        index = table.columns.index(column)
        return [row[index] for row in table.rows]

    every = [
        Data(series=one, index=i, label=looks.head(one.column), values=list(map(number, cells(one.column))))
        for i, one in enumerate(plot.series)
    ]
    root = chart(WIDTH, HEIGHT, looks.text(plot.title))
    fills = Fills(root)
    entries = [Entry(one.label, one.series.shape, one.index, one.series.tone) for one in every if not one.series.dashed]
    top = legend(root, entries if len(entries) > 1 else [], fills, WIDTH) + LINE
    sheet = _Sheet(root, plot, looks, every, cells(plot.x), top)
    bars = [one for one in every if one.bars]
    for one in bars:
        sheet.columns(one, fills.of(one.index, one.series.tone), bars)
    for one in sorted(every, key=lambda one: not one.series.dashed):
        if one.series.dashed:
            sheet.limit(one)
        elif not one.bars:
            sheet.points(one)
    if plot.flags and every:
        sheet.flags(every[0], cells(plot.flags))
    return finish(root)


class _Sheet:
    """A plot area with its axes, on which series are drawn."""

    def __init__(
        self, root: Element, plot: Plot, looks: Looks, every: Sequence[Data], cells: Sequence[object], top: float
    ) -> None:
        self._root = root
        self._plot = plot
        self._looks = looks
        self._ends: list[float] = []
        first = [one for one in every if not one.series.second] or list(every)
        second = [one for one in every if one not in first]
        zero = any(one.bars for one in every)  # a line beside columns (Pareto) counts from nothing too
        left, right = _ticks(first, looks, zero=zero), _ticks(second, looks, zero=zero) if second else None
        limits = LIMIT_ROOM if any(one.series.dashed for one in every) else 0.0
        edges = left.width + 12, WIDTH - limits - (right.width + 12 if right else 10.0)
        self._across = _across(plot, looks, every, cells, *edges)
        bottom = HEIGHT - self._across.depth - SIZE - 12
        self._area = Area(left=edges[0], top=top, right=edges[1], bottom=bottom)
        self._scales = {False: left.scale(bottom, top), True: (right or left).scale(bottom, top)}
        write_values(root, self._area, left, _head(first), second=False)
        if right:
            write_values(root, self._area, right, _head(second), second=True)
        write_area(root, self._area)
        self._across.write(root, bottom)
        middle = (edges[0] + edges[1]) / 2
        add(root, "text", looks.head(plot.x), x=middle, y=HEIGHT - 4, text_anchor="middle", class_="head")

    def columns(self, one: Data, fill: str, beside: Sequence[Data]) -> None:
        """Draw a series of columns, those of several series side by side."""
        width = self._across.slot * (1.0 if self._plot.touching else 0.76) / len(beside)
        start = width * (beside.index(one) - len(beside) / 2)
        zero = self._scales[one.series.second](0.0)
        for x, y in filter(None, self._places(one)):
            size = {"width": width, "height": abs(zero - y)}
            add(
                self._root, "rect", class_="mark", x=x + start, y=min(y, zero), fill=fill, stroke=INK, stroke_width=0.6,
                **size,
            )  # fmt: skip

    def points(self, one: Data) -> None:
        """Draw a series of points, joined where it is a line; a missing value breaks the line."""
        places = self._places(one)
        if one.series.shape == "line":
            add(
                self._root, "path", class_="line", d=_path(places), fill="none", stroke=one.colour, stroke_width=1.6
            )  # fmt: skip
        for x, y in filter(None, places):
            dot(self._root, x, y, one.index, one.series.tone)

    def limit(self, one: Data) -> None:
        """Draw a limit: a dashed line from side to side, or in steps where it varies, named at its end."""
        places = list(filter(None, self._places(one)))
        if not places:
            return
        half, value = self._across.slot / 2, ""
        if len({y for _, y in places}) == 1:
            path = f"M{self._area.left:.2f} {places[0][1]:.2f}H{self._area.right:.2f}"
            value = f" {self._number(present(one.values)[-1], one.series.column)}"
        elif self._plot.numeric:
            places.sort()
            path = _path(places)
        else:
            path = "M" + "L".join(f"{x - half:.2f} {y:.2f}H{x + half:.2f}" for x, y in places)
        add(
            self._root, "path", class_="limit", d=path, fill="none", stroke=one.colour, stroke_width=1.3,
            stroke_dasharray="6 4",
        )  # fmt: skip
        end = _free(places[-1][1] + SIZE * 0.35, self._ends)
        self._ends.append(end)
        text = clip(one.label, LIMIT_ROOM - 8 - width_of(value)) + value
        add(self._root, "text", text, class_="limit-label", x=WIDTH - LIMIT_ROOM + 6, y=end, fill=one.colour)

    def flags(self, one: Data, cells: Sequence[object]) -> None:
        """Mark the points whose cell says so, with what it says."""
        for place, cell in zip(self._places(one), cells, strict=True):
            if place and flagged(cell):
                flag(self._root, *place, clip(cell, 90) if isinstance(cell, str) else "", self._area.top)

    def _places(self, one: Data) -> list[Point | None]:
        scale = self._scales[one.series.second]
        xs = [self._across.at(row) for row in range(len(one.values))]
        pairs = zip(xs, one.values, strict=True)
        return [(x, scale(value)) if value is not None and x is not None else None for x, value in pairs]

    def _number(self, value: float, column: str) -> str:
        field = self._looks.field(column)
        if field and field.type == "money":
            return format_value(column, round(value), self._looks)
        exact = Decimal(repr(value))
        shown = round(exact, max(0, 4 - exact.adjusted()))  # five figures say enough, but no thousands are rounded
        return str(format_decimal(shown, "#,##0.#########", locale=self._looks.locale))


def _ticks(some: Sequence[Data], looks: Looks, *, zero: bool) -> Ticks:
    values = [value for one in some for value in present(one.values)]
    return ticks_for(values, some[0].series.column if some else "", looks, zero=zero)


def _across(
    plot: Plot, looks: Looks, every: Sequence[Data], cells: Sequence[object], left: float, right: float
) -> Across:
    if not plot.numeric:
        field = looks.field(plot.x)
        names = [format_value(plot.x, cell, looks) for cell in cells]
        ordered = all(number(cell) is not None for cell in cells) or (field is not None and field.type in ORDERED)
        return ByName(names, left, right, WIDTH, ordered=ordered)
    numbers = list(map(number, cells))
    known = present(numbers)
    gap = gap_of(known)
    # Columns stand around their number and must stay inside.
    half = gap / 2 if any(one.bars for one in every) else 0.0
    ticks = ticks_for([edge for value in known for edge in (value - half, value + half)], plot.x, looks, zero=False)
    return ByNumber(numbers, ticks, left, right, WIDTH, gap)


def _head(some: Sequence[Data]) -> str:
    names = [one.label for one in some if not one.series.dashed]
    return names[0] if len(names) == 1 else ""


def _path(places: Sequence[Point | None]) -> str:
    """Return the line through the places that there are, broken where one is missing."""
    path, pen = "", "M"
    for place in places:
        if place is None:
            pen = "M"
        else:
            path += f"{pen}{place[0]:.2f} {place[1]:.2f}"
            pen = "L"
    return path


def _free(wish: float, taken: Sequence[float]) -> float:
    """Return the place nearest to a wish where a line of text meets none of those written before."""
    steps = [step * direction * 2.0 for step in range(200) for direction in (1, -1)]
    return next((y for y in (wish + s for s in steps) if all(abs(y - other) >= LINE - 1 for other in taken)), wish)
