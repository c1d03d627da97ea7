"""USR-2, protocol §2 `POST /session`, §5: log-in, lock-out, rotation, devices, forks, dead tokens."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.company import ESTATE, PASSWORD, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

from wuye.http.sessions import (
    DAY_MS,
    MAX_LOCK_MS,
    WAITS,
    Policy,
    after_failure,
    check_address,
    check_password,
    check_unlocked,
    fold_username,
)
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.storage.sqlite import Account
from wuye.sync.door import server_replica

Play = Callable[[Story], None]
POLICY = Policy(session_ms=1, password_ms=1, length=10, failures=5, lock_ms=900_000, grace_ms=1)
NEW = "wednesday-kettle-77"


def account(company: Company, username: str) -> Account:
    found = company.installation.store.blocking.read(lambda s: s.accounts.by_username(username))
    assert found is not None
    return found


async def ticket(tablet: Tablet, name: str) -> dict[str, object]:
    return tablet.op("create", "ticket", name_of(name), set={"title": name})


def test_2_a_log_in_gives_token_replica_user_and_expiry(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.tablet().log_in("LI.NA ")
        said = answer.json()
        assert answer.status_code == 200
        assert said["user"] == {"id": name_of("user", "li.na"), "username": "li.na", "name": "li.na"}
        assert said["expires"] == "2024-12-22T08:00:00.000Z"
        assert len(said["token"]) >= 43

    play(story)


def test_2_the_replica_stays_the_same_for_a_user_on_a_device(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        first = tablet.replica
        assert (await desk.http.delete("/api/v1/session", headers=tablet.headers)).status_code == 204
        await tablet.log_in("li.na")
        assert tablet.replica == first
        await tablet.log_in("zhao.min")
        assert tablet.replica != first
        assert (await desk.at_work("li.na")).replica != first

    play(story)


def test_2_a_fork_of_ones_own_replica_gets_a_new_one(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        first = tablet.replica
        await tablet.log_in("li.na", fork_of=first)
        assert tablet.replica != first
        other = await desk.at_work("zhao.min")
        check_problem(await other.log_in("zhao.min", fork_of=first), 403, "wrong_replica", company)

    play(story)


def test_3_8_a_log_in_adopts_the_users_own_unknown_replica(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = desk.tablet()
        await tablet.log_in("li.na", adopt=name_of("forgotten"))
        assert tablet.replica == name_of("forgotten")
        assert (await tablet.sync(await ticket(tablet, "t"))).json()["acked"] == {ESTATE: 1}
        other = await desk.at_work("zhao.min")
        check_problem(await other.log_in("zhao.min", adopt=tablet.replica), 403, "wrong_replica", company)

    play(story)


def test_3_8_nobody_adopts_a_replica_on_the_server(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        for user, purpose in (("plugin:core", "devices"), (company.admin, "import")):
            answer = await desk.tablet().log_in("li.na", adopt=server_replica(user, purpose))
            check_problem(answer, 403, "wrong_replica", company)

    play(story)


@pytest.mark.parametrize("username", ["li.na", "nobody.at.all"])
def test_USR_2_failures_lock_a_name_and_do_not_tell_whether_anybody_has_it(
    play: Play, company: Company, username: str
) -> None:
    async def story(desk: Desk) -> None:
        tablet = desk.tablet()
        for _ in range(5):
            check_problem(await tablet.log_in(username, "wrong"), 401, "bad_credentials", company)
        locked = await tablet.log_in(username, PASSWORD)
        assert check_problem(locked, 423, "locked", company)["retry_after"] == 900
        assert locked.headers["retry-after"] == "900"
        desk.later(minutes=15)
        check_problem(await tablet.log_in(username, "wrong"), 401, "bad_credentials", company)
        assert check_problem(await tablet.log_in(username), 423, "locked", company)["retry_after"] == 1800

    play(story)


def test_USR_2_a_log_in_that_succeeds_clears_the_count(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = desk.tablet()
        for _ in range(3):
            for _ in range(4):
                await tablet.log_in("li.na", "wrong")
            assert (await tablet.log_in("li.na")).status_code == 200
        assert account(company, "li.na").failed == 0

    play(story)


def test_USR_2_an_address_that_guesses_names_must_wait(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        for number in range(WAITS[0][1]):
            await desk.tablet().log_in(f"guess{number}", "wrong")
        refused = await desk.tablet().log_in("li.na")
        assert check_problem(refused, 429, "too_many_attempts", company)["retry_after"] == 60
        assert refused.headers["retry-after"] == "60"
        desk.later(seconds=61)
        assert (await desk.tablet().log_in("li.na")).status_code == 200

    play(story)


def test_USR_2_an_old_password_must_be_changed(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        early = await desk.at_work("li.na")
        desk.later(days=180)
        tablet = desk.tablet()
        check_problem(await tablet.log_in("li.na"), 403, "password_expired", company)
        said = check_problem(await tablet.log_in("li.na", new_password="short"), 422, "weak_password", company)
        assert said["fields"] == ["new_password"]
        for weak in (PASSWORD, "xx-LI.NA-xx-2026", "aaaaaaaaaaaaaaaa", "x" * 300):
            check_problem(await tablet.log_in("li.na", new_password=weak), 422, "weak_password", company)
        assert (await tablet.log_in("li.na", new_password=NEW)).status_code == 200
        check_problem(await tablet.log_in("li.na"), 401, "bad_credentials", company)
        assert (await tablet.log_in("li.na", NEW)).status_code == 200
        check_problem(await early.sync(), 401, "unauthorized", company)

    play(story)


def test_USR_2_who_works_everywhere_needs_a_longer_password(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        twelve = "kettle-77-xy"
        said = await desk.tablet().log_in("sun.li", new_password=twelve)
        assert check_problem(said, 422, "weak_password", company)["min"] == 14
        assert (await desk.tablet().log_in("li.na", new_password=twelve)).status_code == 200

    play(story)


@given(st.integers(0, 60))
def test_USR_2_each_failure_beyond_the_bound_locks_twice_as_long(failures: int) -> None:
    state = Account(user="u", username="u", folded="u", hash="", changed_ms=0)
    waits = []
    for _ in range(failures):
        state = after_failure(state, POLICY, 1_000)
        waits.append(max(0, state.locked_until_ms - 1_000))
    assert waits[:4] == [0] * len(waits[:4])
    for before, after in pairwise(waits[4:]):
        assert after == min(2 * before, MAX_LOCK_MS)
    if waits and waits[-1]:
        with pytest.raises(Problem, match="locked"):
            check_unlocked(state, 1_000)
        check_unlocked(state, 1_000 + waits[-1])


@given(password=st.text(max_size=40), everywhere=st.booleans())
def test_USR_2_a_password_that_passes_is_long_mixed_and_unlike_the_name(password: str, *, everywhere: bool) -> None:
    with suppress(Problem):
        check_password(password, "li.na", POLICY, everywhere=everywhere)
        assert len(password) >= (14 if everywhere else 10)
        assert len(set(password)) >= 5
        assert "li.na" not in fold_username(password)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).map(sorted))
def test_USR_2_an_address_waits_as_long_as_its_longest_span_says(failures: list[int]) -> None:
    spans = [span for (span, bound), failed in zip(WAITS, failures, strict=True) if failed >= bound]
    if not spans:
        check_address(failures)
        return
    with pytest.raises(Problem) as refused:
        check_address(failures)
    assert refused.value.extra == {"retry_after": max(spans) // 1000}


def test_2_a_first_log_in_enters_the_device_in_the_organisations_log(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.log_in("li.na")
        admin = await desk.at_work("admin")
        records = await admin.read_all()
        assert records["device", tablet.device]["user"] == name_of("user", "li.na")
        assert records["device", tablet.device]["app"] == "1.0"
        history = (await admin.get(f"/history/device/{tablet.device}", site=company.org)).json()["entries"]
        assert [(entry["kind"], entry["user"]) for entry in history] == [("create", "plugin:core")]

    play(story)


def test_2_no_token_is_stored_as_it_is(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        for file in company.folder.glob("wuye.sqlite*"):
            assert tablet.token.encode() not in file.read_bytes()
            assert PASSWORD.encode() not in file.read_bytes()

    play(story)


@pytest.mark.parametrize(
    "bad",
    [
        {"username": ""},
        {"password": "x" * 257},
        {"device": {"id": "no uuid"}},
        {"device": {"id": ESTATE, "name": "x" * 201}},
        {"fork_of": "?"},
        {"adopt": "?"},
        {"username": 5},
        {"device": None},
    ],
)
def test_2_a_malformed_log_in_is_refused(play: Play, company: Company, bad: dict[str, object]) -> None:
    async def story(desk: Desk) -> None:
        asked = {"username": "li.na", "password": PASSWORD, "device": {"id": ESTATE}, **bad}
        check_problem(await desk.http.post("/api/v1/session", json=asked), 400, "invalid_request", company)

    play(story)


async def revoke(desk: Desk, tablet: Tablet, **more: object) -> None:
    admin = await desk.at_work("admin")
    op = admin.op("update", "device", tablet.device, site=desk.company.org, set={"revoked": True, **more})
    assert (await admin.sync(op)).json()["results"][0]["status"] == "applied"


def test_5_a_revoked_device_is_told_to_wipe_after_it_has_offered_its_outbox(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        await revoke(desk, tablet)
        said = check_problem(await tablet.sync(await ticket(tablet, "late")), 403, "device_revoked", company)
        assert said["wipe"] is True
        check_problem(await tablet.get("/manifest"), 403, "device_revoked", company)
        check_problem(await tablet.log_in("li.na"), 403, "device_revoked", company)
        tablet.cursor, tablet.n = None, {}
        last = (await tablet.sync(await ticket(tablet, "late"))).json()
        assert [(r["status"], r["code"]) for r in last["results"]] == [("held", "revoked")]
        assert last["acked"] == {ESTATE: 1}
        assert last.keys() == {"acked", "results"}

    play(story)


def test_5_a_device_that_is_to_be_wiped_at_once_offers_nothing(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await revoke(desk, tablet, wipe_at_once=True)
        said = check_problem(await tablet.sync(await ticket(tablet, "late")), 403, "device_revoked", company)
        assert (said["wipe"], said["at_once"]) == (True, True)

    play(story)


@pytest.mark.parametrize("end", ["expired", "logged_out", "disabled"])
def test_5_a_dead_token_brings_ops_in_for_the_days_of_grace_only(play: Play, company: Company, end: str) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        if end == "expired":
            desk.later(days=30)
        elif end == "logged_out":
            await desk.http.delete("/api/v1/session", headers=tablet.headers)
        else:
            admin = await desk.at_work("admin")
            op = admin.op("update", "user", tablet.user, site=company.org, set={"disabled": True})
            assert (await admin.sync(op)).json()["results"][0]["status"] == "applied"
        check_problem(await tablet.sync(), 401, "unauthorized", company)
        for path in ("/manifest", "/live", "/ledger", f"/sites/{ESTATE}/ticket"):
            check_problem(await tablet.get(path), 401, "unauthorized", company)
        tablet.cursor = None
        check_problem(await tablet.sync(), 401, "unauthorized", company)
        said = (await tablet.sync(await ticket(tablet, "late"))).json()
        assert [result["status"] for result in said["results"]] == ["held"]
        desk.later(days=14)
        check_problem(await tablet.sync(await ticket(tablet, "later")), 401, "unauthorized", company)

    play(story)


def test_5_another_users_replica_is_refused(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet, other = await desk.at_work("li.na"), await desk.at_work("zhao.min")
        tablet.replica = other.replica
        check_problem(await tablet.sync(), 403, "wrong_replica", company)

    play(story)


def test_5_a_made_up_token_is_nobodys(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        for header in (
            "",
            "Bearer",
            "Bearer x",
            f"Basic {tablet.token}",
            f"Bearer {tablet.token}x",
            "Bearer " + "y" * 43,
        ):
            answer = await desk.http.get("/api/v1/manifest", headers={"Authorization": header})
            check_problem(answer, 401, "unauthorized", company)

    play(story)


def test_USR_2_old_sessions_and_failures_are_forgotten(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        from wuye.http.sessions import digest_of
        from wuye.jobs import Jobs
        from wuye.reports.long_reads import LongReads
        from wuye.storage.road import Road

        tablet = await desk.at_work("li.na")
        await tablet.log_in("li.na", "wrong")
        installation = company.installation
        road = Road(installation.store, installation.door, installation.org, installation.clock)
        jobs = Jobs(road, installation.registry, LongReads(installation.store.reader), installation.shelf)

        def left() -> tuple[bool, int]:
            return installation.store.blocking.read(
                lambda s: (s.accounts.session(digest_of(tablet.token)) is not None, s.accounts.attempts("127.0.0.1", 0))
            )

        await jobs.purge()
        assert left() == (True, 1)
        desk.later(days=2)
        await jobs.purge()
        assert left() == (True, 0)
        desk.later(days=60)
        await jobs.purge()
        assert left() == (False, 0)
        assert to_ms(company.now) % DAY_MS

    play(story)
