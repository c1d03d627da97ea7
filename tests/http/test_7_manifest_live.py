"""Protocol §2, §7: manifest and its ETag; pokes from a real server process, which is killed and stopped."""

import asyncio
import contextlib
import json
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from tests.http.company import ESTATE, MALL, PASSWORD, STAFF, Company, Desk, Story, Tablet, name_of

from wuye.app import Installation
from wuye.kernel.errors import Problem
from wuye.sync.ledger import verify_ledger

Play = Callable[[Story], None]

SERVE = """
import sys
from pathlib import Path
from wuye.app import Installation
from wuye.serving import serve
with Installation.open(Path(sys.argv[1])) as installation:
    serve(installation, "127.0.0.1", int(sys.argv[2]), ready=lambda url: print(url, flush=True))
print("done", flush=True)
"""


def test_7_the_manifest_bears_the_hash_that_sync_tells(play: Play) -> None:
    async def story(desk: Desk) -> None:
        for username in ("li.na", "wang.fang", "admin", "sun.li"):
            tablet = await desk.at_work(username)
            answer = await tablet.get("/manifest")
            manifest = answer.json()
            assert answer.headers["etag"] == f'"{manifest["hash"]}"'
            assert manifest["hash"] == (await tablet.sync()).json()["manifest"]
            assert manifest["user"]["username"] == username
            assert manifest["epoch"] == desk.company.installation.epoch

    play(story)


def test_7_an_unchanged_manifest_is_not_sent_again(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        tag = (await tablet.get("/manifest")).headers["etag"]
        for shown in (tag, f"W/{tag}"):
            answer = await desk.http.get("/api/v1/manifest", headers={**tablet.headers, "If-None-Match": shown})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        admin = await desk.at_work("admin")
        grant = {"user": tablet.user, "role": "technician", "site": MALL}
        await admin.sync(admin.op("create", "grant", name_of("more"), site=company.org, set=grant))
        answer = await desk.http.get("/api/v1/manifest", headers={**tablet.headers, "If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag
        assert MALL in {site["id"] for site in answer.json()["sites"]}

    play(story)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A server process on a company's folder."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, http: httpx.AsyncClient) -> None:
        self.process = process
        self.url = url
        self.http = http


@asynccontextmanager
async def server(company: Company) -> AsyncIterator[Process]:
    """Run a server of its own process; wait until it listens."""
    company.now = datetime.now(UTC)
    for username in ("admin", *STAFF):  # passwords of the company's first day have expired by today
        company.installation.set_password(name_of("user", username), username, PASSWORD)
    company.installation.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(company.folder), str(free_port()), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=url, timeout=20) as http:
            yield Process(process, url, http)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def worker(process: Process, company: Company, username: str) -> Tablet:
    company.now = datetime.now(UTC)
    tablet = Tablet(process.http, company)
    assert (await tablet.log_in(username)).status_code == 200
    return tablet


def noted(company: Company) -> dict[str, str]:
    """Return what a server tells the local command line."""
    note: dict[str, str] = json.loads((company.folder / "serve.json").read_text())
    return note


def lines_of(answer: httpx.Response) -> AsyncIterator[str]:
    return answer.aiter_lines()


async def next_poke(lines: AsyncIterator[str]) -> dict[str, int]:
    async with asyncio.timeout(15):
        async for line in lines:
            if line.startswith("data: "):
                poke: dict[str, int] = json.loads(line.removeprefix("data: "))
                return poke
    raise AssertionError("the stream ended")


async def rest_of(lines: AsyncIterator[str]) -> list[str]:
    async with asyncio.timeout(15):
        return [line async for line in lines]


def test_2_a_poke_names_site_and_seq_and_carries_no_data(company: Company) -> None:
    async def story() -> None:
        async with server(company) as process:
            listening = await worker(process, company, "zhao.min")
            working, elsewhere = await worker(process, company, "li.na"), await worker(process, company, "ma.hui")
            async with process.http.stream("GET", "/api/v1/live", headers=listening.headers) as live:
                assert live.headers["content-type"].startswith("text/event-stream")
                lines = lines_of(live)
                assert (await anext(lines)).startswith(":")
                mall = elsewhere.op("create", "ticket", name_of("m"), site=MALL, set={"title": "m"})
                assert (await elsewhere.sync(mall)).json()["results"][0]["status"] == "applied"
                said = (await working.sync(working.op("create", "ticket", name_of("t"), set={"title": "t"}))).json()
                assert await next_poke(lines) == {ESTATE: said["results"][0]["seq"]}

    asyncio.run(story())


def test_2_a_stream_ends_with_its_session(company: Company) -> None:
    async def story() -> None:
        async with server(company) as process:
            tablet = await worker(process, company, "zhao.min")
            async with process.http.stream("GET", "/api/v1/live", headers=tablet.headers) as live:
                lines = lines_of(live)
                await anext(lines)
                await process.http.delete("/api/v1/session", headers=tablet.headers)
                await rest_of(lines)

    asyncio.run(story())


def test_5_a_stream_ends_when_its_user_is_disabled_and_follows_new_grants(company: Company) -> None:
    async def story() -> None:
        async with server(company) as process:
            admin, tablet = await worker(process, company, "admin"), await worker(process, company, "zhao.min")
            async with process.http.stream("GET", "/api/v1/live", headers=tablet.headers) as live:
                lines = lines_of(live)
                await anext(lines)
                grant = {"user": tablet.user, "role": "technician", "site": MALL}
                await admin.sync(admin.op("create", "grant", name_of("g"), site=company.org, set=grant))
                assert company.org in await next_poke(lines)
                await admin.sync(admin.op("create", "ticket", name_of("m"), site=MALL, set={"title": "m"}))
                assert MALL in await next_poke(lines)
                op = admin.op("update", "user", tablet.user, site=company.org, set={"disabled": True})
                await admin.sync(op)
                await rest_of(lines)

    asyncio.run(story())


def test_a_server_that_is_told_to_stop_ends_its_streams_and_lets_go(company: Company) -> None:
    async def story() -> None:
        async with server(company) as process:
            tablet = await worker(process, company, "li.na")
            note = company.folder / "serve.json"
            assert stat.S_IMODE(note.stat().st_mode) == 0o600
            with pytest.raises(Problem, match="in_use"):
                Installation.open(company.folder)
            async with process.http.stream("GET", "/api/v1/live", headers=tablet.headers) as live:
                lines = lines_of(live)
                await anext(lines)
                process.process.send_signal(signal.SIGTERM)
                await rest_of(lines)
            assert await asyncio.wait_for(process.process.wait(), 15) == 0
            assert process.process.stdout is not None
            assert await process.process.stdout.read() == b"done\n"
            assert not note.exists()
        Installation.open(company.folder).close()

    asyncio.run(story())


def test_a_server_that_is_killed_keeps_what_it_has_answered(company: Company) -> None:
    async def story() -> dict[str, str]:
        answered: dict[str, str] = {}
        enough = asyncio.Event()
        async with server(company) as process:
            tablet = await worker(process, company, "li.na")

            async def push() -> None:
                for step in range(10_000):
                    op = tablet.op("create", "ticket", name_of(f"t{step}"), set={"title": "t"})
                    answer = await tablet.sync(op)
                    for result in answer.json()["results"]:
                        answered[result["op"]] = result["status"]
                    if step == 25:
                        enough.set()

            pushing = asyncio.ensure_future(push())
            await enough.wait()
            process.process.kill()
            with pytest.raises(httpx.HTTPError):
                await pushing
        return answered

    answered = asyncio.run(story())
    with Installation.open(company.folder) as installation:
        rows = installation.store.blocking.read(lambda s: s.ledger(ESTATE, limit=100_000))
        assert answered.items() <= {row.op: row.status for row in rows}.items()
        assert verify_ledger(installation.store.blocking.read, ESTATE)[1] is None


def test_the_local_command_line_brings_ops_while_the_server_runs(company: Company) -> None:
    async def story() -> None:
        async with server(company) as process:
            note = noted(company)
            assert note["url"] == process.url
            tablet = await worker(process, company, "li.na")
            ops = [tablet.op("create", "ticket", name_of(f"i{i}"), set={"title": "i"}) for i in range(3)]
            asked = {"user": tablet.user, "purpose": "import", "site": ESTATE, "ops": ops}
            for token, status in ((note["token"], 200), (tablet.token, 401), ("x", 401), (note["token"], 200)):
                headers = {"Authorization": f"Bearer {token}"}
                answer = await process.http.post("/api/v1/local/submit", json=asked, headers=headers)
                assert answer.status_code == status
                if status == 200:
                    assert [result["status"] for result in answer.json()["results"]] == ["applied"] * 3
            assert len([ref for ref in await tablet.read_all() if ref[0] == "ticket"]) == 3

    asyncio.run(story())


def test_local_ops_have_the_rights_of_their_user(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("chen.jun")
        op = {**tablet.op("create", "ticket", name_of("x"), site=MALL, set={"title": "x"}), "n": 0}
        raw = json.dumps([op]).encode()
        import msgspec

        from wuye.protocol.wire import Op

        ops = msgspec.json.decode(raw, type=list[Op])
        (result,) = await asyncio.to_thread(company.installation.submit, tablet.user, "import", MALL, ops)
        assert (result.status, result.code) == ("rejected", "forbidden")

    play(story)


def test_a_password_set_on_the_command_line_ends_all_sessions(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        company.installation.set_password(tablet.user, "li.na", "a-new-password-9")
        fresh = desk.tablet()
        assert (await fresh.log_in("li.na", PASSWORD)).status_code == 401
        assert (await fresh.log_in("li.na", "a-new-password-9")).status_code == 200

    play(story)
