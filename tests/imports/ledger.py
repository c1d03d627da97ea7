"""The files that these tests import, and the road into a house in memory."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from wuye.imports.drafts import Draft
from wuye.imports.households import ENTITIES, draft_households
from wuye.imports.mapping import load_map
from wuye.imports.reading import Table, read_table
from wuye.imports.run import Report, Sorted, sort_out, write
from wuye.imports.tickets import draft_tickets
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
REQUESTS = [SAMPLE, *([REAL] if REAL.exists() else [])]
"""The sample, and the city's own file where it is at hand."""


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


def all_tickets(road: Road) -> dict[str, Mapping[str, object]]:
    """Return the tickets of all sites by their number of the source."""
    found: dict[str, Mapping[str, object]] = {}
    for site in road.directory().sites:
        for ticket in road.house.all("ticket", site).values():
            number = str(ticket["external_number"])
            assert number not in found
            found[number] = {**ticket, "site": site}
    return found
