"""Protocol §3.3 through the door: fields merge by their policy, deletion wins, refused acts keep their fields."""

import unicodedata
from itertools import permutations

import msgspec
import pytest
from tests.sync.lab import lab_house
from tests.sync.scene import change, do, edit, head, item, items, ledger, make, state_of, values

from wuye.testing.house import House, Replica

POLICIES = {
    # field: seen, mine, theirs → there in the end, outcome
    "name": ("x", "mine", "theirs", "theirs", "merged"),
    "spot": ("x", "mine", "theirs", "mine", "merged"),  # mine is the later edit
    "tags": (["a", "b"], ["b", "c"], ["a", "b", "d"], ["b", "c", "d"], "applied"),
    "log": ("x", "x+mine", "x+theirs", "x+theirs+mine", "applied"),
    "high": (5, 7, 9, 9, "applied"),
    "low": (5, 2, 4, 2, "applied"),
    "weight": ("1.5", "2", "3", "3", "merged"),
}


@pytest.mark.parametrize("field", POLICIES)
def test_3_3_a_field_that_two_have_changed_merges_by_its_policy(
    house: House, worker: Replica, mate: Replica, field: str
) -> None:
    seen, mine, theirs, end, status = POLICIES[field]
    thing = make(worker, **{field: seen})
    mate.sync()
    first = change(worker, thing, **{field: theirs})
    house.wait(seconds=10)
    second = change(mate, thing, **{field: mine})
    assert worker.push(first)[0].status == "applied"
    [result] = mate.push(second)
    assert (values(house, thing)[field], result.status) == (end, status)
    if status == "applied":
        assert items(house) == []
    else:
        assert result.fields == (field,)
        [told] = item(house, second.op)["fields"]  # type: ignore[misc]
        assert (told["mine"], told["theirs"]) == (mine, theirs)


@pytest.mark.parametrize("field", POLICIES)
def test_3_3_what_nobody_else_touched_is_taken_and_what_is_so_already_is_nothing(
    house: House, worker: Replica, mate: Replica, field: str
) -> None:
    seen, mine, theirs, _, _ = POLICIES[field]
    thing = make(worker, **{field: seen})
    mate.sync()
    early = change(mate, thing, **{field: mine})
    edit(worker, thing, **{field: mine})
    assert mate.push(early)[0].status == "applied"
    worker.sync()
    assert edit(worker, thing, **{field: theirs}).status == "applied"
    assert values(house, thing)[field] == theirs
    assert items(house) == []


def test_3_3_fields_merge_one_by_one(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker, weight="1")
    mate.sync()
    late = change(mate, thing, name="mine", high=3, weight="2")
    edit(worker, thing, name="theirs", low=1)
    [result] = mate.push(late)
    assert (result.status, result.fields) == ("merged", ("name",))
    end = {name: values(house, thing)[name] for name in ("name", "high", "low", "weight")}
    assert end == {"name": "theirs", "high": 3, "low": 1, "weight": "2"}


@pytest.mark.parametrize(
    ("field", "cur", "seen", "new"),
    [
        ("name", unicodedata.normalize("NFC", "Ё́й"), unicodedata.normalize("NFD", "Ё́й"), "y"),
        ("weight", "1.5", "1.50", "2"),
        ("weight", "0", "-0.000", "2"),
        ("weight", "100", "1E+2", "2"),
        ("tags", ["a", "b"], ["b", "a"], ["c"]),
        ("spot", None, "", "y"),
        ("tags", None, [], ["c"]),
    ],
)
def test_3_3_equality_is_by_normalised_value(
    house: House, worker: Replica, field: str, cur: object, seen: object, new: object
) -> None:
    thing = make(worker, **{field: cur}) if cur is not None else make(worker)
    op = house.op("lab.thing", "update", thing, set={field: new}, was={field: seen})
    assert worker.push(op)[0].status == "applied"
    assert values(house, thing)[field] == new


@pytest.mark.parametrize("empty", [None, ""])
def test_3_3_absent_and_null_are_the_same(house: House, worker: Replica, empty: object) -> None:
    thing = make(worker, spot="here")
    assert edit(worker, thing, spot=empty).status == "applied"
    assert "spot" not in values(house, thing)


def test_3_3_delete_beats_update_and_the_content_is_kept(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    late = change(mate, thing, spot="here")
    worker.push(house.op("lab.thing", "delete", thing, base=worker.seq("lab.thing", thing)))
    [result] = mate.push(late)
    assert (result.status, result.code) == ("rejected", "gone")
    assert house.record("lab.thing", thing).deleted  # type: ignore[union-attr]
    assert msgspec.json.decode(ledger(house)[-1].body)["set"] == {"spot": "here"}
    assert item(house, late.op)["code"] == "gone"


def test_3_3_deleting_twice_is_nothing(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    for replica in (worker, mate):
        op = house.op("lab.thing", "delete", thing, base=replica.seq("lab.thing", thing))
        assert replica.push(op)[0].status == "applied"
    assert items(house) == []


@pytest.mark.parametrize("then_mine", [False, True])
def test_3_3_deleting_what_others_have_changed_since_is_put_before_people(
    house: House, worker: Replica, mate: Replica, then_mine: bool
) -> None:
    thing = make(worker)
    base = worker.seq("lab.thing", thing)
    mate.sync()
    edit(mate, thing, name="newer")
    ops = [house.op("lab.thing", "update", thing, set={"spot": "mine"}, base=base)] if then_mine else []
    delete = house.op("lab.thing", "delete", thing, base=base)
    result = worker.push(*ops, delete)[-1]
    assert result.status == "applied"
    assert result.review
    assert item(house, delete.op)["why"] == "deleted_newer"


def test_3_3_deleting_what_only_the_author_changed_bothers_nobody(house: House, worker: Replica) -> None:
    thing = make(worker)
    base = worker.seq("lab.thing", thing)
    ops = [
        house.op("lab.thing", "update", thing, set={"spot": "mine"}, base=base),
        house.op("lab.thing", "delete", thing, base=base),
    ]
    assert [result.status for result in worker.push(*ops)] == ["applied", "applied"]
    assert items(house) == []


def test_3_3_creating_an_id_that_exists_is_a_duplicate_key(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    for _ in range(2):
        [result] = mate.push(house.op("lab.thing", record=thing, set={"name": "y"}))
        assert (result.status, result.code) == ("rejected", "duplicate_key")
        worker.push(house.op("lab.thing", "delete", thing))
    assert house.record("lab.thing", thing).deleted  # type: ignore[union-attr]


def test_3_3_a_legal_act_is_applied_with_its_fields(house: House, worker: Replica) -> None:
    thing = make(worker)
    result = do(worker, thing, "start", spot="here")
    assert result.status == "applied"
    assert (values(house, thing)["status"], values(house, thing)["spot"]) == ("open", "here")


def test_3_3_the_same_act_with_equal_args_again_is_applied_and_changes_nothing(
    house: House, worker: Replica, mate: Replica
) -> None:
    thing = make(worker)
    mate.sync()
    late = msgspec.structs.replace(change(mate, thing), kind="act", act="drop", args={"reason": "r", "x": 1})
    do(worker, thing, "drop", args={"x": 1, "reason": "r"})
    before = house.record("lab.thing", thing)
    assert mate.push(late)[0].status == "applied"
    assert house.record("lab.thing", thing) == before
    assert items(house) == []


@pytest.mark.parametrize("args", [{"reason": "other"}, {"reason": "r", "more": 1}])
def test_3_3_the_same_act_with_other_args_is_refused_and_seen(
    house: House, worker: Replica, mate: Replica, args: dict[str, object]
) -> None:
    thing = make(worker)
    do(worker, thing, "drop", args={"reason": "r"})
    mate.sync()
    result = do(mate, thing, "drop", args=args)
    assert (result.status, result.code, result.fields) == ("merged", "stale_transition", ("status",))


def test_3_3_an_illegal_act_is_refused_but_its_fields_merge_all_the_same(
    house: House, worker: Replica, mate: Replica
) -> None:
    thing = make(worker)
    mate.sync()
    late = msgspec.structs.replace(change(mate, thing, spot="here", name="mine"), kind="act", act="start")
    edit(worker, thing, name="theirs")
    do(worker, thing, "drop", args={"reason": "r"})
    [result] = mate.push(late)
    assert (result.status, result.code) == ("merged", "stale_transition")
    assert set(result.fields or ()) == {"name", "status"}
    end = values(house, thing)
    assert (end["status"], end["spot"], end["name"]) == ("dropped", "here", "theirs")
    assert item(house, late.op)["act"] == "start"


def test_3_3_an_act_that_needs_a_value_or_reason_is_rejected_without(house: House, worker: Replica) -> None:
    thing = make(worker)
    do(worker, thing, "start")
    assert do(worker, thing, "finish").fields == ("log",)
    assert do(worker, thing, "drop", args={"reason": " "}).fields == ("args.reason",)
    assert do(worker, thing, "fly").code == "invalid"
    assert values(house, thing)["status"] == "open"
    assert do(worker, thing, "finish", log="done").status == "applied"


def test_3_3_a_replay_of_a_whole_day_changes_nothing(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker)
    mate.sync()
    ops = [mate.number(change(mate, thing, **{field: case[1]})) for field, case in POLICIES.items()]
    edit(worker, thing, **{field: case[2] for field, case in POLICIES.items()})
    results = mate.sync(ops)
    before = state_of(house), head(house), ledger(house), items(house)
    assert mate.sync(ops) == results
    assert before == (state_of(house), head(house), ledger(house), items(house))


def test_3_3_the_order_of_edits_that_do_not_meet_does_not_matter() -> None:
    ends = []
    for order in permutations(range(3)):
        house = lab_house()
        replicas = [house.replica(house.user("lab_worker")) for _ in range(3)]
        thing = make(replicas[0], tags=["a"], log="x", high=1)
        for replica in replicas:
            replica.sync()
        edits = [{"name": "n", "tags": ["a", "b"]}, {"spot": "s", "tags": ["c"], "high": 5}, {"weight": "2", "high": 3}]
        ops = [change(replica, thing, **new) for replica, new in zip(replicas, edits, strict=True)]
        for index in order:
            assert replicas[index].push(ops[index])[0].status == "applied"
        ends.append(values(house, thing))
    assert all(end == ends[0] for end in ends)
