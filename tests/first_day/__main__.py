"""``python -m tests.first_day``: what a company does on its first day, on real input, each claim checked.

A demo organisation is made; a year-end's requests are imported, twice; a ledger of households is imported; then two
field workers go offline while the desk works, and all of them sync.
"""

import argparse
import tempfile
from pathlib import Path

from tests.first_day.imports import import_households, import_requests
from tests.first_day.offline_round import offline_round
from tests.first_day.stage import make_demo, serving

REAL = Path("../shared/data/service_requests_2017.csv")
SAMPLE = Path("tests/data/service_requests_sample.csv")


def main() -> None:
    """Play the day; the first claim that does not hold ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=Path, default=REAL if REAL.exists() else SAMPLE, help="a CSV of requests")
    parser.add_argument("--seed", type=int, default=7, help="of the demo organisation")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first_day(Path(folder), chosen.requests, chosen.seed)


def first_day(folder: Path, requests: Path, seed: int) -> None:
    """Play the day in an empty folder."""
    installation = folder / "company"
    people = make_demo(installation, seed)
    print(f"a demo organisation with {len(people)} users")
    import_requests(installation, requests, print)
    import_households(installation, print)
    with serving(installation) as url:
        offline_round(folder / "devices", url, people, print)


if __name__ == "__main__":
    main()
