"""Protocol §3.2: held ops wait for their cause, in log order, and are decided when it is gone."""

import msgspec
import pytest
from tests.sync.lab import ANNEX, FAULTS, LAB, Made, lab_registry
from tests.sync.scene import change, do, edit, item, items, ledger, make, resolve, state_of, values

from wuye.kernel.clock import to_wire
from wuye.model.entity import Entity, Field
from wuye.protocol.wire import Op
from wuye.sync.door import Door
from wuye.testing.house import House, Replica, registry_of


def switch(house: House, *plugins: str, site: str | None = None) -> None:
    """Set the plugins of a site, the estate by default."""
    at = site or house.estate
    was = house.all("site", house.org)[at].get("plugins")
    rows = [{"id": plugin} for plugin in plugins]
    house.write(house.org, house.op("site", "update", at, site=house.org, set={"plugins": rows}, was={"plugins": was}))


def outcome(house: House, author: Replica, op: Op) -> tuple[str, str | None]:
    row = house.outcome(author.user, op.op)
    return row.status, row.code


def restart(house: House, *sources: object) -> None:
    """Start the server anew with other plugins, and judge what is held again."""
    house.registry = lab_registry(*sources)  # type: ignore[arg-type]
    house.door = Door(house.registry, b"a secret for tests")
    house.run(house.door.sweep(house.estate, house.now, retry_rules=True))


def test_3_2_a_plugin_that_is_off_holds_until_it_is_on(house: House, worker: Replica) -> None:
    switch(house, "lab")
    op = house.op("annex.note", set={"said": "x"})
    [result] = worker.push(op)
    assert (result.status, result.code) == ("held", "plugin_off")
    make(worker)
    assert outcome(house, worker, op)[0] == "held"
    admin = house.replica(house.user("admin", site=house.org))
    rows = [{"id": "lab"}, {"id": "annex"}]
    was = {"plugins": [{"id": "lab"}]}
    # Whoever switches it on has its ops judged at once, with the rights of their author.
    admin.push(house.op("site", "update", house.estate, site=house.org, set={"plugins": rows}, was=was))
    assert outcome(house, worker, op) == ("rejected", "forbidden")


def test_3_2_an_update_waits_for_its_record(house: House, worker: Replica, mate: Replica) -> None:
    create = house.op("lab.thing", set={"name": "x"})
    update = house.op("lab.thing", "update", create.record, set={"name": "y"}, was={"name": "x"})
    assert mate.push(update)[0].code == "unknown_record"
    worker.push(create)
    assert outcome(house, mate, update) == ("applied", None)
    assert values(house, create.record)["name"] == "y"


def test_3_2_a_record_named_that_arrives_in_the_same_push_is_enough(house: House, worker: Replica) -> None:
    parent = house.op("lab.thing", set={"name": "parent"})
    child = house.op("lab.thing", set={"name": "child", "parent": parent.record})
    assert [result.status for result in worker.push(child, parent)] == ["applied", "applied"]


def test_3_2_an_unknown_entity_waits_for_its_plugin(house: House, worker: Replica) -> None:
    op = house.op("zoo.animal", set={"name": "panda"})
    assert worker.push(op)[0].code == "unknown_entity"
    animal = Entity(name="zoo.animal", stream="zoo", title="", fields=(Field(name="name"),))
    restart(house, Made("zoo", {"wuye_entities": (animal,)}))
    assert outcome(house, worker, op) == ("rejected", "forbidden")


def test_3_2_a_newer_version_waits_for_the_servers_update(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "x"}, v=2)
    assert worker.push(op)[0].code == "unknown_version"
    things = [e for e in LAB["wuye_entities"] if e.name != "lab.thing"]
    newer = msgspec.structs.replace(LAB["wuye_entities"][0], version=2)
    house.registry = registry_of(Made("lab", {**LAB, "wuye_entities": (newer, *things)}), Made("annex", ANNEX))
    house.door = Door(house.registry, b"a secret for tests")
    house.run(house.door.sweep(house.estate, house.now))
    assert outcome(house, worker, op) == ("applied", None)


@pytest.mark.parametrize("name", ["boom", "echo raises", "blame another", "stray"])
def test_3_2_a_rule_that_fails_holds_and_its_neighbours_are_judged(house: House, worker: Replica, name: str) -> None:
    FAULTS["boom"] = ValueError("x")
    ops = [house.op("lab.thing", set={"name": said}) for said in ("one", name, "two")]
    assert [(r.status, r.code) for r in worker.push(*ops)] == [
        ("applied", None),
        ("held", "rule_failed"),
        ("applied", None),
    ]


def test_3_2_a_rule_that_is_mended_is_asked_again(house: House, worker: Replica) -> None:
    FAULTS["boom"] = ValueError("x")
    op = house.op("lab.thing", set={"name": "boom"})
    worker.push(op)
    FAULTS.clear()
    make(worker)
    assert outcome(house, worker, op)[0] == "held"
    house.run(house.door.sweep(house.estate, house.now, retry_rules=True))
    assert outcome(house, worker, op) == ("applied", None)


def test_3_2_an_upcaster_that_fails_holds_and_its_neighbours_are_judged(house: House, worker: Replica) -> None:
    ops = [house.op("lab.form", set={"name": name}, v=2) for name in ("one", "explode", "two")]
    assert [r.status for r in worker.push(*ops)] == ["applied", "held", "applied"]


def test_3_2_later_ops_of_a_log_wait_for_earlier_ones_on_the_record(house: House, worker: Replica) -> None:
    create = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    update = house.op("lab.thing", "update", create.record, set={"name": "y"}, was={"name": "x"})
    child = house.op("lab.thing", set={"name": "child", "parent": create.record})
    grandchild = house.op("lab.thing", set={"name": "grandchild", "parent": child.record})
    free = house.op("lab.thing", set={"name": "free"})
    results = worker.push(create, update, child, free)
    results += worker.push(grandchild)  # in a later push too
    assert [r.code for r in results] == ["unknown_record", "held_before", "held_before", None, "held_before"]
    parent = house.op("lab.thing", record=str(create.set["parent"]), set={"name": "parent"})
    worker.push(parent)
    decided = [row for row in ledger(house) if row.status == "applied"][-4:]
    assert [row.op for row in decided] == [op.op for op in (create, update, child, grandchild)]
    assert values(house, create.record)["name"] == "y"


def test_3_2_another_log_does_not_wait(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    worker.push(house.op("lab.thing", "update", thing, set={"parent": house.id()}))
    assert worker.push(change(worker, thing, name="y"))[0].code == "held_before"
    assert edit(mate, thing, spot="here").status == "applied"


def test_3_2_what_builds_on_a_held_op_that_is_refused_is_refused_as_dependency(
    house: House, worker: Replica, mate: Replica
) -> None:
    create = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    update = house.op("lab.thing", "update", create.record, set={"spot": "here"})
    child = house.op("lab.thing", set={"name": "child", "parent": create.record})
    grandchild = house.op("lab.thing", set={"name": "grandchild", "parent": child.record})
    worker.push(create, update, child, grandchild)
    mate.push(house.op("lab.thing", record=create.record, set={"name": "taken"}))
    assert [outcome(house, worker, op)[0] for op in (create, update, child, grandchild)] == ["held"] * 4
    mate.push(house.op("lab.thing", record=str(create.set["parent"]), set={"name": "parent"}))
    assert [outcome(house, worker, op) for op in (create, update, child, grandchild)] == [
        ("rejected", "duplicate_key"),
        *[("rejected", "dependency")] * 3,
    ]


def test_3_2_what_builds_on_a_refused_op_need_not_wait(house: House, worker: Replica) -> None:
    create = house.op("lab.thing", set={"name": "refuse"})
    update = house.op("lab.thing", "update", create.record, set={"spot": "here"})
    child = house.op("lab.thing", set={"name": "child", "parent": create.record})
    later = house.op("lab.thing", "delete", create.record)
    results = worker.push(create, update, child) + worker.push(later)
    assert [r.code for r in results] == ["rule", "dependency", "dependency", "dependency"]
    again = house.op("lab.thing", record=create.record, set={"name": "good"})
    assert [r.status for r in worker.push(again, msgspec.structs.replace(update, op=house.id()))] == ["applied"] * 2


def test_3_2_a_held_op_falls_when_the_record_it_waits_for_is_refused(house: House, worker: Replica) -> None:
    parent = house.op("lab.thing", set={"name": "refuse"})
    child = house.op("lab.thing", set={"name": "child", "parent": parent.record})
    assert worker.push(child)[0].code == "unknown_record"
    worker.push(parent)
    assert outcome(house, worker, child) == ("rejected", "dependency")


def test_3_2_a_held_group_is_decided_as_a_group(house: House, worker: Replica, mate: Replica) -> None:
    one, two, parent = house.id(), house.id(), house.id()
    good = [
        house.op("lab.thing", set={"name": "x"}, group=one),
        house.op("lab.thing", set={"name": "y", "parent": parent}, group=one),
    ]
    bad = [
        house.op("lab.thing", set={"name": "x"}, group=two),
        house.op("lab.thing", set={"name": "y", "parent": parent}, group=two),
    ]
    assert [r.status for r in worker.push(*good, *bad)] == ["held"] * 4
    mate.push(house.op("lab.thing", record=bad[0].record, set={"name": "taken"}))
    mate.push(house.op("lab.thing", record=parent, set={"name": "parent"}))
    assert [outcome(house, worker, op) for op in good] == [("applied", None)] * 2
    assert len({house.outcome(worker.user, op.op).seq for op in good}) == 1
    assert [outcome(house, worker, op) for op in bad] == [("rejected", "duplicate_key"), ("rejected", "group")]


@pytest.mark.parametrize("days", [7, 3])
def test_3_2_what_is_held_too_long_expires(house: House, worker: Replica, days: int) -> None:
    if days != 7:
        value = {"name": "hold_days", "value": str(days)}
        house.write(house.org, house.op("setting", site=house.org, set=value))
    op = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    child = house.op("lab.thing", "update", op.record, set={"spot": "here"})
    worker.push(op, child)
    house.wait(days=days, minutes=-1)
    make(worker)
    assert outcome(house, worker, op)[0] == "held"
    house.wait(minutes=2)
    house.run(house.door.sweep(house.estate, house.now))
    assert outcome(house, worker, op) == ("rejected", "expired")
    assert outcome(house, worker, child) == ("rejected", "dependency")


def test_3_2_the_decision_reaches_the_author_in_the_ops_review_item(
    house: House, worker: Replica, mate: Replica
) -> None:
    good, bad = (house.op("lab.thing", set={"name": name, "parent": house.id()}) for name in ("x", "refuse"))
    held = worker.push(good, bad)
    parents = [house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}) for op in (good, bad)]
    mate.push(*parents)
    worker.sync()
    bodies = [worker.get("review", str(result.review)) or {} for result in held]
    entries = [body["items"][0] for body in bodies]  # type: ignore[index]
    assert [(e["op"], e["status"], e.get("code")) for e in entries] == [
        (good.op, "applied", None),
        (bad.op, "rejected", "rule"),
    ]
    assert [body["status"] for body in bodies] == ["resolved", "open"]  # nobody need look at what was applied
    assert [house.outcome(worker.user, op.op).review for op in (good, bad)] == [result.review for result in held]


def test_3_2_the_ledger_has_the_hold_and_the_decision(house: House, worker: Replica, mate: Replica) -> None:
    op = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    worker.push(op)
    mate.push(house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}))
    rows = [row for row in ledger(house) if row.op == op.op]
    assert [row.status for row in rows] == ["held", "applied"]
    assert rows[0].body == rows[1].body
    assert rows[0].content == rows[1].content
    assert [row.n for row in rows] == [1, 1]


@pytest.mark.parametrize("heard", [False, True])
def test_3_2_a_held_op_is_judged_by_the_rights_that_count_when_it_is(house: House, mate: Replica, heard: bool) -> None:
    author = house.replica(house.user("lab_worker"))
    op = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    author.push(op)
    [grant] = [record for record, body in house.all("grant", house.org).items() if body["user"] == author.user]
    house.end_grant(grant)
    if heard:
        author.sync()
        author.sync()
    mate.push(house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}))
    assert outcome(house, author, op) == (("rejected", "forbidden") if heard else ("applied", None))


def test_3_2_a_held_edit_merges_with_what_came_meanwhile(house: House, worker: Replica, mate: Replica) -> None:
    thing, parent = make(worker), house.id()
    mate.sync()
    op = change(worker, thing, name="mine", parent=parent)
    worker.push(op)
    edit(mate, thing, name="theirs")
    mate.push(house.op("lab.thing", record=parent, set={"name": "parent"}))
    assert outcome(house, worker, op) == ("merged", "conflict")
    assert (values(house, thing)["name"], values(house, thing)["parent"]) == ("theirs", parent)
    [field] = item(house, op.op)["fields"]  # type: ignore[misc]
    assert (field["mine"], field["theirs"]) == ("mine", "theirs")


def test_3_2_nothing_held_moves_anything_while_its_cause_stands(house: House, worker: Replica, mate: Replica) -> None:
    op = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    worker.push(op)
    rows, before, reviews = ledger(house), state_of(house), items(house)
    for _ in range(3):
        house.run(house.door.sweep(house.estate, house.now, retry_rules=True))
    assert (ledger(house), state_of(house), items(house)) == (rows, before, reviews)


def test_5_what_a_dead_token_offers_is_held_until_a_supervisor_admits_it(
    house: House, worker: Replica, boss: Replica
) -> None:
    worker.alive = False
    ops = [house.op("lab.thing", set={"name": name}) for name in ("one", "two")]
    results = worker.push(*ops)
    assert [(r.status, r.code) for r in results] == [("held", "revoked")] * 2
    make(boss_worker := house.replica(house.user("lab_worker")))
    boss_worker.sync()
    assert [outcome(house, worker, op)[0] for op in ops] == ["held", "held"]
    assert resolve(boss, str(results[0].review), ops[0].op, act="admit").status == "applied"
    assert [outcome(house, worker, op)[0] for op in ops] == ["applied", "held"]
    assert do(boss, str(results[1].review), "admit", entity="review", args={"ops": [ops[0].op]}).code == "invalid"
    house.wait(days=8)
    house.run(house.door.sweep(house.estate, house.now))
    assert outcome(house, worker, ops[1]) == ("rejected", "expired")


def test_5_the_answer_to_a_dead_token_has_only_acked_and_results(house: House, worker: Replica) -> None:
    make(worker)
    worker.alive, worker.cursor = False, None
    response = worker.send([worker.number(house.op("lab.thing", set={"name": "x"}))])
    assert response.acked == {house.estate: 2}
    assert [result.status for result in response.results] == ["held"]
    assert (response.changes, response.drop, response.reset, response.cursor) == ([], [], [], msgspec.UNSET)
    assert response.now == to_wire(house.now)
