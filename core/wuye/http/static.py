"""The tablet app: the files that ``npm run build`` left in ``wuye/tablet``, read when they are first asked for."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG

from wuye.http.pages import Page, make_page

BUILT = Path(__file__).parents[1] / "tablet"
_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8",
}


class Tablet:
    """The built files. They stay in memory, packed, until they change on disk."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int], Page]] = {}

    @property
    def built(self) -> bool:
        """Tell whether there is an app."""
        return (self._folder / "index.html").is_file()

    async def page(self, path: str) -> Page | None:
        """Return a file, or the app itself for an address inside it (``/ticket/…``); None where neither is."""
        # Files lie at the top and under assets/; deeper names with a dot are the app's (``/list/lostfound.item``).
        if path.startswith("/assets/") or ("." in path and "/" not in path[1:]):
            return await self._file(path[1:]) if _PATH.fullmatch(path) else None
        return await self._file("index.html")

    async def _file(self, name: str) -> Page | None:
        file = self._folder / name
        try:
            stat = file.stat()
        except OSError:
            return None
        if not S_ISREG(stat.st_mode):
            return None
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._known.get(name)
        if known is None or known[0] != stamp:
            page = await asyncio.to_thread(_read, file, forever=name.startswith("assets/"))
            known = self._known[name] = (stamp, page)
        return known[1]


def _read(file: Path, *, forever: bool) -> Page:
    # Names under assets/ carry a digest of their content.
    return make_page(file.read_bytes(), _TYPES.get(file.suffix, "application/octet-stream"), forever=forever)
