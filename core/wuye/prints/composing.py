"""Turns a form's blocks and a record into a page of texts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec

from wuye.kernel.clock import to_wire
from wuye.kernel.expressions import compile_expression
from wuye.model.catalogue import LANGUAGES
from wuye.model.entity import Field
from wuye.model.forms import HOLE, field_of, follow
from wuye.model.printing import (
    Block,
    Body,
    Drawing,
    Each,
    Facts,
    Lines,
    Of,
    Print,
    QrCode,
    Records,
    Signature,
    Words,
)
from wuye.model.report import Table
from wuye.prints.gathering import SeenLooks, View
from wuye.prints.page import Code, Fact, FactList, Group, Page, Paragraph, Shown, SignHere, Texts
from wuye.prints.tables import NUMBERS, figures, grid
from wuye.prints.texts import say
from wuye.reports.shown import Looks, format_moment, format_value
from wuye.sync.directory import Directory
from wuye.sync.rows import Stored

LONG = ("note", "rows")
Found = tuple[str, Field, Stored | None]
"""The entity, the field and the record to which a path leads; None where the record is not there for the reader."""


def scope_of(view: View, stored: Stored) -> dict[str, object]:
    """Return the names that an expression about a record may use (ADR 1)."""
    today = view.now.astimezone(view.directory.zone_of(view.site)).date()
    roles = view.directory.roles_of(view.user, view.site, int(view.now.timestamp() * 1000))
    return {
        **stored.values,
        "user": {"id": view.user, "roles": roles},
        "settings": view.directory.settings_at(view.site),
        "today": today.isoformat(),
        "now": to_wire(view.now),
    }


def head_of(directory: Directory, site: str, user: str, now: datetime, looks: Looks) -> tuple[str, str, str]:
    """Return the company's name, the site's, and when and by whom is printed."""
    company, place = (
        str(directory.sites[id_].values.get("name") or "") if id_ in directory.sites else ""
        for id_ in (directory.org, site)
    )
    name = str(directory.users.get(user, {}).get("name") or "")
    printed = say("prints.printed", looks.language, time=format_moment(to_wire(now), looks), name=name)
    return company, "" if place == company else place, printed


class Composer:
    """Composes one form in one language."""

    def __init__(self, form: Print, view: View, language: str) -> None:
        self._form = form
        self._view = view
        self._looks = SeenLooks(view, language)
        self._entities = view.directory.registry.entities

    def page(self, stored: Stored) -> Page:
        """Return the page about a record, as far as the view knows what it needs."""
        form, looks = self._form, self._looks
        view = self._view
        company, site, printed = head_of(view.directory, view.site, view.user, view.now, looks)
        rule = self._entities[form.entity].number
        numbers = [self._text(stored, name) for name in (rule.field, rule.device_field)] if rule else []
        return Page(
            language=looks.language,
            company=company,
            site=site,
            title=looks.text(f"print.{form.id}"),
            number=next(filter(None, numbers), ""),
            printed=printed,
            blocks=self._blocks(form.blocks, form.entity, stored),
            paper=form.paper,
            landscape=form.landscape,
            parts=[looks.text(part) for part in form.parts],
        )

    def _blocks(self, blocks: Sequence[Block], entity: str, stored: Stored | None) -> list[Shown]:
        return [shown for block in blocks for shown in self._block(block, entity, stored)]

    def _block(self, block: Block, entity: str, stored: Stored | None) -> Iterator[Shown]:
        match block:
            case Facts():
                yield self._facts(block, entity, stored)
            case Words():
                yield self._words(self._looks.text(block.text), entity, stored)
            case Signature():
                yield SignHere([self._place(*place, entity, stored) for place in block.places.items()])
            case Lines():
                yield self._lines(block, entity, stored)
            case Records():
                yield self._records(block, stored)
            case Body():
                yield self._body(block, entity, stored)
            case QrCode():
                if text := str(self._raw(self._find(entity, stored, block.field)) or ""):
                    yield _code(text)
            case Drawing():
                yield self._drawing(block, entity, stored)
            case Each():
                label = self._looks.text(block.label or f"{block.entity}.plural")
                for index, child in enumerate(self._children(block, stored)):
                    title = self._looks.title_of(child)
                    filled = [each for each in block.blocks if self._holds_something(each, block.entity, child)]
                    inner = self._blocks(filled, block.entity, child)
                    yield Group(label="" if index else label, title=title, blocks=inner)
            case Of():
                _, field, holder = self._find(entity, stored, block.field)
                named = self._view.value(holder, field.name) if holder else None
                other = self._view.record(field.ref or "", str(named)) if named else None
                label = self._label(block.label, entity, block.field)
                inner = self._blocks(block.blocks, field.ref or "", other)
                yield Group(label=label, title=self._looks.title_of(other) if other else "", blocks=inner)

    def _drawing(self, block: Drawing, entity: str, stored: Stored | None) -> Shown:
        table = _table(self._raw(self._find(entity, stored, block.field)))
        if table:
            self._looks.learn(table)
        return figures(table, self._looks, label=self._label(block.label, entity, block.field), rows=block.rows)

    def _holds_something(self, block: Block, entity: str, stored: Stored) -> bool:
        """Tell whether a table, a drawing or a body has anything to show: empty ones repeat once for each record."""
        match block:
            case Records():
                return bool(self._children(block, stored))
            case Drawing() | Body():
                return self._raw(self._find(entity, stored, block.field)) is not None
        return True

    def _facts(self, block: Facts, entity: str, stored: Stored | None) -> FactList:
        facts = []
        for path in block.fields:
            found = self._find(entity, stored, path)
            _, field, holder = found
            if holder and field.when and not self._holds(field.when, holder):
                continue
            label = self._label(None, entity, path)
            facts.append(Fact(label, self._shown(found), field.type in LONG))
        label = self._looks.text(block.label) if block.label else ""
        return FactList(label=label, columns=block.columns, facts=facts)

    def _words(self, text: str, entity: str, stored: Stored | None) -> Paragraph:
        parts = HOLE.split(text)
        return Paragraph(
            [self._shown(self._find(entity, stored, part)) or None if i % 2 else part for i, part in enumerate(parts)]
        )

    def _lines(self, block: Lines, entity: str, stored: Stored | None) -> Shown:
        found = self._find(entity, stored, block.field)
        key, rows = f"{found[0]}.{found[1].name}", self._raw(found)
        self._looks.refers(key, rows)
        subs = {sub.name: sub for sub in found[1].fields}
        names = block.columns or tuple(subs)
        cells = [
            [format_value(f"{key}.{name}", row.get(name), self._looks) for name in names]
            for row in (rows if isinstance(rows, list) else ())
        ]
        return grid(
            self._label(block.label, entity, block.field),
            [self._looks.head(f"{key}.{name}") for name in names],
            cells,
            blank=block.blank,
            numbers=[i for i, name in enumerate(names) if subs[name].type in NUMBERS],
        )

    def _records(self, block: Records, stored: Stored | None) -> Shown:
        found = [follow(self._entities, block.entity, path) for path in block.columns]
        return grid(
            self._looks.text(block.label or f"{block.entity}.plural"),
            [self._label(None, block.entity, path) for path in block.columns],
            [
                [self._shown(self._find(block.entity, child, path)) for path in block.columns]
                for child in self._children(block, stored)
            ],
            numbers=[i for i, (_, field) in enumerate(found) if field.type in NUMBERS],
        )

    def _body(self, block: Body, entity: str, stored: Stored | None) -> Texts:
        found = self._find(entity, stored, block.field)
        value = self._raw(found)
        if isinstance(value, dict):
            texts = [
                (name, say(f"prints.language.{name}", name), str(value[name])) for name in LANGUAGES if name in value
            ]
        else:
            texts = [("", "", str(value or ""))]
        return Texts(label=self._label(block.label, entity, block.field), texts=texts)

    def _place(self, label: str, path: str | None, entity: str, stored: Stored | None) -> tuple[str, str, str, str]:
        value = self._raw(self._find(entity, stored, path)) if path else None
        text = self._looks.text(label)
        if not isinstance(value, dict):
            return text, "", "", ""
        signer, drawn = str(value.get("signer") or ""), self._view.image(str(value.get("sha256")))
        return text, signer, format_moment(str(value["at"]), self._looks), drawn

    def _children(self, block: Records | Each, stored: Stored | None) -> list[Stored]:
        found = self._view.records(block.entity, block.field, stored.id) if stored else ()
        name = block.sort.removeprefix("-")
        field = field_of(self._entities[block.entity], name)

        def key(child: Stored) -> tuple[bool, Decimal, str]:
            value = child.values.get(name) if name in child.values else getattr(child, name, None)
            number = _number(value) if field and field.type in NUMBERS else None
            return (value is None) != block.sort.startswith("-"), number or Decimal(0), str(value or "")

        ordered = sorted(found, key=lambda child: child.id)
        return sorted(ordered, key=key, reverse=block.sort.startswith("-"))

    def _find(self, entity: str, stored: Stored | None, path: str) -> Found:
        where, field = follow(self._entities, entity, path)
        for name in path.split(".")[:-1]:
            ref = field_of(self._entities[entity], name)
            id_ = self._view.value(stored, name) if stored else None
            entity = (ref.ref if ref else None) or ""
            stored = self._view.record(entity, str(id_)) if id_ else None
        return where, field, stored

    def _raw(self, found: Found) -> object:
        _, field, stored = found
        return self._view.value(stored, field.name) if stored else None

    def _shown(self, found: Found) -> str:
        return self._text(found[2], found[1].name) if found[2] else ""

    def _text(self, stored: Stored, field: str) -> str:
        key, value = f"{stored.entity}.{field}", self._view.value(stored, field)
        self._looks.refers(key, value)
        return format_value(key, value, self._looks)

    def _label(self, label: str | None, entity: str, path: str) -> str:
        """Return a block's own label, or what the fields on a path are called: ``Unit · Building``."""
        if label:
            return self._looks.text(label)
        names = path.split(".")
        keys = [follow(self._entities, entity, ".".join(names[: i + 1])) for i in range(len(names))]
        return " · ".join(self._looks.head(f"{where}.{field.name}") for where, field in keys)

    def _holds(self, when: str, stored: Stored) -> bool:
        return compile_expression(when).evaluate(scope_of(self._view, stored)) is not False


def _code(text: str) -> Code:
    import segno

    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError:
        return Code("", text)
    return Code(code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None), text)


def _table(value: object) -> Table | None:
    try:
        return msgspec.convert(value, Table)
    except msgspec.ValidationError:
        return None


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
