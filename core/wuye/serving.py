"""An installation served: by plain HTTP, or by TLS with a plain port beside it that shows how to trust it."""

import asyncio
import gc
import os
import signal
import ssl
from collections.abc import Callable
from socket import socket
from typing import TYPE_CHECKING, Literal

import msgspec
import uvicorn
from litestar.types import ASGIApp

from wuye.app import Installation, create_app, make_server
from wuye.http.front import PlainFront
from wuye.http.log import configure_log, log
from wuye.http.trust import Secured
from wuye.kernel.errors import Problem
from wuye.tls.keeping import Folder, put_private

if TYPE_CHECKING:
    from wuye.jobs.jobs import Scheduled

NOTE = "serve.json"
DAY = 24 * 3600.0


def serve(
    installation: Installation,
    host: str | None = None,
    port: int | None = None,
    *,
    ready: Callable[[str], object] = lambda _url: None,
) -> None:
    """Serve until a signal comes; what is under way is finished first. ``ready`` is told the address.

    Raises:
        Problem: ``bad_certificate``.
    """
    settings = installation.settings
    configure_log(settings.log, settings.log_level)
    host = host or settings.host
    server = make_server(installation)
    note = settings.dir / NOTE
    secured = _secured(installation)
    context = _context(installation, secured) if secured else None
    beside = settings.http_port
    plain = _Plain(PlainFront(secured), host, beside) if secured and beside is not None else None

    class Uvicorn(uvicorn.Server):
        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.started:
                return
            listening = self.servers[0].sockets[0]
            if secured:
                secured.port = listening.getsockname()[1]
                secured.plain_port = await plain.open() if plain else None
            url = _address(listening, "https" if secured else "http")
            said = {"url": url, "token": server.token, "pid": os.getpid()}
            if secured:
                said["certificate"] = str(secured.folder.certificate(secured.kept).resolve())
                said["trust"] = secured.trust_address("")
            put_private(note, msgspec.json.encode(said))
            # What is there now stays: no collection need look at it again.
            gc.collect()
            gc.freeze()
            ready(url)

        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            if plain:
                await plain.close()
            server.hub.close()  # streams never end by themselves, and connections are waited for
            await super().shutdown(sockets)

    more: list[Scheduled] = []
    if secured and context:
        more.append(("certificate", DAY, lambda: _renew(installation, secured, context)))
    config = _config(
        create_app(installation, server, secured, more),
        host,
        settings.port if port is None else port,
        lifespan="on",
        proxies=settings.proxies,
        context=context,
    )
    # uvicorn raises a signal that ended it once more; by then all is done, and the caller goes on.
    before = {name: signal.signal(name, lambda *_: None) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        Uvicorn(config).run()
    finally:
        note.unlink(missing_ok=True)
        for name, handler in before.items():
            signal.signal(name, handler)


class _Plain(uvicorn.Server):
    """The plain port, on the event loop of the server that it stands beside."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        super().__init__(_config(app, host, port, lifespan="off"))
        self._loop: asyncio.Task[None] | None = None

    async def open(self) -> int:
        """Listen; return the port."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup()
        self._loop = asyncio.ensure_future(self.main_loop())
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more."""
        self.should_exit = True
        if self._loop:
            await self._loop
            await self.shutdown()


def _config(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    lifespan: Literal["on", "off"],
    proxies: str = "",
    context: ssl.SSLContext | None = None,
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan=lifespan,
        ws="none",
        timeout_keep_alive=75,  # tablets come back within a minute
        timeout_graceful_shutdown=20,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )


def _secured(installation: Installation) -> Secured | None:
    folder = Folder(installation.settings.dir)
    kept = folder.read()
    return None if kept is None else Secured(folder=folder, kept=kept)


def _context(installation: Installation, secured: Secured) -> ssl.SSLContext:
    from wuye.tls import renewing

    if secured.kept.kind == "local":  # by ACME it is renewed while the plain port answers
        renewing.renew(secured.folder, secured.kept, installation.clock())
    return renewing.context(secured.folder, secured.kept)


async def _renew(installation: Installation, secured: Secured, context: ssl.SSLContext) -> None:
    """Renew the certificate where that is due, and take what is there: a company's own files change by themselves."""
    from wuye.tls import renewing

    try:
        if await asyncio.to_thread(renewing.renew, secured.folder, secured.kept, installation.clock()):
            log().info("certificate_renewed", names=secured.kept.names)
        renewing.load(context, secured.folder, secured.kept)
    except Problem as problem:  # the one in use is good for months yet; tomorrow it is tried again
        log().error("certificate_not_renewed", reason=problem.detail)


def _address(listening: socket, scheme: str) -> str:
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
