"""How commands reach an installation: they hold it themselves, or they ask the server that holds it (design §4)."""

import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

from wuye.app import Installation
from wuye.builtin import plugin as core
from wuye.host import installed, load
from wuye.http.credentials import Given
from wuye.http.local import Submission, Submitted
from wuye.kernel.errors import CODES, Problem
from wuye.model.registry import Registry
from wuye.model.report import Rows
from wuye.protocol.wire import Op, Result
from wuye.reports.long_reads import bounded
from wuye.settings import load_settings
from wuye.storage.layout import layouts
from wuye.storage.sqlite.readers import Readers
from wuye.storage.sqlite.reports import reading
from wuye.sync.ports import Snapshot

T = TypeVar("T")
NOTE = "serve.json"


class Held:
    """An installation that this process holds."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.registry = installation.registry

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        return self._installation.store.blocking.read(unit)

    def long_read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        """Run what reads for long, a report say, on one snapshot."""
        return bounded(self._installation.store.reader, work)

    def submit(
        self, user: str, purpose: str, site: str, ops: Sequence[Op], *, writes: frozenset[str] | None = None
    ) -> list[Result]:
        """Push ops of a user's server-side replica; ``writes`` stands for his rights where the server itself acts."""
        return self._installation.submit(user, purpose, site, ops, writes=writes)

    def give(self, given: Given) -> None:
        """Store what a user is let in by."""
        self._installation.give(given)


class _Note(Struct, frozen=True):
    url: str
    token: str
    certificate: str = ""


class Served:
    """An installation that a running server holds: reads look at the file, writes go through the server's door."""

    def __init__(self, note: _Note, registry: Registry, readers: Readers, file: Path) -> None:
        self.registry = registry
        self._file = file
        self._readers = readers
        self._client = httpx.Client(
            base_url=f"{note.url}/api/v1",
            headers={"Authorization": f"Bearer {note.token}"},
            timeout=120,
            trust_env=False,
            verify=_trusting(note.certificate),
        )

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        return self._readers.run(unit)

    def long_read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        """Run what reads for long, a report say, on one snapshot."""
        return bounded(lambda: reading(self._file), work)

    def submit(
        self, user: str, purpose: str, site: str, ops: Sequence[Op], *, writes: frozenset[str] | None = None
    ) -> list[Result]:
        """Push ops of a user's server-side replica; ``writes`` stands for his rights where the server itself acts.

        Raises:
            Problem: what the server says, or ``in_use`` when it does not answer.
        """
        body = msgspec.json.encode(Submission(user=user, purpose=purpose, site=site, ops=list(ops), writes=writes))
        return msgspec.json.decode(self._post("/local/submit", body), type=Submitted).results

    def give(self, given: Given) -> None:
        """Store what a user is let in by.

        Raises:
            Problem: as `submit`.
        """
        self._post("/local/give", msgspec.json.encode(given))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        self._readers.close()

    def _post(self, path: str, body: bytes) -> bytes:
        try:
            answer = self._client.post(path, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise Problem("in_use", f"the server does not answer: {error}") from error
        if answer.is_error:
            raise _problem(answer)
        return answer.content


def _trusting(certificate: str) -> ssl.SSLContext | bool:
    """Return what believes the server that shows this very certificate, by whatever address it is called."""
    if not certificate:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context


def _problem(answer: httpx.Response) -> Problem:
    try:
        document = msgspec.json.decode(answer.content, type=dict[str, object])
    except msgspec.DecodeError:
        document = {}
    code = str(document.get("code"))
    return Problem(code if code in CODES else "internal", str(document.get("detail") or answer.status_code))


@contextmanager
def reach(dir_: Path, database: str | None) -> Iterator[Held | Served]:
    """Lend an installation, whoever holds it.

    Raises:
        Problem: ``not_installed``; ``in_use``, a process that is no server holds it.
    """
    try:
        installation = Installation.open(dir_, database)
    except Problem as problem:
        note = dir_ / NOTE
        if problem.code != "in_use" or not note.exists():
            raise
        served = _served(dir_, database, note)
        try:
            yield served
        finally:
            served.close()
        return
    with installation:
        yield Held(installation)


def _served(dir_: Path, database: str | None, note: Path) -> Served:
    settings = load_settings(dir_, database=database)
    registry = load(core, installed()).registry
    readers = Readers(settings.file, layouts(registry), count=1, capacity=1)
    return Served(msgspec.json.decode(note.read_bytes(), type=_Note), registry, readers, settings.file)
