"""A printed page as a tree, and what stands where in a chart."""

from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

from wuye.prints.charts.svg import SIZE, width_of

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tree = TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag == "meta":
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        self.tree.end(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self.tree.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.tree.data(data)


def read(html: str) -> Element:
    """Return a page as a tree; every element must be closed where it was opened."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader.tree.close()


def text(element: Element) -> str:
    """Return all text in an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def having(root: Element, class_: str) -> list[Element]:
    """Return the elements of a class."""
    return [element for element in root.iter() if class_ in element.get("class", "").split()]


def facts(root: Element) -> dict[str, str]:
    """Return labels and values of all facts."""
    pairs = zip(root.iter("dt"), root.iter("dd"), strict=True)
    return {text(label): text(value) for label, value in pairs}


def tables(root: Element) -> list[list[list[str]]]:
    """Return every table as rows of texts, its head first."""
    return [[[text(cell) for cell in row] for row in table.iter("tr")] for table in root.iter("table")]


def boxes(svg: Element) -> Iterator[tuple[str, Box]]:
    """Yield about where each text of a chart stands that is not turned."""
    for element in svg.iter("text"):
        if element.get("transform"):
            continue
        for line in element.iter("tspan") if element.find("tspan") is not None else [element]:
            y = float(line.get("y") or element.get("y") or 0)
            if "dy" in line.attrib:
                y += float(line.get("dy", "0")) * list(element).index(line)
            x, wide = float(line.get("x") or element.get("x") or 0), width_of(line.text or "")
            left = {"end": x - wide, "middle": x - wide / 2}.get(element.get("text-anchor", ""), x)
            yield line.text or "", (left, y - SIZE * 0.8, left + wide, y + SIZE * 0.15)


def extent(mark: Element) -> Box:
    """Return where a mark of data lies: of a point its middle, of a bar all of it."""
    if mark.tag == "circle":
        x, y = float(mark.get("cx", "")), float(mark.get("cy", ""))
        return x, y, x, y
    if mark.tag == "rect":
        x, y = float(mark.get("x", "")), float(mark.get("y", ""))
        return x, y, x + float(mark.get("width", "")), y + float(mark.get("height", ""))
    if mark.tag == "polygon":
        corners = [tuple(map(float, corner.split(","))) for corner in mark.get("points", "").split()]
        x, y = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
        return x, y, x, y
    x, y = map(float, mark.get("d", "")[1:].partition("v")[0].split())
    return x, y, x, y


def inside(inner: Box, outer: Box, slack: float = 0.1) -> bool:
    """Tell whether a box lies in another."""
    return (
        outer[0] - slack <= inner[0]
        and outer[1] - slack <= inner[1]
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two boxes share more than an edge."""
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5
