"""``GET /devices``: the device records of the organisation with how each is doing, for who may read them."""

from collections.abc import Mapping, Sequence

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Raw, Struct

from wuye.http.access import model_at, readable_buckets, site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer
from wuye.http.records import page_of, read_query, sealed
from wuye.http.server import Server
from wuye.kernel.clock import wire_of
from wuye.protocol.wire import Storage
from wuye.storage.layout import layouts
from wuye.storage.sqlite import Pulse, Replica, SqliteSnapshot
from wuye.storage.sqlite.listing import Listed, Place
from wuye.sync.directory import Directory

DEVICE = "device"


class ReplicaSeen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One user's replica on a device, as it was when it last spoke: ``seen`` is that moment, ``synced`` the last one at
    which it had all news. A replica that never spoke has neither."""

    replica: str
    user: str
    name: str
    seen: str | None = None
    synced: str | None = None
    app: str = ""
    outbox: int = 0
    oldest: str | None = None
    blobs: int = 0
    storage: Storage | None = None
    app_waiting: bool = False


class DeviceSeen(Struct, frozen=True, kw_only=True):
    """A device: its record, and the replicas on it."""

    id: str
    seq: int
    values: Raw
    replicas: list[ReplicaSeen]


class Devices(Struct, frozen=True, kw_only=True):
    """A page; ``next`` continues it (``after=``), None at the end."""

    devices: list[DeviceSeen]
    next: str | None


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the route of the fleet."""
    layout = layouts(server.registry)[DEVICE]

    @get("/devices")
    async def devices(request: AnyRequest) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        org = directory.org
        access = site_access(server, directory, speaker, org)
        model = model_at(directory, org, DEVICE)
        asked, query = read_query(request.query_params.dict(), org, readable_buckets(access, org, model), model)
        unit = page_of(layout, asked, query, model)
        await server.fleet.flush()

        def read(snapshot: SqliteSnapshot) -> tuple[list[Listed], Place | None, list[Replica], dict[str, Pulse]]:
            found, end = unit(snapshot)
            replicas = snapshot.accounts.devices_replicas(record.id for record in found)
            pulses = {r.id: pulse for r in replicas if (pulse := snapshot.accounts.pulse(r.id))}
            return found, end, replicas, pulses

        found, end, replicas, pulses = await server.road.read(read)
        page = Devices(
            devices=[
                DeviceSeen(
                    id=record.id,
                    seq=record.seq,
                    values=Raw(record.body),
                    replicas=[_seen(r, pulses, directory) for r in replicas if r.device == record.id],
                )
                for record in found
            ],
            next=sealed(end) if end else None,
        )
        return await answer(request, msgspec.json.encode(page))

    return [devices]


def _seen(replica: Replica, pulses: Mapping[str, Pulse], directory: Directory) -> ReplicaSeen:
    name = str(directory.users.get(replica.user, {}).get("name") or "")
    pulse = pulses.get(replica.id)
    if pulse is None:
        return ReplicaSeen(replica=replica.id, user=replica.user, name=name)
    return ReplicaSeen(
        replica=replica.id,
        user=replica.user,
        name=name,
        seen=wire_of(pulse.seen_ms),
        synced=wire_of(pulse.synced_ms) if pulse.synced_ms else None,
        app=pulse.app,
        outbox=pulse.outbox,
        oldest=pulse.oldest,
        blobs=pulse.blobs,
        storage=Storage(free=pulse.free, persisted=pulse.persisted),
        app_waiting=pulse.app_waiting,
    )
