"""Protocol §3.5 and §5: a right that ends, a record that moves away, a plugin that goes off, a user who is disabled."""

import pytest
from tests.sync.scene import change, edit, exchange, item, make, values

from wuye.testing.house import House, Replica


def leaver(house: House, role: str = "lab_worker", key: str | None = None) -> tuple[Replica, str]:
    """Return a replica with its one grant."""
    user = house.user("broadcaster")
    grant = house.grant(user, role, key=key)
    return house.replica(user), grant


def test_3_5_drop_names_the_buckets_and_the_replica_forgets(house: House, worker: Replica) -> None:
    author, grant = leaver(house)
    make(worker)
    author.sync()
    house.end_grant(grant)
    response = author.send()
    lab = {f"{house.estate}/lab.{name}" for name in ("things", "forms", "wallets", "echoes")}
    assert set(response.drop) == lab
    assert response.changes == []
    author.absorb(response)
    assert not any(entity == "lab.thing" for entity, _ in author.bodies)
    assert author.send().drop == []


def test_3_5_work_under_a_right_that_has_ended_counts_and_is_reviewed(house: House, worker: Replica) -> None:
    author, grant = leaver(house)
    thing = make(worker)
    author.sync()
    ops = [change(author, thing, name="y"), house.op("lab.thing", set={"name": "new"})]
    house.end_grant(grant)
    results = author.push(*ops)
    assert [result.status for result in results] == ["applied", "applied"]
    assert values(house, thing)["name"] == "y"
    assert item(house, ops[0].op)["why"] == "revoked_work"
    assert (author.get("lab.thing", thing), author.get("lab.thing", ops[1].record)) == (None, None)


def test_3_5_even_a_create_under_an_ended_right_is_reviewed(house: House) -> None:
    author, grant = leaver(house)
    op = house.op("lab.thing", set={"name": "new"})
    house.end_grant(grant)
    assert author.push(op)[0].review
    assert item(house, op.op)["why"] == "revoked_work"


def test_3_5_a_create_where_one_is_no_longer_in_charge_is_reviewed_though_one_is_elsewhere(house: House) -> None:
    author, grant = leaver(house, key=house.east)
    house.grant(author.user, "lab_worker", key=house.west)
    author.sync()
    east, west = (house.op("lab.thing", set={"name": "x", "zone": zone}) for zone in (house.east, house.west))
    house.end_grant(grant)
    results = author.push(east, west)
    assert [(result.status, bool(result.review)) for result in results] == [("applied", True), ("applied", False)]


def test_3_5_once_the_replica_has_heard_of_the_end_its_ops_are_forbidden(house: House) -> None:
    author, grant = leaver(house)
    house.end_grant(grant)
    author.sync()
    [result] = author.push(house.op("lab.thing", set={"name": "new"}))
    assert (result.status, result.code) == ("rejected", "forbidden")


@pytest.mark.parametrize("how", ["pull", "push"])
def test_3_5_an_older_cursor_cannot_undo_what_was_heard(house: House, how: str) -> None:
    author, grant = leaver(house)
    old = author.cursor
    house.end_grant(grant)
    author.sync()  # the answer that says so
    if how == "pull":
        author.sync()  # the request that shows it arrived
    else:
        author.push(house.op("ticket", set={"title": "x"}))
    author.cursor = old
    assert author.push(house.op("lab.thing", set={"name": "new"}))[0].code == "forbidden"
    author.cursor = None
    assert author.push(house.op("lab.thing", set={"name": "new"}))[0].code == "forbidden"


def test_3_5_an_answer_that_was_lost_is_not_heard(house: House) -> None:
    author, grant = leaver(house)
    house.end_grant(grant)
    author.send()  # nobody absorbs it
    assert author.push(house.op("lab.thing", set={"name": "new"}))[0].status == "applied"


def test_3_5_half_a_sync_is_not_heard_either(house: House, worker: Replica) -> None:
    author, grant = leaver(house)
    for _ in range(5):
        make(house.replica(house.user("admin")), "ticket", title="x")
    house.grant(author.user, "cs_assistant")
    house.end_grant(grant)
    response = author.send(limit=1)
    assert response.more
    author.absorb(response)
    op = author.number(house.op("lab.thing", set={"name": "new"}))
    assert author.send([op], limit=1).results[0].status == "applied"


@pytest.mark.parametrize(("days", "status"), [(13.9, "applied"), (14.1, "rejected")])
@pytest.mark.parametrize("at", ["2020-01-01T00:00:00.000Z", "2026-11-22T08:00:00.000Z", "2030-01-01T00:00:00.000Z"])
def test_3_5_grace_lasts_14_days_and_at_plays_no_part(house: House, days: float, status: str, at: str) -> None:
    author, grant = leaver(house)
    house.end_grant(grant)
    house.wait(days=days)
    op = house.op("lab.thing", set={"name": "new"})
    raw = {**{k: v for k, v in _plain(op).items() if v is not None}, "n": 1, "at": at}
    assert exchange(author, [raw]).results[0].status == status


def _plain(op: object) -> dict[str, object]:
    return {name: getattr(op, name) for name in op.__struct_fields__}  # type: ignore[attr-defined]


def test_3_5_what_a_right_never_allowed_grace_does_not_either(house: House) -> None:
    author, grant = leaver(house, "lab_reader")
    house.end_grant(grant)
    assert author.push(house.op("lab.thing", set={"name": "new"}))[0].code == "forbidden"


def test_3_5_a_right_that_began_and_ended_unheard_allows_nothing(house: House) -> None:
    author = house.replica(house.user("broadcaster"))
    house.end_grant(house.grant(author.user, "lab_worker"))
    assert author.push(house.op("lab.thing", set={"name": "new"}))[0].code == "forbidden"


def moved_away(house: House, worker: Replica) -> tuple[Replica, str]:
    """Return the assistant of the east, and a thing that went west while she was offline."""
    near = house.replica(house.user("lab_worker", key=house.east))
    thing = make(worker, zone=house.east)
    near.sync()
    return near, thing


def test_3_5_work_on_a_record_that_moved_away_meanwhile_counts_and_is_reviewed(house: House, worker: Replica) -> None:
    near, thing = moved_away(house, worker)
    op = change(near, thing, spot="here")
    edit(worker, thing, zone=house.west)
    edit(worker, thing, low=1)
    [result] = near.push(op)
    assert result.status == "applied"
    assert values(house, thing)["spot"] == "here"
    assert item(house, op.op)["why"] == "revoked_work"
    assert near.get("lab.thing", thing) is None


def test_3_5_a_record_that_moved_away_and_was_seen_to_is_unknown(house: House, worker: Replica) -> None:
    near, thing = moved_away(house, worker)
    op = change(near, thing, spot="here")
    edit(worker, thing, zone=house.west)
    near.push(house.op("lab.thing", set={"name": "x"}))
    near.sync()
    near.push(house.op("lab.thing", set={"name": "x"}))
    [result] = near.push(op)
    assert (result.status, result.code) == ("held", "unknown_record")


@pytest.mark.parametrize(("days", "status"), [(13.9, "applied"), (14.1, "held")])
def test_3_5_grace_for_a_record_that_moved_away_lasts_14_days_too(
    house: House, worker: Replica, days: float, status: str
) -> None:
    near, thing = moved_away(house, worker)
    op = change(near, thing, spot="here")
    edit(worker, thing, zone=house.west)
    house.wait(days=days)
    assert near.push(op)[0].status == status


def test_3_5_a_lower_base_does_not_open_what_was_never_ones_own(house: House, worker: Replica) -> None:
    thing = make(worker, zone=house.east)
    edit(worker, thing, zone=house.west)
    near = house.replica(house.user("lab_worker", key=house.east))
    edit(worker, thing, name="y")
    for base in (0, 1, worker.seq("lab.thing", thing) - 1, 10**9):
        [result] = near.push(house.op("lab.thing", "update", thing, set={"spot": "here"}, base=base))
        assert result.status == "held"


def test_3_5_a_ticket_handed_on_while_the_technician_worked_keeps_his_work(house: House) -> None:
    desk = house.replica(house.user("cs_supervisor"))
    technicians = [house.replica(house.user("technician", key=house.west)) for _ in range(2)]
    ticket = make(desk, "ticket", title="x", unit=house.unit_east, assignee=technicians[0].user)
    technicians[0].sync()
    op = change(technicians[0], ticket, entity="ticket", remarks="done half")
    edit(desk, ticket, entity="ticket", assignee=technicians[1].user)
    assert technicians[0].push(op)[0].status == "applied"
    assert values(house, ticket, "ticket")["remarks"] == "done half"
    assert technicians[0].get("ticket", ticket) is None
    technicians[1].sync()
    assert (technicians[1].get("ticket", ticket) or {})["remarks"] == "done half"


def test_design_3_a_plugin_that_goes_off_takes_its_buckets_and_its_data_stay(house: House, worker: Replica) -> None:
    thing = make(worker)
    off = house.op("site", "update", house.estate, site=house.org, set={"plugins": [{"id": "core"}]})
    house.write(house.org, off)
    response = worker.send()
    assert f"{house.estate}/lab.things" in response.drop
    assert house.record("lab.thing", thing)
    was = {"plugins": [{"id": "core"}]}
    on = house.op("site", "update", house.estate, site=house.org, set={"plugins": [{"id": "lab"}]}, was=was)
    worker.absorb(response)
    assert worker.get("lab.thing", thing) is None
    house.write(house.org, on)
    worker.sync()
    assert worker.get("lab.thing", thing)


def test_5_a_disabled_user_loses_every_bucket(house: House, worker: Replica) -> None:
    make(worker)
    house.write(house.org, house.op("user", "update", worker.user, site=house.org, set={"disabled": True}))
    worker.sync()
    assert worker.bodies == {}
