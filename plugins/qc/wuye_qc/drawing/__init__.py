"""Drawings of the tools that a QC circle uses (QC-6): data that were typed in or frozen become a table with charts.

    draw("pareto", {"title": "Complaints", "rows": [{"label": "leak", "value": "12"}, ...]})

Every client draws the charts of a `Table`; this module knows no picture. See `data` for what each row may hold and
how a frozen report is read.
"""

from collections.abc import Callable, Mapping

import msgspec

from wuye.api import Table

from ..statistics import Unfit
from .causes import fishbone, tree
from .charts import c, i_mr, p, run, u, xbar_r
from .counting import before_after, check_sheet, histogram, pareto
from .data import Data, read
from .planning import gantt
from .relating import scatter

__all__ = ["TOOLS", "Unfit", "draw", "drawn", "plain"]

TOOLS: Mapping[str, Callable[[Data], Table]] = {
    "check_sheet": check_sheet,
    "pareto": pareto,
    "fishbone": fishbone,
    "tree": tree,
    "histogram": histogram,
    "run": run,
    "i_mr": i_mr,
    "xbar_r": xbar_r,
    "p": p,
    "c": c,
    "u": u,
    "scatter": scatter,
    "gantt": gantt,
    "before_after": before_after,
}
"""What can be drawn."""


def draw(tool: str, data: Mapping[str, object]) -> Table:
    """Draw the values of a `qc.data` record with one of `TOOLS`.

    Raises:
        Unfit: the tool is none, or cannot use these data; ``message`` is the key of a text that says why.
    """
    if tool not in TOOLS:
        raise Unfit("tool")
    return TOOLS[tool](read(tool, data))


def plain(table: Table) -> dict[str, object]:
    """Return a table as a field of type ``value`` keeps it: what JSON would make of it."""
    kept: dict[str, object] = msgspec.json.decode(msgspec.json.encode(table))
    return kept


def drawn(kept: Mapping[str, object]) -> Table:
    """Return the table that `plain` made.

    Raises:
        Unfit: it is none.
    """
    try:
        return msgspec.convert(kept, Table)
    except msgspec.ValidationError:
        raise Unfit("malformed") from None
