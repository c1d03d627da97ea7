"""Rows with parents as trees: every row stands somewhere exactly once, whatever its parent says."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from wuye.model.report import Table, Tree
from wuye.prints.charts.scales import flagged
from wuye.reports.shown import Looks, format_value


class Node(Struct, frozen=True):
    """A node with its branches."""

    label: str
    flagged: bool
    branches: "Sequence[Node]"


def trees(table: Table, tree: Tree, looks: Looks) -> list[Node]:
    """Return the roots: nodes without a parent that is there; of a circle, the first of its rows."""
    columns = {name: index for index, name in enumerate(table.columns)}
    rows = {str(row[columns[tree.id]]): row for row in table.rows}
    below: dict[str, list[str]] = {}
    for id_, row in rows.items():
        parent = str(row[columns[tree.parent]])
        below.setdefault(parent if parent in rows and parent != id_ else "", []).append(id_)
    placed: set[str] = set()

    def grow(id_: str) -> Node:
        placed.add(id_)
        row = rows[id_]
        flag = row[columns[tree.flags]] if tree.flags else None
        branches = [grow(child) for child in below.get(id_, ()) if child not in placed]
        label = format_value(tree.label, row[columns[tree.label]], looks)
        return Node(label, flagged(flag), branches)

    roots = [grow(id_) for id_ in below.get("", ())]
    return roots + [grow(id_) for id_ in rows if id_ not in placed]


def deep(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield a node and all below it with their depth, in order."""
    yield depth, node
    for branch in node.branches:
        yield from deep(branch, depth + 1)
