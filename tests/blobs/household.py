"""An estate whose people send photos: the engine, a shelf, replicas by hand."""

from pathlib import Path

from tests.blobs.files import photo, sha_of

from wuye.kernel.clock import to_ms
from wuye.storage.blobs import Chunk, Limits, Objects, Shelf
from wuye.storage.blobs.objects import Place
from wuye.sync.inventory import Naming
from wuye.testing.house import House, Replica

LIMITS = Limits(each=1 << 20, waiting=1 << 30)


class Household(House):
    """A house with attachments. Photos go by small numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf(self.store, Objects(Place(url="memory:///"), Path()))
        self.li, self.ma = (self.replica(self.user("cs_assistant")) for _ in range(2))
        self.east_only = self.replica(self.user("cs_assistant", key=self.east))
        self.boss = self.replica(self.user("cs_supervisor"))
        self.other = self.replica(self.user("cs_supervisor", site=self.mall))

    def blob(self, number: int, **more: str) -> dict[str, object]:
        """Return the value that names a photo."""
        return {"sha256": sha_of(photo(100, number)), "type": "image/jpeg", "size": 100, **more}

    def upload(self, who: Replica, number: int) -> None:
        """Send a photo."""
        data = photo(100, number)
        chunk = Chunk(sha=sha_of(data), start=0, total=len(data), data=data)
        assert self.shelf.put(who.user, chunk, LIMITS, to_ms(self.now)).complete

    def reads(self, who: Replica, number: int) -> list[Naming]:
        """Return through which references somebody may read a photo; none when he may not, or it is not there."""
        directory = self.store.read(self.door.directory)
        found = self.shelf.find(sha_of(photo(100, number)), directory.access(who.user, to_ms(self.now)))
        return found[1] if found else []

    def knows(self, who: Replica, number: int) -> bool:
        """Tell whether somebody is told that a photo is stored."""
        directory = self.store.read(self.door.directory)
        sha = sha_of(photo(100, number))
        return self.shelf.look(who.user, [sha], directory.access(who.user, to_ms(self.now))).stored == [sha]

    def ticket(self, who: Replica, *photos: int, **more: object) -> str:
        """Write a ticket with photos; return its id."""
        site = str(more.pop("site", self.estate))
        values = {"title": "水管漏水", "photos": [self.blob(number) for number in photos] or None, **more}
        op = self.op("ticket", site=site, set={name: value for name, value in values.items() if value is not None})
        [result] = who.push(op)
        assert result.status == "applied", result
        return op.record
