"""Reports as workbooks: native cells, native charts, and no cell ever a formula."""

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.reports.lab import Lab

from wuye.model.report import Gantt, Plot, Series, Table, Tree
from wuye.reports.shown import Looks
from wuye.reports.workbook import ListBook, write_report
from wuye.sync.directory import Directory
from wuye.testing.house import House, registry_of


@pytest.fixture(scope="module")
def directory() -> Directory:
    """A house's organisation."""
    house = House(registry_of(Lab()))
    return house.store.read(house.door.directory)


def looks(directory: Directory, language: str = "en") -> Looks:
    """Return how values look at the estate."""
    estate = next(site for site, info in directory.sites.items() if info.values["code"] == "CYY")
    return Looks(directory, estate, language)


def written(directory: Directory, table: Table, language: str = "en", title: str = "t") -> bytes:
    """Write a table as a workbook."""
    target = io.BytesIO()
    write_report(target, table, looks(directory, language), title)
    return target.getvalue()


def cells(workbook: bytes, sheet: int = 0) -> list[list[object]]:
    """Read a sheet back."""
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(sheet).to_python()  # type: ignore[return-value]


def part(workbook: bytes, name: str) -> str:
    """Return a file inside a workbook."""
    return zipfile.ZipFile(io.BytesIO(workbook)).read(f"xl/{name}").decode()


def test_cells_are_what_their_fields_are(directory: Directory) -> None:
    table = Table(
        columns=("ticket.kind", "ticket.occurred_at", "ticket.hours", "ticket.vip", "column.count", "ticket.reopened"),
        rows=[["complaint", "2026-11-22T16:30:00.000Z", "2.50", 1, 3, 7], [None, None, None, 0, 2.5, None]],
    )
    heads, first, second = cells(written(directory, table, "zh-Hans"))
    assert heads[1:5] == ["发生时间", "工时", "贵宾", "数量"]
    assert first == ["投诉", datetime(2026, 11, 23, 0, 30), 2.5, "是", 3.0, 7.0]
    assert second[3:5] == ["否", 2.5]


def test_money_and_dates_are_numbers_in_the_language_s_form(directory: Directory) -> None:
    book = written(
        directory, Table(columns=("lab.sample.worth", "lab.sample.on"), rows=[[123_456, "2026-11-02"]]), "ru"
    )
    assert cells(book)[1] == [1234.56, date(2026, 11, 2)]
    assert "#,##0.00" in part(book, "styles.xml")
    assert "dd.mm.yyyy" in part(book, "styles.xml")


@given(st.sampled_from("=+-@\t\r"), st.text(alphabet="ABC1234!|()'\"", max_size=20))
def test_no_text_ever_becomes_a_formula(directory: Directory, begin: str, rest: str) -> None:
    book = written(directory, Table(columns=("a", f"{begin}{rest}b"), rows=[[f"{begin}{rest}", 1]]))
    assert "<f>" not in part(book, "worksheets/sheet1.xml")
    assert [str(cell).strip() for cell in cells(book)[1]][:1] == [f"{begin}{rest}".strip()]


def test_a_pareto_has_columns_and_a_line_on_an_axis_of_its_own(directory: Directory) -> None:
    plot = Plot(
        title="report.tickets.pareto",
        x="ticket.cause_category",
        series=(Series(column="column.count"), Series(column="column.cumulative", shape="line", second=True)),
        flags="mark",
    )
    table = Table(
        columns=("ticket.cause_category", "column.count", "column.cumulative", "mark"),
        rows=[["charges", 3, 75.0, True], ["attitude", 1, 100.0, None]],
        charts=(plot,),
    )
    drawing = part(written(directory, table), "charts/chart1.xml")
    assert drawing.count("<c:barChart>") == drawing.count("<c:lineChart>") == 1
    assert drawing.count("<c:valAx>") == 2
    assert "Pareto chart of ticket causes" in drawing
    assert drawing.count("<c:dPt>") == 1  # the marked point


def test_limits_are_dashed_lines_and_touching_bars_leave_no_gap(directory: Directory) -> None:
    line = Series(column="v", shape="line")
    limit = Series(column="limit", shape="line", dashed=True, tone="bad")
    rows = [["1", 2, 5], ["2", 3, 5]]
    control = Plot(title="c", x="x", series=(line, limit))
    histogram = Plot(title="h", x="x", series=(Series(column="v"),), touching=True)
    scatter = Plot(title="s", x="v", series=(Series(column="limit", shape="points"),), numeric=True)
    book = written(directory, Table(columns=("x", "v", "limit"), rows=rows, charts=(control, histogram, scatter)))
    assert '<a:prstDash val="dash"/>' in part(book, "charts/chart1.xml")
    assert '<c:gapWidth val="0"/>' in part(book, "charts/chart2.xml")
    assert "<c:scatterChart>" in part(book, "charts/chart3.xml")


def test_a_plan_is_drawn_on_a_sheet_of_its_own(directory: Directory) -> None:
    gantt = Gantt(title="Plan", label="what", start="from", end="to", done_start="began", done_end="ended")
    rows = [
        ["Plan", "2026-11-02", "2026-11-04", "2026-11-03", "2026-11-09"],
        ["Do", "2026-11-05", "2026-11-05", "2026-11-06", None],
        ["Check", None, None, None, None],
    ]
    table = Table(columns=("what", "from", "to", "began", "ended"), rows=rows, charts=(gantt,))
    book = written(directory, table)
    assert cells(book, 1) == [
        ["Plan", date(2026, 11, 2), 3.0],
        ["Plan ✓", date(2026, 11, 3), 7.0],
        ["Do", date(2026, 11, 5), 1.0],
    ]
    drawing = part(book, "charts/chart1.xml")
    assert '<c:grouping val="stacked"/>' in drawing
    assert '<c:barDir val="bar"/>' in drawing


def test_a_tree_is_an_indented_list(directory: Directory) -> None:
    tree = Tree(title="Fishbone", id="id", parent="up", label="text", flags="root")
    rows: list[list[object]] = [["1", None, "effect", None], ["2", "1", "people", None], ["3", "2", "tired", 1]]
    rows.append(["4", "1", "=machine", None])
    rows.append(["5", "lost", "orphan", None])
    book = written(directory, Table(columns=("id", "up", "text", "root"), rows=rows, charts=(tree,)))
    assert [row[0] for row in cells(book, 1)] == ["effect", "people", "tired", "=machine", "orphan"]
    assert 'indent="2"' in part(book, "styles.xml")


@pytest.mark.parametrize("title", ["a/b:c*[d]?", "x" * 60, "''", ""])
def test_any_title_names_a_sheet(directory: Directory, title: str) -> None:
    assert cells(written(directory, Table(columns=("a",), rows=[["b"]]), title=title)) == [["a"], ["b"]]


def test_an_empty_table_has_its_heads(directory: Directory) -> None:
    plot = Plot(title="p", x="a", series=(Series(column="b"),))
    assert cells(written(directory, Table(columns=("a", "b"), rows=[], charts=(plot,)))) == [["a", "b"]]


def test_a_list_is_written_as_it_comes(directory: Directory) -> None:
    target = io.BytesIO()
    book = ListBook(target, "Заявки", ("ticket.number", "ticket.kind"), looks(directory, "ru"))
    for start in range(0, 3000, 100):
        book.add([[f"T{n}", "Ремонт"] for n in range(start, start + 100)])
    book.close()
    read = cells(target.getvalue())
    assert (len(read), read[1], read[-1]) == (3001, ["T0", "Ремонт"], ["T2999", "Ремонт"])


def test_dates_before_spreadsheets_can_count_stay_texts(directory: Directory) -> None:
    table = Table(columns=("ticket.deadline",), rows=[["0202-01-01T00:00:00.000Z"]])
    assert isinstance(cells(written(directory, table))[1][0], str)
