"""What stands for data: shapes and hatchings that differ without colour too, and the legend that explains them."""

from collections.abc import Sequence
from math import cos, pi, sin
from xml.etree.ElementTree import Element

from msgspec import Struct

from wuye.prints.charts.svg import LINE, SIZE, add, width_of

TONES = {"info": "#1f5f99", "good": "#2f7d32", "warn": "#b36b00", "bad": "#b3261e"}
INK, FAINT = "#222", "#d5d9dd"
SHAPES = ("circle", "square", "triangle", "diamond")
HATCHINGS = ("solid", "slanted", "dots", "crossed")
RADIUS = 3.6


class Fills:
    """Fills of bars: the first series solid, the next ones hatched; a hatching is the same in all charts of a page."""

    def __init__(self, root: Element) -> None:
        self._defs = add(root, "defs")

    def of(self, index: int, tone: str) -> str:
        """Return the fill of the series at an index."""
        colour, kind = TONES.get(tone, INK), HATCHINGS[index % len(HATCHINGS)]
        if kind == "solid":
            return colour
        id_ = f"{kind}-{tone}"
        if all(known.get("id") != id_ for known in self._defs):
            tile = add(self._defs, "pattern", id=id_, width=6, height=6, patternUnits="userSpaceOnUse")
            add(tile, "rect", width=6, height=6, fill="#fff")
            if kind == "dots":
                add(tile, "circle", cx=3, cy=3, r=1.5, fill=colour)
            else:
                path = "M-1 7L7 -1M-1 1L1 -1M5 7L7 5" + ("M-1 -1L7 7" if kind == "crossed" else "")
                add(tile, "path", d=path, stroke=colour, stroke_width=1.4)
        return f"url(#{id_})"


def dot(parent: Element, x: float, y: float, index: int, tone: str, class_: str = "mark") -> None:
    """Draw the point of the series at an index."""
    colour, shape = TONES.get(tone, INK), SHAPES[index % len(SHAPES)]
    if shape == "circle":
        add(parent, "circle", cx=x, cy=y, r=RADIUS, fill=colour, class_=class_)
        return
    corners, turn, size = {
        "square": (4, pi / 4, 1.25),
        "triangle": (3, -pi / 2, 1.4),
        "diamond": (4, 0.0, 1.4),
    }[shape]
    angles = [turn + 2 * pi * corner / corners for corner in range(corners)]
    far = RADIUS * size
    points = " ".join(f"{x + far * cos(angle):.2f},{y + far * sin(angle):.2f}" for angle in angles)
    add(parent, "polygon", points=points, fill=colour, class_=class_)


def flag(parent: Element, x: float, y: float, text: str, top: float) -> None:
    """Mark a point as one to look at: a ring, and why, above it or else beside it."""
    far, colour = RADIUS * 2.2, TONES["bad"]
    add(parent, "circle", cx=x, cy=y, r=far, fill="none", stroke=colour, stroke_width=1.8, class_="flag")
    above = y - far - LINE > top
    place = {"x": x, "y": y - far - 3, "text_anchor": "middle"} if above else {"x": x + far + 3, "y": y + SIZE * 0.35}
    if text:
        add(parent, "text", text, fill=colour, font_weight="bold", **place)


class Entry(Struct, frozen=True):
    """An entry of the legend."""

    label: str
    shape: str
    index: int
    tone: str


def legend(root: Element, entries: Sequence[Entry], fills: Fills, width: float) -> float:
    """Write what stands for what in as many rows as it takes; return their height."""
    x, y = 0.0, 0.0
    group = add(root, "g", class_="legend")
    for entry in entries:
        room = 30 + width_of(entry.label)
        if x and x + room > width:
            x, y = 0.0, y + LINE + 3
        if entry.shape == "bars":
            fill = fills.of(entry.index, entry.tone)
            add(group, "rect", x=x, y=y + 2, width=18, height=10, fill=fill, stroke=INK, stroke_width=0.6)
        else:
            if entry.shape == "line":
                add(group, "path", d=f"M{x:.1f} {y + 7:.1f}h18", stroke=TONES.get(entry.tone, INK), stroke_width=1.6)
            dot(group, x + 9, y + 7, entry.index, entry.tone, class_="sample")
        add(group, "text", entry.label, x=x + 23, y=y + 11)
        x += room + 14
    return y + LINE + 8 if entries else 4.0
