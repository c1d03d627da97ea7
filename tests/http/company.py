"""A company in a temporary folder, served in this process: real routes, real store, no socket."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx
import msgspec

from wuye.app import Installation, create_app
from wuye.bootstrap import Organisation, Person, bootstrap, create
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import derive, uuid7

START = datetime(2024, 11, 22, 8, 0, tzinfo=UTC)
PASSWORD = "tuesday-lantern-42"


def name_of(*parts: str) -> str:
    """Return the id that a name in these tests stands for."""
    return derive("test", *parts, ms=to_ms(START))


ESTATE, MALL = name_of("site", "estate"), name_of("site", "mall")
EAST, WEST = name_of("zone", "east"), name_of("zone", "west")
FOREIGN = name_of("site", "elsewhere")

STAFF: Mapping[str, tuple[str, str, str | None]] = {
    "li.na": ("cs_assistant", "estate", None),
    "wang.fang": ("cs_assistant", "estate", "east"),
    "zhao.min": ("cs_supervisor", "estate", None),
    "chen.jun": ("technician", "estate", None),
    "sun.li": ("auditor", "org", None),
    "ma.hui": ("cs_assistant", "mall", None),
}
"""user name → role, site, zone"""


class Company:
    """An installation with a movable clock; ``open`` serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.installation = Installation.open(folder, create=True)
        self.installation.clock = lambda: self.now
        self.org = self.installation.org
        self.admin = name_of("user", "admin")

    def found(self) -> None:
        """Set the company up: two sites, two zones, staff."""
        organisation = Organisation(id=self.org, name="和園物業", code="HQ")
        admin = Person(id=self.admin, username="admin", name="管理員")
        bootstrap(self.installation.store.blocking, self.installation.door, organisation, admin, self.now)
        self.write("site", ESTATE, {"code": "EST", "name": "和園", "type": "residential"})
        self.write("site", MALL, {"code": "MAL", "name": "商城", "type": "mall"})
        self.write("zone", EAST, {"code": "E", "name": "東區"}, site=ESTATE)
        self.write("zone", WEST, {"code": "W", "name": "西區"}, site=ESTATE)
        self.installation.set_password(self.admin, "admin", PASSWORD)
        sites = {"estate": ESTATE, "mall": MALL, "org": self.org}
        for username, (role, site, zone) in STAFF.items():
            self.hire(username, role, sites[site], name_of("zone", zone) if zone else None)

    def hire(self, username: str, role: str, site: str, key: str | None = None) -> str:
        """Make a user with one grant, who can log in; return his id."""
        user = name_of("user", username)
        self.write("user", user, {"username": username, "name": username})
        grant = {"user": user, "role": role, "site": site, "key": key, "starts": to_wire(self.now)}
        self.write("grant", name_of("grant", username), grant)
        self.installation.set_password(user, username, PASSWORD)
        return user

    def write(
        self,
        entity: str,
        record: str,
        values: Mapping[str, object],
        *,
        site: str | None = None,
        kind: Literal["create", "update"] = "create",
    ) -> None:
        """Create a record as the administrator, or update it, whatever his rights."""
        site = site or self.org
        op = msgspec.structs.replace(create(entity, record, values, site=site, at=self.now), kind=kind)
        if kind == "update":
            op = msgspec.structs.replace(op, op=uuid7(to_ms(self.now), secrets.token_bytes(10)))
        rights = frozenset({f"{entity}.{kind}"})
        (result,) = self.installation.submit(self.admin, "tests", site, [op], writes=rights)
        assert result.status == "applied", (entity, values, result)


class Tablet:
    """One replica that speaks HTTP: keeps token, cursor and the n of each log."""

    def __init__(self, http: httpx.AsyncClient, company: Company) -> None:
        self.http = http
        self.company = company
        self.device = uuid7(to_ms(START), secrets.token_bytes(10))
        self.token = ""
        self.replica = ""
        self.user = ""
        self.cursor: str | None = None
        self.n: dict[str, int] = {}
        self._held: dict[tuple[str, str, str], dict[str, object]] = {}

    async def log_in(self, username: str, password: str = PASSWORD, **more: object) -> httpx.Response:
        """Log in; on success remember what came of it."""
        device = {"id": self.device, "name": "tablet", "platform": "test", "app": "1.0"}
        asked = {"username": username, "password": password, "device": device, **more}
        answer = await self.http.post("/api/v1/session", json=asked)
        if answer.status_code == 200:
            self.token, self.replica = answer.json()["token"], answer.json()["replica"]
            self.user = answer.json()["user"]["id"]
        return answer

    @property
    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self.token}"}

    async def get(self, path: str, **params: str) -> httpx.Response:
        """GET below the base path."""
        return await self.http.get(f"/api/v1{path}", params=params, headers=self.headers)

    def op(self, kind: str, entity: str, record: str, *, site: str = ESTATE, **more: object) -> dict[str, object]:
        """Return the next op of the log at a site."""
        self.n[site] = self.n.get(site, 0) + 1
        now = self.company.now
        return {
            "n": self.n[site],
            "op": uuid7(to_ms(now), secrets.token_bytes(10)),
            "site": site,
            "entity": entity,
            "record": record,
            "kind": kind,
            "at": to_wire(now),
            **more,
        }

    def request(self, *ops: object, **more: object) -> dict[str, object]:
        """Return the body of a sync."""
        return {
            "protocol": 1,
            "manifest": "",
            "replica": self.replica,
            "cursor": self.cursor,
            "limit": 2000,
            "now": to_wire(self.company.now),
            "ops": list(ops),
            **more,
        }

    async def sync(self, *ops: object, **more: object) -> httpx.Response:
        """POST /sync; take the answer in like a client (protocol §3.5)."""
        body = json.dumps(self.request(*ops, **more), ensure_ascii=False).encode()
        answer = await self.http.post("/api/v1/sync", content=body, headers=self.headers)
        if answer.status_code == 200 and "cursor" in answer.json():
            self._take(answer.json())
        return answer

    async def read_all(self) -> dict[tuple[str, str], dict[str, object]]:
        """Sync until nothing is left; return the records held."""
        while (await self.sync()).json()["more"]:
            pass
        return self.records

    @property
    def records(self) -> dict[tuple[str, str], dict[str, object]]:
        """The records held, by entity and id."""
        return {(entity, record): values for (_, entity, record), values in self._held.items()}

    def _take(self, said: Mapping[str, object]) -> None:
        self.cursor = str(said["cursor"])
        gone = {*said["drop"], *said["reset"]}  # type: ignore[misc]
        self._held = {key: values for key, values in self._held.items() if key[0] not in gone}
        for change in said["changes"]:  # type: ignore[attr-defined]
            key = (change["b"], change["e"], change["r"])
            if change.get("d") is None:
                self._held.pop(key, None)
            else:
                self._held[key] = change["d"]


class Desk:
    """What a test works with: the company, and as many tablets as it wants."""

    def __init__(self, company: Company, http: httpx.AsyncClient) -> None:
        self.company = company
        self.http = http

    def tablet(self) -> Tablet:
        """Return a new device that nobody has logged in from."""
        return Tablet(self.http, self.company)

    async def at_work(self, username: str) -> Tablet:
        """Return a tablet with somebody logged in."""
        tablet = self.tablet()
        answer = await tablet.log_in(username)
        assert answer.status_code == 200, answer.text
        return tablet

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.company.now += timedelta(**span)


@asynccontextmanager
async def serving(company: Company) -> AsyncIterator[Desk]:
    """Serve a company in this process."""
    app = create_app(company.installation)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wuye") as http,
    ):
        yield Desk(company, http)


Story = Callable[[Desk], Awaitable[None]]
