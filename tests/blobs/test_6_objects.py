"""Protocol §6, design §4: what every place for attachments must do; the same for a folder, memory and S3."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from wuye.kernel.errors import Problem
from wuye.settings import Settings
from wuye.storage.blobs import Objects
from wuye.storage.blobs.objects import Place

BODY = bytes(range(256)) * 4000
SHA = hashlib.sha256(BODY).hexdigest()


def read(objects: Objects, start: int, stop: int) -> bytes:
    async def pieces() -> bytes:
        return b"".join([piece async for piece in objects.stream(SHA, start, stop)])

    return asyncio.run(pieces())


def test_what_is_kept_is_read_as_it_was_whole_and_in_part(objects: Objects) -> None:
    assert objects.size(SHA) is None
    objects.keep(SHA, BODY)
    assert objects.size(SHA) == len(BODY)
    assert b"".join(objects.pieces(SHA)) == BODY
    assert read(objects, 0, len(BODY)) == BODY
    assert read(objects, 5, 6) == BODY[5:6]
    assert read(objects, 100_000, len(BODY)) == BODY[100_000:]
    objects.keep(SHA, BODY)
    assert [(path.rpartition("/")[2], size) for path, size in objects.listed("blobs/")] == [(SHA, len(BODY))]


def test_chunks_are_apart_from_each_other_by_user_and_offset(objects: Objects) -> None:
    assert objects.parts(SHA, "one") == []
    objects.write_part(SHA, "one", 100, b"b" * 50)
    objects.write_part(SHA, "one", 0, b"a" * 100)
    objects.write_part(SHA, "other", 0, b"c")
    objects.write_part(SHA, "one", 0, b"d" * 100)
    assert objects.parts(SHA, "one") == [(0, 100), (100, 50)]
    assert objects.part(SHA, "one", 0) == b"d" * 100
    objects.drop_parts(SHA, "one")
    assert objects.parts(SHA, "one") == []
    assert objects.parts(SHA, "other") == [(0, 1)]


def test_what_is_removed_is_gone_and_may_be_removed_again(objects: Objects) -> None:
    objects.keep(SHA, BODY)
    objects.remove(SHA)
    objects.remove(SHA)
    objects.drop_parts(SHA, "nobody")
    assert objects.size(SHA) is None
    assert list(objects.listed("blobs/")) == []


def test_what_is_not_there_is_told_before_anything_is_sent(objects: Objects) -> None:
    with pytest.raises(Problem, match="storage_down"):
        read(objects, 0, 1)


def test_a_place_out_of_reach_is_told_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    objects = Objects(Place(), tmp_path / "file" / "blobs")
    with pytest.raises((Problem, OSError)) as refused:
        objects.keep(SHA, BODY)
    assert isinstance(refused.value, Problem)
    assert refused.value.code == "storage_down"


def test_the_folder_lies_beside_the_database_and_is_its_owners_alone(tmp_path: Path) -> None:
    Objects.of(Settings(dir=tmp_path)).keep(SHA, BODY)
    assert (tmp_path / "blobs" / "blobs" / SHA[:2] / SHA).read_bytes() == BODY
    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0
