"""A replica with the person who holds it: the shipped client on a database that can be cloned, shared and torn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

from wuye_client import Device, Replica
from wuye_client.store import Store
from wuye_client.transport import Transport

from .server import Crash
from .town import Post

URL = "sim:"


class Tablet:
    """One local database of one user. ``tabs`` are handles on it, each with an engine of its own; ``skew`` is how far
    the device's clock is off."""

    def __init__(
        self, name: str, post: Post, device: Device, stores: list[Store], clock: Callable[[], datetime], random: Random
    ) -> None:
        self.name = name
        self.post = post
        self.device = device
        self.skew = timedelta(0)
        self.copied = False
        self.mine: dict[tuple[str, str], None] = {}
        self._entered = False
        self._clock = clock
        self._random = random
        self._stores = stores
        self.tabs: list[Replica] = []

    def start(self, transport: Transport) -> None:
        """Start the app (again) with nothing in memory."""
        self.tabs = [
            Replica(
                store,
                self.device,
                transport=transport,
                clock=self.clock,
                entropy=self._random.randbytes,
                sleep=lambda _: None,
            )
            for store in self._stores
        ]

    def clock(self) -> datetime:
        """Return what the device takes for the present moment."""
        return self._clock() + self.skew

    @property
    def store(self) -> Store:
        """The database, by its first handle."""
        return self._stores[0]

    @property
    def erased(self) -> bool:
        """Tell whether a revoked device has erased this database."""
        return self._entered and self.store.meta("user") is None

    @property
    def ready(self) -> bool:
        """Tell whether somebody has logged in and read a manifest."""
        return not self.erased and self.store.meta("manifest_hash") is not None

    def log_in(self, tab: Replica | None = None) -> None:
        """Log in as this tablet's user."""
        (tab or self.tabs[0]).login(URL, self.post.username, "secret", device_name=self.device.card.name)
        self._entered = True

    def clone(self, name: str) -> "Tablet":
        """Return a tablet with a copy of this database, as a copied disk image has it."""
        twin = Tablet(name, self.post, self.device, [self.store.copy()], self._clock, self._random)
        twin.skew, twin._entered = self.skew, self._entered
        self.copied = twin.copied = True
        return twin

    def seqs(self) -> dict[tuple[object, ...], int]:
        """Return the seq of every record here."""
        rows = self.store.all("SELECT site, entity, id, seq FROM record")
        return {row[:3]: int(str(row[3])) for row in rows}

    def typed(self, after: int) -> list[tuple[int, bytes]]:
        """Return what was written into the log behind a row."""
        rows = self.store.all("SELECT id, body FROM op WHERE id > ? ORDER BY id", after)
        return [(int(str(row[0])), bytes(row[1])) for row in rows if isinstance(row[1], bytes)]

    def states(self) -> dict[str, str]:
        """Return the state of every op here."""
        return {str(op): str(state) for op, state in self.store.all("SELECT op, state FROM op")}

    @property
    def stuck(self) -> list[tuple[str, str]]:
        """The ops (user, op) that cannot be answered: of somebody locked out, or erased from a copy that had forked."""
        if self.erased and self.copied:
            return list(self.mine)
        rows = self.store.all("SELECT op FROM op WHERE state IN ('waiting', 'sent')")
        return [(self.post.id, str(op)) for (op,) in rows]

    def close(self) -> None:
        """Give the files back."""
        for store in self._stores:
            store.close()


@contextmanager
def torn(store: Store, after: int) -> Iterator[None]:
    """Let the process die at its ``after``-th write to the database: what was not committed is gone."""
    left = [after]

    def until_then(write: Callable[..., int]) -> Callable[..., int]:
        def mortal(*args: object) -> int:
            left[0] -= 1
            if left[0] < 0:
                raise Crash
            return write(*args)

        return mortal

    # Shadows the methods of this one handle.
    vars(store).update(run=until_then(store.run), run_many=until_then(store.run_many))
    try:
        yield
    finally:
        del vars(store)["run"], vars(store)["run_many"]
