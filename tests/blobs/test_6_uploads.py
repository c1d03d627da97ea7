"""Protocol §6: chunks in, verified, stored; over a store and a place for objects that may fail at any moment."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.blobs.files import photo, sha_of

from wuye.kernel.errors import Problem
from wuye.storage.blobs import Chunk, Inventory, Limits, Objects, Shelf, Standing
from wuye.storage.blobs.objects import Place
from wuye.storage.blobs.shelf import LEAST
from wuye.testing.memory import MemoryStore
from wuye.testing.store_suite.world import registry

LIMITS = Limits(each=1 << 20, waiting=2 << 20)
DATA = photo(5 * LEAST + 77)
SHA = sha_of(DATA)


class Died(Exception):
    """The process dies here."""


def shelf_of(fault: Callable[[str], None] | None = None) -> Shelf:
    return Shelf(MemoryStore(registry(), fault=fault), Objects(Place(url="memory:///"), Path()))


def put(
    shelf: Shelf, data: bytes, start: int = 0, stop: int | None = None, *, user: str = "li", limits: Limits = LIMITS
) -> Standing:
    chunk = Chunk(sha=sha_of(data), start=start, total=len(data), data=data[start:stop])
    return shelf.put(user, chunk, limits, 1000)


def stored(shelf: Shelf, sha: str = SHA) -> bytes:
    return b"".join(shelf.objects.pieces(sha))


def offset(shelf: Shelf, user: str = "li") -> int:
    return shelf.look(user, [SHA], {}).offsets.get(SHA, 0)


def refused(code: str, action: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as problem:
        action()
    assert problem.value.code == code
    return problem.value


def test_6_put_appends_and_the_last_chunk_stores() -> None:
    shelf = shelf_of()
    for start in range(0, len(DATA), LEAST):
        assert offset(shelf) == start
        stop = min(start + LEAST, len(DATA))
        assert put(shelf, DATA, start, stop) == Standing(offset=stop, complete=stop == len(DATA))
    assert shelf.look("li", [SHA], {}).stored == [SHA]
    assert stored(shelf) == DATA
    assert list(shelf.objects.listed("parts/")) == []


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 10**6))
def test_6_any_chunk_may_be_repeated(order: list[int], seed: int) -> None:
    """Whatever chunk comes, in whatever order and however often: it is taken, known, or told where to go on."""
    shelf, at = shelf_of(), 0
    for index in [*order, *range(6)]:
        start, stop = index * LEAST, min((index + 1) * LEAST, len(DATA))
        if start <= at:
            at = max(at, stop)
            assert put(shelf, DATA, start, stop) == Standing(offset=at, complete=at == len(DATA))
        else:
            problem = refused("wrong_offset", lambda start=start, stop=stop: put(shelf, DATA, start, stop))  # type: ignore[misc]
            assert problem.extra == {"offset": at}
    assert stored(shelf) == DATA


@given(st.integers(0, 10**6), st.floats(0.05, 0.5))
def test_6_an_upload_goes_on_where_a_crash_has_left_it(seed: int, often: float) -> None:
    chance = random.Random(seed)

    def fault(point: str) -> None:
        if chance.random() < often:
            raise Died(point)

    shelf = shelf_of(fault)
    for _ in range(1000):
        with suppress(Died):
            start = offset(shelf)
            if put(shelf, DATA, start, start + chance.randint(LEAST, 3 * LEAST)).complete:
                break
    assert stored(shelf) == DATA
    assert shelf.look("li", [SHA], {}).stored == [SHA]


def test_6_a_chunk_that_overlaps_is_told_where_to_go_on() -> None:
    shelf = shelf_of()
    put(shelf, DATA, 0, LEAST)
    for start, stop in ((1, LEAST + 1), (LEAST - 1, 2 * LEAST), (LEAST + 1, 2 * LEAST), (3 * LEAST, len(DATA))):
        assert refused("wrong_offset", lambda a=start, b=stop: put(shelf, DATA, a, b)).extra == {"offset": LEAST}  # type: ignore[misc]
    assert put(shelf, DATA, LEAST).complete


def test_6_bytes_that_have_another_hash_are_discarded_and_it_says_so() -> None:
    shelf, other = shelf_of(), bytes([*DATA[:-1], DATA[-1] ^ 1])
    put(shelf, DATA, 0, 2 * LEAST)
    chunk = Chunk(sha=SHA, start=2 * LEAST, total=len(DATA), data=other[2 * LEAST :])
    assert refused("hash_mismatch", lambda: shelf.put("li", chunk, LIMITS, 0)).extra == {"offset": 0}
    assert shelf.look("li", [SHA], {}).stored == []
    assert offset(shelf) == 0
    assert [*shelf.objects.listed("parts/"), *shelf.objects.listed("blobs/")] == []
    assert put(shelf, DATA).complete


def test_6_a_file_that_had_another_size_begins_anew() -> None:
    shelf = shelf_of()
    wrong = Chunk(sha=SHA, start=0, total=len(DATA) + 9, data=DATA[: 2 * LEAST])
    shelf.put("li", wrong, LIMITS, 0)
    assert refused("wrong_offset", lambda: put(shelf, DATA, 2 * LEAST)).extra == {"offset": 0}
    put(shelf, DATA, 0, LEAST)
    assert put(shelf, DATA, LEAST).complete
    assert stored(shelf) == DATA


def test_6_partial_uploads_belong_to_their_user() -> None:
    shelf = shelf_of()
    put(shelf, DATA, 0, 3 * LEAST, user="li")
    assert offset(shelf, "ma") == 0
    assert refused("wrong_offset", lambda: put(shelf, DATA, 3 * LEAST, user="ma")).extra == {"offset": 0}
    put(shelf, DATA, 0, LEAST, user="ma")
    assert (offset(shelf, "li"), offset(shelf, "ma")) == (3 * LEAST, LEAST)


def test_6_who_knows_a_hash_must_still_send_the_bytes() -> None:
    shelf = shelf_of()
    put(shelf, DATA, user="li")
    assert shelf.look("ma", [SHA], {}) == shelf.look("ma", ["0" * 64], {})
    assert put(shelf, DATA, 0, LEAST, user="ma") == Standing(offset=LEAST)
    assert shelf.look("ma", [SHA], {}).stored == []
    assert put(shelf, DATA, LEAST, user="ma").complete
    assert shelf.look("ma", [SHA], {}).stored == [SHA]


def test_6_size_is_checked_at_the_first_chunk() -> None:
    limits = Limits(each=len(DATA) - 1, waiting=1 << 30)
    assert refused("too_large", lambda: put(shelf_of(), DATA, 0, LEAST, limits=limits)).extra == {"max": len(DATA) - 1}


def test_6_type_is_checked_at_the_first_chunk() -> None:
    refused("blob_type", lambda: put(shelf_of(), b"MZ" + DATA, 0, LEAST))
    refused("blob_type", lambda: put(shelf_of(), b""))


def test_6_quota_is_checked_at_the_first_chunk() -> None:
    shelf, other = shelf_of(), photo(len(DATA), seed=1)
    limits = Limits(each=1 << 20, waiting=2 * len(DATA) - 1)
    put(shelf, DATA, 0, LEAST, limits=limits)
    refused("storage_full", lambda: put(shelf, other, 0, LEAST, limits=limits))
    assert put(shelf, other, user="ma", limits=limits).complete
    refused("storage_full", lambda: put(shelf, photo(60), limits=Limits(each=99, waiting=99, stored=len(other))))
    assert put(shelf, DATA, LEAST, limits=limits).complete, "what has begun may end"
    assert put(shelf, photo(60), limits=limits).complete


def test_6_what_nothing_names_counts_against_the_quota_though_it_is_stored() -> None:
    """Else whoever may log in fills the disk with files that no record will ever show."""
    shelf, other = shelf_of(), photo(len(DATA), seed=1)
    limits = Limits(each=1 << 20, waiting=2 * len(DATA) - 1)
    assert put(shelf, DATA, limits=limits).complete
    refused("storage_full", lambda: put(shelf, other, limits=limits))


@pytest.mark.parametrize("fault", ["gone", "cut short"])
def test_6_lost_bytes_are_asked_for_again_and_taken_again(tmp_path: Path, fault: str) -> None:
    objects = Objects(Place(), tmp_path / "blobs")
    shelf = Shelf(MemoryStore(registry()), objects)
    assert put(shelf, DATA).complete
    [file] = (tmp_path / "blobs" / "blobs").glob(f"*/{SHA}")
    if fault == "gone":
        file.unlink()
    else:
        file.write_bytes(DATA[:100])
    assert shelf.look("li", [SHA], {}) == Inventory(stored=[], offsets={})
    assert not put(shelf, DATA, 0, LEAST).complete
    assert offset(shelf) == LEAST
    assert put(shelf, DATA, LEAST).complete
    assert stored(shelf) == DATA
    assert shelf.look("li", [SHA], {}).stored == [SHA]


def test_6_chunks_are_not_too_small_but_for_the_last() -> None:
    shelf = shelf_of()
    refused("invalid_request", lambda: put(shelf, DATA, 0, LEAST - 1))
    put(shelf, DATA, 0, len(DATA) - 1)
    assert put(shelf, DATA, len(DATA) - 1).complete


def test_6_the_same_chunk_from_many_sides_at_once_counts_once() -> None:
    shelf = shelf_of()

    def send(user: str) -> Sequence[Standing]:
        return [put(shelf, DATA, start, start + LEAST, user=user) for start in range(0, len(DATA), LEAST)]

    with ThreadPoolExecutor(8) as threads:
        ends = list(threads.map(send, ["li", "ma"] * 4))
    assert all(end[-1].complete for end in ends)
    assert stored(shelf) == DATA
    assert list(shelf.objects.listed("parts/")) == []


def test_6_nobody_else_touches_a_file_while_it_is_stored() -> None:
    inside: list[int] = [0]

    class Watched(Objects):
        def keep(self, sha: str, data: bytes) -> None:
            inside[0] += 1
            sleep(0.01)
            assert inside[0] == 1
            super().keep(sha, data)
            inside[0] -= 1

    shelf = Shelf(MemoryStore(registry()), Watched(Place(url="memory:///"), Path()))
    with ThreadPoolExecutor(4) as threads:
        ends = list(threads.map(lambda user: put(shelf, DATA, user=user), ["li", "ma", "wu", "li"]))
    assert all(end.complete for end in ends)


def test_6_a_chunk_that_the_disk_has_lost_is_sent_again() -> None:
    shelf = shelf_of()
    put(shelf, DATA, 0, LEAST)
    shelf.objects.drop_parts(SHA, "li")
    assert refused("wrong_offset", lambda: put(shelf, DATA, LEAST)).extra == {"offset": 0}
    assert put(shelf, DATA).complete


def test_6_bytes_that_were_lost_are_stored_again_by_who_sends_them() -> None:
    shelf = shelf_of()
    put(shelf, DATA, user="li")
    shelf.objects.remove(SHA)
    assert put(shelf, DATA, user="ma").complete
    assert stored(shelf) == DATA


@pytest.mark.parametrize("point", ["commit", "committed"])
def test_6_a_crash_at_the_end_stores_it_all_the_same(point: Literal["commit", "committed"]) -> None:
    died: list[str] = []

    def fault(now: str) -> None:
        if now == point and len(died) < 1:
            died.append(now)
            raise Died

    shelf = shelf_of(fault)
    with pytest.raises(Died):
        put(shelf, DATA)
    assert put(shelf, DATA).complete
    assert stored(shelf) == DATA
