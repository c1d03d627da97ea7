"""The expression language of manifests (design §3, ADR 1)."""

import json
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.kernel.clock import from_wire, to_wire
from wuye.kernel.expression_functions import FUNCTIONS, INTEGER_MAX
from wuye.kernel.expressions import ExpressionError, compile_expression


class Case(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    source: str
    scope: dict[str, object]
    result: object


class Refused(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    source: str
    names: list[str] | None = None


class Vectors(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    cases: list[Case]
    refused: list[Refused]


VECTORS = msgspec.json.decode(
    (Path(__file__).parents[2] / "conformance" / "expressions.json").read_bytes(), type=Vectors
)
SOURCES = sorted({case.source for case in VECTORS.cases})


def canonical(value: object) -> str:
    """Write a JSON value so that 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("case", VECTORS.cases, ids=lambda case: case.source[:60])
def test_an_expression_gives_what_the_vectors_say(case: Case) -> None:
    assert canonical(compile_expression(case.source).evaluate(case.scope)) == canonical(case.result)


@pytest.mark.parametrize("case", VECTORS.refused, ids=lambda case: case.source[:60])
def test_what_clients_could_read_differently_is_refused(case: Refused) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(case.source, names=case.names)


@pytest.mark.parametrize(
    ("source", "names", "says"),
    [
        ("a == 1 &&", None, "column 10"),
        ("statuz == 'open'", ["status", "title"], "there is no statuz; did you mean status?"),
        ("sume([1])", None, "there is no function sume; did you mean sum?"),
        ("contains(a, 'x')", None, "write x.contains(…)"),
        ("a.count()", None, "write count(x)"),
        ("package == 1", None, "words of the language name no field"),
        ("m.in == 1", None, 'm["in"]'),
        ("x * 1.5", None, "decimals are texts"),
        ("coalesce(a)", None, "coalesce takes 2 arguments"),
    ],
)
def test_a_refusal_says_where_and_what_to_write_instead(source: str, names: list[str] | None, says: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(source, names)
    assert says in str(refused.value)


def test_the_names_of_the_scope_need_no_declaring() -> None:
    expression = compile_expression("today > due && user.id == settings.chief && now != ''", names={"due"})
    assert expression.variables == {"today", "due", "user", "settings", "now"}


def test_only_names_read_from_the_record_are_variables() -> None:
    expression = compile_expression("rows.filter(r, r.fee > least).exists(q, q.a == 'x.y') || m['k'].z == null // w")
    assert expression.variables == {"rows", "least", "m"}


def test_a_source_is_compiled_once() -> None:
    assert compile_expression("a == 1") is compile_expression("a == 1", names=["a"])


def test_what_the_expression_does_not_read_cannot_spoil_it() -> None:
    rows = [{"fee": 1, "note": object()}, {"fee": 2, "note": 2**80}]
    scope = {"rows": rows, "other": object(), "settings": {"rate": 2, "rest": object()}}
    assert compile_expression("sum(rows.map(r, r.fee * settings.rate))").evaluate(scope) == 6


def test_an_object_s_names_come_in_order() -> None:
    # Bodies are compared and checked by their bytes; CEL keeps no order of its own.
    source = "{'d': 1, 'b': 2, 'c': 3, 'a': 4, 'e': null}"
    assert json.dumps(compile_expression(source).evaluate({})) == '{"a": 4, "b": 2, "c": 3, "d": 1}'


# Total, whatever the data are.

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.binary(max_size=3)
dates = st.dates().map(date.isoformat)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(
    "{:f}".format
)
values = st.recursive(
    scalars | dates | decimals,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abn") | st.text(max_size=3), inner),
    max_leaves=8,
)
NAMES = sorted({name for source in SOURCES for name in compile_expression(source).variables})


@given(st.sampled_from(SOURCES), st.dictionaries(st.sampled_from(NAMES), values))
def test_no_data_make_an_evaluation_raise_or_leave_json(source: str, scope: dict[str, object]) -> None:
    result = compile_expression(source).evaluate(scope)
    json.dumps(result, allow_nan=False)


@given(st.text("ab[](){}.,+-*/%!&|=<>?:'\"\\ 019rin業", max_size=20) | st.text(max_size=20))
def test_no_source_does_worse_than_be_refused(source: str) -> None:
    with suppress(ExpressionError):
        compile_expression(source)


@given(st.sampled_from(sorted(FUNCTIONS)), st.data())
def test_no_function_raises_and_no_integer_is_beyond_every_client(name: str, data: st.DataObject) -> None:
    function = FUNCTIONS[name]
    given_ = [data.draw(st.integers(-(10**20), 10**20) | decimals | dates | values) for _ in range(function.arity)]
    result = function.call(*given_)
    assert name == "coalesce" or not isinstance(result, int) or abs(result) <= INTEGER_MAX


# The functions against other ways to compute the same.


def called(name: str, *arguments: object) -> object:
    return FUNCTIONS[name].call(*arguments)


@given(decimals, decimals)
def test_decimals_add_subtract_multiply_and_compare_exactly(a: str, b: str) -> None:
    x, y = Decimal(a), Decimal(b)
    with localcontext() as context:
        context.prec = 60
        for name, exact in (("dec_add", x + y), ("dec_sub", x - y), ("dec_mul", x * y)):
            written = called(name, a, b)
            assert isinstance(written, str)
            assert Decimal(written) == exact
            assert written == "0" if not exact else written == f"{exact.normalize():f}"
        assert called("dec_sum", [a, None, b]) == called("dec_add", a, b)
    assert called("dec_cmp", a, b) == (x > y) - (x < y)


@given(decimals, st.integers(0, 12))
def test_rounding_is_half_up_away_from_zero(a: str, places: int) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(a).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        assert called("dec_round", a, places) == f"{exact or abs(exact):f}"
        assert called("round", a) == int(Decimal(a).to_integral_value(ROUND_HALF_UP))


@given(st.integers(-(10**10), 10**10), decimals, decimals)
def test_a_share_is_the_nearest_integer_to_the_exact_quotient(amount: int, numerator: str, denominator: str) -> None:
    result = called("share", amount, numerator, denominator)
    if not Fraction(denominator):
        assert result is None
        return
    exact = amount * Fraction(numerator) / Fraction(denominator)
    if result is None:
        assert abs(exact) > INTEGER_MAX - 1
        return
    assert isinstance(result, int)
    assert abs(exact - result) <= Fraction(1, 2)
    assert abs(exact - result) < Fraction(1, 2) or abs(result) > abs(exact)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-30_000, 30_000))
def test_days_added_are_days_between(start: date, days: int) -> None:
    assert called("days_between", start.isoformat(), called("add_days", start.isoformat(), days)) == days


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-1_200, 1_200))
def test_months_added_keep_the_day_or_end_the_month(start: date, months: int) -> None:
    added = called("add_months", start.isoformat(), months)
    assert isinstance(added, str)
    end = date.fromisoformat(added)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    next_day = called("add_days", added, 1)
    assert end.day == start.day or (end.day < start.day and called("day", next_day) == 1)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-(10**7), 10**7))
def test_minutes_added_are_real_minutes_and_taken_back_give_the_same_moment(start: datetime, minutes: int) -> None:
    moment = to_wire(start.replace(tzinfo=UTC))
    added = called("add_minutes", moment, minutes)
    assert from_wire(str(added)) - from_wire(moment) == timedelta(minutes=minutes)
    assert called("add_minutes", added, -minutes) == moment


# Start-up.


def test_cel_is_imported_without_its_command_line_and_only_once() -> None:
    code = """
import sys
from wuye.kernel.expressions import compile_expression
assert "prompt_toolkit" not in sys.modules
import cel
assert cel.evaluate("1 + 1") == compile_expression("1 + 1").evaluate({}) == 2
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
