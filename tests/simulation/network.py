"""The network between tablets and server: letters that are lost, doubled, late or overtaken."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from wuye_client import Replica, sync
from wuye_client.errors import Offline
from wuye_client.sync import Asked
from wuye_client.transport import Answer as Reply

from .server import Crash
from .tablet import Tablet

if TYPE_CHECKING:
    from .world import World

Headers = Mapping[str, str]


class Letter(Struct, kw_only=True, eq=False):
    """A ``/sync`` request under way; ``reply`` once it was served. A ghost's answer reaches nobody."""

    tablet: Tablet
    tab: Replica | None
    asked: Asked | None
    headers: Headers
    body: bytes
    reply: Reply | None = None


class Network:
    """Everything that is on its way."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.letters: list[Letter] = []

    def post(self, tablet: Tablet, tab: Replica) -> Letter:
        """Let a tab ask; the request is on its way then.

        Raises:
            LoginRequired: the tab must log in (again) first.
        """
        asked = sync.prepare(tab.store, tablet.clock())
        headers = {"Authorization": f"Bearer {tab.store.meta('token')}"}
        letter = Letter(tablet=tablet, tab=tab, asked=asked, headers=headers, body=asked.body)
        self.letters.append(letter)
        return letter

    def serve(self, letter: Letter) -> None:
        """Let a request reach the server; a second time its answer is the later one."""
        try:
            letter.reply = self._world.server.request("POST", "/sync", headers=letter.headers, body=letter.body)
        except Crash:
            self.drop(letter)

    def deliver(self, letter: Letter) -> None:
        """Let an answer reach the tab that asked; what it says may be old by now."""
        self.drop(letter)
        tab, reply = letter.tab, letter.reply
        if tab not in letter.tablet.tabs or letter.tablet.erased or reply is None or letter.asked is None:
            return
        if reply.status == 200:
            sync.absorb(tab.store, letter.asked, reply.body, letter.tablet.clock())
        else:
            sync.absorb_problem(tab.store, letter.asked, reply.problem())

    def drop(self, letter: Letter) -> None:
        """Lose a letter."""
        if letter in self.letters:
            self.letters.remove(letter)

    def road(self, tablet: Tablet) -> "Road":
        """Return a tablet's transport."""
        return Road(self._world, tablet)


class Road:
    """The transport of one tablet, as bad as the world is at the moment."""

    def __init__(self, world: "World", tablet: Tablet) -> None:
        self._world = world
        self._tablet = tablet

    def request(self, method: str, path: str, *, headers: Headers, body: bytes = b"") -> Reply:
        """Carry a request (see `wuye_client.transport.Transport`)."""
        world = self._world
        fate = world.fate()
        if fate == "request lost":
            raise Offline(fate)
        if fate in ("late copy", "late") and path == "/sync":
            ghost = Letter(tablet=self._tablet, tab=None, asked=None, headers=headers, body=body)
            world.network.letters.append(ghost)
            if fate == "late":
                raise Offline(fate)
        try:
            reply = world.server.request(method, path, headers=headers, body=body)
            if fate == "twice" and (path == "/sync" or path.startswith("/blobs/")):
                reply = world.server.request(method, path, headers=headers, body=body)
        except Crash:
            raise Offline("the server died on it") from None
        if fate == "answer lost":
            raise Offline(fate)
        return reply
