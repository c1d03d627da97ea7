"""The replica: everything that a program needs of the offline client.

    with Replica.open("desk.wuye") as replica:
        replica.login("https://wuye.example", "li.na", "…", device_name="T07")
        replica.sync()
        ticket = replica.create("HQ-01", "ticket", {"kind": "repair", "title": "3 號樓漏水"})
        replica.act("HQ-01", "ticket", ticket, "dispatch", set={"team": "engineering"})
        replica.sync()                       # whenever a network is there

Every write returns after its local commit: it survives a kill and a power cut.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType

from wuye_client import blobs, outbox, queue
from wuye_client.clock import Clock, system_clock, to_ms, to_wire
from wuye_client.device import Device
from wuye_client.entry import Form
from wuye_client.errors import Flaw, InvalidEntry, NotReady
from wuye_client.ids import Entropy, uuid7
from wuye_client.lookups import LookUp, look_ups
from wuye_client.manifest import Child, Manifest, Site, decode
from wuye_client.numbers import device_number
from wuye_client.outbox import Entry
from wuye_client.overlay import open_items
from wuye_client.protocol import Kind, Op
from wuye_client.report import SyncReport
from wuye_client.session import Session
from wuye_client.store import Store
from wuye_client.transport import HttpTransport, Transport
from wuye_client.uploading import Progress
from wuye_client.view import Record, View, Where
from wuye_client.words import Words

Values = Mapping[str, object]


class Replica:
    """One user on one device. Belongs to the thread that opened it; other processes may open the same file."""

    def __init__(
        self,
        store: Store,
        device: Device,
        *,
        transport: Transport | None = None,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.store = store
        self.device = device
        self._clock = clock
        self._entropy = entropy
        self._session = Session(store, device, clock, (lambda _: transport) if transport else HttpTransport, sleep)
        self._manifest: tuple[str, Manifest] | None = None
        self._group: str | None = None
        self._look_ups: list[LookUp] = []

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        device: Device | None = None,
        transport: Transport | None = None,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        sleep: Callable[[float], None] = time.sleep,
    ) -> "Replica":
        """Open a file, or make it; ``:memory:`` works. Without ``device`` the file's folder is the device."""
        folder = None if str(path) == ":memory:" else Path(path).parent
        device = device or Device.open(folder, clock=clock, entropy=entropy)
        return cls(Store(path), device, transport=transport, clock=clock, entropy=entropy, sleep=sleep)

    def close(self) -> None:
        """Give the file and the connections back."""
        self._session.close()
        self.store.close()

    def __enter__(self) -> "Replica":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The server

    def login(
        self,
        url: str,
        username: str,
        password: str = "",
        *,
        code: str = "",
        device_name: str = "",
        new_password: str | None = None,
    ) -> None:
        """Log in by password or start code and read the manifest (see `Session.log_in`)."""
        self.device.rename(device_name)
        self._session.log_in(url, username, password, new_password, code=code)

    def logout(self) -> None:
        """End the session; data and outbox stay."""
        self._session.log_out()

    def hand_in(self) -> None:
        """Offer what is unsent with a token that has ended, for a supervisor to admit; also what a log-in to a closed
        account does by itself (protocol §5)."""
        self._session.hand_in()

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Push and pull until everything is sent and read (see `Session.sync`)."""
        if self.store.in_transaction:
            raise RuntimeError("a group is open: leave it before syncing")
        return self._session.sync(progress)

    # What is here

    @property
    def manifest(self) -> Manifest:
        """What this user's client knows of sites and entities.

        Raises:
            NotReady: not read yet.
        """
        key = self.store.meta("manifest_hash")
        if self._manifest is None or self._manifest[0] != key:
            body = self.store.meta_bytes("manifest")
            if body is None:
                raise NotReady("no manifest yet: log in first")
            self._manifest = (key or "", decode(body))
        return self._manifest[1]

    @property
    def sites(self) -> list[Site]:
        """The sites that this user works at."""
        return self.manifest.sites

    @property
    def view(self) -> View:
        """The local database as the user sees it."""
        return View(self.store, self.manifest, self._clock, online=self._session.online)

    def site(self, key: str) -> str:
        """Return a site's id, given that or its code.

        Raises:
            InvalidEntry: not a site of this user.
        """
        if known := self.manifest.site_by_key.get(key):
            return known.id
        raise InvalidEntry([Flaw("", "unknown_site", {"site": key})])

    def words(self, locale: str | None = None) -> Words:
        """Return what puts records into words, by default in the user's own language."""
        return Words(self.view, self.manifest, locale or self.manifest.user.locale)

    def get(self, site: str, entity: str, record: str, *, reason: str | None = None) -> Record | None:
        """Return a record as the user sees it, or None. That private data were looked at, and why, is written into
        the access log (OWN-7), here as in every reading method; what only computes reads the `view`."""
        found = self.view.get(self.site(site), entity, record)
        self._note([found] if found else [], "view", reason)
        return found

    def children(self, site: str, entity: str, record: str) -> list[tuple[Child, list[Record]]]:
        """Return what belongs to a record, as the entity's ``children`` say: one household, one file (OWN-6)."""
        seen = self._seen(self.site(site), entity, record)
        found = self.view.children(seen)
        self._note([below for _, records in found for below in records], "view")
        return found

    def query(
        self,
        entity: str,
        *,
        site: str | None = None,
        where: Where | None = None,
        search: str | None = None,
        order: str | Sequence[str] | None = None,
        limit: int | None = None,
        reason: str | None = None,
    ) -> list[Record]:
        """Return records as the user sees them, of one site or all.

        ``where``: field → value, `Span`, or a list of possible ones. ``search``: text looked for in the search
        fields, whatever script or case. ``order``: fields, ``-`` for downwards; by id (age) otherwise.
        """
        sites = [self.site(site)] if site else [known.id for known in self.sites]
        found = self.view.query(entity, sites, where=where, search=search, order=order, limit=limit)
        self._note(found, "search" if search else "view", reason)
        return found

    def outbox(self, *, decided: bool = True) -> list[Entry]:
        """Return what was typed and what became of it, oldest first; without ``decided`` only what is still open."""
        return outbox.entries(self.store, decided=decided)

    # Attachments

    def attach(
        self, file: str | os.PathLike[str] | bytes, *, name: str | None = None, role: str | None = None
    ) -> dict[str, object]:
        """Keep a photo or file on this device; return what goes into a field of type ``blobs``. A sync sends it once an
        op names it. ``role`` is ``thumb:<sha256>`` or ``annotated:<sha256>`` for what stands for another file.

        Raises:
            InvalidEntry: it is too large, or of a kind that is not taken.
        """
        data = file if isinstance(file, bytes) else Path(file).read_bytes()
        name = name or (None if isinstance(file, bytes) else Path(file).name)
        now, most = self._clock(), self.manifest.limits.get("blob_bytes")
        kept = blobs.attach(self.store, data, to_ms(now), most if isinstance(most, int) else None)
        return blobs.value_of(kept, to_wire(now), name, role)

    def sign(self, drawing: bytes, signer: str) -> dict[str, object]:
        """Keep a signature (SVG or PNG); return what goes into a field of type ``signature``."""
        kept = self.attach(drawing)
        return {"sha256": kept["sha256"], "signer": signer, "at": kept["at"]}

    def blob(self, sha256: str) -> bytes:
        """Return an attachment, from here or else from the server.

        Raises:
            Offline, Refused: it is not here, and cannot be had.
        """
        return blobs.read(self.store, sha256) or self._session.files.fetch(sha256)

    def stored(self, shas: Sequence[str]) -> set[str]:
        """Return which of a record's attachments the server holds: ``2 of 5 photos``. Asks it."""
        return self._session.files.stored(shas)

    def uploads(self, *, all: bool = False) -> list[blobs.Upload]:
        """Return the attachments that the server does not hold yet, in the order of sending; with ``all`` also those
        that it holds and that are still here."""
        return blobs.uploads(self.store, all_=all)

    # Writing

    def create(self, site: str, entity: str, values: Values) -> str:
        """Make a record; return its id.

        Raises:
            InvalidEntry: the entry would be refused; every write raises it.
        """
        site = self.site(site)
        record = self._new_id()
        with self.store.writing():
            known = self.manifest.entities.get(entity)
            number = device_number(self.store, self.view, known, site, entity, values) if known else {}
            clean = self._form(site, entity, record).create({**number, **values})
            self._append("create", site, entity, record, set=clean)
        return record

    def update(self, site: str, entity: str, record: str, changes: Values) -> str | None:
        """Change fields (None empties one); return the op's id, or None when nothing differs from what is seen."""
        site = self.site(site)
        with self.store.writing():
            seen = self._seen(site, entity, record)
            clean = self._form(site, entity, record).update(seen.values, changes)
            return self._append("update", site, entity, record, set=clean, seen=seen) if clean else None

    def act(
        self,
        site: str,
        entity: str,
        record: str,
        act: str,
        args: Values | None = None,
        set: Values | None = None,
    ) -> str:
        """Run a named act, with fields that come along; return the op's id."""
        site = self.site(site)
        with self.store.writing():
            seen = self._seen(site, entity, record)
            clean = self._form(site, entity, record).act(seen.values, act, args or {}, set or {})
            return self._append("act", site, entity, record, set=clean, seen=seen, act=act, args=args)

    def delete(self, site: str, entity: str, record: str) -> str:
        """Delete a record; return the op's id."""
        site = self.site(site)
        with self.store.writing():
            seen = self._seen(site, entity, record)
            self._form(site, entity, record).delete()
            return self._append("delete", site, entity, record, seen=seen)

    def resolve(self, site: str, review: str, ops: Sequence[str] | None = None, set: Values | None = None) -> str:
        """Settle a review item's ops (default: all that are open), changing its subject if ``set`` is given.

        Returns the id of the act's op.
        """
        site = self.site(site)
        item = self._seen(site, "review", review)
        named = list(ops) if ops is not None else open_items(item.values)
        with self.group():
            if set:
                self.update(site, str(item["subject_entity"]), str(item["subject"]), set)
            return self.act(site, "review", review, "resolve", {"ops": named})

    @contextmanager
    def group(self) -> Iterator[None]:
        """Write ops that apply together or not at all, here and on the server: one site, ≤ 100 ops, ≤ 512 KiB."""
        if self._group is not None:
            yield
            return
        self._group = self._new_id()
        try:
            with self.store.writing():
                yield
                outbox.check_group(self.store, self._group)
        finally:
            self._group = None
            self._write_look_ups()

    # The unsent queue as a file

    def export_outbox(self, path: str | os.PathLike[str]) -> int:
        """Write what is unsent or unanswered to a file; return how many ops. They stay here too."""
        return queue.write(self.store, path, to_wire(self._clock()))

    def import_outbox(self, path: str | os.PathLike[str]) -> int:
        """Take over ops of the same user from a file; return how many were new. They keep their ``op``, so ops that
        were sent from elsewhere meanwhile do not count twice.

        Raises:
            InvalidEntry: the file is none of ours, or another user's.
        """
        return queue.read(self.store, path, self._replica_id(), to_ms(self._clock()))

    def _append(
        self,
        kind: Kind,
        site: str,
        entity: str,
        record: str,
        *,
        set: Values | None = None,
        seen: Record | None = None,
        act: str | None = None,
        args: Values | None = None,
    ) -> str:
        now = self._clock()
        op = Op(
            op=self._new_id(),
            group=self._group,
            site=site,
            entity=entity,
            v=self.manifest.entities[entity].version,
            record=record,
            kind=kind,
            set=dict(set or {}),
            was={name: seen.values.get(name) for name in set or {}} if seen else {},
            act=act,
            args=dict(args or {}),
            base=(seen.seq or 0) if seen else 0,
            at=to_wire(now),
        )
        outbox.append(self.store, self._replica_id(), [op], to_ms(now))
        return op.op

    def _note(self, records: Sequence[Record], screen: str, reason: str | None = None) -> None:
        """Write down, before they are shown, whose private data somebody looks at (OWN-7)."""
        self._look_ups += look_ups(self.view, self.manifest, records, screen, reason)
        if self._group is None:  # a look-up stands whatever becomes of the group
            self._write_look_ups()

    def _write_look_ups(self) -> None:
        noted, self._look_ups = self._look_ups, []
        with self.store.writing() if noted else nullcontext():
            for site, values in noted:
                self.create(site, "access", values)

    def _seen(self, site: str, entity: str, record: str) -> Record:
        if found := self.view.get(site, entity, record):
            return found
        raise InvalidEntry([Flaw("", "not_here", {"entity": entity})])

    def _form(self, site: str, entity: str, record: str) -> Form:
        return Form(self.view, self.manifest, site, entity, record)

    def _replica_id(self) -> str:
        if replica := self.store.meta("replica"):
            return replica
        raise NotReady("log in first")

    def _new_id(self) -> str:
        return uuid7(to_ms(self._clock()), self._entropy(10))
