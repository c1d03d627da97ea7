"""What a user of the replica can do offline, and what he is told."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.fake_server import SITE, FakeServer, contents, open_replica, states

from wuye_client import Device, InvalidEntry, Replica, WrongUser
from wuye_client.fields import Misfit, check_value
from wuye_client.manifest import Field, Manifest


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def replica(server: FakeServer) -> Replica:
    return open_replica(server)


def flaws(error: pytest.ExceptionInfo[InvalidEntry]) -> dict[str, str]:
    return {flaw.field: flaw.key for flaw in error.value.flaws}


def test_TKT_14_a_device_number_is_given_at_once(replica: Replica) -> None:
    numbers = [
        replica.get("HQ-01", "ticket", replica.create("HQ-01", "ticket", {"title": "x"}))["device_number"]
        for _ in range(3)
    ]
    assert numbers == [f"BX-T07-20261122-000{n}" for n in (1, 2, 3)]


def test_TKT_14_the_day_of_a_number_is_the_site_s_day(replica: Replica) -> None:
    replica._clock.now = replica._clock.now.replace(hour=14, minute=30)
    made = replica.create("MALL", "ticket", {"title": "x"})
    assert "-20261123-" in str(replica.get("MALL", "ticket", made)["device_number"])


def test_replicas_of_one_device_give_different_numbers(tmp_path: Path) -> None:
    device = Device.open(tmp_path, name="T07")
    shorts = [Device.open(tmp_path).short_for(str(device.path_of(name))) for name in ("li.na", "王芳", "li.na")]
    assert shorts == ["T07", "T07B", "T07"]


def test_defaults_and_derived_fields_show_before_the_server_has_seen_them(replica: Replica) -> None:
    made = replica.create(
        "HQ-01", "ticket", {"title": "x", "works": [{"kind": "a", "fee": 3}, {"kind": "b", "fee": 4}]}
    )
    shown = replica.get("HQ-01", "ticket", made)
    assert (shown["priority"], shown["total"], shown["status"]) == ("normal", 7, "received")


def test_every_flaw_is_named_with_its_field(replica: Replica) -> None:
    with pytest.raises(InvalidEntry) as error:
        replica.create(
            "HQ-01",
            "ticket",
            {
                "title": "x" * 41,
                "cost": 2_000_000,
                "priority": "urgent",
                "total": 1,
                "nothing": 1,
                "tags": ["wet", "dry"],
                "owner": "01900000-0000-7000-8000-00000000ffff",
                "works": [{"kind": "a"}, {"fee": "3"}],
                "hours": "1.2.3",
            },
        )
    assert flaws(error) == {
        "title": "too_long", "cost": "constraint", "due": "required", "total": "readonly", "nothing": "unknown_field",
        "tags": "choice", "owner": "ref_missing", "works.1.fee": "integer", "hours": "decimal",
    }  # fmt: skip
    for locale in ("zh-Hant", "zh-Hans", "ru", "en"):
        assert all(error.value.messages(locale).values())
    assert replica.outbox() == []


def test_a_reference_may_point_to_what_was_only_just_made(replica: Replica) -> None:
    owner = replica.create("HQ-01", "owner", {"name": "王芳"})
    assert replica.create("HQ-01", "ticket", {"title": "x", "owner": owner})


def test_when_decides_what_is_required(replica: Replica) -> None:
    made = replica.create("HQ-01", "ticket", {"title": "x"})
    with pytest.raises(InvalidEntry) as error:
        replica.update("HQ-01", "ticket", made, {"priority": "urgent"})
    assert flaws(error) == {"due": "required"}
    replica.update("HQ-01", "ticket", made, {"priority": "urgent", "due": date(2026, 12, 1)})
    assert replica.get("HQ-01", "ticket", made)["due"] == "2026-12-01"


def test_unique_values_are_unique_here_too(replica: Replica) -> None:
    replica.create("HQ-01", "ticket", {"title": "x", "device_number": "A"})
    with pytest.raises(InvalidEntry) as error:
        replica.create("HQ-01", "ticket", {"title": "y", "device_number": "A"})
    assert flaws(error) == {"device_number": "unique"}
    replica.create("MALL", "ticket", {"title": "y", "device_number": "A"})


def test_acts_follow_the_workflow(replica: Replica) -> None:
    made = replica.create("HQ-01", "ticket", {"title": "x"})
    with pytest.raises(InvalidEntry) as error:
        replica.act("HQ-01", "ticket", made, "dispatch")
    assert flaws(error) == {"team": "required"}
    replica.act("HQ-01", "ticket", made, "dispatch", set={"team": "eng"})
    with pytest.raises(InvalidEntry) as error:
        replica.act("HQ-01", "ticket", made, "dispatch", set={"team": "eng"})
    assert flaws(error) == {"status": "stale_transition"}
    with pytest.raises(InvalidEntry) as error:
        replica.act("HQ-01", "ticket", made, "finish")
    assert flaws(error) == {"reason": "required"}
    replica.act("HQ-01", "ticket", made, "finish", {"reason": "done"})
    assert replica.get("HQ-01", "ticket", made)["status"] == "done"


def test_3_1_an_update_tells_what_the_user_saw_and_which_seq(server: FakeServer, replica: Replica) -> None:
    made = replica.create("HQ-01", "ticket", {"title": "x"})
    replica.sync()
    replica.update("HQ-01", "ticket", made, {"title": "y", "note": "n"})
    assert replica.update("HQ-01", "ticket", made, {"title": "y"}) is None
    replica.update("HQ-01", "ticket", made, {"title": "z"})
    second, third = (entry.op for entry in replica.outbox()[1:])
    assert (second.was, second.base) == ({"title": "x", "note": None}, server.seq[SITE])
    assert third.was == {"title": "y"}


def test_3_1_a_group_is_written_whole_or_not_at_all(replica: Replica) -> None:
    def group(*tickets: tuple[str, str]) -> None:
        with replica.group():
            for site, title in tickets:
                replica.create(site, "ticket", {"title": title})

    for tickets, flaw in (
        ([("HQ-01", "x"), ("HQ-01", "")], {"title": "required"}),
        ([("HQ-01", "x")] * 101, {"": "group_too_large"}),
        ([("HQ-01", "x"), ("MALL", "x")], {"": "group_sites"}),
    ):
        with pytest.raises(InvalidEntry) as error:
            group(*tickets)
        assert flaws(error) == flaw
    assert replica.query("ticket") == []
    assert replica.outbox() == []
    group(("HQ-01", "x"), ("HQ-01", "y"))
    assert len({entry.op.group for entry in replica.outbox()}) == 1
    assert len(replica.outbox()) == 2
    assert replica.query("ticket")[0]["device_number"] == "BX-T07-20261122-0001"


def test_3_2_resolving_writes_the_subject_and_settles_the_items_in_one_group(
    server: FakeServer, replica: Replica
) -> None:
    ticket, review = server.new_id(), server.new_id()
    server.write(SITE, "ticket", ticket, {"title": "theirs", "status": "received"})
    items = [{"op": "op-1", "status": "merged"}, {"op": "op-2", "status": "merged"}]
    body = {"subject_entity": "ticket", "subject": ticket, "status": "open", "items": items}
    server.write(SITE, "review", review, body, bucket="reviews")
    replica.sync()
    replica.resolve("HQ-01", review, ["op-1"], {"title": "mine"})
    assert replica.get("HQ-01", "review", review)["status"] == "open"
    update, act = (entry.op for entry in replica.outbox())
    assert (update.set, update.was) == ({"title": "mine"}, {"title": "theirs"})
    assert (act.act, act.args, act.group) == ("resolve", {"ops": ["op-1"]}, update.group)
    replica.resolve("HQ-01", review)
    assert replica.outbox()[-1].op.args == {"ops": ["op-2"]}
    assert replica.get("HQ-01", "review", review)["status"] == "resolved"


def test_unsent_work_can_be_carried_to_another_database(server: FakeServer, replica: Replica, tmp_path: Path) -> None:
    with replica.group():
        made = replica.create("HQ-01", "ticket", {"title": "x"})
        replica.update("HQ-01", "ticket", made, {"note": "n"})
    assert replica.export_outbox(tmp_path / "queue.json") == 2
    other = open_replica(server, seed=7)
    assert other.import_outbox(tmp_path / "queue.json") == 2
    assert other.import_outbox(tmp_path / "queue.json") == 0
    other.sync()
    replica.sync()
    assert len(server.ledger) == 2
    assert contents(other) == contents(replica)
    server.user = "01900000-0000-7000-8000-0000000000bb"
    stranger = open_replica(server, seed=8)
    with pytest.raises(InvalidEntry) as error:
        stranger.import_outbox(tmp_path / "queue.json")
    assert flaws(error) == {"": "foreign_export"}
    with pytest.raises(WrongUser):
        replica.login("fake:", "li.na", "secret")


def test_queries_filter_search_sort_and_limit(server: FakeServer, replica: Replica) -> None:
    for name, phone in (("王芳", "138 0013 8000"), ("Ёлкин", "+7 914 555 0042"), ("張偉", "021-5555")):
        server.write(SITE, "owner", server.new_id(), {"name": name, "phone": phone})
    replica.sync()
    replica.create("HQ-01", "owner", {"name": "陳靜", "phone": "136 1111 2222"})

    def names(**asked: object) -> list[object]:
        return [r["name"] for r in replica.query("owner", **asked)]

    assert names(order="name", limit=2) == ["Ёлкин", "張偉"]
    assert names(where={"name": ["王芳", "陳靜"]}, order="-name") == ["陳靜", "王芳"]
    assert names(search="елкин") == ["Ёлкин"]
    assert names(search="张伟") == ["張偉"]
    assert names(search="cj") == ["陳靜"]
    assert names(search="8000") == ["王芳"]


def test_two_processes_on_one_file_see_and_number_each_other_s_work(server: FakeServer, tmp_path: Path) -> None:
    one = open_replica(server, tmp_path / "li.na.wuye")
    two = Replica.open(tmp_path / "li.na.wuye", device=one.device, transport=server)
    made = one.create("HQ-01", "ticket", {"title": "x"})
    two.update("HQ-01", "ticket", made, {"note": "n"})
    one.update("HQ-01", "ticket", made, {"title": "y"})
    assert [entry.n for entry in one.outbox()] == [1, 2, 3]
    two.sync()
    one.sync()
    assert contents(one) == contents(two)
    assert states(one) == ["applied"] * 3
    one.close()
    two.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TYPES = [
    "text", "note", "integer", "decimal", "money", "boolean", "date", "time", "datetime", "choice", "choices", "ref",
    "refs", "phone", "place", "point", "rows", "blobs", "signature", "localized", "duration", "rrule", "something new",
]  # fmt: skip


@given(st.sampled_from(TYPES), JSON)
def test_7_a_check_refuses_or_gives_a_normal_form_that_it_keeps(kind: str, value: object) -> None:
    field = Field(name="f", type=kind, fields=[Field(name="a", type="integer")])
    try:
        normal = check_value(field, value, Manifest())
    except Misfit:
        return
    assert check_value(field, normal, Manifest()) == normal
