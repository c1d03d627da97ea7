"""What an expression reads, found without evaluating it, and the limits that keep evaluation short (ADR 1).

CEL's parser has accepted the source before; this reader follows brackets and names only. Members and indices stand on
*paths* (``rows``, ``user.roles``, ``rows[0].unit``), macros on paths, list literals and what ``filter`` left; after
``in`` comes what begins with a path, or a list literal.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from wuye_client.expression_functions import FUNCTIONS

METHODS = frozenset({"contains", "startsWith", "endsWith"})
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
RESERVED = frozenset(
    """as break const continue else false for function if import in let loop namespace null package return true
    var void while""".split()  # noqa: SIM905 - a list of words is read as one
)
INNER = frozenset({"all", "exists", "exists_one"})  # what makes no list is quick enough inside another macro
SOURCE_MAX, NESTING_MAX, MACROS_MAX, ADDITIONS_MAX, BUILT_MAX = 1_000, 16, 8, 16, 16

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>[0-9]{1,16}(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class ExpressionError(ValueError):
    """An expression that cannot be compiled; the text says where and what to write instead."""


@dataclass(slots=True)
class Path:
    """What is read of one value: all of it, some members, every item.

    What is ``ranged`` over, by a macro or by ``in``, is a list; absent, it reads as an empty one. What a macro reads
    again for each of its items is ``single``: no list and no object, or the work would multiply.
    """

    whole: bool = False
    ranged: bool = False
    single: bool = False
    items: "Path | None" = None
    members: dict[str, "Path"] = field(default_factory=dict)

    def item(self) -> "Path":
        """Return the path of its items."""
        self.items = self.items or Path()
        return self.items

    def member(self, name: str) -> "Path":
        """Return the path of one member."""
        return self.members.setdefault(name, Path())


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


_Bound = Mapping[str, Path | None]


class Reader:
    """One reading of a source: ``variables`` by name, the declared ``functions`` it calls.

    Raises:
        ExpressionError: beyond the limits, an unknown function, a form of CEL that the language leaves out.
    """

    def __init__(self, source: str) -> None:
        self.variables: dict[str, Path] = {}
        self.functions: set[str] = set()
        self._tokens = _tokens(source)
        self._at = self._macros = self._macro_nesting = self._nesting = self._additions = self._built = 0
        self._group("", {})

    def _peek(self, ahead: int = 0) -> _Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _take(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _group(self, closing: str, bound: _Bound) -> int:
        """Read on to the closing mark (the end, when empty) and return the number of its parts."""
        self._nesting += 1
        if self._nesting > NESTING_MAX:
            _refuse(self._peek(), f"brackets nest deeper than {NESTING_MAX}")
        parts = int(self._peek().text != closing)
        while (token := self._take()).text != closing:
            parts += token.text == ","
            self._operand(token, bound)
        self._nesting -= 1
        return parts

    def _operand(self, token: _Token, bound: _Bound) -> None:
        if token.text == "in":
            self._membership(bound)
        elif token.kind == "name" and token.text not in ("true", "false", "null"):
            self._name(token, bound)
        elif token.kind == "text":
            self._suffixes(None, bound)
        elif token.text in _CLOSING:
            before = self._macros
            parts = self._group(_CLOSING[token.text], bound)
            if self._macro_nesting and token.text != "(":
                self._built += parts
                if self._built > BUILT_MAX:
                    _refuse(token, f"macros put together more than {BUILT_MAX} values")
            self._suffixes(None, bound, rangeable=token.text == "[" and self._macros == before)
        elif token.text == "+":
            self._additions += 1
            if self._additions > ADDITIONS_MAX:
                _refuse(token, f"more than {ADDITIONS_MAX} additions; use sum([…])")
        elif token.text == ".":
            _refuse(token, "a member is read from a field or from a row, as in place.lat")

    def _membership(self, bound: _Bound) -> None:
        token = self._take()
        if token.text == "[":
            self._group("]", bound)
        elif token.kind == "name" and self._peek().text != "(":
            self._name(token, bound, ranged=True)
        else:
            _refuse(token, "write x in field or x in [a, b]")

    def _name(self, token: _Token, bound: _Bound, *, ranged: bool = False) -> None:
        if self._peek().kind == "text":
            _refuse(token, "texts have no prefix and one quote at each end")
        if self._peek().text == "{":
            _refuse(token, "messages are not part of the language")
        if self._peek().text == "(":
            self._call(token, bound)
            return
        path = bound[token.text] if token.text in bound else self.variables.setdefault(token.text, Path())
        path = self._suffixes(path, bound, rangeable=path is not None)
        if path and ranged:
            path.ranged = True
        elif path and self._macro_nesting and token.text not in bound:
            path.single = True

    def _call(self, token: _Token, bound: _Bound) -> None:
        function = FUNCTIONS.get(token.text)
        if function is None:
            suffix = token.text in METHODS | MACROS
            instead = f"write x.{token.text}(…)" if suffix else known(token.text, FUNCTIONS)
            _refuse(token, f"there is no function {token.text}; {instead}")
        self._take()
        if self._group(")", bound) != function.arity:
            _refuse(token, f"{token.text} takes {function.arity} argument{'s' * (function.arity > 1)}")
        self.functions.add(token.text)
        self._suffixes(None, bound)

    def _suffixes(self, path: Path | None, bound: _Bound, *, rangeable: bool = False) -> Path | None:
        """Follow members, indices, methods and macros; return the path left at the end, which is read whole."""
        while self._peek().text in (".", "["):
            mark = self._take()
            if mark.text == "[":
                path, rangeable = self._index(mark, path, bound), True
                continue
            name = self._take()
            if self._peek().text != "(":
                if path is None:
                    _refuse(name, "a member is read from a field or from a row, as in place.lat")
                path = path.member(name.text)
            elif name.text in METHODS:
                self._take()
                if self._group(")", bound) != 1:
                    _refuse(name, f"{name.text} takes 1 argument")
                if path:
                    path.whole = True
                path, rangeable = None, False
            elif name.text in MACROS:
                if not rangeable:
                    _refuse(name, f"{name.text} ranges over a field, [a, b] or what filter left; map is last")
                self._macro(name, path, bound)
                rangeable = name.text == "filter"
                path = path if rangeable else None
            elif name.text in FUNCTIONS:
                _refuse(name, f"write {name.text}(x), not x.{name.text}()")
            else:
                _refuse(name, f"there is no method {name.text}; {known(name.text, METHODS | MACROS)}")
        if path:
            path.whole = True
        return path

    def _index(self, mark: _Token, path: Path | None, bound: _Bound) -> Path:
        if path is None:
            _refuse(mark, "an index is read from a field or a list in it, as in rows[0]")
        key = self._peek()
        if key.kind == "text" and self._peek(1).text == "]" and "\\" not in key.text:
            self._at += 2
            return path.member(key.text[1:-1])
        self._group("]", bound)
        return path.item()

    def _macro(self, name: _Token, path: Path | None, bound: _Bound) -> None:
        self._macros += 1
        self._macro_nesting += 1
        if self._macros > MACROS_MAX:
            _refuse(name, f"more than {MACROS_MAX} macros")
        if self._macro_nesting > (2 if name.text in INNER else 1):
            _refuse(name, "inside a macro stand all, exists and exists_one only, with no further one inside")
        if path:
            path.ranged = True
        self._take()
        variable = self._take()
        if self._group(")", {**bound, variable.text: path.item() if path else None}) != 2:
            _refuse(name, f"write {name.text}(row, expression)")
        self._macro_nesting -= 1


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        token = _Token(match.lastgroup or "", match[0], at + 1) if match else _Token("", source[at], at + 1)
        if not match:
            if token.text.isdigit():
                _refuse(token, "numbers are integers of at most 16 digits; decimals are texts, as in dec_mul(x, '1.5')")
            _refuse(token, f"{token.text} is not part of the language")
        if token.kind == "text" and tokens and tokens[-1].kind == "text":
            _refuse(token, "texts have no prefix and one quote at each end")
        if token.kind != "space":
            tokens.append(token)
        at += len(match[0])
    return [*tokens, _Token("end", "", len(source) + 1)]


def known(name: str, names: Collection[str]) -> str:
    """Say which name was perhaps meant, or which there are."""
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(names))}"


def _refuse(token: _Token, reason: str) -> NoReturn:
    raise ExpressionError(f"column {token.column}: {reason}")
