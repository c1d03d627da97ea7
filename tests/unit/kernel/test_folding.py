"""Searching as people type: either script, any case, initials, phone tails (domain OWN-5; tablet §2)."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.kernel.folding import fold, matches, search_line


class FoldCase(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    folded: str


class SearchCase(msgspec.Struct, forbid_unknown_fields=True):
    values: list[str]
    found: list[str]
    missed: list[str]


class Vectors(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    fold: list[FoldCase]
    search: list[SearchCase]


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "conformance" / "folding.json").read_bytes(), type=Vectors)


@pytest.mark.parametrize("case", VECTORS.fold, ids=lambda case: case.text)
def test_a_text_folds_as_the_vectors_say(case: FoldCase) -> None:
    assert fold(case.text) == case.folded


@pytest.mark.parametrize("case", VECTORS.search, ids=lambda case: " ".join(case.values))
def test_a_record_is_found_and_missed_as_the_vectors_say(case: SearchCase) -> None:
    line = search_line(case.values)
    assert [query for query in case.found if not matches(line, query)] == []
    assert [query for query in case.missed if matches(line, query)] == []


SCRIPTS = st.characters(codec="utf-8") | st.sampled_from("王小明乾淨單樓髮曾重廣廈 Ёё ИйÉßŉ１３-+()08")
texts = st.text(SCRIPTS, max_size=30)


@given(texts)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts, texts, texts)
def test_every_part_of_a_value_finds_it(before: str, part: str, after: str) -> None:
    # Set off by spaces: half a letter, its accent cut off, is no part that anybody types.
    line = search_line(["别的", f"{before} {part} {after}"])
    assert matches(line, part)


@given(st.text("乾淨單樓髮曾重廣廈王小明國", max_size=8), st.data())
def test_any_stretch_of_han_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert matches(search_line([text]), text[start:end])


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.integers(4, 11), st.sampled_from(["", "+86 ", "86-"]))
def test_a_phone_is_found_by_its_tail_however_it_is_written(phone: str, tail: int, prefix: str) -> None:
    line = search_line([f"{prefix}{phone[:3]}-{phone[3:7]}-{phone[7:]}"])
    assert matches(line, phone[-tail:])
    assert matches(line, f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}")


def test_pinyin_s_phrases_are_not_loaded() -> None:
    # They would take most of the memory that an idle server may have (design §9, W5).
    code = (
        "import sys; from wuye.kernel.folding import search_line; search_line(['王小明']);"
        "sys.exit('pypinyin' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
