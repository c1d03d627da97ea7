"""What the command line needs to speak with people: values from texts, texts from values, tables."""

import re
from collections.abc import Iterable, Mapping

import click
import msgspec
from rich.console import Console
from rich.table import Column, Table

from wuye_client.blobs import Upload
from wuye_client.manifest import Entity, Field
from wuye_client.outbox import Entry
from wuye_client.overlay import open_items
from wuye_client.protocol import Op, Result
from wuye_client.replica import Replica
from wuye_client.texts import pick, say
from wuye_client.view import Record
from wuye_client.words import META

_LISTS = ("choices", "refs")
_JSON = ("rows", "blobs", "signature", "localized", "place")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SITE = "site"
_FEWEST = 3  # columns that are shown however narrow the terminal is
_WIDEST = 10_000


class BadPair(ValueError):
    """A word on the command line that is not ``field=value``."""


def read_pairs(pairs: tuple[str, ...], entity: Entity | None = None) -> dict[str, object]:
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
        self._console.print(say(key, self.locale, **params), highlight=False, markup=False, soft_wrap=True)

    def entity(self, name: str, fields: Iterable[str] = ()) -> Entity:
        """Return what is known of an entity.

        Raises:
            click.UsageError: there is no such entity, or it has not got these fields; the text names what there is.
        """
        entities = self.replica.manifest.entities
        if name not in entities:
            known = {key: pick(entity.label, self.locale) for key, entity in entities.items()}
            raise click.UsageError(say("cli.no_kind", self.locale, name=name, known=_listed(known)))
        labels = {key: pick(field.label, self.locale) for key, field in entities[name].by_name.items()}
        for field in fields:
            if field not in labels.keys() | META | {entities[name].state_field}:
                raise click.UsageError(say("cli.no_field", self.locale, name=field, known=_listed(labels)))
        return entities[name]

    def find(self, site: str, entity: str, text: str) -> str:
        """Return a record's id, given that, its number, or an ending that only one has, as lists show it.

        Raises:
            click.UsageError: none, or more than one.
        """
        at = self.replica.site(site)
        return text if self.replica.view.get(at, entity, text) else self._one(entity, [at], text)

    def _named(self, entity: str, text: str) -> str:
        """Return the id of a record of any site; whether an id leads anywhere, the check of the entry says."""
        if _ID.fullmatch(text):
            return text
        if entity == _SITE:
            return self.replica.site(text)
        return self._one(entity, [site.id for site in self.replica.sites], text)

    def _one(self, entity: str, sites: list[str], text: str) -> str:
        known = self.entity(entity)
        numbers = (known.number.field, known.number.device_field) if known.number else ()
        records = self.replica.view.query(entity, sites)
        found = [r.id for r in records if r.id.endswith(text) or text in [r.get(name) for name in numbers]]
        if len(found) != 1:
            raise click.UsageError(say("cli.no_match", self.locale, text=text))
        return found[0]

    def values(self, entity: str, pairs: tuple[str, ...]) -> dict[str, object]:
        """Read ``field=value`` words as `read_pairs` does; records are named by id, number or ending, sites by code.

        Raises:
            BadPair: a word is no pair.
            click.UsageError: there is no such entity, or no single record of that name.
        """
        known = self.entity(entity)
        given = read_pairs(pairs, known)
        for name, value in given.items():
            field = known.by_name.get(name)
            if field and (field.ref == _SITE or field.ref in self.replica.manifest.entities):
                if isinstance(value, list):
                    given[name] = [self._named(field.ref, str(one)) for one in value]
                elif isinstance(value, str):
                    given[name] = self._named(field.ref, value)
        return given

    def saved(self, site: str, entity: str, record: str) -> None:
        """Tell which record was written."""
        title = self.replica.words(self.locale).named(self.replica.site(site), entity, record)
        self.say("cli.saved", title=title, id=record)

    def records(self, name: str, records: list[Record]) -> None:
        """Print records as a table: as many columns of the entity's list as the terminal holds, or their titles."""
        if not records:
            self.say("cli.none")
            return
        words, entity = self.replica.words(self.locale), self.entity(name)
        cells = {words.label(name, n): self._column(entity, n, records) for n in entity.views.list.columns}
        cells = cells or {self._head("title"): [words.title(record) for record in records]}
        wide = self._console.options.update(max_width=_WIDEST)
        while True:
            table = self._list(records, cells)
            if len(cells) <= _FEWEST or self._console.measure(table, options=wide).maximum <= self._console.width:
                break
            empty = [label for label in cells if not any(cells[label])]
            del cells[(empty or [*cells])[-1]]
        self._console.print(table)

    def _column(self, entity: Entity, field: str, records: list[Record]) -> list[str]:
        words, rule = self.replica.words(self.locale), entity.number
        # The device's number stands in until the register number is given (TKT-14).
        stand_in = rule.device_field if rule and field == rule.field else field
        return [words.value(r.site, r.entity, field, r.get(field, r.get(stand_in))) for r in records]

    def _list(self, records: list[Record], cells: Mapping[str, list[str]]) -> Table:
        table = _table(self._head("site"), self._head("id"), *cells, "")
        for record, *row in zip(records, *cells.values(), strict=True):
            mark = say("cli.pending", self.locale) if record.pending else ""
            table.add_row(self._site(record.site), record.id[-8:], *row, mark)
        return table

    def record(self, record: Record) -> None:
        """Print one record, a field a line in the order of its form, and the acts that are possible."""
        words, entity = self.replica.words(self.locale), self.entity(record.entity)
        table = Table(self._head("field"), self._head("value"), title=words.title(record))
        form = [name for section in entity.views.form.sections for name in section.fields]
        for name in sorted(record.values, key=lambda name: form.index(name) if name in form else len(form)):
            shown = words.value(record.site, record.entity, name, record.values[name])
            table.add_row(words.label(record.entity, name), shown)
        self._console.print(table, record.id)
        flow = entity.workflow
        steps = [step for step in flow.transitions if record.get(flow.field) in step.from_] if flow else []
        acts = {s.act: pick(s.label, self.locale) for s in steps if entity.allows(record.site, f"act.{s.act}")}
        if acts:
            self.say("cli.acts", acts=_listed(acts))

    def entries(self, entries: list[Entry]) -> None:
        """Print the outbox: what, where, in which state and why."""
        if not entries:
            self.say("cli.none")
            return
        words = self.replica.words(self.locale)
        heads = ("when", "site", "what", "state", "why")
        table = _table(*(self._head(name) for name in heads))
        for entry in entries:
            why = words.refusal(entry.result.code, entry.result.message, spoken=True) if entry.result else ""
            state = say(f"state.{entry.state}", self.locale)
            table.add_row(self.moment(entry.op), self._site(entry.op.site), self._deed(entry), state, why)
        self._console.print(table)

    def uploads(self, uploads: list[Upload]) -> None:
        """Print the attachments that are on their way: which, how large, how far, in which state and why."""
        if not uploads:
            self.say("cli.none")
            return
        words = self.replica.words(self.locale)
        table = _table(*(self._head(name) for name in ("what", "size", "sent", "state", "why")))
        for one in uploads:
            why = words.refusal(one.code, None) if one.code else ""
            state = say(f"state.{one.state}", self.locale)
            table.add_row(f"{one.type} {one.sha256[:12]}", f"{one.size:,}", f"{one.offset:,}", state, why)
        self._console.print(table)

    def outcomes(self, results: list[Result]) -> None:
        """Print what was not applied as asked. Of a site that the user has left the ops are no longer here."""
        words, told = self.replica.words(self.locale), {result.op for result in results}
        here = [entry for entry in self.replica.outbox() if entry.op.op in told]
        if here:
            self.entries(here)
        for result in results:
            if all(entry.op.op != result.op for entry in here):
                self.say(
                    "cli.left",
                    site=self._site(result.site),
                    why=words.refusal(result.code, result.message, spoken=True),
                )

    def reviews(self, reviews: list[Record]) -> None:
        """Print open review items with both values."""
        if not reviews:
            self.say("cli.none")
            return
        heads = ("site", "id", "what", "why", "field", "mine", "theirs")
        table = _table(*(self._head(name) for name in heads))
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
            why = words.refusal(str(item.get("why")), item.get("message"))
            title = words.named(review.site, name, str(review.get("subject")))
            label = f"{self.replica.manifest.label(name, self.locale)} {title}"
            start = (self._site(review.site), review.id[-8:], label, why)
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

    def moment(self, op: Op) -> str:
        """Return when an op was typed, on the wall clock of its site."""
        return self.replica.words(self.locale).value(op.site, op.entity, "created_at", op.at)

    def _deed(self, entry: Entry) -> str:
        op, manifest = entry.op, self.replica.manifest
        kind = say(f"kind.{op.kind}", self.locale)
        words = self.replica.words(self.locale)
        fields = ", ".join(words.label(op.entity, name) for name in op.set)
        deed = words.act(op.entity, op.act) if op.act else kind
        title = words.named(op.site, op.entity, op.record)
        return " ".join(filter(None, (manifest.label(op.entity, self.locale), deed, title, fields)))

    def _head(self, name: str) -> str:
        return say(f"cli.col.{name}", self.locale)

    def _site(self, site: str) -> str:
        known = self.replica.manifest.site_by_key.get(site)
        return (known.code if known else "") or site[-8:]


def _listed(labels: Mapping[str, str]) -> str:
    """Return what to type, each with its name."""
    return ", ".join(f"{key} {label}".strip() for key, label in labels.items())


def _table(*heads: str) -> Table:
    """Return a table that folds what is too long: nothing that somebody typed is cut off."""
    return Table(*(Column(head, overflow="fold") for head in heads))
