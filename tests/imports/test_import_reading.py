"""Bad input: whatever a file holds, it is read as what it says or refused with a text that helps."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.imports.ledger import DATA, SAMPLE
from xlsxwriter import Workbook

from wuye.imports import reading
from wuye.imports.cells import neutralised, plain, resembles_formula
from wuye.imports.faults import BadCell
from wuye.imports.reading import Format, Table, parse_table
from wuye.kernel.errors import Problem

GOOD = '号码,姓名,备注\r\n1,王伟,"第一,行\n第二行"\r\n\r\n2,Анна,x\r\n'
BOOK = (DATA / "households_sample.xlsx").read_bytes()


def refused(name: str, data: bytes, format_: Format = Format()) -> str:  # noqa: B008  an immutable default
    with pytest.raises(Problem) as told:
        parse_table(name, data, format_)
    assert told.value.code == "bad_file"
    return str(told.value.extra["message"]).removeprefix("import.file.")


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("gbk", "GB18030")]
)
def test_a_csv_is_read_in_utf8_and_gb18030_with_its_line_numbers(encoding: str, name: str) -> None:
    text = GOOD if encoding != "gbk" else GOOD.replace("Анна", "安娜")
    table = parse_table("a.csv", text.encode(encoding))
    assert (table.encoding, table.columns, table.faults, table.notes) == (name, ("号码", "姓名", "备注"), [], [])
    assert [row.line for row in table.rows] == [2, 5]
    assert table.rows[0].cells["备注"] == "第一,行\n第二行"


def test_another_encoding_is_read_when_the_map_names_it() -> None:
    table = parse_table("a.csv", "имя;код\nИван;7\n".encode("cp1251"), Format(encoding="cp1251", delimiter=";"))
    assert table.rows[0].cells == {"имя": "Иван", "код": "7"}
    assert refused("a.csv", b"\xff\xfd,\xfe\n", Format()) in ("encoding", "nul")
    assert refused("a.csv", b"a,b\n1,\xff\n", Format(encoding="ascii")) == "encoding"
    assert refused("a.csv", b"a,b\n1,2\n", Format(encoding="latin-99")) == "unknown_encoding"


def test_a_file_that_is_not_what_its_name_says_is_refused() -> None:
    assert refused("a.csv", BOOK) == "not_csv"
    assert refused("a.xlsx", GOOD.encode()) == "not_a_workbook"
    assert refused("a.xls", GOOD.encode()) == "not_a_workbook"
    assert refused("a.csv", GOOD.encode("utf-16")) == "nul"
    assert refused("a.csv", b"a,b\n1,\x002\n") == "nul"
    for name in ("a.csv", "a.xlsx"):
        assert refused(name, b"") == refused(name, b" \r\n") == "empty"
    assert refused("a.csv", b"a,b\n") == "no_rows"


def test_headers_must_name_each_column_once() -> None:
    assert refused("a.csv", b"a,b,a\n1,2,3\n") == "same_columns"
    assert refused("a.csv", b"a,,b\n1,2,3\n") == "unnamed_column"
    assert refused("a.csv", b"a;b;c\n1;2;3\n") == refused("a.csv", b"a\tb\n1\t2\n") == "delimiter"
    assert parse_table("a.csv", b"a,b,,\n1,2,,\n").columns == ("a", "b")


def test_a_cut_off_csv_is_refused_wherever_it_shows() -> None:
    data = GOOD.encode()
    table = parse_table("a.csv", data[:-2])
    assert [note.key for note in table.notes] == ["import.note.no_line_end"]
    assert refused("a.csv", data[: data.index("第二行".encode()) + 4]) == "truncated"  # within a character
    assert refused("a.csv", data[: data.index("第二行".encode()) + 3]) == "truncated"  # within quotation marks
    assert refused("a.csv", data[: data.index(b",x")]) == "truncated"  # within a row
    content = SAMPLE.read_bytes()
    assert refused("a.csv", content[: len(content) // 2]) == "truncated"


def test_a_row_of_another_length_is_a_fault_with_its_line() -> None:
    table = parse_table("a.csv", b"a,b\n1,2\n3\n4,5,6\n7,8,\n")
    assert [(fault.line, fault.values["found"]) for fault in table.faults] == [(3, 1), (4, 3)]
    assert [row.cells["a"] for row in table.rows] == ["1", "7"]


def test_quotation_marks_must_balance() -> None:
    assert refused("a.csv", b'a,b\n1,"2"x\n') == "quotes"
    assert refused("a.csv", b'a,b\n1,"2\n3,4\n') == "truncated"


def test_a_workbook_gives_what_its_cells_show() -> None:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        hidden = book.add_worksheet("hidden")
        hidden.hide()
        sheet = book.add_worksheet("shown")
        sheet.activate()
        book.worksheets_objs[0].hide()
        for column, name in enumerate(("phone", "share", "sum", "yes", "text")):
            sheet.write_string(1, column, name)
        sheet.write_number(3, 0, 13904571234)
        sheet.write_number(3, 1, 86.5)
        sheet.write_formula(3, 2, "=1+1", None, 2)
        sheet.write_boolean(3, 3, True)
        sheet.write_string(3, 4, "=no formula")
    table = parse_table("a.xlsx", file.getvalue())
    [row] = table.rows
    assert row.line == 4
    assert row.cells == {"phone": "13904571234", "share": "86.5", "sum": "2", "yes": "true", "text": "=no formula"}
    assert refused("a.xlsx", file.getvalue(), Format(sheet="other")) == "no_sheet"


def test_a_damaged_or_swollen_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("a.xlsx", BOOK[: len(BOOK) // 2]) == "broken_workbook"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b" " * 5_000_000)
    monkeypatch.setattr(reading, "MAX_UNPACKED", 1_000_000)
    assert refused("a.xlsx", file.getvalue()) == "too_large"


def test_more_rows_or_columns_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    monkeypatch.setattr(reading, "MAX_COLUMNS", 3)
    assert refused("a.csv", b"a,b\n" + b"1,2\n" * 4) == "too_many"
    assert refused("a.csv", b"a,b,c,d\n1,2,3,4\n") == "too_many"
    assert refused("a.xlsx", BOOK) == "too_many"


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.ods", "a.txt", "a"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    read_or_refused(name, data)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_good_file_is_read_or_refused(data: st.DataObject) -> None:
    name, content = data.draw(st.sampled_from([("a.xlsx", BOOK), ("a.csv", SAMPLE.read_bytes()[:4000])]))
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
        if not damaged:
            break
    read_or_refused(name, bytes(damaged))


def read_or_refused(name: str, data: bytes) -> None:
    told: Table | Problem
    try:
        told = parse_table(name, data)
    except Problem as problem:
        told = problem
    if isinstance(told, Problem):
        assert told.code == "bad_file"
        assert str(told.extra["message"]).startswith("import.file.")
    else:
        assert all(row.cells.keys() == set(told.columns) for row in told.rows)


@given(st.text(max_size=30))
def test_what_is_written_to_a_csv_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    written = neutralised(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    if text == text.strip() and not text.startswith("'"):
        assert plain(written, "csv") == text
        assert plain(text, "workbook") == text


def test_a_formula_in_a_csv_is_refused_and_what_only_resembles_one_is_text() -> None:
    for formula in ("=1+1", ' =HYPERLINK("http://x")', "=cmd|' /C calc'!A0"):
        with pytest.raises(BadCell, match=r"import\.cell\.formula"):
            plain(formula, "csv")
    assert [resembles_formula(text) for text in ("@SUM(A1)", "+cmd|calc", "-1+A2", "- leaks")] == [True] * 4
    assert not any(map(resembles_formula, ("-118.26", "+7 (914) 555-00-11", "-", "@", "", "ordinary")))
    assert plain("@SUM(A1)", "csv") == "@SUM(A1)"
