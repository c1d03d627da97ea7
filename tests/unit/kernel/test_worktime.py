"""Clocks that count working time (domain-reference §5; domain TKT-7)."""

from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.kernel.worktime import (
    Deadline,
    Holidays,
    Override,
    Pause,
    Policy,
    WorkCalendar,
    deadline,
    due_day_of_month,
    with_holidays,
    working_time,
)


class DeadlineCase(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    calendar: str
    policy: Policy
    start: datetime
    pauses: list[Pause]
    at: datetime | None
    provisional: bool


class WorkingTimeCase(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    calendar: str
    start: datetime
    end: datetime
    span: bool
    pauses: list[Pause]
    minutes: int


class DueCase(msgspec.Struct, forbid_unknown_fields=True):
    calendar: str
    year: int
    month: int
    day: int
    inclusive: bool
    due: date
    provisional: bool


class Vectors(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    calendars: dict[str, WorkCalendar]
    deadlines: list[DeadlineCase]
    working_time: list[WorkingTimeCase]
    due: list[DueCase]


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "conformance" / "worktime.json").read_bytes(), type=Vectors)
OFFICE = VECTORS.calendars["office"]


@pytest.mark.parametrize("case", VECTORS.deadlines, ids=lambda case: case.about)
def test_a_clock_runs_out_as_the_vectors_say(case: DeadlineCase) -> None:
    found = deadline(case.policy, VECTORS.calendars[case.calendar], case.start, case.pauses)
    assert found == Deadline(at=case.at, provisional=case.provisional)


@pytest.mark.parametrize("case", VECTORS.working_time, ids=lambda case: case.about)
def test_working_time_is_as_the_vectors_say(case: WorkingTimeCase) -> None:
    calendar = VECTORS.calendars[case.calendar]
    found = working_time(calendar, case.start, case.end, case.pauses, span=case.span)
    assert found == timedelta(minutes=case.minutes)


@pytest.mark.parametrize("case", VECTORS.due, ids=lambda case: f"{case.year}-{case.month}-{case.day}")
def test_what_is_due_on_a_day_of_the_month_rolls_to_a_working_day(case: DueCase) -> None:
    calendar = VECTORS.calendars[case.calendar]
    found = due_day_of_month(calendar, case.year, case.month, case.day, inclusive=case.inclusive)
    assert (found.day, found.provisional) == (case.due, case.provisional)


# Properties. Minutes stay small beside the calendar's year, so that both sides of a comparison see the same days.

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC))
minutes = st.integers(0, 5_000)
calendars = st.sampled_from(sorted(VECTORS.calendars)).map(VECTORS.calendars.__getitem__)
policies = st.one_of(
    st.builds(Policy, unit=st.sampled_from(["wall", "business"]), minutes=minutes, span=st.booleans()),
    st.builds(Policy, unit=st.just("end_of_day"), minutes=minutes, days=st.integers(0, 9)),
    st.builds(
        Policy,
        unit=st.just("next_start_plus"),
        minutes=minutes,
        inside=st.none() | minutes,
        span=st.booleans(),
    ),
)


@st.composite
def closed_pauses(draw: st.DrawFn) -> list[Pause]:
    starts = draw(st.lists(st.tuples(moments, minutes), max_size=4))
    return [Pause(start=start, end=start + timedelta(minutes=length)) for start, length in starts]


@given(policies, calendars, moments, closed_pauses())
def test_no_clock_runs_out_before_it_starts(
    policy: Policy, calendar: WorkCalendar, start: datetime, pauses: list[Pause]
) -> None:
    at = deadline(policy, calendar, start, pauses).at
    assert at is not None
    assert at >= start


@given(policies, calendars, moments, closed_pauses(), closed_pauses())
def test_pauses_never_bring_a_deadline_forward(
    policy: Policy, calendar: WorkCalendar, start: datetime, some: list[Pause], more: list[Pause]
) -> None:
    fewer, all_ = deadline(policy, calendar, start, some).at, deadline(policy, calendar, start, some + more).at
    assert fewer is not None
    assert all_ is not None
    assert fewer <= all_


@given(st.sampled_from(["wall", "business"]), minutes, minutes, calendars, moments, closed_pauses())
def test_more_minutes_never_run_out_earlier(
    unit: str, few: int, more: int, calendar: WorkCalendar, start: datetime, pauses: list[Pause]
) -> None:
    first, second = (
        deadline(msgspec.convert({"unit": unit, "minutes": m}, Policy), calendar, start, pauses).at
        for m in (few, few + more)
    )
    assert first is not None
    assert second is not None
    assert first <= second


@given(policies.filter(lambda p: p.inside is None), calendars, moments, minutes)
def test_a_clock_started_later_never_runs_out_earlier(
    policy: Policy, calendar: WorkCalendar, start: datetime, later: int
) -> None:
    first = deadline(policy, calendar, start).at
    second = deadline(policy, calendar, start + timedelta(minutes=later)).at
    assert first is not None
    assert second is not None
    assert first <= second


@given(calendars, moments, minutes, minutes, closed_pauses(), st.booleans())
def test_working_time_splits_at_any_moment(
    calendar: WorkCalendar, start: datetime, first: int, second: int, pauses: list[Pause], span: bool
) -> None:
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    parts = [working_time(calendar, a, b, pauses, span=span) for a, b in ((start, middle), (middle, end))]
    assert parts[0] + parts[1] == working_time(calendar, start, end, pauses, span=span)


@given(calendars, moments, minutes, closed_pauses(), st.booleans())
def test_a_business_clock_counts_exactly_its_minutes_of_working_time(
    calendar: WorkCalendar, start: datetime, amount: int, pauses: list[Pause], span: bool
) -> None:
    at = deadline(Policy(unit="business", minutes=amount, span=span), calendar, start, pauses).at
    assert at is not None
    assert working_time(calendar, start, at, pauses, span=span) == timedelta(minutes=amount)


@given(calendars, moments, minutes)
def test_a_closed_pause_in_parts_counts_as_one(calendar: WorkCalendar, start: datetime, length: int) -> None:
    middle, end = start + timedelta(minutes=length // 2), start + timedelta(minutes=length)
    policy = Policy(unit="business", minutes=90)
    whole = deadline(policy, calendar, start, [Pause(start=start, end=end)])
    parts = [Pause(start=middle, end=end), Pause(start=start, end=middle)]
    assert deadline(policy, calendar, start, parts) == whole


# Calendars.


def test_the_shipped_chinese_holidays_make_the_calendar_of_the_vectors() -> None:
    data = resources.files("wuye.kernel") / "data" / "calendar_cn.json"
    holidays = msgspec.json.decode(data.read_bytes(), type=Holidays)
    plain = WorkCalendar(timezone=OFFICE.timezone, weekly=OFFICE.weekly, known_through="2025-12-31")
    made = with_holidays(plain, holidays)
    assert made.known_through == OFFICE.known_through
    assert {day: o.segments for day, o in made.overrides.items()} == {
        day: o.segments for day, o in OFFICE.overrides.items()
    }
    weekend_work = [d for d, o in made.overrides.items() if o.segments and date.fromisoformat(d).weekday() >= 5]
    assert sorted(weekend_work) == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]
    languages = {"zh-Hant", "zh-Hans", "ru", "en"}
    assert all(set(override.label) == languages for override in made.overrides.values())


def test_a_calendars_own_overrides_outrank_the_holidays() -> None:
    shift = Override(segments=(("10:00", "14:00"),))
    own = WorkCalendar(
        timezone="Asia/Shanghai", weekly=OFFICE.weekly, known_through="2025-12-31", overrides={"2026-10-01": shift}
    )
    national = {"first": "2026-10-01", "last": "2026-10-02", "label": {}}
    holidays = msgspec.convert({"known_through": "2026-12-31", "work_label": {}, "holidays": [national]}, Holidays)
    assert with_holidays(own, holidays).overrides == {"2026-10-01": shift, "2026-10-02": Override()}


HOURS = [["08:30", "12:00"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekly": [HOURS] * 6},
        {"weekly": [[]] * 7},
        {"weekly": [[["12:00", "08:30"]]] + [HOURS] * 6},
        {"weekly": [[["08:30", "12:00"], ["11:00", "18:00"]]] + [HOURS] * 6},
        {"weekly": [[["8:30", "12:00"]]] + [HOURS] * 6},
        {"weekly": [[["08:30", "24:30"]]] + [HOURS] * 6},
        {"timezone": "Asia/Nowhere"},
        {"timezone": "Asia"},
        {"timezone": "../etc"},
        {"known_through": "2026-W01-1"},
        {"overrides": {"2026-02-30": {}}},
        {"overrides": {"2026-02-28": {"segments": [["12:00", "12:00"]]}}},
        {"holidays": []},
    ],
    ids=str,
)
def test_a_calendar_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    right = {"timezone": "Asia/Shanghai", "weekly": [HOURS] * 7, "known_through": "2026-12-31"}
    msgspec.convert(right, WorkCalendar)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**right, **wrong}, WorkCalendar)


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "wall", "minutes": -1},
        {"unit": "wall", "minutes": 10_000_000},
        {"unit": "wall", "days": 1},
        {"unit": "business", "inside": 5},
        {"unit": "someday"},
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Policy)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadline(Policy(unit="wall", minutes=1), OFFICE, datetime(2026, 9, 18, 10, 0))
