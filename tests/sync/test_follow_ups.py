"""Protocol §3.1: follow-up ops of plugin rules run after their group, share its seq, name their cause, undo nothing."""

import msgspec
from tests.sync.scene import do, edit, head, item, items, ledger, make, values

from wuye.kernel.ids import is_uuid
from wuye.testing.house import House, Replica


def test_3_1_a_follow_up_bears_its_plugin_and_its_cause_and_shares_the_seq(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "echo 1"})
    [result] = worker.push(op)
    rows = [row for row in ledger(house) if row.cause == op.op]
    assert [(row.user, row.entity, row.seq) for row in rows] == [
        ("plugin:lab", "lab.echo", result.seq),
        ("plugin:annex", "annex.note", result.seq),
    ]
    assert [row.pos for row in rows] == [row.pos for row in ledger(house)][-2:]
    assert head(house) == result.seq
    stored = house.record("lab.echo", rows[0].record)
    assert stored is not None
    assert (stored.created_by, stored.seq, stored.created_at) == ("plugin:lab", result.seq, op.at)


def test_3_1_follow_ups_run_in_plugin_order_after_the_whole_group(house: House, worker: Replica) -> None:
    group = house.id()
    ops = [house.op("lab.thing", set={"name": name}, group=group) for name in ("echo 1", "x", "echo 1")]
    worker.push(*ops)
    assert [row.user for row in ledger(house)][-7:] == [worker.user] * 3 + ["plugin:lab"] * 2 + ["plugin:annex"] * 2
    assert {row.seq for row in ledger(house)[-7:]} == {head(house)}


def test_3_1_ids_of_follow_ups_derive_from_plugin_and_cause(house: House, worker: Replica) -> None:
    """Two plugins whose rules have the same name and key do not take each other's ids."""
    worker.push(*(house.op("lab.thing", set={"name": "echo 1"}) for _ in range(2)))
    rows = [row for row in ledger(house) if row.user.startswith("plugin:") and row.cause]
    assert len(rows) == 4
    assert len({row.op for row in rows}) == len({row.record for row in rows}) == 4
    assert all(is_uuid(row.op) and is_uuid(row.record) for row in rows)


def test_3_1_the_same_op_makes_the_same_follow_ups_on_every_server(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "echo 2"})
    backup = house.memory.backup()
    worker.push(op)
    first = [(row.op, row.record) for row in ledger(house) if row.cause]
    house.memory.restore(backup, house.id())
    house.door = type(house.door)(house.registry, b"a secret for tests")
    worker.last.clear()
    worker.push(op)
    assert [(row.op, row.record) for row in ledger(house) if row.cause] == first


def test_3_1_follow_ups_of_follow_ups_name_the_first_cause_and_end(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "echo 3"})
    worker.push(op)
    assert sorted(body["depth"] for body in house.all("lab.echo").values()) == [0, 1, 2]  # type: ignore[type-var]
    assert {row.cause for row in ledger(house) if row.entity == "lab.echo"} == {op.op}
    worker.push(house.op("lab.thing", set={"name": "echo 100"}))
    assert len(house.all("lab.echo")) == 3 + 8


def test_3_1_a_refused_follow_up_opens_a_review_item_and_its_cause_stands(
    house: House, worker: Replica, boss: Replica
) -> None:
    op = house.op("lab.thing", set={"name": "overreach"})
    [result] = worker.push(op)
    assert (result.status, result.review) == ("applied", None)
    assert values(house, op.record)["name"] == "overreach"
    assert house.all("lab.secret") == {}
    [row] = [row for row in ledger(house) if row.cause == op.op]
    assert (row.user, row.status, row.code) == ("plugin:lab", "rejected", "forbidden")
    entry = item(house, row.op)
    assert (entry["why"], entry["status"]) == ("follow_up_refused", "rejected")
    boss.sync()
    assert [body["author"] for body in boss.reviews()] == ["plugin:lab"]


def test_3_1_follow_ups_of_a_group_that_falls_do_not_happen(house: House, worker: Replica) -> None:
    group = house.id()
    ops = [house.op("lab.thing", set={"name": name}, group=group) for name in ("echo 2", "refuse")]
    worker.push(*ops)
    assert (house.all("lab.echo"), house.all("annex.note")) == ({}, {})
    assert not [row for row in ledger(house) if row.cause]


def test_3_1_a_repeat_makes_no_second_follow_up(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "echo 1"}))
    for _ in range(2):
        worker.sync([op])
    house.replica(worker.user).push(op)
    assert (len(house.all("lab.echo")), len(house.all("annex.note"))) == (1, 1)


def test_3_1_a_rules_update_starts_from_what_is_there(house: House, worker: Replica, mate: Replica) -> None:
    thing = house.op("lab.thing", set={"name": "log me", "log": "written"})
    worker.push(thing)
    assert values(house, thing.record)["log"] == "logged"
    assert items(house) == []


def test_3_1_a_plugin_that_is_off_follows_up_nothing(house: House, worker: Replica) -> None:
    house.write(house.org, house.op("site", "update", house.estate, site=house.org, set={"plugins": [{"id": "lab"}]}))
    worker.push(house.op("lab.thing", set={"name": "echo 1"}))
    assert (len(house.all("lab.echo")), house.all("annex.note"), items(house)) == (1, {}, [])


def test_3_1_a_held_op_is_followed_up_when_it_is_decided(house: House, worker: Replica, mate: Replica) -> None:
    op = house.op("lab.thing", set={"name": "echo 1", "parent": house.id()})
    worker.push(op)
    assert house.all("lab.echo") == {}
    mate.push(house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}))
    assert len(house.all("lab.echo")) == 1
    assert {row.seq for row in ledger(house) if row.cause == op.op} == {house.outcome(worker.user, op.op).seq}


def test_design_3_a_rules_correction_is_part_of_the_change(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "correct"})
    worker.push(op)
    assert values(house, op.record)["stamp"] == "by rule"
    thing = make(worker)
    edit(worker, thing, name="correct")
    assert msgspec.json.decode(ledger(house)[-1].changes) == {"name": ["x", "correct"], "stamp": [None, "by rule"]}


def test_design_3_rules_see_what_the_push_has_made_so_far(house: House, worker: Replica) -> None:
    parent = make(worker)
    ops = [house.op("lab.thing", set={"name": "x", "parent": parent}) for _ in range(3)]
    worker.push(*ops)
    assert [values(house, op.record)["stamp"] for op in ops] == ["0", "1", "2"]
    assert do(worker, ops[0].record, "start").status == "applied"
