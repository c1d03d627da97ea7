"""What server and client must compute alike: the same modules, the same vectors (protocol §8)."""

import json
from pathlib import Path

import pytest

from wuye_client.expressions import ExpressionError, compile_expression
from wuye_client.folding import fold, matches, search_line

ROOT = Path(__file__).parents[2]
FOLDING = json.loads((ROOT / "tests/conformance/folding.json").read_text())
VECTORS = json.loads((ROOT / "tests/conformance/expressions.json").read_text())


@pytest.mark.parametrize("module", ["expressions", "expression_functions", "expression_reader", "folding", "kinds"])
def test_the_client_evaluates_with_the_server_s_code(module: str) -> None:
    server = (ROOT / f"core/wuye/kernel/{module}.py").read_text()
    client = (ROOT / f"clients/python/wuye_client/{module}.py").read_text()
    assert client == server.replace("wuye.kernel", "wuye_client"), f"copy wuye/kernel/{module}.py over"


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["source"][:40])
def test_8_expressions_conform(case: dict[str, object]) -> None:
    assert compile_expression(case["source"]).evaluate(case["scope"]) == case["result"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: str(case)[:40])
def test_8_expressions_outside_the_language_are_refused(case: dict[str, object]) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(case["source"], names=case.get("names"))


@pytest.mark.parametrize("case", FOLDING["fold"], ids=lambda case: ascii(case["text"])[:40])
def test_8_folding_conforms(case: dict[str, str]) -> None:
    assert fold(case["text"]) == case["folded"]


@pytest.mark.parametrize("case", FOLDING["search"], ids=lambda case: ascii(case["values"])[:40])
def test_8_searching_conforms(case: dict[str, list[str]]) -> None:
    line = search_line(case["values"])
    assert [query for query in case["found"] if not matches(line, query)] == []
    assert [query for query in case["missed"] if matches(line, query)] == []


def test_the_client_imports_nothing_of_the_server() -> None:
    for path in (ROOT / "clients/python/wuye_client").glob("*.py"):
        assert "import wuye." not in path.read_text()
        assert "from wuye." not in path.read_text()
