"""Protocol §3.3: merging is a pure function; shared vectors and properties prove it."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.sync.merge import merge_field

CASES = msgspec.json.decode((Path(__file__).parents[1] / "conformance" / "merge.json").read_bytes())["cases"]
scalars = st.none() | st.text("ab甲", max_size=3)
sets = st.none() | st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(sorted)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_3_3_shared_vectors(case: dict) -> None:
    merged = merge_field(case["policy"], case["was"], case["new"], case["cur"], later=case.get("later", False))
    assert [merged.value, merged.outcome] == [case["value"], case["outcome"]]


@given(policy=st.sampled_from(["server", "latest", "union", "append", "max", "min"]), was=scalars, new=scalars)
def test_3_3_what_nobody_else_touched_is_taken(policy: str, was: object, new: object) -> None:
    assert merge_field(policy, was, new, was).value == new


@given(policy=st.sampled_from(["server", "latest", "union", "append", "max", "min"]), was=sets, new=sets, cur=sets)
def test_3_3_a_replay_changes_nothing(policy: str, was: object, new: object, cur: object) -> None:
    once = merge_field(policy, was, new, cur).value
    if once == new:
        assert merge_field(policy, was, new, once).value == once


@given(was=sets, mine=sets, theirs=sets)
def test_3_3_a_union_does_not_depend_on_who_comes_first(was: object, mine: object, theirs: object) -> None:
    one = merge_field("union", was, theirs, merge_field("union", was, mine, was).value).value
    other = merge_field("union", was, mine, merge_field("union", was, theirs, was).value).value
    assert one == other


@given(was=scalars, new=scalars, cur=scalars)
def test_3_3_nothing_typed_is_lost_by_appending(was: str | None, new: str | None, cur: str | None) -> None:
    merged = merge_field("append", was, new, cur)
    added = (new or "").removeprefix(was or "")
    if new is not None and new != cur:
        assert added in str(merged.value or "")


@given(was=scalars, new=scalars, cur=scalars, later=st.booleans())
def test_3_3_a_person_hears_of_every_value_that_gives_way(was: object, new: object, cur: object, later: bool) -> None:
    for policy in ("server", "latest"):
        merged = merge_field(policy, was, new, cur, later=later)
        gives_way = merged.value != new or (cur not in (was, merged.value))
        assert (merged.outcome == "conflict") >= gives_way
