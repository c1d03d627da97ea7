"""What people do in statements about the engine, in a line each."""

from collections.abc import Iterable, Mapping

import msgspec

from wuye.kernel.clock import to_wire
from wuye.protocol.wire import Op, Result, SyncRequest, SyncResponse
from wuye.sync.answer import Principal
from wuye.sync.rows import LedgerRow
from wuye.testing.house import House, Replica

Values = Mapping[str, object]
VERSIONS = {"lab.form": 3}


def make(replica: Replica, entity: str = "lab.thing", /, **values: object) -> str:
    """Create a record, which must be applied; return its id."""
    named = entity in ("lab.thing", "lab.form")
    op = replica.house.op(entity, set={"name": "x", **values} if named else values, v=VERSIONS.get(entity, 1))
    [result] = replica.push(op)
    assert result.status == "applied", result
    return op.record


def change(replica: Replica, record: str, /, *, entity: str = "lab.thing", **values: object) -> Op:
    """Write an update from what the replica sees."""
    seen = replica.get(entity, record) or {}
    base = replica.seq(entity, record) if seen else 0
    was = {name: seen.get(name) for name in values}
    return replica.house.op(entity, "update", record, set=values, was=was, base=base, v=VERSIONS.get(entity, 1))


def edit(replica: Replica, record: str, /, *, entity: str = "lab.thing", **values: object) -> Result:
    """Push an update from what the replica sees."""
    return replica.push(change(replica, record, entity=entity, **values))[0]


def do(
    replica: Replica,
    record: str,
    act: str,
    /,
    *,
    entity: str = "lab.thing",
    args: Values | None = None,
    **values: object,
) -> Result:
    """Push an act from what the replica sees."""
    written = change(replica, record, entity=entity, **values)
    return replica.push(msgspec.structs.replace(written, kind="act", act=act, args=dict(args or {})))[0]


def resolve(boss: Replica, item: str, *ops: str, act: str = "resolve") -> Result:
    """Settle ops of a review item, or admit them."""
    boss.sync()
    return do(boss, item, act, entity="review", args={"ops": list(ops)})


def values(house: House, record: str, entity: str = "lab.thing") -> Values:
    """Return a live record's values as stored."""
    stored = house.record(entity, record)
    assert stored is not None
    assert not stored.deleted
    return stored.values


def plain(op: Op, /, **changes: object) -> dict[str, object]:
    """Return an op as a JSON object, with some keys changed; None takes a key away."""
    whole = {**msgspec.to_builtins(op), **changes}
    return {key: value for key, value in whole.items() if value is not None}


def exchange(replica: Replica, ops: Iterable[object] = (), /, **changes: object) -> SyncResponse:
    """Send one request of JSON values; its answer is not taken in."""
    house = replica.house
    house.wait(milliseconds=1)
    request = SyncRequest(
        protocol=1,
        replica=replica.id,
        cursor=replica.cursor,
        now=to_wire(house.now),
        ops=[msgspec.Raw(msgspec.json.encode(op)) for op in ops],
    )
    request = msgspec.structs.replace(request, **changes)
    principal = Principal(user=replica.user, replica=replica.id, alive=replica.alive)
    return house.run(house.door.exchange(principal, request, house.now)).response


def ledger(house: House, site: str | None = None) -> list[LedgerRow]:
    """Return a site's whole ledger; the estate's by default."""
    at = site or house.estate
    return house.store.read(lambda snapshot: snapshot.ledger(at, limit=10**6))


def head(house: House, site: str | None = None) -> int:
    """Return the seq of a site's log."""
    at = site or house.estate
    return house.store.read(lambda snapshot: snapshot.head(at).seq)


def items(house: House, site: str | None = None) -> list[tuple[str, dict[str, object]]]:
    """Return every entry of every review item with the item's id."""
    return [
        (review, entry)
        for review, body in sorted(house.all("review", site).items())
        for entry in body["items"]  # type: ignore[attr-defined]  # a list by the engine's own hand
    ]


def item(house: House, op: str, site: str | None = None) -> dict[str, object]:
    """Return the one entry about an op."""
    [entry] = [entry for _, entry in items(house, site) if entry["op"] == op]
    return entry


def state_of(house: House) -> dict[str, object]:
    """Return everything that people see of the lab at the estate."""
    entities = ("lab.thing", "lab.secret", "lab.form", "lab.wallet", "lab.entry", "lab.echo", "annex.note")
    return {name: {record: dict(body) for record, body in sorted(house.all(name).items())} for name in entities}
