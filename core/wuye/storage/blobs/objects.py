"""Bytes under names, through obstore: a folder by default, S3-compatible storage where a company has it (design §4).

blobs/<first two digits>/<sha256>            whole, verified
parts/<sha256>/<user>/<offset, 16 digits>    chunks of an upload, until its hash is verified
corrupt/<sha256>                             what `wuye verify` found to be other bytes than these
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.settings import Settings

if TYPE_CHECKING:  # it is loaded when there is something to store
    from obstore.store import ObjectStore, S3Config

STREAMED = 256 << 10
"""Bytes of a piece that is sent on."""


class Place(Struct, frozen=True, kw_only=True):
    """Where the bytes lie: ``url`` is empty for the folder, or ``s3://bucket/prefix``, or ``memory:///``. What is empty
    is taken from the surroundings (``AWS_ACCESS_KEY_ID`` …)."""

    url: str = ""
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = ""


class Objects:
    """One store of objects; any number of threads may use it. What cannot be done is a `Problem` ``storage_down``."""

    def __init__(self, place: Place, folder: Path) -> None:
        self._folder = None if place.url else folder
        self._place = place
        self._opened: ObjectStore | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the objects of an installation: by default in the folder ``blobs`` beside its database."""
        place = Place(
            url=settings.blobs,
            endpoint=settings.blobs_endpoint,
            region=settings.blobs_region,
            key=settings.blobs_key,
            secret=settings.blobs_secret,
        )
        return cls(place, settings.file.parent / "blobs")

    def write_part(self, sha: str, user: str, offset: int, data: bytes) -> None:
        """Keep a chunk; one that is there already at this offset is replaced."""
        import obstore

        with _spoken():
            obstore.put(self._store, f"parts/{sha}/{user}/{offset:016}", data, use_multipart=False)

    def parts(self, sha: str, user: str) -> list[tuple[int, int]]:
        """Return offset and size of each chunk that is kept of an upload, in order."""
        prefix = f"parts/{sha}/{user}/"
        return sorted((int(path.removeprefix(prefix)), size) for path, size in self.listed(prefix))

    def part(self, sha: str, user: str, offset: int) -> bytes:
        """Return a chunk."""
        return self._read(f"parts/{sha}/{user}/{offset:016}")

    def drop_parts(self, sha: str, user: str) -> None:
        """Let the chunks of an upload go."""
        self._delete([path for path, _ in self.listed(f"parts/{sha}/{user}/")])

    def keep(self, sha: str, data: bytes) -> None:
        """Store whole bytes; when this returns they survive a power cut."""
        import obstore

        path = _path(sha)
        with _spoken():
            obstore.put(self._store, path, data)
            if self._folder is not None:
                _settle(self._folder, self._folder / path)

    def size(self, sha: str) -> int | None:
        """Return how many bytes are stored under a hash, None where there are none."""
        import obstore

        with _spoken():
            try:
                return int(obstore.head(self._store, _path(sha))["size"])
            except (FileNotFoundError, obstore.exceptions.NotFoundError):
                return None

    def pieces(self, sha: str) -> Iterator[bytes]:
        """Yield stored bytes."""
        import obstore

        with _spoken():
            for piece in obstore.get(self._store, _path(sha)).stream(STREAMED):
                yield bytes(piece)

    async def stream(self, sha: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` until before ``stop``; the first piece tells whether they can be had."""
        import obstore

        with _spoken():
            found = await obstore.get_async(self._store, _path(sha), options={"range": (start, stop)})
            async for piece in found.stream(STREAMED):
                yield bytes(piece)

    def set_aside(self, sha: str) -> None:
        """Put stored bytes that are not what they are called where nobody takes them for it (``corrupt/<sha256>``)."""
        import obstore

        with _spoken():
            obstore.rename(self._store, _path(sha), f"corrupt/{sha}")

    def remove(self, sha: str) -> None:
        """Let stored bytes go."""
        self._delete([_path(sha)])

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield name and size of what lies below a prefix that ends with a slash."""
        import obstore

        with _spoken():
            for page in obstore.list(self._store, prefix=prefix):
                for meta in page:
                    yield meta["path"], meta["size"]

    def _read(self, path: str) -> bytes:
        import obstore

        with _spoken():
            return bytes(obstore.get(self._store, path).bytes())

    def _delete(self, paths: list[str]) -> None:
        import obstore

        with _spoken():
            for path in paths:
                try:
                    obstore.delete(self._store, path)
                except (FileNotFoundError, obstore.exceptions.NotFoundError):
                    continue

    @property
    def _store(self) -> "ObjectStore":
        if self._opened is None:
            self._opened = _open(self._place, self._folder)
        return self._opened


def _open(place: Place, folder: Path | None) -> "ObjectStore":
    from obstore.store import LocalStore, MemoryStore, S3Store

    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    if place.url == "memory:///":
        return MemoryStore()
    given = {
        "endpoint": place.endpoint,
        "region": place.region,
        "access_key_id": place.key,
        "secret_access_key": place.secret,
    }
    return S3Store.from_url(
        place.url,
        config=cast("S3Config", {name: value for name, value in given.items() if value}),
        client_options={"allow_http": place.endpoint.startswith("http://"), "timeout": "60s"},
        retry_config={"max_retries": 3},
    )


@contextmanager
def _spoken() -> Iterator[None]:
    """Say in our words what the library or the system says."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as error:
        raise Problem("storage_down", f"{type(error).__name__}: {str(error)[:300]}") from error


def _path(sha: str) -> str:
    return f"blobs/{sha[:2]}/{sha}"


def _settle(folder: Path, file: Path) -> None:
    """Bring a file and the entries that lead to it onto the disk."""
    for place in (file, *file.parents):
        flags = os.O_RDWR if place is file else os.O_RDONLY
        if place is not file and os.name == "nt":  # has no handles for folders
            return
        handle = os.open(place, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if place == folder:
            return
