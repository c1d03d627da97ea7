"""The main job, from an empty folder to synced tablets, on the real requests where they are at hand."""

from pathlib import Path

from tests.first_day.__main__ import REAL, SAMPLE, first_day


def test_the_first_day_of_a_company(tmp_path: Path) -> None:
    first_day(tmp_path, REAL if REAL.exists() else SAMPLE, seed=7)
