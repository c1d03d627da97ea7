"""QC-6, the statistics: published examples (`vectors/`, each with its source) and what must hold for any data."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye_qc.statistics import (
    Chart,
    Unfit,
    c_chart,
    compare,
    critical_r,
    decimals,
    describe,
    histogram,
    i_mr,
    number,
    p_chart,
    pareto,
    relate,
    run_chart,
    shown,
    tally,
    u_chart,
    xbar_r,
)
from wuye_qc.statistics.control import CONSTANTS

VECTORS = Path(__file__).parent / "vectors"
DECIMALS = st.decimals(-(10**6), 10**6, places=3)
COUNTS = st.integers(0, 500).map(Decimal)
SAMPLES = st.lists(DECIMALS, min_size=2, max_size=60)


def vectors(name: str) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return found


TABLES: Mapping[str, Mapping[str, object]] = json.loads((VECTORS / "tables.json").read_text("utf-8"))


def numbers(texts: object) -> list[Decimal]:
    assert isinstance(texts, list)
    return [Decimal(text) for text in texts]


def agree(value: Decimal, published: object) -> bool:
    """Tell whether a figure, rounded like the published one, is that."""
    expected = Decimal(str(published))
    return value.quantize(expected) == expected


def charted(vector: Mapping[str, object]) -> tuple[Chart, Chart | None]:
    match vector["chart"]:
        case "i_mr":
            return i_mr(numbers(vector["values"]))
        case "xbar_r":
            groups = vector["groups"]
            assert isinstance(groups, list)
            return xbar_r([numbers(group) for group in groups])
        case "p":
            return p_chart(numbers(vector["values"]), numbers(vector["sizes"])), None
        case "u":
            return u_chart(numbers(vector["values"]), numbers(vector["sizes"])), None
    return c_chart(numbers(vector["values"])), None


@pytest.mark.parametrize("vector", vectors("control_charts"), ids=lambda v: f"{v['chart']}: {str(v['source'])[:40]}")
def test_QC_6_control_charts_have_the_published_limits(vector: Mapping[str, object]) -> None:
    chart, ranges = charted(vector)
    assert agree(chart.centre, vector["centre"])
    for found, published in ((chart.lower, vector["lower"]), (chart.upper, vector["upper"])):
        assert isinstance(published, list)
        assert len(found) == len(published)
        assert all(map(agree, found, published))
    assert [index for index, broken in enumerate(chart.broken) if 1 in broken] == vector["beyond"]
    if ranges:
        assert agree(ranges.centre, vector["range_centre"])
        assert "range_upper" not in vector or agree(ranges.upper[0], vector["range_upper"])


@pytest.mark.parametrize("vector", vectors("samples"), ids=lambda v: str(v["source"])[:50])
def test_QC_6_samples_have_the_certified_mean_and_deviation(vector: Mapping[str, object]) -> None:
    summary = describe(numbers(vector["values"]))
    assert summary.n == vector["n"]
    assert all(agree(getattr(summary, name), vector[name]) for name in ("mean", "deviation", "median"))


@pytest.mark.parametrize("vector", vectors("relations"), ids=["I", "II", "III", "IV"])
def test_QC_6_four_different_clouds_have_one_published_line(vector: Mapping[str, object]) -> None:
    found = relate(numbers(vector["xs"]), numbers(vector["ys"]))
    assert all(agree(getattr(found, name), vector[name]) for name in ("r", "slope", "intercept"))


def test_QC_6_the_constants_are_those_of_the_standard() -> None:
    rows = TABLES["constants"]["rows"]
    assert isinstance(rows, list)
    assert {int(row.split()[0]): tuple(map(Decimal, row.split()[1:])) for row in rows} == CONSTANTS


def test_QC_6_critical_values_of_r_are_those_of_the_table() -> None:
    values = TABLES["critical_r"]["values"]
    assert isinstance(values, dict)
    assert {freedom: agree(critical_r(int(freedom) + 2), value) for freedom, value in values.items()} == dict.fromkeys(
        values, True
    )


@given(st.integers(300, 2000))
def test_the_critical_value_of_many_pairs_nears_that_of_the_normal_distribution(n: int) -> None:
    assert abs(float(critical_r(n)) * n**0.5 / NormalDist().inv_cdf(0.975) - 1) < 0.005


def test_QC_6_the_longest_run_is_that_of_the_table() -> None:
    ranges = TABLES["longest_run"]["ranges"]
    assert isinstance(ranges, list)
    for first, last, limit in ranges:
        for n in range(first, last + 1):
            off = [Decimal(0)] * (n // 2) + [Decimal(2)] * (n - n // 2)
            assert run_chart([*off, *[Decimal(1)] * 3]).limit == limit


def test_QC_6_capability_is_that_of_the_handbook() -> None:
    vector = TABLES["capability"]
    found = histogram(numbers(vector["values"]), None, Decimal(str(vector["lower"])), Decimal(str(vector["upper"])))
    assert found.cp is not None
    assert found.cpk is not None
    assert agree(found.cp, vector["cp"])
    assert agree(found.cpk, vector["cpk"])


@given(st.lists(st.tuples(st.sampled_from(["漏水", "噪音", "電梯", "其他", "保潔"]), COUNTS), min_size=1))
def test_QC_6_a_pareto_falls_puts_other_last_and_ends_at_100(entries: list[tuple[str, Decimal]]) -> None:
    if not any(value for _, value in entries):
        with pytest.raises(Unfit, match="zero_total"):
            pareto(entries)
        return
    bars = pareto(entries)
    named = [bar for bar in bars if bar.label != "其他"]
    assert [bar.label for bar in bars[: len(named)]] == [bar.label for bar in named]
    assert all(first.value >= second.value for first, second in pairwise(named))
    assert {bar.label: bar.value for bar in bars} == {
        label: sum(value for other, value in entries if other == label) for label, _ in entries
    }
    assert bars[-1].cumulative == 100
    assert all(bar.vital == (bar.cumulative <= 80 or bar is bars[0]) for bar in named)
    assert not any(bar.vital for bar in bars[len(named) :])


@given(SAMPLES, st.none() | st.integers(1, 100), st.none() | DECIMALS)
def test_QC_6_a_histogram_loses_no_value(values: list[Decimal], bins: int | None, lower: Decimal | None) -> None:
    found = histogram(values, bins, lower)
    assert sum(one.count for one in found.bins) == len(values)
    assert sum(one.outside for one in found.bins) == sum(lower is not None and value < lower for value in values)
    for one, after in pairwise(found.bins):
        assert one.high == after.low
    for one in found.bins:
        assert one.count == sum(one.low < value < one.high for value in values)  # none on a boundary
        width = (one.high - one.low) / Decimal(1).scaleb(-decimals(values))
        assert width == width.to_integral_value() >= 1
    assert found.cp is None
    assert (found.cpk is None) == (lower is None or not found.summary.deviation)


@given(st.lists(st.integers(0, 3).map(Decimal), min_size=2, max_size=40))
def test_QC_6_runs_are_those_on_one_side_of_the_median(values: list[Decimal]) -> None:
    found = run_chart(values)
    off = [value > found.median for value in values if value != found.median]
    runs = [len(list(run)) for _, run in groupby(off)]
    assert (found.runs, found.longest) == (len(runs), max(runs, default=0))
    assert [length for length in found.lengths if length is not None] == [run for run in runs for _ in range(run)]
    assert [length is None for length in found.lengths] == [value == found.median for value in values]


@given(SAMPLES)
def test_QC_6_limits_of_individuals_lie_evenly_about_the_mean(values: list[Decimal]) -> None:
    chart, ranges = i_mr(values)
    assert [shown(one + other, 3) for one, other in zip(chart.lower, chart.upper, strict=True)] == [
        shown(2 * chart.centre, 3)
    ] * len(values)
    assert len(ranges.values) == len(values) - 1
    assert min(ranges.values) >= ranges.lower[0] == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 80)), min_size=2))
def test_QC_6_limits_of_counts_lie_where_counts_can(samples: list[tuple[int, int]]) -> None:
    failed, sizes = ([Decimal(value) for value in column] for column in zip(*samples, strict=True))
    parts = [min(one, size) for one, size in zip(failed, sizes, strict=True)]
    for chart, most in ((p_chart(parts, sizes), Decimal(1)), (c_chart(failed), None), (u_chart(failed, sizes), None)):
        for low, high in zip(chart.lower, chart.upper, strict=True):
            assert 0 <= low <= chart.centre <= high <= (most if most is not None else high)
            assert low == 0 or high == most or shown(low + high) == shown(2 * chart.centre)
    for chart in (p_chart(parts, sizes), u_chart(failed, sizes)):
        by_size = sorted(zip(sizes, chart.upper, strict=True))
        assert all(first[1] >= second[1] for first, second in pairwise(by_size))


@given(
    st.lists(st.tuples(DECIMALS, DECIMALS), min_size=3, max_size=40),
    st.decimals("0.5", 100, places=2),
    DECIMALS,
)
def test_QC_6_r_is_that_of_the_data_in_any_unit(
    pairs: list[tuple[Decimal, Decimal]], factor: Decimal, offset: Decimal
) -> None:
    xs, ys = ([pair[index] for pair in pairs] for index in (0, 1))
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        with pytest.raises(Unfit, match="no_spread"):
            relate(xs, ys)
        return
    found = relate(xs, ys)
    assert -1 <= found.r <= 1
    assert shown(relate([factor * x + offset for x in xs], ys).r) == shown(found.r)
    assert shown(relate(xs, [-y for y in ys]).r) == shown(-found.r)
    on_line = relate(xs, list(found.fitted)) if found.slope else None
    assert on_line is None or shown(abs(on_line.r)) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), COUNTS), min_size=1))
def test_QC_6_a_check_sheet_adds_up_both_ways(entries: list[tuple[str, str, Decimal]]) -> None:
    found = tally(entries)
    assert sum(found.row_totals) == sum(found.column_totals) == found.total == sum(count for _, _, count in entries)
    for row, cells in zip(found.rows, found.cells, strict=True):
        assert cells == tuple(
            sum(count for one, other, count in entries if (one, other) == (row, column)) for column in found.columns
        )


@pytest.mark.parametrize(
    ("before", "after", "target", "percent", "reached"),
    [
        ("80", "92", "90", "15", True),
        ("80", "88", "90", "10", False),
        ("12", "6", "7", "-50", True),
        ("12", "9", "7", "-25", False),
        ("0", "3", None, None, None),
        ("-4", "-2", "-1", "50", False),
        ("5", "5", "5", "0", True),
        ("5", "6", "5", "20", False),
    ],
)
def test_QC_6_a_target_is_reached_from_the_side_where_things_were(
    before: str, after: str, target: str | None, percent: str | None, reached: bool | None
) -> None:
    found = compare(Decimal(before), Decimal(after), None if target is None else Decimal(target))
    assert found.percent == (None if percent is None else Decimal(percent))
    assert found.reached is reached


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 9))
def test_shown_figures_are_numbers_of_json_with_six_digits_or_more(value: Decimal, places: int) -> None:
    try:
        value = number(value)
    except Unfit:
        return
    cell = shown(value, places)
    assert json.loads(json.dumps(cell)) == cell
    step = min(abs(value) / 10**5, Decimal(1).scaleb(-places - 2))
    assert abs(Decimal(repr(cell)) - value) <= step / 2 + abs(value) / 2**52


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "1e15", "1e-10", "0.1234567891", "1e999999999"])
def test_numbers_that_no_circle_measures_are_refused(text: str) -> None:
    with pytest.raises(Unfit, match="unfit_number"):
        number(Decimal(text))


def refuse(reason: str, work: object, *args: Sequence[object]) -> None:
    with pytest.raises(Unfit) as refused:
        work(*args)  # type: ignore[operator]
    assert refused.value.message == f"message.qc.unfit_{reason}"


def test_QC_6_data_that_a_chart_cannot_use_are_refused_with_a_reason() -> None:
    one, two, half = [Decimal(1)], [Decimal(1), Decimal(2)], [Decimal("0.5"), Decimal(1)]
    for work in (i_mr, c_chart, run_chart, histogram):
        refuse("few_points", work, one)
    refuse("few_points", describe, [])
    refuse("few_points", relate, two, two)
    refuse("few_points", xbar_r, [two])
    refuse("subgroups", xbar_r, [two, one])
    refuse("subgroups", xbar_r, [one, one])
    refuse("subgroups", xbar_r, [one * 11, one * 11])
    refuse("whole", c_chart, half)
    refuse("negative", c_chart, [Decimal(-1), Decimal(1)])
    refuse("zero_size", u_chart, two, [Decimal(0), Decimal(1)])
    refuse("zero_size", p_chart, [Decimal(0)] * 2, [Decimal(0), Decimal(1)])
    refuse("more_than_size", p_chart, two, [Decimal(1), Decimal(1)])
    refuse("bins", histogram, two, 0)
    refuse("limits", histogram, two, None, Decimal(2), Decimal(2))
    refuse("no_data", tally, [])
    refuse("columns", tally, [("a", str(column), Decimal(1)) for column in range(61)])
