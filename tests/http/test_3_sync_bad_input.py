"""Protocol §3 over HTTP: whatever comes in gets its documented code, nothing is half-written, polls stay right."""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.http.company import ESTATE, FOREIGN, MALL, START, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

from wuye.kernel.clock import to_wire

Play = Callable[[Story], None]


def ledger_length(company: Company) -> int:
    sites = (company.org, ESTATE, MALL)
    return company.installation.store.blocking.read(lambda s: sum(s.head(site).pos for site in sites))


def create(tablet: Tablet, name: str, **more: object) -> dict[str, object]:
    return tablet.op("create", "ticket", name_of(name), **{"set": {"title": name}, **more})


BAD_REQUESTS: list[tuple[dict[str, object], int, str]] = [
    ({"protocol": 2}, 400, "unsupported_protocol"),
    ({"protocol": "1"}, 400, "invalid_request"),
    ({"protocol": None}, 400, "invalid_request"),
    ({"replica": FOREIGN}, 403, "wrong_replica"),
    ({"replica": 7}, 400, "invalid_request"),
    ({"ops": {}}, 400, "invalid_request"),
    ({"ops": [{}] * 501}, 413, "too_many_ops"),
    ({"ops": [{}] * 5000}, 413, "too_many_ops"),
    ({"ops": ["no op"]}, 400, "invalid_op"),
    ({"ops": [{"site": "nowhere", "n": 1}]}, 400, "invalid_op"),
    ({"ops": [{"site": ESTATE, "n": "1"}]}, 400, "invalid_op"),
    ({"ops": [{"site": ESTATE, "n": 0}]}, 400, "invalid_op"),
    ({"ops": [{"site": ESTATE, "n": 2**60}]}, 400, "invalid_op"),
    ({"ops": [{"site": ESTATE, "n": True}]}, 400, "invalid_op"),
    ({"ops": [{"site": ESTATE, "n": 5}]}, 409, "log_gap"),
    ({"ops": [{"site": ESTATE, "n": 1}], "now": "yesterday"}, 400, "invalid_request"),
    ({"have": {"x": [1, "2"]}}, 400, "invalid_request"),
    ({"limit": "many"}, 400, "invalid_request"),
    ({"cursor": 5}, 400, "invalid_request"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_REQUESTS)
def test_3_a_bad_request_is_refused_as_a_whole(
    play: Play, company: Company, change: dict[str, object], status: int, code: str
) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        before = ledger_length(company)
        check_problem(await tablet.sync(**change), status, code, company)
        assert ledger_length(company) == before
        assert (await tablet.sync(create(tablet, "after"))).json()["results"][0]["status"] == "applied"

    play(story)


UNREADABLE = {
    "bad UTF-8": b'"\xff\xfe"',
    "a number beyond all bounds": b"1e400",
    "depth": b"[" * 100 + b"]" * 100,
    "depth beyond what any decoder bears": b'{"a":[' * 40_000 + b"]}" * 40_000,
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_3_1_what_cannot_be_read_refuses_its_op_alone(play: Play, company: Company, what: str) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        ops = [create(tablet, name) for name in ("one", "two", "three")]
        body = json.dumps(tablet.request(*ops)).encode().replace(b'"title": "two"', b'"title": ' + UNREADABLE[what])
        for _ in range(2):  # the repeat is known by its content
            answer = await desk.http.post("/api/v1/sync", content=body, headers=tablet.headers)
            results = answer.json()["results"]
            assert [result["status"] for result in results] == ["applied", "rejected", "applied"]
            assert results[1]["code"] in ("invalid", "too_large")
            assert results[1]["op"] == ops[1]["op"]

    play(story)


def test_3_1_half_an_emoji_does_not_block_an_outbox(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        texts = ["cut \ud83d", "\udc00 cut", "whole 😀", "a path \\ud83d"]
        ops = [create(tablet, name, set={"title": text}) for name, text in zip("abcd", texts, strict=True)]
        body = json.dumps(tablet.request(*ops)).encode()
        for _ in range(2):  # and a repetition is no fork
            answer = await desk.http.post("/api/v1/sync", content=body, headers=tablet.headers)
            assert [result["status"] for result in answer.json()["results"]] == ["applied"] * 4
        titles = {c["d"]["title"] for c in (await tablet.sync()).json()["changes"] if c["e"] == "ticket"}
        assert titles == {"cut \ufffd", "\ufffd cut", "whole 😀", "a path \\ud83d"}

    play(story)


def test_3_limits_and_cursors_out_of_range_do_no_harm(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        everything = await tablet.read_all()
        for change in ({"limit": -5}, {"limit": 10**12}):
            assert (await tablet.sync(**change)).status_code == 200
        for cursor in ("", "?", "x" * 5000, "AAAA", str(tablet.cursor)[:-4] + "AAAA"):
            said = (await tablet.sync(cursor=cursor)).json()
            assert said["reset"]
            assert {(c["e"], c["r"]) for c in said["changes"]} == everything.keys()

    play(story)


UNFIT: list[tuple[str, dict[str, object], str]] = [
    ("an unknown field", {"set": {"title": "t", "colour": "red"}}, "invalid"),
    ("a wrong type", {"set": {"title": 5}}, "invalid"),
    ("too long", {"set": {"title": "長" * 201}}, "invalid"),
    ("an unknown choice", {"set": {"title": "t", "priority": "very"}}, "invalid"),
    ("a field of the server's", {"set": {"title": "t", "number": "BX-1"}}, "invalid"),
    ("a later state", {"set": {"title": "t", "status": "closed"}}, "forbidden"),
    ("nothing required", {"set": {}}, "invalid"),
    ("an unknown kind", {"kind": "replace"}, "invalid"),
    ("a bad record id", {"record": "7"}, "invalid"),
    ("a bad time", {"at": "now"}, "invalid"),
    ("an op over 64 KiB", {"set": {"title": "t", "description": "x" * 66_000}}, "too_large"),
]


@pytest.mark.parametrize(("change", "code"), [u[1:] for u in UNFIT], ids=[u[0].replace(" ", "_") for u in UNFIT])
def test_3_1_an_unfit_op_is_rejected_alone(play: Play, company: Company, change: dict[str, object], code: str) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        ops = [create(tablet, "before"), {**create(tablet, "unfit"), **change}, create(tablet, "after")]
        said = (await tablet.sync(*ops)).json()
        assert [result["status"] for result in said["results"]] == ["applied", "rejected", "applied"]
        assert said["results"][1]["code"] == code
        assert said["results"][1]["review"]
        assert said["acked"] == {ESTATE: 3}

    play(story)


def test_3_1_a_log_that_differs_is_a_fork(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        op = create(tablet, "one")
        first = (await tablet.sync(op)).json()["results"]
        assert (await tablet.sync(op)).json()["results"] == first
        before = ledger_length(company)
        for other in ({**op, "op": name_of("another")}, {**op, "set": {"title": "changed"}}):
            assert check_problem(await tablet.sync(other), 409, "log_forked", company)["site"] == ESTATE
        said = check_problem(await tablet.sync({**op, "n": 3, "op": name_of("gap")}), 409, "log_gap", company)
        assert (said["site"], said["expected"]) == (ESTATE, 2)
        assert ledger_length(company) == before

    play(story)


@pytest.mark.parametrize("site", [MALL, FOREIGN])
def test_3_1_ops_for_a_foreign_site_are_kept_and_rejected(play: Play, company: Company, site: str) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        said = (await tablet.sync(create(tablet, "there", site=site), create(tablet, "here"))).json()
        outcomes = {result["site"]: (result["status"], result.get("code")) for result in said["results"]}
        assert outcomes == {site: ("rejected", "forbidden"), ESTATE: ("applied", None)}
        auditor = await desk.at_work("sun.li")
        kept = (await auditor.get("/ledger", site=company.org, user=tablet.user)).json()["entries"]
        assert [(entry["entity"], entry["status"], entry["code"]) for entry in kept] == [
            ("ticket", "rejected", "forbidden")
        ]

    play(story)


def test_3_1_a_site_that_fails_takes_nothing_of_the_others_with_it(
    play: Play, company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(desk: Desk) -> None:
        company.installation.directory()
        tablet = await desk.at_work("admin")
        from wuye.sync import door

        real = door.push_site

        def failing(tx: object, directory: object, pusher: object, site: str, *rest: object) -> object:
            answer = real(tx, directory, pusher, site, *rest)  # type: ignore[arg-type]
            if site == MALL:
                raise RuntimeError("the disk")
            return answer

        ops = [create(tablet, "a"), create(tablet, "b", site=MALL)]
        with monkeypatch.context() as patch:
            patch.setattr(door, "push_site", failing)
            check_problem(await tablet.sync(*ops), 500, "internal", company)
        heads = company.installation.store.blocking.read(lambda s: s.acked(tablet.replica))
        assert {site: head.n for site, head in heads.items()} == {ESTATE: 1}
        again = (await tablet.sync(*ops)).json()
        assert [result["status"] for result in again["results"]] == ["applied", "applied"]
        assert "the disk" in capsys.readouterr().err

    play(story)


def test_3_6_a_mismatch_is_reset_once_a_day_and_then_an_alarm(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        bucket = f"{ESTATE}/tickets"
        outcomes = []
        for hours in (0, 1, 24):
            desk.later(hours=hours)
            said = (await tablet.sync(have={bucket: [9, 9]})).json()
            outcomes.append(said["reset"])
            await tablet.read_all()
        assert outcomes == [[bucket], [], [bucket]]
        log = [line for line in capsys.readouterr().err.splitlines() if "bucket_mismatch" in line]
        assert [("error" in line, tablet.device in line) for line in log] == [
            (False, True),
            (True, True),
            (False, True),
        ]

    play(story)


@pytest.mark.parametrize("seed", range(6))
def test_3_polls_answered_from_memory_are_those_of_the_database(play: Play, company: Company, seed: int) -> None:
    """Whatever happens between polls, a tablet that polls again and again holds what a new one reads."""
    dice = random.Random(seed)

    async def story(desk: Desk) -> None:
        poller, admin = await desk.at_work("li.na"), await desk.at_work("admin")
        boss = await desk.at_work("zhao.min")
        grant = 0
        for step in range(25):
            match dice.randrange(7):
                case 0:
                    await boss.sync(create(boss, f"b{seed}-{step}"))
                case 1:
                    await poller.sync(create(poller, f"p{seed}-{step}"))
                case 2:
                    grant += 1
                    ends = {} if dice.random() < 0.5 else {"ends": to_wire(company.now + timedelta(hours=30))}
                    values = {"user": poller.user, "role": "technician", "site": MALL, **ends}
                    op = admin.op("create", "grant", name_of(f"g{seed}-{grant}"), site=company.org, set=values)
                    await admin.sync(op)
                case 3:
                    desk.later(days=dice.choice((0.1, 1)))
                case 4:
                    await admin.sync(create(admin, f"m{seed}-{step}", site=MALL))
                case _:
                    pass
            await poller.read_all()
            said = (await poller.sync()).json()
            assert said["manifest"] == (await poller.get("/manifest")).json()["hash"]
            assert poller.records == await (await desk.at_work("li.na")).read_all()

    play(story)


def test_3_an_idle_poll_asks_no_database(play: Play, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        for _ in range(3):
            await tablet.sync()

        def no(*_arguments: object) -> object:
            raise AssertionError("the database was asked")

        with monkeypatch.context() as patch:
            patch.setattr(company.installation.store, "read", no)
            desk.later(seconds=30)
            said = (await tablet.sync()).json()
        assert said["now"] == to_wire(company.now) != to_wire(START)
        assert (said["changes"], said["results"], said["more"]) == ([], [], False)

    play(story)


def test_3_pushes_at_once_each_get_their_answer(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablets = [await desk.at_work("li.na") for _ in range(8)]

        async def push(number: int, tablet: Tablet) -> list[str]:
            said = []
            for step in range(5):
                answer = await tablet.sync(create(tablet, f"t{number}-{step}"))
                said += [result["status"] for result in answer.json()["results"]]
            return said

        outcomes = await asyncio.gather(*(push(number, tablet) for number, tablet in enumerate(tablets)))
        assert outcomes == [["applied"] * 5] * 8
        tickets = {ref for ref in await tablets[0].read_all() if ref[0] == "ticket"}
        assert tickets == {("ticket", name_of(f"t{n}-{s}")) for n in range(8) for s in range(5)}

    play(story)
