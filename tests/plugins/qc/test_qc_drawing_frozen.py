"""QC-5, QC-6: a report that was frozen into a record is read by the looks of its columns."""

import pytest

from wuye.api import Plot
from wuye_qc.drawing import Unfit, draw, drawn

COMPLAINTS = {
    "columns": ["report.month", "ticket.cause_category", "report.count"],
    "rows": [
        ["2026-03", "leak", 30],
        ["2026-01", "other", 40],
        ["2026-01", "leak", 12],
        ["2026-03", "noise", None],
    ],
    "charts": [],
}


def test_QC_6_complaints_by_cause_and_month_become_a_pareto_of_causes() -> None:
    table = draw("pareto", {"title": "投訴", "frozen": COMPLAINTS})
    # The head stays, so the causes are shown by their labels in any language.
    assert table.columns[0] == "ticket.cause_category"
    assert [row[:2] for row in table.rows] == [["leak", 42], ["noise", 1], ["other", 40]]


def test_QC_6_complaints_by_cause_and_month_become_a_check_sheet() -> None:
    table = draw("check_sheet", {"frozen": COMPLAINTS})
    assert table.columns == ("ticket.cause_category", "qc.drawing.total", "2026-03", "2026-01")
    assert table.rows[0] == ["leak", 42, 30, 12]


def test_QC_6_complaints_by_month_become_a_control_chart_and_a_month_without_one_counts() -> None:
    table = draw("c", {"title": "投訴", "frozen": COMPLAINTS})
    assert [row[:2] for row in table.rows] == [["2026-01", 52], ["2026-02", 0], ["2026-03", 30]]
    assert table.columns[0] == "report.month"
    plot = table.charts[0]
    assert isinstance(plot, Plot)
    assert plot.x == "report.month"
    # Where values are no counts, nothing is known of a month that is missing.
    assert [row[:2] for row in draw("run", {"frozen": COMPLAINTS}).rows] == [["2026-01", 52], ["2026-03", 30]]


def test_QC_6_the_number_before_the_last_is_the_sample_size() -> None:
    frozen = {
        "columns": ["week", "received", "late"],
        "rows": [["2026-W02", 40, 4], ["2026-W01", 50, 10], ["2026-W01", 10, 2]],
    }
    table = draw("p", {"frozen": frozen})
    assert [row[:2] for row in table.rows] == [["2026-W01", 0.2], ["2026-W02", 0.1]]
    assert [row[-2:] for row in table.rows] == [[12, 60], [4, 40]]


@pytest.mark.parametrize(("tool", "first", "second"), [("scatter", "x", "y"), ("before_after", "before", "after")])
def test_QC_6_two_numbers_are_a_pair(tool: str, first: str, second: str) -> None:
    rows = [["leak", 1, 5.5], ["noise", 2, 7], ["lift", 3, 6]]
    table = draw(tool, {"frozen": {"columns": ["cause", "old", "new"], "rows": rows}})
    at = [table.columns.index(f"qc.drawing.{name}") for name in (first, second)]
    assert [[row[index] for index in at] for row in table.rows] == [[1, 5.5], [2, 7], [3, 6]]


def test_QC_6_causes_with_their_groups_become_a_fishbone() -> None:
    rows = [["old seal", "material"], ["no training", "people"]]
    table = draw("fishbone", {"title": "leaks", "frozen": {"columns": ["cause", "kind"], "rows": rows}})
    assert [row[2] for row in table.rows] == ["leaks", "material", "old seal", "people", "no training"]


def test_QC_6_rows_that_were_typed_come_before_a_frozen_report() -> None:
    table = draw("pareto", {"rows": [{"label": "噪音", "value": "3"}], "frozen": COMPLAINTS})
    assert table.rows == [["噪音", 3, 100, 100, None]] or table.rows[0][:2] == ["噪音", 3]
    assert draw("pareto", {"rows": [], "frozen": COMPLAINTS}).rows[0][:2] == ["leak", 42]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "no_data"),
        ({"frozen": {"columns": ["a"], "rows": []}}, "no_data"),
        ({"frozen": {"columns": ["a"], "rows": [[1, 2]]}}, "malformed"),
        ({"frozen": {"columns": ["a"]}}, "malformed"),
        ({"rows": [{"value": "many"}]}, "malformed"),
        ({"frozen": {"columns": ["m", "n"], "rows": [["0001-01", 1], ["2026-01", 1]]}}, "malformed"),
        ({"rows": [{"value": "1"}, {"value": None}]}, "no_value"),
        ({"rows": [{"value": "1e15"}, {"value": "1"}]}, "number"),
    ],
)
def test_QC_6_data_that_are_none_are_refused_with_a_reason(data: dict[str, object], reason: str) -> None:
    with pytest.raises(Unfit, match=f"unfit_{reason}$"):
        draw("c", data)


def test_QC_6_there_is_no_other_tool_and_no_other_drawing() -> None:
    with pytest.raises(Unfit, match="unfit_tool"):
        draw("radar", {"rows": [{"value": "1"}]})
    with pytest.raises(Unfit, match="unfit_malformed"):
        drawn({"columns": 3})
