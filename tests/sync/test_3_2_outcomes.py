"""Protocol §3.2: every op ends in one outcome, on record; what was not applied as asked is put before people."""

from collections.abc import Callable

import msgspec
import pytest
from tests.sync.lab import FAULTS
from tests.sync.scene import change, do, edit, exchange, item, items, ledger, make, plain, values

from wuye.kernel.clock import to_wire
from wuye.protocol.wire import Op, Result, SyncRequest, SyncResponse
from wuye.sync.answer import Principal
from wuye.sync.ledger import verify_chain
from wuye.sync.steps import Read, Write
from wuye.testing.house import House, Replica


def one_of_each(house: House, worker: Replica, mate: Replica) -> dict[str, Op]:
    """Write one op for each outcome and code, as ``status code``."""
    thing, gone, open_ = make(worker), make(worker), make(worker)
    mate.sync()
    worker.push(house.op("lab.thing", "delete", gone, base=worker.seq("lab.thing", gone)))
    edit(worker, thing, name="theirs")
    return {
        "applied": house.op("lab.thing", set={"name": "new"}),
        "merged conflict": change(mate, thing, name="mine"),
        "merged stale_transition": msgspec.structs.replace(change(mate, open_), kind="act", act="finish"),
        "rejected forbidden": house.op("zone", set={"code": "N", "name": "N"}),
        "rejected invalid": house.op("lab.thing", set={"name": 7}),
        "rejected gone": change(mate, gone, spot="here"),
        "rejected duplicate_key": house.op("lab.thing", record=thing, set={"name": "x"}),
        "rejected rule": house.op("lab.thing", set={"name": "refuse"}),
        "rejected too_large": house.op("lab.thing", set={"name": "x", "log": "x" * (64 << 10)}),
        "held unknown_record": house.op("lab.thing", "update", set={"name": "y"}),
        "held unknown_entity": house.op("nothing.known", set={"name": "y"}),
        "held unknown_version": house.op("lab.thing", set={"name": "y"}, v=2),
        "held rule_failed": house.op("lab.thing", set={"name": "boom"}),
    }


def test_3_2_every_op_has_one_outcome_and_none_stands_in_the_way_of_another(
    house: House, worker: Replica, mate: Replica
) -> None:
    FAULTS["boom"] = KeyError("x")
    cases = one_of_each(house, worker, mate)
    results = mate.push(*cases.values())
    assert [" ".join(filter(None, (r.status, r.code))) for r in results] == list(cases)
    assert [(r.op, r.site, r.n) for r in results] == [
        (op.op, house.estate, n) for n, op in enumerate(cases.values(), 1)
    ]


def test_1_the_ledger_keeps_every_op_with_its_content_and_outcome(house: House, worker: Replica, mate: Replica) -> None:
    FAULTS["boom"] = KeyError("x")
    cases = one_of_each(house, worker, mate)
    results = {result.op: result for result in mate.push(*cases.values())}
    rows = {row.op: row for row in ledger(house)}
    for op in cases.values():
        row = rows[op.op]
        assert (row.user, row.replica, row.n) == (mate.user, mate.id, results[op.op].n)
        assert (row.status, row.code, row.review) == (results[op.op].status, results[op.op].code, results[op.op].review)
        assert msgspec.json.decode(row.body)["set"] == op.set
    assert verify_chain(ledger(house)) is None


def test_1_the_ledger_tells_old_and_new_values(house: House, worker: Replica) -> None:
    thing = make(worker, spot="here")
    edit(worker, thing, spot=None, name="y")
    assert msgspec.json.decode(ledger(house)[-1].changes) == {"name": ["x", "y"], "spot": ["here", None]}


def test_1_a_row_of_the_ledger_that_was_tampered_with_is_found(house: House, worker: Replica) -> None:
    for _ in range(4):
        make(worker)
    rows = ledger(house)
    assert verify_chain(rows) is None
    assert verify_chain(rows[3:], rows[2].digest) is None
    forged = msgspec.structs.replace(rows[3], user="somebody else")
    assert verify_chain([*rows[:3], forged, *rows[4:]]) == forged.pos
    assert verify_chain([*rows[:3], *rows[4:]]) == rows[4].pos


def test_3_2_all_that_was_not_applied_as_asked_has_a_review_item(house: House, worker: Replica, mate: Replica) -> None:
    FAULTS["boom"] = KeyError("x")
    cases = one_of_each(house, worker, mate)
    reviews = 0
    for result, op in zip(mate.push(*cases.values()), cases.values(), strict=True):
        if result.status == "applied":
            assert result.review is None
            assert op.op not in {entry["op"] for _, entry in items(house)}
            continue
        entry = item(house, op.op)
        reviews += 1
        assert (entry["status"], entry["code"], entry["kind"]) == (result.status, result.code, op.kind)
        assert result.review in house.all("review")
    assert reviews == len(cases) - 1


def test_3_2_a_review_item_is_seen_by_its_author_and_the_supervisors_alone(
    house: House, worker: Replica, mate: Replica, boss: Replica
) -> None:
    [result] = worker.push(house.op("lab.thing", set={"name": "refuse"}))
    for replica, sees in ((worker, True), (boss, True), (mate, False)):
        replica.sync()
        assert (replica.get("review", str(result.review)) is not None) == sees
    body = boss.get("review", str(result.review))
    assert body is not None
    assert (body["author"], body["replica"], body["status"]) == (worker.user, worker.id, "open")


def test_3_2_an_item_carries_what_was_seen_asked_and_there(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    theirs = change(worker, thing, name="theirs")
    worker.push(theirs)
    op = change(mate, thing, name="mine", spot="here")
    [result] = mate.push(op)
    assert (result.status, result.fields) == ("merged", ("name",))
    [field] = item(house, op.op)["fields"]  # type: ignore[misc]
    assert field == {
        "field": "name", "was": "x", "mine": "mine", "theirs": "theirs",
        "their_author": worker.user, "their_at": theirs.at,
    }  # fmt: skip
    assert values(house, thing)["spot"] == "here"


def test_3_2_one_item_a_replica_and_record(house: House, worker: Replica, mate: Replica) -> None:
    thing, other = make(worker, spot="s"), make(worker, spot="s")
    mate.sync()
    for record in (thing, other):
        edit(worker, record, name="theirs")
    ops = [change(mate, thing, name="a"), change(mate, thing, name="b"), change(mate, other, name="c")]
    reviews = [result.review for result in mate.push(*ops)]
    assert reviews[0] == reviews[1] != reviews[2]
    again = mate.push(house.op("lab.thing", "update", thing, set={"name": "d"}, was={"name": "x"}))
    assert again[0].review == reviews[0]
    other_log = house.replica(mate.user)
    [result] = other_log.push(house.op("lab.thing", "update", thing, set={"name": "e"}, was={"name": "x"}))
    assert result.review not in reviews


@pytest.mark.parametrize("exists", [True, False])
def test_3_2_a_record_that_may_not_be_read_answers_as_if_unknown(
    house: House, worker: Replica, mate: Replica, exists: bool
) -> None:
    """Nothing in the answer tells whether there is such a record, now or when it is decided."""
    keeper = house.replica(house.user("cs_manager"))
    secret = make(keeper, "lab.secret", value="s") if exists else house.id()
    ops = [
        house.op("lab.secret", "update", secret, set={"value": "t"}, was={"value": "s"}),
        house.op("lab.secret", "delete", secret),
        house.op("lab.secret", "act", secret, act="open"),
    ]
    results = worker.push(*ops)
    assert [(r.status, r.code, r.fields) for r in results] == [("held", "unknown_record", None)] + [
        ("held", "held_before", None)
    ] * 2
    for entry in (entry for body in worker.reviews() for entry in body["items"]):
        assert "fields" not in entry or all("theirs" not in field for field in entry["fields"])
    house.wait(days=8)
    make(mate)
    assert [house.outcome(worker.user, op.op).code for op in ops] == ["expired", "dependency", "dependency"]


def test_3_2_naming_a_record_that_may_not_be_read_is_like_naming_none(house: House, worker: Replica) -> None:
    keeper = house.replica(house.user("lab_keeper"))
    foreign = house.replica(house.user("lab_worker", key=house.west))
    thing = make(foreign, zone=house.west)
    near = house.replica(house.user("lab_worker", key=house.east))
    for parent in (thing, house.id()):
        [result] = near.push(house.op("lab.thing", set={"name": "x", "parent": parent, "zone": house.east}))
        assert (result.status, result.code) == ("held", "unknown_record")
    [result] = keeper.push(house.op("lab.secret", set={"thing": thing}))
    assert (result.status, result.code) == ("held", "unknown_record")


def test_3_2_a_reference_that_stays_is_not_asked_for_again(house: House, worker: Replica) -> None:
    parent = make(worker)
    child = make(worker, parent=parent)
    worker.push(house.op("lab.thing", "delete", parent, base=worker.seq("lab.thing", parent)))
    assert edit(worker, child, spot="here").status == "applied"
    [result] = worker.push(house.op("lab.thing", set={"name": "x", "parent": parent}))
    assert result.code == "unknown_record"


def test_3_what_an_answer_says_is_of_one_snapshot(house: House, worker: Replica, mate: Replica) -> None:
    """Somebody decides a held op between its push and the answer: results and changes tell the same story."""
    parent = house.op("lab.thing", set={"name": "parent"})
    child = worker.number(house.op("lab.thing", set={"name": "child", "parent": parent.record}))

    def between() -> None:
        mate.push(parent)

    response = exchange_with(worker, [child], between)
    [result] = response.results
    assert result.status == "applied"
    assert {child.record, parent.record} <= {change.r for change in response.changes}


def exchange_with(replica: Replica, ops: list[Op], between: Callable[[], object]) -> SyncResponse:
    """Serve a request, and let something happen after the last write and before the answer is read."""
    house = replica.house
    raws = [msgspec.Raw(msgspec.json.encode(op)) for op in ops]
    request = SyncRequest(protocol=1, replica=replica.id, cursor=replica.cursor, now=to_wire(house.now), ops=raws)
    steps = house.door.exchange(Principal(user=replica.user, replica=replica.id), request, house.now)
    answer: object = None
    written = False
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as stop:
            return stop.value.response  # type: ignore[no-any-return]
        if isinstance(step, Write):
            answer, written = house.store.write(step.site, step.unit), True
        elif isinstance(step, Read):
            if written:
                between()
                written = False
            answer = house.store.read(step.unit)
        else:
            answer = None


def test_3_2_results_are_the_same_whether_told_at_once_or_asked_for_again(
    house: House, worker: Replica, mate: Replica
) -> None:
    FAULTS["boom"] = KeyError("x")
    ops = [plain(op, n=n) for n, op in enumerate(one_of_each(house, worker, mate).values(), 1)]
    first: list[Result] = exchange(mate, ops).results
    assert exchange(mate, ops).results == first
    assert do(worker, make(worker), "start").status == "applied"
    assert exchange(mate, ops).results == first
