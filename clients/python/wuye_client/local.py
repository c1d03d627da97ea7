"""The records of one replica as its user sees and changes them. Nothing here needs a server."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

from wuye_client import outbox
from wuye_client.clock import Clock, to_ms, to_wire
from wuye_client.entry import Form
from wuye_client.errors import Flaw, InvalidEntry, NotReady
from wuye_client.ids import Entropy, uuid7
from wuye_client.lookups import LookUp, look_ups
from wuye_client.manifest import Child, Manifest, Site, decode
from wuye_client.numbers import device_number
from wuye_client.outbox import Entry
from wuye_client.overlay import open_items
from wuye_client.protocol import Kind, Op
from wuye_client.store import Store
from wuye_client.view import Record, View, Where
from wuye_client.words import Words

Values = Mapping[str, object]


class LocalRecords:
    """Reads what is here, the unsent included, and writes ops into the outbox; `wuye_client.Replica` adds the server.

    Whose private data somebody looks at is written down (OWN-7); what only computes reads the `view`.
    """

    def __init__(self, store: Store, clock: Clock, entropy: Entropy) -> None:
        self.store = store
        self._clock = clock
        self._entropy = entropy
        self._manifest: tuple[str, Manifest] | None = None
        self._group: str | None = None
        self._look_ups: list[LookUp] = []

    # What is here

    @property
    def online(self) -> bool:
        """Whether a server is in reach: some acts need one. By themselves these records know of none."""
        return False

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
        return View(self.store, self.manifest, self._clock, online=self.online)

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

    def choices(
        self, site: str, entity: str, field: str, *, search: str | None = None, limit: int | None = 50
    ) -> list[Record]:
        """Return what a field of type ``ref`` or ``refs`` may name, in the order of that entity's list: records of the
        site and of the organisation, but of those that name sites only who names this one or the organisation."""
        found = self.view.choices(self.site(site), entity, field, search=search, limit=limit)
        self._note(found, "search" if search else "view")
        return found

    def outbox(self, *, decided: bool = True) -> list[Entry]:
        """Return what was typed and what became of it, oldest first; without ``decided`` only what is still open."""
        return outbox.entries(self.store, decided=decided)

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
