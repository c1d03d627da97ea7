"""The stage of the first day: commands of the README run as they stand there, a server, people with their devices."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from wuye_client import Replica

BIN = Path(sys.executable).parent


class Person(NamedTuple):
    """A user of the demo organisation."""

    username: str
    password: str


def wuye(*words: object) -> str:
    """Run a command of Wuye; return what it prints.

    Raises:
        RuntimeError: it failed; the text is what it said.
    """
    done = subprocess.run([BIN / "wuye", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"wuye {' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def make_demo(folder: Path, seed: int) -> dict[str, Person]:
    """Make the demo organisation; return its people by user name."""
    told = json.loads(wuye("demo", "--dir", folder, "--seed", seed, "--json").splitlines()[0])
    return {user["username"]: Person(user["username"], user["password"]) for user in told["users"]}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve an installation; yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (folder.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [BIN / "wuye", "serve", "--dir", folder, "--port", str(port)], stdout=log, stderr=log
        )
        try:
            _wait_until_ready(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the server ended; see server.log")
        try:
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server is not ready after half a minute; see server.log")


def tablet(folder: Path, url: str, person: Person) -> Replica:
    """Give a person a device: log in, read everything."""
    device = folder / person.username
    device.mkdir(parents=True, exist_ok=True)
    replica = Replica.open(device / "wuye.db")
    replica.login(url, person.username, person.password, device_name=person.username)
    replica.sync()
    return replica


def asked_directly(url: str, person: Person, site: str, entity: str) -> Mapping[str, Mapping[str, object]]:
    """Ask the server for what a user may read, not through sync: id → values."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=60) as http:
        device = {"id": "01a20000-0000-7000-8000-000000000001", "name": "query", "platform": "test", "app": "1"}
        body = {"username": person.username, "password": person.password, "device": device}
        token = http.post("/session", json=body).raise_for_status().json()["token"]
        found: dict[str, Mapping[str, object]] = {}
        page: dict[str, object] | None = {"limit": 200}
        while page:
            answer = http.get(f"/sites/{site}/{entity}", params=page, headers={"Authorization": f"Bearer {token}"})
            told = answer.raise_for_status().json()
            found |= {record["id"]: record["values"] for record in told["records"]}
            page = {"limit": 200, "after": told["next"]} if told["next"] else None
        return found
