"""SIGKILL in a storm of writes: what was acknowledged is there, whole, and nothing half-written (protocol §3.1)."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wuye.storage.sqlite import SqliteStore
from wuye.testing.store_suite.steps import A, B, pull
from wuye.testing.store_suite.world import SITE, id_of, registry

STORM = """
import sys, threading
from pathlib import Path
from wuye.storage.sqlite import SqliteStore
from wuye.testing.store_suite.steps import note
from wuye.testing.store_suite.world import SITE, registry, write

store = SqliteStore(Path(sys.argv[1]), registry())
def storm(thread):
    for number in range(100_000):
        pair = [note(f"{thread}-{number}-{half}", "a", "b") for half in (1, 2)]
        store.wait_write(SITE, lambda transaction: write(transaction, SITE, pair))
        sys.stdout.write(f"{thread}-{number}\\n")
        sys.stdout.flush()
for thread in range(4):
    threading.Thread(target=storm, args=(thread,), daemon=True).start()
threading.Event().wait()
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_process_keeps_exactly_the_acknowledged_units(database: Path, seed: int) -> None:
    lines = random.Random(seed).randrange(20, 300)
    process = subprocess.Popen([sys.executable, "-c", STORM, str(database)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()

    with SqliteStore(database, registry()) as store:
        assert store.wait_read(lambda s: s.connection.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
        head = store.wait_read(lambda s: s.head(SITE))
        rows = pull(store.blocking, {A: 0, B: 0}, limit=10**6)
        ledger = store.wait_read(lambda s: s.ledger(SITE, limit=10**6))
    stored = {row.record for row in rows}
    assert {id_of(f"{line}-{half}") for line in acknowledged for half in (1, 2)} <= stored
    in_flight = 4  # one for each thread: committed, but killed before it was told
    assert len(stored) <= 2 * (len(acknowledged) + in_flight)
    assert len(rows) == 2 * len(stored), "each record is in both of its buckets"
    assert sorted({row.seq for row in rows}) == list(range(1, head.seq + 1))
    assert [row.pos for row in ledger] == list(range(1, head.pos + 1))
    assert len(stored) == head.pos == 2 * head.seq, "a unit's two records came together or not at all"
