"""The small total expression language of manifests: CEL, cut to what all clients evaluate alike (ADR 1).

``when``, ``constraints`` and ``derive`` are expressions over a record's fields, its top-level variables, beside
``user`` (``{id, roles}``), ``settings``, ``today`` (a date) and ``now`` (a moment). Beyond CEL:

* An absent field or member reads as null. A list that the expression ranges over reads as empty when absent.
* Whatever errs inside CEL makes the result null: no evaluation raises. So a constraint is violated, and a field
  hidden, by ``false`` alone.
* Numbers are integers; decimals are texts with functions of their own.
* Nothing runs away: see the limits in `expression_reader`; over more than 200 items nothing ranges (null).
"""

import re
import sys
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib import util
from importlib.machinery import PathFinder
from math import isfinite
from types import ModuleType
from typing import TYPE_CHECKING

from wuye_client.expression_functions import FUNCTIONS, INTEGER_MAX
from wuye_client.expression_reader import RESERVED, SOURCE_MAX, ExpressionError, Path, Reader, known

if TYPE_CHECKING:
    from cel import cel

__all__ = ["SCOPE", "Expression", "ExpressionError", "compile_expression"]

SCOPE = frozenset({"user", "settings", "today", "now"})
ITEMS_MAX = 200
_WHOLE = Path(whole=True)
_SYNTAX = re.compile(r"<input>:\d+:(\d+): (?:Syntax error: )?(.*?)(?: expecting \{.*)?$", re.MULTILINE)


def _load_engine() -> ModuleType:
    """Import CEL's Rust module alone: its package would bring a command line's libraries with it (0.2 s)."""
    name = "cel.cel"
    if name in sys.modules:  # it cannot be initialised twice
        return sys.modules[name]
    package = util.find_spec("cel")
    spec = PathFinder.find_spec(name, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ImportError("the package common-expression-language is not installed")
    module = sys.modules[name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    cel = _load_engine()


REMEMBERED, REMEMBERED_NAMES, SHORT = 1024, 6, 64
"""Results kept of one expression; names that it may read, and characters of their values, for that."""


class Expression:
    """A compiled expression; ``variables`` are the top-level names that it reads."""

    __slots__ = ("_functions", "_known", "_paths", "_program", "source", "variables")

    def __init__(self, source: str) -> None:
        if len(source) > SOURCE_MAX:
            raise ExpressionError(f"{len(source)} characters; an expression has at most {SOURCE_MAX}")
        try:
            self._program: cel.Program = cel.compile(source)
        except ValueError as error:
            raise ExpressionError(_syntax(source, str(error))) from None
        reader = Reader(source)
        self.source = source
        self.variables = frozenset(reader.variables)
        self._paths = tuple(reader.variables.items())
        self._functions = {name: FUNCTIONS[name].call for name in reader.functions}
        self._known: dict[tuple[object, ...], object] = {}

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """Return the JSON value for this scope: None when it is null and when anything errs."""
        key = tuple([scope.get(name) for name, _ in self._paths])
        if len(key) > REMEMBERED_NAMES or not all(map(_is_short, key)):
            return self._evaluate(scope)
        # Most conditions look at a few states and kinds: what they came to is worth remembering.
        if key in self._known:
            return self._known[key]
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        result = self._known[key] = self._evaluate(scope)
        return result

    def _evaluate(self, scope: Mapping[str, object]) -> object:
        try:
            values = {name: _handed(scope.get(name), path, path.whole) for name, path in self._paths}
            return _result(self._program.execute(cel.Context(values, self._functions)))
        except Exception:  # total by contract: no data may stop a write, on the server or offline
            return None


def _is_short(value: object) -> bool:
    # Numbers stay out: 1, 1.0 and true are equal as keys.
    return value is None or value is True or value is False or (type(value) is str and len(value) <= SHORT)


def compile_expression(source: str, names: Collection[str] | None = None) -> Expression:
    """Compile an expression; the same source is compiled once.

    With ``names``, the fields that there are, reading any other name than these and `SCOPE` is an error.

    Raises:
        ExpressionError: wrong syntax, an unknown name or function, a form of CEL left out, beyond the limits.
    """
    expression = _compiled(source)
    if names is not None and (unknown := expression.variables - SCOPE.union(names)):
        raise ExpressionError(f"there is no {', '.join(sorted(unknown))}; {known(min(unknown), names)}")
    return expression


_compiled = lru_cache(maxsize=4096)(Expression)


def _syntax(source: str, message: str) -> str:
    found = _SYNTAX.search(message)
    text = f"column {found[1]}: {found[2]}" if found else message
    words = sorted(RESERVED & set(re.findall(r"\w+", source)) - {"in", "true", "false", "null"})
    if re.search(r"(^|\.)\s*in\b", source):
        words.append("in")
    hint = f'; {", ".join(words)}: words of the language name no field, as members write m["in"]'
    return text + hint if words else text


def _handed(value: object, path: Path, whole: bool) -> object:
    """Return what the expression reads of a value, in the types that CEL is to see."""
    kind = type(value)
    if kind is str or kind is bool:
        return value
    if value is None:
        return [] if path.ranged else None
    if isinstance(value, int | float):
        return _number(value)
    if path.single:
        raise TypeError
    if isinstance(value, list | tuple):
        if path.ranged and len(value) > ITEMS_MAX:
            raise ValueError
        items = path.items or _WHOLE
        return [_handed(item, items, whole or items.whole) for item in value]
    if isinstance(value, Mapping) and not path.ranged:  # CEL ranges over keys in no fixed order
        items = path.items or _WHOLE
        present = value.items() if whole or path.items else ()
        handed = {name: _handed(item, items, whole or items.whole) for name, item in present if item is not None}
        for name, member in path.members.items():
            handed[name] = _handed(value.get(name), member, whole or member.whole)
        return handed
    raise TypeError


def _number(value: float) -> float:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON knows one kind of number, and so do clients
    if not isfinite(value) or (isinstance(value, int) and abs(value) > INTEGER_MAX):
        raise ValueError
    return value


def _result(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return [_result(item) for item in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: _result(value[name]) for name in sorted(value) if value[name] is not None}
    raise TypeError
