"""Fills in any form from the manifest alone, as a person before a generated screen would: the way into plugins that
these worlds know nothing else of."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from wuye_client import Replica
from wuye_client.clock import to_wire
from wuye_client.manifest import Field
from wuye_client.view import Record

from .town import POSTS, UNITS

if TYPE_CHECKING:
    from .world import World

SHA = "ab" * 32


def fill_in(world: "World", tab: Replica, plugin: str) -> object:
    """Create a record of a plugin with whatever may be typed into its form."""
    places = [
        (name, site.id)
        for name, entity in tab.manifest.entities.items()
        for site in tab.sites
        if entity.plugin == plugin and site.id in UNITS and entity.allows(site.id, "create")
    ]
    if not places:
        return None
    name, site = world.random.choice(places)
    entity = tab.manifest.entities[name]
    values = _typed(world, tab, site, (f for f in entity.fields if f.name != entity.state_field), share=0.6)
    return name, tab.create(site, name, values)


def correct(world: "World", tab: Replica, plugin: str) -> object:
    """Change some fields of a record of a plugin."""
    record = _some_record(world, tab, plugin, "update")
    if record is None:
        return None
    entity = tab.manifest.entities[record.entity]
    free = [f for f in entity.fields if not f.readonly and not f.derive and f.name != entity.state_field]
    some = world.random.sample(free, min(len(free), world.random.randint(1, 3)))
    values = _typed(world, tab, record.site, some, share=0.9)
    return values and (record.entity, tab.update(record.site, record.entity, record.id, values))


def carry_out(world: "World", tab: Replica, plugin: str) -> object:
    """Carry out an act of a plugin that looks legal from here, its form filled in."""
    record = _some_record(world, tab, plugin, "act")
    if record is None:
        return None
    entity = tab.manifest.entities[record.entity]
    flow = entity.workflow
    assert flow is not None
    legal = [
        step
        for step in flow.transitions
        if record.get(flow.field) in step.from_ and entity.allows(record.site, f"act.{step.act}")
    ]
    if not legal:
        return None
    step = world.random.choice(legal)
    asked = [entity.by_name[name] for name in dict.fromkeys((*step.form, *step.needs)) if name in entity.by_name]
    needed = {name for name in step.needs if record.get(name) is None}
    values = _typed(world, tab, record.site, asked, share=0.5, always=needed)
    args = {"reason": world.word()}
    return record.entity, step.act, tab.act(record.site, record.entity, record.id, step.act, args, values)


def _some_record(world: "World", tab: Replica, plugin: str, verb: str) -> Record | None:
    found = [
        record
        for name, entity in tab.manifest.entities.items()
        if entity.plugin == plugin and (verb != "act" or entity.workflow)
        for record in tab.view.query(name, list(UNITS))
    ]
    return world.random.choice(found) if found else None


def _typed(
    world: "World",
    tab: Replica,
    site: str,
    fields: Iterable[Field],
    *,
    share: float,
    always: Iterable[str] = (),
) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in fields:
        wanted = field.required or field.name in always or world.random.random() < share
        if field.readonly or field.derive or not wanted:
            continue
        value = _value(world, tab, site, field)
        if value is not None:
            values[field.name] = value
    return values


def _value(world: "World", tab: Replica, site: str, field: Field) -> object:
    random = world.random
    match field.type:
        case "choice" | "choices":
            known = sorted(tab.manifest.values_of(field))
            if not known:
                return None
            return random.choice(known) if field.type == "choice" else sorted(random.sample(known, min(2, len(known))))
        case "ref" | "refs":
            one = _ref(world, tab, site, field.ref or "")
            return one and (one if field.type == "ref" else [one])
        case "rows":
            return [_typed(world, tab, site, field.fields, share=0.7) for _ in range(random.randint(1, 3))]
        case type_:
            return _MAKE[type_](world, field) if type_ in _MAKE else None


def _word(world: "World", field: Field) -> str:
    return world.word()[: field.max or 40]


def _number(world: "World", field: Field) -> int:
    low = field.min or 0
    return world.random.randint(low, min(field.max or low + 100, low + 100))


_MAKE: Mapping[str, Callable[["World", Field], object]] = {
    "text": _word,
    "note": _word,
    "point": _word,
    "integer": _number,
    "money": _number,
    "decimal": lambda world, field: str(_number(world, field)),
    "boolean": lambda world, _: world.random.random() < 0.5,
    "date": lambda world, _: (world.now + timedelta(days=world.random.randint(-40, 40))).date().isoformat(),
    "time": lambda world, _: f"{world.random.randint(8, 20):02d}:{world.random.choice((0, 15, 30)):02d}:00",
    "datetime": lambda world, _: to_wire(world.now + timedelta(hours=world.random.randint(-30, 30))),
    "phone": lambda world, _: f"+86 138 {world.random.randint(10**7, 10**8 - 1)}",
    "blobs": lambda _world, _field: [{"sha256": SHA, "type": "image/jpeg", "size": 5}],
    "signature": lambda world, _: {"sha256": SHA, "signer": world.word(), "at": to_wire(world.now)},
    "localized": lambda world, _: {"zh-Hant": world.word(), "ru": world.word()},
    "duration": lambda _world, _field: "PT30M",
    "rrule": lambda world, _: world.random.choice(("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE")),
    "place": lambda _world, _field: {"lat": "43", "lon": "131.9"},
}


def _ref(world: "World", tab: Replica, site: str, entity: str) -> str | None:
    if entity == "user":
        return world.random.choice(POSTS).id
    if entity == "site":
        return site
    known = [record.id for record in tab.view.query(entity, [site])] if entity in tab.manifest.entities else []
    return world.random.choice(known) if known else None
