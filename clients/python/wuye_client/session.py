"""Talks to the server for one replica: log-in, rounds of sync, manifest, fork, wipe (protocol §2, §3, §5)."""

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec.structs import replace

from wuye_client import outbox, sync
from wuye_client.clock import Clock, to_ms
from wuye_client.device import Device
from wuye_client.errors import Erased, LoginRequired, NotReady, Offline, Refused, ServerBusy, WrongUser
from wuye_client.manifest import decode
from wuye_client.protocol import LoggedIn, LogIn, Problem, Result, Storage
from wuye_client.store import Store
from wuye_client.sync import Asked, Step, Taken
from wuye_client.texts import guess_locale
from wuye_client.transport import Answer, HttpTransport, Transport

Progress = Callable[[int, str], None]
"""Called with how many are done and of what: ``push`` (ops) or ``pull`` (records)."""

_CLOCK_WARNING_MS = 600_000
_IN_REACH_MS = 60_000
_PATIENCE = 4
_LONGEST_WAIT = 60.0


@dataclass
class SyncReport:
    """What a sync did. ``outcomes`` counts results by status; ``attention`` are those that were not applied as asked,
    decisions on held ops included; ``outbox`` is what is still unsent or unanswered;
    ``offset`` is the server's clock minus ours in ms, and ``clock_wrong`` asks to set the device's clock."""

    rounds: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    attention: list[Result] = field(default_factory=list)
    changes: int = 0
    dropped: list[str] = field(default_factory=list)
    reset: list[str] = field(default_factory=list)
    forked: bool = False
    restored: bool = False
    offset: int = 0
    outbox: int = 0

    @property
    def clock_wrong(self) -> bool:
        """Tell whether the device's clock is over ten minutes off (protocol §3.4)."""
        return abs(self.offset) > _CLOCK_WARNING_MS

    def add(self, taken: Taken) -> None:
        """Count an answer in."""
        for result in taken.results:
            self.outcomes[result.status] = self.outcomes.get(result.status, 0) + 1
        self.attention += [result for result in (*taken.results, *taken.decided) if result.status != "applied"]
        self.changes += taken.changes
        self.dropped += taken.dropped
        self.reset += taken.reset
        self.restored |= taken.rewound
        self.offset = taken.offset


class Session:
    """One replica's dealings with its server."""

    def __init__(
        self,
        store: Store,
        device: Device,
        clock: Clock,
        connect: Callable[[str], Transport],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._device = device
        self._clock = clock
        self._connect = connect
        self._sleep = sleep
        self._transport: Transport | None = None
        self._credentials: tuple[str, str] | None = None

    def close(self) -> None:
        """Close what connections there are; a later call opens them again."""
        if isinstance(self._transport, HttpTransport):
            self._transport.close()
            self._transport = None

    @property
    def online(self) -> bool:
        """Tell whether a sync was answered within the last minute, by whichever process that shares the file, and no
        call has failed since."""
        heard = self._store.meta_int("heard")
        return heard > 0 and abs(to_ms(self._clock()) - heard) <= _IN_REACH_MS

    def log_in(self, url: str, username: str, password: str, new_password: str | None = None) -> None:
        """Get a token, a replica id and the manifest. A database that already has a name keeps it or forks.

        Raises:
            WrongUser: the database belongs to somebody else.
            Refused: wrong password, locked account …
        """
        self.close()
        self._transport = self._connect(url)
        mine = self._store.meta("replica")
        forking = mine is not None and bool(self._store.meta_int("fork"))
        wish = LogIn(
            username=username,
            password=password,
            device=self._device.info(),
            fork_of=mine if forking else None,
            adopt=None if forking else mine,
            new_password=new_password,
        )
        said = self._post_session(wish)
        owner = self._store.meta("user")
        if owner is not None and owner != said.user_id:
            raise WrongUser
        if mine is not None and not forking and said.replica != mine:
            # The server's replica for this user and device is another database than this one.
            forking = True
            password = new_password or password
            said = self._post_session(replace(wish, password=password, fork_of=mine, adopt=None, new_password=None))
        self._credentials = (username, new_password or password)
        with self._store.writing():
            self._store.set_meta(token=said.token, user=said.user_id, username=username, url=url)
            if forking:
                sync.fork(self._store, said.replica)
                # Two copies of one database must not give the same device number.
                self._store.set_meta(short_tail=said.replica[-2:].upper())
            elif mine is None:
                self._store.set_meta(replica=said.replica)
            tail = self._store.meta("short_tail") or ""
            self._store.set_meta(short=self._device.short_for(self._store.path) + tail)
        self.fetch_manifest()

    def log_out(self) -> None:
        """End the session; data and outbox stay."""
        if self._store.meta("token"):
            try:
                self._call("DELETE", "/session")
            finally:
                self._store.set_meta(token=None)
                self._credentials = None

    def fetch_manifest(self) -> bool:
        """Read the manifest if it has changed; tell whether it has."""
        tag = self._store.meta("manifest_tag")
        answer = self._call("GET", "/manifest", {"If-None-Match": tag} if tag else {})
        if answer.status == 304:
            return False
        if answer.status == 401:
            raise LoginRequired
        if answer.status != 200:
            raise Refused(answer.problem())
        manifest = decode(answer.body)
        with self._store.writing():
            self._store.set_meta(
                manifest=answer.body, manifest_hash=manifest.hash, manifest_tag=answer.headers.get("etag")
            )
            keep_days = manifest.limits.get("keep_days")
            if isinstance(keep_days, int):
                self._store.set_meta(keep_days=keep_days)
            self._store.index((name, key) for name, entity in manifest.entities.items() for key in entity.unique)
        return True

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Push and pull until everything is sent and read.

        Raises:
            Offline, LoginRequired, Refused, Erased: see `wuye_client.errors`; what was taken in so far stays.
        """
        report = SyncReport(outbox=outbox.measure(self._store)[0])
        sent = 0
        while True:
            taken = self._round(report)
            report.add(taken)
            sent += len(taken.results)
            if progress and taken.results:
                progress(sent, "push")
            if progress and taken.changes:
                progress(report.changes, "pull")
            if taken.manifest and taken.manifest != self._store.meta("manifest_hash"):
                self.fetch_manifest()
            before, report.outbox = report.outbox, outbox.measure(self._store)[0]
            # What brings no op further now will not do so at once either.
            if not taken.more and (report.outbox == 0 or report.outbox >= before > 0 or not taken.results):
                return report

    def _round(self, report: SyncReport) -> Taken:
        """Get one answer in, whatever it takes: waiting, shrinking, a new replica id."""
        tries = 0
        while True:
            tries += 1
            try:
                asked = sync.prepare(self._store, self._clock(), storage=self._room())
            except LoginRequired:
                self._fork(report, tries)
                continue
            answer = self._call("POST", "/sync", body=asked.body)
            report.rounds += 1
            if answer.status == 200:
                taken = sync.absorb(self._store, asked, answer.body, self._clock())
                if not taken.fork:
                    return taken
                continue
            self._recover(asked, answer, tries)

    def _recover(self, asked: Asked, answer: Answer, tries: int) -> None:
        problem = answer.problem()
        step = sync.absorb_problem(self._store, asked, problem)
        if step is Step.LOGIN:
            raise LoginRequired
        if step is Step.WIPE:
            self._wipe(problem)
        if step is Step.WAIT:
            wait = _retry_after(answer)
            if tries > _PATIENCE or wait > _LONGEST_WAIT:
                raise ServerBusy(wait)
            # Jitter: the devices that were refused together must not come back together.
            self._sleep(wait * random.uniform(1.0, 2.0))
        elif step is Step.STOP or tries > 50:
            raise Refused(problem)

    def _fork(self, report: SyncReport, tries: int) -> None:
        url = self._store.meta("url")
        if self._credentials is None or url is None or tries > _PATIENCE:
            raise LoginRequired(fork=True)
        self.log_in(url, *self._credentials)
        report.forked = True

    def hand_in(self) -> None:
        """Offer the outbox with a token that has ended: it is held until a supervisor admits it (protocol §5)."""
        while self._store.meta("token") is not None and outbox.measure(self._store)[0]:
            asked = sync.prepare(self._store, self._clock(), ops_only=True)
            answer = self._call("POST", "/sync", body=asked.body)
            if answer.status != 200 or not sync.absorb(self._store, asked, answer.body, self._clock()).results:
                return

    def _wipe(self, problem: Problem) -> NoReturn:
        """Hand in the outbox, unless told to wipe at once, then erase everything (protocol §5)."""
        if not problem.at_once:
            self.hand_in()
        self._store.erase()
        raise Erased

    def _post_session(self, wish: LogIn) -> LoggedIn:
        answer = self._call("POST", "/session", body=msgspec.json.encode(wish), token=False)
        if answer.status != 200:
            problem = answer.problem()
            if problem.code == "device_revoked" and problem.wipe:
                self._wipe(problem)
            if problem.code == "forbidden":  # the account was closed: he will not come back for his work
                self.hand_in()
            raise Refused(problem)
        return msgspec.json.decode(answer.body, type=LoggedIn)

    def _call(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        token: bool = True,
    ) -> Answer:
        if self._transport is None:
            url = self._store.meta("url")
            if url is None:
                raise NotReady
            self._transport = self._connect(url)
        sent = {"Accept-Language": self._store.meta("locale") or guess_locale(), **(headers or {})}
        if token:
            held = self._store.meta("token")
            if held is None:
                raise LoginRequired
            sent["Authorization"] = f"Bearer {held}"
        try:
            return self._transport.request(method, path, headers=sent, body=body)
        except Offline:
            self._store.set_meta(heard=None)
            raise

    def _room(self) -> Storage:
        if self._store.path == ":memory:":
            return Storage()
        return Storage(free=shutil.disk_usage(Path(self._store.path).parent).free)


def _retry_after(answer: Answer) -> float:
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() else 2.0
