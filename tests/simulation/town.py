"""The organisation that every world starts from: three sites, zones, units, a user for every post."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from msgspec import Struct

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import derive
from wuye.protocol.wire import Op
from wuye.sync.door import Door, server_replica
from wuye.sync.ports import Store
from wuye.sync.rows import Installation, ReplicaState
from wuye.sync.steps import run
from wuye.testing.memory import MemoryStore

from . import domains
from .points import registry

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
SYSTEM = "plugin:core"


def id_of(*names: str) -> str:
    """Return the one id that names stand for."""
    return derive("town", *names, ms=to_ms(START))


ORG, HOMES, MALL, OFFICE = (id_of("site", name) for name in ("org", "homes", "mall", "office"))
SITES = {ORG: "organisation", HOMES: "residential", MALL: "mall", OFFICE: "office"}
CODES = {ORG: "ORG", HOMES: "HOMES", MALL: "MALL", OFFICE: "OFFICE"}
ZONES = {site: [id_of("zone", site, name) for name in ("east", "west")] for site in (HOMES, MALL, OFFICE)}
BUILDING = {site: id_of("building", site) for site in ZONES}
UNITS = {site: [id_of("unit", site, str(i)) for i in range(4)] for site in ZONES}


class Post(Struct, frozen=True):
    """A user of the town with his first grants: (role, site, zone number or None)."""

    username: str
    grants: tuple[tuple[str, str, int | None], ...]

    @property
    def id(self) -> str:
        return id_of("user", self.username)


POSTS = (
    Post("assistant", (("cs_assistant", HOMES, 0),)),
    Post("butler", (("private_butler", HOMES, 1),)),
    Post("roamer", (("cs_assistant", HOMES, 1), ("front_desk", MALL, None))),
    Post("supervisor", (("cs_supervisor", HOMES, None), ("cs_supervisor", MALL, None))),
    Post("technician", (("technician", HOMES, None), ("technician", MALL, 0))),
    Post("chief", (("site_chief", HOMES, None),)),
    Post("mall_chief", (("site_chief", MALL, None), ("cs_manager", OFFICE, None))),
    Post("desk", (("front_desk", MALL, None),)),
    Post("control", (("control_room", OFFICE, None),)),
    Post("hq", (("hq_cs", ORG, None),)),
    Post("auditor", (("auditor", ORG, None),)),
    Post("admin", (("admin", ORG, None),)),
)
ADMIN = POSTS[-1].id
AT = {
    HOMES: ("assistant", "butler", "roamer", "supervisor", "technician", "chief", "hq"),
    MALL: ("roamer", "supervisor", "technician", "mall_chief", "desk", "hq", "auditor"),
    OFFICE: ("mall_chief", "control", "hq", "admin"),
}
"""Who meets whom: the user names that work at a site."""
DOMAINS_AT = {HOMES: ("renovation",), MALL: ("membership", "broadcast"), OFFICE: ("qc",)}
"""The business plugins that are on at a site, unless somebody switches them."""
EVERYTHING = frozenset(f"{entity}.{verb}" for entity in registry().entities for verb in ("create", "update", "delete"))


def ends_of_posts() -> dict[str, tuple[str, str, str, str | None]]:
    """Return the first grants: id → (user, role, site, zone)."""
    return {
        id_of("grant", post.username, role, site): (post.id, role, site, None if zone is None else ZONES[site][zone])
        for post in POSTS
        for role, site, zone in post.grants
    }


@cache
def founded() -> bytes:
    """Return the backup of a memory store with the town in it."""
    store = MemoryStore(registry())
    found(store)
    return store.backup()


def found(store: Store) -> None:
    """Write the town into an empty store."""
    store.found(Installation(org=ORG, epoch=id_of("epoch"), secret=b""))
    door = Door(registry(), b"")
    made = iter(range(1000))

    def create(at: str, entity: str, record: str, /, **values: object) -> Op:
        present = {name: value for name, value in values.items() if value is not None}
        return op_of(lambda: id_of("op", str(next(made))), START, at, entity, record, present)

    log = server_replica(SYSTEM, "boot")
    store.enrol(ReplicaState(id=log, user=SYSTEM, device="", synced_ms=0))
    sites = [
        create(ORG, "site", site, code=CODES[site], name=CODES[site], type=type_, timezone="Asia/Shanghai")
        for site, type_ in SITES.items()
    ]
    users = [create(ORG, "user", post.id, username=post.username, name=post.username) for post in POSTS]
    grants = [
        create(ORG, "grant", grant, user=user, role=role, site=site, key=zone)
        for grant, (user, role, site, zone) in ends_of_posts().items()
    ]
    for site, ops in [(ORG, sites + users + grants), *((site, _places(site, create)) for site in ZONES)]:
        pushed = run(store, door.submit(SYSTEM, log, site, ops, START, writes=EVERYTHING))
        assert not (refused := [r for r in pushed.results if r.status != "applied"]), refused


def _places(site: str, create: Callable[..., Op]) -> list[Op]:
    return [
        *(create(site, "zone", zone, code=f"Z{i}", name=f"zone {i}") for i, zone in enumerate(ZONES[site])),
        create(site, "building", BUILDING[site], code="1"),
        *(
            create(site, "unit", unit, code=f"1-{i}", building=BUILDING[site], zone=ZONES[site][i % 2])
            for i, unit in enumerate(UNITS[site])
        ),
        *(record for i, unit in enumerate(UNITS[site][:3]) for record in _household(site, str(i), unit, create)),
        *_domains(site, create),
    ]


def _domains(site: str, create: Callable[..., Op]) -> Iterator[Op]:
    owner = id_of("owner", site, "0")
    if site == MALL:
        return domains.mall(site, create, id_of, owner)
    if site == HOMES:
        return domains.homes(site, create, id_of, owner, UNITS[site][0])
    return domains.office(site, create, id_of, POSTS[-1].id)


def _household(site: str, name: str, unit: str, create: Callable[..., Op]) -> Iterator[Op]:
    owner, member = id_of("owner", site, name), id_of("member", site, name)
    yield create(site, "owner", owner, name=f"owner {name}", unit=unit)
    yield create(site, "owner.private", id_of("private", site, name), owner=owner, wechat=f"wx{name}")
    yield create(site, "ticket", id_of("ticket", site, name), title=f"ticket {name}", unit=unit, owner=owner)
    if site != OFFICE:
        yield create(site, "points.member", member, name=f"member {name}", unit=unit)
        yield create(site, "points.entry", id_of("entry", site, name), member=member, amount=10)


def op_of(
    new_id: Callable[[], str],
    now: datetime,
    site: str,
    entity: str,
    record: str,
    set_: Mapping[str, object],
    was: Mapping[str, object] | None = None,
) -> Op:
    """Make a create, or an update when ``was`` is given, for a server-side replica."""
    return Op(
        n=0, op=new_id(), site=site, entity=entity, record=record, kind="create" if was is None else "update",
        at=to_wire(now - timedelta(seconds=1)), set=dict(set_), was=dict(was or {}),
    )  # fmt: skip
