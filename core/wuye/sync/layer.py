"""The site as it will be: changes judged so far laid over what is stored. A rejected group's changes fall off whole."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from wuye.kernel.clock import to_wire
from wuye.model.registry import Model
from wuye.sync.buckets import buckets_of
from wuye.sync.directory import Directory
from wuye.sync.rows import Facts, Find, Need, Ref, Stored, Touch

_encode = msgspec.json.Encoder(order="sorted").encode


class Draft(Struct, kw_only=True):
    """A record being changed. ``was`` is what is stored (None: new); ``touches`` who wrote which field here."""

    entity: str
    id: str
    values: dict[str, object]
    deleted: bool = False
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    was: Stored | None = None
    touches: dict[str, Touch] = {}
    seq: int = 0

    def copy(self) -> "Draft":
        """Return a draft that can change without changing this one."""
        return Draft(
            entity=self.entity,
            id=self.id,
            values=dict(self.values),
            deleted=self.deleted,
            created_at=self.created_at,
            created_by=self.created_by,
            updated_at=self.updated_at,
            updated_by=self.updated_by,
            was=self.was,
            touches=dict(self.touches),
            seq=self.seq,
        )

    def encoded(self) -> bytes:
        """Encode the record as every bucket shows it."""
        return _encode(
            {
                **self.values,
                "created_at": self.created_at,
                "created_by": self.created_by,
                "updated_at": self.updated_at,
                "updated_by": self.updated_by,
            }
        )


def draft_of(stored: Stored) -> Draft:
    """Open a stored record for change."""
    return Draft(
        entity=stored.entity,
        id=stored.id,
        values=dict(stored.values),
        deleted=stored.deleted,
        created_at=stored.created_at,
        created_by=stored.created_by,
        updated_at=stored.updated_at,
        updated_by=stored.updated_by,
        was=stored,
        seq=stored.seq,
    )


class Layer:
    """Implements `wuye.model.rules.View` for rules, and holds the drafts for the plan."""

    def __init__(self, site: str, now: datetime, directory: Directory, load: Callable[[Need], Facts]) -> None:
        self.site = site
        self.now = now
        self.moment = to_wire(now)
        self.today = now.astimezone(directory.zone_of(site)).date().isoformat()
        self._directory = directory
        self._load = load
        self._known: dict[Ref, Stored | None] = {}
        self._found: dict[Find, tuple[str, ...]] = {}
        self._touches: dict[Ref, tuple[int, dict[str, Touch]]] = {}
        self._balances: dict[tuple[str, str], int] = {}
        self._index: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
        self.drafts: dict[Ref, Draft] = {}
        self.group: dict[Ref, Draft] = {}
        self.balances: dict[tuple[str, str], int] = {}
        self.group_balances: dict[tuple[str, str], int] = {}
        self.numbers: dict[str, int] = {}
        self.group_numbers: dict[str, int] = {}
        self.creates: dict[Ref, str] = {}
        self.named: dict[tuple[Ref, str, str], dict[str, None]] = {}

    # What is stored

    def ensure(self, need: Need) -> Facts:
        """Look up in one round what is not known yet."""
        need.records = {ref for ref in need.records if ref not in self._known}
        need.finds = {find for find in need.finds if find not in self._found}
        need.balances = {key for key in need.balances if key not in self._balances}
        if not need:
            return Facts()
        facts = self._load(need)
        for ref in need.records:
            self._known[ref] = facts.records.get(ref)
        for find, ids in facts.found.items():
            self._found[find] = ids
            for record in ids:
                self._known.setdefault((find.entity, record), facts.records.get((find.entity, record)))
        self._balances.update(facts.balances)
        return facts

    def stored(self, ref: Ref) -> Stored | None:
        """Return a record as stored."""
        if ref not in self._known:
            self.ensure(Need(records={ref}))
        return self._known[ref]

    def touches(self, ref: Ref, since: int) -> dict[str, Touch]:
        """Return who wrote the record's fields after a seq, changes of this unit included."""
        known = self._touches.get(ref)
        if known is None or known[0] != since:
            facts = self._load(Need(touches={ref: since}))
            known = self._touches[ref] = (since, facts.touches.get(ref, {}))
        draft = self.draft(ref)
        return known[1] | (draft.touches if draft else {})

    def refused(self, ref: Ref) -> bool:
        """Tell whether a record is missing because the op that was to make it was rejected."""
        if self.values(ref)[0] is not None:
            return False
        if ref not in self.creates:
            self.creates[ref] = self._load(Need(creates={ref})).creates.get(ref, "")
        return self.creates[ref] == "rejected"

    def name(self, ref: Ref, named: Iterable[tuple[str, str]], author: str) -> None:
        """Note that on somebody's word a record refers to attachments, (field, hash)."""
        for field, sha in named:
            self.named.setdefault((ref, field, sha), {})[author] = None

    # Drafts

    def begin(self) -> None:
        """Start a group."""
        self.group = {}
        self.group_balances = {}
        self.group_numbers = {}

    def keep(self) -> None:
        """Lay the group's changes over the earlier ones."""
        self.drafts.update(self.group)
        for (entity, field), index in self._index.items():
            for ref, draft in self.group.items():
                if ref[0] == entity:
                    _index(index, draft, field)
        self.balances.update(self.group_balances)
        self.numbers.update(self.group_numbers)
        self.begin()

    def draft(self, ref: Ref) -> Draft | None:
        """Return the record's draft, if it was changed in this unit."""
        return self.group.get(ref) or self.drafts.get(ref)

    def found(self, ref: Ref) -> Mapping[str, object] | None:
        """Return the record's values as the group found them; None when the group makes the record."""
        if draft := self.drafts.get(ref):
            return draft.values
        stored = self.stored(ref)
        return stored.values if stored else None

    def open(self, ref: Ref) -> Draft | None:
        """Return a draft of the record that the group may change; None when the record never existed."""
        if ref in self.group:
            return self.group[ref]
        if ref in self.drafts:
            draft = self.drafts[ref].copy()
        elif stored := self.stored(ref):
            draft = draft_of(stored)
        else:
            return None
        self.group[ref] = draft
        return draft

    def values(self, ref: Ref) -> tuple[Mapping[str, object] | None, bool]:
        """Return the record's present values (None: never existed) and whether it is deleted."""
        if draft := self.draft(ref):
            return draft.values, draft.deleted
        stored = self.stored(ref)
        return (None, False) if stored is None else (stored.values, stored.deleted)

    def model(self, entity: str) -> Model:
        """Return an entity's model."""
        return self._directory.models[entity]

    def buckets(self, ref: Ref) -> tuple[str, ...]:
        """Return the buckets that a live record belongs into; none when there is no such record."""
        values, deleted = self.values(ref)
        if values is None or deleted:
            return ()
        if ref[0] != "review.private":
            return buckets_of(self.site, self.model(ref[0]), values)
        # Values that fewer people may see lie where their record lies; for want of a record, with their author.
        subject = self.buckets((str(values["subject_entity"]), str(values["subject"])))
        return subject or (f"{self.site}/review/{values['author']}",)

    def balance(self, key: tuple[str, str]) -> int:
        """Return an account's balance, (entity, owner), with this unit's entries."""
        for known in (self.group_balances, self.balances, self._balances):
            if key in known:
                return known[key]
        self.ensure(Need(balances={key}))
        return self._balances.setdefault(key, 0)

    def next_number(self, key: str) -> int:
        """Draw the next register number; a rejected group gives its numbers back."""
        last = self.group_numbers.get(key, self.numbers.get(key))
        if last is None:
            last = self._load(Need(numbers={key})).numbers.get(key, 0)
        self.group_numbers[key] = last + 1
        return last + 1

    # The view that rules see

    def get(self, entity: str, record: str) -> Mapping[str, object] | None:
        """Return a live record's values."""
        values, deleted = self.values((entity, record))
        return None if deleted else values

    def find(self, entity: str, field: str, value: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return the live records whose field has the value."""
        find = Find(entity=entity, field=field, value=value)
        if find not in self._found:
            self.ensure(Need(finds={find}))
        ids = dict.fromkeys(self._found.get(find, ()))
        ids.update(self._drafted(entity, field).get(value, {}))
        ids.update(dict.fromkeys(record for name, record in self.group if name == entity))
        hits = []
        for record in ids:
            values = self.get(entity, record)
            if values is not None and _has(values.get(field), value):
                hits.append((record, values))
        return hits

    def _drafted(self, entity: str, field: str) -> dict[str, dict[str, None]]:
        """Index the drafts by a field, once; entries may be stale, `find` looks at the values again."""
        index = self._index.get((entity, field))
        if index is None:
            index = self._index[entity, field] = {}
            for ref, draft in self.drafts.items():
                if ref[0] == entity:
                    _index(index, draft, field)
        return index

    def setting(self, name: str) -> object:
        """Return a setting's value at this site."""
        return self._directory.setting(self.site, name)

    def codes(self, name: str) -> Collection[str]:
        """Return the values of a code list."""
        return self._directory.code_values(name)

    def fits(self, setting: str, value: object) -> bool:
        """Tell whether a value fits a setting's declaration."""
        return self._directory.fits(setting, value)


def _index(index: dict[str, dict[str, None]], draft: Draft, field: str) -> None:
    held = draft.values.get(field)
    for value in held if isinstance(held, list) else (held,):
        if isinstance(value, (str, int)):
            index.setdefault(str(value), {})[draft.id] = None


def _has(held: object, value: str) -> bool:
    return value in held if isinstance(held, list) else held is not None and str(held) == value
