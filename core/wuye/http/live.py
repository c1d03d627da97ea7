"""``GET /live``: pokes as server-sent events. A poke says that a site has news, never what (protocol §2)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies and dead lines are noticed."""


class Listener:
    """One open stream: what it has yet to tell is at most one number a site."""

    def __init__(self, sites: Iterable[str]) -> None:
        self.sites = frozenset(sites)
        self._news: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._ended = False

    def poke(self, site: str, seq: int) -> None:
        """Tell of news at a site."""
        self._news[site] = seq
        self._wake.set()

    def end(self) -> None:
        """Close the stream."""
        self._ended = True
        self._wake.set()

    async def events(self, still_good: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield the stream's bytes until it ends or its session is no longer good."""
        yield b"retry: 2000\n: welcome\n\n"
        while not self._ended:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._wake.wait()
            except TimeoutError:
                if not still_good():
                    return
                yield b": still here\n\n"
                continue
            self._wake.clear()
            if self._news and not self._ended:
                news, self._news = self._news, {}
                yield b"event: poke\ndata: " + msgspec.json.encode(news) + b"\n\n"


class Hub:
    """All open streams of this process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._listeners: dict[Listener, bytes] = {}
        self._by_site: dict[str, set[Listener]] = {}
        self._closed = False

    @property
    def full(self) -> bool:
        """Tell whether no further stream may be opened."""
        return self._closed or len(self._listeners) >= self._limit

    def open(self, session: bytes, sites: Iterable[str]) -> Listener:
        """Open a stream of a session for some sites."""
        listener = Listener(sites)
        self._listeners[listener] = session
        for site in listener.sites:
            self._by_site.setdefault(site, set()).add(listener)
        return listener

    def shut(self, listener: Listener) -> None:
        """Forget a stream."""
        self._listeners.pop(listener, None)
        for site in listener.sites:
            if listeners := self._by_site.get(site):
                listeners.discard(listener)
                if not listeners:
                    del self._by_site[site]

    def poke(self, site: str, seq: int) -> None:
        """Tell all who watch a site of its news."""
        for listener in self._by_site.get(site, ()):
            listener.poke(site, seq)

    def end_session(self, session: bytes) -> None:
        """Close the streams of a session."""
        for listener, owner in self._listeners.items():
            if owner == session:
                listener.end()

    def close(self) -> None:
        """Close all streams: the server stops."""
        self._closed = True
        for listener in self._listeners:
            listener.end()
