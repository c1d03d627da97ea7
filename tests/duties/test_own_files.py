"""Household files (OWN-1…6, 8, 12): typed on a tablet without network, found again at every other desk."""

import pytest
from tests.duties.company import ESTATE, Company, Tablet

from wuye_client import InvalidEntry, Span

WANG = {"kind": "person", "name": "王小明", "sex": "male", "language": "zh-Hans"}


def _register(tablet: Tablet, company: Company, **more: object) -> tuple[str, str]:
    """Open the file of a person who lives in the east: card and private data, one group."""
    with tablet.group():
        owner = tablet.create(ESTATE, "owner", {**WANG, "unit": company.house.unit_east, **more})
        contact = {"owner": owner, "phone": "138 0013 8000", "birth_date": "1980-02-03", "home_address": "香坊區 7 號"}
        return owner, tablet.create(ESTATE, "owner.private", contact)


def test_OWN_1_a_person_is_registered_offline_and_known_at_the_next_desk(
    company: Company, li: Tablet, boss: Tablet
) -> None:
    boss.update(ESTATE, "unit", company.house.unit_east, {"area": "89.5", "layout": "two_rooms"})
    boss.deliver()
    owner, private = _register(li, company)
    assert li.words("zh-Hant").title(li.see("owner", owner)) == "王小明"
    li.deliver()
    boss.deliver()
    card, secret = boss.see("owner", owner), boss.see("owner.private", private)
    assert WANG.items() <= card.values.items()
    assert (secret["phone"], secret["birth_date"]) == ("138 0013 8000", "1980-02-03")
    unit = boss.see("unit", str(card["unit"]))
    assert (unit["area"], unit["layout"]) == ("89.5", "two_rooms")
    [born] = company.history("owner", owner)
    assert (born.author, born.kind, born.changes["name"]) == ("li.na", "create", (None, "王小明"))


def test_OWN_1_what_does_not_fit_is_told_at_once_in_the_user_s_language(li: Tablet, company: Company) -> None:
    with pytest.raises(InvalidEntry) as told:
        li.create(ESTATE, "owner", {"kind": "person", "unit": company.house.unit_east, "sex": "unknown"})
    assert set(told.value.messages("zh-Hant")) == {"name", "sex"}
    assert li.outbox() == []


def test_OWN_2_a_company_has_a_form_of_its_own(company: Company, li: Tablet, desk: Tablet) -> None:
    firm = {
        "kind": "company",
        "name": "東方國際貿易有限公司",
        "name_ru": "ООО «Восток»",
        "legal_representative": "陳大文",
        "business_scope": "進出口貿易",
        "office_phone": "0451-8230 1234",
        "office_address": "紅軍街 12 號",
        "unit": company.house.unit_east,
    }
    asked = {field.name for _, fields in li.view.form(li.site(ESTATE), "owner", firm) for field in fields}
    assert firm.keys() <= asked
    assert asked.isdisjoint({"sex", "household"})
    owner = li.create(ESTATE, "owner", firm)
    li.deliver()
    desk.deliver()
    for words in ("东方国际", "восток", "82301234", "cdw"):
        assert [found.id for found in desk.query("owner", search=words)] == [owner], words


def test_OWN_3_consent_is_kept_with_who_when_and_how_and_can_be_withdrawn(
    company: Company, li: Tablet, desk: Tablet, boss: Tablet
) -> None:
    owner, _ = _register(li, company)
    given = {
        "owner": owner,
        "purposes": ["service", "care"],
        "version": "2026-1",
        "language": "zh-Hans",
        "channel": "visit",
        "informed": True,
    }
    told_at = company.now
    consent = li.create(ESTATE, "consent", given)
    li.deliver()
    desk.deliver()
    shown = desk.see("consent", consent)
    assert {name: shown[name] for name in given} == {**given, "purposes": ["care", "service"]}
    assert str(shown["given_at"])[:16] == told_at[:16]
    assert shown["created_by"] == company.user("li.na")
    # The counter takes a withdrawal as it takes a consent.
    desk.act(ESTATE, "consent", consent, "withdraw")
    desk.deliver()
    boss.deliver()
    withdrawn = boss.see("consent", consent)
    assert (withdrawn["status"], withdrawn["purposes"]) == ("withdrawn", ["care", "service"])
    assert [(line.author, line.kind) for line in company.history("consent", consent)] == [
        ("li.na", "create"),
        ("desk", "withdraw"),
    ]


def test_OWN_3_a_consent_is_never_reworded(company: Company, boss: Tablet) -> None:
    owner, _ = _register(boss, company)
    given = {"owner": owner, "purposes": ["service"], "version": "1", "language": "ru", "channel": "phone"}
    consent = boss.create(ESTATE, "consent", {**given, "informed": True})
    boss.update(ESTATE, "consent", consent, {"purposes": ["marketing"]})
    refused = boss.refused()
    assert refused.message == "message.consent_is_kept"
    assert "撤回" in boss.words("zh-Hant").refusal(refused.code, refused.message)
    assert boss.see("consent", consent)["purposes"] == ["service"]


def test_OWN_4_every_change_keeps_when_what_and_by_whom(company: Company, li: Tablet, boss: Tablet) -> None:
    owner, private = _register(li, company)
    li.deliver()
    boss.deliver()
    li.update(ESTATE, "owner.private", private, {"phone": "13900139000"})
    boss.update(ESTATE, "owner", owner, {"name": "王曉明", "vip": True})
    for tablet in (li, boss):
        tablet.deliver()
    changes = [
        (line.author, dict(line.changes))
        for entity, record in (("owner.private", private), ("owner", owner))
        for line in company.history(entity, record)
        if line.kind == "update"
    ]
    assert changes == [
        ("li.na", {"phone": ("138 0013 8000", "13900139000")}),
        ("boss", {"name": ("王小明", "王曉明"), "vip": (None, True)}),
    ]
    assert all(line.at < company.now for line in company.history("owner", owner))


@pytest.mark.parametrize("words", ["王小明", "wxm", "小明", "Ван Сяомин", "сяомин", "WXM"])
def test_OWN_5_a_name_is_found_however_it_is_typed(company: Company, li: Tablet, words: str) -> None:
    owner, _ = _register(li, company, name_ru="Ван Сяомин")
    li.create(ESTATE, "owner", {"name": "陳麗", "unit": company.house.unit_east})
    for _ in range(2):  # offline, and from the server's rows
        assert [found.id for found in li.query("owner", search=words)] == [owner]
        li.deliver()


@pytest.mark.parametrize("words", ["陈丽华", "陳麗華", "clh", "中山路"])
def test_OWN_5_traditional_and_simplified_are_one(company: Company, li: Tablet, words: str) -> None:
    firm = {"kind": "company", "name": "陳麗華", "office_address": "中山路 9 號", "unit": company.house.unit_east}
    owner = li.create(ESTATE, "owner", firm)
    assert [found.id for found in li.query("owner", search=words)] == [owner]


@pytest.mark.parametrize("words", ["8000", "+86 13800138000", "138-0013-8000", "6677"])
def test_OWN_5_a_phone_leads_to_the_file_also_the_second_phone(company: Company, li: Tablet, words: str) -> None:
    owner, private = _register(li, company)
    li.update(ESTATE, "owner.private", private, {"phones": [{"phone": "0451 8888 6677", "note": "父親"}]})
    [found] = li.query("owner.private", search=words)
    assert found["owner"] == owner


def test_OWN_5_a_member_of_the_household_leads_to_the_file(company: Company, li: Tablet) -> None:
    owner, _ = _register(li, company, household=[{"name": "Анна Петрова", "relation": "spouse"}])
    for words in ("петрова", "Анна"):
        assert [found.id for found in li.query("owner", search=words)] == [owner]
    assert li.query("owner", search="spouse") == []


def test_OWN_5_files_are_classed_by_type_zone_house_type_and_unit(company: Company, boss: Tablet) -> None:
    house = company.house
    person, _ = _register(boss, company)
    firm = boss.create(ESTATE, "owner", {"kind": "company", "name": "恆信", "unit": house.unit_west})
    boss.update(ESTATE, "unit", house.unit_west, {"layout": "duplex"})
    boss.deliver()

    def found(**where: object) -> list[str]:
        return [record.id for record in boss.query("owner", where=where)]

    assert found(kind="person") == found(zones=house.east) == found(unit=house.unit_east) == [person]
    assert found(zones=[house.east, house.west]) == [person, firm]
    duplexes = [unit.id for unit in boss.query("unit", where={"layout": "duplex", "building": house.building})]
    assert found(unit=duplexes) == [firm]


def test_OWN_6_one_household_one_file(company: Company, li: Tablet, desk: Tablet) -> None:
    unit = company.house.unit_east
    owner, _ = _register(li, company)
    li.create(ESTATE, "occupancy", {"unit": unit, "owner": owner, "role": "owner", "starts": "2020-05-01"})
    tenant = li.create(ESTATE, "owner", {"name": "Иван Петров"})
    li.create(ESTATE, "occupancy", {"unit": unit, "owner": tenant, "role": "tenant", "starts": "2025-01-01"})
    li.create(ESTATE, "ticket", {"title": "廚房漏水", "unit": unit, "owner": owner})
    letter = {"title": "催告函", "category": "letter", "unit": unit, "stamp": "收 2026-17", "shelf": "A-3"}
    paper = li.create(ESTATE, "document", letter)
    li.act(ESTATE, "document", paper, "stamp")
    for tablet in (li, desk):
        tablet.deliver()
        words = tablet.words("zh-Hant")
        file = {
            child.label["zh-Hant"]: sorted(words.title(record) for record in records)
            for child, records in tablet.children(ESTATE, "unit", unit)
        }
        assert file == {
            "住戶與商戶": ["101 Иван Петров 租戶", "101 王小明 業主"],
            "業主": ["王小明"],
            "工單": ["BX-2026-000001 廚房漏水"],
            "檔案": ["催告函"],
        }
        found = tablet.see("document", paper)
        assert words.value(found.site, "document", "unit", found["unit"]) == "101"


def test_OWN_6_files_stand_in_the_order_of_building_and_unit(company: Company, boss: Tablet) -> None:
    house = company.house
    for code in ("2-1-301", "1-2-201", "1-1-902"):
        boss_unit = {"code": code, "building": house.building, "zone": house.east}
        company.write(ESTATE, "unit", house.id(), **boss_unit)
    boss.deliver()
    order = boss.manifest.entities["unit"].views.list.sort
    assert [unit["code"] for unit in boss.query("unit", order=order)] == ["1-1-902", "1-2-201", "101", "102", "2-1-301"]


def test_OWN_8_sale_and_move_out_leave_the_history_as_it_was(company: Company, li: Tablet, boss: Tablet) -> None:
    unit = company.house.unit_east
    seller, _ = _register(li, company)
    owned = li.create(ESTATE, "occupancy", {"unit": unit, "owner": seller, "role": "owner", "starts": "2015-03-01"})
    li.deliver()
    with li.group():  # the day of the sale, at the counter, without network
        li.update(ESTATE, "occupancy", owned, {"ends": "2026-11-20"})
        li.update(ESTATE, "owner", seller, {"unit": None})
        buyer = li.create(ESTATE, "owner", {"name": "Ольга Ким", "unit": unit})
        li.create(ESTATE, "occupancy", {"unit": unit, "owner": buyer, "role": "owner", "starts": "2026-11-20"})
    li.deliver()
    boss.deliver()
    past = [
        (record["owner"], record.get("starts"), record.get("ends"))
        for record in boss.query("occupancy", where={"unit": unit}, order="starts")
    ]
    assert past == [(seller, "2015-03-01", "2026-11-20"), (buyer, "2026-11-20", None)]
    # The seller's file stays with the assistant who kept it, and his past is not rewritten.
    assert li.get(ESTATE, "owner", seller)
    boss.update(ESTATE, "occupancy", owned, {"starts": "2016-03-01"})
    assert boss.refused().message == "message.occupancy_is_kept"
    assert boss.see("occupancy", owned)["starts"] == "2015-03-01"


def test_OWN_8_a_lease_cannot_end_before_it_starts(company: Company, li: Tablet) -> None:
    owner, _ = _register(li, company)
    lease = {"unit": company.house.unit_east, "owner": owner, "role": "tenant", "starts": "2026-05-01"}
    with pytest.raises(InvalidEntry) as told:
        li.create(ESTATE, "occupancy", {**lease, "ends": "2026-04-30"})
    assert told.value.messages("ru") == {"starts": "Конец не может быть раньше начала"}


def test_OWN_12_who_is_due_for_a_call_round(company: Company, li: Tablet, boss: Tablet) -> None:
    old, _ = _register(li, company, verified_on="2025-10-30")
    fresh = li.create(ESTATE, "owner", {"name": "新", "unit": company.house.unit_east, "verified_on": "2026-10-30"})
    never = li.create(ESTATE, "owner", {"name": "舊", "unit": company.house.unit_east})
    due = [Span(end="2026-11-23"), None]
    for tablet in (li, boss):
        tablet.deliver()
        asked = tablet.query("owner", where={"verify_by": due}, order="verify_by")
        assert [record.id for record in asked] == [old, never]
    # Verified at the door, without network: off the list at once, and two verifiers do not quarrel.
    li.update(ESTATE, "owner", old, {"verified_on": "2026-11-22"})
    boss.update(ESTATE, "owner", old, {"verified_on": "2026-11-21"})
    assert [record.id for record in li.query("owner", where={"verify_by": due})] == [never]
    li.deliver()
    boss.deliver()
    assert [(r["verified_on"], r["verify_by"]) for r in boss.query("owner", where={"name": "王小明"})] == [
        ("2026-11-22", "2027-11-22")
    ]
    assert boss.get(ESTATE, "owner", fresh)
