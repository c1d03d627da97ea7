"""The Pareto chart: which few causes make most of the trouble."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from .numbers import Unfit, exact, sum_of

VITAL = 80
"""Per cent up to which causes are of class A."""

OTHER = frozenset(
    ("other", "others", "其他", "其它", "其餘", "其余", "прочее", "прочие", "другое", "другие", "остальное")
)
"""What the bar of everything else is called; it stands last however high it is."""


class Bar(Struct, frozen=True, kw_only=True):
    """A cause: ``share`` and ``cumulative`` in per cent; ``vital`` ones are of class A."""

    label: str
    value: Decimal
    share: Decimal
    cumulative: Decimal
    vital: bool


@exact
def pareto(entries: Iterable[tuple[str, Decimal]]) -> tuple[Bar, ...]:
    """Add entries up by label and order them: the highest first, equal ones as they came, "other" last.

    Class A are the causes that together make at most 80 %, and the highest cause in any case.

    Raises:
        Unfit: a value is negative, or all are 0.
    """
    heights: dict[str, Decimal] = {}
    for label, value in entries:
        if value < 0:
            raise Unfit("negative")
        heights[label] = heights.get(label, Decimal()) + value
    total = sum_of(heights.values())
    if not total:
        raise Unfit("zero_total")
    ordered = sorted(heights.items(), key=lambda pair: (_is_other(pair[0]), -pair[1]))
    bars: list[Bar] = []
    reached = Decimal()
    for label, value in ordered:
        reached += value
        cumulative = 100 * reached / total
        bars.append(
            Bar(
                label=label,
                value=value,
                share=100 * value / total,
                cumulative=cumulative,
                vital=not _is_other(label) and (cumulative <= VITAL or not bars),
            )
        )
    return tuple(bars)


def _is_other(label: str) -> bool:
    return label.strip().casefold() in OTHER
