"""Forms and reports over HTTP, and by ``wuye print`` with a server and without one."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.http.company import ESTATE, MALL, Company, Desk, serving
from tests.prints.conftest import WORK
from tests.prints.reading import facts, having, read, tables, text

from wuye.cli import main

ROOT = Path(__file__).parents[2]
SERVE = """
import wuye.app
from tests.prints.sample import SAMPLE
wuye.app.installed = lambda: (SAMPLE,)
from wuye.cli import main
main()
"""


def accesses(company: Company) -> list[Mapping[str, object]]:
    """Return what is on record about look-ups."""
    stored = company.installation.store.blocking.read(lambda snapshot: snapshot.entities(ESTATE, ["access"]))
    return [record.values for record in stored]


def play(company: Company, story: object) -> None:
    """Run a story at the company while it is served."""

    async def told() -> None:
        async with serving(company) as desk:
            await story(desk)  # type: ignore[operator]

    asyncio.run(told())


def test_2_a_form_is_a_page_that_runs_nothing_but_its_own_script(served: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("desk")
        answer = await tablet.get(f"/print/sample.order/{ESTATE}/{WORK}", lang="ru")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        page = read(answer.text)
        [told] = [meta.get("content") for meta in page.iter("meta") if "http-equiv" in meta.attrib]
        assert policy == f"{told}; frame-ancestors 'self'"
        assert facts(page)["Заголовок"] == "漏水 <b>"

    play(served, story)
    [look] = accesses(served)
    assert (look["screen"], look["fields"]) == ("print", [{"field": "name"}])


def test_2_the_forms_of_a_record_are_listed_with_their_titles(served: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("desk")
        answer = await tablet.get(f"/prints/{ESTATE}/sample.work/{WORK}", lang="zh-Hans")
        assert answer.json() == {
            "forms": [
                {"id": "sample.order", "label": "工程维修单", "paper": "A4", "landscape": False},
                {"id": "sample.chart", "label": "统计图", "paper": "A4", "landscape": True},
            ]
        }

    play(served, story)
    assert accesses(served) == []


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("desk", f"/print/sample.card/{ESTATE}/{WORK}", 404),
        ("desk", f"/print/sample.order/{MALL}/{WORK}", 404),
        ("desk", f"/print/sample.order/{ESTATE}/{ESTATE}", 404),
        ("desk", f"/print/sample.order/{ESTATE}/none", 404),
        ("desk", f"/prints/{ESTATE}/nothing/{WORK}", 404),
        ("desk", f"/print/sample.order/{ESTATE}/{WORK}?lang=fr", 400),
        ("ma.hui", f"/print/sample.order/{ESTATE}/{WORK}", 404),
        ("zhao.min", f"/print/sample.order/{ESTATE}/{WORK}", 404),
        ("zhao.min", f"/prints/{ESTATE}/sample.work/{WORK}", 404),
        ("", f"/print/sample.order/{ESTATE}/{WORK}", 401),
    ],
)
def test_5_a_form_is_for_who_may_read_the_record(served: Company, user: str, path: str, status: int) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work(user) if user else desk.tablet()
        answer = await desk.http.get(f"/api/v1{path}", headers=tablet.headers)
        assert answer.status_code == status, answer.text

    play(served, story)
    assert accesses(served) == []


def test_2_a_report_is_printed_with_what_was_asked_its_charts_and_its_table(served: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("desk")
        answer = await tablet.get(f"/reports/{ESTATE}/sample.prices", format="html", lang="en", kind="repair")
        assert answer.status_code == 200, answer.text
        assert "script-src 'sha256-" in answer.headers["content-security-policy"]
        page = read(answer.text)
        assert text(next(iter(page.iter("h1")))) == "Prices"
        assert facts(page) == {"Kind": "Repair"}
        assert tables(page) == [[["Title", "Price"], ["漏水 <b>", "50.00"]]]
        assert len(having(page, "chart")) == 1

    play(served, story)


@contextmanager
def held_by_a_server(folder: Path) -> Iterator[None]:
    """Serve the company in a process of its own."""
    command = [sys.executable, "-c", SERVE, "serve", "--dir", str(folder), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            while not (folder / "serve.json").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.communicate()


def wuye(folder: Path, *args: str) -> Result:
    """Run ``wuye print`` in English."""
    given = ["print", *args, "--dir", str(folder)]
    result = CliRunner().invoke(main, given, env={"WUYE_LANG": "en"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.mark.parametrize("record", ["GD-2026-000001", "GD-T1-0001", WORK], ids=["number", "device's number", "id"])
def test_a_command_prints_a_form_by_number_or_id(served: Company, tmp_path: Path, record: str) -> None:
    served.installation.close()
    record = record.replace("2026", f"{served.now:%Y}")
    out = tmp_path / "order.html"
    result = wuye(tmp_path, "EST", "sample.order", record, "--lang", "ru", "--out", str(out), "--user", "desk")
    assert (result.exit_code, result.output) == (0, "order.html is written. Open it in a browser to print it.\n")
    page = read(out.read_text("utf-8"))
    assert page.get("lang") == "ru"
    assert text(having(page, "group")[0]).startswith("王小明")


def test_OWN_7_a_command_logs_look_ups_beside_a_running_server_and_without_one(served: Company, tmp_path: Path) -> None:
    served.installation.close()
    assert "王小明" in wuye(tmp_path, "EST", "sample.order", WORK, "--user", "desk").output
    with held_by_a_server(tmp_path):
        assert json.loads((tmp_path / "serve.json").read_text("utf-8"))["token"]
        assert "王小明" in wuye(tmp_path, "EST", "sample.order", WORK, "--user", "desk").output
    company = Company(tmp_path)
    try:
        looked = accesses(company)
        assert [look["screen"] for look in looked] == ["print", "print"]
        assert len({look["user"] for look in looked}) == 1
    finally:
        company.installation.close()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("EST", "no.form", WORK), "Forms: sample.card, sample.chart"),
        (("EST", "sample.order", "GD-2026-999999"), "“GD-2026-999999” is not there"),
        (("EST", "sample.card", WORK), "the form is not for it"),
        (("NOWHERE", "sample.order", WORK), "There is no site NOWHERE"),
        (("EST", "sample.order", WORK, "--user", "zhao.min"), "the user may not see it"),
    ],
)
def test_a_command_says_why_there_is_no_form(served: Company, tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    served.installation.close()
    result = wuye(tmp_path, *args)
    assert result.exit_code == 1
    assert said in result.output
