"""Trees from left to right: a column for each generation, every branch below the one before it."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from msgspec import Struct

from wuye.model.report import Table, Tree
from wuye.prints.charts.marks import INK, TONES
from wuye.prints.charts.nodes import Node, deep, trees
from wuye.prints.charts.svg import LINE, add, chart, finish, width_of, wrap, write
from wuye.reports.shown import Looks

ROOM, LINES = 150.0, 4
PAD, GAP, STEP = 6.0, 8.0, 34.0


class Box(Struct, frozen=True, kw_only=True):
    """A node's text as lines, with room around it."""

    lines: Sequence[str]
    flagged: bool

    @property
    def width(self) -> float:
        """How wide it is."""
        return max(map(width_of, self.lines), default=0.0) + 2 * PAD

    @property
    def height(self) -> float:
        """How high it is."""
        return LINE * max(1, len(self.lines)) + 2 * PAD


def box_of(node: Node, room: float = ROOM) -> Box:
    """Return the box of a node."""
    return Box(lines=wrap(node.label, room, LINES), flagged=node.flagged)


def write_box(root: Element, box: Box, x: float, y: float) -> None:
    """Draw a box with its upper left corner at a place; a flagged one has a double frame."""
    size = {"width": box.width, "height": box.height}
    colour = TONES["bad"] if box.flagged else INK
    kind = "node flag" if box.flagged else "node"
    add(root, "rect", class_=kind, x=x, y=y, rx=3, fill="#fff", stroke=colour, stroke_width=1.0, **size)
    if box.flagged:
        inner = {"width": box.width - 5, "height": box.height - 5}
        add(root, "rect", x=x + 2.5, y=y + 2.5, rx=2, fill="none", stroke=colour, stroke_width=1.0, **inner)
    write(root, x + PAD, y + PAD, box.lines)


def draw_tree(table: Table, tree: Tree, looks: Looks) -> str:
    """Return a tree as SVG."""
    roots = trees(table, tree, looks)
    widths: dict[int, float] = {}
    for root_node in roots:
        for depth, node in deep(root_node):
            widths[depth] = max(widths.get(depth, 0.0), box_of(node).width)
    starts = [1 + sum(widths[depth] + STEP for depth in range(column)) for column in range(len(widths))]
    root = chart(starts[-1] + widths[len(widths) - 1] + 1, 0, looks.text(tree.title))
    top = 1.0
    for node in roots:
        _place(root, node, 0, top, starts, widths)
        top += _height(node) + GAP
    view = root.get("viewBox", "").rpartition(" ")[0]
    root.set("viewBox", f"{view} {top:.0f}")
    return finish(root)


def _height(node: Node) -> float:
    return max(box_of(node).height, _inner(node))


def _inner(node: Node) -> float:
    return sum(_height(branch) + GAP for branch in node.branches) - GAP


def _place(
    root: Element, node: Node, depth: int, top: float, starts: Sequence[float], widths: Mapping[int, float]
) -> float:
    """Draw a node with all below it from ``top`` on; return the node's middle."""
    box, height = box_of(node), _height(node)
    middles, at = [], top + (height - _inner(node)) / 2
    for branch in node.branches:
        middles.append(_place(root, branch, depth + 1, at, starts, widths))
        at += _height(branch) + GAP
    wish = (middles[0] + middles[-1]) / 2 if middles else top + height / 2
    middle = min(max(wish, top + box.height / 2), top + height - box.height / 2)
    x, bend = starts[depth], starts[depth] + widths[depth] + STEP / 2
    for other in middles:
        path = f"M{x + box.width:.2f} {middle:.2f}H{bend:.2f}V{other:.2f}H{starts[depth + 1]:.2f}"
        add(root, "path", class_="branch", d=path, fill="none", stroke=INK, stroke_width=1.0)
    write_box(root, box, x, middle - box.height / 2)
    return middle
