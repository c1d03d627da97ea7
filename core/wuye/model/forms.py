"""What printable forms name: fields behind paths, texts; and whether all of it is there. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from wuye.kernel.expressions import compile_expression
from wuye.model.entity import Entity, Field
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

HOLE = re.compile(r"\{([a-z_.]+)\}")
"""A field's value inside the text of `Words`."""
META = {
    "created_at": Field(name="created_at", type="datetime"),
    "created_by": Field(name="created_by", type="ref", ref="user"),
    "updated_at": Field(name="updated_at", type="datetime"),
    "updated_by": Field(name="updated_by", type="ref", ref="user"),
}
TYPES: Mapping[type, tuple[str, ...]] = {
    Lines: ("rows",),
    Body: ("note", "text", "localized"),
    QrCode: ("text", "point"),
    Drawing: ("value",),
    Of: ("ref",),
}
"""Which types of fields a block can show."""
Entities = Mapping[str, Entity]
Text = Callable[[str], Mapping[str, str]]
"""The text of a key by language."""


def field_of(entity: Entity, name: str) -> Field | None:
    """Return a field by its name, the state and what every record has (``created_at``) included."""
    known = next((field for field in entity.fields if field.name == name), None)
    if known is None and entity.workflow and entity.workflow.field == name:
        return Field(name=name, type="choice", choices=tuple(state.name for state in entity.workflow.states))
    return known or META.get(name)


def follow(entities: Entities, entity: str, path: str) -> tuple[str, Field]:
    """Return the entity and field to which ``unit.building`` leads from an entity.

    Raises:
        ValueError: it leads nowhere.
    """
    *refs, last = path.split(".")
    for name in refs:
        ref = field_of(entities[entity], name)
        if ref is None or ref.type != "ref" or ref.ref is None:
            raise ValueError(f"{entity}.{name} is no field that refers to one record")
        entity = ref.ref
    field = field_of(entities[entity], last)
    if field is None:
        raise ValueError(f"{entity} has no field {last}")
    return entity, field


def check_form(form: Print, entities: Entities, text: Text) -> None:
    """Check that all that a form names is there.

    Raises:
        ValueError: something is not, or the condition is wrong.
    """
    if form.entity not in entities:
        raise ValueError(f"there is no entity {form.entity}")
    entity = entities[form.entity]
    if form.when:
        names = {field.name for field in entity.fields} | ({entity.workflow.field} if entity.workflow else set())
        compile_expression(form.when, names=names)
    _check(form.blocks, form.entity, entities, text)


def form_keys(form: Print) -> Iterator[str]:
    """Yield the keys of all texts that a form shows."""
    yield f"print.{form.id}"
    yield from form.parts
    yield from _block_keys(form.blocks)


def _block_keys(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Words():
                yield block.text
            case Signature():
                yield from block.places
            case QrCode():
                pass
            case _:
                if block.label:
                    yield block.label
        if isinstance(block, Each | Of):
            yield from _block_keys(block.blocks)


def _check(blocks: Iterable[Block], entity: str, entities: Entities, text: Text) -> None:
    for block in blocks:
        fields = []
        for path, types in _named(block, text):
            where, field = follow(entities, entity, path)
            if types and field.type not in types:
                raise ValueError(f"{where}.{field.name} is of type {field.type}, not {' or '.join(types)}")
            fields.append(field)
        match block:
            case Lines():
                if unknown := set(block.columns) - {sub.name for sub in fields[0].fields}:
                    raise ValueError(f"the rows of {entity}.{block.field} have no {', '.join(sorted(unknown))}")
            case Of():
                _check(block.blocks, fields[0].ref or "", entities, text)
            case Records():
                _check_children(block, entity, entities)
                _check((Facts(fields=block.columns),), block.entity, entities, text)
            case Each():
                _check_children(block, entity, entities)
                _check(block.blocks, block.entity, entities, text)


def _named(block: Block, text: Text) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the paths that a block names, with the types that the field at the end may have (none: any)."""
    match block:
        case Facts():
            yield from ((path, ()) for path in block.fields)
        case Words():
            yield from (
                (path, ()) for path in {path for words in text(block.text).values() for path in HOLE.findall(words)}
            )
        case Signature():
            yield from ((path, ("signature",)) for path in block.places.values() if path)
        case Lines() | Body() | QrCode() | Drawing() | Of():
            yield block.field, TYPES[type(block)]


def _check_children(block: Records | Each, entity: str, entities: Entities) -> None:
    if block.entity not in entities:
        raise ValueError(f"there is no entity {block.entity}")
    naming = field_of(entities[block.entity], block.field)
    if naming is None or naming.ref != entity:
        raise ValueError(f"{block.entity}.{block.field} does not refer to {entity}")
    if field_of(entities[block.entity], block.sort.removeprefix("-")) is None:
        raise ValueError(f"{block.entity} has no field {block.sort.removeprefix('-')} to sort by")
