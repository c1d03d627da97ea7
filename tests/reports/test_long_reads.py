"""Long reads run beside the event loop, a few at once, each for a bounded time and of one moment."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.duties.company import ESTATE
from tests.duties.conftest import with_people
from tests.duties.stored import StoredCompany

from wuye.kernel.errors import Problem
from wuye.model.report import Reader
from wuye.reports import long_reads
from wuye.reports.long_reads import LongReads, bounded
from wuye.storage.sqlite import reports

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StoredCompany]:
    """A company on a database."""
    with StoredCompany(tmp_path) as company:
        yield with_people(company)


async def endless(reader: Reader) -> object:
    """Ask what has no end."""
    return await reader.rows(ENDLESS)


async def thread(_reader: Reader) -> int:
    """Tell where the Python of a report runs."""
    return threading.get_ident()


def test_what_takes_too_long_is_stopped(company: StoredCompany) -> None:
    with pytest.raises(Problem, match="too_large"):
        bounded(company.database.reader, endless, seconds=0.05)
    # The connection was let go: the house works on.
    company.tablet("desk").create(ESTATE, "ticket", {"title": "t"})


def test_the_event_loop_goes_on_meanwhile(company: StoredCompany) -> None:
    async def story() -> tuple[int, int]:
        reads = LongReads(company.database.reader, seconds=0.2)
        beats = 0
        long = asyncio.ensure_future(reads.run(endless))
        while not long.done():
            await asyncio.sleep(0)
            beats += 1
        with pytest.raises(Problem, match="too_large"):
            await long
        elsewhere = await reads.run(thread)
        reads.close()
        return beats, elsewhere

    beats, elsewhere = asyncio.run(story())
    assert beats > 100
    assert elsewhere != threading.get_ident()


def test_beyond_a_bound_callers_are_told_to_come_back(company: StoredCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_reads, "WAITING", 1)

    async def story() -> list[object]:
        reads = LongReads(company.database.reader, seconds=0.05)
        told = await asyncio.gather(*(reads.run(endless) for _ in range(5)), return_exceptions=True)
        assert isinstance(await reads.run(thread), int)  # places are given back
        reads.close()
        return list(told)

    assert sorted(str(getattr(problem, "code", problem)) for problem in asyncio.run(story())) == [
        "busy",
        "busy",
        "too_large",
        "too_large",
        "too_large",
    ]


def test_a_reader_cannot_write_and_holds_a_bounded_number_of_rows(
    company: StoredCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MAX_ROWS", 3)

    async def write(reader: Reader) -> object:
        return await reader.rows("DELETE FROM ticket")

    async def many(reader: Reader) -> object:
        return await reader.rows("SELECT value FROM json_each('[1,2,3,4]')")

    async def few(reader: Reader) -> object:
        return await reader.rows("SELECT value FROM json_each('[1,2,3]') WHERE value < {}", 3)

    with pytest.raises(sqlite3.OperationalError):
        bounded(company.database.reader, write)
    with pytest.raises(Problem, match="too_large"):
        bounded(company.database.reader, many)
    assert bounded(company.database.reader, few) == [{"value": 1}, {"value": 2}]


def test_a_reader_sees_one_moment(company: StoredCompany, tmp_path: Path) -> None:
    desk = company.tablet("desk")

    async def twice(reader: Reader) -> bool:
        before = await reader.rows("SELECT count(*) AS n FROM ticket")
        desk.create(ESTATE, "ticket", {"title": "t"})
        desk.deliver()
        return before == await reader.rows("SELECT count(*) AS n FROM ticket") == [{"n": 0}]

    with closing(sqlite3.connect(tmp_path / "wuye.sqlite")) as outside:
        assert bounded(company.database.reader, twice)
        assert outside.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
