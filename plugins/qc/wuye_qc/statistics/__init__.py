"""The statistics of a QC circle (QC-6) as pure functions over decimals.

Sums and products are exact, quotients and roots have 120 digits, so every machine gets the same figures; whoever shows
them rounds (`shown`). Data that a tool cannot use raise `Unfit`, which carries the key of a message.
"""

from .checksheet import Tally, tally
from .comparing import Change, compare
from .control import Chart, c_chart, i_mr, p_chart, u_chart, xbar_r
from .describing import Summary, describe
from .histogram import Bin, Histogram, histogram
from .numbers import Unfit, decimals, number, shown
from .pareto import Bar, pareto
from .relation import Relation, critical_r, relate
from .running import RunChart, run_chart
from .signals import TESTS, signals

__all__ = [
    "TESTS",
    "Bar",
    "Bin",
    "Change",
    "Chart",
    "Histogram",
    "Relation",
    "RunChart",
    "Summary",
    "Tally",
    "Unfit",
    "c_chart",
    "compare",
    "critical_r",
    "decimals",
    "describe",
    "histogram",
    "i_mr",
    "number",
    "p_chart",
    "pareto",
    "relate",
    "run_chart",
    "shown",
    "signals",
    "tally",
    "u_chart",
    "xbar_r",
]
