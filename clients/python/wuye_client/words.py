"""Values as people read them: labels for choices, titles for references, moments on the site's wall clock."""

import msgspec

from wuye_client.clock import from_wire
from wuye_client.fields import originals
from wuye_client.ids import is_uuid
from wuye_client.manifest import Entity, Field, Manifest
from wuye_client.texts import pick, say
from wuye_client.view import Record, View

_DEEPEST = 3  # titles may name records whose titles name records
META = {
    "created_at": Field(name="created_at", type="datetime"),
    "created_by": Field(name="created_by", type="ref", ref="user"),
    "updated_at": Field(name="updated_at", type="datetime"),
    "updated_by": Field(name="updated_by", type="ref", ref="user"),
}


class Words:
    """Puts records of one replica into words of one language."""

    def __init__(self, view: View, manifest: Manifest, locale: str) -> None:
        self._view = view
        self._manifest = manifest
        self._locale = locale

    def title(self, record: Record) -> str:
        """Return a record's title from its entity's template (``{number} {title}``); what is missing leaves nothing
        behind, but the device's number stands in for the register number until that is given (TKT-14)."""
        return self._title(record, _DEEPEST)

    def label(self, entity: str, field: str) -> str:
        """Return a field's name."""
        known = self._manifest.entities.get(entity)
        found = known.by_name.get(field) if known else None
        if found is None and field in META:
            return say(f"meta.{field}", self._locale)
        return (pick(found.label, self._locale) if found else "") or field

    def act(self, entity: str, act: str) -> str:
        """Return an act's name."""
        known = self._manifest.entities.get(entity)
        steps = known.workflow.transitions if known and known.workflow else []
        return next((pick(step.label, self._locale) for step in steps if step.act == act), "") or act

    def value(self, site: str, entity: str, field: str, value: object) -> str:
        """Return the text of a value that a field of an entity holds at a site."""
        known = self._manifest.entities.get(entity)
        found = known.by_name.get(field) if known else None
        return self._value(site, found or META.get(field), value, _DEEPEST)

    def refusal(self, code: str | None, message: str | None, *, spoken: bool = False) -> str:
        """Return why an op was not applied as asked, in words where there are any (protocol §3.2). A result's message
        is ``spoken``: the server has put it into words already."""
        texts = self._manifest.texts
        key, _, values = (message or "").partition(" ")
        if known := texts.get(key):
            said = pick(known, self._locale)
            try:
                return said.format_map(msgspec.json.decode(values, type=dict[str, str])) if values else said
            except (ValueError, LookupError):
                return said
        plain = pick(texts.get(f"error.{code}", {}), self._locale)
        own = message if spoken and message and not message.startswith(plain) else ""  # a rule's, not the code's
        return own or plain or message or code or ""

    def _title(self, record: Record, depth: int) -> str:
        known = self._manifest.entities.get(record.entity)
        parts = (known.title if known else "").replace("}", "{").split("{")
        words = [self._part(record, known, part, depth) if i % 2 else part for i, part in enumerate(parts)]
        return " ".join("".join(words).split()) or record.id

    def _part(self, record: Record, entity: Entity | None, name: str, depth: int) -> str:
        value = record.get(name)
        rule = entity.number if entity else None
        if value is None and rule and name == rule.field:
            value = record.get(rule.device_field)
        return self._value(record.site, entity.by_name.get(name) if entity else None, value, depth)

    def _value(self, site: str, field: Field | None, value: object, depth: int) -> str:
        if value is None:
            return ""
        kind = field.type if field else ""
        match value:
            case list() if field and kind != "value":
                return self._several(site, field, value, depth)
            case dict() if kind == "localized":
                return pick({str(k): str(v) for k, v in value.items()}, self._locale)
            case bool():
                return "✓" if value else "✗"
            case int() if kind == "money":
                return f"{value / 100:,.2f}"
            case str() if field:
                return self._text(site, field, value, depth)
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def _several(self, site: str, field: Field, values: list[object], depth: int) -> str:
        if field.type == "blobs":
            return str(len(originals(values)))
        if field.type != "rows":
            return ", ".join(self._value(site, field, value, depth) for value in values)
        rows = [value for value in values if isinstance(value, dict)]
        cells = [[self._value(site, sub, row.get(sub.name), depth) for sub in field.fields] for row in rows]
        return "; ".join(" ".join(filter(None, row)) for row in cells)

    def _text(self, site: str, field: Field, value: str, depth: int) -> str:
        if field.type in ("choice", "choices"):
            known = self._manifest.values_of(field).get(value)
            return (pick(known.label, self._locale) if known else "") or value
        if field.type in ("ref", "refs") and field.ref:
            return self.named(site, field.ref, value, depth)
        if field.type == "datetime":
            return f"{from_wire(value).astimezone(self._view.zone(site)):%Y-%m-%d %H:%M}"
        # What the server itself has put down as the key of a text is said in the reader's language.
        said = self._manifest.texts.get(value) if field.readonly else None
        return pick(said, self._locale) if said else value

    def named(self, site: str, entity: str, record: str, depth: int = _DEEPEST) -> str:
        """Return the title of a record referred to; of one that is not here, or is private, the end of its id."""
        known = self._manifest.entities.get(entity)
        for place in dict.fromkeys([site, *(s.id for s in self._manifest.sites)]):
            if known is None or known.private or depth == 0:
                break
            if found := self._view.get(place, entity, record):
                return self._title(found, depth - 1)
        return record[-8:] if is_uuid(record) else record
