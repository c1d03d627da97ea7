"""What the command line needs to speak with people: values from texts, texts from values, tables."""

import msgspec
from rich.console import Console
from rich.table import Table

from wuye_client.manifest import Entity, Field
from wuye_client.outbox import Entry
from wuye_client.overlay import open_items
from wuye_client.replica import Replica
from wuye_client.texts import say
from wuye_client.view import Record

_LISTS = ("choices", "refs")
_JSON = ("rows", "blobs", "signature", "localized", "place")


class BadPair(ValueError):
    """A word on the command line that is not ``field=value``."""


def read_pairs(pairs: tuple[str, ...], entity: Entity | None) -> dict[str, object]:
    """Read ``field=value`` words in the types of an entity's fields; an empty value is None.

    Raises:
        BadPair: a word is no pair.
    """
    values: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise BadPair(pair)
        values[name] = read_value(entity.by_name.get(name) if entity else None, text)
    return values


def read_value(field: Field | None, text: str) -> object:
    """Read one value; what cannot be read in the field's type stays text, for the check to name the fault."""
    kind = field.type if field else "text"
    if not text:
        return None
    if kind in _LISTS:
        return [part.strip() for part in text.split(",")]
    if kind in _JSON or kind in ("integer", "money", "boolean"):
        try:
            value: object = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
        return value
    return text


class Shell:
    """Prints a replica's content in one language."""

    def __init__(self, replica: Replica, locale: str, console: Console) -> None:
        self.replica = replica
        self.locale = locale
        self._console = console

    def say(self, key: str, /, **params: object) -> None:
        """Print a text of the catalogue."""
        self._console.print(say(key, self.locale, **params), highlight=False)

    def records(self, name: str, records: list[Record]) -> None:
        """Print records as a table: the columns of the entity's list, or its titles."""
        if not records:
            self.say("cli.none")
            return
        entity = self.replica.manifest.entities.get(name)
        words = self.replica.words(self.locale)
        columns = [n for n in entity.views.list.columns if n in entity.by_name] if entity else []
        heads = [words.label(name, n) for n in columns] if columns else [self._head("title")]
        table = Table(self._head("site"), self._head("id"), *heads, "")
        for record in records:
            cells = [words.value(record.site, name, n, record.get(n)) for n in columns]
            mark = say("cli.pending", self.locale) if record.pending else ""
            table.add_row(
                self._site(record.site),
                record.id[-8:],
                *(cells if columns else [words.title(record)]),
                mark,
            )
        self._console.print(table)

    def record(self, record: Record) -> None:
        """Print one record, a field a line."""
        words = self.replica.words(self.locale)
        table = Table(self._head("field"), self._head("value"), title=words.title(record))
        for name, value in record.values.items():
            table.add_row(words.label(record.entity, name), words.value(record.site, record.entity, name, value))
        self._console.print(table, record.id)

    def entries(self, entries: list[Entry]) -> None:
        """Print the outbox: what, where, in which state and why."""
        if not entries:
            self.say("cli.none")
            return
        words = self.replica.words(self.locale)
        heads = ("when", "site", "what", "state", "why")
        table = Table(*(self._head(name) for name in heads))
        for entry in entries:
            why = words.refusal(entry.result.code, entry.result.message) if entry.result else ""
            state = say(f"state.{entry.state}", self.locale)
            table.add_row(entry.op.at[:16].replace("T", " "), self._site(entry.op.site), self._deed(entry), state, why)
        self._console.print(table)

    def reviews(self, reviews: list[Record]) -> None:
        """Print open review items with both values."""
        if not reviews:
            self.say("cli.none")
            return
        heads = ("site", "id", "what", "state", "field", "mine", "theirs")
        table = Table(*(self._head(name) for name in heads))
        for review in reviews:
            self._add_review(table, review)
        self._console.print(table)

    def _add_review(self, table: Table, review: Record) -> None:
        words = self.replica.words(self.locale)
        name = str(review.get("subject_entity"))
        still_open, items = open_items(review.values), review.get("items")
        for item in items if isinstance(items, list) else []:
            if item.get("op") not in still_open:
                continue
            state = " ".join(str(item[k]) for k in ("status", "code") if item.get(k))
            label = self.replica.manifest.label(name, self.locale)
            start = (self._site(review.site), review.id[-8:], label, state)
            for field in item.get("fields") or self._private_fields(review, item.get("op")):
                known = str(field.get("field", ""))
                mine, theirs = (words.value(review.site, name, known, field.get(k)) for k in ("mine", "theirs"))
                table.add_row(*start, words.label(name, known), mine, theirs)

    def _private_fields(self, review: Record, op: object) -> list[dict[str, object]]:
        """Return an item's values when they lie apart, where only some may read them (protocol §3.2)."""
        private = self.replica.get(review.site, "review.private", review.id)
        items = private.get("items") if private else None
        found = [item.get("fields") or [] for item in items if item.get("op") == op] if isinstance(items, list) else []
        return found[0] if found and found[0] else [{}]

    def pairs(self, rows: dict[str, str]) -> None:
        """Print names with values."""
        table = Table(show_header=False, box=None)
        for key, value in rows.items():
            table.add_row(say(f"cli.row.{key}", self.locale), value)
        self._console.print(table)

    def _deed(self, entry: Entry) -> str:
        op, manifest = entry.op, self.replica.manifest
        kind = say(f"kind.{op.kind}", self.locale)
        fields = ", ".join(self.replica.words(self.locale).label(op.entity, name) for name in op.set)
        return " ".join(
            part for part in (manifest.label(op.entity, self.locale), op.act or kind, op.record[-8:], fields) if part
        )

    def _head(self, name: str) -> str:
        return say(f"cli.col.{name}", self.locale)

    def _site(self, site: str) -> str:
        known = self.replica.manifest.site_by_key.get(site)
        return (known.code if known else "") or site[-8:]
