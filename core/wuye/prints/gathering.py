"""Records for a form: what one reader may see of one site, looked up in rounds.

Whoever asks gets what is known by now; the rest is noted, and `View.fetch` looks all of it up at once. Asking again
until nothing is new costs one query a round and kind, never one a record.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.model.registry import META_FIELDS
from wuye.model.report import Table
from wuye.protocol.wire import Op
from wuye.reports.shown import Looks, shown, title_of
from wuye.storage.blobs import Objects
from wuye.sync.blobs import may_read
from wuye.sync.directory import Directory
from wuye.sync.ports import Snapshot
from wuye.sync.rows import Find, Need, Ref, Stored

MAX_IMAGE = 1 << 20
SHARED = ("user", "site")
"""Entities whose records lie at the organisation and are referred to from everywhere."""


class View:
    """What ``user`` may read of a site at a moment; anything else is as if it were not there."""

    def __init__(
        self,
        snapshot: Snapshot,
        directory: Directory,
        site: str,
        user: str,
        now: datetime,
        objects: Objects | None = None,
    ) -> None:
        self.directory = directory
        self.site = site
        self.user = user
        self.now = now
        self._snapshot = snapshot
        self._objects = objects
        self._access = directory.access(user, to_ms(now))
        self._records: dict[Ref, Stored | None] = {}
        self._found: dict[Find, Sequence[Stored]] = {}
        self._wanted: dict[str, Need] = {}
        self._shown: dict[Ref, set[str]] = {}

    def record(self, entity: str, id_: str) -> Stored | None:
        """Return a record that is there, may be read and is known by now."""
        ref = (entity, id_)
        if ref not in self._records:
            self._want(entity).records.add(ref)
        return self._records.get(ref)

    def records(self, entity: str, field: str, id_: str) -> Sequence[Stored]:
        """Return the records whose ``field`` names a record, as far as known by now."""
        find = Find(entity=entity, field=field, value=id_)
        if find not in self._found:
            self._want(entity).finds.add(find)
        return self._found.get(find, ())

    def fetch(self) -> bool:
        """Look up what was asked for in vain; return whether there was anything."""
        wanted, self._wanted = self._wanted, {}
        for place, need in wanted.items():
            facts = self._snapshot.load(place, need)
            for ref in need.records:
                self._records[ref] = self._readable(place, facts.records.get(ref))
            for find in need.finds:
                ids = facts.found.get(find, ())
                found = [self._readable(place, facts.records.get((find.entity, id_))) for id_ in ids]
                self._found[find] = [stored for stored in found if stored]
                self._records.update(((stored.entity, stored.id), stored) for stored in found if stored)
        return bool(wanted)

    def value(self, stored: Stored, field: str) -> object:
        """Return a field of a record, its meta included; private data is noted as shown."""
        if field in META_FIELDS:
            return getattr(stored, field)
        self._shown.setdefault((stored.entity, stored.id), set()).add(field)
        return stored.values.get(field)

    def image(self, sha: str) -> str:
        """Return a stored image as a data URI; '' where it is not there, not for the reader, or too large for paper."""
        blob = self._snapshot.blobs.stored([sha]).get(sha)
        if self._objects is None or blob is None or blob.size > MAX_IMAGE or not blob.type.startswith("image/"):
            return ""
        if not may_read(self._snapshot.blobs.namings([sha]).get(sha, []), self._access):
            return ""
        try:
            data = b"".join(self._objects.pieces(sha))
        except Problem:  # the form is worth more than the drawing in it
            return ""
        return f"data:{blob.type};base64,{base64.b64encode(data).decode()}"

    def look_ups(self) -> list[Op]:
        """Return the ops that log which private data was shown of whom (OWN-7)."""
        return [op for ref, fields in self._shown.items() if (op := self._look_up(ref, fields))]

    def _look_up(self, ref: Ref, fields: set[str]) -> Op | None:
        model, stored = self.directory.models[ref[0]], self._records.get(ref)
        if not model.entity.private or stored is None:
            return None
        owner = next((name for name, to, many in model.refs if to == "owner" and not many), "")
        private = [field.name for field in model.entity.fields if field.private and field.name in fields]
        set_ = {
            "subject_entity": ref[0],
            "subject": ref[1],
            "owner": stored.values.get(owner),
            "fields": [{"field": name} for name in private if stored.values.get(name) is not None],
            "screen": "print",
        }
        return Op(
            n=0,
            op=self._id(),
            site=self.site,
            entity="access",
            record=self._id(),
            kind="create",
            at=to_wire(self.now),
            set={name: value for name, value in set_.items() if value},
        )

    def _id(self) -> str:
        return uuid7(to_ms(self.now), secrets.token_bytes(10))

    def _want(self, entity: str) -> Need:
        place = self.directory.org if entity in SHARED else self.site
        return self._wanted.setdefault(place, Need(records=set(), finds=set()))

    def _readable(self, place: str, stored: Stored | None) -> Stored | None:
        if stored is None or stored.deleted:
            return None
        model, info, access = (
            self.directory.models.get(stored.entity),
            self.directory.sites.get(self.site),
            self._access.get(place),
        )
        on = model is not None and (info is None or model.plugin in info.plugins)
        return stored if on and access and access.reads(stored.buckets) else None


class SeenLooks(Looks):
    """Looks whose titles are those of records that the reader may see, found as they are asked for."""

    def __init__(self, view: View, language: str) -> None:
        super().__init__(view.directory, view.site, language)
        self._view = view
        self._entity_of: dict[str, str] = {}
        self._open: set[str] = set()

    def refers(self, key: str, value: object) -> None:
        """Learn of which entity the records are that a field names, those inside rows included."""
        field = self.field(key)
        if field is None:
            return
        items = value if isinstance(value, list) else [value]
        if field.ref:
            self._entity_of.update((item, field.ref) for item in items if isinstance(item, str))
        for sub in field.fields:
            for row in items:
                if isinstance(row, dict):
                    self.refers(f"{key}.{sub.name}", row.get(sub.name))

    def learn(self, table: Table) -> None:
        """Learn of which entities the records are that a report's table names."""
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                self.refers(column, cell)

    def title(self, record: str) -> str:
        """Return the title of a record, or nothing where its reader may not see it."""
        known, entity = super().title(record), self._entity_of.get(record)
        if known or entity is None or record in self._open:
            return known
        stored = self._view.record(entity, record)
        return self.title_of(stored) if stored else ""

    def title_of(self, stored: Stored) -> str:
        """Return a record's title from its entity's template."""
        entity = self.registry.entities[stored.entity]
        self._open.add(stored.id)  # titles may name each other
        try:
            names = [name for name in (f.name for f in entity.fields) if f"{{{name}}}" in entity.title]
            for name in names:
                self.refers(f"{entity.name}.{name}", self._view.value(stored, name))
            return title_of(entity, stored.values, self)
        finally:
            self._open.discard(stored.id)


def looks_of(view: View, table: Table, language: str) -> SeenLooks:
    """Return looks that have the titles of the records which a report's table names."""
    looks = SeenLooks(view, language)
    looks.learn(table)
    shown(table, looks)
    while view.fetch():
        shown(table, looks)
    return looks
