"""Texts in four languages, found by keys that follow from the descriptors' names.

A plugin brings ``locales/<language>.json``: one flat object of key → text. Nobody writes a label beside a field, so
no language can be forgotten there: `missing` lists what a catalogue lacks.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from wuye.kernel.errors import CODES
from wuye.model.entity import Entity, Field
from wuye.model.forms import form_keys
from wuye.model.plugin import Contribution

LANGUAGES = ("zh-Hant", "zh-Hans", "ru", "en")
Text = dict[str, str]


class Catalogue:
    """The texts of all plugins together."""

    def __init__(self, catalogues: Iterable[Mapping[str, Mapping[str, str]]]) -> None:
        self._texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for catalogue in catalogues:
            for language, texts in catalogue.items():
                self._texts[language].update(texts)

    def text(self, key: str) -> Text:
        """Return a key's text in every language; a missing one shows its key."""
        return {language: self._texts[language].get(key, key) for language in LANGUAGES}

    def say(self, key: str, language: str, /, **values: object) -> str:
        """Return one text with ``{name}`` filled in."""
        template = self._texts.get(language, self._texts["en"]).get(key, key)
        return template.format_map(values) if values else template

    def knows(self, key: str) -> bool:
        """Tell whether there is a text under this key."""
        return key in self._texts["en"]

    def message(self, said: str, language: str) -> str | None:
        """Return a rule's message, as `filled` wrote it, in words; None where it names no text of ours."""
        key, _, values = said.partition(" ")
        if not self.knows(key):
            return None
        try:
            return self.say(key, language, **(msgspec.json.decode(values, type=dict[str, str]) if values else {}))
        except (ValueError, LookupError):
            # A plugin's slip must not keep a tablet from its answer: the op is judged already.
            return self.say(key, language)

    def starting(self, prefix: str) -> dict[str, Text]:
        """Return the texts whose keys start so (``message.``), for the manifest."""
        return {key: self.text(key) for key in sorted(self._texts["en"]) if key.startswith(prefix)}


def filled(key: str, values: Mapping[str, str]) -> str:
    """Return a message as results, ledger and review items carry it: the key of a text, and as JSON what fills its
    ``{name}`` in. So everybody reads it in his own language."""
    said = {name: str(value) for name, value in values.items()}
    return f"{key} {msgspec.json.encode(said).decode()}" if said else key


def missing(contribution: Contribution, *, core: bool = False) -> list[str]:
    """List ``<language>: <key>`` for every text that the plugin's descriptors need and its catalogues lack."""
    keys = sorted(set(_keys(contribution)) | ({f"error.{code}" for code in CODES} if core else set()))
    every = sorted({key for texts in contribution.catalogues.values() for key in texts} | set(keys))
    return [
        f"{language}: {key}"
        for language in LANGUAGES
        for key in every
        if not contribution.catalogues.get(language, {}).get(key, "").strip()
    ]


def _keys(contribution: Contribution) -> Iterator[str]:
    yield f"plugin.{contribution.info.id}"
    for entity in contribution.entities:
        yield from _entity_keys(entity)
    yield from _field_keys("setting", (setting.field for setting in contribution.settings))
    for role in contribution.roles:
        yield f"role.{role.id}"
    for codes in contribution.codes:
        yield from (f"code.{codes.id}.{value}" for value in codes.values)
    for report in contribution.reports:
        yield f"report.{report.id}"
        yield from _field_keys(f"report.{report.id}", (*report.args, *report.columns))
    for form in contribution.prints:
        yield from form_keys(form)
    yield from (f"calendar.{calendar.id}" for calendar in contribution.calendars)


def _entity_keys(entity: Entity) -> Iterator[str]:
    name = entity.name
    yield from (f"{name}.label", f"{name}.plural")
    yield from _field_keys(name, entity.fields)
    if entity.workflow:
        yield f"{name}.{entity.workflow.field}"
        yield from (f"{name}.{entity.workflow.field}.{state.name}" for state in entity.workflow.states)
        for transition in entity.workflow.transitions:
            yield f"{name}.act.{transition.act}"
            if transition.confirm:
                yield f"{name}.act.{transition.act}.confirm"
    yield from (f"{name}.constraint.{constraint.name}" for constraint in entity.constraints)
    yield from (f"{name}.section.{section.name}" for section in entity.views.sections)
    yield from (f"{name}.deadline.{deadline.name}" for deadline in entity.deadlines)
    yield from (f"{name}.child.{child.entity}.{child.field}" for child in entity.children)


def _field_keys(prefix: str, fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        key = f"{prefix}.{field.name}"
        yield key
        if field.help:
            yield f"{key}.help"
        if field.short:
            yield f"{key}.short"
        yield from (f"{key}.{choice}" for choice in field.choices)
        yield from _field_keys(key, field.fields)
