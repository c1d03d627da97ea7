"""Fishbones (Ishikawa): an effect as the head, kinds of causes as bones above and below the spine, causes on them."""

from collections.abc import Sequence
from itertools import zip_longest
from xml.etree.ElementTree import Element

from msgspec import Struct

from wuye.model.report import Table, Tree
from wuye.prints.charts.marks import INK, TONES
from wuye.prints.charts.nodes import Node, deep, trees
from wuye.prints.charts.svg import LINE, add, chart, finish, width_of, wrap
from wuye.prints.charts.tree import Box, box_of, write_box
from wuye.reports.shown import Looks

ROOM, BONE_ROOM, HEAD_ROOM = 140.0, 120.0, 110.0
GAP, PAD, TAIL = 7.0, 14.0, 24.0
LEAN = 0.36
"""How far a bone leans to the left for each unit of height."""


class Cause(Struct, frozen=True, kw_only=True):
    """A cause as lines; deeper ones hang below their own cause."""

    depth: int
    lines: Sequence[str]
    flagged: bool

    @property
    def width(self) -> float:
        """How wide its text is."""
        return max(map(width_of, self.lines), default=0.0)

    @property
    def height(self) -> float:
        """How much of the bone it takes."""
        return LINE * len(self.lines) + GAP


class Bone(Struct, frozen=True, kw_only=True):
    """A kind of causes with them."""

    box: Box
    causes: Sequence[Cause]

    @property
    def height(self) -> float:
        """How far it reaches from the spine, its box apart."""
        return sum(cause.height for cause in self.causes) + GAP * 2

    @property
    def width(self) -> float:
        """How much of the spine it takes."""
        texts = max((cause.width + 12 for cause in self.causes), default=0.0)
        return self.height * LEAN + max(texts, self.box.width) + PAD


def draw_fishbone(table: Table, tree: Tree, looks: Looks) -> str:
    """Return a fishbone as SVG: the root is the effect."""
    effect, *strays = trees(table, tree, looks)
    bones = [_bone(branch) for branch in (*effect.branches, *strays)]
    pairs = list(zip_longest(bones[0::2], bones[1::2]))
    head = box_of(effect, HEAD_ROOM)
    upper, lower = (max((b.height + b.box.height for b in side), default=0.0) for side in (bones[0::2], bones[1::2]))
    spine = max(upper, head.height / 2) + 2
    width = TAIL + sum(_room(pair) for pair in pairs) + PAD + head.width + 2
    root = chart(width, spine + max(lower, head.height / 2) + 2, looks.text(tree.title))
    add(root, "path", class_="spine", d=f"M2 {spine:.2f}H{width - head.width - 2:.2f}", stroke=INK, stroke_width=2.2)
    write_box(root, head, width - head.width - 2, spine - head.height / 2)
    # The first causes stand next to the head.
    right = width - head.width - 2 - PAD
    for pair in pairs:
        for bone, up in zip(pair, (-1, 1), strict=True):
            if bone:
                _draw(root, bone, right, spine, up)
        right -= _room(pair)
    return finish(root)


def _room(pair: Sequence[Bone | None]) -> float:
    return max(bone.width for bone in pair if bone)


def _bone(node: Node) -> Bone:
    causes = [
        Cause(depth=depth, lines=wrap(_dashed(one.label, depth), ROOM, 4), flagged=one.flagged)
        for branch in node.branches
        for depth, one in deep(branch)
    ]
    return Bone(box=box_of(node, BONE_ROOM), causes=causes)


def _dashed(label: str, depth: int) -> str:
    return f"{'–' * depth} {label}" if depth else label


def _draw(root: Element, bone: Bone, x: float, spine: float, up: int) -> None:
    """Draw a bone that meets the spine at x; ``up`` is -1 above and 1 below it."""
    tip = x - bone.height * LEAN, spine + up * bone.height
    add(root, "path", class_="bone", d=f"M{x:.2f} {spine:.2f}L{tip[0]:.2f} {tip[1]:.2f}", stroke=INK, stroke_width=1.5)
    write_box(root, bone.box, tip[0] - bone.box.width, tip[1] - (bone.box.height if up < 0 else 0))
    top = tip[1] + GAP if up < 0 else spine + GAP
    for cause in bone.causes:
        foot = top + cause.height - GAP
        # Text ends left of the bone, at that end of its height where the bone is farther left.
        end = x - max(abs(spine - top), abs(spine - foot)) * LEAN - 8
        colour = TONES["bad"] if cause.flagged else INK
        text = add(
            root,
            "text",
            x=end,
            y=top,
            fill=colour,
            text_anchor="end",
            class_="cause flag" if cause.flagged else "cause",
        )
        if cause.flagged:
            text.set("font-weight", "bold")
        for index, line in enumerate(cause.lines):
            add(text, "tspan", line, x=end, y=top + LINE * index + LINE * 0.75)
        if cause.depth == 0:
            meets = x - abs(spine - foot) * LEAN
            add(root, "path", class_="twig", d=f"M{end - cause.width:.2f} {foot:.2f}H{meets:.2f}", stroke=colour)
        top += cause.height
