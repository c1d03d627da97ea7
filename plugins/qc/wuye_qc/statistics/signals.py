"""The eight tests for special causes (Nelson 1984, ISO 7870-2), over points in standard deviations from the centre."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

Window = Sequence[Decimal]


class Test(NamedTuple):
    """How many points in a row are looked at, and which of them break the rule together, if it is broken."""

    window: int
    members: Callable[[Window], Iterable[int]]


def signals(scores: Sequence[Decimal]) -> dict[int, tuple[int, ...]]:
    """Return, for each test that is broken, the points that break it: all that belong to the pattern, ascending.

    Where limits vary, scores are standardised point by point, so the tests hold there too.
    """
    if not any(scores):
        return {}  # a process that never leaves its centre is not too quiet: nothing was measured
    found: dict[int, tuple[int, ...]] = {}
    for name, test in TESTS.items():
        points = {
            start + member
            for start in range(len(scores) - test.window + 1)
            for member in test.members(scores[start : start + test.window])
        }
        if points:
            found[name] = tuple(sorted(points))
    return found


def _beyond(limit: int, needed: int) -> Callable[[Window], Iterator[int]]:
    def members(window: Window) -> Iterator[int]:
        for side in (1, -1):
            hit = [index for index, score in enumerate(window) if side * score > limit]
            if len(hit) >= needed:
                yield from hit

    return members


def _all(broken: Callable[[Window], bool]) -> Callable[[Window], Iterable[int]]:
    return lambda window: range(len(window)) if broken(window) else ()


def _rising(window: Window) -> list[int]:
    return [(later > earlier) - (later < earlier) for earlier, later in pairwise(window)]


def _monotone(window: Window) -> bool:
    return set(_rising(window)) in ({1}, {-1})


def _alternating(window: Window) -> bool:
    return all(one * next_ == -1 for one, next_ in pairwise(_rising(window)))


def _hugging(window: Window) -> bool:
    return all(-1 < score < 1 for score in window)


def _avoiding(window: Window) -> bool:
    return all(abs(score) > 1 for score in window) and min(window) < 0 < max(window)


TESTS: Mapping[int, Test] = {
    1: Test(1, _beyond(3, 1)),
    2: Test(9, _beyond(0, 9)),
    3: Test(6, _all(_monotone)),
    4: Test(14, _all(_alternating)),
    5: Test(3, _beyond(2, 2)),
    6: Test(5, _beyond(1, 4)),
    7: Test(15, _all(_hugging)),
    8: Test(8, _all(_avoiding)),
}
"""1 beyond 3σ · 9 on one side · 6 rising or falling · 14 alternating · 2 of 3 beyond 2σ and 4 of 5 beyond 1σ on one
side · 15 within 1σ · 8 outside 1σ on both sides."""
