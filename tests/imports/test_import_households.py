"""OWN-9: a household ledger comes in by a map, whole or not at all, and goes out again in the same columns."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.imports.ledger import DATA, LEDGER, Road, drafted, households

from wuye.imports.drafts import models_of, vocabulary_of
from wuye.imports.export import Exported, Words, export_households
from wuye.imports.households import ENTITIES, compile_households
from wuye.imports.mapping import load_map
from wuye.imports.reading import Table, parse_table, read_table
from wuye.imports.writing import write_table
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.testing.house import House

Values = Mapping[str, object]
FILES = (DATA / "households_sample.csv", DATA / "households_sample.xlsx")


@pytest.fixture
def road() -> Road:
    return Road(House())


def ledger(**cells: str) -> Table:
    """A ledger of one household, as the sample's first row but for some cells."""
    table = read_table(FILES[0])
    first = {**table.rows[0].cells, **cells}
    lines = [",".join(table.columns), ",".join(f'"{cell}"' for cell in first.values()), ""]
    return parse_table("one.csv", "\n".join(lines).encode())


def export(road: Road, user: str, language: str = "zh-Hans") -> Exported:
    map_, directory, site = load_map(LEDGER, "household"), road.directory(), road.house.estate
    return export_households(
        map_,
        compile_households(map_, directory),
        models_of(map_, directory),
        road.read(lambda snapshot: snapshot.entities(site, ENTITIES)),
        directory.access_at(user, site, to_ms(road.house.now)),
        Words(vocabulary=vocabulary_of(map_, directory), language=language, yes="yes", no="no"),
    )


def on_file(road: Road) -> dict[str, dict[str, Values]]:
    return {entity: dict(road.house.all(entity)) for entity in ENTITIES}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.suffix)
def test_OWN_9_a_ledger_becomes_places_owners_private_data_occupancies_and_consents(road: Road, file: Path) -> None:
    draft, _, report = households(road, read_table(file))
    assert (draft.rows, report.written, report.refused) == (40, 40, [])
    records = on_file(road)
    owner = next(values for values in records["owner"].values() if values.get("name_ru") == "Иванов Пётр")
    assert (owner["kind"], owner["language"]) == ("person", "ru")
    unit = records["unit"][str(owner["unit"])]
    assert records["zone"][str(unit["zone"])]["name"] == records["zone"][str(unit["zone"])]["code"]
    assert str(unit["code"]).startswith(str(records["building"][str(unit["building"])]["code"]))
    assert owner["zones"] == [unit["zone"]]
    company = next(values for values in records["owner"].values() if values["kind"] == "company")
    assert company["office_phone"] == "0457-2730118"
    assert not {"phone", "birth_date"} & {name for values in records["owner"].values() for name in values}
    assert {len(records[entity]) for entity in ("owner", "owner.private", "occupancy")} == {40}
    assert 0 < len(records["consent"]) < 40
    assert all(consent["purposes"] == ["service"] for consent in records["consent"].values())
    assert any(str(values.get("note")).startswith("=") for values in records["owner"].values())
    family = [row for values in records["owner"].values() for row in values.get("household", [])]  # type: ignore[attr-defined]
    assert {row["relation"] for row in family} == {"spouse", "child", "parent"}


def test_OWN_9_csv_and_workbook_say_the_same(road: Road) -> None:
    households(road, read_table(FILES[0]))
    _, found, report = households(road, read_table(FILES[1]))
    assert (found.known, found.changed, report.written) == (40, [], 0)


def test_OWN_9_nothing_is_planned_to_be_written_while_a_row_is_wrong(road: Road) -> None:
    wrong = {
        "手机": "call me",
        "出生日期": "soon",
        "建筑面积": "large",
        "身份": "guest",
        "姓名": "",
        "责任区": "",
        "同意方式": "",
        "家庭成员": "李丽（邻居）",
        "备注": "=1+1",
        "搬离日期": "1999-01-01",
    }
    base = {"同意用途": "服务", "告知书版本": "1", "同意方式": "前台", "告知语言": "中文"}
    for column, text in wrong.items():
        faults = drafted(road, ledger(**{**base, column: text})).faults
        assert {fault.line for fault in faults} == {2}, column
        assert len(faults) == 1
        shown = {"姓名": "楼号, 房号, 姓名", "搬离日期": "入住日期"}
        assert faults[0].column == shown.get(column, column)
    assert drafted(road, ledger(**base)).faults == []


def test_OWN_9_places_that_are_there_are_used_and_never_overwritten(road: Road) -> None:
    house = road.house
    one = ledger(责任区="東區", 楼号="1", 房号="9", 建筑面积="80")
    assert [unit[0].op.entity for unit in drafted(road, one).places] == ["unit"]  # zone and building by name and code
    households(road, one)
    later = ledger(责任区="西區", 楼号="1", 房号="9", 建筑面积="81", 姓名="别人")
    draft = drafted(road, later)
    assert (draft.places, [note.column for note in draft.notes]) == ([], ["建筑面积", "责任区"])
    assert len([unit for unit in house.all("unit").values() if unit.get("area") == "80"]) == 1


def test_OWN_9_rows_that_contradict_each_other_about_a_unit_are_faults(road: Road) -> None:
    table = read_table(FILES[0])
    first = table.rows[0].cells
    rows = [first, {**first, "姓名": "另一人", "建筑面积": "1"}]
    text = "\n".join([",".join(table.columns), *(",".join(row.values()) for row in rows), ""])
    [fault] = drafted(road, parse_table("two.csv", text.encode())).faults
    assert (fault.line, fault.column, fault.key) == (3, "建筑面积", "import.row.contradicts")


def test_OWN_9_who_is_on_file_already_is_not_written_twice_and_differences_are_named(
    road: Road, tmp_path: Path
) -> None:
    house = road.house
    owner = house.id()
    lives = {"unit": house.unit_east, "owner": owner, "role": "owner"}
    desk = house.user("admin", site=house.org)
    ops = [
        house.op("owner", record=owner, set={"name": "黄思雨", "unit": house.unit_east}),
        house.op("occupancy", set=lives),
    ]
    assert {result.status for result in road.submit(desk, "desk", house.estate, ops)} == {"applied"}
    file = tmp_path / "map.toml"
    file.write_text(LEDGER.read_text("utf-8").replace('{ columns = ["楼号", "房号"], join = "-" }', '"房号"'), "utf-8")
    table = ledger(责任区="E", 楼号="1", 房号="101", 姓名="黄思雨", 身份="业主", 性别="女")
    draft = drafted(road, table, file)
    assert (draft.on_file, draft.units) == (1, [])
    assert {note.key for note in draft.notes} == {"import.note.differs"}
    assert "性别" in {note.column for note in draft.notes}


def test_OWN_9_a_later_ledger_brings_a_consent_that_was_missing_and_names_what_changed(road: Road) -> None:
    households(road, ledger())
    consent = {"同意用途": "服务", "告知书版本": "1", "同意方式": "前台", "告知语言": "中文"}
    _, found, report = households(road, ledger(**consent))
    assert (found.changed, report.written) == ([], 1)
    assert len(road.house.all("consent")) == len(road.house.all("owner")) == 1
    _, found, report = households(road, ledger(**consent, 手机="13900000000"))
    assert ([unit[0].line for unit in found.changed], report.written) == ([2], 0)


def test_OWN_8_who_has_moved_out_belongs_to_the_history_of_the_unit(road: Road) -> None:
    households(road, ledger(搬离日期="2025-01-31"))
    [owner] = road.house.all("owner").values()
    [lives] = road.house.all("occupancy").values()
    assert (lives["ends"], owner.get("unit"), owner.get("zones")) == ("2025-01-31", None, None)
    assert [row[export(road, road.user).columns.index("搬离日期")] for row in export(road, road.user).rows] == [
        "2025-01-31"
    ]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "ru", "en"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_OWN_9_what_goes_out_comes_in_again_as_it_was(road: Road, tmp_path: Path, language: str, suffix: str) -> None:
    households(road, read_table(FILES[0]))
    exported = export(road, road.user, language)
    file = tmp_path / f"out{suffix}"
    write_table(file, exported.columns, exported.rows)
    _, found, report = households(road, read_table(file))
    assert (found.known, found.changed, report.written) == (40, [], 0)
    other = Road(House())
    households(other, read_table(file))
    again = export(other, other.user, language)
    assert (again.columns, again.rows) == (exported.columns, exported.rows)
    assert set(exported.columns) == set(read_table(FILES[0]).columns)


def test_OWN_6_households_go_out_in_the_order_of_their_units(road: Road) -> None:
    households(road, read_table(FILES[0]))
    rows = export(road, road.user).rows
    units = [(row[1], row[2]) for row in rows]
    assert units == sorted(units)


def test_OWN_7_private_columns_are_filled_only_for_those_who_may_read_them(road: Road) -> None:
    households(road, read_table(FILES[0]))
    desk = export(road, road.house.user("front_desk"))
    phone = desk.columns.index("手机")
    assert len(desk.rows) == 40
    assert {row[phone] for row in desk.rows} == {""}
    assert desk.looked_up == {}
    assistant = export(road, road.house.user("cs_assistant"))
    assert all(row[phone] for row in assistant.rows)
    assert len(assistant.looked_up) == 40
    assert all("phone" in fields for fields in assistant.looked_up.values())


def test_OWN_10_who_is_bound_to_a_zone_takes_out_that_zone_alone(road: Road) -> None:
    households(road, read_table(FILES[0]))
    zones = {str(zone["code"]): record for record, zone in road.house.all("zone").items()}
    exported = export(road, road.house.user("cs_assistant", key=zones["东区"]))
    assert len(exported.rows) == len(exported.looked_up) == 20
    assert {row[exported.columns.index("责任区")] for row in exported.rows} == {"东区"}


def test_OWN_9_a_map_must_say_where_people_live(road: Road, tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    for line in ('"unit.code"', '"zone.code"', '"occupancy.role"', '"owner.name" ', '"consent.version"'):
        kept = [text for text in LEDGER.read_text("utf-8").splitlines() if not text.startswith(line)]
        file.write_text("\n".join(kept), "utf-8")
        with pytest.raises(Problem) as told:
            compile_households(load_map(file, "household"), road.directory())
        assert told.value.extra["message"] == "import.map.required", line
