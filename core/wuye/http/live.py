"""Pokes as server-sent events: a poke says that a site has news, never what (protocol §2)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies and dead lines are noticed."""

Watch = Callable[[], Awaitable[frozenset[str] | None]]
"""Returns the sites that a session may hear of now; None when it is no longer good."""


class Listener:
    """One open stream: what it has yet to tell is at most one number a site."""

    def __init__(self, session: bytes) -> None:
        self.session = session
        self.sites = frozenset[str]()
        self.news: dict[str, int] = {}
        self.wake = asyncio.Event()
        self.ended = False

    def end(self) -> None:
        """Let the stream come to its end."""
        self.ended = True
        self.wake.set()


class Hub:
    """All open streams of this process. ``org``: news there may change who hears of what."""

    def __init__(self, org: str, limit: int) -> None:
        self._org = org
        self._limit = limit
        self._listeners: set[Listener] = set()
        self._by_site: dict[str, set[Listener]] = {}
        self._closed = False

    @property
    def full(self) -> bool:
        """Tell whether no further stream may be opened."""
        return self._closed or len(self._listeners) >= self._limit

    def poke(self, site: str, seq: int) -> None:
        """Tell all who watch a site of its news."""
        for listener in self._by_site.get(site, ()):
            listener.news[site] = seq
            listener.wake.set()

    def end_session(self, session: bytes) -> None:
        """Close the streams of a session."""
        for listener in self._listeners:
            if listener.session == session:
                listener.end()

    def close(self) -> None:
        """Close all streams: the server stops."""
        self._closed = True
        for listener in self._listeners:
            listener.end()

    async def stream(self, session: bytes, watch: Watch) -> AsyncIterator[bytes]:
        """Yield a stream's bytes until the session is no longer good, the caller goes away or the server stops."""
        listener = Listener(session)
        self._listeners.add(listener)
        try:
            while not listener.ended:
                sites = await watch()
                if sites is None:
                    return
                self._move(listener, sites)
                yield b": here\n\n"
                async for event in self._until_change(listener):
                    yield event
        finally:
            self._move(listener, frozenset())
            self._listeners.discard(listener)

    async def _until_change(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield pokes until it is time to look again at who may hear of what."""
        while not listener.ended:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await listener.wake.wait()
            except TimeoutError:
                return
            listener.wake.clear()
            if listener.news:
                news, listener.news = listener.news, {}
                yield b"event: poke\ndata: " + msgspec.json.encode(news) + b"\n\n"
                if self._org in news:
                    return

    def _move(self, listener: Listener, sites: frozenset[str]) -> None:
        for site in listener.sites - sites:
            listeners = self._by_site[site]
            listeners.discard(listener)
            if not listeners:
                del self._by_site[site]
        for site in sites - listener.sites:
            self._by_site.setdefault(site, set()).add(listener)
        listener.sites = sites
