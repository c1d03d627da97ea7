"""The files that these tests import, and the road into a house in memory."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from wuye.imports.drafts import Draft
from wuye.imports.households import ENTITIES, draft_households
from wuye.imports.mapping import load_map
from wuye.imports.reading import Table, read_table
from wuye.imports.run import Report, Sorted, sort_out, write
from wuye.imports.tickets import draft_tickets
from wuye.kernel.clock import to_wire
from wuye.model.registry import Registry
from wuye.protocol.wire import Op, Result
from wuye.sync.directory import Directory, load_directory
from wuye.sync.door import server_replica
from wuye.sync.ports import Snapshot
from wuye.testing.house import House

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
MAPS, DATA = ROOT / "maps", ROOT / "tests" / "data"
LA, LEDGER = MAPS / "la311.toml", MAPS / "households.toml"
SAMPLE = DATA / "service_requests_sample.csv"
REAL = ROOT.parent / "shared" / "data" / "service_requests_2017.csv"
STATES = {"Closed": "closed", "Cancelled": "cancelled", "Referred Out": "relayed", "Open": "received"}
CHANNELS = {
    "Call": "phone",
    "Voicemail": "hotline",
    "Mobile App": "app",
    "Self Service": "web",
    "Email": "email",
    "Walk-in": "walk_in",
    "Council's Office": "superior",
    "Driver Self Report": "patrol",
}


class Read(Protocol):
    """How a way reads."""

    def __call__(self, unit: Callable[[Snapshot], T]) -> T:
        """Run reads on one snapshot."""
        ...


class BrokenOff(Exception):
    """Somebody pulled the plug."""


class Road:
    """The way into a house, in somebody's name; after ``pushes`` it is cut."""

    def __init__(self, house: House, pushes: int | None = None) -> None:
        self.house = house
        self.registry = house.registry
        self.pushes = pushes
        self.user = house.user("admin", site=house.org)

    def read(self, unit: Callable[[Snapshot], T]) -> T:
        return self.house.store.read(unit)

    def submit(self, user: str, purpose: str, site: str, ops: Sequence[Op]) -> list[Result]:
        if self.pushes is not None:
            self.pushes -= 1
            if self.pushes < 0:
                raise BrokenOff
        house = self.house
        house.wait(milliseconds=1)
        return house.run(house.door.submit(user, server_replica(user, purpose), site, ops, house.now)).results

    def directory(self) -> Directory:
        return self.read(lambda snapshot: load_directory(self.registry, snapshot))


def tickets(road: Road, table: Path | Table) -> tuple[Draft, Sorted, Report]:
    """Import a list of requests."""
    map_ = load_map(LA, "ticket")
    read = table if isinstance(table, Table) else read_table(table, map_.file)
    directory = road.directory()
    draft = draft_tickets(read, map_, directory, road.house.now)
    assert draft.faults == []
    found = sort_out(road, draft.units, elsewhere=[site for site in directory.sites if site != directory.org])
    return draft, found, write(road, road.user, draft.founding, found.new, together=True)


def households(road: Road, table: Table) -> tuple[Draft, Sorted, Report]:
    """Import a household ledger into the estate."""
    draft = drafted(road, table)
    assert draft.faults == []
    found, places = sort_out(road, draft.units), sort_out(road, draft.places)
    assert write(road, road.user, draft.founding, places.new, together=True).refused == []
    return draft, found, write(road, road.user, (), found.new, together=False)


def drafted(road: Road, table: Table, map_file: Path = LEDGER) -> Draft:
    """Work a household ledger out for the estate."""
    site = road.house.estate
    on_file = road.read(lambda snapshot: snapshot.entities(site, ENTITIES))
    return draft_households(table, load_map(map_file, "household"), road.directory(), site, on_file, road.house.now)


def all_tickets(read: Read, registry: Registry) -> dict[str, Mapping[str, object]]:
    """Return the tickets of all sites by their number of the source, each with its site's record as ``site``."""
    found: dict[str, Mapping[str, object]] = {}
    for site, info in read(lambda snapshot: load_directory(registry, snapshot)).sites.items():
        for stored in read(lambda snapshot, site=site: snapshot.entities(site, ("ticket",))):
            number = str(stored.values["external_number"])
            assert number not in found
            found[number] = {**stored.values, "site": info.values}
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return a list of requests as the standard library reads it."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> str | None:
    """Return a time of the list in wire form."""
    if not text:
        return None
    local = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    return to_wire(local)


def check_tickets(rows: Sequence[Mapping[str, str]], found: Mapping[str, Mapping[str, object]]) -> None:
    """See to it that the tickets say what the list says."""
    assert len(found) == len(rows)
    for row in rows:
        ticket = found[row["SRNumber"]]
        site = ticket["site"]
        assert isinstance(site, Mapping)
        assert site["name"] == (row["NCName"] or "LOS ANGELES (NO DISTRICT)")
        assert site["timezone"] == "America/Los_Angeles"
        assert ticket["channel"] == CHANNELS[row["RequestSource"]]
        assert ticket["status"] == STATES[row["Status"]]
        assert ticket["occurred_at"] == ticket["recorded_at"] == moment(row["CreatedDate"])
        assert (ticket.get("closed_at") or ticket.get("relayed_at")) == moment(row["ClosedDate"])
        assert (ticket["title"], ticket["location"]) == (row["RequestType"], row["Address"])
        assert str(ticket["department"]).startswith("la_")
        assert f"AssignTo: {row['AssignTo']}" in str(ticket["remarks"]) or not row["AssignTo"]
        assert ("place" in ticket) == bool(row["Latitude"])
