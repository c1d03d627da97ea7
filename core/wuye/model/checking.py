"""What descriptors say of each other must be there: checked once, when contributions are merged."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from wuye.model.entity import Entity, Field, Freeze
from wuye.model.forms import check_form

if TYPE_CHECKING:
    from wuye.model.registry import Registry

RESERVED = ("format", "lang")
"""What a request for a report says beside the report's own parameters."""

Fault = tuple[str, str]
"""A plugin, and what to mend in it."""


def faults(registry: "Registry") -> Iterator[Fault]:
    """Yield every reference that leads nowhere."""
    for name, entity in registry.entities.items():
        for fault in (*_fields(registry, entity), *_doers(entity), *_account(registry, entity), *_freeze(entity)):
            yield registry.plugin_of[name], fault
    readers: Mapping[str, Mapping[str, tuple[str, ...]]] = {
        "report": {report.id: report.entities for report in registry.reports.values()},
        "calendar": {calendar.id: calendar.entities for calendar in registry.calendars.values()},
    }
    for kind, found in readers.items():
        for id_, entities in found.items():
            for entity_name in entities:
                if entity_name not in registry.entities:
                    yield registry.origin[f"{kind}.{id_}"], f"{kind} {id_} reads the unknown entity {entity_name}"
    for report in registry.reports.values():
        for field in all_fields(report.args):
            if field.name in RESERVED:
                yield registry.origin[f"report.{report.id}"], f"report {report.id} needs another name for {field.name}"
            if field.codes and field.codes not in registry.codes:
                yield registry.origin[f"report.{report.id}"], f"report {report.id} uses the unknown list {field.codes}"
    for form in registry.prints.values():
        try:
            check_form(form, registry.entities, registry.catalogue.text)
        except ValueError as error:
            yield registry.origin[f"print.{form.id}"], f"print {form.id}: {error}"


def all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    """Yield fields, and after each those of its rows."""
    for field in fields:
        yield field
        yield from all_fields(field.fields)


def _fields(registry: "Registry", entity: Entity) -> Iterator[str]:
    for field in all_fields(entity.fields):
        if field.ref and field.ref not in registry.entities:
            yield f"{entity.name}.{field.name} refers to the unknown entity {field.ref}"
        elif field.among and not (field.ref and _names_sites(registry.entities[field.ref], field.among)):
            yield f"{entity.name}.{field.name} is offered among {field.among}, which names no sites of {field.ref}"
        if field.codes and field.codes not in registry.codes:
            yield f"{entity.name}.{field.name} uses the unknown code list {field.codes}"
    for shown in entity.shown_under:
        if not any(field.name == shown and field.ref for field in entity.fields):
            yield f"{entity.name} is shown under {shown}, which is no ref field of it"
    if entity.extends and entity.extends.entity not in registry.entities:
        yield f"{entity.name} extends the unknown entity {entity.extends.entity}"


def _names_sites(entity: Entity, name: str) -> bool:
    return any(field.name == name and field.ref == "site" for field in entity.fields)


def _doers(entity: Entity) -> Iterator[str]:
    people = {field.name for field in entity.fields if field.ref == "user"}
    for step in entity.workflow.transitions if entity.workflow else ():
        if step.doer and step.doer not in people:
            yield f"{entity.name}: the act {step.act} is done by {step.doer}, which names no user"


def _account(registry: "Registry", entity: Entity) -> Iterator[str]:
    if account := entity.account:
        owner = registry.entities.get(entity.field(account.owner).ref or "")
        if owner is None or not any(field.name == account.balance for field in owner.fields):
            yield f"{entity.name}: the account's owner has no field {account.balance}"
        cap = registry.settings.get(account.offline_cap or "")
        if account.offline_cap and not (cap and cap.scope == "site" and cap.field.type == "integer"):
            yield f"{entity.name}: {account.offline_cap} is no integer setting of a site"


def _freeze(entity: Entity) -> Iterator[str]:
    if freeze := entity.freeze:
        yield from (f"{entity.name}: freezing: {fault}" for fault in _of_freeze(entity, freeze))


def _of_freeze(entity: Entity, freeze: Freeze) -> Iterator[str]:
    fields = {field.name: field for field in entity.fields}
    steps = entity.workflow.transitions if entity.workflow else ()
    waiting = {step.to for step in steps if step.act == freeze.act}
    for act in (freeze.act, freeze.done, freeze.failed):
        if not any(step.act == act for step in steps):
            yield f"there is no act {act}"
    for act in (freeze.done, freeze.failed):
        for step in steps:
            # Otherwise it would be frozen again and again.
            if step.act == act and step.to in waiting:
                yield f"the act {act} must lead elsewhere than {freeze.act}"
        if not all(any(step.act == act and state in step.from_ for step in steps) for state in waiting):
            yield f"the act {act} must be legal after {freeze.act}"
    for name in (freeze.report, freeze.into, *freeze.args.values(), *([freeze.site] if freeze.site else ())):
        if name not in fields:
            yield f"there is no field {name}"
    if freeze.into in fields and (fields[freeze.into].type != "value" or not fields[freeze.into].readonly):
        yield f"the field {freeze.into} must be of type value and readonly"
    if freeze.site in fields and fields[freeze.site].ref != "site":
        yield f"the field {freeze.site} must name a site"
