"""The replica: everything that a program needs of the offline client.

    with Replica.open("desk.wuye") as replica:
        replica.login("https://wuye.example", "li.na", "…", device_name="T07")
        replica.sync()
        ticket = replica.create("HQ-01", "ticket", {"kind": "repair", "title": "3 號樓漏水"})
        replica.act("HQ-01", "ticket", ticket, "dispatch", set={"team": "engineering"})
        replica.sync()                       # whenever a network is there

Every write returns after its local commit: it survives a kill and a power cut.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from wuye_client import blobs, queue
from wuye_client.clock import Clock, system_clock, to_ms, to_wire
from wuye_client.device import Device
from wuye_client.ids import Entropy
from wuye_client.local import LocalRecords
from wuye_client.report import SyncReport
from wuye_client.session import Session
from wuye_client.store import Store
from wuye_client.transport import HttpTransport, Transport
from wuye_client.uploading import Progress


class Replica(LocalRecords):
    """One user on one device. Belongs to the thread that opened it; other processes may open the same file."""

    def __init__(
        self,
        store: Store,
        device: Device,
        *,
        transport: Transport | None = None,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(store, clock, entropy)
        self.device = device
        self._session = Session(store, device, clock, (lambda _: transport) if transport else HttpTransport, sleep)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        device: Device | None = None,
        transport: Transport | None = None,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        sleep: Callable[[float], None] = time.sleep,
    ) -> "Replica":
        """Open a file, or make it; ``:memory:`` works. Without ``device`` the file's folder is the device."""
        folder = None if str(path) == ":memory:" else Path(path).parent
        device = device or Device.open(folder, clock=clock, entropy=entropy)
        return cls(Store(path), device, transport=transport, clock=clock, entropy=entropy, sleep=sleep)

    def close(self) -> None:
        """Give the file and the connections back."""
        self._session.close()
        self.store.close()

    def __enter__(self) -> "Replica":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # The server

    @property
    def online(self) -> bool:
        """Whether the server is in reach, as far as the last exchange with it tells."""
        return self._session.online

    def login(
        self,
        url: str,
        username: str,
        password: str = "",
        *,
        code: str = "",
        device_name: str = "",
        new_password: str | None = None,
    ) -> None:
        """Log in by password or start code and read the manifest (see `Session.log_in`)."""
        self.device.rename(device_name)
        self._session.log_in(url, username, password, new_password, code=code)

    def logout(self) -> None:
        """End the session; data and outbox stay."""
        self._session.log_out()

    def hand_in(self) -> None:
        """Offer what is unsent with a token that has ended, for a supervisor to admit; also what a log-in to a closed
        account does by itself (protocol §5)."""
        self._session.hand_in()

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Push and pull until everything is sent and read (see `Session.sync`)."""
        if self.store.in_transaction:
            raise RuntimeError("a group is open: leave it before syncing")
        return self._session.sync(progress)

    # Attachments

    def attach(
        self, file: str | os.PathLike[str] | bytes, *, name: str | None = None, role: str | None = None
    ) -> dict[str, object]:
        """Keep a photo or file on this device; return what goes into a field of type ``blobs``. A sync sends it once an
        op names it. ``role`` is ``thumb:<sha256>`` or ``annotated:<sha256>`` for what stands for another file.

        Raises:
            InvalidEntry: it is too large, or of a kind that is not taken.
        """
        data = file if isinstance(file, bytes) else Path(file).read_bytes()
        name = name or (None if isinstance(file, bytes) else Path(file).name)
        now, most = self._clock(), self.manifest.limits.get("blob_bytes")
        kept = blobs.attach(self.store, data, to_ms(now), most if isinstance(most, int) else None)
        return blobs.value_of(kept, to_wire(now), name, role)

    def sign(self, drawing: bytes, signer: str) -> dict[str, object]:
        """Keep a signature (SVG or PNG); return what goes into a field of type ``signature``."""
        kept = self.attach(drawing)
        return {"sha256": kept["sha256"], "signer": signer, "at": kept["at"]}

    def blob(self, sha256: str) -> bytes:
        """Return an attachment, from here or else from the server.

        Raises:
            Offline, Refused: it is not here, and cannot be had.
        """
        return blobs.read(self.store, sha256) or self._session.files.fetch(sha256)

    def stored(self, shas: Sequence[str]) -> set[str]:
        """Return which of a record's attachments the server holds: ``2 of 5 photos``. Asks it."""
        return self._session.files.stored(shas)

    def uploads(self, *, all: bool = False) -> list[blobs.Upload]:
        """Return the attachments that the server does not hold yet, in the order of sending; with ``all`` also those
        that it holds and that are still here."""
        return blobs.uploads(self.store, all_=all)

    # The unsent queue as a file

    def export_outbox(self, path: str | os.PathLike[str]) -> int:
        """Write what is unsent or unanswered to a file; return how many ops. They stay here too."""
        return queue.write(self.store, path, to_wire(self._clock()))

    def import_outbox(self, path: str | os.PathLike[str]) -> int:
        """Take over ops of the same user from a file; return how many were new. They keep their ``op``, so ops that
        were sent from elsewhere meanwhile do not count twice.

        Raises:
            InvalidEntry: the file is none of ours, or another user's.
        """
        return queue.read(self.store, path, self._replica_id(), to_ms(self._clock()))
