"""What the office decides: grants, users, plugins, devices. Done at once, on the server, as the administrator."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from wuye.kernel.clock import to_wire
from wuye.protocol.wire import Op
from wuye.sync.door import server_replica
from wuye.sync.rows import Need, ReplicaState

from .points import Weather
from .server import Crash
from .stores import held
from .town import ADMIN, HOMES, MALL, OFFICE, ORG, POSTS, SITES, ZONES, op_of

if TYPE_CHECKING:
    from .world import World

Decision = Callable[["World"], str | None]

LOG = server_replica(ADMIN, "rest")


def submit(world: "World", site: str, *ops: Op) -> bool:
    """Push ops of the administrator's server-side replica; tell whether all were applied."""
    world.store.enrol(ReplicaState(id=LOG, user=ADMIN, device="", synced_ms=0))
    try:
        pushed = world.server.drive(world.server.door.submit(ADMIN, LOG, site, ops, world.now))
    except Crash:
        world.server.start()
        return False
    world.server.woken.update(dict.fromkeys(sorted(pushed.wake)))
    return all(result.status == "applied" for result in pushed.results)


def give_grant(world: "World") -> str | None:
    """Somebody gets a post, maybe from later on, maybe for some hours."""
    random = world.random
    post = random.choice([t.post for t in world.tablets] + list(POSTS))
    site = random.choice((HOMES, MALL, OFFICE, ORG) if random.random() < 0.2 else (HOMES, MALL, OFFICE))
    roles = ("auditor", "hq_cs") if site == ORG else ("cs_assistant", "cs_supervisor", "technician", "front_desk")
    role = random.choice(roles)
    key = random.choice(ZONES[site]) if site != ORG and random.random() < 0.6 else None
    grant = world.new_id()
    set_: dict[str, object] = {"user": post.id, "role": role, "site": site}
    if key:
        set_["key"] = key
    if random.random() < 0.2:
        set_["starts"] = to_wire(world.now + timedelta(hours=random.randint(0, 3)))
    if random.random() < 0.2:
        set_["ends"] = to_wire(world.now + timedelta(hours=random.randint(4, 40)))
    if submit(world, ORG, op_of(world.new_id, world.now, ORG, "grant", grant, set_)):
        world.grants[grant] = (post.id, role, site, key)
    return f"{role} at {site[-4:]} to {post.username}"


def end_grant(world: "World") -> str | None:
    """A post ends, at once or in some hours."""
    random = world.random
    mine = {tablet.post.id for tablet in world.tablets}
    open_ = [g for g, (user, *_) in world.grants.items() if user in mine and user != ADMIN]
    if not open_:
        return None
    grant = random.choice(open_)
    ends = world.now + timedelta(hours=random.choice((0, 0, 0, 3)))
    stored = _values(world, ORG, "grant", grant)
    was = {"ends": stored.get("ends")} if stored.get("ends") else {}
    op = op_of(world.new_id, world.now, ORG, "grant", grant, {"ends": to_wire(ends)}, was)
    if submit(world, ORG, op):
        user, role, site, _ = world.grants.pop(grant)
        return f"{role} at {site[-4:]} of {_name(user)} at {ends:%d %H:%M}"
    return None


def switch_plugin(world: "World") -> str | None:
    """A plugin is switched off or on at a site."""
    site = world.random.choice((HOMES, MALL))
    plugins = world.random.choice((None, (), ("points",), ("lostfound",), ("lostfound", "points")))
    stored = _values(world, ORG, "site", site)
    set_ = {"plugins": None if plugins is None else [{"id": name} for name in ("core", *plugins)]}
    was = {"plugins": stored.get("plugins")}
    submit(world, ORG, op_of(world.new_id, world.now, ORG, "site", site, set_, was))
    return f"{plugins} at {site[-4:]}"


def switch_user(world: "World") -> str | None:
    """A user is disabled or enabled again."""
    tablet = world.random.choice(world.tablets)
    if tablet.post.id == ADMIN:
        return None
    stored = _values(world, ORG, "user", tablet.post.id)
    disabled = not stored.get("disabled") and world.random.random() < 0.4
    set_, was = {"disabled": disabled}, {"disabled": stored.get("disabled")}
    submit(world, ORG, op_of(world.new_id, world.now, ORG, "user", tablet.post.id, set_, was))
    return f"{tablet.post.username} {'disabled' if disabled else 'enabled'}"


def revoke_device(world: "World") -> str | None:
    """A device is lost: its replicas may offer their outboxes, then they erase themselves."""
    if len(world.tablets) < 3 or world.random.random() < 0.5:
        return None
    tablet = world.random.choice(world.tablets)
    if tablet.post.id == ADMIN:
        return None
    world.server.revoked[tablet.device.card.id] = world.now
    return tablet.device.card.name


def admit(world: "World") -> str | None:
    """A supervisor lets in what came with a dead token."""
    for site in SITES:
        for waiting in held(world.store, site):
            if waiting.wait.startswith("user:") and waiting.review:
                op = Op(
                    n=0, op=world.new_id(), site=site, entity="review", record=waiting.review, kind="act", act="admit",
                    at=to_wire(world.now), args={"ops": [waiting.op]},
                )  # fmt: skip
                return f"{waiting.op} {submit(world, site, op)}"
    return None


def sweep(world: "World") -> str | None:
    """The server looks at held ops: where it was woken, or everywhere."""
    sites = list(world.server.woken) or list(SITES)
    try:
        world.server.sweep(sites, retry_rules=not Weather.broken)
    except Crash:
        world.server.start()
    return "woken" if len(sites) < len(SITES) else "all"


def forget_marks(world: "World") -> str | None:
    """Old deletions and left marks are forgotten: who was away for longer must read anew (protocol §4)."""
    site = world.random.choice((ORG, HOMES, MALL, OFFICE))
    before = to_wire(world.now - timedelta(hours=world.random.choice((0, 2, 24))))
    try:
        world.store.write(site, lambda transaction: transaction.purge(before))
    except Crash:
        world.server.start()
    return f"of {site[-4:]} before {before}"


def break_rule(world: "World") -> str | None:
    """A rule begins to fail, or is mended."""
    Weather.broken = not Weather.broken
    return str(Weather.broken)


def turn_pages(world: "World") -> str | None:
    """Pages get larger or smaller."""
    world.server.page = world.random.choice((2, 3, 7, 20, 2000))
    return str(world.server.page)


def _values(world: "World", site: str, entity: str, record: str) -> Mapping[str, object]:
    need = Need(records={(entity, record)})
    return world.store.read(lambda snapshot: snapshot.load(site, need)).records[entity, record].values


def _name(user: str) -> str:
    return next(post.username for post in POSTS if post.id == user)


_TABLE: Mapping[Decision, int] = {
    give_grant: 6,
    end_grant: 6,
    switch_plugin: 6,
    switch_user: 2,
    revoke_device: 1,
    admit: 2,
    sweep: 3,
    forget_marks: 3,
    break_rule: 2,
    turn_pages: 2,
}
DECISIONS: Sequence[Decision] = tuple(_TABLE)
WEIGHTS: Sequence[int] = tuple(_TABLE.values())
