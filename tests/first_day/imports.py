"""Bringing in what the company has in files, by the commands of the README."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from tests.first_day.offline_round import SITE, check
from tests.first_day.stage import wuye

Say = Callable[[str], None]
REQUESTS_MAP = "maps/la311.toml"
HOUSEHOLDS, HOUSEHOLDS_MAP = "tests/data/households_sample.csv", "maps/households.toml"


def import_requests(installation: Path, file: Path, say: Say) -> None:
    """Import a file of requests: first dry, then in earnest, then once more, which must change nothing."""
    rows = _rows(file)
    command = ("import", "tickets", file, "--map", REQUESTS_MAP, "--dir", installation, "--lang", "en")
    dry = wuye(*command, "--dry-run")
    check(_number("New", dry) == rows and "nothing was written" in dry, "a dry run says what would happen")
    without_site = _number("Rows without a site[^:]*", dry)
    say(
        f"checked {rows} requests: {without_site} without a district, {dry.count('before it was created')} closed early"
    )
    done = wuye(*command)
    check(_number("Imported", done) == rows, "every row becomes a ticket")
    again = wuye(*command)
    check(_number("Known already", again) == rows and _number("New", again) == 0, "a second run imports nothing")
    say(f"imported {rows} requests into their districts' sites; the second run imported nothing")


def import_households(installation: Path, say: Say) -> None:
    """Import a ledger of households the same way (OWN-9)."""
    command = ("import", "households", HOUSEHOLDS, "--map", HOUSEHOLDS_MAP, "--site", SITE)
    done = wuye(*command, "--dir", installation, "--lang", "en")
    again = wuye(*command, "--dir", installation, "--lang", "en")
    check(_number("New", done) > 0 and _number("New", again) == 0, "households are imported once")
    say(f"imported {_number('New', done)} households")


def _rows(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as source:
        return sum(1 for _ in csv.DictReader(source))


def _number(label: str, text: str) -> int:
    found = re.search(rf"{label}: (\d+)", text)
    check(found is not None, f"the command says {label}")
    assert found is not None
    return int(found[1])
