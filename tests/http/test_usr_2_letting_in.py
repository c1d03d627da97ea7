"""USR-2, tablet.md §1.5: who may let whom in, by start codes, one-time passwords and enrolments."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.company import ESTATE, MALL, PASSWORD, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

from wuye.http import login
from wuye.http.codes import ALPHABET, LENGTH, code_for, fold_code, make_code
from wuye.http.managing import check_may_manage
from wuye.http.opening import admit_device
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem

Play = Callable[[Story], None]
NEW = "wednesday-kettle-77"


def user(username: str) -> str:
    return name_of("user", username)


async def post(tablet: Tablet, path: str, **body: object) -> httpx.Response:
    return await tablet.http.post(f"/api/v1{path}", json=body, headers=tablet.headers)


async def start_code(desk: Desk, by: str, whom: str) -> str:
    answer = await post(await desk.at_work(by), f"/users/{user(whom)}/start-code")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


async def log_in_by_code(tablet: Tablet, username: str, code: str, **more: object) -> httpx.Response:
    return await tablet.log_in(username, "", code=code, **more)


def may(company: Company, actor: str, whom: str) -> bool:
    actors = {"admin": company.admin}
    directory = company.installation.directory()
    try:
        check_may_manage(directory, actors.get(actor, user(actor)), actors.get(whom, user(whom)), to_ms(company.now))
    except Problem as problem:
        return {"forbidden": False}[problem.code]
    return True


async def enrol(desk: Desk, by: str, *people: str, site: str = ESTATE, name: str = "T07") -> httpx.Response:
    body = {"site": site, "name": name, "people": [user(person) for person in people]}
    return await post(await desk.at_work(by), "/enrolments", **body)


# Who may for whom


def test_USR_2_a_supervisor_lets_in_who_works_at_his_site_alone_and_may_no_more_than_he(company: Company) -> None:
    company.hire("site.chief", "site_chief", ESTATE)
    company.hire("new.lead", "cs_supervisor", ESTATE)
    company.hire("works.everywhere", "technician", company.org)
    company.hire("nobody.yet", "technician", ESTATE)
    allowed = {
        whom
        for whom in ("li.na", "wang.fang", "chen.jun", "sun.li", "ma.hui", "site.chief", "new.lead", "works.everywhere")
        if may(company, "zhao.min", whom)
    }
    assert allowed == {"li.na", "wang.fang", "chen.jun", "new.lead"}
    assert not may(company, "zhao.min", "admin")
    assert not may(company, "zhao.min", "zhao.min")


def test_USR_2_who_works_at_another_site_too_is_out_of_reach(company: Company) -> None:
    assert may(company, "zhao.min", "chen.jun")
    company.write("grant", name_of("second"), {"user": user("chen.jun"), "role": "technician", "site": MALL})
    assert not may(company, "zhao.min", "chen.jun")


def test_USR_2_a_post_that_begins_tomorrow_counts_today(company: Company) -> None:
    """Else a supervisor could take over an account the day before it becomes a manager's."""
    starts = "2024-11-23T08:00:00.000Z"
    grant = {"user": user("chen.jun"), "role": "site_chief", "site": ESTATE, "starts": starts}
    company.write("grant", name_of("tomorrow"), grant)
    assert not may(company, "zhao.min", "chen.jun")


def test_USR_2_a_supervisor_of_one_zone_lets_nobody_in(company: Company) -> None:
    company.hire("zone.lead", "cs_supervisor", ESTATE, name_of("zone", "east"))
    assert not may(company, "zone.lead", "wang.fang")


def test_USR_2_who_has_no_right_to_it_lets_nobody_in(company: Company) -> None:
    for actor in ("li.na", "chen.jun", "sun.li"):
        assert not may(company, actor, "ma.hui")
        assert not may(company, actor, "wang.fang")


def test_USR_2_administrators_let_everybody_in_but_the_disabled(company: Company) -> None:
    for whom in ("li.na", "zhao.min", "sun.li", "ma.hui"):
        assert may(company, "admin", whom)
    company.write("user", user("li.na"), {"disabled": True}, kind="update")
    assert not may(company, "admin", "li.na")


def test_USR_2_a_head_office_post_lets_no_administrator_in(company: Company) -> None:
    company.hire("hq", "hq_cs", company.org)
    assert may(company, "hq", "zhao.min")
    assert not may(company, "hq", "admin")


@pytest.mark.parametrize("what", ["start-code", "password"])
def test_USR_2_the_routes_ask_the_same_question(play: Play, company: Company, what: str) -> None:
    async def story(desk: Desk) -> None:
        lead = await desk.at_work("zhao.min")
        check_problem(await post(lead, f"/users/{user('ma.hui')}/{what}"), 403, "forbidden", company)
        check_problem(await post(lead, f"/users/{name_of('stranger')}/{what}"), 404, "not_found", company)
        check_problem(await desk.http.post(f"/api/v1/users/{user('li.na')}/{what}"), 401, "unauthorized", company)

    play(story)


# Start codes


def test_USR_2_a_start_code_lets_in_once_however_it_is_typed(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        code = await start_code(desk, "zhao.min", "li.na")
        assert (await log_in_by_code(desk.tablet(), "li.na", f" {code[:4].lower()}-{code[4:]}")).status_code == 200
        check_problem(await log_in_by_code(desk.tablet(), "li.na", code), 401, "bad_credentials", company)
        assert (await desk.tablet().log_in("li.na")).status_code == 200  # the password still stands

    play(story)


def test_USR_2_a_start_code_is_over_after_a_day(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        code = await start_code(desk, "zhao.min", "li.na")
        desk.later(hours=24)
        check_problem(await log_in_by_code(desk.tablet(), "li.na", code), 401, "bad_credentials", company)

    play(story)


def test_USR_2_a_new_code_voids_the_one_before_and_is_his_alone(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        old = await start_code(desk, "zhao.min", "li.na")
        new = await start_code(desk, "zhao.min", "li.na")
        check_problem(await log_in_by_code(desk.tablet(), "li.na", old), 401, "bad_credentials", company)
        check_problem(await log_in_by_code(desk.tablet(), "chen.jun", new), 401, "bad_credentials", company)
        assert (await log_in_by_code(desk.tablet(), "li.na", new)).status_code == 200

    play(story)


def test_USR_2_guessing_codes_locks_like_guessing_passwords(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        code = await start_code(desk, "zhao.min", "li.na")
        for _ in range(5):
            check_problem(await log_in_by_code(desk.tablet(), "li.na", make_code()), 401, "bad_credentials", company)
        check_problem(await log_in_by_code(desk.tablet(), "li.na", code), 423, "locked", company)
        # The supervisor who gives a new one lifts the lock.
        again = await start_code(desk, "zhao.min", "li.na")
        assert (await log_in_by_code(desk.tablet(), "li.na", again)).status_code == 200

    play(story)


def test_USR_2_a_name_that_nobody_has_answers_a_code_like_a_wrong_one(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        for _ in range(5):
            check_problem(await log_in_by_code(desk.tablet(), "nobody", make_code()), 401, "bad_credentials", company)
        check_problem(await log_in_by_code(desk.tablet(), "nobody", make_code()), 423, "locked", company)

    play(story)


def test_USR_2_who_never_had_a_password_begins_by_a_code(play: Play, company: Company) -> None:
    company.write("user", user("new.man"), {"username": "new.man", "name": "新人"})
    company.write("grant", name_of("g"), {"user": user("new.man"), "role": "technician", "site": ESTATE})

    async def story(desk: Desk) -> None:
        check_problem(await desk.tablet().log_in("new.man", ""), 400, "invalid_request", company)
        code = await start_code(desk, "zhao.min", "new.man")
        check_problem(await desk.tablet().log_in("new.man", code), 401, "bad_credentials", company)
        answer = await log_in_by_code(desk.tablet(), "new.man", code, new_password=NEW)
        assert answer.status_code == 200, answer.text
        assert (await desk.tablet().log_in("new.man", NEW)).status_code == 200

    play(story)


def test_USR_2_password_and_code_together_are_one_too_many(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.tablet().log_in("li.na", PASSWORD, code="ABCDEFGH")
        check_problem(answer, 400, "invalid_request", company)

    play(story)


def test_USR_2_no_code_lies_readable_in_the_store(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        code = await start_code(desk, "zhao.min", "li.na")
        password = (await post(await desk.at_work("zhao.min"), f"/users/{user('li.na')}/password")).json()["password"]
        ticket = (await enrol(desk, "zhao.min", "li.na")).json()
        await desk.http.post("/api/v1/session", json={})  # whatever was being written is written
        stored = b"".join(file.read_bytes() for file in company.folder.glob("wuye.sqlite*"))
        for secret in (code, password, ticket["ticket"], ticket["people"][0]["code"]):
            assert secret.encode() not in stored

    play(story)


# One-time passwords


def test_USR_2_a_password_given_by_another_must_be_changed_at_the_first_log_in(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        early = await desk.at_work("li.na")
        given_ = (await post(await desk.at_work("zhao.min"), f"/users/{user('li.na')}/password")).json()["password"]
        assert (await early.sync()).status_code == 200  # unsent work can still leave
        check_problem(await desk.tablet().log_in("li.na"), 401, "bad_credentials", company)
        check_problem(await desk.tablet().log_in("li.na", given_), 403, "password_expired", company)
        assert (await desk.tablet().log_in("li.na", given_, new_password=NEW)).status_code == 200
        check_problem(await early.sync(), 401, "unauthorized", company)
        assert (await desk.tablet().log_in("li.na", NEW)).status_code == 200

    play(story)


def test_USR_2_it_is_good_for_a_week(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        given_ = (await post(await desk.at_work("zhao.min"), f"/users/{user('li.na')}/password")).json()["password"]
        desk.later(days=7)
        answer = await desk.tablet().log_in("li.na", given_, new_password=NEW)
        check_problem(answer, 401, "bad_credentials", company)

    play(story)


@pytest.mark.parametrize("new_password", [None, NEW])
def test_USR_2_a_reset_ends_the_old_password_also_for_a_log_in_under_way(
    play: Play, company: Company, monkeypatch: pytest.MonkeyPatch, new_password: str | None
) -> None:
    """Reset just when a thief is at work: whoever was let in before must not bring his password back."""

    async def story(desk: Desk) -> None:
        given_: list[str] = []

        async def meanwhile(*arguments: Any, **more: Any) -> None:
            monkeypatch.undo()
            answer = await post(await desk.at_work("zhao.min"), f"/users/{user('li.na')}/password")
            given_.append(answer.json()["password"])
            await admit_device(*arguments, **more)

        monkeypatch.setattr(login, "admit_device", meanwhile)
        late = await desk.tablet().log_in("li.na", new_password=new_password)
        check_problem(late, 401, "bad_credentials", company)
        check_problem(await desk.tablet().log_in("li.na"), 401, "bad_credentials", company)
        assert (await desk.tablet().log_in("li.na", given_[0], new_password="friday-teapot-2024")).status_code == 200

    play(story)


# The audit trail


@pytest.mark.parametrize(("what", "screen"), [("start-code", "start_code"), ("password", "password")])
def test_USR_2_the_organisations_log_tells_who_let_whom_in(
    play: Play, company: Company, what: str, screen: str
) -> None:
    async def story(desk: Desk) -> None:
        lead = await desk.at_work("zhao.min")
        secret = next(iter((await post(lead, f"/users/{user('li.na')}/{what}")).json().values()))
        auditor = await desk.at_work("sun.li")
        trail = (await auditor.get("/ledger", site=company.org, entity="access", newest="true")).json()["entries"]
        assert trail[0]["user"] == user("zhao.min")
        said = trail[0]["op"]["set"]
        assert (said["subject_entity"], said["subject"], said["screen"]) == ("user", user("li.na"), screen)
        assert secret not in str(trail)

    play(story)


# Codes themselves


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_a_tickets_codes_follow_from_it_and_can_be_typed(ticket: str, user_: str) -> None:
    code = code_for(ticket, user_)
    assert code == code_for(ticket, user_) == fold_code(code.lower())
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01ILOU")
