"""Protocol §3.1: logs without gaps, repeats, forks, and ops that are known already."""

import msgspec
import pytest
from tests.sync.scene import change, edit, exchange, head, ledger, make, plain, state_of, values

from wuye.kernel.errors import Problem
from wuye.sync.rows import ReplicaState
from wuye.testing.house import House, Replica


def refused(replica: Replica, ops: list[object], /, **changes: object) -> Problem:
    """Return the problem that a request meets; nothing whatever may have come of it."""
    house = replica.house
    before = [(head(house, site), ledger(house, site)) for site in (house.org, house.estate, house.mall)]
    with pytest.raises(Problem) as problem:
        exchange(replica, ops, **changes)
    assert before == [(head(house, site), ledger(house, site)) for site in (house.org, house.estate, house.mall)]
    return problem.value


def both_sites(house: House) -> Replica:
    user = house.user("lab_worker")
    house.grant(user, "lab_worker", site=house.mall)
    return house.replica(user)


def test_3_1_n_counts_per_site_and_acked_names_every_site_with_a_log(house: House) -> None:
    replica = both_sites(house)
    make(replica)
    replica.push(*(house.op("lab.thing", site=house.mall, set={"name": "x"}) for _ in range(2)))
    assert exchange(replica).acked == {house.estate: 1, house.mall: 2}


def test_3_1_a_repeat_is_answered_with_the_present_outcome_and_not_applied_again(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "x"}))
    [first] = worker.sync([op])
    seq, rows = head(house), ledger(house)
    [again] = worker.sync([op])
    assert again == first
    assert (head(house), ledger(house)) == (seq, rows)


def test_3_1_a_repeat_may_come_together_with_what_follows(house: House, worker: Replica) -> None:
    ops = [worker.number(house.op("lab.thing", set={"name": "x"})) for _ in range(3)]
    worker.sync(ops[:2])
    assert [result.status for result in worker.sync(ops)] == ["applied"] * 3
    assert len(house.all("lab.thing")) == 3


def test_3_1_a_repeat_of_a_held_op_tells_what_became_of_it(house: House, worker: Replica, mate: Replica) -> None:
    parent = house.op("lab.thing", set={"name": "parent"})
    child = mate.number(house.op("lab.thing", set={"name": "child", "parent": parent.record}))
    assert mate.sync([child])[0].status == "held"
    worker.push(parent)
    [again] = mate.sync([child])
    assert (again.status, again.n, again.op) == ("applied", child.n, child.op)


def test_3_1_the_digest_of_an_op_does_not_depend_on_the_order_of_its_keys(house: House, worker: Replica) -> None:
    op = plain(worker.number(house.op("lab.thing", set={"name": "x", "log": "y"})))
    exchange(worker, [op])
    turned = {key: op[key] for key in reversed(op)} | {"set": {"log": "y", "name": "x"}}
    [again] = exchange(worker, [turned]).results
    assert again.status == "applied"


@pytest.mark.parametrize("changes", [{"op": "fresh"}, {"set": {"name": "other"}}, {"at": "2026-11-22T08:00:01.000Z"}])
def test_3_1_another_op_or_content_under_a_known_n_is_a_fork(
    house: House, worker: Replica, changes: dict[str, object]
) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "x"}))
    worker.sync([op])
    if "op" in changes:
        changes = {"op": house.id()}
    problem = refused(worker, [plain(op, **changes)])
    assert (problem.code, problem.extra) == ("log_forked", {"site": house.estate})


def test_3_1_a_gap_names_the_site_and_what_is_expected(house: House, worker: Replica) -> None:
    make(worker)
    problem = refused(worker, [plain(house.op("lab.thing", set={"name": "x"}), n=3)])
    assert (problem.code, problem.extra) == ("log_gap", {"site": house.estate, "expected": 2})


def test_3_1_a_gap_inside_a_push_is_one_too(house: House, worker: Replica) -> None:
    ops = [plain(house.op("lab.thing", set={"name": "x"}), n=n) for n in (1, 2, 4)]
    assert refused(worker, ops).extra == {"site": house.estate, "expected": 3}


@pytest.mark.parametrize("numbers", [(1, 1), (1, 2, 2), (1, 2, 1)])
def test_3_1_a_push_names_every_n_once_and_in_order(house: House, worker: Replica, numbers: tuple[int, ...]) -> None:
    ops = [plain(house.op("lab.thing", set={"name": "x"}), n=n) for n in numbers]
    assert refused(worker, ops).code == "log_forked"


@pytest.mark.parametrize("n", [1, 3])
def test_3_1_the_whole_push_is_checked_before_anything_is_applied(house: House, n: int) -> None:
    replica = both_sites(house)
    replica.push(house.op("lab.thing", site=house.mall, set={"name": "x"}))
    good = plain(house.op("lab.thing", set={"name": "x"}), n=1)
    bad = plain(house.op("lab.thing", site=house.mall, set={"name": "y"}), n=n)
    problem = refused(replica, [good, bad])
    assert (problem.code, problem.extra["site"]) == ("log_forked" if n == 1 else "log_gap", house.mall)


def forked(house: House, replica: Replica) -> Replica:
    """Return another replica of the same user."""
    return house.replica(replica.user)


def test_3_1_a_fork_carries_its_ops_over_and_what_is_known_is_not_applied_again(house: House, worker: Replica) -> None:
    known, fresh = (house.op("lab.thing", set={"name": name}) for name in ("known", "fresh"))
    [first] = worker.push(known)
    other = forked(house, worker)
    results = other.push(fresh, known)
    assert [result.status for result in results] == ["applied", "applied"]
    assert (results[1].seq, results[1].n, results[1].op) == (first.seq, 2, known.op)
    assert len(house.all("lab.thing")) == 2
    assert other.acked[house.estate] == 2


def test_3_1_a_carried_op_may_be_repeated_under_its_new_n_but_not_changed(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "x"})
    worker.push(op)
    other = forked(house, worker)
    carried = other.number(op)
    other.sync([carried])
    assert other.sync([carried])[0].status == "applied"
    assert refused(other, [plain(carried, set={"name": "y"})]).code == "log_forked"
    assert refused(other, [plain(carried, op=house.id())]).code == "log_forked"


def test_3_1_an_op_of_another_replica_under_an_n_of_ones_own_is_a_fork(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "x"}))
    worker.sync([op])
    other = forked(house, worker)
    make(other)
    problem = refused(other, [msgspec.to_builtins(op)])
    assert (problem.code, op.n) == ("log_forked", 1)


def test_3_1_an_op_twice_in_one_push_is_applied_once(house: House, worker: Replica) -> None:
    op = house.op("lab.thing", set={"name": "x"})
    results = worker.push(op, op)
    assert [(result.n, result.status) for result in results] == [(1, "applied"), (2, "applied")]
    assert len([row for row in ledger(house) if row.op == op.op]) == 1
    assert refused(worker, [plain(op, n=2, set={"name": "y"})]).code == "log_forked"


def test_3_1_op_is_unique_per_user_so_nobody_can_burn_the_ids_of_others(
    house: House, worker: Replica, mate: Replica
) -> None:
    op = house.op("lab.thing", set={"name": "mine"})
    mate.push(msgspec.structs.replace(op, record=house.id(), set={"name": "theirs"}))
    assert worker.push(op)[0].status == "applied"
    assert values(house, op.record)["name"] == "mine"


def test_3_1_sites_commit_one_after_the_other_and_what_one_cannot_the_others_did(house: House) -> None:
    replica = both_sites(house)
    ops = [replica.number(house.op("lab.thing", site=site, set={"name": "x"})) for site in (house.estate, house.mall)]
    commits = iter(range(10))

    def fault(point: str) -> None:
        if point == "commit" and next(commits) == 1:
            raise OSError("the disk is full")

    house.memory.fault = fault
    with pytest.raises(OSError, match="full"):
        replica.send(ops)
    house.memory.fault = None
    assert len(house.all("lab.thing", house.estate)) == 1
    assert (house.all("lab.thing", house.mall), ledger(house, house.mall)) == ({}, [])
    assert [result.status for result in replica.sync(ops)] == ["applied", "applied"]
    assert [len(house.all("lab.thing", site)) for site in (house.estate, house.mall)] == [1, 1]


@pytest.mark.parametrize("busy", [0, 1])
def test_3_1_a_site_that_is_full_has_no_results_and_the_others_stand(house: House, busy: int) -> None:
    replica = both_sites(house)
    sites = (house.estate, house.mall)
    ops = [replica.number(house.op("lab.thing", site=site, set={"name": "x"})) for site in sites]
    commits = iter(range(10))

    def fault(point: str) -> None:
        if point == "commit" and next(commits) == busy:
            raise Problem("busy")

    house.memory.fault = fault
    response = replica.send(ops)
    house.memory.fault = None
    stood = sites[1 - busy]
    assert [(result.site, result.status) for result in response.results] == [(stood, "applied")]
    assert response.acked == {stood: 1}
    replica.absorb(response)
    assert [result.status for result in replica.sync([ops[busy]])] == ["applied"]


def test_2_a_server_that_is_full_everywhere_says_so_and_nothing_is_lost(house: House) -> None:
    replica = both_sites(house)
    ops = [replica.number(house.op("lab.thing", site=site, set={"name": "x"})) for site in (house.estate, house.mall)]

    def fault(point: str) -> None:
        if point == "commit":
            raise Problem("busy")

    house.memory.fault = fault
    assert refused(replica, [msgspec.to_builtins(op) for op in ops]).code == "busy"
    house.memory.fault = None
    assert [result.status for result in replica.sync(ops)] == ["applied", "applied"]


def test_3_1_what_was_committed_before_the_answer_was_lost_is_not_applied_again(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.thing", set={"name": "x"}))

    def fault(point: str) -> None:
        if point == "committed":
            raise OSError("the line is cut")

    house.memory.fault = fault
    with pytest.raises(OSError, match="cut"):
        worker.send([op])
    house.memory.fault = None
    assert worker.sync([op])[0].status == "applied"
    assert len([row for row in ledger(house) if row.op == op.op]) == 1


def test_3_1_was_that_is_missing_means_null(house: House, worker: Replica) -> None:
    thing = make(worker)
    assert worker.push(house.op("lab.thing", "update", thing, set={"spot": "here"}))[0].status == "applied"
    assert worker.push(house.op("lab.thing", "update", thing, set={"name": "y"}))[0].status == "merged"


def test_3_1_set_never_names_the_workflow_field(house: House, worker: Replica) -> None:
    thing = make(worker)
    result = edit(worker, thing, status="done")
    assert (result.status, result.code, result.fields) == ("rejected", "invalid", ("status",))
    created = worker.push(house.op("lab.thing", set={"name": "x", "status": "open"}))[0]
    assert (created.status, created.fields) == ("rejected", ("status",))


def test_3_1_only_an_importer_creates_in_a_later_state(house: House) -> None:
    archivist = house.replica(house.user("lab_archivist"))
    thing = make(archivist, status="done", stamp="from the old system")
    assert values(house, thing)["status"] == "done"
    assert edit(archivist, thing, status="open").code == "invalid"
    assert archivist.push(house.op("lab.thing", set={"name": "x", "status": "nowhere"}))[0].code == "invalid"


def test_2_a_replica_of_another_user_is_forbidden(house: House, worker: Replica, mate: Replica) -> None:
    assert refused(worker, [], replica=mate.id).code == "wrong_replica"


def test_2_a_version_of_the_protocol_that_is_not_spoken_is_refused(house: House, worker: Replica) -> None:
    problem = refused(worker, [], protocol=2)
    assert (problem.code, problem.extra) == ("unsupported_protocol", {"supported": [1]})


def test_3_1_at_most_500_ops_a_push(house: House, worker: Replica) -> None:
    ops = [plain(house.op("lab.thing", set={"name": "x"}), n=n) for n in range(1, 502)]
    assert refused(worker, ops).code == "too_many_ops"
    assert len(exchange(worker, ops[:500]).results) == 500


def test_3_1_the_log_of_an_op_survives_who_else_enrolled(house: House, worker: Replica) -> None:
    make(worker)
    house.memory.enrol(ReplicaState(id=worker.id, user=worker.user, device="again", synced_ms=0))
    thing = make(worker)
    before = state_of(house)
    assert worker.push(change(worker, thing))[0].status == "applied"
    assert state_of(house) == before
