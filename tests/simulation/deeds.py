"""What people type on their tablets, through the client as a screen would."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wuye_client import Replica, outbox
from wuye_client.clock import to_ms, to_wire
from wuye_client.overlay import open_items
from wuye_client.protocol import Op
from wuye_client.view import Record

from .town import HOMES, MALL, OFFICE, POSTS, UNITS, ZONES

if TYPE_CHECKING:
    from .world import World

Deed = Callable[["World", Replica], object]

TAGS = {"ticket": ("noisy", "warranty", "hazard"), "points.member": ("a", "b", "c", "d")}


def _site(world: "World", tab: Replica, entity: str, verb: str) -> str | None:
    known = tab.manifest.entities.get(entity)
    sites = [site.id for site in tab.sites if known and known.allows(site.id, verb) and site.id in UNITS]
    return world.random.choice(sites) if sites else None


def _any(world: "World", tab: Replica, entity: str) -> Record | None:
    """Choose a record, often one of the oldest, where people meet."""
    # The view, for whom nobody logs look-ups of private data (OWN-7).
    found = tab.view.query(entity, list(UNITS)) if entity in tab.manifest.entities else []
    if not found:
        return None
    return world.random.choice(found[:2] if world.random.random() < 0.5 else found)


def new_ticket(world: "World", tab: Replica) -> object:
    """Take in a ticket, for a unit, a zone or nobody knows where."""
    site = _site(world, tab, "ticket", "create")
    if site is None:
        return None
    random = world.random
    where = random.choice(({}, {"unit": random.choice(UNITS[site])}, {"zone": random.choice(ZONES[site])}))
    kind = random.choice(("repair", "repair", "complaint", "inquiry"))
    return tab.create(site, "ticket", {"kind": kind, "title": world.word(), **where})


def edit(world: "World", tab: Replica) -> object:
    """Change some fields of something."""
    entity = world.random.choice(
        ("ticket", "ticket", "ticket", "points.member", "points.member", "owner", "points.secret")
    )
    record = _any(world, tab, entity)
    if record is None:
        return None
    random = world.random
    choices: dict[str, Mapping[str, object]] = {
        "ticket": {
            "title": world.word(),
            "location": random.choice((world.word(), None)),
            "priority": random.choice(("normal", "urgent", "emergency")),
            "tags": _some_tags(world, record),
            "remarks": f"{record.get('remarks') or ''}{world.word()} ",
            "unit": random.choice(UNITS[record.site]),
            "place": {"lat": str(random.randint(1, 80)), "lon": "131.9"},
        },
        "points.member": {
            "name": world.word(),
            "mood": random.choice((world.word(), "boom")),
            "card": random.choice(("k1", "k2", None)),
            "tags": _some_tags(world, record),
            "diary": f"{record.get('diary') or ''}{world.word()} ",
            "best": random.randint(1, 99),
            "least": random.randint(1, 99),
            "unit": random.choice(UNITS[record.site]),
        },
        "owner": {"name": world.word(), "note": world.word(), "unit": random.choice(UNITS[record.site])},
        "points.secret": {"text": world.word(), "grade": random.choice(("low", "high"))},
    }
    names = random.sample(list(choices[entity]), min(random.randint(1, 3), len(choices[entity])))
    return tab.update(record.site, entity, record.id, {name: choices[entity][name] for name in names})


def _some_tags(world: "World", record: Record) -> list[str]:
    known = TAGS.get(record.entity, ())
    return sorted(world.random.sample(known, world.random.randint(0, len(known))))


def act(world: "World", tab: Replica) -> object:
    """Carry out some act that looks legal from here."""
    entity = world.random.choice(("ticket", "ticket", "ticket", "lostfound.item", "points.secret"))
    record = _any(world, tab, entity)
    if record is None:
        return None
    flow = tab.manifest.entities[entity].workflow
    assert flow is not None
    legal = [step for step in flow.transitions if record.get(flow.field) in step.from_]
    if not legal:
        return None
    step = world.random.choice(legal)
    values: dict[str, object] = {
        "department": "engineering",
        "waiting_for": "parts",
        "wait_until": to_wire(world.now),
        "result": world.word(),
        "escalated_to": "supervisor",
        "promised_reply_at": to_wire(world.now),
        "cause_category": "lift",
        "document_seen": "passport",
        "disposal": "charity",
    }
    needs = {name: values[name] for name in (*step.needs, *step.form) if name in values}
    return step.act, tab.act(record.site, entity, record.id, step.act, {"reason": world.word()}, needs)


def take_photo(world: "World", tab: Replica) -> object:
    """Photograph something, now and then with a thumbnail, or show on a ticket what another shows already."""
    record = _any(world, tab, world.random.choice(("ticket", "ticket", "unit")))
    if record is None:
        return None
    shown = record.get("photos")
    photos = list(shown) if isinstance(shown, list) else []
    other = _any(world, tab, "ticket")
    if world.random.random() < 0.2 and other and isinstance(known := other.get("photos"), list):
        added = [world.random.choice(known)]
    elif photos and world.random.random() < 0.2:
        return tab.update(record.site, record.entity, record.id, {"photos": photos[1:]})
    else:
        added = [tab.attach(_photo(world, world.random.choice((300, 40_000, 600_000))))]
        world.shown.add((str(added[0]["sha256"]), record.id))
        if world.random.random() < 0.3:
            added.append(tab.attach(_photo(world, 200), role=f"thumb:{added[0]['sha256']}"))
    return tab.update(record.site, record.entity, record.id, {"photos": [*photos, *added]})


def _photo(world: "World", size: int) -> bytes:
    data = b"\xff\xd8\xff" + f"{world.seed} {world.word()} ".encode() * (size // 8)
    world.photos[hashlib.sha256(data).hexdigest()] = data
    return data


def add_note(world: "World", tab: Replica) -> object:
    """Write a note on a ticket."""
    ticket = _any(world, tab, "ticket")
    return ticket and tab.create(ticket.site, "ticket.event", {"ticket": ticket.id, "text": world.word()})


def new_household(world: "World", tab: Replica) -> object:
    """Write an owner, his private data and his occupancy in one group."""
    site = _site(world, tab, "owner", "create")
    if site is None:
        return None
    unit = world.random.choice(UNITS[site])
    with tab.group():
        owner = tab.create(site, "owner", {"name": world.word(), "unit": unit})
        tab.create(site, "owner.private", {"owner": owner, "wechat": world.word()})
        if world.random.random() < 0.5:
            values = {"owner": owner, "unit": world.random.choice(UNITS[site]), "role": "owner"}
            tab.create(site, "occupancy", values)
    return owner


def new_member(world: "World", tab: Replica) -> object:
    """Take in a member, maybe with a card that another has."""
    site = _site(world, tab, "points.member", "create")
    if site is None:
        return None
    values: dict[str, object] = {"name": world.word(), "unit": world.random.choice(UNITS[site])}
    if world.random.random() < 0.4:
        values["card"] = world.random.choice(("k1", "k2", "k3"))
    member = tab.create(site, "points.member", values)
    tab.create(site, "points.entry", {"member": member, "amount": world.random.randint(1, 20)})
    return member


def book(world: "World", tab: Replica) -> object:
    """Book points to a member or from him."""
    member = _any(world, tab, "points.member")
    if member is None:
        return None
    amount = world.random.choice((5, 10, -3, -8, -15))
    return tab.create(member.site, "points.entry", {"member": member.id, "amount": amount})


def keep_secret(world: "World", tab: Replica) -> object:
    """Write what few may read."""
    member = _any(world, tab, "points.member")
    return member and tab.create(member.site, "points.secret", {"member": member.id, "text": world.word()})


def find_something(world: "World", tab: Replica) -> object:
    """Something is found; valuable things open a ticket."""
    site = _site(world, tab, "lostfound.item", "create")
    if site is None:
        return None
    worth = world.random.choice((100, 90_000))
    values = {"name": world.word(), "category": "bag", "place": "hall", "found_on": "2026-11-01", "worth": worth}
    if world.random.random() < 0.5:
        values["zone"] = world.random.choice(ZONES[site])
    return tab.create(site, "lostfound.item", values)


def delete(world: "World", tab: Replica) -> object:
    """Delete something."""
    entity = world.random.choice(("ticket", "points.member", "points.secret"))
    record = _any(world, tab, entity)
    return record and tab.delete(record.site, entity, record.id)


def move_unit(world: "World", tab: Replica) -> object:
    """A unit changes zone."""
    unit = _any(world, tab, "unit")
    return unit and tab.update(unit.site, "unit", unit.id, {"zone": world.random.choice(ZONES[unit.site])})


def hand_on(world: "World", tab: Replica) -> object:
    """A ticket is handed to somebody else."""
    ticket = _any(world, tab, "ticket")
    if ticket is None:
        return None
    values = {"assignee": world.random.choice(POSTS).id}
    if world.random.random() < 0.3:
        values["responsible"] = world.random.choice(POSTS).id
    return tab.update(ticket.site, "ticket", ticket.id, values)


def resolve(world: "World", tab: Replica) -> object:
    """Settle a review item, maybe only one of its ops."""
    item = _any(world, tab, "review")
    if item is None or not (ops := open_items(item.values)):
        return None
    return tab.resolve(item.site, item.id, world.random.sample(ops, world.random.randint(1, len(ops))))


def by_hearsay(world: "World", tab: Replica) -> object:
    """Write about a record that is not here, but was told of (a QR code, a telephone call)."""
    records = [op for op in world.typed.values() if op.kind == "create" and op.entity in ("ticket", "points.member")]
    if not records:
        return None
    told = world.random.choice(records)
    if world.random.random() < 0.3:
        return append(world, tab, told.site, "ticket.event", {"ticket": told.record, "text": world.word()})
    field = "title" if told.entity == "ticket" else "name"
    return append(world, tab, told.site, told.entity, {field: world.word()}, record=told.record)


def nonsense(world: "World", tab: Replica) -> object:
    """An app with a fault writes what does not fit."""
    site = world.random.choice((HOMES, MALL, OFFICE, world.new_id()))
    written: tuple[tuple[str, dict[str, object], int], ...] = (
        ("ticket", {"title": 5}, 1),
        ("ticket", {"title": world.word(), "colour": "red"}, 1),
        ("ticket", {"title": world.word()}, 1),
        ("ticket", {"title": world.word()}, 9),
        ("ghost.entity", {"name": world.word()}, 1),
        ("points.entry", {"member": world.new_id(), "amount": 5}, 1),
    )
    entity, values, version = world.random.choice(written)
    return append(world, tab, site, entity, values, version=version)


def append(
    world: "World",
    tab: Replica,
    site: str,
    entity: str,
    values: dict[str, object],
    *,
    record: str | None = None,
    version: int = 1,
) -> str:
    """Write an op past all forms, as another app would: an update when ``record`` is given."""
    op = Op(
        op=world.new_id(),
        site=site,
        entity=entity,
        record=record or world.new_id(),
        kind="update" if record else "create",
        at=to_wire(world.now),
        v=version,
        set=values,
    )
    with tab.store.writing():
        outbox.append(tab.store, tab.store.meta("replica") or "", [op], to_ms(world.now))
    return op.record


_TABLE: Mapping[Deed, int] = {
    new_ticket: 8,
    edit: 20,
    act: 12,
    add_note: 3,
    new_household: 4,
    new_member: 5,
    book: 6,
    keep_secret: 2,
    find_something: 4,
    delete: 3,
    move_unit: 7,
    hand_on: 6,
    resolve: 4,
    by_hearsay: 5,
    take_photo: 6,
    nonsense: 1,
}
DEEDS: Sequence[Deed] = tuple(_TABLE)
WEIGHTS: Sequence[int] = tuple(_TABLE.values())
