"""``/trust``: how a tablet is brought to trust this server, for people who hold one in their hands.

It is served on the plain port too: a tablet that does not trust the server yet can open nothing else.
"""

import asyncio
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec
from litestar.types import Scope
from msgspec import Struct

from wuye.http.bodies import header
from wuye.http.pages import Page, make_page
from wuye.http.problems import language_of
from wuye.model.catalogue import LANGUAGES, Catalogue
from wuye.tls.keeping import Folder, Kept

if TYPE_CHECKING:
    from jinja2 import Template

PATH = "/trust"
_ROOM = "wuye.http"


class Secured(Struct, kw_only=True):
    """A server that speaks TLS: where its certificate comes from, and the ports where it listens, 0 before it does;
    the plain one is None where there is none."""

    folder: Folder
    kept: Kept
    port: int = 0
    plain_port: int | None = None

    def origin(self, host: str) -> str:
        """Return the address at which the app is to be opened by who came to a host."""
        return f"https://{_authority(self.known(host), self.port, 443)}"

    def trust_address(self, host: str) -> str:
        """Return the address of the page, as a tablet that trusts nothing yet can open it."""
        if self.plain_port is None:
            return f"{self.origin(host)}{PATH}"
        return f"http://{_authority(self.known(host), self.plain_port, 80)}{PATH}"

    def known(self, host: str) -> str:
        """Return the host of a ``Host`` header if it is a name of ours that others can reach, else our first one."""
        name = host.strip().lower()
        name = name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]
        return name if name in self.kept.names else self.kept.names[0].removeprefix("*.")


class Trust:
    """Makes the page and what is downloaded from it."""

    def __init__(self, secured: Secured | None) -> None:
        self._secured = secured

    async def page(self, scope: Scope) -> Page | None:
        """Return what lies at an address under ``/trust``; None where nothing does."""
        path = scope["path"].rstrip("/")
        if path == PATH:
            return await asyncio.to_thread(self._show, header(scope, b"host"), language_asked(scope))
        trusted = self._secured.folder.trusted(self._secured.kept) if self._secured else None
        if trusted is None:
            return None
        from wuye.tls import profile

        if path == f"{PATH}/wuye.crt":
            return make_page(profile.certificate_file(trusted), profile.CERTIFICATE)
        if path == f"{PATH}/wuye.mobileconfig":
            return make_page(profile.profile(trusted), profile.PROFILE)
        return None

    def _show(self, host: str, language: str) -> Page:
        secured = self._secured
        trusted = secured.folder.trusted(secured.kept) if secured else None
        if secured is None or trusted is None:
            return _page("trust.html", language, needed=False)
        import segno
        from cryptography import x509

        from wuye.tls.certificates import fingerprint

        address = secured.trust_address(host)
        return _page(
            "trust.html",
            language,
            needed=True,
            address=address,
            qr=segno.make(address, error="m").svg_inline(scale=5, border=4),
            fingerprint=fingerprint(x509.load_pem_x509_certificate(trusted)),
            origin=secured.origin(host),
        )


def how_to_build(language: str) -> Page:
    """Return the page that stands in for the app where it was never built."""
    return _page("unbuilt.html", language)


def language_asked(scope: Scope) -> str:
    """Return the language of a page: ``?lang=``, or what the browser prefers."""
    asked = parse_qs(scope["query_string"].decode("latin-1")[:200]).get("lang", [""])[-1]
    return asked if asked in LANGUAGES else language_of(header(scope, b"accept-language"))


def _page(template: str, language: str, **values: object) -> Page:
    say = _catalogue().say
    html = _template(template).render(lang=language, say=lambda key: say(key, language), **values)
    return make_page(html.encode(), "text/html; charset=utf-8", headers=((b"vary", b"accept-language"),))


def _authority(name: str, port: int, usual: int) -> str:
    host = f"[{name}]" if ":" in name else name
    return host if port == usual else f"{host}:{port}"


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader(_ROOM), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(name)


@cache
def _catalogue() -> Catalogue:
    return Catalogue(
        {language: msgspec.json.decode((files(_ROOM) / "locales" / f"{language}.json").read_bytes())}
        for language in LANGUAGES
    )
