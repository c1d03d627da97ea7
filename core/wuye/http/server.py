"""What every route works with; `wuye.app` puts it together."""

from msgspec import Struct

from wuye.host import Manifests
from wuye.http.fleet import Fleet
from wuye.http.live import Hub
from wuye.http.speakers import Speakers
from wuye.kernel.errors import Problem
from wuye.model.registry import Registry
from wuye.reports.long_reads import LongReads
from wuye.settings import Settings
from wuye.storage.blobs import Shelf
from wuye.storage.road import Road

API = "/api/v1"


class Gate:
    """Lets a bounded number of requests in at once, each when its body has arrived."""

    def __init__(self, places: int) -> None:
        self._places = places

    def __enter__(self) -> None:
        if self._places <= 0:
            raise Problem("busy", "too many requests at once")
        self._places -= 1

    def __exit__(self, *_exception: object) -> None:
        self._places += 1


class Server(Struct, frozen=True, kw_only=True):
    """A running installation as HTTP sees it. ``token`` lets the local command line in (`wuye.http.local`)."""

    settings: Settings
    registry: Registry
    road: Road
    long_reads: LongReads
    speakers: Speakers
    manifests: Manifests
    hub: Hub
    fleet: Fleet
    shelf: Shelf
    gate: Gate
    epoch: str
    version: str
    token: str
