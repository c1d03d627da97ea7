"""Folding for search: one line of text a record, searched by substring, alike on server and tablet (tablet §2).

Stored texts stay as typed; only this line is folded. Folding goes character by character, so what stands in a text is
found in its line: Traditional turned to Simplified by phrases would hide a character inside a phrase.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import util
from importlib.machinery import PathFinder
from itertools import product

_FIRST, _LAST = 0x3400, 0x9FFF
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_NUMBER = re.compile(r"[0-9](?:[ +()./-]*[0-9]){5,}")
_NUMBER_ASKED = re.compile(r"[ +()./-]*[0-9](?:[ +()./-]*[0-9]){3,14}[ ()./-]*")
_NO_DIGIT = re.compile(r"[^0-9]+")
_TAIL = 10  # digits that a phone number has with and without its country or trunk prefix (+86, +7, 8)
_NAME_MAX = 6
_ALSO = dict(zip("曾单解仇查翟覃乐种区尉重长行厦", "zsxqzzqycoycchx", strict=True))  # as read in names


def fold(text: str) -> str:
    """Even out compatibility forms, case, accents (ё too), Traditional characters and spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(unicodedata.normalize("NFKC", bare).translate(_simplified()).split())


def search_line(values: Iterable[str]) -> str:
    """Return what a record is found by: its folded texts, initials of their Han characters, digits of numbers."""
    parts: dict[str, None] = {}
    for folded in map(fold, values):
        parts[folded] = None
        for run in _HAN.findall(folded):
            parts.update(dict.fromkeys(_initials(run)))
        parts.update(dict.fromkeys(_NO_DIGIT.sub("", number) for number in _NUMBER.findall(folded)))
    return " ".join(filter(None, parts))


def matches(line: str, query: str) -> bool:
    """Tell whether every word of the query is in the search line; phone numbers match however they are written."""
    folded = fold(query)
    return _has_number(line, folded) or all(word in line or _has_number(line, word) for word in folded.split())


def _has_number(line: str, asked: str) -> bool:
    return _NUMBER_ASKED.fullmatch(asked) is not None and _NO_DIGIT.sub("", asked)[-_TAIL:] in line


@lru_cache(maxsize=16_384)
def _initials(run: str) -> tuple[str, ...]:
    """Return the initials of a run of Han characters; those of a short one also as they are read in names."""
    letters = [_letters()[ord(character) - _FIRST] for character in run]
    if len(run) > _NAME_MAX:
        return ("".join(letters),)
    readings = ({letter, _ALSO.get(character, letter)} for character, letter in zip(run, letters, strict=True))
    return tuple(sorted(map("".join, product(*map(sorted, readings)))))


@cache
def _letters() -> str:
    """Return the first letter of every character's commonest reading, in code point order.

    The table is pypinyin's; its package would load 57 MB of phrases with it.
    """
    package = util.find_spec("pypinyin")
    spec = PathFinder.find_spec("pypinyin.pinyin_dict", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ImportError("the package pypinyin is not installed")
    table = util.module_from_spec(spec)
    spec.loader.exec_module(table)
    readings = (table.pinyin_dict.get(code) for code in range(_FIRST, _LAST + 1))
    return "".join(unicodedata.normalize("NFKD", reading)[0] if reading else " " for reading in readings)


@cache
def _simplified() -> dict[int, str]:
    """Return OpenCC's Simplified character for every Traditional one; a line each, so that none makes a phrase."""
    from opencc import OpenCC

    han = [chr(code) for code in range(_FIRST, _LAST + 1)]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    changed = {a: b for a, b in zip(han, simple, strict=True) if a != b}
    return {ord(a): changed.get(b, b) for a, b in changed.items()}  # 薴 becomes 苧, which becomes 苎
