"""The area of a plot and what is written along it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol
from xml.etree.ElementTree import Element

from babel.numbers import format_decimal
from msgspec import Struct

from wuye.prints.charts.marks import FAINT, INK
from wuye.prints.charts.scales import Scale, thinned, ticks
from wuye.prints.charts.svg import LINE, SIZE, add, clip, width_of, wrap, write
from wuye.reports.shown import Looks

LINES, UPRIGHT_ROOM = 3, 130.0


class Area(Struct, frozen=True, kw_only=True):
    """Where data is drawn."""

    left: float
    top: float
    right: float
    bottom: float


class Ticks(Struct, frozen=True, kw_only=True):
    """Round values along an axis, and how they are written."""

    values: Sequence[float]
    texts: Sequence[str]

    @property
    def width(self) -> float:
        """Return the room that the widest needs."""
        return max(map(width_of, self.texts))

    def scale(self, start: float, end: float) -> Scale:
        """Return the scale from the first to the last."""
        return Scale(low=self.values[0], high=self.values[-1], start=start, end=end)


def ticks_for(values: Sequence[float], column: str, looks: Looks, *, zero: bool) -> Ticks:
    """Return the ticks of an axis over some values of a column."""
    marks = ticks(values, zero=zero)
    field = looks.field(column)
    minor = 2 if field and field.type == "money" else 0
    step = (marks[1] - marks[0]).scaleb(-minor).normalize().as_tuple().exponent
    digits = max(0, -step) if isinstance(step, int) else 0
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    texts = [str(format_decimal(mark.scaleb(-minor), pattern, locale=looks.locale)) for mark in marks]
    return Ticks(values=[float(mark) for mark in marks], texts=texts)


class Across(Protocol):
    """What a plot is drawn over: a place for every row, and what is written below, ``depth`` high."""

    depth: float
    slot: float

    def at(self, row: int) -> float | None:
        """Return where a row lies, or None where it lies nowhere."""
        ...

    def write(self, root: Element, bottom: float) -> None:
        """Write the axis below the area."""
        ...


class ByName:
    """Rows side by side, each with its name.

    Names run along the axis if three lines suffice; of dates and numbers (``ordered``) some are left out, others stand
    upright.
    """

    def __init__(self, names: Sequence[str], left: float, right: float, sheet: float, *, ordered: bool) -> None:
        self._left = left
        self._sheet = sheet
        self.slot = (right - left) / max(1, len(names))
        self._upright = False
        lines = [wrap(name, self.slot - 6, LINES + 1) for name in names]
        if any(len(some) > LINES for some in lines) or any(_broken(name, self.slot - 6) for name in names):
            self._upright = not ordered
            lines = self._upright_lines(names) if self._upright else self._some(names)
        self._lines = lines
        deep = max((len(some) for some in lines), default=0)
        widest = max((width_of(line) for some in lines for line in some), default=0.0)
        self.depth = widest + 8 if self._upright else LINE * max(1, deep)

    def at(self, row: int) -> float | None:
        """Return the middle of a row's slot."""
        return self._left + self.slot * (row + 0.5)

    def write(self, root: Element, bottom: float) -> None:
        """Write the names."""
        for row, lines in enumerate(self._lines):
            x = self._left + self.slot * (row + 0.5)
            if self._upright:
                start = x - LINE * len(lines) / 2 + SIZE * 0.9
                for index, line in enumerate(lines):
                    at = start + LINE * index
                    turn = f"rotate(-90 {at:.2f} {bottom + 6:.2f})"
                    add(root, "text", line, x=at, y=bottom + 6, text_anchor="end", transform=turn)
            elif lines:
                middle = _onto(x, max(lines, key=width_of), self._sheet)
                write(root, middle, bottom + 4, lines, text_anchor="middle")

    def _upright_lines(self, names: Sequence[str]) -> list[list[str]]:
        every = thinned(len(names), self.slot * len(names), LINE)
        most = max(1, min(LINES, int(self.slot / LINE)))
        return [wrap(name, UPRIGHT_ROOM, most) if row % every == 0 else [] for row, name in enumerate(names)]

    def _some(self, names: Sequence[str]) -> list[list[str]]:
        widest = max(map(width_of, names))
        moved = max(0.0, widest / 2 - self._left - self.slot / 2)  # the first is moved so far onto the sheet
        every = thinned(len(names), self.slot * len(names), widest + 10 + moved)
        return [[name] if row % every == 0 else [] for row, name in enumerate(names)]


class ByNumber:
    """Rows where a number puts them."""

    depth = LINE

    def __init__(
        self, numbers: Sequence[float | None], ticks: Ticks, left: float, right: float, sheet: float, gap: float
    ) -> None:
        self._numbers = numbers
        self._ticks = ticks
        self._scale = ticks.scale(left, right)
        self._sheet = sheet
        moved = max(0.0, ticks.width / 2 - min(left, sheet - right))
        self._every = thinned(len(ticks.values), right - left, ticks.width + 10 + moved)
        self.slot = abs(self._scale(gap) - self._scale(0.0))

    def at(self, row: int) -> float | None:
        """Return where a row's number lies."""
        value = self._numbers[row]
        return None if value is None else self._scale(value)

    def write(self, root: Element, bottom: float) -> None:
        """Write the round numbers, some of them left out where they would touch."""
        for index, (value, text) in enumerate(zip(self._ticks.values, self._ticks.texts, strict=True)):
            x = self._scale(value)
            add(root, "path", d=f"M{x:.2f} {bottom:.2f}v4", stroke=INK, stroke_width=0.8)
            if index % self._every == 0:
                add(root, "text", text, x=_onto(x, text, self._sheet), y=bottom + LINE + 1, text_anchor="middle")


def gap_of(numbers: Sequence[float]) -> float:
    """Return the least distance of two different numbers; that is how wide a bar may be."""
    known = sorted(set(numbers))
    return min((b - a for a, b in pairwise(known)), default=1.0)


def _onto(x: float, text: str, sheet: float) -> float:
    """Return where the middle of a text must be lest it leave the sheet."""
    half = width_of(text) / 2
    return min(max(x, half), sheet - half)


def _broken(name: str, room: float) -> bool:
    """Tell whether a word had to be broken, which only Chinese ones may be."""
    return any(
        width_of(word) > room and not any("\u2e80" <= letter <= "\u9fff" for letter in word) for word in name.split()
    )


def write_area(root: Element, area: Area) -> None:
    """Draw the frame of the plot area."""
    size = {"width": area.right - area.left, "height": area.bottom - area.top}
    add(root, "rect", class_="area", x=area.left, y=area.top, fill="none", stroke=INK, stroke_width=0.8, **size)


def write_values(root: Element, area: Area, ticks: Ticks, head: str, *, second: bool) -> None:
    """Write a value axis at the left, or the second one at the right; the first one has grid lines."""
    scale = ticks.scale(area.bottom, area.top)
    edge, out, anchor = (area.right, 6.0, "start") if second else (area.left, -6.0, "end")
    for value, text in zip(ticks.values, ticks.texts, strict=True):
        y = scale(value)
        if not second:
            add(root, "path", d=f"M{area.left:.2f} {y:.2f}H{area.right:.2f}", stroke=FAINT, stroke_width=0.7)
        add(root, "text", text, x=edge + out, y=y + SIZE * 0.35, text_anchor=anchor)
    room = (area.right - area.left) / 2
    anchor = "end" if second else "start"
    add(root, "text", clip(head, room), x=area.right if second else area.left, y=area.top - 6, text_anchor=anchor)
