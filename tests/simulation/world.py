"""One seeded world: server, network and tablets; what happens in it; how it comes to rest."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import msgspec

from wuye.kernel.clock import to_ms
from wuye.kernel.ids import uuid7
from wuye.sync.ports import Store
from wuye_client import Device, LoginRequired, Replica
from wuye_client.errors import Erased, InvalidEntry, NotReady, Offline, Refused
from wuye_client.protocol import Op
from wuye_client.store import Store as Database

from . import invariants, moves, stores, town
from .network import Network
from .points import Weather
from .server import Crash, Server
from .tablet import Tablet
from .watch import Watch

FATES = ("request lost", "answer lost", "twice", "late", "late copy")
PAGES = (2, 3, 5, 10, 50, 2000)


class Broken(AssertionError):
    """A world in which something was not as it must be; shows the seed and what had happened."""


def play(seed: int, *, disk: bool = False) -> "World":
    """Play a seed to its end and return the world; ``disk``: its server keeps its data in SQLite.

    Raises:
        Broken: something was not as it must be.
    """
    world = World(seed, disk=disk)
    try:
        world.run()
    except Exception as error:
        trace = "\n".join(world.trace)
        raise Broken(f"{trace}\nseed {seed} (python -m tests.simulation {seed}): {error!r}") from error
    return world


class World:
    """Everything follows from the seed. ``theme`` is the plugin in whose forms people write beside all else; ``trace``
    tells what happened, line by line."""

    def __init__(self, seed: int, *, disk: bool = False) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.now = town.START + timedelta(hours=1)
        self.trace: list[str] = []
        self.typed: dict[tuple[str, str], Op] = {}
        self.grants = town.ends_of_posts()
        self.network = Network(self)
        self.tablets: list[Tablet] = []
        self._files = ExitStack()
        self._folder: Path | None = None
        self._log_rows: dict[Tablet, int] = {}
        self.theme: str | None = None
        self.photos: dict[str, bytes] = {}
        self.shown: set[tuple[str, str]] = set()
        self._words = 0
        self._chaos = True
        self._depth = 0
        self.loss = self.random.choice((0.0, 0.1, 0.3))
        self.crashes = self.random.choice((0.0, 0.02, 0.08))
        self.crossing = self.random.choice((0.0, 0.1, 0.3))
        Weather.broken = False
        self.store: Store = stores.on_disk(self.fault, self._files) if disk else stores.in_memory(self.fault)
        self.server = Server(self.store, lambda: self.now, self.new_id)
        self.server.usernames = {post.username: post.id for post in town.POSTS}
        self.server.page = self.random.choice(PAGES)
        self.server.between = self.cross
        self.watch = Watch(self)
        self.server.arrived = self.watch.arrived
        self.server.watch = self.watch.exchanged

    # Chance

    def new_id(self) -> str:
        """Return a fresh id."""
        return uuid7(to_ms(self.now), self.random.randbytes(10))

    def word(self) -> str:
        """Return a text that nobody has typed yet."""
        self._words += 1
        return f"w{self._words}"

    def fate(self) -> str:
        """Return what becomes of a request."""
        return self.random.choice(FATES) if self._chaos and self.random.random() < self.loss else "served"

    def fault(self, point: str) -> None:
        """Let the server die at a point of its store (`wuye.testing.memory.Fault`).

        Raises:
            Crash: so it happens.
        """
        if self._chaos and self.random.random() < self.crashes / 3:
            self.tell(f"the server dies at {point}")
            raise Crash

    def cross(self, *, always: bool = False) -> None:
        """Let another request come in while one is being served."""
        if not self._chaos or self._depth or not (always or self.random.random() < self.crossing):
            return
        self._depth += 1
        try:
            self.attempt(self._meanwhile)
        finally:
            self._depth -= 1

    def _meanwhile(self) -> None:
        waiting = [letter for letter in self.network.letters if letter.reply is None]
        ready = [tablet for tablet in self.tablets if tablet.ready]
        if waiting and self.random.random() < 0.5:
            letter = self.random.choice(waiting)
        elif ready:
            tablet = self.random.choice(ready)
            letter = self.network.post(tablet, self.random.choice(tablet.tabs))
        else:
            return
        self.tell(f"  meanwhile a letter of {letter.tablet.name} is served")
        self.network.serve(letter)

    # The course of things

    def run(self) -> None:
        """Let things happen, come to rest, and look whether everything is as it must be."""
        try:
            self._settle_in()
            for _ in range(self.random.randint(40, 120)):
                self.step()
            self.rest()
            invariants.check(self)
            self._look_back()
            invariants.check(self)
            if self.random.random() < 0.5:
                self._outlast_holds()
                invariants.check(self, nothing_held=True)
            invariants.self_check_is_quiet(self)
        finally:
            self.close()

    def step(self) -> None:
        """Make one random move."""
        move = self.random.choices(moves.MOVES, moves.WEIGHTS)[0]
        told = self.attempt(lambda: move(self))
        if told:
            self.tell(f"{move.__name__}: {told}")
        self.now += timedelta(milliseconds=self.random.randint(1, 5000))
        self.collect()
        self.watch.stepped()

    def attempt(self, action: Callable[[], object]) -> object:
        """Do something that a bad world may prevent; tell what came of it."""
        try:
            return action()
        except (Offline, Crash, NotReady, Erased, LoginRequired) as error:
            return f"{type(error).__name__} {error}"
        except InvalidEntry as error:
            return f"not made: {error}"
        except Refused as error:
            if error.problem.status not in (401, 403):
                raise
            return f"refused: {error}"

    def tell(self, line: str) -> None:
        """Write a line of the trace."""
        self.trace.append(f"{len(self.trace):4} {self.now:%d %H:%M:%S} {line}")

    def collect(self) -> None:
        """Note what people have typed since the last time."""
        for tablet in self.tablets:
            for row, body in tablet.typed(self._log_rows.get(tablet, 0)):
                op = msgspec.json.decode(body, type=Op)
                self.typed.setdefault((tablet.post.id, op.op), op)
                tablet.mine[tablet.post.id, op.op] = None
                self._log_rows[tablet] = row

    # Tablets

    def _settle_in(self) -> None:
        site = self.random.choice((town.HOMES, town.HOMES, town.MALL, town.MALL, town.OFFICE))
        self.theme = self.random.choice((None, *town.DOMAINS_AT[site]))
        count = self.random.randint(2, 4)
        known = [post for post in town.POSTS if post.username in town.AT[site]]
        posts = [*self.random.sample(known, count), *self.random.sample(town.POSTS, self.random.randint(0, 1))]
        self._chaos = False
        for post in posts:
            self.add_tablet(post)
        self._chaos = True

    def add_tablet(self, post: town.Post) -> Tablet:
        """Give a user a tablet, maybe one that another user has already, maybe with two tabs."""
        random = self.random
        name = f"{post.username}{len(self.tablets)}"
        free = [t.device for t in self.tablets if all(o.post is not post for o in self.tablets if o.device is t.device)]
        device = random.choice(free) if free and random.random() < 0.3 else self._device(name)
        path = self._path(name) if random.random() < 0.1 else None
        handles = [Database(path), Database(path)] if path else [Database()]
        for handle in handles:
            handle.run("PRAGMA synchronous=OFF")  # nobody pulls the plug of this machine
        tablet = Tablet(name, post, device, handles, lambda: self.now, random)
        tablet.skew = timedelta(minutes=random.choice((0, 0, 0, -1, 7, 180, -300)))
        tablet.start(self.network.road(tablet))
        self.tablets.append(tablet)
        self.attempt(lambda: self.enter(tablet))
        return tablet

    def enter(self, tablet: Tablet) -> str:
        """Log in on a tablet and sync."""
        tablet.log_in()
        tablet.tabs[0].sync()
        return tablet.name

    def adopt(self, tablet: Tablet, like: Tablet) -> None:
        """Take up a cloned tablet."""
        self.tablets.append(tablet)
        self._log_rows[tablet] = self._log_rows.get(like, 0)
        tablet.start(self.network.road(tablet))

    def _device(self, name: str) -> Device:
        return Device.open(None, name=name, clock=lambda: self.now, entropy=self.random.randbytes)

    def _path(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(self._files.enter_context(tempfile.TemporaryDirectory()))
        return self._folder / f"{name}.wuye"

    def close(self) -> None:
        """Give all files back."""
        for tablet in self.tablets:
            tablet.close()
        self._files.close()

    # Rest

    def rest(self) -> None:
        """Everybody on line, on a perfect network: sync until nothing moves."""
        self._chaos = False
        Weather.broken = False
        self.tell("coming to rest")
        for _ in range(30):
            before = self._state()
            self.server.sweep(list(town.SITES), retry_rules=True)
            for tablet in self.tablets:
                for tab in list(tablet.tabs):
                    self._sync_whole(tablet, tab)
            self.collect()
            self.watch.stepped()
            if self._state() == before:
                return
        raise AssertionError("the world does not come to rest")

    def _sync_whole(self, tablet: Tablet, tab: Replica) -> None:
        if tablet.erased:
            return
        try:
            try:
                tab.sync()
            except (LoginRequired, NotReady):
                if self.may_log_in(tablet):
                    tablet.log_in(tab)
                    tab.sync()
        except Erased:
            pass
        except Refused:
            if self.may_log_in(tablet):
                raise

    def may_log_in(self, tablet: Tablet) -> bool:
        """Tell whether the server lets this user in from this device."""
        return tablet.device.card.id not in self.server.revoked and self.server.directory().enabled(tablet.post.id)

    def _state(self) -> object:
        return stores.heads(self.store), [
            (
                t.store.meta("cursor"),
                t.store.meta("replica"),
                t.store.all("SELECT sha, state, at FROM blob ORDER BY sha"),
            )
            for t in self.tablets
        ]

    def _look_back(self) -> None:
        """What is still under way arrives at last; it changes nothing."""
        self.tell("late letters arrive")
        before = stores.heads(self.store)
        for letter in list(self.network.letters):
            self.network.serve(letter)
            self.network.deliver(letter)
        after = stores.heads(self.store)
        assert before == after, f"late letters changed something: {before} {after}"
        self.rest()

    def _outlast_holds(self) -> None:
        self.tell("the days of holding pass")
        self.now += timedelta(days=8)
        self.rest()
