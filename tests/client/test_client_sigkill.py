"""The process is killed at random moments: what a write returned is there, the log is whole, cursor and rows agree."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from tests.client.fake_server import SITE, FakeServer, Ticker, contents, open_replica

from wuye_client import Replica

CHILD = """
import sys
from tests.client.fake_server import FakeServer, Ticker, SITE
from wuye_client import Replica

path, seed = sys.argv[1], int(sys.argv[2])
ticker = Ticker(seed=seed)
server = FakeServer(page=9)
for number in range(40):
    server.write(SITE, "owner", server.new_id(), {"name": f"n{number}"})
replica = Replica.open(path, transport=server, clock=ticker, entropy=ticker.entropy)
server.replicas[replica.device.card.id] = replica.store.meta("replica")
server.tokens.add(replica.store.meta("token"))
print("ready", flush=True)
for number in range(100_000):
    if number % 7 == 3:
        with replica.group():
            for _ in range(3):
                made = replica.create("HQ-01", "ticket", {"title": f"group {number}"})
    else:
        made = replica.create("HQ-01", "ticket", {"title": f"single {number}"})
    print(made, flush=True)
    if number % 5 == 2:
        replica.sync()
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_loses_nothing_that_was_typed(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "li.na.wuye"
    open_replica(FakeServer(), path).close()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(Random(seed).uniform(0.05, 0.6))
    child.send_signal(signal.SIGKILL)
    printed = [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    child.wait()
    child.stdout.close()

    replica = Replica.open(path, transport=(server := FakeServer()), clock=Ticker(), entropy=Ticker(seed=99).entropy)
    tickets = {record.id: record["title"] for record in replica.query("ticket")}
    assert printed
    assert set(printed) <= tickets.keys()
    groups = [title for title in tickets.values() if str(title).startswith("group")]
    assert all(groups.count(title) == 3 for title in groups)
    entries = replica.outbox()
    assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
    assert replica.store.count("SELECT next FROM log") == len(entries) + 1
    # Every seq of this server made one record: the cursor says how many must be here.
    assert replica.store.count("SELECT COUNT(*) FROM record") == json.loads(replica.store.meta("cursor"))[f"{SITE}/all"]
    assert replica.store.count("SELECT COUNT(*) FROM member") == replica.store.count("SELECT COUNT(*) FROM record")
    # The server of the killed process is gone: another one must get every op.
    server.epoch, server.tokens = "e2", {str(replica.store.meta("token"))}
    replica.sync()
    replica.sync()
    assert {op for _, op in server.ledger} == {entry.op.op for entry in entries}
    assert contents(replica).keys() == server.feed[f"{SITE}/all"].keys()
    replica.close()
