"""Protocol §8: this client, sent the recorded answers, holds what was recorded."""

from pathlib import Path

import msgspec
import pytest

from wuye_client import sync
from wuye_client.clock import from_wire
from wuye_client.protocol import SyncRequest
from wuye_client.store import Store
from wuye_client.sync import Asked, Taken

FOLDER = Path(__file__).parents[1] / "conformance" / "protocol"
SCENARIOS = sorted(FOLDER.glob("*.json"))


def asked(store: Store, step: dict[str, object]) -> Asked:
    """Return a recorded request as if this replica had made it: its cursor, its turn, its log."""
    have = {"have": {}} if "have" in step["request"] else {}  # it may say "counted"
    request = msgspec.convert({"manifest": "", **step["request"], **have, "ops": []}, SyncRequest)
    with store.writing():
        turn = store.meta_int("turn") + 1
        store.set_meta(turn=turn)
        if request.cursor is not None:
            store.set_meta(cursor=request.cursor)
        for op in step["request"]["ops"]:
            if isinstance(op, dict) and isinstance(op.get("site"), str):
                store.run(
                    "INSERT INTO log VALUES (?1, ?2, ?3 + 1, ?3, 0, NULL) ON CONFLICT (replica, site) DO UPDATE"
                    " SET sent = MAX(sent, excluded.sent), next = MAX(next, excluded.next)",
                    request.replica, op["site"], op["n"],
                )  # fmt: skip
    return Asked(request, turn, (), ops_only=bool(step.get("dead")))


def absorb(store: Store, step: dict[str, object]) -> Taken:
    request = asked(store, step)
    return sync.absorb(store, request, msgspec.json.encode(step["response"]), from_wire(step["at"]))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_8_a_replica_holds_what_was_recorded(file: Path) -> None:
    scenario = msgspec.json.decode(file.read_bytes())
    stores = {name: Store() for name in scenario["replicas"]}
    for name, known in scenario["replicas"].items():
        stores[name].set_meta(replica=known["id"])
    last: dict[tuple[str, str], object] = {}
    for step in scenario["steps"]:
        if "response" not in step or step.get("lost"):
            continue
        store = stores[step["as"]]
        last |= {(row["e"], row["r"]): row["d"] for row in step["response"].get("changes", ()) if "d" in row}
        taken = absorb(store, step)
        if taken.rewound:  # a restored server is asked again, and answers alike but for a cursor that it was not given
            taken = absorb(store, step)
        assert taken.fresh
        rows = store.all("SELECT entity, id, body FROM record ORDER BY entity, id")
        holds: dict[str, list[str]] = {}
        for entity, record, body in rows:
            holds.setdefault(entity, []).append(record)
            assert msgspec.json.decode(body) == last[entity, record]
        assert holds == step["holds"]
