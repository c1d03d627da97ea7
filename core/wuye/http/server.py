"""What every route works with; `wuye.app` puts it together."""

from msgspec import Struct

from wuye.host import Manifests
from wuye.http.live import Hub
from wuye.http.speakers import Speakers
from wuye.model.registry import Registry
from wuye.settings import Settings
from wuye.storage.road import Road

API = "/api/v1"


class Server(Struct, frozen=True, kw_only=True):
    """A running installation as HTTP sees it. ``token`` lets the local command line in (`wuye.http.local`)."""

    settings: Settings
    registry: Registry
    road: Road
    speakers: Speakers
    manifests: Manifests
    hub: Hub
    epoch: str
    version: str
    token: str
