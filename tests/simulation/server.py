"""The server's end of the wire: log-ins, manifests and the shipped `Door`, without HTTP."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from wuye.builtin.policies import POLICIES
from wuye.host import Manifests, scope_of
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import CODES, Problem
from wuye.protocol.wire import LoggedIn, LogIn, Person, SyncRequest
from wuye.storage.blobs import Chunk, Limits, Objects, Shelf
from wuye.storage.blobs.objects import Place
from wuye.sync.answer import Answer, Principal
from wuye.sync.directory import Directory
from wuye.sync.door import Door
from wuye.sync.ports import Store
from wuye.sync.rows import ReplicaState
from wuye.sync.steps import Read, Remember, Steps, T, Write
from wuye_client.transport import Answer as Reply

from .points import registry

SECRET = b"of these worlds"
LIMITS = Limits(each=1 << 20, waiting=1 << 30)
_MANIFESTS: dict[str, bytes] = {}
_encode = msgspec.json.Encoder().encode


class Crash(Exception):
    """The process dies here."""


class Session(Struct, frozen=True):
    user: str
    replica: str
    device: str
    died: datetime | None = None


class Exchange(Struct, frozen=True):
    """A served ``POST /sync``, for those who watch."""

    principal: Principal
    request: SyncRequest
    answer: Answer
    now: datetime


class Server:
    """``between`` is called between the steps of an exchange, where other requests may come in; ``arrived`` sees
    every exchange before it is served, ``watch`` after."""

    def __init__(self, store: Store, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self.store = store
        self.clock = clock
        self.new_id = new_id
        self.page = 2000
        self.between: Callable[[], None] = lambda: None
        self.arrived: Callable[[Principal, SyncRequest], None] = lambda principal, request: None
        self.watch: Callable[[Exchange], None] = lambda exchange: None
        self.shelf = Shelf(store, Objects(Place(url="memory:///"), Path()))
        self.usernames: dict[str, str] = {}
        self.sessions: dict[str, Session] = {}
        self.replicas: dict[tuple[str, str], str] = {}
        self.revoked: dict[str, datetime] = {}
        self.woken: dict[str, None] = {}
        self.start()

    def start(self) -> None:
        """Start (again) with nothing in memory."""
        self.door = Door(registry(), SECRET)
        self.manifests = Manifests(registry())

    def directory(self) -> Directory:
        """Return the organisation as it is."""
        return self.store.read(self.door.directory)

    def drive(self, steps: Steps[T]) -> T:
        """Like `wuye.sync.steps.run`, but others come in between the steps."""
        answer: object = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            match step:
                case Read(unit):
                    answer = self.store.read(unit)
                case Write(site, unit):
                    answer = self.store.write(site, unit)
                    self.between()
                case Remember(sets):
                    for digest, names in sets.items():
                        self.store.remember_bucket_set(digest, names)

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Serve a request.

        Raises:
            Crash: the process died on it; the next request finds it started again.
        """
        try:
            return self._request(method, path, headers, body)
        except Problem as problem:
            return _refusal(problem.code, **problem.extra)
        except Crash:
            self.start()
            raise

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if (method, path) == ("POST", "/session"):
            return self._log_in(msgspec.json.decode(body, type=LogIn))
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        session = self.sessions.get(token)
        if session is None:
            return _refusal("unauthorized")
        alive = self.directory().enabled(session.user) and session.died is None
        if method == "DELETE":
            self.sessions[token] = msgspec.structs.replace(session, died=self.clock())
            return Reply(204, {}, b"")
        if path.startswith("/blobs/"):
            return self._blobs(session, alive and session.device not in self.revoked, method, path[7:], headers, body)
        if path == "/manifest":
            return self._manifest(session.user, headers) if alive else _refusal("unauthorized")
        request = msgspec.json.decode(body, type=SyncRequest)
        if session.device in self.revoked:
            if request.cursor is not None or request.health is not None:
                return _refusal("device_revoked", wipe=True)
            alive = False
        if not alive and not request.ops:
            return _refusal("unauthorized")
        return self._sync(Principal(user=session.user, replica=session.replica, alive=alive), request)

    def _sync(self, principal: Principal, request: SyncRequest) -> Reply:
        now = self.clock()
        request = msgspec.structs.replace(request, limit=min(request.limit, self.page))
        self.arrived(principal, request)
        answer = self.drive(self.door.exchange(principal, request, now))
        self.woken.update(dict.fromkeys(sorted(answer.wake)))
        self.watch(Exchange(principal, request, answer, now))
        return Reply(200, {}, _encode(answer.response))

    def _blobs(
        self, session: Session, alive: bool, method: str, name: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        user = session.user
        if not alive and (method != "PUT" or not self.shelf.may_offer(user, name)):
            return _refusal("unauthorized")
        access = self.directory().access(user, to_ms(self.clock()))
        if method == "POST":
            return Reply(200, {}, _encode(self.shelf.look(user, msgspec.json.decode(body)["sha256"], access)))
        if method == "PUT":
            start, total = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers["Content-Range"]).groups()  # type: ignore[union-attr]
            chunk = Chunk(sha=name, start=int(start), total=int(total), data=body)
            stands = self.shelf.put(user, chunk, LIMITS, to_ms(self.clock()))
            said = {"upload-offset": str(stands.offset), "upload-complete": "?1" if stands.complete else "?0"}
            return Reply(204, said, b"")
        if self.shelf.find(name, access) is None:
            return _refusal("not_found")
        return Reply(200, {}, b"".join(self.shelf.objects.pieces(name)))

    def sweep(self, sites: list[str], *, retry_rules: bool = False) -> None:
        """Look at held ops again, like the server's clock does."""
        for site in sites:
            self.woken.pop(site, None)
            self.drive(self.door.sweep(site, self.clock(), retry_rules=retry_rules))

    def _log_in(self, wish: LogIn) -> Reply:
        user = self.usernames[wish.username]
        if not self.directory().enabled(user):
            return _refusal("bad_credentials")
        if wish.device.id in self.revoked:
            return _refusal("device_revoked", wipe=True)
        place = (user, wish.device.id)
        if wish.fork_of is not None or place not in self.replicas:
            parent = self.store.read(lambda snapshot: snapshot.replica(wish.fork_of or ""))
            synced = parent.synced_ms if parent else 0
            self.replicas[place] = self.new_id()
            self.store.enrol(ReplicaState(id=self.replicas[place], user=user, device=wish.device.id, synced_ms=synced))
        token = self.new_id()
        self.sessions[token] = Session(user, self.replicas[place], wish.device.id)
        person = Person(id=user, username=wish.username)
        said = LoggedIn(token=token, push_token="", replica=self.replicas[place], user=person, expires="")
        return Reply(200, {}, _encode(said))

    def _manifest(self, user: str, headers: Mapping[str, str]) -> Reply:
        now_ms = to_ms(self.clock())
        directory = self.directory()
        tag = directory.manifest_hash(user, now_ms)
        if headers.get("If-None-Match") == tag:
            return Reply(304, {"etag": tag}, b"")
        if tag not in _MANIFESTS:
            scope = scope_of(directory, user, now_ms, server="sim", epoch="", policies=POLICIES)
            built = self.manifests.build(scope)
            _MANIFESTS[tag] = built.body.replace(built.hash.encode(), tag.encode())
        return Reply(200, {"etag": tag}, _MANIFESTS[tag])


def _refusal(code: str, **extra: object) -> Reply:
    status = CODES[code].status
    return Reply(status, {}, _encode({"status": status, "code": code, **extra}))
