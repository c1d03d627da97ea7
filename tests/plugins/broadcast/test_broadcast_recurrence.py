"""When slots are on air, and whether two of a channel ever meet: against looking at every single minute and day."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye_broadcast.recurrence import DAY, Times, clash, days_of, first_day, normal_rule, on_air, times_of

MONDAY = date(2026, 11, 23)
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

WEEKDAYS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)
COUNTS = st.sampled_from(["", ";COUNT=3", ";COUNT=40"])
RULES = st.one_of(
    st.none(),
    st.builds("FREQ=DAILY;INTERVAL={}{}".format, st.integers(1, 9), COUNTS),
    st.builds(lambda days, count: f"FREQ=DAILY;BYDAY={','.join(days)}{count}", WEEKDAYS, COUNTS),
    st.builds("FREQ=WEEKLY;INTERVAL={}{}".format, st.integers(1, 5), COUNTS),
    st.builds(lambda n, days: f"FREQ=WEEKLY;INTERVAL={n};BYDAY={','.join(days)}", st.integers(1, 3), WEEKDAYS),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}{}".format, st.integers(1, 31), COUNTS),
    st.builds(lambda n, day: f"FREQ=MONTHLY;BYDAY={n}{day}", st.sampled_from([1, 2, 5, -1]), st.sampled_from(NAMES)),
)
TIMES = st.builds(
    lambda starts, minutes, rule, first, length, exceptions, days: Times(
        starts=starts,
        minutes=minutes,
        rule=rule and normal_rule(rule),
        first=MONDAY + timedelta(days=first),
        last=None if length is None else MONDAY + timedelta(days=first + length),
        exceptions=frozenset(MONDAY + timedelta(days=day) for day in exceptions),
        days=days,
    ),
    starts=st.integers(0, DAY - 1),
    minutes=st.integers(1, DAY),
    rule=RULES,
    first=st.integers(-400, 60),
    length=st.none() | st.integers(0, 200),
    exceptions=st.lists(st.integers(0, 30), max_size=5),
    days=st.sampled_from(["every", "every", "not_holidays", "holidays"]),
)


def falls(times: Times, last: date) -> list[date]:
    """Go through the days one by one, from the slot's first."""
    found: list[date] = []
    parts = dict(part.split("=") for part in (times.rule or "").split(";") if part)
    count, day = int(parts.get("COUNT", 10**6)), times.first
    while day <= last and len(found) < count:
        if _matches(parts, times.first, day):
            found.append(day)
        day += timedelta(days=1)
    end = times.last or last
    return [day for day in found if day <= end and day not in times.exceptions]


def _matches(parts: Mapping[str, str], first: date, day: date) -> bool:
    interval, weekday = int(parts.get("INTERVAL", 1)), NAMES[day.weekday()]
    match parts.get("FREQ"):
        case "DAILY":
            return (day - first).days % interval == 0 and ("BYDAY" not in parts or weekday in parts["BYDAY"])
        case "WEEKLY":
            week = timedelta(days=day.weekday()), timedelta(days=first.weekday())
            weeks = ((day - week[0]) - (first - week[1])).days // 7
            return weeks % interval == 0 and weekday in parts.get("BYDAY", NAMES[first.weekday()])
        case "MONTHLY" if "BYMONTHDAY" in parts:
            return day.day == int(parts["BYMONTHDAY"])
        case "MONTHLY":
            nth, name = int(parts["BYDAY"][:-2]), parts["BYDAY"][-2:]
            if nth < 0:
                return weekday == name and (day + timedelta(days=7)).month != day.month
            return weekday == name and (day.day - 1) // 7 + 1 == nth
    return day == first


@given(times=TIMES, start=st.integers(-30, 200), length=st.integers(0, 120))
def test_BRD_1_days_are_those_that_a_count_day_by_day_finds(times: Times, start: int, length: int) -> None:
    begin = MONDAY + timedelta(days=start)
    end = begin + timedelta(days=length)
    assert days_of(times, begin, end) == {day for day in falls(times, end) if day >= begin}


@given(one=TIMES, other=TIMES, today=st.integers(0, 20))
def test_BRD_1_two_slots_meet_exactly_where_their_minutes_do(one: Times, other: Times, today: int) -> None:
    now = MONDAY + timedelta(days=today)
    start = max(one.first, other.first, now) - timedelta(days=1)
    end = start + timedelta(weeks=53)

    def spans(times: Times) -> list[tuple[date, int, int]]:
        """Each broadcast as its day and its first and last minute, counted from the first day looked at."""
        begins = [(day, (day - start).days * DAY + times.starts) for day in falls(times, end) if day >= start]
        return [(day, begin, begin + times.minutes) for day, begin in begins]

    apart = {one.days, other.days} == {"holidays", "not_holidays"}
    theirs = spans(other)
    met = [
        day
        for day, begins, ends in spans(one)
        for other_day, starts, stops in theirs
        if begins < stops and starts < ends and not (apart and day == other_day)
    ]
    found = clash(one, other, now)
    assert found == min(met, default=None)
    assert (clash(other, one, now) is None) == (found is None)


@given(times=TIMES)
def test_BRD_1_the_first_day_is_the_first_that_the_rule_names(times: Times) -> None:
    bare = Times(starts=0, minutes=1, rule=times.rule, first=times.first, last=times.last)
    assert first_day(times) == min(falls(bare, times.first + timedelta(days=800)), default=None)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;UNTIL=20261231",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;COUNT=0",
        "",
    ],
)
def test_BRD_1_rules_that_may_never_come_up_or_tell_times_are_none(rule: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        normal_rule(rule)


def test_BRD_1_the_order_of_a_rule_s_parts_does_not_matter() -> None:
    assert normal_rule("byday=MO,WE;FREQ=WEEKLY;INTERVAL=1") == "FREQ=WEEKLY;BYDAY=MO,WE"


@pytest.mark.parametrize(
    ("days", "plain", "holiday", "silent"),
    [("every", True, True, False), ("not_holidays", True, False, False), ("holidays", False, True, False)],
)
def test_BRD_1_holidays_change_the_day_and_a_silent_day_is_silent(
    days: str, plain: bool, holiday: bool, silent: bool
) -> None:
    times = Times(starts=600, minutes=15, rule="FREQ=DAILY", first=MONDAY, last=None, days=days)
    special = {MONDAY + timedelta(days=1): False, MONDAY + timedelta(days=2): True}
    assert [on_air(times, MONDAY + timedelta(days=shift), special) for shift in range(3)] == [plain, holiday, silent]


def test_BRD_1_a_slot_is_read_in_local_time() -> None:
    times = times_of(
        {
            "starts": "23:30:00",
            "minutes": 60,
            "rrule": "FREQ=DAILY",
            "valid_from": "2026-11-23",
            "except_on": [{"day": "2026-11-24"}],
        }
    )
    morning = times_of({"starts": "00:15:00", "minutes": 10, "valid_from": "2026-11-25"})
    assert clash(times, morning, MONDAY) is None  # the night before is left out
    assert clash(times, times_of({"starts": "00:15:00", "minutes": 10, "valid_from": "2026-11-24"}), MONDAY) == MONDAY
