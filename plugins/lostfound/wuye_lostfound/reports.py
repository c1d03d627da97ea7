"""What lies on the shelves, by kind and age."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime

from wuye.api import Reader, Report, Table

from .entities import CATEGORIES

AGES = ((7, "week"), (30, "month"), (90, "quarter"))
COLUMNS = tuple(f"report.lostfound.open.{age}" for age in (*(name for _, name in AGES), "older"))


async def open_items(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """Count open items by category and by days since they were found; ``args`` may bring ``today``."""
    today = date.fromisoformat(str(args.get("today") or datetime.now(UTC).date()))
    rows = await reader.rows(
        "SELECT category, found_on FROM lostfound_item"
        " WHERE site = {} AND NOT deleted AND status IN ('found', 'claimed', 'expired')",
        site,
    )
    counts = Counter((row["category"], _age(today, row["found_on"])) for row in rows)
    present = {category for category, _ in counts}
    return Table(
        columns=("lostfound.item.category", *COLUMNS),
        rows=[
            [category, *(counts[category, age] for age in range(len(COLUMNS)))]
            for category in (*CATEGORIES.values, *sorted(present - CATEGORIES.values.keys(), key=str))
            if category in present
        ],
    )


def _age(today: date, found_on: object) -> int:
    days = (today - date.fromisoformat(str(found_on))).days
    return sum(days > limit for limit, _ in AGES)


REPORTS = (Report(id="lostfound.open", entities=("lostfound.item",), query=open_items),)
