"""Work by the clock, and what a server is started with."""

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.http.company import ESTATE, MALL, Company, Desk, name_of, serving

from wuye.app import Installation
from wuye.builtin import plugin
from wuye.jobs import Jobs
from wuye.kernel.clock import to_wire
from wuye.kernel.errors import Problem
from wuye.model.plugin import Job
from wuye.model.report import Reader
from wuye.model.rules import FollowUp
from wuye.reports.long_reads import LongReads
from wuye.settings import load_settings
from wuye.storage.road import Road
from wuye.sync.ledger import verify_ledger


def jobs_of(company: Company) -> tuple[Road, Jobs]:
    installation = company.installation
    road = Road(installation.store, installation.door, installation.org, installation.clock)
    return road, Jobs(road, installation.registry, LongReads(installation.store.reader), installation.shelf)


def test_3_2_held_ops_expire_by_themselves(company: Company) -> None:
    async def story() -> None:
        _, jobs = jobs_of(company)
        async with serving(company) as desk:
            tablet = await desk.at_work("li.na")
            op = tablet.op("update", "ticket", name_of("not yet"), set={"title": "x"})
            assert (await tablet.sync(op)).json()["results"][0]["status"] == "held"
            desk.later(days=6)
            await jobs.sweep()
            assert (await tablet.sync(op)).json()["results"][0]["status"] == "held"
            desk.later(days=2)
            await jobs.sweep()
            (result,) = (await tablet.sync(op)).json()["results"]
            assert (result["status"], result["code"]) == ("rejected", "expired")

    asyncio.run(story())


def test_4_old_deletions_are_forgotten_and_late_comers_read_anew(company: Company) -> None:
    async def story() -> None:
        road, jobs = jobs_of(company)
        async with serving(company) as desk:
            admin = await desk.at_work("admin")
            late = await desk.at_work("li.na")
            record = name_of("t")
            await admin.sync(admin.op("create", "ticket", record, set={"title": "t"}))
            assert ("ticket", record) in await late.read_all()
            await admin.sync(admin.op("delete", "ticket", record, base=99))
            desk.later(days=91)
            await admin.sync(admin.op("create", "ticket", name_of("u"), set={"title": "u"}))
            await jobs.purge()
            floor = await road.read(lambda snapshot: snapshot.head(ESTATE).floor)
            assert floor > 0
            await late.log_in("li.na")
            assert f"{ESTATE}/tickets" in (await late.sync()).json()["reset"]
            assert ("ticket", record) not in await late.read_all()

    asyncio.run(story())


def late_tickets(seen: list[str]) -> Job:
    async def run(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
        seen.append(site)
        rows = await reader.rows("SELECT id FROM ticket WHERE site = {} AND deleted = {}", site, 0)
        return [
            FollowUp(
                key=str(row["id"]),
                cause="",
                entity="ticket",
                kind="update",
                record=str(row["id"]),
                set={"priority": "urgent"},
            )
            for row in rows
        ]

    return Job(id="late", every=60, run=run, writes=("ticket.update",))


def test_a_job_of_a_plugin_reads_and_acts_once_a_key_at_its_sites(company: Company) -> None:
    async def story() -> None:
        seen: list[str] = []
        _, jobs = jobs_of(company)
        async with serving(company) as desk:
            tablet = await desk.at_work("li.na")
            await tablet.sync(tablet.op("create", "ticket", name_of("t"), set={"title": "t"}))
            for _ in range(3):
                await jobs.run("core", late_tickets(seen))
            assert sorted(seen) == sorted([company.org, ESTATE, MALL] * 3)
            assert (await tablet.read_all())["ticket", name_of("t")]["priority"] == "urgent"
            history = (await tablet.get(f"/history/ticket/{name_of('t')}", site=ESTATE)).json()["entries"]
            assert [(entry["user"], entry["status"]) for entry in history[1:]] == [("plugin:core", "applied")]

    asyncio.run(story())


def test_USR_1_a_post_that_ends_by_the_clock_is_told_of_by_the_clock(company: Company) -> None:
    [job] = [job for job in plugin.wuye_jobs() if job.id == "user.sites"]
    user = company.hire("new.man", "technician", ESTATE)
    for hours, site in ((1, MALL), (3, company.org)):
        ends = to_wire(company.now + timedelta(hours=hours))
        company.write("grant", name_of("until", ends), {"user": user, "role": "auditor", "site": site, "ends": ends})

    def sites() -> object:
        stored = company.installation.store.blocking.read(lambda s: s.entities(company.org, ["user"]))
        return next(record.values["sites"] for record in stored if record.id == user)

    async def story() -> None:
        road, jobs = jobs_of(company)
        async with serving(company) as desk:
            seen = [sites()]
            for _ in range(3):
                desk.later(hours=2)
                await jobs.run("core", job)
                await jobs.run("core", job)
                seen.append(sites())
            assert seen == [sorted([ESTATE, MALL, company.org]), sorted([ESTATE, company.org]), [ESTATE], [ESTATE]]
            rows = await road.read(lambda s: s.ledger(company.org, ref=("user", user)))
            assert [(row.user, row.status) for row in rows[1:]] == [("plugin:core", "applied")] * 5

    asyncio.run(story())


def test_a_job_may_write_only_what_it_declares(company: Company) -> None:
    async def story() -> None:
        _, jobs = jobs_of(company)
        async with serving(company) as desk:
            tablet = await desk.at_work("li.na")
            await tablet.sync(tablet.op("create", "ticket", name_of("t"), set={"title": "t"}))
            honest = late_tickets([])
            await jobs.run("core", Job(id="sly", every=60, run=honest.run, writes=("ticket.create",)))
            assert (await tablet.read_all())["ticket", name_of("t")]["priority"] == "normal"
            history = (await tablet.get(f"/history/ticket/{name_of('t')}", site=ESTATE)).json()["entries"]
            assert [(entry["status"], entry["code"]) for entry in history[1:]] == [("rejected", "forbidden")]

    asyncio.run(story())


def test_a_jobs_reader_cannot_write_and_sees_one_moment(company: Company) -> None:
    async def story() -> None:
        async with serving(company) as desk:
            tablet = await desk.at_work("li.na")
            async with company.installation.store.reader() as reader:
                before = await reader.rows("SELECT count(*) AS n FROM ticket")
                await tablet.sync(tablet.op("create", "ticket", name_of("t"), set={"title": "t"}))
                assert await reader.rows("SELECT count(*) AS n FROM ticket") == before == [{"n": 0}]
                with pytest.raises(sqlite3.OperationalError):
                    await reader.rows("DELETE FROM ticket")
            async with company.installation.store.reader() as reader:
                assert await reader.rows("SELECT count(*) AS n FROM ticket") == [{"n": 1}]

    asyncio.run(story())


def test_a_job_that_fails_leaves_the_others_and_the_server_alone(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(desk: Desk) -> None:
        await asyncio.sleep(0.2)
        assert (await desk.http.get("/health/ready")).status_code == 200

    async def broken(self: Jobs) -> None:
        raise RuntimeError("the job's own reason")

    async def told() -> None:
        async with serving(company) as desk:
            await story(desk)

    monkeypatch.setattr("wuye.jobs.jobs.FIRST", 0)
    monkeypatch.setattr(Jobs, "sweep", broken)
    asyncio.run(told())
    assert "the job's own reason" in capsys.readouterr().err


def test_settings_come_from_file_then_environment_then_command(tmp_path: Path) -> None:
    (tmp_path / "wuye.toml").write_text('port = 9000\nhost = "0.0.0.0"\nlog = "json"\n')
    settings = load_settings(tmp_path, {"WUYE_PORT": "9001", "WUYE_LOG": "text", "HOME": "x"}, port=9002, host=None)
    assert (settings.port, settings.host, settings.log) == (9002, "0.0.0.0", "text")
    assert settings.file == tmp_path / "wuye.sqlite"


@pytest.mark.parametrize(
    ("file", "environ", "word"),
    [
        ("port = 'many'", {}, "port"),
        ("port = 70000", {}, "port"),
        ("colour = 'red'", {}, "colour"),
        ("port = ", {}, "wuye.toml"),
        ("", {"WUYE_READERS": "0"}, "readers"),
        ("", {"WUYE_LOG": "loud"}, "log"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, file: str, environ: dict[str, str], word: str) -> None:
    (tmp_path / "wuye.toml").write_text(file)
    with pytest.raises(Problem) as refused:
        load_settings(tmp_path, environ)
    assert refused.value.code == "bad_settings"
    assert word in refused.value.detail


def test_another_database_is_refused_with_a_word_on_what_there_is(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {}, database="postgresql://wuye@localhost/wuye")
    with pytest.raises(Problem, match="PostgreSQL"):
        _ = settings.file
    assert load_settings(tmp_path, {}, database=f"sqlite:///{tmp_path}/x.db").file == tmp_path / "x.db"


def test_a_folder_without_an_installation_is_not_one(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not_installed"):
        Installation.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_an_installation_is_held_by_one_process_at_a_time(company: Company) -> None:
    with pytest.raises(Problem, match="in_use"):
        Installation.open(company.folder)
    company.installation.close()
    company.installation.close()
    with Installation.open(company.folder) as again:
        assert (again.org, again.epoch) == (company.org, company.installation.epoch)


def broken_at(installation: Installation, site: str) -> int | None:
    return verify_ledger(installation.store.blocking.read, site)[1]


def test_the_chain_of_the_ledger_is_checked(company: Company) -> None:
    assert broken_at(company.installation, company.org) is None
    company.installation.close()
    connection = sqlite3.connect(company.folder / "wuye.sqlite")
    connection.execute("DROP TRIGGER wuye_ledger_no_update")
    connection.execute("UPDATE wuye_ledger SET user = 'somebody else' WHERE place % (1 << 40) = 3")
    connection.commit()
    connection.close()
    with Installation.open(company.folder) as installation:
        assert 3 in {broken_at(installation, site) for site in (company.org, ESTATE)}
    assert to_wire(company.now + timedelta())
