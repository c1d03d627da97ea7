"""Protocol §3.2: what review items may quote, who settles them, and what lies apart from them."""

import msgspec
from tests.sync.scene import change, edit, head, item, items, make, resolve

from wuye.testing.house import House, Replica


def conflict(house: House, one: Replica, other: Replica, entity: str, record: str, field: str) -> str:
    """Let two people change a field alike; return the op that gave way."""
    one.sync()
    other.sync()
    late = change(other, record, entity=entity, **{field: "late"})
    edit(one, record, entity=entity, **{field: "early"})
    [result] = other.push(late)
    assert (result.status, result.code, result.fields) == ("merged", "conflict", (field,))
    return late.op


def private(house: House) -> list[dict[str, object]]:
    return [dict(body) for body in house.all("review.private").values()]


def test_3_2_values_that_not_every_supervisor_may_read_lie_apart_with_their_record(house: House, boss: Replica) -> None:
    keeper, other = (house.replica(house.user("lab_keeper")) for _ in range(2))
    secret = make(keeper, "lab.secret", value="s")
    op = conflict(house, keeper, other, "lab.secret", secret, "value")
    assert "fields" not in item(house, op)
    [body] = private(house)
    [row] = body["items"]  # type: ignore[misc]
    assert (row["op"], row["fields"][0]["mine"], row["fields"][0]["theirs"]) == (op, "late", "early")
    stored = house.record("review.private", house.outcome(other.user, op).review or "")
    assert stored is not None
    assert stored.buckets == (f"{house.estate}/lab.secrets",)
    for replica, sees in ((other, True), (keeper, True), (boss, False)):
        replica.sync()
        assert (replica.get("review.private", stored.id) is not None) == sees
    boss.sync()
    assert b"late" not in msgspec.json.encode(boss.reviews())


def test_3_2_a_record_that_left_the_authors_reach_is_not_quoted_to_him(house: House, worker: Replica) -> None:
    near = house.replica(house.user("lab_worker", key=house.east))
    thing = make(worker, zone=house.east)
    near.sync()
    late = change(near, thing, name="late")
    edit(worker, thing, zone=house.west)
    edit(worker, thing, name="confidential")
    [result] = near.push(late)
    assert (result.status, result.fields) == ("merged", ("name",))
    near.sync()
    assert near.get("lab.thing", thing) is None
    assert b"confidential" not in msgspec.json.encode(near.reviews())
    assert near.get("review.private", str(result.review)) is None
    [body] = private(house)
    assert b"confidential" in msgspec.json.encode(body)
    for zone in (house.west, house.east):  # what lies apart follows its record into other buckets
        edit(worker, thing, zone=zone)
        lies = house.record("review.private", str(result.review))
        assert lies is not None
        assert lies.buckets == (f"{house.estate}/lab.things", f"{house.estate}/lab.things/{zone}")


def test_3_2_whose_right_has_ended_is_not_shown_what_others_wrote_since(house: House) -> None:
    user = house.user("broadcaster")
    grant = house.grant(user, "lab_worker")
    author, other = house.replica(user), house.replica(house.user("lab_worker"))
    thing = make(other)
    author.sync()
    late = change(author, thing, name="late")
    house.end_grant(grant)
    edit(other, thing, name="confidential")
    [result] = author.push(late)
    assert (result.status, result.fields) == ("merged", ("name",))
    author.sync()
    assert b"confidential" not in msgspec.json.encode([body for _, body, _ in author.bodies.values()])
    assert [entry["op"] for body in author.reviews() for entry in body["items"]] == [late.op]  # type: ignore[attr-defined]


def test_3_2_private_values_of_a_record_that_never_came_stay_with_their_author(house: House, boss: Replica) -> None:
    keeper = house.replica(house.user("lab_keeper"))
    [result] = keeper.push(house.op("lab.secret", set={"value": "s", "thing": house.id()}))
    assert result.status == "held"
    keeper.sync()
    boss.sync()
    assert b'"s"' not in msgspec.json.encode(boss.reviews())


def test_3_2_resolving_settles_the_ops_it_names_and_others_stay_open(
    house: House, worker: Replica, mate: Replica, boss: Replica
) -> None:
    thing = make(worker)
    mate.sync()
    edit(worker, thing, name="theirs", spot="theirs")
    ops = [change(mate, thing, name="a"), change(mate, thing, name="b")]
    review = str(mate.push(*ops)[0].review)
    assert resolve(boss, review, ops[0].op).status == "applied"
    assert house.all("review")[review]["status"] == "open"
    assert item(house, ops[0].op)["settled_by"] == boss.user
    assert "settled_by" not in item(house, ops[1].op)
    assert resolve(boss, review, ops[1].op).status == "applied"
    assert house.all("review")[review]["status"] == "resolved"
    mate.sync()
    assert (mate.get("review", review) or {})["status"] == "resolved"


def test_3_2_resolving_names_ops_of_the_item(house: House, worker: Replica, boss: Replica) -> None:
    op, other = (house.op("lab.thing", set={"name": "refuse"}) for _ in range(2))
    review = str(worker.push(op, other)[0].review)
    for named in ([], [other.op], [op.op, house.id()], ["nonsense"]):
        assert resolve(boss, review, *named).code == "invalid"
    assert house.all("review")[review]["status"] == "open"
    assert resolve(worker, review, op.op).code == "forbidden"


def test_3_2_what_comes_after_an_item_was_resolved_opens_another(
    house: House, worker: Replica, mate: Replica, boss: Replica
) -> None:
    thing = make(worker)
    mate.sync()
    edit(worker, thing, name="theirs")
    first = change(mate, thing, name="a")
    review = str(mate.push(first)[0].review)
    resolve(boss, review, first.op)
    later = house.op("lab.thing", "update", thing, set={"name": "b"}, was={"name": "x"})
    [result] = mate.push(later)
    assert result.review != review
    assert house.all("review")[str(result.review)]["status"] == "open"


def test_3_2_a_decision_is_a_group_of_ordinary_ops_and_reaches_both_replicas(
    house: House, worker: Replica, mate: Replica, boss: Replica
) -> None:
    thing = make(worker)
    op = conflict(house, worker, mate, "lab.thing", thing, "name")
    chief = house.replica(house.user("admin"))
    group = house.id()
    review = house.outcome(mate.user, op).review or ""
    choose = msgspec.structs.replace(change(chief, thing, name="late"), group=group)
    settle = house.op("review", "act", review, act="resolve", args={"ops": [op]}, group=group)
    assert [result.status for result in chief.push(choose, settle)] == ["applied", "applied"]
    for replica in (worker, mate):
        replica.sync()
        assert (replica.get("lab.thing", thing) or {})["name"] == "late"
    assert (mate.get("review", review) or {})["status"] == "resolved"
    assert worker.get("review", review) is None


def test_3_2_an_item_never_grows_without_end(house: House, worker: Replica, mate: Replica) -> None:
    thing = make(worker, spot="s")
    mate.sync()
    edit(worker, thing, name="theirs")
    ops = [house.op("lab.thing", "update", thing, set={"name": f"n{i}"}, was={"name": "x"}) for i in range(90)]
    mate.push(*ops)
    sizes = [len(body["items"]) for body in house.all("review").values()]  # type: ignore[arg-type]
    assert sum(sizes) == 90
    assert max(sizes) <= 40
    assert {entry["op"] for _, entry in items(house)} == {op.op for op in ops}


def test_3_5_reviews_of_a_large_push_are_cut_into_seqs_too(house: House, worker: Replica) -> None:
    before = head(house)
    worker.push(*(house.op("lab.thing", set={"name": "refuse"}) for _ in range(500)))
    buckets = {f"{house.estate}/review": before, f"{house.estate}/review/{worker.user}": before}
    rows = house.store.read(lambda s: s.feed(house.estate, buckets, 10**9, 10**9, marks=True))
    assert len(rows) == 1000
    assert max(sum(1 for row in rows if row.seq == seq) for seq in {row.seq for row in rows}) <= 1000
    assert house.all("lab.thing") == {}


def test_3_2_what_was_refused_of_a_colleagues_record_is_for_author_and_supervisors_alone(house: House) -> None:
    author, other = (house.replica(house.user("lab_worker")) for _ in range(2))
    op = house.op("user", "update", other.user, site=house.org, set={"name": "an insult"}, was={"name": "x"})
    assert author.push(op)[0].code == "forbidden"
    other.sync()
    assert b"an insult" not in msgspec.json.encode([body for _, body, _ in other.bodies.values()])
    assert house.all("review.private", house.org) == {}
    author.sync()
    assert b"an insult" in msgspec.json.encode(author.reviews())


def test_5_letting_one_persons_op_in_lets_no_other_in_that_bears_the_same_id(house: House, boss: Replica) -> None:
    one, other = (house.replica(house.user("lab_worker")) for _ in range(2))
    chief = house.replica(house.user("admin"))
    op = house.op("lab.thing", set={"name": "one"})
    twin = msgspec.structs.replace(op, record=house.id(), set={"name": "other"})
    for replica in (one, other):
        replica.alive = False
    [first], [second] = one.push(op), other.push(twin)
    assert (first.status, second.status) == ("held", "held")
    assert resolve(chief, str(first.review), op.op, act="admit").status == "applied"
    assert house.outcome(one.user, op.op).status == "applied"
    assert house.outcome(other.user, op.op).status == "held"


def test_3_1_a_push_is_told_its_own_decisions_not_those_of_the_same_id(house: House) -> None:
    one, other = (house.replica(house.user("lab_worker")) for _ in range(2))
    parent = house.id()
    op = house.op("lab.thing", set={"name": "x", "parent": parent})
    assert one.push(op)[0].status == "held"
    [result] = other.push(msgspec.structs.replace(op, record=parent, set={"name": "parent"}))
    assert (result.status, result.review) == ("applied", None)
    assert house.outcome(one.user, op.op).status == "applied"
