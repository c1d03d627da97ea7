"""What nests too deeply is cut away before anything recurses into it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wuye.protocol.nesting import cut

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\a,:é', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='[]{}"\\a', max_size=3), inner),
    max_leaves=30,
)


def shallow(value: object, levels: int) -> object:
    """Do slowly and plainly what `cut` does to bytes."""
    if not isinstance(value, list | dict):
        return value
    if levels == 0:
        return None
    if isinstance(value, list):
        return [shallow(item, levels - 1) for item in value]
    return {name: shallow(item, levels - 1) for name, item in value.items()}


@given(VALUES, st.integers(0, 5), st.booleans())
def test_whatever_is_too_deep_becomes_null_and_all_else_stays(value: object, levels: int, spaced: bool) -> None:
    body = json.dumps(value, indent=1 if spaced else None, ensure_ascii=spaced).encode()
    assert json.loads(cut(body, levels)) == shallow(value, levels)
    if shallow(value, levels) == value:
        assert cut(body, levels) == body


@given(st.binary() | st.text(alphabet='[]{}"\\1,', max_size=30).map(str.encode), st.integers(0, 5))
def test_what_is_no_json_is_cut_for_good(body: bytes, levels: int) -> None:
    once = cut(body, levels)
    assert cut(once, levels) == cut(cut(once, levels), levels)
    assert len(once) <= len(body) + 2 * body.count(b"[") + 2 * body.count(b"{")


def test_depth_without_end_costs_no_depth() -> None:
    assert cut(b"[" * 10**6, 3) == b"[[["
    assert cut(b"[" * 10**6 + b"]" * 10**6, 3) == b"[[[null]]]"
