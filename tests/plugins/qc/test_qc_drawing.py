"""QC-6, drawings: what each tool makes of a circle's data, and that it makes something of any data or says why not."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.api import Gantt, Plot, Table, Tree
from wuye.model.catalogue import LANGUAGES
from wuye_qc.drawing import TOOLS, Unfit, draw, drawn, plain

TEXTS = st.sampled_from(["漏水", "Лифт", "other", "2026-05", "2026-05-17", "", "qc.drawing.label"]) | st.text(
    max_size=4
)
NUMBERS = st.integers(-9, 99).map(str) | st.decimals(places=2).map(str) | st.integers(0, 60) | st.text(max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("label", "group", "parent"), TEXTS | st.none()),
        **dict.fromkeys(("value", "value2", "size"), NUMBERS | st.none()),
        **dict.fromkeys(("date", "start", "end", "done_start", "done_end"), TEXTS | st.dates().map(str)),
    },
)
GOOD = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["漏水", "Лифт", "other", "空調"]),
        "value": st.integers(0, 40).map(str),
        "value2": st.integers(0, 400).map(lambda n: f"{n / 8}"),
        "size": st.integers(40, 90),
        "start": st.just("2026-05-01"),
        "end": st.dates(min_value=date(2026, 5, 1)).map(str),
    },
    optional={"parent": st.sampled_from(["人", "法", "漏水"])},
)
FROZEN = st.fixed_dictionaries(
    {"columns": st.lists(TEXTS, max_size=4), "rows": st.lists(st.lists(JSON, max_size=4), max_size=5)}
)
DATA = st.fixed_dictionaries(
    {"rows": st.lists(ROWS, max_size=30) | st.lists(GOOD, min_size=2, max_size=30) | JSON},
    optional={
        "title": TEXTS,
        "unit": TEXTS,
        "bins": st.integers(-1, 120) | JSON,
        "subgroup": st.integers(-1, 12) | JSON,
        **dict.fromkeys(("target", "lower", "upper"), NUMBERS | JSON),
        "frozen": FROZEN | JSON,
    },
)


def texts(language: str) -> Mapping[str, str]:
    path = resources.files("wuye_qc") / "locales" / f"{language}.json"
    found: Mapping[str, str] = json.loads(path.read_text("utf-8"))
    return found


def named(table: Table) -> set[str]:
    """Return every head that a table's charts draw."""
    return {
        name
        for chart in table.charts
        for name in (
            (chart.x, *(one.column for one in chart.series))
            if isinstance(chart, Plot)
            else (chart.id, chart.parent, chart.label)
            if isinstance(chart, Tree)
            else (chart.label, chart.start, chart.end, chart.done_start or chart.label, chart.done_end or chart.label)
        )
    } | {chart.flags for chart in table.charts if not isinstance(chart, Gantt) and chart.flags}


def sound(table: Table) -> None:
    assert len(set(table.columns)) == len(table.columns)
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert named(table) <= set(table.columns)
    kept = plain(table)
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert drawn(kept) == drawn(plain(drawn(kept)))


def attempt(tool: str, data: Mapping[str, object]) -> Table | str:
    """Return the drawing, or the key of the message that says why there is none."""
    try:
        return draw(tool, data)
    except Unfit as unfit:
        return unfit.message


@given(st.sampled_from([*TOOLS]), DATA)
def test_QC_6_any_data_become_a_table_or_a_reason(tool: str, data: Mapping[str, object]) -> None:
    made = attempt(tool, data)
    if isinstance(made, Table):
        sound(made)
    else:
        assert all(made in texts(language) for language in LANGUAGES)


@given(st.sampled_from([*TOOLS]), st.lists(GOOD, min_size=4, max_size=30))
def test_QC_6_full_rows_are_fit_for_every_tool(tool: str, rows: list[Mapping[str, object]]) -> None:
    even = rows[: len(rows) // 2 * 2]
    made = attempt(tool, {"title": "投訴", "rows": even if tool == "xbar_r" else rows, "subgroup": 2})
    if isinstance(made, Table):
        sound(made)
        return
    # What may still be wrong: rows below each other, a quantity that never varies, nothing but zeros.
    assert (tool, made.removeprefix("message.qc.unfit_")) in {
        ("tree", "circle"),
        ("fishbone", "circle"),
        ("scatter", "no_spread"),
        ("pareto", "zero_total"),
    }


def test_QC_6_two_thousand_rows_are_drawn_by_every_tool() -> None:
    rows = [
        {
            "label": f"{i}",
            "group": f"{i // 40}",
            "value": str(i % 37),
            "value2": str(i * i % 101),
            "size": 50 + i % 7,
            "parent": f"{i - 1}" if i else None,
            "start": "2026-01-01",
            "end": "2026-02-01",
        }
        for i in range(2000)
    ]
    for tool in TOOLS:
        without = {"group": None} if tool in {"xbar_r", "tree", "fishbone"} else {}
        table = draw(tool, {"title": "長", "subgroup": 5, "rows": [row | without for row in rows]})
        sound(table)
        if tool != "histogram":
            assert len(table.rows) == {"xbar_r": 400, "check_sheet": 2001}.get(tool, 2000)


def cells(table: Table, head: str) -> list[object]:
    at = table.columns.index(f"qc.drawing.{head}")
    return [row[at] for row in table.rows]


def values(*texts: str) -> list[Mapping[str, object]]:
    return [{"value": text} for text in texts]


def test_QC_6_i_mr_draws_two_charts_over_one_table_and_names_the_tests() -> None:
    table = draw("i_mr", {"title": "流量", "unit": "L", "rows": values(*["5", "6"] * 7, "12")})
    first, second = table.charts
    assert isinstance(first, Plot)
    assert isinstance(second, Plot)
    assert first.title == "流量 (L), n = 15"
    assert (first.flags, second.flags) == ("qc.drawing.tests", "qc.drawing.range_tests")
    assert cells(table, "tests")[-2:] == ["4", "1"]
    assert cells(table, "moving_range")[:2] == [None, 1]
    assert cells(table, "range_tests")[-1] == "1"


def test_QC_6_subgroups_come_by_group_or_by_number_or_by_date() -> None:
    flat = values("1", "3", "5", "9")
    by_group = [{**row, "group": name} for row, name in zip(flat, "abab", strict=True)]
    by_date = [{**row, "date": day} for row, day in zip(flat, ("2026-05-01", "2026-05-02") * 2, strict=True)]
    assert cells(draw("xbar_r", {"rows": by_group, "subgroup": 2}), "mean") == [3, 6]
    assert cells(draw("xbar_r", {"rows": by_date, "subgroup": 2}), "mean") == [2, 7]
    assert cells(draw("xbar_r", {"rows": by_date}), "mean") == [3, 6]
    for rows in (flat, by_group[:3]):
        with pytest.raises(Unfit, match="subgroups"):
            draw("xbar_r", {"rows": rows})


def test_QC_6_a_pareto_marks_class_a_and_a_row_without_value_is_one_case() -> None:
    rows = [{"label": "漏水"}, {"label": "噪音"}, {"label": "漏水"}, {"label": "其他", "value": "7"}]
    table = draw("pareto", {"title": "投訴", "unit": "件", "rows": rows})
    assert table.rows == [["漏水", 2, 20, 20, "A"], ["噪音", 1, 10, 30, "A"], ["其他", 7, 70, 100, None]]
    assert table.charts[0].title == "投訴 (件), N = 10"
    assert draw("pareto", {"rows": rows}).charts[0].title == "qc.drawing.pareto"


def test_QC_6_a_check_sheet_adds_up_and_no_two_heads_are_equal() -> None:
    rows = [{"label": "甲", "group": "qc.drawing.total"}, {"label": "乙", "group": "夜", "value": "3"}]
    table = draw("check_sheet", {"rows": rows})
    assert table.columns == ("qc.drawing.label", "qc.drawing.total", "qc.drawing.total′", "夜")
    assert table.rows == [["甲", 1, 1, 0], ["乙", 3, 0, 3], ["Σ", 4, 1, 3]]


def test_QC_6_a_histogram_marks_classes_beyond_the_limits_and_tells_capability() -> None:
    table = draw(
        "histogram", {"title": "厚", "rows": values("14", "16", "18"), "lower": "15", "upper": "20", "bins": 3}
    )
    assert table.charts[0].title == "厚, n = 3, x̄ = 16, s = 2, Cp = 0.4167, Cpk = 0.1667"
    assert table.rows == [["13.5 … 15.5", 1, 1], ["15.5 … 17.5", 1, None], ["17.5 … 19.5", 1, None]]


def test_QC_6_a_run_that_is_too_long_carries_its_length() -> None:
    table = draw("run", {"rows": values(*["1"] * 9, *["2", "1", "3"] * 3), "target": "1.5"})
    assert cells(table, "median")[0] == 1
    assert cells(table, "run_length") == [None] * 18
    table = draw("run", {"rows": values(*(str(n) for n in range(20)))})
    assert cells(table, "run_length") == [10] * 20


def test_QC_6_a_scatter_diagram_tells_whether_there_is_a_relation() -> None:
    rows = [{"value": str(x), "value2": str(2 * x + 1)} for x in (3, 1, 2)]
    table = draw("scatter", {"title": "時長", "rows": rows})
    assert table.charts[0].title == "時長, n = 3, r = 1, |r| > 0.997, y = 1 + 2·x"
    assert table.rows == [[1, 3, 3], [2, 5, 5], [3, 7, 7]]


def nodes(table: Table) -> list[Sequence[object]]:
    return [tuple(row) for row in table.rows]


def test_QC_6_a_fishbone_grows_from_its_title_and_adds_bones_that_are_no_rows() -> None:
    rows = [
        {"label": "密封圈老化", "parent": "料"},
        {"label": "未培訓", "parent": "人", "value": "1"},
        {"label": "無計劃", "parent": "未培訓"},
    ]
    table = draw("fishbone", {"title": "漏水多", "rows": rows})
    assert isinstance(table.charts[0], Tree)
    assert table.charts[0].fishbone
    assert nodes(table) == [
        ("1", None, "漏水多", None),
        ("2", "1", "料", None),
        ("3", "2", "密封圈老化", None),
        ("4", "1", "人", None),
        ("5", "4", "未培訓", True),
        ("6", "5", "無計劃", None),
    ]
    with pytest.raises(Unfit, match="no_effect"):
        draw("fishbone", {"rows": rows})


def test_QC_6_a_tree_hangs_a_repeated_name_below_the_nearest_above() -> None:
    rows = [
        {"label": "降投訴"},
        {"label": "人", "parent": "降投訴"},
        {"label": "培訓", "parent": "人"},
        {"label": "機", "parent": "降投訴"},
        {"label": "培訓", "parent": "機"},
        {"label": "講師", "parent": "培訓"},
    ]
    assert nodes(draw("tree", {"title": "別的", "rows": rows}))[-1][:3] == ("6", "5", "講師")
    for parents in (("b", "a"), ("a", "a")):
        looped = [{"label": name, "parent": parent} for name, parent in zip("ab", parents, strict=True)]
        with pytest.raises(Unfit, match="circle"):
            draw("tree", {"title": "圈", "rows": looped})


def test_QC_6_a_gantt_needs_its_planned_dates_in_order() -> None:
    row = {"label": "調查", "start": "2026-05-01", "end": "2026-05-10", "done_start": "2026-05-03"}
    assert draw("gantt", {"rows": [row]}).rows == [["調查", "2026-05-01", "2026-05-10", "2026-05-03", None]]
    for wrong in ({"end": "2026-04-30"}, {"end": None}, {"start": "soon"}, {"done_end": "2026-05-02"}):
        with pytest.raises(Unfit, match="dates"):
            draw("gantt", {"rows": [row | wrong]})


def test_QC_6_before_and_after_tell_the_change_and_whether_the_target_is_reached() -> None:
    rows = [{"label": "漏水", "value": "12", "value2": "9"}, {"label": "噪音", "value": "0", "value2": "11"}]
    table = draw("before_after", {"rows": rows, "target": "10"})
    assert table.rows == [["漏水", 12, 9, -25, 10, True], ["噪音", 0, 11, None, 10, True]]


def test_QC_6_all_that_a_drawing_says_exists_in_four_languages() -> None:
    catalogues = [texts(language) for language in LANGUAGES]
    source = "".join(
        path.read_text("utf-8")
        for package in ("statistics", "drawing")
        for path in (resources.files("wuye_qc") / package).iterdir()
        if path.name.endswith(".py")
    )
    reasons = {f"message.qc.unfit_{name}" for name in re.findall(r'(?:Unfit\(|else )"([a-z_]+)"\)', source)}
    assert {f"message.qc.unfit_{name}" for name in ("zero_size", "no_value", "bins")} <= reasons
    said = reasons | {f"qc.drawing.{tool}" for tool in TOOLS if tool != "check_sheet"}
    for tool in TOOLS:
        rows = [{"label": "a", "value": "1", "value2": "2", "size": 3, "start": "2026-01-01", "end": "2026-01-02"}]
        more = [*rows, {**rows[0], "label": "b", "value": "2", "value2": "3"}, {**rows[0], "value2": "9"}, *rows]
        table = draw(tool, {"title": "t", "subgroup": 2, "rows": more})
        said |= {head for head in table.columns if head.startswith("qc.")}
        said |= {chart.title for chart in table.charts if chart.title.startswith("qc.")}
    for catalogue in catalogues:
        assert sorted(key for key in said if not catalogue.get(key)) == []
        unused = {key for key in catalogue if key.startswith(("qc.drawing.", "message.qc.unfit_"))} - said
        assert unused == set()
