"""The audit trail as people read it: the newest first, and from a moment on."""

from wuye.storage.sqlite.names import RECORDS_OF_A_SITE
from wuye.storage.sqlite.rows import LEDGER, ledger_row
from wuye.storage.sqlite.snapshot import SqliteSnapshot
from wuye.sync.rows import LedgerRow, Ref

_COLUMNS = ", ".join(f'"{name}"' for name in LEDGER)


def newest(snapshot: SqliteSnapshot, site: str, *, before: int, limit: int, ref: Ref | None = None) -> list[LedgerRow]:
    """Return ledger rows below a position, the newest first; ``ref``: those of one record."""
    base = _base(snapshot, site)
    rows = snapshot.connection.execute(
        f"SELECT {_COLUMNS} FROM wuye_ledger WHERE place > ?1 AND place < ?2"
        " AND (?3 IS NULL OR (record = ?4 AND entity = ?3)) ORDER BY place DESC LIMIT ?5",
        (base, base + before, *(ref or (None, None)), limit),
    )
    return [ledger_row(site, base, row) for row in rows]


def position_at(snapshot: SqliteSnapshot, site: str, moment: str) -> int:
    """Return the position of the first row received at a moment or later; one beyond the end where there is none."""
    base, low, high = _base(snapshot, site), 1, snapshot.head(site).pos + 1
    while low < high:
        middle = (low + high) // 2
        row = snapshot.connection.execute(
            "SELECT received_at FROM wuye_ledger WHERE place = ?", (base + middle,)
        ).fetchone()
        if row is not None and row[0] >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _base(snapshot: SqliteSnapshot, site: str) -> int:
    row = snapshot.connection.execute("SELECT no FROM wuye_site WHERE id = ?", (site,)).fetchone()
    return int(row[0]) * RECORDS_OF_A_SITE if row else 0
