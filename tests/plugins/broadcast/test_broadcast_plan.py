"""The plan on the shipped client (BRD-1): planned offline, overlaps refused, laid out, printed, subscribed to."""

from datetime import date, datetime, timedelta

import icalendar
import pytest
from dateutil.rrule import rrulestr
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import DAY, PROGRAMME, SHEET, SLOT, Studio, refused, see, slot

from wuye_broadcast.recurrence import days_of, on_air, times_of
from wuye_client import InvalidEntry


def test_BRD_1_two_replicas_that_plan_the_same_time_offline_end_in_one_plan_and_one_refusal(
    studio: Studio, lead: Tablet, head: Tablet
) -> None:
    mine = slot(lead, studio.hall, studio.music, "10:00")
    theirs = slot(head, studio.hall, studio.news, "10:20", rrule="FREQ=WEEKLY;BYDAY=WE")
    elsewhere = slot(head, studio.square, studio.news, "10:20", rrule="FREQ=WEEKLY;BYDAY=WE")
    lead.deliver()
    result = refused(head)
    assert (result.code, result.message) == ("rule", "message.broadcast.overlap")
    assert studio.all(SLOT).keys() == {mine, elsewhere}
    # What was refused is not lost: it is moved and kept.
    again = slot(head, studio.hall, studio.news, "10:30", rrule="FREQ=WEEKLY;BYDAY=WE")
    head.deliver()
    assert theirs not in studio.all(SLOT)
    assert again in studio.all(SLOT)


def test_BRD_1_a_slot_moved_into_another_is_refused_and_stays_where_it_was(studio: Studio, lead: Tablet) -> None:
    slot(lead, studio.hall, studio.music, "10:00")
    late = slot(lead, studio.hall, studio.news, "10:30")
    lead.deliver()
    lead.update(MALL, SLOT, late, {"starts": "10:29"})
    assert refused(lead).message == "message.broadcast.overlap"
    assert studio.all(SLOT)[late]["starts"] == "10:30:00"
    lead.update(MALL, SLOT, late, {"note": "新主持人"})  # what does not concern the time is not judged by it
    lead.deliver()


def test_BRD_1_a_withdrawn_slot_is_in_nobody_s_way_until_it_comes_back(studio: Studio, lead: Tablet) -> None:
    old = slot(lead, studio.hall, studio.music, "10:00")
    lead.act(MALL, SLOT, old, "withdraw", args={"reason": "改版"})
    slot(lead, studio.hall, studio.news, "10:15")
    lead.deliver()
    lead.act(MALL, SLOT, old, "restore")
    assert refused(lead).message == "message.broadcast.overlap"


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ({"days": "holidays"}, False),
        ({"starts": "23:50", "minutes": 15, "rrule": "FREQ=WEEKLY;BYDAY=SU"}, True),
        ({"starts": "23:50", "minutes": 31, "rrule": "FREQ=WEEKLY;BYDAY=SU"}, False),
        ({"except_on": [{"day": "2026-11-30"}], "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2"}, False),
        ({"except_on": [{"day": "2026-11-23"}], "rrule": None}, True),
        ({"starts": "00:20", "minutes": 9}, False),
        ({"starts": "00:35"}, True),
    ],
)
def test_BRD_1_overlaps_are_seen_over_midnight_repetitions_exceptions_and_holidays(
    studio: Studio, lead: Tablet, other: dict[str, object], apart: bool
) -> None:
    slot(lead, studio.hall, studio.music, "00:05", days="not_holidays")
    lead.deliver()
    wanted = {"starts": "00:10", "minutes": 25, **other}
    slot(lead, studio.hall, studio.news, str(wanted.pop("starts")), **wanted)
    attention = lead.sync().attention
    if other.get("days") == "holidays":  # for holidays alone, beside one that leaves them out
        apart = True
    assert [result.message for result in attention] == ([] if apart else ["message.broadcast.overlap"])


def test_BRD_1_two_slots_of_one_group_may_not_meet_either(studio: Studio, lead: Tablet) -> None:
    with lead.group():
        slot(lead, studio.hall, studio.music, "10:00")
        slot(lead, studio.hall, studio.news, "10:15")
    assert {result.status for result in lead.sync().attention} == {"rejected"}
    assert studio.all(SLOT) == {}


def test_BRD_1_a_rule_that_names_an_end_is_told_on_the_spot_and_one_that_never_comes_at_sync(
    studio: Studio, lead: Tablet
) -> None:
    with pytest.raises(InvalidEntry) as told:
        slot(lead, studio.hall, studio.music, "10:00", rrule="FREQ=DAILY;UNTIL=20261231")
    assert told.value.messages("en")["rrule"].startswith("The rule names days alone")
    slot(lead, studio.hall, studio.music, "10:00", rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert refused(lead).message == "message.broadcast.rule_unknown"


def test_BRD_1_announcers_read_the_plan_and_only_the_manager_lets_a_programme_on_air(
    studio: Studio, lead: Tablet, head: Tablet, olga: Tablet
) -> None:
    with pytest.raises(InvalidEntry):
        slot(olga, studio.hall, studio.music, "10:00")
    with pytest.raises(InvalidEntry):
        lead.act(MALL, PROGRAMME, studio.draft, "approve")
    head.act(MALL, PROGRAMME, studio.draft, "approve")
    head.deliver()
    assert studio.all(PROGRAMME)[studio.draft]["approver"] == studio.company.user("head")


def test_BRD_1_the_days_ahead_are_laid_out_as_the_plan_says_and_follow_it(studio: Studio, lead: Tablet) -> None:
    lead.create(MALL, DAY, {"on": "2026-11-25", "name": "公祭日", "silent": True})
    lead.create(MALL, DAY, {"on": "2026-11-27", "name": "店慶"})
    daily = slot(lead, studio.hall, studio.music, "10:00")
    slot(lead, studio.hall, studio.news, "12:00", days="not_holidays")
    slot(lead, studio.square, studio.draft, "12:00")  # nobody has approved the programme
    lead.deliver()
    studio.company.run_jobs()
    days = [f"2026-11-{day}" for day in (23, 24, 26, 27, 28, 29)]
    assert [play["day"] for play in studio.plays() if play["slot"] == daily] == days
    assert [play["day"] for play in studio.plays() if play["slot"] != daily] == [d for d in days if d[-2:] != "27"]
    assert studio.plays()[0]["planned_at"] == "2026-11-23T02:00:00.000Z"
    studio.company.run_jobs()
    assert len(studio.plays()) == 11  # asked for again, made once

    lead.sync()
    lead.update(MALL, SLOT, daily, {"starts": "11:00", "valid_to": "2026-11-26"})
    lead.deliver()
    studio.company.run_jobs()
    assert [play["day"] for play in studio.plays("withdrawn")] == days
    assert [(play["day"], play["starts"]) for play in studio.plays("planned") if play["slot"] == daily] == [
        (day, "11:00:00") for day in days[:3]
    ]
    lead.sync()
    lead.update(MALL, SLOT, daily, {"starts": "10:00", "valid_to": None})
    lead.deliver()
    studio.company.run_jobs()
    assert [play["day"] for play in studio.plays("planned") if play["slot"] == daily] == days


def test_BRD_1_the_week_is_drawn_up_approved_and_printed(studio: Studio, lead: Tablet, head: Tablet) -> None:
    slot(lead, studio.hall, studio.music, "08:00", minutes=60)
    slot(lead, studio.hall, studio.news, "12:00", rrule="FREQ=WEEKLY;BYDAY=MO,SA")
    with pytest.raises(InvalidEntry) as told:
        lead.create(MALL, SHEET, {"starts_on": "2026-11-24"})
    assert told.value.messages("zh-Hans") == {"starts_on": "起始日须为星期一。"}
    sheet = lead.create(MALL, SHEET, {"starts_on": "2026-11-23", "channel": studio.hall})
    lead.act(MALL, SHEET, sheet, "draw_up")
    lead.deliver()
    studio.company.run_jobs()
    head.sync()
    shown = see(head, SHEET, sheet)
    assert shown["status"] == "drawn_up"
    head.act(MALL, SHEET, sheet, "approve")
    head.deliver()
    page = studio.company.print("broadcast.plan", MALL, sheet, "head", "ru")
    for words in (
        "План вещания",
        "08:00–09:00",
        "晨曲 · Утро",
        "商訊 · Новости",
        "Суббота",
        "Ответственный руководитель",
    ):
        assert words in page, words
    table = studio.company.report(MALL, "broadcast.week", "lead", starts_on="2026-11-23")
    assert [[bool(cell) for cell in row[2:]] for row in table.rows] == [
        [True] * 7,
        [True, False, False, False, False, True, False],
    ]
    lead.sync()
    lead.update(MALL, SHEET, sheet, {"starts_on": "2026-11-30"})  # another week: nobody has approved that
    lead.deliver()
    assert {"status": "draft", "table": None, "approver": None}.items() <= {
        name: studio.all(SHEET)[sheet].get(name) for name in ("status", "table", "approver")
    }.items()


def test_BRD_1_the_plan_can_be_subscribed_to(studio: Studio, lead: Tablet) -> None:
    lead.create(MALL, DAY, {"on": "2026-11-25", "name": "店慶"})
    weekly = slot(
        lead, studio.hall, studio.music, "23:30", minutes=60, days="not_holidays",
        rrule="FREQ=WEEKLY;BYDAY=WE,FR", valid_to="2026-12-31", except_on=[{"day": "2026-12-04"}],
    )  # fmt: skip
    festive = slot(lead, studio.hall, studio.news, "23:30", days="holidays")
    slot(lead, studio.square, studio.draft, "12:00")
    lead.deliver()
    events = {event.id: event for event in studio.company.calendar(MALL, "broadcast.plan", "olga")}
    assert events.keys() == {weekly, f"{festive}:2026-11-25"}
    event = events[weekly]
    assert (event.title, event.place) == ("晨曲 · Утро", "大廳 · Зал")
    assert (event.start, event.end - event.start) == (datetime(2026, 11, 25, 23, 30), timedelta(hours=1))
    assert event.rrule == "FREQ=WEEKLY;BYDAY=WE,FR;UNTIL=20261231T155959Z"
    assert event.except_on == (datetime(2026, 11, 25, 23, 30), datetime(2026, 12, 4, 23, 30))


def test_BRD_1_a_calendar_program_finds_the_days_that_the_plan_means(studio: Studio, lead: Tablet) -> None:
    special = {date(2026, 11, 25): False, date(2026, 12, 1): True}
    for day, silent in special.items():
        lead.create(MALL, DAY, {"on": day.isoformat(), "name": "日", "silent": silent})
    plans: tuple[dict[str, object], ...] = (
        {"rrule": "FREQ=DAILY;INTERVAL=3", "valid_to": "2026-12-10"},
        {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,TU", "days": "not_holidays"},
        {"rrule": "FREQ=MONTHLY;BYDAY=-1MO"},
        {"rrule": "FREQ=DAILY;COUNT=20", "except_on": [{"day": "2026-11-24"}]},
        {"rrule": None},
        {"days": "holidays"},
    )
    slots = [slot(lead, studio.hall, studio.music, f"{7 + hour:02d}:00", **plan) for hour, plan in enumerate(plans)]
    lead.deliver()
    ical = icalendar.Calendar.from_ical(studio.company.feed(MALL, "broadcast.plan", "olga"))
    end, shown = date(2027, 3, 1), {record: set[date]() for record in slots}
    for event in ical.walk("VEVENT"):
        record, start = str(event["uid"]).partition(".")[0].partition(":")[0], event["dtstart"].dt
        if "rrule" in event:
            rule = rrulestr(event["rrule"].to_ical().decode(), dtstart=start)
            starts = rule.between(start, start.replace(year=2027, month=3, day=1, hour=23), inc=True)
        else:
            starts = [start]
        dropped = event.get("exdate", [])
        left_out = {one.dt for dates in (dropped if isinstance(dropped, list) else [dropped]) for one in dates.dts}
        shown[record] |= {moment.date() for moment in starts if moment not in left_out}
    for record, days in shown.items():
        times = times_of(studio.all(SLOT)[record])
        assert days == {day for day in days_of(times, times.first, end) if on_air(times, day, special)}, times
        assert days


def test_BRD_1_a_retired_programme_leaves_the_plan(studio: Studio, lead: Tablet) -> None:
    slot(lead, studio.hall, studio.music, "10:00")
    lead.act(MALL, PROGRAMME, studio.music, "retire")
    slot(lead, studio.hall, studio.news, "10:15")
    lead.deliver()
    assert sorted(str(slot["status"]) for slot in studio.all(SLOT).values()) == ["planned", "withdrawn"]
