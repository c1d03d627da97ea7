"""Causes of an effect, and of causes: fishbone and tree."""

from collections.abc import Sequence

from wuye.api import Table, Tree

from ..statistics import Unfit
from .data import Data, Row
from .layout import head, heads, title


def fishbone(data: Data) -> Table:
    """Draw causes as bones; see `tree`."""
    return _drawn(data, "fishbone")


def tree(data: Data) -> Table:
    """Draw rows below their ``parent`` (else ``group``), which names another row's ``label``.

    Of several rows so called the nearest above is meant, else the first; a parent that is no row becomes one. The
    effect is the only row without a parent; where there are more, or none, it is the title. A ``value`` other than 0
    marks a main cause.

    Raises:
        Unfit: a row has no label, causes go round in a circle, or there is no effect.
    """
    return _drawn(data, "tree")


def _drawn(data: Data, tool: str) -> Table:
    labels, parents, marked = _nodes(data.rows, data.title)
    below: dict[int | None, list[int]] = {}
    for node, parent in enumerate(parents):
        below.setdefault(parent, []).append(node)
    ids: dict[int, str] = {}
    waiting = below.get(None, [])
    while waiting:
        node = waiting.pop()
        ids[node] = str(len(ids) + 1)
        waiting += reversed(below.get(node, []))
    if len(ids) < len(labels):
        raise Unfit("circle")
    columns = heads(*map(head, ("node", "parent", "label", "main")))
    node_id, parent_id, label, main = columns
    return Table(
        columns=columns,
        rows=[
            [ids[node], None if (parent := parents[node]) is None else ids[parent], labels[node], marked[node] or None]
            for node in ids
        ],
        charts=(
            Tree(
                title=title(data, tool),
                id=node_id,
                parent=parent_id,
                label=label,
                fishbone=tool == "fishbone",
                flags=main,
            ),
        ),
    )


def _nodes(rows: Sequence[Row], effect: str | None) -> tuple[list[str], list[int | None], list[bool]]:
    """Return labels, parents and marks of all nodes: rows first, then parents that are no row, then the effect."""
    labels = [row.label or "" for row in rows]
    if not all(labels):
        raise Unfit("no_label")
    first = {label: index for index, label in reversed(list(enumerate(labels)))}
    above: dict[str, int] = {}
    parents: list[int | None] = []
    for index, row in enumerate(rows):
        named = row.parent or row.group
        parent = above.get(named, first.get(named)) if named else None
        if named and parent is None:
            parent = first[named] = len(labels)
            labels.append(named)
        parents.append(parent)
        above[labels[index]] = index
    tops = [index for index, parent in enumerate(parents) if parent is None]
    if len(tops) == 1:
        root = tops[0]
    elif effect:
        root = len(labels)
        labels.append(effect)
        for top in tops:
            parents[top] = root
    else:
        raise Unfit("no_effect")
    added = len(labels) - len(parents)
    parents += [root if node != root else None for node in range(len(parents), len(labels))]
    marked = [row.value is not None and row.value != 0 for row in rows] + [False] * added
    return labels, parents, marked
