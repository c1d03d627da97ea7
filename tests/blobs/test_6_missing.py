"""Protocol §6: still missing after ``blob_days``: review item. §4: kept ``keep_days`` after the last reference."""

from tests.blobs.files import photo, sha_of
from tests.blobs.household import LIMITS, Household

from wuye.kernel.clock import to_ms
from wuye.storage.blobs import Chunk
from wuye.storage.blobs.keeping import Tidied, faults, tidy
from wuye.storage.blobs.shelf import LEAST
from wuye.testing.house import Replica

DAY_MS = 86_400_000


def look_for_missing(house: Household) -> None:
    house.run(house.door.report_missing(house.estate, house.now))


def arrive(house: Household, who: Replica, number: int) -> None:
    """Send a photo; the server looks at once who waited for it."""
    house.upload(who, number)
    house.run(house.door.arrived(str(house.blob(number)["sha256"]), house.now))


def clean_up(house: Household, days: int = 14) -> Tidied:
    return tidy(house.shelf, house.store, to_ms(house.now), days * DAY_MS)


def items(house: Household) -> list[dict[str, object]]:
    rows = [row for values in house.all("review").values() for row in values["items"]]  # type: ignore[attr-defined]
    return [{name: row.get(name) for name in ("why", "status", "kind")} for row in rows]


def test_6_what_is_still_missing_after_blob_days_is_put_before_a_person() -> None:
    house = Household()
    record = house.ticket(house.li, 1, 2)
    house.upload(house.li, 2)
    house.wait(days=6)
    look_for_missing(house)
    assert items(house) == []
    house.wait(days=2)
    look_for_missing(house)
    [review] = house.all("review").values()
    assert (review["author"], review["subject"], review["subject_entity"]) == (house.li.user, record, "ticket")
    [row] = review["items"]  # type: ignore[misc, attr-defined]
    assert (row["why"], row["status"], [field["field"] for field in row["fields"]]) == (
        "blobs_missing",
        "applied",
        ["photos"],
    )
    house.boss.sync()
    house.li.sync()
    assert house.boss.reviews() == house.li.reviews() != []
    assert not house.other.reviews()


def test_6_it_is_said_once() -> None:
    house = Household()
    house.ticket(house.li, 1)
    house.wait(days=8)
    look_for_missing(house)
    look_for_missing(house)
    assert len(items(house)) == 1
    house.ticket(house.ma, 2)
    house.wait(days=8)
    look_for_missing(house)
    assert len(items(house)) == 2
    house.upload(house.li, 1)
    house.wait(days=8)
    look_for_missing(house)
    assert len(items(house)) == 2


def settled(house: Household) -> dict[str, list[bool]]:
    """Return of each review item, by its state, which of its rows are settled."""
    return {
        str(values["status"]): [row.get("settled_by") == "plugin:core" for row in values["items"]]  # type: ignore[attr-defined]
        for values in house.all("review").values()
    }


def test_6_the_item_is_settled_when_the_last_of_them_comes_at_last() -> None:
    house = Household()
    house.ticket(house.li, 1, 2)
    house.wait(days=8)
    look_for_missing(house)
    arrive(house, house.li, 1)
    look_for_missing(house)
    assert settled(house) == {"open": [False]}
    arrive(house, house.li, 2)
    assert settled(house) == {"resolved": [True]}
    house.li.sync()
    [shown] = house.li.reviews()
    assert shown["status"] == "resolved"


def test_6_whose_photo_has_not_come_still_waits_for_it() -> None:
    house = Household()
    record = house.ticket(house.li, 1)
    house.ma.sync()
    more = {"photos": [house.blob(1), house.blob(2)]}
    was = {"photos": [house.blob(1)]}
    house.ma.push(house.op("ticket", "update", record, set=more, was=was, base=house.ma.seq("ticket", record)))
    house.wait(days=8)
    look_for_missing(house)
    assert len(items(house)) == 2
    arrive(house, house.ma, 2)
    assert settled(house) == {"open": [False], "resolved": [True]}


def test_6_what_came_unnoticed_or_is_named_no_more_is_settled_by_the_daily_look() -> None:
    house = Household()
    house.ticket(house.li, 1)
    other = house.ticket(house.li, 2)
    house.wait(days=8)
    look_for_missing(house)
    house.upload(house.li, 1)
    was = {"photos": [house.blob(2)]}
    house.li.push(
        house.op("ticket", "update", other, set={"photos": None}, was=was, base=house.li.seq("ticket", other))
    )
    look_for_missing(house)
    states = [(values["status"], len(values["items"])) for values in house.all("review").values()]  # type: ignore[arg-type]
    assert states == [("resolved", 1)] * 2
    rows = house.store.read(lambda snapshot: snapshot.ledger(house.estate))
    assert [row.user for row in rows if row.entity == "review"] == ["plugin:core"] * 2
    before = len(rows)
    look_for_missing(house)
    assert len(house.store.read(lambda snapshot: snapshot.ledger(house.estate))) == before


def test_6_the_remark_changes_nothing_and_stands_in_the_ledger() -> None:
    house = Household()
    record = house.ticket(house.li, 1)
    before = house.record("ticket", record)
    house.wait(days=8)
    look_for_missing(house)
    assert house.record("ticket", record) == before
    rows = house.store.read(lambda snapshot: snapshot.ledger(house.estate, ref=("ticket", record)))
    assert [(row.kind, row.status, row.user) for row in rows] == [
        ("create", "applied", house.li.user),
        ("update", "applied", house.li.user),
    ]
    house.li.sync()
    assert [result.status for result in house.li.push(house.op("ticket", set={"title": "又漏水"}))] == ["applied"]


def test_6_what_arrives_in_time_is_not_spoken_of() -> None:
    house = Household()
    house.ticket(house.li, 1)
    house.wait(days=3)
    house.upload(house.li, 1)
    house.wait(days=30)
    look_for_missing(house)
    assert items(house) == []


def test_4_blobs_are_kept_for_days_after_the_last_reference() -> None:
    house = Household()
    house.upload(house.li, 1)
    record = house.ticket(house.li, 1)
    house.wait(days=100)
    assert clean_up(house).forgotten == 0
    was = {"photos": [house.blob(1)]}
    house.li.push(
        house.op("ticket", "update", record, set={"photos": None}, was=was, base=house.li.seq("ticket", record))
    )
    for _ in range(13):
        assert clean_up(house).forgotten == 0
        house.wait(days=1)
    house.wait(days=2)
    assert clean_up(house).forgotten == 1
    assert list(house.shelf.objects.listed("blobs/")) == []
    assert not house.knows(house.li, 1), "who has it is to send it again"


def test_4_a_reference_that_comes_back_in_time_keeps_it() -> None:
    house = Household()
    house.upload(house.li, 1)
    clean_up(house)
    house.wait(days=13)
    house.ticket(house.li, 1)
    house.wait(days=13)
    assert clean_up(house).forgotten == 0
    assert house.reads(house.ma, 1)


def test_6_uploads_that_nobody_goes_on_with_are_removed() -> None:
    house = Household()
    data = photo(3 * LEAST)
    chunk = Chunk(sha=sha_of(data), start=0, total=len(data), data=data[:LEAST])
    house.shelf.put(house.li.user, chunk, LIMITS, to_ms(house.now))
    house.wait(days=13)
    assert clean_up(house).abandoned == 0
    house.wait(days=2)
    assert clean_up(house).abandoned == 1
    assert list(house.shelf.objects.listed("parts/")) == []


def test_4_bytes_of_which_nothing_is_known_are_taken_up_and_kept_for_as_long() -> None:
    """After a crash, or with a database older than the place where the bytes lie."""
    house = Household()
    data = photo(500)
    house.shelf.objects.keep(sha_of(data), data)
    house.shelf.objects.keep("0" * 64, data)
    done = clean_up(house)
    assert (done.adopted, done.corrupt) == (1, ("0" * 64,))
    clean_up(house)
    house.wait(days=13)
    assert clean_up(house).forgotten == 0
    house.wait(days=2)
    assert clean_up(house).forgotten == 1


def test_a_check_finds_what_is_missing_and_what_is_corrupt() -> None:
    house = Household()
    for number in range(1, 4):
        house.upload(house.li, number)
    shas = [str(house.blob(number)["sha256"]) for number in range(1, 4)]
    house.shelf.objects.remove(shas[0])
    house.shelf.objects.keep(shas[1], b"something else")
    found = {blob.sha: fault for blob, fault in faults(house.shelf.objects, house.store.read)}
    assert found == {shas[0]: "missing", shas[1]: "corrupt", shas[2]: ""}
