"""The composition root: an installation on disk becomes a running server."""

import secrets
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

from wuye.builtin import plugin as core
from wuye.host import Loaded, installed, load
from wuye.kernel.clock import system_clock, to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.model.registry import Registry
from wuye.protocol.wire import Op, Result
from wuye.settings import Settings, load_settings
from wuye.storage.blobs import Objects, Shelf
from wuye.storage.migrator import is_current, migrate
from wuye.storage.sqlite import SqliteStore
from wuye.storage.sqlite.connection import InstallationLock
from wuye.sync.directory import Directory
from wuye.sync.door import Door, server_replica
from wuye.sync.rows import Installation as Names
from wuye.sync.steps import run

if TYPE_CHECKING:
    from litestar import Litestar

    from wuye.http.credentials import Given
    from wuye.http.server import Server
    from wuye.http.trust import Secured
    from wuye.jobs.jobs import Scheduled


class Installation:
    """An installation that this process holds: migrated, its plugins loaded, its store open.

    ``registry`` is what it can do, ``quarantined`` the plugins that were left out and why, ``org`` the organisation's
    site.
    """

    def __init__(self, settings: Settings, loaded: Loaded, store: SqliteStore, names: Names) -> None:
        self.settings = settings
        self.loaded = loaded
        self.store = store
        self.org = names.org
        self.epoch = names.epoch
        self.door = Door(loaded.registry, names.secret)
        self.clock = system_clock
        self.shelf = Shelf(store.blocking, Objects.of(settings))
        self._closed = False

    @classmethod
    def open(cls, dir_: Path, database: str | None = None, *, create: bool = False) -> Self:
        """Open the installation in a folder; with ``create`` found a new one where there is none.

        Raises:
            Problem: ``not_installed``, ``in_use``, ``bad_settings``, ``bad_plugin``.
        """
        settings = load_settings(dir_, database=database)
        file = settings.file
        if not create and not file.exists():
            raise Problem("not_installed", f"there is no {file}")
        file.parent.mkdir(parents=True, exist_ok=True)
        loaded = load(core, installed(), strict=settings.strict_plugins)
        lock = InstallationLock(file.with_name(f"{file.name}.lock"))
        try:
            if not is_current(file, loaded.piccolo_apps):
                migrate(file, loaded.piccolo_apps)
        finally:
            lock.release()
        store = SqliteStore(file, loaded.registry, readers=settings.readers, capacity=settings.limit_waiting)
        try:
            names = store.blocking.read(lambda snapshot: snapshot.installation())
            if not names.org:
                if not create:
                    raise Problem("not_installed", f"{file} was never set up")
                names = _new_names()
                store.blocking.found(names)
            return cls(settings, loaded, store, names)
        except BaseException:
            store.close()
            raise

    @property
    def registry(self) -> Registry:
        """What the installation can do."""
        return self.loaded.registry

    def directory(self) -> Directory:
        """Return the organisation as it is now."""
        return self.store.blocking.read(self.door.directory)

    def submit(
        self, user: str, purpose: str, site: str, ops: Sequence[Op], *, writes: frozenset[str] | None = None
    ) -> list[Result]:
        """Push ops of a user's replica on the server, as the command line does when no server runs. ``writes``
        stands for rights where the system itself acts (``plugin:core``)."""
        if not ops:
            return []
        replica = server_replica(user, purpose)
        steps = self.door.submit(user, replica, site, ops, self.clock(), writes=writes)
        pushed = run(self.store.blocking, steps)
        for woken in pushed.wake:
            run(self.store.blocking, self.door.sweep(woken, self.clock()))
        return pushed.results

    def set_password(self, user: str, username: str, password: str) -> None:
        """Give a user a password and end his sessions; checks nothing but that the user name is free.

        Raises:
            Problem: ``duplicate_key``, another user has this user name.
        """
        from wuye.http.credentials import Given
        from wuye.http.passwords import hash_password

        now_ms = to_ms(self.clock())
        self.give(
            Given(user=user, username=username, hash=hash_password(password), changed_ms=now_ms, ends_sessions=True)
        )

    def give(self, given: "Given") -> None:
        """Store what a user is let in by.

        Raises:
            Problem: ``duplicate_key``, another user has this user name.
        """
        from wuye.http.credentials import give

        self.store.blocking.write("", lambda tx: give(tx, given))

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        if not self._closed:
            self._closed = True
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def create_app(
    installation: Installation,
    server: "Server | None" = None,
    secured: "Secured | None" = None,
    more: "Sequence[Scheduled]" = (),
) -> "Litestar":
    """Return the ASGI application of an installation. ``secured`` is how it speaks TLS, ``more`` what else is done by
    the clock."""
    from wuye.http.api import make_app
    from wuye.http.fleet import EVERY
    from wuye.http.front import Front
    from wuye.http.static import BUILT, Tablet
    from wuye.jobs import Jobs

    server = server or make_server(installation)
    fleet = ("fleet", EVERY, server.fleet.flush)
    jobs = Jobs(server.road, installation.registry, server.long_reads, server.shelf, (fleet, *more))

    async def start() -> None:
        await server.road.directory()
        jobs.start()

    async def stop() -> None:
        server.hub.close()
        await jobs.stop()
        await server.fleet.flush()
        server.long_reads.close()
        await server.road.drain()

    app = Path(installation.settings.app or BUILT)
    return make_app(server, Front(Tablet(app), secured), on_startup=start, on_shutdown=stop)


def make_server(installation: Installation) -> "Server":
    """Return what the routes of an installation work with."""
    from wuye.host import Manifests
    from wuye.http.fleet import Fleet
    from wuye.http.live import Hub
    from wuye.http.server import Gate, Server
    from wuye.http.speakers import Speakers
    from wuye.reports.long_reads import LongReads
    from wuye.storage.road import Road

    road = Road(installation.store, installation.door, installation.org, installation.clock)
    hub = Hub(installation.org, installation.settings.limit_live)
    road.listen(hub.poke)
    return Server(
        settings=installation.settings,
        registry=installation.registry,
        road=road,
        long_reads=LongReads(installation.store.reader),
        speakers=Speakers(road),
        shelf=installation.shelf,
        manifests=Manifests(installation.registry),
        hub=hub,
        fleet=Fleet(road),
        gate=Gate(installation.settings.limit_requests),
        epoch=installation.epoch,
        version=version("wuye"),
        token=secrets.token_urlsafe(32),
    )


def _new_names() -> Names:
    now_ms = to_ms(system_clock())
    return Names(
        org=uuid7(now_ms, secrets.token_bytes(10)),
        epoch=uuid7(now_ms, secrets.token_bytes(10)),
        secret=secrets.token_bytes(32),
    )
