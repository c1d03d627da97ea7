"""CMP-3: complaints counted by root cause, in the months of the site's own clocks; punctuality from the clocks."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.duties.company import ESTATE
from tests.duties.conftest import with_people
from tests.duties.stored import StoredCompany

from wuye.kernel.clock import to_wire

SHANGHAI = ZoneInfo("Asia/Shanghai")
CAUSES = ("equipment", "attitude", "charges", None)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StoredCompany]:
    """A company on a database."""
    with StoredCompany(tmp_path) as company:
        yield with_people(company)


def told(company: StoredCompany, at: datetime, **values: object) -> str:
    """Write a ticket down as an import does."""
    ticket = company.house.id()
    moment = to_wire(at)
    company.write(ESTATE, "ticket", ticket, title="t", **{"kind": "complaint", "occurred_at": moment, **values})
    return ticket


def report(company: StoredCompany, name: str, **args: object) -> list[list[object]]:
    """Run a report as the supervisor."""
    return [list(row) for row in company.report(ESTATE, f"tickets.{name}", "boss", **args).rows]


def test_CMP_3_months_are_those_of_the_site(company: StoredCompany) -> None:
    told(company, datetime(2026, 9, 30, 15, 59, tzinfo=UTC), cause_category="charges")  # 23:59 in Shanghai
    told(company, datetime(2026, 9, 30, 16, 0, tzinfo=UTC), cause_category="charges")  # midnight
    told(company, datetime(2026, 10, 1, 0, 0, tzinfo=UTC))
    assert report(company, "by_cause") == [["2026-09", "charges", 1], ["2026-10", None, 1], ["2026-10", "charges", 1]]


def test_CMP_3_a_period_is_of_whole_local_days(company: StoredCompany) -> None:
    for hour in (15, 16):
        told(company, datetime(2026, 10, 4, hour, tzinfo=UTC), cause_category="charges")
    for hour in (15, 16):
        told(company, datetime(2026, 10, 6, hour, tzinfo=UTC), cause_category="charges")
    days = {"from": "2026-10-05", "to": "2026-10-06"}
    assert report(company, "by_cause", **days) == [["2026-10", "charges", 2]]
    assert report(company, "by_cause", **{"from": "2026-10-07", "to": "2026-10-06"}) == []


def test_CMP_3_what_was_told_twice_withdrawn_or_of_another_kind_does_not_count(company: StoredCompany) -> None:
    at = datetime(2026, 10, 5, tzinfo=UTC)
    told(company, at, cause_category="charges")
    told(company, at, cause_category="water", kind="repair")
    desk = company.tablet("boss")
    again = desk.create(ESTATE, "ticket", {"title": "again", "kind": "complaint", "cause_category": "charges"})
    first = desk.create(ESTATE, "ticket", {"title": "first", "kind": "repair", "cause_category": "water"})
    desk.act(ESTATE, "ticket", again, "mark_duplicate", set={"duplicate_of": first})
    desk.act(ESTATE, "ticket", first, "cancel", {"reason": "withdrawn"})
    desk.deliver()
    assert report(company, "by_cause") == [["2026-10", "charges", 1]]
    assert report(company, "by_cause", kind="repair") == [["2026-10", "water", 1]]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 24 * 90), st.sampled_from(CAUSES)), min_size=1, max_size=12))
def test_CMP_3_the_counts_are_those_of_the_tickets(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[int, str | None]]
) -> None:
    start = datetime(2026, 8, 1, tzinfo=UTC)
    with StoredCompany(tmp_path_factory.mktemp("counts")) as company:
        with_people(company)
        for hours, cause in found:
            told(company, start + timedelta(hours=hours), cause_category=cause)
        expected = Counter(
            (f"{(start + timedelta(hours=hours)).astimezone(SHANGHAI):%Y-%m}", cause) for hours, cause in found
        )
        assert {(row[0], row[1]): row[2] for row in report(company, "by_cause")} == dict(expected)
        rows = report(company, "pareto")
        known = Counter(cause for _, cause in found if cause)
        assert {row[0]: row[1] for row in rows} == dict(known)
        assert [row[1] for row in rows] == sorted(known.values(), reverse=True)
        assert not rows or rows[-1][3] == 100.0
        shares = [row[3] for row in rows]
        assert shares == sorted(shares)  # type: ignore[type-var]


def test_the_share_in_time_counts_tickets_that_were_due(company: StoredCompany) -> None:
    at = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)

    def moment(**span: float) -> str:
        return to_wire(at + timedelta(**span))

    told(company, at, replied_at=moment(hours=23))  # a complaint is answered within 24 h
    told(company, at, replied_at=moment(hours=25))
    told(company, at)  # never
    told(company, at, kind="inquiry", replied_at=moment(hours=1, minutes=59))
    told(company, at, kind="inquiry", replied_at=moment(hours=2, minutes=1))
    told(company, at, kind="repair")  # nothing was promised
    told(company, at, kind="repair", deadline=moment(days=4000))  # not due yet
    told(company, at, kind="repair", promised_reply_at=moment(hours=1), replied_at=moment(hours=1))
    table = company.report(ESTATE, "tickets.monthly", "boss")
    kinds = ("complaint", "inquiry", "repair")
    assert table.columns == (
        "column.month",
        *(f"code.ticket_kind.{kind}" for kind in kinds),
        "column.count",
        "column.in_time",
    )
    assert [list(row) for row in table.rows] == [["2025-03", 3, 2, 3, 8, 50.0]]


def test_months_without_tickets_are_shown_as_such(company: StoredCompany) -> None:
    for month in (1, 4):
        told(company, datetime(2026, month, 10, tzinfo=UTC), kind="praise")
    assert [(row[0], row[1]) for row in report(company, "monthly")] == [
        ("2026-01", 1),
        ("2026-02", 0),
        ("2026-03", 0),
        ("2026-04", 1),
    ]


def test_without_tickets_the_reports_are_empty(company: StoredCompany) -> None:
    for name in ("by_cause", "pareto", "monthly"):
        assert report(company, name) == []


def test_a_mistyped_year_spoils_nothing(company: StoredCompany) -> None:
    told(company, datetime(2, 1, 10, tzinfo=UTC), cause_category="charges")
    told(company, datetime(2026, 10, 10, tzinfo=UTC), cause_category="charges")
    assert report(company, "by_cause") == [["2026-10", "charges", 1]]
