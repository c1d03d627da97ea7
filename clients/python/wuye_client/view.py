"""Reads: records as the user sees them, one or many, filtered, searched and sorted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from wuye_client import outbox
from wuye_client.clock import Clock, to_wire
from wuye_client.entry import applies, derive
from wuye_client.folding import matches, search_line
from wuye_client.manifest import Account, Child, Field, Manifest, Section, Transition
from wuye_client.overlay import lay, pending_amount
from wuye_client.protocol import Op
from wuye_client.store import Store, Stored

Where = Mapping[str, object]
LISTS = ("refs", "choices", "rows", "blobs")
"""Types of fields whose values are lists."""


class Span(Struct, frozen=True):
    """Values from ``first`` on and before ``end`` (None: without limit), for `View.query`; texts with texts, numbers
    with numbers."""

    first: object = None
    end: object = None

    def holds(self, value: object) -> bool:
        """Tell whether a value lies in the span."""
        return value is not None and (
            (self.first is None or _rank(self.first) <= _rank(value))
            and (self.end is None or _rank(value) < _rank(self.end))
        )


class Record(Struct, frozen=True, kw_only=True):
    """A record as its user sees it. ``seq`` is None while the server has not told of it; ``pending`` lists the ops
    that lie over the server's state."""

    site: str
    entity: str
    id: str
    seq: int | None
    values: dict[str, object]
    pending: tuple[str, ...] = ()

    def __getitem__(self, field: str) -> object:
        return self.values[field]

    def get(self, field: str, default: object = None) -> object:
        """Return a field's value."""
        return self.values.get(field, default)


class View:
    """The local database through a manifest's eyes; also what `wuye_client.entry` looks at."""

    def __init__(self, store: Store, manifest: Manifest, clock: Clock, *, online: bool = False) -> None:
        self.online = online
        self._store = store
        self._manifest = manifest
        self._clock = clock

    def get(self, site: str, entity: str, record: str) -> Record | None:
        """Return a record, or None."""
        stored = self._store.find(site, entity, record)
        ops = [op for op in outbox.overlay(self._store, entity, record) if op.site == site]
        return self._see(site, entity, record, stored, ops)

    def query(
        self,
        entity: str,
        sites: Sequence[str],
        *,
        where: Where | None = None,
        search: str | None = None,
        order: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Return records (see `wuye_client.Replica.query`)."""
        wanted = {name: _several(value) for name, value in (where or {}).items()}
        found = [
            record
            for record in self._all(entity, sites, wanted)
            if _matches(record.values, wanted) and (not search or matches(self._line(entity, record.values), search))
        ]
        found.sort(key=lambda record: record.id)
        for name in reversed([order] if isinstance(order, str) else order or []):
            field = name.removeprefix("-")
            found.sort(key=lambda record: _rank(record.values.get(field)), reverse=name.startswith("-"))
        return found[:limit]

    def _all(self, entity: str, sites: Sequence[str], wanted: Mapping[str, Sequence[object]]) -> Iterator[Record]:
        covered: dict[tuple[str, str], list[Op]] = {}
        for op in outbox.overlay(self._store, entity):
            covered.setdefault((op.site, op.record), []).append(op)
        balances = entity in self._manifest.entries
        known = self._manifest.entities.get(entity)
        lists = {field.name for field in known.fields if field.type in LISTS} if known else wanted.keys()
        # SQLite narrows what it can compare; what ops may have changed is looked at in full.
        plain = {
            name: values
            for name, values in wanted.items()
            if not balances and name not in lists and all(type(value) in (str, int) for value in values)
        }
        for stored in self._store.scan(entity, sites, plain):
            if (stored.site, stored.id) not in covered:
                record = self._see(stored.site, entity, stored.id, stored, [])
                if record:
                    yield record
        for (site, record_id), ops in covered.items():
            if site in sites:
                record = self._see(site, entity, record_id, self._store.find(site, entity, record_id), ops)
                if record:
                    yield record

    def _see(self, site: str, entity: str, record: str, stored: Stored | None, ops: Sequence[Op]) -> Record | None:
        known = self._manifest.entities.get(entity)
        body = msgspec.json.decode(stored.body, type=dict[str, object]) if stored else None
        if ops:
            body = lay(known, body, ops)
            if body is not None and known:
                body = derive(known, body, self.scope(site))
        if body is None:
            return None
        for entries, account in self._manifest.entries.get(entity, ()):
            self._add_pending(site, entries, account, record, body)
        seq = stored.seq if stored else None
        return Record(site=site, entity=entity, id=record, seq=seq, values=body, pending=tuple(op.op for op in ops))

    def _add_pending(self, site: str, entries: str, account: Account, owner: str, body: dict[str, object]) -> None:
        place = self._manifest.balance_place(account, self._manifest.entities[entries])
        pending, _ = pending_amount(account, owner, self._entries(site, entries))
        shown = body.get(place[1]) if place else None
        if place and pending:
            body[place[1]] = (shown if type(shown) is int else 0) + pending

    def _entries(self, site: str, entity: str) -> Iterable[Op]:
        return (op for op in outbox.overlay(self._store, entity) if op.site == site)

    def balance(self, site: str, entity: str, account: Account, owner: str) -> tuple[int | None, int]:
        """Return an owner's balance with pending entries counted, and what those take."""
        _, taken = pending_amount(account, owner, self._entries(site, entity))
        place = self._manifest.balance_place(account, self._manifest.entities[entity])
        holder = self.get(site, place[0], owner) if place else None
        if place is None or holder is None:
            return None, taken
        shown = holder.values.get(place[1], 0)
        return (shown if type(shown) is int else None), taken

    def choices(self, site: str, entity: str, field: str, *, search: str | None, limit: int | None) -> list[Record]:
        """Return records that a reference may name (see `wuye_client.Replica.choices`)."""
        known = self._manifest.entities[entity].by_name[field]
        target = self._manifest.entities.get(known.ref) if known.ref else None
        if known.ref is None or target is None:
            return []
        here = self._here(site)
        where = {known.among: here} if known.among else None
        return self.query(known.ref, here, where=where, search=search, order=target.views.list.sort, limit=limit)

    def children(self, record: Record) -> list[tuple[Child, list[Record]]]:
        """Return what belongs to a record, as its entity's ``children`` say: one household, one file (OWN-6)."""
        known = self._manifest.entities.get(record.entity)
        found = []
        for child in known.children if known else ():
            below = self._manifest.entities.get(child.entity)
            if below and below.allows(record.site, "read"):
                where = {child.field: record.id}
                order = below.views.list.sort
                found.append((child, self.query(child.entity, [record.site], where=where, order=order)))
        return found

    def form(self, site: str, entity: str, values: Where) -> list[tuple[Section, list[Field]]]:
        """Return the sections of an entity's form with the fields that apply to what is entered so far."""
        known = self._manifest.entities[entity]
        scope = self.scope(site)
        body = derive(known, dict(values), scope)
        shown = {name for name, field in known.by_name.items() if applies(field, body, scope)}
        sections = [
            (section, [known.by_name[name] for name in section.fields if name in shown])
            for section in known.views.form.sections
        ]
        return [(section, fields) for section, fields in sections if fields]

    def acts(self, record: Record) -> list[Transition]:
        """Return the acts that the user may do to a record in its present state."""
        known = self._manifest.entities.get(record.entity)
        flow = known.workflow if known else None
        if known is None or flow is None:
            return []
        state = record.get(flow.field)
        return [t for t in flow.transitions if state in t.from_ and known.allows(record.site, f"act.{t.act}")]

    def exists(self, entity: str, record: str) -> bool:
        """Tell whether a record is here, at any site."""
        if any(op.kind == "create" for op in outbox.overlay(self._store, entity, record)):
            return True
        return any(self._store.find(site.id, entity, record) for site in self._manifest.sites)

    def has_twin(self, site: str, entity: str, values: Where, record: str) -> bool:
        """Tell whether another record of the site has these values."""
        wanted = {name: [value] for name, value in values.items()}
        return any(other.id != record and _matches(other.values, wanted) for other in self._all(entity, [site], wanted))

    def scope(self, site: str) -> dict[str, object]:
        """Return what expressions may name besides fields: ``user``, ``settings``, ``today``, ``now``."""
        known = self._manifest.site_by_key.get(site)
        user = self._manifest.user
        here = self._here(site)
        roles = {str(role.get("role")) for role in user.roles if role.get("site") in here}
        return {
            "user": {"id": user.id, "roles": sorted(roles)},
            "settings": known.settings if known else {},
            "today": self.local_time(site).date().isoformat(),
            "now": to_wire(self._clock()),
        }

    def _here(self, site: str) -> list[str]:
        """Return a site and the organisation's own: what is held there holds everywhere."""
        return [site, *(each.id for each in self._manifest.sites if each.type == "organisation" and each.id != site)]

    def local_time(self, site: str) -> datetime:
        """Return the present moment on a site's wall clock."""
        return self._clock().astimezone(self.zone(site))

    def zone(self, site: str) -> tzinfo:
        """Return a site's time zone."""
        known = self._manifest.site_by_key.get(site)
        try:
            return ZoneInfo(known.timezone if known else "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return UTC

    def _line(self, entity: str, values: Where) -> str:
        known = self._manifest.entities.get(entity)
        return _search_line(tuple(searched(known.fields, values) if known else map(str, values.values())))


def searched(fields: Iterable[Field], values: Where) -> Iterator[str]:
    """Yield the texts that a record is found by, those inside rows included."""
    for field in fields:
        value = values.get(field.name)
        if field.type == "rows":
            for row in value if isinstance(value, list) else ():
                yield from searched(field.fields, row)
        elif field.search and value is not None:
            yield str(value)


_search_line = lru_cache(maxsize=1 << 18)(search_line)  # folding 100,000 records anew would take seconds


def _several(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _matches(values: Where, wanted: Mapping[str, Sequence[object]]) -> bool:
    for name, options in wanted.items():
        value = values.get(name)
        spans = [option for option in options if isinstance(option, Span)]
        held = [value, *value] if isinstance(value, list) else [value]
        if not any(one in options or any(span.holds(one) for span in spans) for one in held):
            return False
    return True


def _rank(value: object) -> tuple[int, float, str]:
    """Sort numbers before texts, nothing last."""
    if isinstance(value, (int, float)):
        return 0, value, ""
    return (2, 0, "") if value is None else (1, 0, str(value))
