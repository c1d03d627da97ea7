"""Recording and playing of protocol scenarios (see README.md beside this file)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec
from msgspec import Raw

from wuye.kernel.clock import from_wire, to_wire
from wuye.kernel.errors import Problem
from wuye.protocol.wire import FeedChange, Op, SyncRequest, SyncResponse
from wuye.sync.answer import Principal
from wuye.sync.rows import Installation, ReplicaState
from wuye.testing.house import House, Replica

COUNTED = "counted"

Json = dict[str, object]


def exchange(
    house: House, user: str, replica: str, alive: bool, request: Json
) -> tuple[SyncResponse | None, Json | None]:
    """Send a request at the house's present moment; return the response, or the problem that it met."""
    typed = msgspec.json.decode(msgspec.json.encode(request), type=SyncRequest)
    try:
        answer = house.run(house.door.exchange(Principal(user=user, replica=replica, alive=alive), typed, house.now))
    except Problem as problem:
        return None, {"code": problem.code, **problem.extra}
    for site in answer.wake:
        house.run(house.door.sweep(site, house.now))
    return answer.response, None


def held(replica: Replica) -> dict[str, list[str]]:
    """Return the ids of the records that a replica holds, by entity."""
    holds: dict[str, list[str]] = {}
    for entity, record in sorted(replica.bodies):
        holds.setdefault(entity, []).append(record)
    return holds


class Recorder:
    """Plays a scenario on a new house and writes down what goes over the wire."""

    def __init__(self, name: str, about: str) -> None:
        self.name = name
        self.about = about
        self.house = House()
        self.replicas: dict[str, Replica] = {}
        self.steps: list[Json] = []
        self._cursors: dict[str, str] = {}
        house = self.house
        self._begin()
        self.setup: list[Json] = []
        for site in (house.org, house.estate, house.mall):
            for entity in ("site", "zone", "building", "unit"):
                self.setup += [
                    {"site": site, "entity": entity, "record": record, "set": dict(values)}
                    for record, values in sorted(house.all(entity, site).items())
                ]

    def person(self, name: str, role: str, *, key: str | None = None, site: str | None = None) -> str:
        """Add a user with a post; return his id. All people come before the first step."""
        house = self.house
        user, grant = house.id(), house.id()
        post = {"user": user, "role": role, "site": site or house.estate, **({"key": key} if key else {})}
        self.setup += [
            {"site": house.org, "entity": "user", "record": user, "set": {"username": name, "name": name}},
            {"site": house.org, "entity": "grant", "record": grant, "set": {**post, "starts": to_wire(house.now)}},
        ]
        for one in self.setup[-2:]:
            house.write(
                house.org, house.op(str(one["entity"]), record=str(one["record"]), site=house.org, set=one["set"])
            )  # type: ignore[arg-type]
        self._begin()
        return user

    def _begin(self) -> None:
        """Let the set-up be over, as far as its times are concerned."""
        self.house.wait(seconds=2)
        self.begin = to_wire(self.house.now)

    def grant_of(self, user: str) -> str:
        """Return the id of the grant that a user was set up with."""
        rows = (one for one in self.setup if one["entity"] == "grant")
        return next(str(row["record"]) for row in rows if row["set"]["user"] == user)  # type: ignore[index]

    def replica(self, name: str, user: str) -> Replica:
        """Add a replica that has never synced."""
        self.replicas[name] = Replica(self.house, user)
        return self.replicas[name]

    def joined(self, name: str, role: str, *, key: str | None = None, site: str | None = None) -> Replica:
        """Add a user with one replica, and sync it in the first steps."""
        return self.replica(name, self.person(name, role, key=key, site=site))

    def sync(
        self,
        replica: Replica,
        /,
        *ops: Op,
        raw: Iterable[object] | None = None,
        lost: bool = False,
        now: timedelta = timedelta(),
        **changes: object,
    ) -> SyncResponse | None:
        """Push ops, given their place in the log, and read one page. ``lost``: the answer never arrives."""
        house = self.house
        house.wait(milliseconds=10)
        sent = [msgspec.to_builtins(replica.number(op)) for op in ops] if raw is None else list(raw)
        request = {
            "protocol": 1, "manifest": "", "replica": replica.id, "cursor": replica.cursor, "limit": 2000,
            "now": to_wire(house.now + now), "ops": [_without_null(op) for op in sent], **changes,
        }  # fmt: skip
        actual = dict(request)
        if request.get("have") == COUNTED:
            actual["have"] = replica.sums()
        response, problem = exchange(house, replica.user, replica.id, replica.alive, actual)
        shown = {**request, "cursor": self._cursors.get(str(request["cursor"]), request["cursor"])}
        step: Json = {"as": self._name(replica), "at": to_wire(house.now), "request": shown}
        if not replica.alive:
            step["dead"] = True
        if response is not None:
            changes = sorted(response.changes, key=lambda change: (change.s, change.b, change.e, change.r))
            told = msgspec.structs.replace(response, changes=changes, manifest=response.manifest and "hash")
            if isinstance(told.cursor, str):
                name = self._cursors.setdefault(told.cursor, f"cursor {len(self._cursors) + 1}")
                told = msgspec.structs.replace(told, cursor=name)
            step["response"] = msgspec.json.decode(msgspec.json.encode(told))
            if lost:
                step["lost"] = True
            else:
                replica.absorb(response)
                step["holds"] = held(replica)
        else:
            step["problem"] = problem
        self.steps.append(step)
        return response

    def system(self, *ops: Op) -> None:
        """Let the operator write."""
        self.house.write(ops[0].site, *ops)
        written = [_without_null(msgspec.to_builtins(op)) for op in ops]
        self.steps.append({"at": to_wire(self.house.now), "system": written})

    def sweep(self) -> None:
        """Let the server look at what is held at the estate, as it does by the clock."""
        self.house.run(self.house.door.sweep(self.house.estate, self.house.now))
        self.steps.append({"at": to_wire(self.house.now), "sweep": self.house.estate})

    def restored(self) -> None:
        """Give the installation a new epoch."""
        new_epoch(self.house, self.house.id())
        self.steps.append({"at": to_wire(self.house.now), "restored": True})

    def scenario(self) -> Json:
        """Return all of it, ready to be stored."""
        return {
            "name": self.name,
            "about": self.about,
            "organisation": self.house.org,
            "begin": self.begin,
            "setup": self.setup,
            "replicas": {name: {"id": replica.id, "user": replica.user} for name, replica in self.replicas.items()},
            "made": sorted(self._made()),
            "steps": self.steps,
        }

    def _made(self) -> set[str]:
        """Return the ids that the server chose: of review items, and of what follows from an op."""
        made: set[str] = set()
        for site in (self.house.org, self.house.estate, self.house.mall):
            for record, body in self.house.all("review", site).items():
                made |= {record} if body["subject_entity"] else {record, str(body["subject"])}
            rows = self.house.store.read(lambda snapshot, site=site: snapshot.ledger(site))
            made |= {name for row in rows if row.cause for name in (row.op, *([row.record] * (row.kind == "create")))}
        return made

    def _name(self, replica: Replica) -> str:
        return next(name for name, known in self.replicas.items() if known is replica)


def typed(response: Json) -> SyncResponse:
    """Read a response as a client would."""
    changes = [
        FeedChange(
            **{key: Raw(msgspec.json.encode(part)) if key == "d" and part else part for key, part in row.items()}
        )
        for row in response.get("changes", [])  # type: ignore[attr-defined]
    ]
    return msgspec.structs.replace(msgspec.convert({**response, "changes": []}, SyncResponse), changes=changes)


def new_epoch(house: House, epoch: str) -> None:
    """Play the part of an operator who restored a backup."""
    house.store.found(Installation(org=house.org, epoch=epoch, secret=b"a secret for tests"))
    house.door = type(house.door)(house.registry, b"a secret for tests")


def house_of(scenario: Mapping[str, object]) -> House:
    """Set a house up as a scenario says."""
    house = House()
    house.memory = house.store = type(house.memory)(house.registry)  # type: ignore[assignment]
    house.org = str(scenario["organisation"])
    house.store.found(Installation(org=house.org, epoch=house.id(), secret=b"a secret for tests"))
    house.door = type(house.door)(house.registry, b"a secret for tests")
    setup: Sequence[Json] = scenario["setup"]  # type: ignore[assignment]
    house.now = from_wire(str(scenario["begin"])) - timedelta(seconds=5)
    for one in setup:
        site = str(one["site"])
        [result] = house.write(site, house.op(str(one["entity"]), record=str(one["record"]), site=site, set=one["set"]))  # type: ignore[arg-type]
        assert result.status == "applied", (one, result)
    for replica in scenario["replicas"].values():  # type: ignore[attr-defined]
        house.store.enrol(ReplicaState(id=replica["id"], user=replica["user"], device="", synced_ms=0))
    return house


def _without_null(op: object) -> object:
    return {key: value for key, value in op.items() if value is not None} if isinstance(op, dict) else op
