"""Design §3: ``derive``, ``constraints`` and ``when`` hold on the whole record, whoever writes a part; upcasters."""

import pytest
from tests.sync.scene import change, edit, make, values

from wuye.testing.house import House, Replica


def form(house: House, record: str) -> dict[str, object]:
    return dict(values(house, record, "lab.form"))


def test_design_3_derived_fields_follow_what_they_are_derived_from(house: House, worker: Replica) -> None:
    record = make(worker, "lab.form", lines=[{"fee": 100}, {"fee": 250}])
    assert (form(house, record)["total"], form(house, record)["doubled"]) == (350, 700)
    assert edit(worker, record, entity="lab.form", lines=[{"fee": 1}]).status == "applied"
    assert (form(house, record)["total"], form(house, record)["doubled"]) == (1, 2)
    edit(worker, record, entity="lab.form", lines=None)
    assert form(house, record).get("total") in (None, 0)


def test_design_3_a_derived_field_is_the_servers(house: House, worker: Replica) -> None:
    record = make(worker, "lab.form")
    assert edit(worker, record, entity="lab.form", total=1).code == "invalid"


def test_design_3_derived_fields_come_of_the_merged_record(house: House, worker: Replica, mate: Replica) -> None:
    record = make(worker, "lab.form", lines=[{"fee": 1}])
    mate.sync()
    late = change(mate, record, entity="lab.form", name="y", lines=[{"fee": 5}])
    edit(worker, record, entity="lab.form", lines=[{"fee": 9}])
    assert mate.push(late)[0].fields == ("lines",)
    assert form(house, record)["total"] == 9


def test_design_3_expressions_know_the_user_and_the_day_at_the_site(
    house: House, worker: Replica, mate: Replica
) -> None:
    record = make(worker, "lab.form")
    assert (form(house, record)["writer"], form(house, record)["on"]) == (worker.user, "2026-11-22")
    house.now = house.now.replace(hour=17)  # after midnight in Shanghai
    mate.sync()
    edit(mate, record, entity="lab.form", name="y")
    assert (form(house, record)["writer"], form(house, record)["on"]) == (mate.user, "2026-11-23")


def test_design_3_a_constraint_refuses_the_record_as_a_whole(house: House, worker: Replica) -> None:
    [result] = worker.push(house.op("lab.form", v=3, set={"name": "x", "lines": [{"fee": 1001}]}))
    assert (result.status, result.code, result.fields) == ("rejected", "invalid", ("lines",))
    assert result.message == "lab.form.constraint.within_limit"
    record = make(worker, "lab.form", lines=[{"fee": 1000}])
    assert edit(worker, record, entity="lab.form", lines=[{"fee": 1000}, {"fee": 1}]).code == "invalid"
    assert form(house, record)["total"] == 1000


def test_design_3_a_constraint_reads_the_sites_settings(house: House, worker: Replica) -> None:
    values = {"name": "lab_limit", "site": house.estate, "value": "5"}
    house.write(house.org, house.op("setting", site=house.org, set=values))
    assert worker.push(house.op("lab.form", v=3, set={"name": "x", "lines": [{"fee": 6}]}))[0].code == "invalid"
    there = house.replica(house.user("lab_worker", site=house.mall))
    ok = there.push(house.op("lab.form", v=3, site=house.mall, set={"name": "x", "lines": [{"fee": 6}]}))
    assert ok[0].status == "applied"


def test_design_3_when_says_what_is_required(house: House, worker: Replica) -> None:
    [result] = worker.push(house.op("lab.form", v=3, set={"name": "x", "kind": "loud"}))
    assert (result.code, result.fields) == ("invalid", ("reason",))
    record = make(worker, "lab.form")
    assert edit(worker, record, entity="lab.form", kind="loud").fields == ("reason",)
    assert edit(worker, record, entity="lab.form", kind="loud", reason="r").status == "applied"
    assert edit(worker, record, entity="lab.form", reason=None).fields == ("reason",)
    assert edit(worker, record, entity="lab.form", kind="calm", reason=None).status == "applied"


@pytest.mark.parametrize(
    ("v", "set_", "end"),
    [
        (1, {"titel": "t", "hours": 2}, {"name": "t", "minutes": 120}),
        (2, {"name": "t", "hours": 2}, {"name": "t", "minutes": 120}),
        (3, {"name": "t", "minutes": 5}, {"name": "t", "minutes": 5}),
    ],
)
def test_3_1_upcasters_bring_old_ops_up_to_date(
    house: House, worker: Replica, v: int, set_: dict[str, object], end: dict[str, object]
) -> None:
    op = house.op("lab.form", v=v, set=set_)
    assert worker.push(op)[0].status == "applied"
    assert end.items() <= form(house, op.record).items()


def test_3_1_what_an_old_app_saw_is_brought_up_to_date_too(house: House, worker: Replica) -> None:
    record = make(worker, "lab.form", minutes=120)
    op = house.op("lab.form", "update", record, v=2, set={"hours": 3}, was={"hours": 2})
    assert worker.push(op)[0].status == "applied"
    assert form(house, record)["minutes"] == 180
    late = house.op("lab.form", "update", record, v=1, set={"titel": "y", "hours": 4}, was={"titel": "x", "hours": 2})
    [result] = worker.push(late)
    assert (result.status, result.fields) == ("merged", ("minutes",))
    assert (form(house, record)["name"], form(house, record)["minutes"]) == ("y", 180)


def test_3_1_the_new_names_are_unknown_to_an_old_version_and_the_old_to_the_new(house: House, worker: Replica) -> None:
    [result] = worker.push(house.op("lab.form", v=3, set={"titel": "t"}))
    assert (result.code, result.fields) == ("invalid", ("titel",))


def test_3_1_the_ledger_keeps_an_old_op_as_it_was_written(house: House, worker: Replica) -> None:
    op = worker.number(house.op("lab.form", v=1, set={"titel": "t"}))
    worker.sync([op])
    assert b'"titel"' in house.outcome(worker.user, op.op).body
    assert worker.sync([op])[0].status == "applied"
