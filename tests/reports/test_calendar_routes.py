"""Calendars to subscribe to: a stateless key that a new password ends, and a feed that calendar programs read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
from tests.http.company import ESTATE, MALL, PASSWORD, Company, Desk, Story, Tablet, name_of

Play = Callable[[Story], None]
SHANGHAI = ZoneInfo("Asia/Shanghai")


async def subscription(tablet: Tablet) -> str:
    """Return the address of the only calendar at the estate."""
    [found] = (await tablet.get(f"/calendars/{ESTATE}", lang="en")).json()["calendars"]
    assert found["id"] == "lab.week"
    return str(found["url"])


async def asked(desk: Desk, url: str, **changed: str) -> httpx.Response:
    """Ask like a calendar program, with parts of the address changed."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return await desk.http.get(changed.pop("path", parts.path), params={**query, **changed})


def test_the_feed_holds_what_the_query_says(play: Play) -> None:
    async def story(desk: Desk) -> None:
        answer = await asked(desk, await subscription(await desk.at_work("desk")))
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        feed = icalendar.Calendar.from_ical(answer.content)
        [event] = feed.walk("VEVENT")
        assert event.decoded("dtstart") == datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
        assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=30)
        assert event["rrule"] == {"FREQ": ["WEEKLY"], "BYDAY": ["MO"]}
        assert [moment.dt for moment in event["exdate"].dts] == [datetime(2026, 11, 30, 9, tzinfo=SHANGHAI)]
        assert (str(event["summary"]), str(event["location"])) == ("晨間廣播", "廣播室")
        assert [str(zone["tzid"]) for zone in feed.walk("VTIMEZONE")] == ["Asia/Shanghai"]
        assert [line for line in answer.content.splitlines() if len(line) > 75] == []

    play(story)


def test_events_keep_their_uid(play: Play) -> None:
    async def story(desk: Desk) -> None:
        url = await subscription(await desk.at_work("desk"))
        uids = []
        for _ in range(2):
            feed = icalendar.Calendar.from_ical((await asked(desk, url)).content)
            uids += [str(event["uid"]) for event in feed.walk("VEVENT")]
            desk.later(days=1)
        assert uids[0] == uids[1]
        assert name_of("sample") in uids[0]

    play(story)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "0" * 64},
        {"key": ""},
        {"key": "é"},
        {"user": name_of("user", "zhao.min")},
        {"user": name_of("nobody")},
        {"user": ""},
        {"path": f"/api/v1/calendars/{MALL}/lab.week.ics"},
        {"path": f"/api/v1/calendars/{ESTATE}/lab.other.ics"},
    ],
)
def test_5_a_key_opens_one_calendar_of_one_site_for_one_person(play: Play, changed: dict[str, str]) -> None:
    async def story(desk: Desk) -> None:
        url = await subscription(await desk.at_work("desk"))
        answer = await asked(desk, url, **changed)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")

    play(story)


def test_5_a_new_password_ends_all_subscriptions(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("desk")
        url = await subscription(tablet)
        desk.later(minutes=1)
        await tablet.log_in("desk", PASSWORD, new_password="another lantern 43")
        assert (await asked(desk, url)).status_code == 401
        assert (await asked(desk, await subscription(tablet))).status_code == 200

    play(story)


def test_5_who_has_no_right_any_more_reads_no_more(play: Play, served: Company) -> None:
    async def story(desk: Desk) -> None:
        url = await subscription(await desk.at_work("desk"))
        admin = await desk.at_work("admin")
        user = name_of("user", "desk")
        await admin.sync(admin.op("update", "user", user, site=served.org, set={"disabled": True}))
        assert (await asked(desk, url)).status_code == 404

    play(story)


def test_5_calendars_are_for_those_who_read_all_that_they_read(play: Play) -> None:
    async def story(desk: Desk) -> None:
        chen = await desk.at_work("chen.jun")
        assert (await chen.get(f"/calendars/{ESTATE}")).json()["calendars"] == []
        assert (await chen.get(f"/calendars/{MALL}")).status_code == 404
        assert (await desk.tablet().get(f"/calendars/{ESTATE}")).status_code == 401

    play(story)


def test_who_guesses_waits_and_locks_nobody_out(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("desk")
        url = await subscription(tablet)
        for _ in range(20):
            assert (await asked(desk, url, key="0")).status_code == 401
        answer = await asked(desk, url)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        assert (await tablet.log_in("desk")).status_code == 200
        desk.later(minutes=2)
        assert (await asked(desk, url)).status_code == 200

    play(story)
