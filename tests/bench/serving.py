"""A real server process on a fresh demo installation, and a client that costs as little as possible."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from wuye.kernel.ids import uuid7

WUYE = (str(Path(sys.executable).with_name("wuye")),)
BARE = (sys.executable, "-P", str(Path(__file__).with_name("bare.py")))
"""Without any plugin."""


class Serving:
    """A server under measurement: where it listens, which process it is, how long it took to answer first."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]", cold_start: float) -> None:
        self.folder = folder
        self.port = port
        self.process = process
        self.cold_start = cold_start

    def memory(self, what: str = "VmRSS") -> float:
        """Return the process's resident memory in MiB; ``VmHWM`` is its peak."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{what}:\s+(\d+)", status)[0]) / 1024

    def forget_peak(self) -> None:
        """Start a new peak."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


def make_demo(folder: Path, seed: int = 1, wuye: tuple[str, ...] = WUYE) -> dict[str, list[dict[str, object]]]:
    """Make a demo installation and return its sites and users."""
    done = subprocess.run(
        [*wuye, "demo", "--dir", folder, "--seed", str(seed), "--json"], check=True, capture_output=True
    )
    return json.loads(done.stdout)


@contextmanager
def serve(folder: Path, wuye: tuple[str, ...] = WUYE) -> Iterator[Serving]:
    """Run the server until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.perf_counter()
    process = subprocess.Popen(
        [*wuye, "serve", "--dir", folder, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _ready(port):
            if process.poll() is not None:
                raise RuntimeError("the server did not start; try the command by hand")
            time.sleep(0.01)
        yield Serving(folder, port, process, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(30)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Caller:
    """One replica speaking bare HTTP."""

    def __init__(self, port: int, username: object, password: object) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        device = {"id": new_id(), "name": "bench", "platform": "test", "app": "1"}
        body = {"username": username, "password": password, "device": device}
        session = json.loads(self.post("/api/v1/session", json.dumps(body).encode(), {}))
        self.replica = session["replica"]
        self.headers = {"Authorization": f"Bearer {session['token']}", "Content-Type": "application/json"}
        self.cursor: str | None = None
        self.last: dict[str, int] = {}
        self.wire = 0

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """Post and return the body of the answer.

        Raises:
            RuntimeError: any answer but 200 or 201.
        """
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{answer.status}: {content[:300]!r}")
        self.wire = len(content)
        return content

    def request(self, ops: list[dict[str, object]], limit: int = 2000) -> bytes:
        """Write a request with ops numbered on."""
        for op in ops:
            site = str(op["site"])
            self.last[site] = self.last.get(site, 0) + 1
            op["n"] = self.last[site]
        return json.dumps(
            {"protocol": 1, "replica": self.replica, "cursor": self.cursor, "limit": limit, "now": now(), "ops": ops}
        ).encode()

    def send(self, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """Send a request as written."""
        return self.post("/api/v1/sync", body, self.headers | (headers or {}))

    def sync(self, ops: list[dict[str, object]] | None = None, limit: int = 2000) -> dict[str, object]:
        """Send ops, move the cursor, return the answer."""
        answer = json.loads(self.send(self.request(ops or [], limit)))
        self.cursor = answer["cursor"]
        return answer

    def read_on(self, content: bytes) -> bool:
        """Move the cursor by an answer without parsing its changes, and tell whether there is more: what a client
        does with the changes is not measured here."""
        tail = json.loads(b"{" + content[content.rindex(b'"cursor":') :])
        self.cursor = tail["cursor"]
        return bool(tail["more"])

    def catch_up(self) -> None:
        """Read everything that is new."""
        while self.read_on(self.send(self.request([], 5000))):
            pass


def now() -> str:
    """Return the present moment as the wire has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Make a UUIDv7."""
    return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


def ticket(site: str, unit: str, number: int) -> dict[str, object]:
    """Write the creation of a ticket: 14 fields, about 600 bytes."""
    return {
        "op": new_id(),
        "site": site,
        "entity": "ticket",
        "v": 1,
        "record": new_id(),
        "kind": "create",
        "at": now(),
        "set": {
            "kind": "repair",
            "title": f"廚房水管接口滴水 {number}",
            "description": "住戶反映廚房水槽下方的水管接口持續滴水,已經用盆接水,擔心滲到樓下,希望今天有人來修。",
            "wish": "下午三點以後家裡有人,上門前請先打電話。",
            "channel": "phone",
            "symptom_category": "equipment",
            "priority": "urgent",
            "reporter": "王小明",
            "reporter_phone": "138 0013 8000",
            "language": "zh-Hans",
            "unit": unit,
            "location": "廚房水槽下方左側",
            "department": "engineering",
            "quality_standard": "修好後試水十分鐘不再滴漏",
        },
    }
