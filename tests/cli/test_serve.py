"""``wuye serve``, and commands beside a server that runs (design §4)."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.cli.conftest import Wuye

from wuye.bootstrap import create, first_admin
from wuye.cli.reach import Served, reach
from wuye.kernel.clock import system_clock, to_ms
from wuye.kernel.ids import derive
from wuye.sync.directory import load_directory


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the company in a process of its own; yields the address."""
    command = [sys.executable, "-c", "from wuye.cli import main; main()", "serve", "--dir", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            note = folder / "serve.json"
            while not note.exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            yield json.loads(note.read_text("utf-8"))["url"]
        finally:
            process.terminate()
            process.communicate()


def test_the_server_is_ready_and_other_commands_reach_the_installation_through_it(wuye: Wuye, company: Path) -> None:
    with serving(company) as url:
        with urlopen(f"{url}/health/ready") as answer:
            assert answer.status == 200
        assert wuye("verify", "--dir", company).exit_code == 0
        with reach(company, None) as way:
            assert isinstance(way, Served)
            directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
            now = system_clock()
            zone = derive("test", "zone", ms=to_ms(now))
            [site] = [id_ for id_ in directory.sites if id_ != directory.org]
            op = create("zone", zone, {"code": "E", "name": "東"}, site=site, at=now)
            results = [way.submit(first_admin(directory, now), "import", site, [op])[0] for _ in range(2)]
            assert [result.status for result in results] == ["applied", "applied"]
            assert [found.id for found in way.read(lambda snapshot: snapshot.entities(site, ("zone",)))] == [zone]
    assert not (company / "serve.json").exists()


def test_what_needs_the_folder_for_itself_says_that_a_server_has_it(wuye: Wuye, company: Path) -> None:
    with serving(company):
        for command in (("migrate",), ("demo",), ("serve", "--port", "0")):
            result = wuye(*command, "--dir", company)
            assert result.exit_code == 1, command
            assert "Stop it" in result.output or "not empty" in result.output


def test_people_are_added_and_let_in_while_the_server_runs(wuye: Wuye, company: Path) -> None:
    with serving(company) as url:
        added = wuye("user", "add", "li.na", "--dir", company, "--role", "front_desk", "--site", "A", "--name", "李娜")
        first = added.output.splitlines()[-1].partition(": ")[2]
        assert log_in(url, "li.na", password=first) == 200
        assert wuye("user", "password", "li.na", "--dir", company, "--password", "new-horse-battery-1").exit_code == 0
        assert [log_in(url, "li.na", password=said) for said in (first, "new-horse-battery-1")] == [401, 200]
        code = wuye("user", "code", "li.na", "--dir", company).output.split(": ")[1].split()[0]
        assert [log_in(url, "li.na", code=code) for _ in range(2)] == [200, 401]
        assert wuye("user", "add", "LI.NA", "--dir", company, "--role", "front_desk", "--site", "A").exit_code == 1


def log_in(url: str, username: str, **proof: str) -> int:
    device = {"id": derive("test", "device", ms=0)}
    body = json.dumps({"username": username, "device": device, **proof}).encode()
    try:
        with urlopen(Request(f"{url}/api/v1/session", body)) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
