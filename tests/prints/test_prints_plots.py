"""Plots: every value lies where the axes say, inside the plot area; series differ without colour."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.prints.drawing import area_of, drawn, sheet_of, texts
from tests.prints.reading import boxes, extent, having, inside, overlap

from wuye.model.report import Plot, Series
from wuye.prints.charts.scales import ticks

CAUSES = [["電梯故障", 41, 48.2], ["Протечка воды в подвале", 20, 71.8], ["噪聲", 11, 84.7], ["其他", 13, 100]]
PARETO = Plot(title="p", x="原因", series=(Series(column="件數"), Series(column="%", shape="line", second=True)))
CONTROL = Plot(
    title="c",
    x="k",
    series=(
        Series(column="x", shape="line"),
        Series(column="UCL", shape="line", dashed=True, tone="bad"),
        Series(column="CL", shape="line", dashed=True, tone="good"),
    ),
    flags="rule",
)
NAMES = st.text(st.sampled_from("水電梯故障投訴 Жалобы на шум abc"), max_size=40)
VALUES = st.none() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.decimals(-99, 99, places=2).map(str)


def test_a_pareto_has_columns_and_a_line_with_an_axis_of_its_own() -> None:
    chart = drawn(["原因", "件數", "%"], CAUSES, PARETO)
    left, top, right, bottom = area_of(chart)
    bars = [mark for mark in having(chart, "mark") if mark.tag == "rect"]
    heights = [float(bar.get("height", "")) for bar in bars]
    assert heights == pytest.approx([(bottom - top) * count / 50 for count in (41, 20, 11, 13)], abs=0.1)
    points = [extent(mark) for mark in having(chart, "mark") if mark.tag == "polygon"]
    assert [bottom - y for _, y, _, _ in points] == pytest.approx(
        [(bottom - top) * share / 100 for share in (48.2, 71.8, 84.7, 100)], abs=0.1
    )
    assert {"0", "10", "50", "20", "100"} <= set(texts(chart))
    assert left < extent(bars[0])[0] < extent(bars[-1])[2] < right


def test_each_point_of_a_line_is_joined_but_for_missing_ones() -> None:
    rows = [[1, 5], [2, None], [3, 7], [4, "8.5"]]
    chart = drawn(["k", "x"], rows, Plot(title="t", x="k", series=(Series(column="x", shape="line"),)))
    [line] = having(chart, "line")
    assert (line.get("d", "").count("M"), line.get("d", "").count("L")) == (2, 1)
    assert len(having(chart, "mark")) == 3


def test_a_long_name_of_a_limit_is_cut_before_its_value_is() -> None:
    column = "Верхняя контрольная граница скользящего размаха"
    plot = Plot(title="t", x="k", series=(Series(column=column, shape="line", dashed=True, tone="bad"),))
    [label] = having(drawn(["k", column], [[k, 15.741] for k in range(9)], plot), "limit-label")
    assert str(label.text).startswith("Верхняя")
    assert str(label.text).endswith("… 15.741")


def test_limits_are_dashed_named_with_their_value_and_their_names_do_not_touch() -> None:
    rows = [[k, 10 + k % 3, 10.05, 10, None] for k in range(12)]
    chart = drawn(["k", "x", "UCL", "CL", "rule"], rows, CONTROL)
    limits = having(chart, "limit")
    assert all(limit.get("stroke-dasharray") for limit in limits)
    assert [label.text for label in having(chart, "limit-label")] == ["UCL 10.05", "CL 10"]
    ys = sorted(float(label.get("y", "")) for label in having(chart, "limit-label"))
    assert ys[1] - ys[0] >= 14


@pytest.mark.parametrize(
    ("limit", "shown"),
    [(1234567.0, "1,234,567"), (12345.678, "12,346"), (0.0123456, "0.012346"), (13.3333333, "13.333")],
)
def test_a_limit_is_written_in_five_figures(limit: float, shown: str) -> None:
    rows = [[k, limit * 0.9, limit, limit * 0.8, None] for k in range(3)]
    chart = drawn(["k", "x", "UCL", "CL", "rule"], rows, CONTROL, "en")
    assert having(chart, "limit-label")[0].text == f"UCL {shown}"


def test_limits_that_vary_go_in_steps() -> None:
    rows = [[1, 5, 9, 4, None], [2, 6, 8, 4, None], [3, 5, 9, 4, None]]
    chart = drawn(["k", "x", "UCL", "CL", "rule"], rows, CONTROL)
    varying, level = having(chart, "limit")
    assert varying.get("d", "").count("H") == 3
    assert level.get("d", "").count("H") == 1
    assert having(chart, "limit-label")[0].text == "UCL"


@pytest.mark.parametrize("cell", [None, False, 0, "", []])
def test_a_point_is_marked_only_where_its_cell_says_so(cell: object) -> None:
    rows = [[1, 5, 9, 4, cell], [2, 12, 9, 4, "1, 5"], [3, 5, 9, 4, True]]
    chart = drawn(["k", "x", "UCL", "CL", "rule"], rows, CONTROL)
    rings = [extent(ring) for ring in having(chart, "flag")]
    assert rings == [extent(mark) for mark in having(chart, "mark")[1:]]
    assert "1, 5" in texts(chart)


def test_touching_columns_leave_no_gap_also_on_a_numeric_axis() -> None:
    for numeric in (False, True):
        plot = Plot(title="h", x="中值", series=(Series(column="頻數"),), touching=True, numeric=numeric)
        chart = drawn(["中值", "頻數"], [[9.75 + k / 2, count] for k, count in enumerate((1, 4, 9, 6, 2))], plot)
        bars = [extent(mark) for mark in having(chart, "mark")]
        assert all(one[2] == pytest.approx(other[0], abs=0.05) for one, other in pairwise(bars))


def test_a_scatter_puts_each_point_by_both_numbers() -> None:
    plot = Plot(title="s", x="a", series=(Series(column="b", shape="points"),), numeric=True)
    chart = drawn(["a", "b"], [[0, 0], [5, 10], [10, 5], [None, 3], ["x", 3]], plot)
    points = [extent(mark) for mark in having(chart, "mark")]
    assert len(points) == 3
    assert not having(chart, "line")
    assert points[1][0] == pytest.approx((points[0][0] + points[2][0]) / 2, abs=0.1)
    assert points[2][1] == pytest.approx((points[0][1] + points[1][1]) / 2, abs=0.1)


def test_four_series_of_columns_differ_by_hatching_and_four_of_points_by_shape() -> None:
    columns, rows = ["x", "a", "b", "c", "d"], [["一", 1, 2, 3, 4], ["二", 4, 3, 2, 1]]
    bars = drawn(columns, rows, Plot(title="t", x="x", series=tuple(Series(column=name) for name in "abcd")))
    fills = [mark.get("fill") for mark in having(bars, "mark")]
    assert len(set(fills)) == 4
    assert sum(str(fill).startswith("url(#") for fill in set(fills)) == 3
    assert {f"url(#{pattern.get('id')})" for pattern in bars.iter("pattern")} <= set(fills)
    series = tuple(Series(column=name, shape="points") for name in "abcd")
    points = drawn(columns, rows, Plot(title="t", x="x", series=series))
    shapes = [(mark.tag, len(mark.get("points", "").split())) for mark in having(points, "mark")[::2]]
    assert shapes == [("circle", 0), ("polygon", 4), ("polygon", 3), ("polygon", 4)]
    assert {"a", "b", "c", "d"} <= set(texts(points))


def test_money_and_dates_are_written_as_the_language_writes_them() -> None:
    plot = Plot(title="t", x="sample.work.due", series=(Series(column="sample.work.price"),))
    rows = [["2026-10-01", 1_000_000], ["2026-10-02", 250_000]]
    shown = texts(drawn(["sample.work.due", "sample.work.price"], rows, plot, "ru"))
    assert {"10\u00a0000", "8\u00a0000", "0", "01.10.2026", "Стоимость", "Срок"} <= {
        text.replace("\u202f", "\u00a0") for text in shown
    }


def test_of_many_dates_some_are_left_out_and_long_names_stand_upright() -> None:
    dates = [[f"2026-10-{day:02d}", day] for day in range(1, 32)]
    chart = drawn(["sample.work.due", "n"], dates, Plot(title="t", x="sample.work.due", series=(Series(column="n"),)))
    written = [text for text in texts(chart) if text.startswith("2026")]
    assert written[0] == "2026年10月1日"
    assert 3 <= len(written) < 10
    names = [[f"Недостаточная квалификация персонала {k}", k] for k in range(12)]
    chart = drawn(["причина", "n"], names, Plot(title="t", x="причина", series=(Series(column="n"),)))
    assert sum("rotate(-90" in text.get("transform", "") for text in chart.iter("text")) >= 12


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), max_size=8), st.booleans())
def test_ticks_are_few_even_round_and_span_all_values(values: list[float], zero: bool) -> None:
    marks = ticks(values, zero=zero)
    assert 2 <= len(marks) <= 10
    steps = {after - before for before, after in pairwise(marks)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in ((1,), (2,), (5,), (2, 5))
    assert all(float(marks[0]) <= value <= float(marks[-1]) for value in [*values, *([0.0] if zero else [])])


@settings(deadline=None)
@given(
    st.lists(st.tuples(NAMES, VALUES, VALUES, VALUES), min_size=1, max_size=25),
    st.tuples(*[st.sampled_from(["bars", "line", "points"])] * 3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["zh-Hans", "ru"]),
)
def test_every_mark_lies_in_the_plot_area_and_no_two_texts_on_each_other(
    rows: list[tuple[str, object, object, object]],
    shapes: tuple[str, str, str],
    second: bool,
    numeric: bool,
    dashed: bool,
    language: str,
) -> None:
    series = (
        Series(column="a", shape=shapes[0]),  # type: ignore[arg-type]
        Series(column="b", shape=shapes[1], second=second),  # type: ignore[arg-type]
        Series(column="c", shape=shapes[2], dashed=dashed),  # type: ignore[arg-type]
    )
    plot = Plot(title="t", x="a" if numeric else "x", series=series, numeric=numeric, flags="b")
    chart = drawn(["x", "a", "b", "c"], rows, plot, language)
    area = area_of(chart)
    assert inside(area, sheet_of(chart))
    for mark in having(chart, "mark"):
        assert inside(extent(mark), area, slack=0.2)
    flags = {text.text for text in chart.iter("text") if text.get("font-weight")}
    placed = [(text, box) for text, box in boxes(chart) if text not in flags]
    for index, (text, box) in enumerate(placed):
        assert inside(box, sheet_of(chart), slack=2), text
        assert not any(overlap(box, other) for _, other in placed[index + 1 :]), (text, placed)
