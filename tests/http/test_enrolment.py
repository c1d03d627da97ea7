"""tablet.md §1.5: a shared tablet is prepared in the office; the first log-in of the day then works in the basement."""

from collections.abc import Callable

import httpx
import pytest
from tests.http.company import ESTATE, MALL, Company, Desk, Story, name_of
from tests.http.test_2_transport import check_problem
from tests.http.test_usr_2_letting_in import enrol, user

from wuye.sync.rows import Need

Play = Callable[[Story], None]


async def redeem(desk: Desk, ticket: str, device: str = name_of("device", "t07")) -> httpx.Response:
    told = {"id": device, "name": "", "platform": "iPadOS 16.4", "app": "1.0"}
    return await desk.http.post("/api/v1/enrolments/redeem", json={"ticket": ticket, "device": told})


def test_a_device_is_enrolled_for_the_people_of_a_shift(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        ticket = (await enrol(desk, "zhao.min", "li.na", "chen.jun")).json()
        assert ticket["url"] == f"http://wuye/enrol#{ticket['ticket']}"
        assert ticket["expires"] == "2024-11-22T08:30:00.000Z"
        said = (await redeem(desk, ticket["ticket"])).json()
        assert said["device"]["name"] == "T07"
        # The codes that the supervisor reads out are those by which the tablet wraps the tokens.
        assert [p["code"] for p in said["people"]] == [p["code"] for p in ticket["people"]]
        assert [p["user"]["id"] for p in said["people"]] == [user("li.na"), user("chen.jun")]
        for person in said["people"]:
            tablet = desk.tablet()
            tablet.token, tablet.replica = person["token"], person["replica"]
            assert (await tablet.sync()).status_code == 200
            tablet.token = person["push_token"]
            [result] = (
                await tablet.sync(tablet.op("create", "ticket", name_of(person["replica"]), set={"title": "t"}))
            ).json()["results"]
            assert result["status"] == "applied"

    play(story)


def test_the_replica_is_the_one_that_a_log_in_on_the_device_gets_later(play: Play) -> None:
    async def story(desk: Desk) -> None:
        ticket = (await enrol(desk, "zhao.min", "li.na")).json()["ticket"]
        [person] = (await redeem(desk, ticket)).json()["people"]
        tablet = desk.tablet()
        tablet.device = name_of("device", "t07")
        await tablet.log_in("li.na")
        assert tablet.replica == person["replica"]

    play(story)


def test_a_ticket_is_good_once_and_for_half_an_hour(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        first = (await enrol(desk, "zhao.min", "li.na")).json()["ticket"]
        second = (await enrol(desk, "zhao.min", "li.na")).json()["ticket"]
        assert (await redeem(desk, first)).status_code == 200
        check_problem(await redeem(desk, first), 410, "bad_ticket", company)
        desk.later(minutes=30)
        check_problem(await redeem(desk, second), 410, "bad_ticket", company)

    play(story)


def test_guessing_tickets_makes_an_address_wait(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        for number in range(20):
            check_problem(await redeem(desk, f"guess-{number}"), 410, "bad_ticket", company)
        check_problem(await redeem(desk, "guess"), 429, "too_many_attempts", company)

    play(story)


@pytest.mark.parametrize(
    ("by", "people", "site", "status", "code"),
    [
        ("li.na", ["chen.jun"], ESTATE, 403, "forbidden"),
        ("zhao.min", ["chen.jun", "ma.hui"], ESTATE, 403, "forbidden"),
        ("zhao.min", ["chen.jun"], MALL, 404, "not_found"),
        ("zhao.min", ["stranger"], ESTATE, 404, "not_found"),
        ("zhao.min", [], ESTATE, 400, "invalid_request"),
        ("zhao.min", [f"p{n}" for n in range(31)], ESTATE, 400, "invalid_request"),
    ],
)
def test_who_may_not_let_one_of_them_in_enrols_none(
    play: Play, company: Company, by: str, people: list[str], site: str, status: int, code: str
) -> None:
    async def story(desk: Desk) -> None:
        check_problem(await enrol(desk, by, *people, site=site), status, code, company)

    play(story)


def test_rights_that_ended_since_void_the_ticket(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        ticket = (await enrol(desk, "zhao.min", "li.na")).json()["ticket"]
        admin = await desk.at_work("admin")
        disable = admin.op("update", "user", user("zhao.min"), site=company.org, set={"disabled": True})
        assert (await admin.sync(disable)).json()["results"][0]["status"] == "applied"
        check_problem(await redeem(desk, ticket), 410, "bad_ticket", company)

    play(story)


def test_a_revoked_device_is_not_enrolled_again(play: Play, company: Company) -> None:
    device = name_of("device", "t07")
    company.write("device", device, {"name": "T07", "revoked": True})

    async def story(desk: Desk) -> None:
        ticket = (await enrol(desk, "zhao.min", "li.na")).json()["ticket"]
        check_problem(await redeem(desk, ticket), 403, "device_revoked", company)

    play(story)


def test_the_devices_history_tells_who_enrolled_whom(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        ticket = (await enrol(desk, "zhao.min", "li.na", "chen.jun")).json()["ticket"]
        await redeem(desk, ticket)
        auditor = await desk.at_work("sun.li")
        [entry] = (await auditor.get(f"/history/device/{name_of('device', 't07')}", site=company.org)).json()["entries"]
        assert entry["user"] == user("zhao.min")
        said = entry["op"]["set"]
        assert (said["name"], said["site"], set(said["people"])) == ("T07", ESTATE, {user("li.na"), user("chen.jun")})

    play(story)


@pytest.mark.parametrize(
    ("owner", "held_by", "status"),
    [
        ("admin", "zhao.min", 410),
        ("ma.hui", "zhao.min", 410),
        ("chen.jun", "zhao.min", 200),
        ("zhao.min", "zhao.min", 200),
    ],
)
def test_a_ticket_takes_no_device_from_whom_its_maker_may_not_enrol(
    play: Play, company: Company, owner: str, held_by: str, status: int
) -> None:
    async def story(desk: Desk) -> None:
        theirs = await desk.at_work(owner)
        ticket = (await enrol(desk, held_by, "li.na")).json()["ticket"]
        answer = await redeem(desk, ticket, theirs.device)
        if status == 200:
            assert answer.status_code == 200, answer.text
            return
        check_problem(answer, 410, "bad_ticket", company)
        ref = ("device", theirs.device)
        known = company.installation.store.blocking.read(
            lambda s: s.load(company.org, Need(records={ref})).records[ref]
        )
        assert (known.values["name"], known.values.get("people")) == ("tablet", None)
        # The ticket is still good for the tablet that it was made for.
        assert (await redeem(desk, ticket)).status_code == 200

    play(story)


def test_a_tablet_of_the_site_passes_from_one_shift_to_the_next(play: Play) -> None:
    async def story(desk: Desk) -> None:
        for people in (["li.na", "chen.jun"], ["wang.fang"]):
            ticket = (await enrol(desk, "zhao.min", *people)).json()["ticket"]
            assert (await redeem(desk, ticket)).status_code == 200

    play(story)
