"""Protocol §6: reading needs the right to read a record that refers to it; a reference counts only if its author
uploaded the bytes or could read them then."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.blobs.household import Household

from wuye.sync.blobs import shas_in
from wuye.testing.house import Replica


def test_6_ops_refer_to_hashes_and_are_accepted_at_once() -> None:
    house = Household()
    house.ticket(house.li, 1)
    assert house.reads(house.li, 1) == []
    house.upload(house.li, 1)
    assert [naming.field for naming in house.reads(house.ma, 1)] == ["photos"]
    assert house.knows(house.ma, 1)


def test_6_reading_needs_the_right_to_read_a_record_that_refers_to_it() -> None:
    house = Household()
    house.upload(house.li, 1)
    assert not house.reads(house.li, 1), "not even who sent it, where no record shows it"
    assert house.knows(house.li, 1), "but of his own upload he is told"
    house.ticket(house.li, 1, unit=house.unit_west)
    assert house.reads(house.ma, 1)
    assert not house.reads(house.east_only, 1)
    assert not house.reads(house.other, 1)
    assert not house.knows(house.east_only, 1)


def test_6_who_names_the_hash_of_others_photos_gains_nothing() -> None:
    house = Household()
    house.ticket(house.li, 1, unit=house.unit_west)
    mine = house.ticket(house.east_only, 1, unit=house.unit_east)
    house.upload(house.li, 1)
    assert not house.reads(house.east_only, 1)
    later = house.ticket(house.east_only, 1, unit=house.unit_east)
    assert not house.reads(house.east_only, 1)
    assert {naming.record for naming in house.reads(house.boss, 1)}.isdisjoint({mine, later})
    house.upload(house.east_only, 1)
    assert {naming.record for naming in house.reads(house.east_only, 1)} == {mine, later}


def test_6_two_who_name_it_together_gain_nothing_either() -> None:
    """A reference stands on the word of those whose references its author could read; all of them may be empty."""
    house = Household()
    house.ticket(house.li, 1, unit=house.unit_west)
    house.ticket(house.east_only, 1, unit=house.unit_east)
    friend = house.replica(house.user("cs_assistant", key=house.east))
    house.ticket(friend, 1, unit=house.unit_east)
    house.upload(house.li, 1)
    assert not house.reads(friend, 1)
    assert not house.reads(house.east_only, 1)


def test_6_who_could_read_it_then_may_hand_it_on() -> None:
    house = Household()
    house.ticket(house.li, 1, unit=house.unit_west)
    house.upload(house.li, 1)
    house.ticket(house.boss, 1, unit=house.unit_east)
    assert house.reads(house.east_only, 1)


def test_6_who_could_read_the_text_may_hand_the_photo_on_before_it_arrives() -> None:
    """Texts go before photos: the copy counts as soon as the photographer has sent the bytes."""
    house = Household()
    house.ticket(house.li, 1, unit=house.unit_west)
    copy = house.ticket(house.boss, 1, unit=house.unit_east)
    assert not house.reads(house.east_only, 1)
    house.upload(house.li, 1)
    assert [naming.record for naming in house.reads(house.east_only, 1)] == [copy]


def test_6_handing_on_to_another_site_is_judged_alike() -> None:
    house = Household()
    both = house.replica(house.user("cs_supervisor"))
    house.grant(both.user, "cs_supervisor", site=house.mall)
    house.wait(seconds=1)
    both.sync()
    house.upload(house.li, 1)
    house.ticket(house.other, 1, site=house.mall)
    assert not house.reads(house.other, 1)
    house.ticket(house.li, 1)
    house.ticket(both, 1, site=house.mall)
    assert house.reads(house.other, 1)


def test_6_a_photo_that_was_named_in_vain_counts_when_named_by_who_has_it() -> None:
    """Both name the same hash in one record: the second one's word counts although he changes nothing."""
    house = Household()
    record = house.ticket(house.ma, 1)
    house.li.sync()
    house.upload(house.li, 1)
    assert not house.reads(house.boss, 1)
    assert not house.knows(house.ma, 1), "he is to send it: his record waits for it"
    op = house.op("ticket", "update", record, set={"photos": [house.blob(1)]}, was={}, base=0)
    assert [result.status for result in house.li.push(op)] == ["applied"]
    assert house.reads(house.boss, 1)


def test_6_what_leaves_a_record_is_no_longer_read_through_it() -> None:
    house = Household()
    house.upload(house.li, 1)
    house.upload(house.li, 2)
    record = house.ticket(house.li, 1, 2)
    was = house.li.get("ticket", record)
    assert was
    base = house.li.seq("ticket", record)
    house.li.push(house.op("ticket", "update", record, set={"photos": [house.blob(2)]}, was=was, base=base))
    assert (bool(house.reads(house.boss, 1)), bool(house.reads(house.boss, 2))) == (False, True)
    house.boss.sync()
    op = house.op("ticket", "delete", record, base=house.boss.seq("ticket", record))
    admin = house.replica(house.user("admin", site=house.org))
    assert [result.status for result in admin.push(op)] == ["applied"]
    assert not house.reads(house.boss, 2)


def test_6_rows_signatures_and_copies_refer_as_well() -> None:
    house = Household()
    for number in range(1, 5):
        house.upload(house.li, number)
    sha = str(house.blob(1)["sha256"])
    photos = [house.blob(1), house.blob(2, role=f"thumb:{sha}"), house.blob(3, role=f"annotated:{sha}")]
    signed = {"sha256": house.blob(4)["sha256"], "signer": "李娜", "at": "2026-11-22T01:02:03.004Z"}
    op = house.op("ticket", set={"title": "漏水", "photos": photos, "signature": signed})
    assert [result.status for result in house.li.push(op)] == ["applied"]
    assert all(house.reads(house.ma, number) for number in range(1, 5))
    rows = {"lines": [{"name": "a", "proof": [house.blob(1)]}, {"deep": {"sign": signed}}], "text": sha}
    assert sorted(shas_in(rows)) == sorted([("lines", sha), ("lines", str(signed["sha256"]))])


def test_6_more_photos_than_a_field_takes_are_counted_without_their_thumbnails() -> None:
    house = Household()
    shas = [str(house.blob(number)["sha256"]) for number in range(11)]
    voice = [house.blob(number, role=f"thumb:{shas[number]}") if thumb else house.blob(number)
             for number in range(10) for thumb in (False, True)]  # fmt: skip
    [good, bad] = house.li.push(
        house.op("ticket", set={"title": "一", "voice": voice}),
        house.op("ticket", set={"title": "二", "voice": [*voice, house.blob(10)]}),
    )
    assert (good.status, bad.status, bad.code) == ("applied", "rejected", "invalid")


def conflict(house: Household, one: Replica, two: Replica) -> tuple[str, str]:
    """Let two sign the same ticket differently; the second one's signature, photo 2, ends in a review item."""
    record = house.ticket(house.boss, unit=house.unit_west)
    for replica, number in ((one, 1), (two, 2)):
        replica.sync()
        signed = {"sha256": house.blob(number)["sha256"], "signer": "x", "at": "2026-11-22T01:02:03.004Z"}
        op = house.op("ticket", "update", record, set={"signature": signed}, was={}, base=0)
        [result] = replica.push(op)
        house.upload(replica, number)
    assert (result.status, result.fields) == ("merged", ("signature",))
    return record, str(result.review)


def test_6_what_lost_a_conflict_is_read_by_who_reads_its_review_item() -> None:
    house = Household()
    _, review = conflict(house, house.li, house.ma)
    assert [(naming.entity, naming.record) for naming in house.reads(house.boss, 2)] == [("review", review)]
    assert house.reads(house.ma, 2)
    assert not house.reads(house.li, 2), "he may read the ticket, but not the other's item"
    assert not house.reads(house.east_only, 2)


def test_5_what_a_dead_token_brings_is_read_by_who_reviews_it() -> None:
    house = Household()
    sha = str(house.blob(1)["sha256"])
    assert not house.shelf.may_offer(house.li.user, sha)
    house.li.alive = False
    op = house.op("ticket", set={"title": "漏水", "photos": [house.blob(1)]})
    response = house.li.send([house.li.number(op)])
    assert [(result.status, result.code) for result in response.results] == [("held", "revoked")]
    assert house.shelf.may_offer(house.li.user, sha)
    assert not house.shelf.may_offer(house.ma.user, sha)
    house.upload(house.li, 1)
    assert [naming.entity for naming in house.reads(house.boss, 1)] == ["review"]
    assert not house.reads(house.ma, 1)
    house.boss.sync()
    [item] = house.boss.reviews()
    review = next(record for entity, record in house.boss.bodies if entity == "review")
    admit = house.op("review", "act", review, act="admit", args={"ops": [item["items"][0]["op"]]}, base=1)  # type: ignore[index]
    assert [result.status for result in house.boss.push(admit)] == ["applied"]
    assert [naming.entity for naming in house.reads(house.ma, 1)] == ["ticket"]


def test_6_what_a_rejected_op_named_is_kept_for_its_review_alone() -> None:
    house = Household()
    record = house.ticket(house.boss, unit=house.unit_west)
    op = house.op("ticket", "update", record, set={"photos": [house.blob(1)]}, was={}, base=0)
    [result] = house.east_only.push(op)
    assert result.status in ("held", "rejected")
    house.upload(house.east_only, 1)
    assert not house.reads(house.ma, 1)
    assert house.shelf.may_offer(house.east_only.user, str(house.blob(1)["sha256"]))


def test_6_private_records_keep_their_files_to_their_readers() -> None:
    house = Household()
    owner = house.op("owner", set={"name": "陳", "unit": house.unit_west})
    values = {"owner": owner.record, "title": "身份證", "category": "identity", "unit": house.unit_west}
    house.boss.push(owner)
    model = house.registry.models["document"]
    known = {name: value for name, value in values.items() if name in model.settable}
    paper = house.op("document", set={**known, "scans": [house.blob(1)]})
    results = house.boss.push(paper)
    assert [result.status for result in results] == ["applied"], msgspec.to_builtins(results)
    house.upload(house.boss, 1)
    readers = {who for who in ("boss", "li", "east_only", "other") if house.reads(getattr(house, who), 1)}
    holders = {who for who in ("boss", "li", "east_only", "other") if _holds(getattr(house, who), paper.record)}
    assert readers == holders
    assert "boss" in readers


def _holds(replica: Replica, record: str) -> bool:
    replica.sync()
    return ("document", record) in replica.bodies


people = st.sampled_from(["li", "ma", "east_only", "boss", "other"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["name", "name", "upload", "drop"]), people, st.integers(1, 3), st.booleans()),
        max_size=12,
    )
)
def test_6_nobody_reads_what_no_record_for_him_shows_on_good_word(deeds: list[tuple[str, str, int, bool]]) -> None:
    """Against a plain account: who has held which bytes, and which records he may read that were given them by somebody
    who had them or had seen a record that named them."""
    house = Household()
    has: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
    records: dict[str, tuple[int, set[str]]] = {}
    for deed, name, number, east in deeds:
        who: Replica = getattr(house, name)
        if deed == "upload":
            house.upload(who, number)
            has[number].add(name)
        elif deed == "name":
            words = {name} | {
                word for r, (n, ws) in records.items() if n == number and _sees(house, who, r) for word in ws
            }
            site = house.mall if name == "other" else house.estate
            unit = (
                {} if name == "other" else {"unit": house.unit_east if east or name == "east_only" else house.unit_west}
            )
            records[house.ticket(who, number, site=site, **unit)] = (number, words)
        elif mine := [r for r, (n, _) in records.items() if n == number and _sees(house, who, r)]:
            site = house.mall if name == "other" else house.estate
            was = {"photos": [house.blob(number)]}
            op = house.op("ticket", "update", mine[0], site=site, set={"photos": None}, was=was, base=1)
            if [result.status for result in who.push(op)] == ["applied"]:
                stored = house.record("ticket", mine[0], site)
                if stored and not stored.values.get("photos"):
                    records.pop(mine[0])
    for name in ("li", "ma", "east_only", "boss", "other"):
        who = getattr(house, name)
        for number, holders in has.items():
            good = {r for r, (n, words) in records.items() if n == number and words & holders and _sees(house, who, r)}
            assert {naming.record for naming in house.reads(who, number) if naming.entity == "ticket"} == good


def _sees(house: Household, who: Replica, record: str) -> bool:
    who.sync()
    return ("ticket", record) in who.bodies
