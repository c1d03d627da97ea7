"""Protocol §8: the recorded scenarios hold for this server, and say what they said when they were recorded."""

from pathlib import Path

import msgspec
import pytest
from tests.conformance import more_scenarios  # noqa: F401  # declares its scenarios
from tests.conformance.matching import Names
from tests.conformance.recording import COUNTED, Json, exchange, held, house_of, new_epoch, typed
from tests.conformance.scenarios import FOLDER, SCENARIOS, record

from wuye.kernel.clock import from_wire
from wuye.protocol.wire import Op
from wuye.testing.house import Replica

RECORDED = sorted(FOLDER.glob("*.json"))


def load(file: Path) -> Json:
    return msgspec.json.decode(file.read_bytes(), type=dict)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_8_the_server_answers_as_recorded(file: Path) -> None:
    """Plays the requests to a server whose ids, cursors and seqs are others than those recorded."""
    scenario = load(file)
    house = house_of(scenario)
    names = Names(scenario["made"], str(scenario["begin"]))  # type: ignore[arg-type]
    replicas: dict[str, Replica] = {}
    for name, known in scenario["replicas"].items():  # type: ignore[attr-defined]
        replicas[name] = Replica(house, known["user"])
        replicas[name].id = known["id"]
    for number, step in enumerate(scenario["steps"]):  # type: ignore[arg-type, var-annotated]
        house.now = from_wire(step["at"])
        if "system" in step:
            ops = [msgspec.convert(op, Op) for op in step["system"]]
            house.write(ops[0].site, *ops)
        elif "sweep" in step:
            house.run(house.door.sweep(step["sweep"], house.now))
        elif "restored" in step:
            new_epoch(house, house.id())
        else:
            replica = replicas[step["as"]]
            request = names.put(step["request"])
            assert isinstance(request, dict)
            if request.get("have") == COUNTED:
                request["have"] = replica.sums()
            response, problem = exchange(house, replica.user, replica.id, not step.get("dead"), request)
            place = f"step {number}"
            if response is None:
                names.match(step.get("problem"), problem, place=place)
                continue
            names.match(step.get("response"), msgspec.json.decode(msgspec.json.encode(response)), place=place)
            if not step.get("lost"):
                replica.absorb(response)
                expected = {entity: sorted(map(str, map(names.put, ids))) for entity, ids in step["holds"].items()}
                assert held(replica) == expected, place
    names.check_order()


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_8_a_client_that_is_sent_the_recorded_answers_holds_what_was_recorded(file: Path) -> None:
    scenario = load(file)
    replicas: dict[str, Replica] = {}
    house = house_of(scenario)
    for name, known in scenario["replicas"].items():  # type: ignore[attr-defined]
        replicas[name] = Replica(house, known["user"])
    for step in scenario["steps"]:  # type: ignore[attr-defined]
        if "response" in step and not step.get("lost"):
            replica = replicas[step["as"]]
            replica.absorb(typed(step["response"]))
            assert held(replica) == step["holds"]


def test_8_what_is_checked_in_is_what_would_be_recorded() -> None:
    """Who changes the protocol or its scenarios records them anew: python -m tests.conformance.scenarios"""
    assert [file.stem for file in RECORDED] == sorted(SCENARIOS)
    for file in RECORDED:
        assert load(file) == msgspec.json.decode(msgspec.json.encode(record(file.stem))), file.stem


def test_8_there_are_scenarios_enough_and_each_says_what_it_states() -> None:
    assert len(RECORDED) >= 25
    assert all(load(file)["about"] for file in RECORDED)
