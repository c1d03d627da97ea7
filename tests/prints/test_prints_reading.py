"""Who prints sees no more than he may read, and what he sees of private data is on record (OWN-7)."""

from pathlib import Path

import pytest
from tests.duties.company import ESTATE, MALL, Company
from tests.duties.stored import StoredCompany
from tests.prints.conftest import Order, ordered
from tests.prints.reading import facts, having, read, tables, text
from tests.prints.sample import SAMPLE

from wuye.kernel.errors import Problem
from wuye.prints import Asker, forms_for, named, print_form
from wuye.sync.ports import Snapshot
from wuye.sync.rows import Need


def test_OWN_7_what_was_shown_of_private_data_is_on_record(order: Order) -> None:
    order.page("desk")
    [look] = order.company.house.all("access").values()
    assert look["screen"] == "print"
    assert look["user"] == order.company.user("desk")
    assert (look["subject_entity"], look["subject"]) == ("sample.customer", order.customer)
    assert look["fields"] == [{"field": "name"}, {"field": "phone"}]


def test_OWN_7_only_the_fields_on_the_page_are_on_record(order: Order) -> None:
    order.page(form="sample.chart")
    assert order.company.house.all("access") == {}


def test_what_somebody_may_not_read_stays_blank_and_nothing_is_on_record(order: Order) -> None:
    page = read(order.page("wu.gang"))
    assert facts(having(page, "group")[0]) == {"姓名": "", "電話": "", "等級": ""}
    assert "王小明" not in text(page).replace("客戶簽字王小明", "")
    assert facts(page)["標題"] == "3 號樓漏水"
    assert order.company.house.all("access") == {}


def test_the_places_of_a_site_are_blank_to_who_may_not_read_them() -> None:
    order = ordered(Company(SAMPLE))
    order.company.person("clerk", "clerk")
    page = read(order.page("clerk"))
    assert facts(page)["房屋"] == facts(page)["房屋 · 樓棟"] == ""
    assert tables(page)[0][1] == ["水管", "3.25", ""]
    assert facts(page)["負責人"] == "desk"  # everybody knows his colleagues


@pytest.mark.parametrize("user", ["stranger", "wu.gang"])
def test_a_record_that_somebody_may_not_read_is_as_if_it_were_not_there(order: Order, user: str) -> None:
    company = order.company
    company.person("stranger", "front_desk", site=MALL)
    form = "sample.order" if user == "stranger" else "sample.client"
    record = order.work if user == "stranger" else order.customer
    with pytest.raises(Problem, match="not_found"):
        company.print(form, ESTATE, record, user)
    assert company.house.all("access") == {}


@pytest.mark.parametrize(
    ("form", "site"),
    [("no.form", ESTATE), ("sample.card", ESTATE), ("sample.order", MALL)],
    ids=["unknown", "its condition is false", "record of another site"],
)
def test_a_form_that_is_not_for_this_record_is_not_there(order: Order, form: str, site: str) -> None:
    order.company.person("everywhere", "front_desk", site="ORG")
    with pytest.raises(Problem, match="not_found"):
        order.company.print(form, site, order.work, "everywhere")


def test_a_deleted_record_and_one_that_is_no_id_are_not_there(order: Order) -> None:
    house = order.company.house
    desk = order.company.user("desk")
    op = house.op("sample.work", "delete", order.work, base=1)
    [result] = house.run(house.door.submit(desk, house.id(), house.estate, [op], house.now)).results
    assert result.status == "applied"
    for record in (order.work, "GD-2026-000001", house.id()):
        with pytest.raises(Problem, match="not_found"):
            order.company.print("sample.order", ESTATE, record, "desk")


def test_where_the_plugin_is_off_there_are_no_forms_and_its_records_are_blank(order: Order) -> None:
    company, house = order.company, order.company.house
    site = house.record("site", house.estate, house.org)
    assert site is not None
    op = house.op(
        "site", "update", house.estate, site=house.org, set={"plugins": [{"id": "core"}]}, base=site.seq
    )  # fmt: skip
    house.write(house.org, op)
    with pytest.raises(Problem, match="not_found"):
        company.print("sample.order", ESTATE, order.work, "desk")


def test_the_forms_of_a_record_are_those_whose_condition_holds(order: Order) -> None:
    company, house = order.company, order.company.house
    asker = Asker(user=company.user("desk"), site=house.estate, language="en", now=house.now)

    def offered(snapshot: Snapshot) -> list[str]:
        found = forms_for(snapshot, house.door.directory(snapshot), asker, "sample.work", order.work)
        return [form.id for form in found]

    assert house.store.read(offered) == ["sample.order", "sample.chart"]


def test_TKT_14_a_record_is_found_by_its_number_or_its_devices_number_or_its_id() -> None:
    order = ordered(Company(SAMPLE), device_number="GD-T01-0007")
    house = order.company.house

    def look(name: str) -> str:
        return house.store.read(lambda s: named(s, house.door.directory(s), house.estate, "sample.work", name))

    assert {look(name) for name in ("GD-2026-000001", "GD-T01-0007", order.work)} == {order.work}
    assert look("GD-2026-000002") == ""


def test_looking_up_takes_a_round_for_each_step_of_a_path_however_many_records_there_are(order: Order) -> None:
    company, house = order.company, order.company.house
    for place in range(40):
        company.write(ESTATE, "sample.step", house.id(), work=order.work, name=f"№ {place}", cost=1, place=place + 3)
    asker = Asker(user=company.user("desk"), site=house.estate, language="ru", now=house.now)
    needs: list[Need] = []

    def printed(snapshot: Snapshot) -> str:
        load = snapshot.load

        def counted(site: str, need: Need) -> object:
            needs.append(need)
            return load(site, need)

        directory = house.door.directory(snapshot)
        snapshot.load = counted  # type: ignore[method-assign, assignment]
        return print_form(snapshot, directory, asker, "sample.order", order.work).document.html

    html = house.store.read(printed)
    assert len(tables(read(html))[1]) == 1 + 43
    assert len(needs) <= 5


def test_a_form_from_the_database_is_the_same_as_from_memory(order: Order, tmp_path: Path) -> None:
    with StoredCompany(tmp_path, SAMPLE) as company:
        stored = ordered(company)
        assert stored.page("desk") == order.page("desk")
        assert stored.page("wu.gang", "ru") == order.page("wu.gang", "ru")
