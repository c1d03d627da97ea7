"""The core on the shipped engine: what a day at a desk leaves in the records, the buckets and the review."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

import msgspec
import pytest

from wuye.kernel.ids import uuid7
from wuye.model.registry import Registry
from wuye.protocol.wire import Result
from wuye.sync.directory import Directory
from wuye.sync.incoming import decode_ops
from wuye.sync.push import Pusher, push_site
from wuye.sync.rows import Need, ReplicaState, Stored
from wuye.testing.memory import MemoryStore

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
AT = "2026-11-22T04:00:00.000Z"


def uuid(number: int) -> str:
    return uuid7(1_760_000_000_000 + number, number.to_bytes(10, "big"))


ORG, SITE, NORTH, SOUTH, BUILDING, UNIT, OTHER_UNIT = (uuid(number) for number in range(7))
ROLES = {"cs_assistant": NORTH, "technician": None, "cs_supervisor": None, "cs_manager": None, "admin": None}
USERS = {role: uuid(20 + number) for number, role in enumerate(ROLES)}


def _stored(entity: str, id_: str, **values: object) -> Stored:
    return Stored(
        entity=entity, id=id_, seq=1, deleted=False, values={k: v for k, v in values.items() if v is not None},
        buckets=(), created_at=AT, created_by="", updated_at=AT, updated_by="",
    )  # fmt: skip


class House:
    """A residential site with two zones and somebody for each post; everybody is on line."""

    def __init__(self, registry: Registry) -> None:
        self.store = MemoryStore(registry)
        posts = [
            _stored(
                "grant", uuid(40 + n), user=user, role=role, site=SITE, key=ROLES[role], starts="2026-01-01T00:00:00Z"
            )
            for n, (role, user) in enumerate(USERS.items())
        ]
        users = [_stored("user", user, username=role, name=role) for role, user in USERS.items()]
        sites = [
            _stored("site", ORG, code="ORG", name="總部", type="organisation"),
            _stored("site", SITE, code="HY", name="花園", type="residential", timezone="Asia/Shanghai"),
        ]
        self.directory = Directory(registry, ORG, [*sites, *users, *posts])
        self._next = {role: count(1) for role in ROLES}
        self._ids = count(1000)
        for role in ROLES:
            self.store.enrol(ReplicaState(id=self._replica(role), user=USERS[role], device="d", synced_ms=0))
        for zone, code in ((NORTH, "N"), (SOUTH, "S")):
            self.do("admin", "zone", zone, code=code, name=code)
        self.do("admin", "building", BUILDING, code="1")
        for unit, code, zone in ((UNIT, "1-1-101", NORTH), (OTHER_UNIT, "1-1-102", SOUTH)):
            self.do("admin", "unit", unit, code=code, building=BUILDING, zone=zone)

    def new(self) -> str:
        return uuid(next(self._ids))

    def _replica(self, role: str) -> str:
        return uuid(60 + list(ROLES).index(role))

    def push(self, role: str, **op: object) -> Result:
        """Push one op of somebody who sees the present state."""
        known = self._find(str(op["entity"]), str(op["record"]))
        whole = {"n": next(self._next[role]), "op": self.new(), "site": SITE, "at": AT, **op}
        whole["was"] = dict(known.values) if known else {}
        replica = self._replica(role)
        incoming = decode_ops(
            [msgspec.Raw(msgspec.json.encode(whole))], user=USERS[role], replica=replica, offset_ms=0, suspect=False
        )
        pusher = Pusher(user=USERS[role], replica=replica, synced_ms=0)
        [result] = self.store.write(SITE, lambda tx: push_site(tx, self.directory, pusher, SITE, incoming, NOW)).results
        return result

    def do(self, author: str, entity: str, record: str, /, **values: object) -> str:
        """Create a record, or update it when there is one; it must be applied as asked."""
        kind = "update" if self._find(entity, record) else "create"
        result = self.push(author, entity=entity, record=record, kind=kind, set=values)
        assert result.status == "applied", result
        return record

    def act(
        self, role: str, record: str, act: str, *, entity: str = "ticket", reason: str = "—", **values: object
    ) -> Result:
        args = {"reason": reason}
        return self.push(role, entity=entity, record=record, kind="act", act=act, set=values, args=args)

    def _find(self, entity: str, record: str) -> Stored | None:
        ref = (entity, record)
        return self.store.read(lambda snapshot: snapshot.load(SITE, Need(records={ref}))).records.get(ref)

    def values(self, entity: str, record: str) -> Mapping[str, object]:
        found = self._find(entity, record)
        assert found is not None
        return found.values

    def all(self, entity: str) -> list[Stored]:
        return self.store.read(lambda snapshot: snapshot.entities(SITE, (entity,)))


@pytest.fixture
def house(registry: Registry) -> House:
    return House(registry)


def _leak(house: House, **values: object) -> str:
    return house.do("cs_assistant", "ticket", house.new(), title="水管漏水", unit=UNIT, **values)


def test_TKT_14_a_ticket_gets_number_zone_and_times(house: House) -> None:
    ticket = house.values("ticket", _leak(house, device_number="BX-T07-20261122-0001"))
    assert (ticket["number"], ticket["device_number"]) == ("BX-2026-000001", "BX-T07-20261122-0001")
    assert (ticket["zone"], ticket["responsible"]) == (NORTH, USERS["cs_assistant"])
    assert ticket["occurred_at"] == ticket["recorded_at"] == ticket["received_at"] == AT


def test_TKT_5_a_dispatched_ticket_and_its_course_reach_the_technician(house: House) -> None:
    ticket = _leak(house)
    assert house.act("cs_assistant", ticket, "dispatch", assignee=USERS["technician"]).status == "applied"
    for act in ("accept", "finish"):
        assert house.act("technician", ticket, act).status == "applied"
    assert house.act("cs_assistant", ticket, "close").status == "applied"
    events = house.all("ticket.event")
    assert [event.values["to_state"] for event in events] == ["relayed", "in_progress", "done", "closed"]
    for event in events:
        assert f"{SITE}/tickets/{USERS['technician']}" in event.buckets
        assert f"{SITE}/tickets/{NORTH}" in event.buckets
    assert house.all("review") == []


def test_TKT_1_events_move_with_the_ticket_to_the_next_technician(house: House) -> None:
    ticket = _leak(house)
    house.act("cs_assistant", ticket, "dispatch", assignee=USERS["technician"])
    house.act("cs_assistant", ticket, "dispatch", assignee=USERS["cs_manager"])
    for event in house.all("ticket.event"):
        assert f"{SITE}/tickets/{USERS['technician']}" not in event.buckets
        assert f"{SITE}/tickets/{USERS['cs_manager']}" in event.buckets
    assert house.all("review") == []


def test_TKT_6_escalating_needs_somebody_to_escalate_to(house: House) -> None:
    ticket = _leak(house)
    assert house.act("cs_assistant", ticket, "escalate").code == "invalid"
    assert house.act("cs_assistant", ticket, "escalate", escalated_to="manager").status == "applied"


def test_CMP_9_nobody_cancels_or_deletes_a_complaint(house: House) -> None:
    ticket = _leak(house, kind="complaint")
    assert house.act("cs_manager", ticket, "cancel").message == "ticket.constraint.complaint_never_cancelled"
    result = house.push("admin", entity="ticket", record=ticket, kind="delete")
    assert (result.code, result.message) == ("rule", "message.complaint_never_refused")


def test_OWN_10_an_assistant_works_in_her_zone_alone(house: House) -> None:
    ticket = house.do("cs_supervisor", "ticket", house.new(), title="電梯停運", unit=OTHER_UNIT)
    assert house.act("cs_assistant", ticket, "dispatch", department="engineering").code in (
        "unknown_record",
        "forbidden",
    )
    assert house.push(
        "cs_assistant", entity="owner", record=house.new(), kind="create", set={"name": "王", "unit": OTHER_UNIT}
    ).code == "forbidden"  # fmt: skip


def test_OWN_10_owners_follow_their_unit_to_another_zone(house: House) -> None:
    owner = house.do("cs_assistant", "owner", house.new(), name="陳大文", unit=UNIT)
    tenant = house.do("cs_assistant", "owner", house.new(), name="Иванов")
    for who, role in ((owner, "owner"), (tenant, "tenant")):
        house.do("cs_assistant", "occupancy", house.new(), unit=UNIT, owner=who, role=role, starts="2026-01-01")
        house.do("cs_assistant", "owner.private", house.new(), owner=who, phone="13800138000")
    house.do("cs_supervisor", "unit", UNIT, zone=SOUTH)
    for entity in ("owner", "owner.private", "occupancy"):
        for record in house.all(entity):
            assert [name.rpartition("/")[2] for name in record.buckets[1:]] == [SOUTH], record
    assert house.all("review") == []


def test_OWN_7_a_zone_bound_assistant_logs_her_look_ups(house: House) -> None:
    owner = house.do("cs_assistant", "owner", house.new(), name="陳大文", unit=UNIT)
    record = house.do("cs_assistant", "access", house.new(), owner=owner, screen="view", reason="回電")
    assert house.values("access", record)["user"] == USERS["cs_assistant"]


def test_OWN_7_a_disclosure_is_decided_by_a_second_person(house: House) -> None:
    owner = house.do("cs_assistant", "owner", house.new(), name="陳大文", unit=UNIT)
    asked = {"recipient": "警署", "purpose": "查案", "legal_basis": "authority", "owners": [owner]}
    record = house.do("cs_manager", "disclosure", house.new(), **asked, data=[{"field": "phone"}])
    assert house.act("cs_manager", record, "submit", entity="disclosure").status == "applied"
    assert house.act("cs_manager", record, "approve", entity="disclosure").message == "message.second_person_decides"
    assert house.act("admin", record, "approve", entity="disclosure").status == "applied"
    assert house.values("disclosure", record)["approver"] == USERS["admin"]
    assert house.act("cs_manager", record, "refuse", entity="disclosure").code == "stale_transition"


def test_TKT_1_history_is_imported_in_its_end_state_with_its_times(house: House) -> None:
    closed = {
        "title": "Graffiti", "kind": "help", "channel": "phone", "source": "311", "external_number": "1-87",
        "status": "closed", "occurred_at": "2017-12-31T23:59:00.000Z", "closed_at": "2017-12-31T23:00:00.000Z",
    }  # fmt: skip
    ticket = house.values("ticket", house.do("admin", "ticket", house.new(), **closed))
    assert closed.items() <= ticket.items()
    assert "responsible" not in ticket
    again = house.push("admin", entity="ticket", record=house.new(), kind="create", set=closed)
    assert again.code == "duplicate_key"
    assert house.all("ticket.event") == []
