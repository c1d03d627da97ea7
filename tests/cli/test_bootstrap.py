"""How an installation begins (`wuye.bootstrap`), on the memory store."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.bootstrap import SYSTEM, Organisation, Person, bootstrap, create, find_user, first_admin
from wuye.builtin import plugin as core
from wuye.host import load
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, time_of
from wuye.sync.directory import Directory
from wuye.sync.door import Door, server_replica
from wuye.sync.rows import Installation
from wuye.sync.steps import run
from wuye.testing.memory import MemoryStore

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
REGISTRY = load(core, []).registry
ORG, ADMIN = (derive("test", name, ms=to_ms(NOW)) for name in ("org", "admin"))


def begin(name: str, username: str = "admin", timezone: str = "Asia/Shanghai") -> tuple[MemoryStore, Door]:
    store, door = MemoryStore(REGISTRY), Door(REGISTRY, b"secret")
    store.found(Installation(org=ORG, epoch=ORG, secret=b"secret"))
    organisation = Organisation(id=ORG, name=name, timezone=timezone)
    bootstrap(store, door, organisation, Person(id=ADMIN, username=username, name="王芳"), NOW)
    return store, door


def directory_of(store: MemoryStore, door: Door) -> Directory:
    return store.read(door.directory)


def test_the_first_administrator_may_do_everything_everywhere_and_nobody_else_anything() -> None:
    store, door = begin("遠山")
    site = derive("test", "site", ms=to_ms(NOW))
    values = {"code": "A", "name": "東苑", "type": "residential"}
    for user, status in (("nobody", "rejected"), (SYSTEM, "rejected"), (ADMIN, "applied")):
        op = create("site", site if user == ADMIN else ORG, values, site=ORG, at=NOW)
        [result] = run(store, door.submit(user, server_replica(user, "test"), ORG, [op], NOW)).results
        assert result.status == status, user
    access = directory_of(store, door).access(ADMIN, to_ms(NOW))
    assert access.keys() == {ORG, site}
    verbs = ("create", "update", "delete", "import")
    central = {f"{name}.{verb}" for name, entity in REGISTRY.entities.items() if entity.central for verb in verbs}
    every = {f"{entity}.{verb}" for entity in REGISTRY.entities for verb in verbs}
    assert {"user.create", "grant.update", "site.create", "setting.create"} < central
    assert every <= access[ORG].wide
    # What the organisation keeps has no place in a property's log.
    assert every - central <= access[site].wide
    assert not central & access[site].wide


def test_users_are_found_by_name_and_the_first_administrator_by_his_grant() -> None:
    store, door = begin("遠山", username="王芳")
    directory = directory_of(store, door)
    assert first_admin(directory, NOW) == find_user(directory, "王芳") == ADMIN
    with pytest.raises(Problem, match="not_found"):
        find_user(directory, "nobody")
    with pytest.raises(Problem, match="not_found"):
        first_admin(directory, datetime(2020, 1, 1, tzinfo=UTC))


@given(name=st.text(max_size=300), username=st.text(max_size=80), timezone=st.text(max_size=80))
def test_a_company_begins_whole_or_not_at_all(name: str, username: str, timezone: str) -> None:
    store, door = MemoryStore(REGISTRY), Door(REGISTRY, b"secret")
    store.found(Installation(org=ORG, epoch=ORG, secret=b"secret"))
    organisation = Organisation(id=ORG, name=name, timezone=timezone)
    begun = True
    try:
        bootstrap(store, door, organisation, Person(id=ADMIN, username=username, name="王芳"), NOW)
    except Problem:
        begun = False
    records = store.read(lambda snapshot: snapshot.entities(ORG, ("site", "user", "grant")))
    assert len(records) == (3 if begun else 0)


@given(
    st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5)), st.integers(0, 2**40)
)
def test_what_is_created_again_is_the_same_op(entity: str, values: dict[str, object], ms: int) -> None:
    record = derive("test", entity, ms=ms)
    op = create(entity, record, values, site=ORG, at=NOW)
    assert op == create(entity, record, values, site=ORG, at=NOW)
    assert time_of(op.op) == time_of(record) == ms
    assert op.op != record
    assert None not in op.set.values()
