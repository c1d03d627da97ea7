"""A property company for the duties: the shipped client on tablets that are offline but for their syncs, and behind
an in-process transport the shipped door, directory and manifests over a store in memory (or one given).

`tests.duties.stored.StoredCompany` is the same on a database, with jobs, reports, calendars and freezing."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

import wuye.builtin.plugin
from wuye.builtin.policies import POLICIES
from wuye.host import Manifests, load, scope_of
from wuye.host.loading import Source
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import CODES, Problem
from wuye.prints import Asker, print_form
from wuye.protocol.wire import LoggedIn, LogIn, Person, SyncRequest
from wuye.sync.answer import Principal
from wuye.sync.directory import Directory
from wuye.sync.door import server_replica
from wuye.sync.ports import Store
from wuye.sync.rows import LedgerRow, ReplicaState
from wuye.testing.house import SETUP, SYSTEM, House
from wuye_client import Device, Record, Replica, SyncReport
from wuye_client.errors import Offline
from wuye_client.protocol import Result
from wuye_client.store import Store as LocalStore
from wuye_client.transport import Answer

ESTATE, MALL, ORG = "CYY", "SFM", "ORG"
Values = Mapping[str, object]

_encode = msgspec.json.Encoder().encode


def rows(value: object) -> list[dict[str, object]]:
    """Return the rows that a field holds."""
    assert isinstance(value, list)
    return value


class Session(NamedTuple):
    """Who logged in where."""

    user: str
    replica: str
    device: str


class Written(NamedTuple):
    """A line of a record's history: who did what with which outcome, and the fields with old and new value."""

    author: str
    kind: str
    status: str
    at: str
    changes: Mapping[str, tuple[object, object]]


class Company:
    """A house with people. ``sources`` are the plugins beside core."""

    def __init__(self, *sources: Source, store: Store | None = None) -> None:
        self.house = House(load(wuye.builtin.plugin, sources, strict=True).registry, store)
        self.sites = {ESTATE: self.house.estate, MALL: self.house.mall, ORG: self.house.org}
        self.names: dict[str, str] = {SYSTEM: SYSTEM}
        self._manifests = Manifests(self.house.registry)
        self._sessions: dict[str, Session] = {}
        self._tablets = 0

    def person(self, name: str, role: str, *, zone: str | None = None, site: str = ESTATE) -> str:
        """Employ somebody; return the user's id. Log-in and name are the same."""
        user, grant = self.house.id(), self.house.id()
        org = self.house.org
        held = {"user": user, "role": role, "site": self.sites[site], "key": zone}
        self.write(ORG, "user", user, username=name, name=name)
        self.write(ORG, "grant", grant, **held)
        self.names[user] = name
        assert self.house.record("grant", grant, org)
        return user

    def tablet(self, name: str) -> "Tablet":
        """Give somebody a tablet, synced once; a second one is another device."""
        self._tablets += 1
        tablet = Tablet(self, f"T{self._tablets:02d}")
        tablet.log_in(name)
        tablet.sync()
        return tablet

    @property
    def now(self) -> str:
        """The present moment as records hold it."""
        return to_wire(self.house.now)

    def user(self, name: str) -> str:
        """Return the id of somebody."""
        return next(user for user, known in self.names.items() if known == name)

    def write(self, site: str, entity: str, record: str, /, **values: object) -> None:
        """Let the system itself create a record, as a set-up or an import does."""
        house = self.house
        house.wait(milliseconds=1)
        set_ = {name: value for name, value in values.items() if value is not None}
        op = house.op(entity, record=record, site=self.sites[site], set=set_)
        log, rights = server_replica(SYSTEM, "set-up"), SETUP | {f"{entity}.create"}
        [result] = house.run(house.door.submit(SYSTEM, log, op.site, [op], house.now, writes=rights)).results
        assert result.status == "applied", result

    def history(self, entity: str, record: str, site: str = ESTATE) -> list[Written]:
        """Return what the ledger tells of a record, oldest first."""
        rows = self.house.store.read(lambda s: s.ledger(self.sites[site], ref=(entity, record)))
        return [self._written(row) for row in rows]

    def print(self, form: str, site: str, record: str, user: str, lang: str = "zh-Hant") -> str:
        """Return a form about a record as somebody prints it, as HTML; what he was shown is logged first (OWN-7)."""
        house, id_ = self.house, self.user(user)
        asker = Asker(user=id_, site=self.sites[site], language=lang, now=house.now)
        printed = house.store.read(lambda s: print_form(s, house.door.directory(s), asker, form, record))
        if printed.look_ups:
            log, rights = server_replica(id_, "look-ups"), frozenset({"access.create"})
            pushed = house.run(house.door.submit(id_, log, asker.site, printed.look_ups, house.now, writes=rights))
            assert all(result.status == "applied" for result in pushed.results)
        return printed.document.html

    def _written(self, row: LedgerRow) -> Written:
        op = msgspec.json.decode(row.body)
        changes = msgspec.json.decode(row.changes, type=dict[str, tuple[object, object]])
        made = {name: (None, value) for name, value in op["set"].items()} if row.kind == "create" else {}
        author = self.names.get(row.user, row.user)
        return Written(author, op.get("act") or row.kind, row.status, row.at, changes or made)

    # The server's end of the wire

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Serve a request like the HTTP routes do."""
        self.house.wait(milliseconds=5)
        try:
            return self._answer(method, path, headers, body)
        except Problem as problem:
            status = CODES[problem.code].status
            return Answer(status, {}, _encode({"status": status, "code": problem.code, **problem.extra}))

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if (method, path) == ("POST", "/session"):
            return self._log_in(msgspec.json.decode(body, type=LogIn))
        session = self._sessions[headers["Authorization"]]
        alive = self._directory().enabled(session.user) and not self._device(session.device).get("revoked")
        if path == "/sync":
            return self._sync(session, msgspec.json.decode(body, type=SyncRequest), alive=alive)
        if not alive:
            raise self._refusal(session.device)
        return self._manifest(session.user, headers)

    def _log_in(self, wish: LogIn) -> Answer:
        user = self.user(wish.username)
        if not self._directory().enabled(user):
            raise Problem("forbidden")
        if self._device(wish.device.id).get("revoked"):
            raise self._refusal(wish.device.id)
        if not self._device(wish.device.id):
            self.write(ORG, "device", wish.device.id, name=wish.device.name, user=user)
        session = Session(user, self.house.id(), wish.device.id)
        self.house.store.enrol(ReplicaState(id=session.replica, user=user, device=session.device, synced_ms=0))
        token = self.house.id()
        self._sessions[f"Bearer {token}"] = session
        person = Person(id=user, username=wish.username)
        said = LoggedIn(token=token, push_token="", replica=session.replica, user=person, expires="")
        return Answer(200, {}, _encode(said))

    def _manifest(self, user: str, headers: Mapping[str, str]) -> Answer:
        directory, now_ms = self._directory(), to_ms(self.house.now)
        tag = directory.manifest_hash(user, now_ms)
        if headers.get("If-None-Match") == tag:
            return Answer(304, {"etag": tag}, b"")
        scope = scope_of(directory, user, now_ms, server="0.1.0", epoch="", policies=POLICIES)
        return Answer(200, {"etag": tag}, self._manifests.build(scope, tag).body)

    def _sync(self, session: Session, request: SyncRequest, *, alive: bool) -> Answer:
        # A dead token may only offer ops (protocol §5).
        if not alive and (request.cursor is not None or not request.ops):
            raise self._refusal(session.device)
        house = self.house
        principal = Principal(user=session.user, replica=session.replica, alive=alive)
        answer = house.run(house.door.exchange(principal, request, house.now))
        for site in sorted(answer.wake):
            house.run(house.door.sweep(site, house.now))
        return Answer(200, {}, _encode(answer.response))

    def _refusal(self, device: str) -> Problem:
        known = self._device(device)
        if known.get("revoked"):
            return Problem("device_revoked", extra={"wipe": True, "at_once": bool(known.get("wipe_at_once"))})
        return Problem("unauthorized")

    def _device(self, device: str) -> Values:
        stored = self.house.record("device", device, self.house.org)
        return stored.values if stored else {}

    def _directory(self) -> Directory:
        return self.house.store.read(self.house.door.directory)


class Tablet(Replica):
    """The shipped client. It reaches the server only while it logs in or syncs: all else happens offline."""

    def __init__(self, company: Company, name: str) -> None:
        house = company.house
        device = Device.open(None, name=name, clock=lambda: house.now)
        super().__init__(LocalStore(), device, transport=self, clock=self._now, sleep=lambda _: None)
        self._company = company
        self._in_reach = False

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Carry a request (see `wuye_client.transport.Transport`)."""
        if not self._in_reach:
            raise Offline("no network here")
        return self._company.answer(method, path, headers, body)

    def log_in(self, name: str) -> None:
        """Log somebody in."""
        self._in_reach = True
        try:
            self.login("memory:", name, "secret", device_name=self.device.card.name)
        finally:
            self._in_reach = False

    def sync(self, progress: object = None) -> SyncReport:
        """Come into reach of the server, sync, leave again for a minute and more."""
        self._in_reach = True
        try:
            return super().sync()
        finally:
            self._in_reach = False
            self._company.house.wait(minutes=2)

    def see(self, entity: str, record: str, site: str = ESTATE) -> Record:
        """Return a record that must be here."""
        found = self.get(site, entity, record)
        assert found is not None
        return found

    def deliver(self) -> None:
        """Sync; everything must be applied as asked."""
        assert self.sync().attention == []

    def refused(self) -> Result:
        """Sync; exactly one op must not be applied as asked. Return its result."""
        [result] = self.sync().attention
        return result

    def _now(self) -> datetime:
        self._company.house.wait(milliseconds=1)
        return self._company.house.now
