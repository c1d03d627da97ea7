"""How the devices are doing: what replicas tell with each sync (`Health`, protocol §3), kept beside the log."""

from msgspec import Struct
from msgspec.structs import replace

from wuye.protocol.wire import Health
from wuye.storage.road import Road
from wuye.storage.sqlite import Pulse, SqliteTransaction

EVERY = 60.0
"""Seconds after which what was heard is written: one small commit, however many devices poll."""


class _Beat(Struct, frozen=True):
    seen_ms: int
    synced_ms: int | None = None
    health: Health | None = None


class Fleet:
    """Hears replicas, and writes down what it heard every minute. What a crash makes it forget they soon say again."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._beats: dict[str, _Beat] = {}

    def heard(self, replica: str, health: Health | None, now_ms: int) -> None:
        """Note that a replica spoke."""
        before = self._beats.get(replica)
        if before is not None:
            self._beats[replica] = _Beat(now_ms, before.synced_ms, health or before.health)
        else:
            self._beats[replica] = _Beat(now_ms, None, health)

    def up_to_date(self, replica: str, now_ms: int) -> None:
        """Note that a replica has all news."""
        beat = self._beats.get(replica)
        self._beats[replica] = _Beat(now_ms, now_ms, beat.health if beat else None)

    async def flush(self) -> None:
        """Write what was heard since the last time."""
        beats, self._beats = self._beats, {}
        if beats:
            await self._road.store.write("", lambda tx: _write(tx, beats))


def _write(tx: SqliteTransaction, beats: dict[str, _Beat]) -> None:
    for replica, beat in beats.items():
        before = tx.accounts.pulse(replica) or Pulse(replica=replica, seen_ms=0)
        pulse = replace(before, seen_ms=beat.seen_ms, synced_ms=beat.synced_ms or before.synced_ms)
        if health := beat.health:
            pulse = replace(
                pulse,
                app=health.app,
                outbox=health.outbox,
                oldest=health.oldest,
                blobs=health.blobs,
                free=health.storage.free,
                persisted=health.storage.persisted,
                app_waiting=health.app_waiting,
            )
        tx.accounts.put_pulse(pulse)
