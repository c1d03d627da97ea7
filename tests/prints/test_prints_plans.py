"""Gantt charts, trees and fishbones: everything has its place, and no two texts stand on each other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.prints.drawing import area_of, drawn, looks, sheet_of, texts
from tests.prints.reading import boxes, extent, having, inside, overlap

from wuye.model.report import Gantt, Plot, Series, Table, Tree
from wuye.prints.charts import draw
from wuye.prints.charts.scales import days
from wuye.prints.charts.svg import width_of, wrap

PLAN = Gantt(title="g", label="任務", start="s", end="e", done_start="ds", done_end="de")
COLUMNS = ("任務", "s", "e", "ds", "de")
CAUSES = Tree(title="f", id="id", parent="up", label="what", fishbone=True, flags="main")
TREE = Tree(title="t", id="id", parent="up", label="what", flags="main")
LABELS = st.text(
    st.sampled_from("員工服務意識不足培訓 Недостаточная квалификация персонала OK"), min_size=1, max_size=60
)
DATES = st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(str)


@st.composite
def branches(draw_: st.DrawFn) -> list[list[object]]:
    """Rows of a tree: each node below an earlier one."""
    labels = draw_(st.lists(LABELS, min_size=1, max_size=24))
    rows: list[list[object]] = [["0", None, labels[0], None]]
    for index, label in enumerate(labels[1:], 1):
        above = draw_(st.integers(0, index - 1))
        rows.append([str(index), str(above), label, draw_(st.booleans())])
    return rows


def test_what_was_planned_stands_above_what_was_and_both_last_whole_days() -> None:
    rows = [
        ["選題", "2026-03-01", "2026-03-10", "2026-03-06", "2026-03-15"],
        ["檢查", "2026-03-11", "2026-03-20", None, None],
    ]
    chart = drawn(COLUMNS, rows, PLAN)
    left, _, right, _ = area_of(chart)
    day = (right - left) / 20
    planned, later = (extent(bar) for bar in having(chart, "planned"))
    [done] = (extent(bar) for bar in having(chart, "done"))
    assert (planned[0], planned[2]) == pytest.approx((left, left + 10 * day), abs=0.1)
    assert (done[0], done[2]) == pytest.approx((left + 5 * day, left + 15 * day), abs=0.1)
    assert later[2] == pytest.approx(right, abs=0.1)
    assert planned[3] < done[1] < done[3] < later[1]
    assert {"選題", "檢查", "計劃", "實際"} <= set(texts(chart))


def test_what_has_only_begun_shows_where() -> None:
    rows = [["選題", "2026-03-01", "2026-03-10", "2026-03-06", None], ["檢查", None, None, None, None]]
    chart = drawn(COLUMNS, rows, PLAN)
    [begun] = having(chart, "open")
    assert "done" in begun.get("class", "")
    assert len(having(chart, "mark")) == 2


@settings(deadline=None)
@given(
    st.lists(st.tuples(LABELS, DATES, DATES, DATES, DATES), min_size=1, max_size=12),
    st.sampled_from(["zh-Hans", "ru", "en"]),
)
def test_every_bar_lies_in_its_area_and_no_two_texts_on_each_other(rows: list[list[object]], language: str) -> None:
    chart = drawn(COLUMNS, rows, PLAN, language)
    assert inside(area_of(chart), sheet_of(chart))
    for bar in having(chart, "mark"):
        assert inside(extent(bar), area_of(chart), slack=0.2)
    apart(list(boxes(chart)), sheet_of(chart))


@settings(deadline=None)
@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(0, 30_000))
def test_days_on_an_axis_are_few_in_order_and_within(first: date, span: int) -> None:
    last = first + timedelta(days=span)
    marks, unit = days(first, last)
    assert len(marks) <= 14
    assert marks == sorted(set(marks))
    assert all(first <= mark <= last for mark in marks)
    assert unit == "day" or all(mark.day == 1 for mark in marks)


@settings(deadline=None)
@given(branches(), st.booleans(), st.sampled_from(["zh-Hant", "ru"]))
def test_every_node_is_written_once_and_no_two_texts_stand_on_each_other(
    rows: list[list[object]], fishbone: bool, language: str
) -> None:
    chart = drawn(("id", "up", "what", "main"), rows, CAUSES if fishbone else TREE, language)
    places = list(boxes(chart))
    apart(places, sheet_of(chart))
    nodes = len(having(chart, "node")) + len(having(chart, "cause"))
    assert nodes == len(rows)
    frames = [extent(frame) for frame in having(chart, "node")]
    assert not any(overlap(one, other) for index, one in enumerate(frames) for other in frames[index + 1 :])


def test_a_fishbone_has_its_head_at_the_right_and_bones_on_both_sides() -> None:
    rows = [["0", None, "投訴多", None]]
    rows += [[f"{kind}", "0", kind, None] for kind in ("人", "機", "料", "法")]
    rows += [[f"{kind}{n}", kind, f"{kind}原因{n}", n == 1] for kind in ("人", "機") for n in range(3)]
    chart = drawn(("id", "up", "what", "main"), rows, CAUSES)
    head, *kinds = [extent(node) for node in having(chart, "node")]
    spine = (head[1] + head[3]) / 2
    assert all(kind[2] < head[0] for kind in kinds)
    assert [kind[3] < spine for kind in kinds] == [True, False, True, False]
    assert len(having(chart, "twig")) == 6
    marked = [text for text in having(chart, "cause") if text.get("font-weight") == "bold"]
    assert ["".join(text.itertext()) for text in marked] == ["人原因1", "機原因1"]


def test_a_tree_joins_each_node_with_the_one_before_it() -> None:
    rows = [["0", None, "目標", None], ["1", "0", "手段一", None], ["2", "0", "手段二", True], ["3", "2", "措施", None]]
    chart = drawn(("id", "up", "what", "main"), rows, TREE)
    frames = [extent(node) for node in having(chart, "node")]
    assert len(having(chart, "branch")) == 3
    lefts = sorted({frame[0] for frame in frames})
    assert len(lefts) == 3
    assert len(having(chart, "flag")) == 1


def test_nodes_in_a_circle_or_without_their_parent_are_written_all_the_same() -> None:
    rows = [["a", "b", "甲", None], ["b", "a", "乙", None], ["c", "nobody", "丙", None], ["d", "d", "丁", None]]
    for tree in (TREE, CAUSES):
        shown = texts(drawn(("id", "up", "what", "main"), rows, tree))
        assert sorted(text for text in shown if text in "甲乙丙丁") == sorted("甲乙丙丁")


def test_there_is_no_chart_of_nothing_and_none_of_columns_that_are_not_there() -> None:
    plot = Plot(title="t", x="a", series=(Series(column="b"),))
    assert draw(Table(columns=("a", "b"), rows=[], charts=(plot,)), plot, looks()) is None
    assert draw(Table(columns=("a", "c"), rows=[[1, 2]], charts=(plot,)), plot, looks()) is None


def test_hostile_labels_stay_labels() -> None:
    hostile = '</text><script>alert("1")</script>\x00\x1b&'
    rows = [[hostile, 1]]
    chart = drawn(("a", "b"), rows, Plot(title=hostile, x="a", series=(Series(column="b"),)))
    assert {element.tag for element in chart.iter()} & {"script"} == set()
    assert "script" in "".join(texts(chart))


@settings(deadline=None)
@given(LABELS, st.floats(30, 300), st.integers(1, 5))
def test_wrapped_lines_fit_their_room_and_lose_nothing_but_the_end(text: str, room: float, most: int) -> None:
    lines = wrap(text, room, most)
    assert len(lines) <= most
    assert all(width_of(line) <= room for line in lines)
    whole = "".join(text.split())
    kept = "".join("".join(lines).split())
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))


def apart(
    places: list[tuple[str, tuple[float, float, float, float]]], sheet: tuple[float, float, float, float]
) -> None:
    """Fail where a text leaves the sheet or stands on another."""
    for index, (text, box) in enumerate(places):
        assert inside(box, sheet, slack=2), text
        assert not any(overlap(box, other) for _, other in places[index + 1 :]), text
