"""Protocol §3.2, design §3: what a rule flags is applied as asked, and put before the author and his supervisors."""

import msgspec
import pytest
from tests.sync.scene import change, do, edit, exchange, item, items, ledger, make, plain, resolve, values

from wuye.model.rules import FollowUp
from wuye.testing.house import House, Replica


def test_design_3_a_flagged_op_is_applied_and_its_item_tells_author_and_supervisor_why(
    house: House, worker: Replica, boss: Replica
) -> None:
    thing = make(worker, spot="lobby")
    written = change(worker, thing, name="flagged")
    [result] = worker.push(written)
    assert (result.status, result.code, result.message) == ("applied", None, None)
    assert values(house, thing)["name"] == "flagged"
    row = item(house, written.op)
    assert (row["status"], row["why"], row["message"]) == ("applied", "flagged", "message.look")
    assert row["fields"] == [{"field": "name", "was": "x", "mine": "flagged"}]
    for replica in (worker, boss):
        replica.sync()
        assert (replica.get("review", str(result.review)) or {})["status"] == "open"
    assert resolve(boss, str(result.review), written.op).status == "applied"


def test_design_3_a_flagged_creation_shows_what_it_made(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "flagged", "spot": "lobby"})
    worker.push(op)
    assert item(house, op.op)["fields"] == [{"field": "name", "mine": "flagged"}]


def test_design_3_an_op_flagged_twice_has_one_row_with_both_messages(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "flag twice", "spot": "lobby"})
    worker.push(op)
    row = item(house, op.op)
    assert (row["why"], row["message"]) == ("flagged", "message.look")
    assert row["also"] == [{"why": "flagged", "message": "message.look_again"}]
    assert [field["field"] for field in row["fields"]] == ["name", "spot"]  # type: ignore[attr-defined]


def test_design_3_a_conflict_in_a_flagged_op_keeps_both_values(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker, spot="lobby", log="l")
    mate.sync()
    late = change(mate, thing, name="flagged", low=1)
    late = msgspec.structs.replace(late, set={**late.set, "weight": "2"}, was={**late.was, "weight": None})
    edit(worker, thing, weight="1")
    [result] = mate.push(late)
    assert (result.status, result.code, result.fields) == ("merged", "conflict", ("weight",))
    row = item(house, late.op)
    assert (row["why"], row["code"], row["message"]) == ("flagged", "conflict", "message.look")
    assert [(field["field"], field["mine"]) for field in row["fields"]] == [  # type: ignore[attr-defined]
        ("weight", "2"),
        ("name", "flagged"),
    ]


def test_design_3_a_flag_on_work_after_a_right_had_ended_tells_both(house: House) -> None:
    user = house.user("broadcaster")
    grant = house.grant(user, "lab_worker")
    author = house.replica(user)
    thing = make(author)
    author.sync()
    house.end_grant(grant)
    late = change(author, thing, name="flagged")
    assert author.push(late)[0].status == "applied"
    row = item(house, late.op)
    assert (row["why"], row["also"]) == ("revoked_work", [{"why": "flagged", "message": "message.look"}])


def test_design_3_what_falls_with_its_group_is_not_flagged(house: House, worker: Replica) -> None:
    group = house.id()
    ops = [house.op("lab.thing", set={"name": name}, group=group) for name in ("flagged", "refuse")]
    worker.push(*ops)
    assert [item(house, op.op)["why"] for op in ops] == ["group", "rule"]


def test_design_3_a_flagged_deletion_shows_no_values(house: House, worker: Replica) -> None:
    thing = make(worker, name="precious")
    op = house.op("lab.thing", "delete", thing, base=worker.seq("lab.thing", thing))
    assert worker.push(op)[0].status == "applied"
    assert item(house, op.op)["fields"] == [{"field": "name"}]


def test_design_3_a_flag_on_an_op_that_a_rule_was_not_shown_is_a_fault_of_the_rule(
    house: House, worker: Replica
) -> None:
    [result] = worker.push(house.op("lab.thing", set={"name": "flag another"}))
    assert (result.status, result.code) == ("held", "rule_failed")


def test_design_3_a_repeat_flags_nothing_anew(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "flagged"}))
    first, second = (exchange(worker, [plain(op)]).results for _ in range(2))
    assert (first[0].review, len(items(house))) == (second[0].review, 1)


def test_design_3_a_flagged_follow_up_stands_and_supervisors_see_it(
    house: House, worker: Replica, boss: Replica
) -> None:
    op = house.op("lab.thing", set={"name": "flag what follows"})
    worker.push(op)
    [row] = [row for row in ledger(house) if row.cause == op.op]
    assert (row.user, row.status) == ("plugin:lab", "applied")
    assert item(house, row.op)["message"] == "message.look"
    boss.sync()
    assert [body["author"] for body in boss.reviews() if body["author"] != worker.user] == ["plugin:lab"]


def test_design_3_what_a_job_does_can_be_flagged(house: House, boss: Replica) -> None:
    asked = [FollowUp(key="x", cause="", entity="lab.thing", kind="create", set={"name": "flagged"})]
    steps = house.door.follow_up("lab", "lab.job", house.estate, asked, house.now, frozenset({"lab.thing.create"}))
    [result] = house.run(steps).results
    assert (result.status, item(house, result.op)["why"]) == ("applied", "flagged")
    boss.sync()
    assert boss.get("review", str(result.review)) is not None


def test_3_2_a_held_op_that_is_flagged_when_it_is_decided_stays_open(
    house: House, worker: Replica, mate: Replica
) -> None:
    op = house.op("lab.thing", set={"name": "flagged", "parent": house.id()})
    [result] = worker.push(op)
    assert result.code == "unknown_record"
    mate.push(house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}))
    row = item(house, op.op)
    assert (row["status"], row["why"], row.get("settled_by")) == ("applied", "flagged", None)
    assert house.all("review")[str(result.review)]["status"] == "open"


def test_3_2_a_held_op_that_is_applied_as_asked_keeps_saying_why_it_waited(
    house: House, worker: Replica, mate: Replica
) -> None:
    op = house.op("lab.thing", set={"name": "x", "parent": house.id()})
    worker.push(op)
    mate.push(house.op("lab.thing", record=str(op.set["parent"]), set={"name": "parent"}))
    row = item(house, op.op)
    assert (row["status"], row["why"], row["settled_by"]) == ("applied", "unknown_record", "plugin:core")


@pytest.mark.parametrize("name", ["flagged", "x"])
def test_design_3_acts_are_flagged_like_edits(house: House, worker: Replica, name: str) -> None:
    thing = make(worker, name=name)
    before = len(items(house))
    assert do(worker, thing, "start").status == "applied"
    assert len(items(house)) - before == (name == "flagged")
