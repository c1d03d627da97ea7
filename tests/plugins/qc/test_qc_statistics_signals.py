"""QC-6, the eight tests: each by an example at its edge, all against another way of finding them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye_qc.statistics import TESTS, c_chart, i_mr, p_chart, signals, u_chart, xbar_r

SCORES = st.lists(st.integers(-8, 8).map(lambda n: Decimal(n) / 2), max_size=40)


def scores(text: str) -> list[Decimal]:
    return [Decimal(word) for word in text.split()]


@pytest.mark.parametrize(
    ("test", "text", "points"),
    [
        (1, "0.5 3 -3 3.01 -0.5 -3.01", {3, 5}),
        (2, "-0.1" + " 0.1" * 9 + " -0.1", set(range(1, 10))),
        (2, "-0.1" + " 0.1" * 8 + " 0 0.1", set()),
        (3, "0.6 0.1 0.2 0.3 0.4 0.5 0.6 0.1", set(range(1, 7))),
        (3, "0.5 0.4 0.3 0.2 0.1 -0.6 0.9", set(range(6))),
        (3, "0.1 0.2 0.3 0.3 0.4 0.5 0.6", set()),
        (4, " ".join(["0.5", "-0.5"] * 7), set(range(14))),
        (4, " ".join(["0.5", "-0.5"] * 6 + ["0.5"]), set()),
        (5, "2.1 0.3 2.2 0.1", {0, 2}),
        (5, "2.1 0.3 -2.2 2", set()),
        (6, "-1.1 -1.2 0.4 -1.3 -1.4 0.2", {0, 1, 3, 4}),
        (6, "1.1 1.2 -0.4 1.3 -1.4 1.2", set()),
        (7, " ".join(["0.9", "-0.9", "0.2"] * 5), set(range(15))),
        (7, " ".join(["0.9", "-0.9", "0.2"] * 4 + ["1", "0.1", "0.2"]), set()),
        (8, "0.5 1.1 -1.2 1.3 1.1 -1.1 1.2 1.4 -1.3 0.7", set(range(1, 9))),
        (8, "1.1 1.2 1.3 1.1 1.1 1.2 1.4 1.3", set()),
        (8, "1.1 -1.2 1.3 1.1 -1.1 1.2 1.4 1", set()),
    ],
)
def test_QC_6_each_test_names_the_points_that_break_it(test: int, text: str, points: set[int]) -> None:
    assert set(signals(scores(text)).get(test, ())) == points


def stretches(values: Sequence[Decimal], length: int) -> Iterator[tuple[int, Sequence[Decimal]]]:
    return ((start, values[start : start + length]) for start in range(len(values) - length + 1))


def by_runs(values: Sequence[Decimal], test: int) -> set[int]:
    """Find the points another way: by growing runs from each point rather than by windows of a fixed length."""
    fits = {
        2: lambda run: all(v > 0 for v in run) or all(v < 0 for v in run),
        3: lambda run: list(run) in (sorted(set(run)), sorted(set(run), reverse=True)),
        4: lambda run: (
            all((b - a) * (c - b) < 0 for a, b, c in zip(run, run[1:], run[2:], strict=False))
            and all(a != b for a, b in pairwise(run))
        ),
        7: lambda run: max(map(abs, run)) < 1,
        8: lambda run: min(map(abs, run)) > 1,
    }[test]
    least = TESTS[test].window
    found: set[int] = set()
    for start in range(len(values)):
        end = start + 1
        while end <= len(values) and fits(values[start:end]):
            end += 1
        run = range(start, end - 1)
        if len(run) < least:
            continue
        if test != 8:
            found.update(run)
        else:
            for at, window in stretches([values[i] for i in run], least):
                if min(window) < 0 < max(window):
                    found.update(range(start + at, start + at + least))
    return found


@given(SCORES)
def test_QC_6_the_tests_agree_with_another_way_of_counting(values: list[Decimal]) -> None:
    found = {test: set(points) for test, points in signals(values).items()}
    if not any(values):
        assert found == {}
        return
    assert found.get(1, set()) == {index for index, value in enumerate(values) if abs(value) > 3}
    for test in (2, 3, 4, 7, 8):
        assert found.get(test, set()) == by_runs(values, test)
    for test, length, needed, limit in ((5, 3, 2, 2), (6, 5, 4, 1)):
        expected: set[int] = set()
        for side in (1, -1):
            far = [side * value > limit for value in values]
            for start, _ in stretches(values, length):
                if sum(far[start : start + length]) >= needed:
                    expected.update(index for index in range(start, start + length) if far[index])
        assert found.get(test, set()) == expected


@given(
    st.lists(st.decimals(-1000, 1000, places=2), min_size=2, max_size=60),
    st.decimals("0.01", 1000, places=2) | st.decimals(-1000, "-0.01", places=2),
    st.decimals(-1000, 1000, places=2),
)
def test_QC_6_another_unit_changes_no_signal_of_individuals(
    values: list[Decimal], factor: Decimal, offset: Decimal
) -> None:
    chart, ranges = i_mr(values)
    other, other_ranges = i_mr([factor * value + offset for value in values])
    assert (other.broken, other_ranges.broken) == (chart.broken, ranges.broken)


@given(st.lists(st.integers(0, 20).map(Decimal), min_size=2, max_size=40), st.integers(1, 9).map(Decimal))
def test_QC_6_with_equal_sizes_u_finds_what_c_finds(defects: list[Decimal], size: Decimal) -> None:
    assert u_chart([size * size * one for one in defects], [size * size] * len(defects)).broken == tuple(
        signals_of(defects, size)
    )


def signals_of(defects: list[Decimal], size: Decimal) -> tuple[tuple[int, ...], ...]:
    return c_chart([size * size * one for one in defects]).broken


def test_QC_6_with_varying_limits_a_point_counts_by_its_own() -> None:
    sizes = [Decimal(size) for size in (100, 1000, 100, 1000, 100, 1000)]
    failed = [Decimal(value) for value in (16, 160, 9, 95, 8, 90)]
    broken = p_chart(failed, sizes).broken
    # 16 % of a hundred may be chance, 16 % of a thousand are none.
    assert 1 not in broken[0]
    assert 1 in broken[1]


def test_QC_6_a_process_that_never_varies_breaks_nothing() -> None:
    still = [Decimal("0.1")] * 40
    assert i_mr(still)[0].broken == ((),) * 40
    assert c_chart([Decimal(0)] * 40).broken == ((),) * 40


def test_QC_6_means_that_differ_where_nothing_varies_within_are_beyond_all_limits() -> None:
    means, ranges = xbar_r([[Decimal(value)] * 3 for value in (5, 5, 5, 6)])
    assert all(1 in broken for broken in means.broken)
    assert ranges.broken == ((),) * 4


def test_QC_6_a_point_on_the_limit_is_not_beyond_it() -> None:
    # c̄ = 16, so the limits are 4 and 28 exactly.
    assert c_chart([Decimal(value) for value in (28, 4, 16, 16)]).broken[:2] == ((), ())
    assert c_chart([Decimal(value) for value in (29, 4, 16, 15)]).broken[0] == (1,)
    # Here σ is 4/3, which no decimal is, and the first value lies 3σ from the mean.
    values = [Decimal(text) for text in ("4", "-0.8", "-0.12", "-1.48", "-0.8", "-0.8")]
    assert i_mr(values)[0].broken[0] == ()
    assert i_mr([Decimal("4.01"), *values[1:]])[0].broken[0] == (1,)
