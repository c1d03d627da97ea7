"""Protocol §5: the push token of a session sends work and reads nothing."""

import secrets
from collections.abc import Callable

import pytest
from tests.http.company import ESTATE, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

from wuye.kernel.clock import to_ms
from wuye.kernel.ids import uuid7
from wuye.sync.rows import Need

Play = Callable[[Story], None]


def pushing(tablet: Tablet, push_token: str) -> Tablet:
    """Return the same replica with nothing but its push token."""
    other = Tablet(tablet.http, tablet.company)
    other.token, other.replica, other.user, other.device = push_token, tablet.replica, tablet.user, tablet.device
    other.n = tablet.n
    return other


async def two(desk: Desk, username: str = "li.na") -> tuple[Tablet, Tablet]:
    """Return a tablet, and itself as it speaks with its push token."""
    tablet = desk.tablet()
    said = (await tablet.log_in(username)).json()
    return tablet, pushing(tablet, said["push_token"])


def ticket(tablet: Tablet, name: str) -> dict[str, object]:
    return tablet.op("create", "ticket", name_of(name), set={"title": name})


def test_5_it_pushes_as_the_living_user_and_hears_of_its_ops_alone(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet, push = await two(desk)
        answer = await push.sync(ticket(push, "t"))
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said.keys() == {"acked", "results"}
        assert said["acked"] == {ESTATE: 1}
        [result] = said["results"]
        assert result["status"] == "applied"
        stored = company.installation.store.blocking.read(
            lambda s: s.load(ESTATE, Need(records={("ticket", name_of("t"))})).records
        )
        assert stored["ticket", name_of("t")].values["title"] == "t"
        # Its own token goes on in the same log.
        assert (await tablet.sync(ticket(tablet, "t2"))).json()["acked"] == {ESTATE: 2}

    play(story)


def test_5_with_a_cursor_too_it_is_told_no_record(play: Play) -> None:
    """The cursor tells which rights the replica knew of, so that work after their end is judged rightly."""

    async def story(desk: Desk) -> None:
        tablet, push = await two(desk)
        await tablet.read_all()
        push.cursor = tablet.cursor
        said = (await push.sync(ticket(push, "t"), have={f"{ESTATE}/tickets": [0, 0]})).json()
        assert said.keys() == {"acked", "results"}

    play(story)


def test_5_work_of_a_right_that_ended_offline_counts_when_the_cursor_proves_it(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet, push = await two(desk)
        await tablet.read_all()
        desk.later(hours=1)
        ends = company.now.isoformat().replace("+00:00", "Z")
        company.write("grant", name_of("grant", "li.na"), {"ends": ends}, kind="update")
        [unproven] = (await push.sync(ticket(push, "late"))).json()["results"]
        push.cursor = tablet.cursor
        [proven] = (await push.sync(ticket(push, "later"))).json()["results"]
        assert (unproven["status"], proven["status"]) == ("rejected", "applied")

    play(story)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/manifest"),
        ("GET", "/live"),
        ("GET", "/devices"),
        ("DELETE", "/session"),
        ("GET", f"/ledger?site={ESTATE}"),
        ("GET", f"/history/ticket/{name_of('t')}?site={ESTATE}"),
        ("GET", f"/sites/{ESTATE}/ticket"),
        ("GET", f"/sites/{ESTATE}/ticket/{name_of('t')}"),
        ("GET", f"/reports/{ESTATE}"),
        ("GET", f"/lists/{ESTATE}/ticket.xlsx"),
        ("GET", f"/calendars/{ESTATE}"),
        ("GET", f"/prints/{ESTATE}/ticket/{name_of('t')}"),
        ("GET", f"/blobs/{'0' * 64}"),
        ("POST", f"/users/{name_of('user', 'chen.jun')}/start-code"),
        ("POST", f"/users/{name_of('user', 'chen.jun')}/password"),
        ("POST", "/enrolments"),
    ],
)
def test_5_it_opens_no_other_door(play: Play, company: Company, method: str, path: str) -> None:
    async def story(desk: Desk) -> None:
        # A supervisor: whatever his own token opens, this one does not.
        tablet, push = await two(desk, "zhao.min")
        await tablet.sync(ticket(tablet, "t"))
        answer = await desk.http.request(method, f"/api/v1{path}", headers=push.headers)
        check_problem(answer, 403, "push_only", company)

    play(story)


def test_5_a_sync_without_ops_would_be_reading(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet, push = await two(desk)
        await tablet.read_all()
        await tablet.read_all()  # the second answer is one that could be given again
        push.cursor = tablet.cursor
        check_problem(await push.sync(), 403, "push_only", company)

    play(story)


def test_5_it_ends_with_its_session_and_then_its_ops_are_held(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet, push = await two(desk)
        await desk.http.delete("/api/v1/session", headers=tablet.headers)
        said = (await push.sync(ticket(push, "t"))).json()
        assert [(r["status"], r["code"]) for r in said["results"]] == [("held", "revoked")]
        desk.later(days=15)
        check_problem(await push.sync(ticket(push, "t2")), 401, "unauthorized", company)

    play(story)


def test_5_on_a_revoked_device_it_is_told_to_wipe(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        _, push = await two(desk)
        company.write("device", push.device, {"revoked": True, "wipe_at_once": True}, kind="update")
        check_problem(await push.sync(ticket(push, "t")), 403, "device_revoked", company)

    play(story)


def test_5_it_speaks_for_no_other_replica(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        _, push = await two(desk)
        push.replica = (await desk.at_work("chen.jun")).replica
        check_problem(await push.sync(ticket(push, "t")), 403, "wrong_replica", company)
        push.replica = uuid7(to_ms(company.now), secrets.token_bytes(10))
        check_problem(await push.sync(ticket(push, "t")), 403, "wrong_replica", company)

    play(story)


def promotion(tablet: Tablet, company: Company) -> dict[str, object]:
    """Return an op that makes a technician an administrator."""
    grant = {"user": name_of("user", "chen.jun"), "role": "admin", "site": company.org}
    return tablet.op("create", "grant", name_of("grant", "promotion"), site=company.org, set=grant)


def is_administrator(company: Company) -> bool:
    directory = company.installation.store.blocking.read(company.installation.door.directory)
    return "admin" in directory.roles_of(name_of("user", "chen.jun"), company.org, to_ms(company.now))


def test_5_it_gives_nobody_rights_his_work_is_taken_all_the_same(play: Play, company: Company) -> None:
    """It lies in the open: who finds an administrator's must not become one."""

    async def story(desk: Desk) -> None:
        admin, push = await two(desk, "admin")
        said = (await push.sync(promotion(push, company), ticket(push, "t"))).json()["results"]
        outcomes = {result["site"]: (result["status"], result.get("code")) for result in said}
        assert outcomes[company.org] == ("held", "revoked")
        assert outcomes[ESTATE] == ("applied", None)
        # Nobody's log-in sets it free: it may be anybody's.
        await admin.read_all()
        assert not is_administrator(company)

    play(story)


@pytest.mark.parametrize("act", ["admit", "resolve"])
def test_5_it_decides_no_review(play: Play, company: Company, act: str) -> None:
    async def story(desk: Desk) -> None:
        li, _ = await two(desk)
        await desk.http.delete("/api/v1/session", headers=li.headers)
        op = ticket(li, "t")
        [held] = (await li.sync(op)).json()["results"]
        supervisor, push = await two(desk, "zhao.min")
        await supervisor.read_all()
        push.cursor = supervisor.cursor
        decision = push.op("act", "review", held["review"], act=act, args={"ops": [held["op"]]})
        [said] = (await push.sync(decision)).json()["results"]
        assert (said["status"], said["code"]) == ("held", "revoked")
        [present] = (await li.sync(op)).json()["results"]
        assert present["status"] == "held"

    play(story)


def test_5_the_full_token_vouches_for_the_very_op(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        admin, push = await two(desk, "admin")
        op = promotion(push, company)
        [held] = (await push.sync(op)).json()["results"]
        [again] = (await push.sync(op)).json()["results"]
        assert (held["status"], again["status"]) == ("held", "held")
        [judged] = (await admin.sync(op)).json()["results"]
        assert judged["status"] == "applied", judged
        assert is_administrator(company)

    play(story)


def test_5_a_supervisor_admits_it_with_his_own_token(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        _, push = await two(desk, "admin")
        [held] = (await push.sync(promotion(push, company))).json()["results"]
        chief = desk.tablet()
        await chief.log_in("admin")
        await chief.read_all()
        admit = chief.op("act", "review", held["review"], site=company.org, act="admit", args={"ops": [held["op"]]})
        [said] = (await chief.sync(admit)).json()["results"]
        assert said["status"] == "applied", said
        assert is_administrator(company)

    play(story)
