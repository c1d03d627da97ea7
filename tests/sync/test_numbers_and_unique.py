"""TKT-14 and design §3: register numbers without gaps, values that only one record may have."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sync.lab import lab_house
from tests.sync.scene import edit, make, values

from wuye.testing.house import House, Replica


def numbers(house: House, entity: str = "lab.form") -> list[object]:
    return sorted(str(body["number"]) for body in house.all(entity).values())


def test_TKT_14_numbers_go_by_prefix_and_year_of_the_site(house: House, worker: Replica) -> None:
    make(worker)
    forms = [make(worker, "lab.form"), make(worker, "lab.form", kind="loud", reason="r"), make(worker, "lab.form")]
    assert [values(house, form, "lab.form")["number"] for form in forms] == [
        "LF-2026-000001",
        "LL-2026-000001",
        "LF-2026-000002",
    ]
    house.now = house.now.replace(month=12, day=31, hour=16, minute=30)  # in Shanghai the year has changed
    assert values(house, make(worker, "lab.form"), "lab.form")["number"] == "LF-2027-000001"


def test_TKT_14_every_site_counts_for_itself(house: House) -> None:
    chief = house.replica(house.user("lab_worker", site=house.org))
    for site in (house.estate, house.mall):
        chief.push(house.op("lab.form", v=3, site=site, set={"name": "x"}))
        [body] = house.all("lab.form", site).values()
        assert body["number"] == "LF-2026-000001"


def test_TKT_14_nobody_chooses_his_number(house: House, worker: Replica) -> None:
    [result] = worker.push(house.op("lab.form", v=3, set={"name": "x", "number": "LF-2026-000007"}))
    assert result.code == "invalid"
    form = make(worker, "lab.form", code="device-7")
    assert edit(worker, form, entity="lab.form", name="y").code is None
    assert (values(house, form, "lab.form")["number"], values(house, form, "lab.form")["code"]) == (
        "LF-2026-000001",
        "device-7",
    )


@settings(max_examples=25, deadline=None)
@given(
    pushes=st.lists(
        st.lists(st.lists(st.sampled_from(["good", "bad", "held"]), min_size=1, max_size=3), min_size=1, max_size=4),
        max_size=6,
    )
)
def test_TKT_14_numbers_have_no_gaps_whatever_is_refused_or_held(pushes: list[list[list[str]]]) -> None:
    house = lab_house()
    worker = house.replica(house.user("lab_worker"))
    parent = house.id()
    for push in pushes:
        ops = []
        for group in push:
            one = house.id()
            for what in group:
                if what == "held":
                    ops.append(house.op("lab.thing", set={"name": "x", "parent": parent}, group=one))
                set_ = {"name": "x", "lines": [{"fee": 2000}] if what == "bad" else []}
                ops.append(house.op("lab.form", v=3, set=set_, group=one))
        worker.push(*ops)
    worker.push(house.op("lab.thing", record=parent, set={"name": "parent"}))
    good = sum(len(group) for push in pushes for group in push if "bad" not in group)
    assert numbers(house) == [f"LF-2026-{n:06d}" for n in range(1, good + 1)]


def test_design_3_a_unique_value_belongs_to_one_live_record(house: House, worker: Replica, mate: Replica) -> None:
    form = make(worker, "lab.form", code="A")
    [result] = mate.push(house.op("lab.form", v=3, set={"name": "x", "code": "A"}))
    assert (result.status, result.code, result.fields) == ("rejected", "duplicate_key", ("code",))
    other = make(mate, "lab.form", code="B")
    assert edit(mate, other, entity="lab.form", code="A").code == "duplicate_key"
    assert edit(worker, form, entity="lab.form", name="y").status == "applied"
    worker.push(house.op("lab.form", "delete", form, v=3))
    assert edit(mate, other, entity="lab.form", code="A").status == "applied"


def test_design_3_several_fields_are_unique_together_numbers_too(house: House, worker: Replica) -> None:
    one, two = house.id(), house.id()
    sets = [{"year": 2026, "serial": 1}, {"year": 2026, "serial": 2}, {"year": 2026, "serial": 1}, {"year": 2026}]
    ops = [house.op("lab.form", v=3, set={"name": "x", **set_}) for set_ in (*sets, sets[3])]
    assert [result.status for result in worker.push(*ops)] == ["applied", "applied", "rejected", "applied", "applied"]
    again = house.op("lab.form", v=3, record=one, set={"name": "x", "year": 2026, "serial": 2})
    assert worker.push(again)[0].code == "duplicate_key"
    assert worker.push(house.op("lab.form", v=3, record=two, set={"name": "x", "serial": 2}))[0].status == "applied"


def test_3_1_a_unique_value_is_unique_within_a_push_and_within_a_group(house: House, worker: Replica) -> None:
    group = house.id()
    ops = [house.op("lab.form", v=3, set={"name": "x", "code": code}, group=group) for code in "AA"]
    assert {result.code for result in worker.push(*ops)} == {"group", "duplicate_key"}
    ops = [house.op("lab.form", v=3, set={"name": "x", "code": code}) for code in "BB"]
    assert [result.code for result in worker.push(*ops)] == [None, "duplicate_key"]


def test_3_1_a_group_may_hand_a_unique_value_on(house: House, worker: Replica) -> None:
    form, group = make(worker, "lab.form", code="A"), house.id()
    give = house.op("lab.form", "update", form, v=3, set={"code": "B"}, was={"code": "A"}, group=group)
    take = house.op("lab.form", v=3, set={"name": "x", "code": "A"}, group=group)
    assert [result.status for result in worker.push(give, take)] == ["applied", "applied"]
    assert values(house, take.record, "lab.form")["code"] == "A"
