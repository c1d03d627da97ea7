"""The check sheet: how often what happened where or when."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from .numbers import Unfit, exact, sum_of

COLUMNS_MAX = 60


class Tally(Struct, frozen=True, kw_only=True):
    """Counts by row and column, both in order of appearance, with totals."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Decimal, ...], ...]
    row_totals: tuple[Decimal, ...]
    column_totals: tuple[Decimal, ...]
    total: Decimal


@exact
def tally(entries: Iterable[tuple[str, str, Decimal]]) -> Tally:
    """Add entries of row, column and count up.

    Raises:
        Unfit: there are none, a count is negative, or there are more columns than anybody can read.
    """
    found: dict[tuple[str, str], Decimal] = {}
    for row, column, count in entries:
        if count < 0:
            raise Unfit("negative")
        found[row, column] = found.get((row, column), Decimal()) + count
    if not found:
        raise Unfit("no_data")
    rows = tuple(dict.fromkeys(row for row, _ in found))
    columns = tuple(dict.fromkeys(column for _, column in found))
    if len(columns) > COLUMNS_MAX:
        raise Unfit("columns")
    cells = tuple(tuple(found.get((row, column), Decimal()) for column in columns) for row in rows)
    return Tally(
        rows=rows,
        columns=columns,
        cells=cells,
        row_totals=tuple(map(sum_of, cells)),
        column_totals=tuple(map(sum_of, zip(*cells, strict=True))),
        total=sum_of(found.values()),
    )
