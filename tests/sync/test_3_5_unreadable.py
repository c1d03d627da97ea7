"""Protocol §3, §3.5, §3.6: who lost a right while his cursor cannot be read keeps nothing that it let him read."""

import pytest
from tests.sync.scene import make

from wuye.sync.cursor import Cursor, Position, seal, site_key
from wuye.testing.house import House, Replica


def leave(house: House, user: str) -> None:
    """End all that a user was granted."""
    for grant, values in house.all("grant", house.org).items():
        if values["user"] == user and not values.get("ends"):
            house.end_grant(grant)


def forgotten_set(replica: Replica) -> str:
    """Return a signed cursor that names a set of buckets which the server does not know."""
    house = replica.house
    epoch = house.store.read(lambda s: s.epoch())
    held = Cursor(
        epoch=bytes.fromhex(epoch.replace("-", ""))[-6:], replica=site_key(replica.id), synced_ms=0, sets=[b"12345678"],
        sites={site_key(house.estate): Position(seq=1, held=0)},
    )  # fmt: skip
    return seal(held, b"a secret for tests")


def spoil(replica: Replica, how: str) -> None:
    replica.cursor = forgotten_set(replica) if how == "of a forgotten set" else how


@pytest.mark.parametrize("how", ["nonsense", "of a forgotten set"])
def test_3_5_what_his_grants_gave_him_once_is_dropped_when_the_cursor_cannot_be_read(house: House, how: str) -> None:
    user = house.user("lab_keeper")
    house.grant(user, "lab_worker", site=house.mall)
    keeper = house.replica(user)
    make(keeper, "lab.secret", value="s")
    leave(house, user)
    house.grant(user, "lab_reader", key=house.east)
    spoil(keeper, how)
    keeper.sync()
    answer = keeper.responses[-1]
    assert f"{house.estate}/lab.secrets" in answer.drop
    assert f"{house.mall}/lab.things" in answer.drop
    assert set(answer.reset) >= {f"{house.estate}/lab.things/{house.east}", f"{house.estate}/places"}
    assert set(answer.drop).isdisjoint(answer.reset)
    assert not any(entity == "lab.secret" for entity, _ in keeper.bodies)


@pytest.mark.parametrize("how", ["nonsense", "of a forgotten set"])
def test_3_5_who_has_no_right_at_all_any_more_keeps_nothing(house: House, how: str) -> None:
    user = house.user("lab_keeper")
    keeper = house.replica(user)
    make(keeper, "lab.secret", value="s")
    leave(house, user)
    house.wait(days=20)  # beyond grace: he does not even hear of his own work any more
    spoil(keeper, how)
    keeper.sync()
    assert keeper.bodies == {}
    assert keeper.members == {}


def test_3_6_of_what_he_counts_but_may_not_hold_he_is_told_to_forget_it(house: House, worker: Replica) -> None:
    """Roles and plugins change, and grants do not tell of it."""
    make(worker)
    secret, closed = f"{house.estate}/lab.secrets", f"{house.mall}/lab.things"
    worker.sync(have={**worker.sums(), secret: (3, 7), closed: (0, 0), "nowhere": (1, 1)})
    answer = worker.responses[-1]
    assert sorted(answer.drop) == sorted([secret, closed, "nowhere"])
    assert answer.reset == []


def test_3_6_what_is_only_being_read_is_not_dropped(house: House, worker: Replica) -> None:
    make(worker)
    reader = Replica(house, worker.user)
    reader.absorb(reader.send(limit=1, have={f"{house.estate}/lab.things": (9, 9)}))
    assert reader.responses[-1].drop == []


def test_3_6_what_is_dropped_is_named_once(house: House) -> None:
    user = house.user("lab_keeper")
    keeper = house.replica(user)
    leave(house, user)
    secrets = f"{house.estate}/lab.secrets"
    assert keeper.send(have={secrets: (0, 0)}).drop.count(secrets) == 1
    keeper.cursor = "nonsense"
    assert keeper.send(have={secrets: (0, 0)}).drop.count(secrets) == 1
