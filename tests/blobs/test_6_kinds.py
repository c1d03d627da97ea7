"""Protocol §6: the kind of a file is told by its first bytes, whatever its sender calls it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.blobs.files import STARTS, photo

from wuye.kernel.kinds import MOST_SVG, kind_of


@pytest.mark.parametrize("kind", STARTS)
def test_a_kind_is_known_by_how_it_begins(kind: str) -> None:
    assert kind_of(photo(4000, kind=kind), 4000) == kind


@pytest.mark.parametrize(
    "start",
    [b"", b"<html><svg>", b"<!DOCTYPE html>", b"MZ\x90\x00", b"#!/bin/sh", b"GIF89a", b"<script>", b"\x00" * 20],
)
def test_what_is_none_of_the_kinds_is_not_taken(start: bytes) -> None:
    assert kind_of(start, 4000) is None


def test_a_drawing_is_small() -> None:
    assert kind_of(photo(4000, kind="image/svg+xml"), MOST_SVG + 1) is None


@given(st.binary(max_size=64))
def test_any_bytes_have_one_of_the_kinds_or_none(start: bytes) -> None:
    assert kind_of(start, len(start)) in {*STARTS, None}
