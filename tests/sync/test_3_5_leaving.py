"""Protocol §3.5: for the days of grace after his last right at a site ended, its author hears of his own work there."""

import msgspec
from tests.sync.scene import make

from wuye.testing.house import House, Replica


def here(replica: Replica, site: str) -> set[str]:
    """Return the buckets of a site that a user may hold now."""
    directory = replica.house.store.read(replica.house.door.directory)
    access = directory.access(replica.user, int(replica.house.now.timestamp() * 1000))
    return set(access[site].buckets) if site in access else set()


def test_3_5_ones_own_review_items_stay_readable_for_the_days_of_grace(house: House) -> None:
    user = house.user("lab_worker")
    author = house.replica(user)
    [result] = author.push(house.op("lab.thing", set={"name": "refuse"}))
    [grant] = [id_ for id_, values in house.all("grant", house.org).items() if values["user"] == user]
    house.end_grant(grant)
    mine = f"{house.estate}/review/{user}"
    assert here(author, house.estate) == {mine}
    author.sync()
    assert mine not in author.responses[-1].drop
    assert [name for name in author.members if name.startswith(house.estate)] == [mine]
    assert author.get("review", str(result.review)) is not None
    house.wait(days=13, hours=23)
    assert here(author, house.estate) == {mine}
    house.wait(hours=1)
    assert here(author, house.estate) == set()
    author.sync()
    assert author.responses[-1].drop == [mine]


def test_3_5_who_only_hears_writes_nothing_there(house: House) -> None:
    user = house.user("broadcaster")
    grant = house.grant(user, "lab_worker")
    author = house.replica(user)
    thing = make(author)
    for id_, values in house.all("grant", house.org).items():
        if values["user"] == user and id_ != grant:
            house.end_grant(id_)
    house.end_grant(grant)
    author.sync()
    author.sync()
    op = house.op("lab.thing", "update", thing, set={"name": "late"}, was={"name": "x"})
    [result] = author.push(op)
    assert (result.status, result.code) == ("rejected", "forbidden")
    assert house.outcome(user, op.op, house.org).code == "forbidden"  # kept by the organisation, as of any stranger
    assert house.all("review") == {}


def test_3_5_who_worked_everywhere_hears_from_everywhere(house: House) -> None:
    user = house.user("lab_worker", site=house.org)
    other = house.replica(user)
    [grant] = [id_ for id_, values in house.all("grant", house.org).items() if values["user"] == user]
    house.end_grant(grant)
    assert [here(other, site) for site in (house.estate, house.mall)] == [
        {f"{site}/review/{user}"} for site in (house.estate, house.mall)
    ]


def test_3_5_a_post_that_never_was_leaves_nothing_behind(house: House) -> None:
    user = house.user("lab_worker", site=house.mall)
    later = house.op("grant", site=house.org, set={"user": user, "role": "lab_worker", "site": house.estate})
    starts = "2026-12-24T00:00:00.000Z"
    house.write(house.org, msgspec.structs.replace(later, set={**later.set, "starts": starts, "ends": starts}))
    house.wait(days=33)
    assert here(house.replica(user), house.estate) == set()


def test_3_5_a_post_that_begins_again_reads_everything_again(house: House, worker: Replica) -> None:
    thing = make(worker)
    user = house.user("lab_worker")
    author = house.replica(user)
    [grant] = [id_ for id_, values in house.all("grant", house.org).items() if values["user"] == user]
    house.end_grant(grant)
    author.sync()
    assert author.get("lab.thing", thing) is None
    house.grant(user, "lab_worker")
    author.sync()
    assert author.get("lab.thing", thing) is not None
