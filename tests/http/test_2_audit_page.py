"""Protocol §2 ``GET /ledger`` as an audit page reads it: from the newest back, by time, user and entity."""

from collections.abc import Callable

import pytest
from tests.http.company import ESTATE, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_ledger_history_records import entries
from tests.http.test_2_transport import check_problem

Play = Callable[[Story], None]


async def day(desk: Desk, hours: int = 6) -> tuple[Tablet, list[str]]:
    """Let two people write a ticket an hour each; return the supervisor's tablet and the records in order."""
    people = [await desk.at_work("li.na"), await desk.at_work("chen.jun")]
    records = []
    for hour in range(hours):
        tablet, record = people[hour % 2], name_of("hour", str(hour))
        assert (await tablet.sync(tablet.op("create", "ticket", record, set={"title": "t"}))).status_code == 200
        records.append(record)
        desk.later(hours=1)
    return await desk.at_work("zhao.min"), records


def test_2_the_newest_comes_first_page_by_page(play: Play) -> None:
    async def story(desk: Desk) -> None:
        lead, records = await day(desk)
        seen: list[object] = []
        page = {"site": ESTATE, "newest": "true", "entity": "ticket", "limit": "2"}
        since = ""
        while True:
            said = (await lead.get("/ledger", **page, **({"since": since} if since else {}))).json()
            seen += [entry["record"] for entry in said["entries"]]
            if said["next"] is None:
                break
            since = str(said["next"])
        assert seen == records[::-1]

    play(story)


@pytest.mark.parametrize("newest", ["true", "false"])
@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        ("10:00", "12:00", [2, 3]),
        ("10:00:00.001", "12:00", [3]),
        ("10:30", None, [3, 4, 5]),
        (None, "10:00", [0, 1]),
        ("20:00", None, []),
        (None, "07:00", []),
        ("12:00", "10:00", []),
    ],
)
def test_2_a_span_of_time_is_asked_for(
    play: Play, newest: str, begins: str | None, ends: str | None, hours: list[int]
) -> None:
    async def story(desk: Desk) -> None:
        lead, records = await day(desk)
        span = {name: f"2024-11-22T{at}Z" for name, at in (("from", begins), ("until", ends)) if at}
        found = [entry["record"] for entry in await entries(lead, entity="ticket", newest=newest, **span)]
        assert found == [records[hour] for hour in hours][:: -1 if newest == "true" else 1]

    play(story)


def test_2_filters_go_together(play: Play) -> None:
    async def story(desk: Desk) -> None:
        lead, records = await day(desk)
        who = {"user": name_of("user", "chen.jun"), "entity": "ticket", "from": "2024-11-22T10:00:00Z"}
        assert [entry["record"] for entry in await entries(lead, newest="true", **who)] == [records[5], records[3]]
        [one] = await entries(lead, f"/history/ticket/{records[2]}", newest="true", until="2024-11-22T11:00:00Z")
        assert one["record"] == records[2]

    play(story)


def test_2_a_moment_without_its_zone_is_refused(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        lead = await desk.at_work("zhao.min")
        for name in ("from", "until"):
            answer = await lead.get("/ledger", site=ESTATE, **{name: "2024-11-22T10:00:00"})
            assert check_problem(answer, 400, "invalid_request", company)["fields"] == [name]

    play(story)
