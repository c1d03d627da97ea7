"""What each block shows of a record, and that no value becomes markup."""

import json
import re

from tests.duties.company import ESTATE, Company
from tests.prints.conftest import HOSTILE, Order, ordered
from tests.prints.reading import facts, having, read, tables, text
from tests.prints.sample import SAMPLE

PARTS = 2


def test_facts_show_labels_values_and_what_lies_behind_refs(order: Order) -> None:
    shown = facts(read(order.page()))
    assert shown["編號"] == "GD-2026-000001"
    assert shown["類別"] == "報修"
    assert shown["狀態"] == "處理中"
    assert shown["房屋"] == "101"
    assert shown["房屋 · 樓棟"] == "1 1號樓"
    assert shown["負責人"] == "desk"
    assert shown["費用"] == "1,234.50"
    assert shown["開始"] == "2026年11月22日 16:30"  # the site's clock


def test_what_is_empty_leaves_a_line_for_a_pen(order: Order) -> None:
    page = read(order.page())
    assert facts(page)["原因"] == facts(page)["備註"] == ""
    pens = [element for element in having(page, "pen") if element.tag == "dd"]
    # Reason, note, and who created the steps: the system has no name.
    assert len(pens) == PARTS * (2 + 3)


def test_a_field_that_does_not_apply_is_left_out() -> None:
    page = read(ordered(Company(SAMPLE), kind="upkeep").page())
    assert "原因" not in facts(page)


def test_lines_show_chosen_columns_and_blank_rows(order: Order) -> None:
    materials = tables(read(order.page()))[0]
    blank = ["", "", ""]
    assert materials == [["名稱", "數量", "地點"], ["水管", "3.25", "102"], ["Кран", "", ""], blank, blank]


def test_records_are_a_table_in_the_order_asked_for(order: Order) -> None:
    steps = tables(read(order.page()))[1]
    assert steps[0] == ["名稱", "成本", "工作 · 標題"]
    assert [row[:2] for row in steps[1:]] == [["驗收", "30.00"], ["Установка", "20.00"], ["拆除", "10.00"]]
    assert {row[2] for row in steps[1:]} == {"3 號樓漏水"}


def test_each_record_has_its_own_blocks_under_its_title(order: Order) -> None:
    groups = having(read(order.page()), "group")
    titles = [text(next(iter(group.iter("h3")))) for group in groups]
    assert titles[: len(titles) // PARTS] == ["王小明", "拆除", "Установка", "驗收"]
    assert [facts(group).get("成本") for group in groups[1:4]] == ["10.00", "20.00", "30.00"]


def test_tables_that_hold_nothing_are_not_repeated_for_each_record(order: Order) -> None:
    company = order.company
    [step] = [id_ for id_, values in company.house.all("sample.step").items() if values["name"] == "驗收"]
    assert [tables(group) for group in having(read(order.page()), "group")] == [[]] * PARTS * 4
    company.write(ESTATE, "sample.check", company.house.id(), step=step, result="合格")
    groups = having(read(order.page()), "group")
    assert [tables(group) for group in groups[1:4]] == [[], [], [[["結果"], ["合格"]]]]


def test_of_tells_about_the_record_that_a_field_names(order: Order) -> None:
    assert facts(having(read(order.page()), "group")[0]) == {
        "姓名": "王小明",
        "電話": "+7 900 123 45 67",
        "等級": "貴賓",
    }


def test_words_take_values_in_and_leave_gaps(order: Order) -> None:
    [words, _] = having(read(order.page()), "words")
    assert text(words) == "我方承諾於 2026年12月1日 前完成「3 號樓漏水」，費用 1,234.50 元，由 引起。"
    assert len(having(words, "pen")) == 1


def test_a_body_sets_each_language_beside_the_other_in_its_own(order: Order) -> None:
    [beside, _] = having(read(order.page()), "beside")
    assert [(column.get("lang"), text(column)) for column in beside] == [
        ("zh-Hans", "简体中文今晚九点闭店。"),
        ("ru", "РусскийЗакрываемся в 21:00."),
    ]


def test_a_signature_that_is_there_names_signer_and_time_and_any_other_has_a_line(order: Order) -> None:
    [signatures, _] = having(read(order.page()), "signatures")
    assert [text(place) for place in signatures] == ["客戶簽字王小明 2026年11月22日 17:00", "負責人簽字日期"]
    assert [len(having(place, "sign")) for place in signatures] == [0, 1]


def test_a_qr_code_is_drawn_with_its_text_below(order: Order) -> None:
    code = having(read(order.page()), "code")[0]
    assert text(code) == "GD-2026-000001"
    assert [element.tag for element in code] == ["svg", "figcaption"]


def test_a_drawing_shows_charts_before_figures(order: Order) -> None:
    [figures] = having(read(order.page(form="sample.chart")), "figures")
    assert [element.tag for element in figures] == ["h2", "figure", "table"]
    assert "@page{size:A4 landscape;" in order.page(form="sample.chart")
    assert tables(figures) == [[["cause", "成本"], ["電梯", "12.00"], ["Шум", "8.00"]]]


def test_a_frozen_table_names_its_records_as_far_as_the_reader_may_see_them() -> None:
    company = Company(SAMPLE)
    unit, nobody = company.house.unit_east, company.house.id()
    raw = {"columns": ["sample.work.unit", "n"], "rows": [[unit, 1], [nobody, 2], [None, 3]]}
    order = ordered(company, raw=json.dumps(raw))
    [figures] = having(read(order.page(form="sample.chart")), "figures")
    assert tables(figures)[0][1:] == [["101", "1"], ["", "2"], ["", "3"]]


def test_a_path_leads_to_records_of_the_organisation_too(order: Order) -> None:
    assert facts(read(order.page(form="sample.chart"))) == {"負責人 · 用戶名": "desk"}


def test_what_was_never_frozen_says_so() -> None:
    page = read(ordered(Company(SAMPLE), raw=None).page(form="sample.chart"))
    assert [text(element) for element in having(page, "empty")] == ["沒有數據"]


def test_every_part_is_a_sheet_of_its_own_with_its_name(order: Order) -> None:
    page = read(order.page())
    assert len(having(page, "sheet")) == PARTS
    assert [text(part) for part in having(page, "part")] == ["第一聯 客戶留存", "第二聯 財務"]


def test_head_and_foot_tell_company_site_number_time_and_who(order: Order) -> None:
    page = read(order.page())
    assert [text(element) for element in having(page, "company")] == ["總公司翠雲苑"] * PARTS
    assert [text(element) for element in page.iter("h1")] == ["工程維修單"] * PARTS
    foot = text(next(iter(page.iter("footer"))))
    assert foot.startswith("GD-2026-000001")
    assert foot.endswith("desk 列印")
    assert "2026年11月22日 16:0" in foot


def test_a_card_is_offered_when_its_condition_holds_and_has_the_size_of_one(order: Order) -> None:
    house = order.company.house
    op = house.op("sample.work", "act", order.work, act="finish")
    desk = order.company.user("desk")
    [result] = house.run(house.door.submit(desk, house.id(), house.estate, [op], house.now)).results
    assert result.status == "applied"
    page = order.page(form="sample.card")
    assert "size:85.6mm 54mm;margin:0" in page
    assert having(read(page), "card")


def test_no_value_becomes_markup_or_is_taken_for_a_template() -> None:
    company = Company(SAMPLE)
    hostile = {"script": {"ru": HOSTILE}, "materials": [{"name": HOSTILE}], "note": HOSTILE, "reason": HOSTILE}
    hostile["signature"] = {"sha256": "b" * 64, "signer": HOSTILE, "at": "2026-11-22T09:00:00.000Z"}
    order = ordered(company, title=HOSTILE, **hostile)
    page = read(order.page())
    assert [element.tag for element in page.iter() if element.tag in ("script", "img")] == ["script"]
    assert facts(page)["標題"] == facts(page)["備註"] == " ".join(HOSTILE.split())
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on") or name == "style"]


def test_the_page_loads_nothing_from_anywhere(order: Order) -> None:
    html = order.page() + order.page(form="sample.chart")
    assert not re.search(r"(src|href|@import)\s*=?\s*[\"'(]?(https?:|//)", html)
    assert {tag for tag in ("link", "img", "iframe", "object") if f"<{tag}" in html} == set()
