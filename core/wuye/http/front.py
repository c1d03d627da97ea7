"""All that is not the API: the tablet app and the page of trust, for browsers."""

from litestar.types import ASGIApp, Receive, Scope, Send

from wuye.http.bodies import header
from wuye.http.pages import Page, make_page, send_page
from wuye.http.static import Tablet
from wuye.http.trust import PATH, Secured, Trust, how_to_build, language_asked

_API = frozenset({"api", "health"})
"""First parts of the addresses that are the API's."""
_TEXT = "text/plain; charset=utf-8"


class Front:
    """Answers for pages. Nothing is read or imported before the first of them is asked for."""

    def __init__(self, tablet: Tablet, secured: Secured | None = None) -> None:
        self._tablet = tablet
        self._trust = Trust(secured)
        # Where tablets must be told to trust us, the page that tells them has to stay open to plain HTTP.
        self._strict = secured is not None and secured.folder.trusted(secured.kept) is None

    def before(self, api: ASGIApp) -> ASGIApp:
        """Return an application that answers for pages, and leaves the API's calls to the API."""

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            if not scope["path"].startswith("/"):  # ``OPTIONS *`` asks of the server as a whole
                await send_page(scope, send, make_page(b"No path.", _TEXT, status=400), strict=self._strict)
            elif scope["path"].split("/", 2)[1] in _API:
                await api(scope, receive, send)
            else:
                page = _only_reading(scope) or await self._trust.page(scope) or await self._file(scope)
                await send_page(scope, send, page, strict=self._strict)

        return either

    async def _file(self, scope: Scope) -> Page:
        if self._tablet.built:
            return await self._tablet.page(scope["path"]) or _nothing()
        return how_to_build(language_asked(scope))


class PlainFront:
    """What the plain port shows beside one that speaks TLS: how to trust it, and the way there."""

    def __init__(self, secured: Secured) -> None:
        self._secured = secured
        self._trust = Trust(secured)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        page = _only_reading(scope) or self._challenge(scope) or await self._trust.page(scope)
        await send_page(scope, send, page or self._way(scope))

    def _challenge(self, scope: Scope) -> Page | None:
        answer = self._secured.folder.challenge(scope["path"])
        return None if answer is None else make_page(answer, "application/octet-stream")

    def _way(self, scope: Scope) -> Page:
        origin = self._secured.origin(header(scope, b"host"))
        trusted = self._secured.folder.trusted(self._secured.kept)
        # Somebody who types the address on a tablet that trusts nothing yet would only see a browser's warning.
        path = PATH if trusted and scope["path"] == "/" else None
        query = scope["query_string"]
        place = (path or origin).encode("ascii") + (b"" if path else scope["raw_path"] + (query and b"?" + query))
        return make_page(b"", _TEXT, status=307, headers=((b"location", place),))


def _only_reading(scope: Scope) -> Page | None:
    # Whoever posts here in the clear has already told too much; nothing of it is sent on.
    if scope.get("method") in ("GET", "HEAD"):
        return None
    return make_page(b"GET or HEAD", _TEXT, status=405, headers=((b"allow", b"GET, HEAD"),))


def _nothing() -> Page:
    return make_page(b"There is no such page.", _TEXT, status=404)
