"""Talks to the server for one replica: log-in, rounds of sync, manifest, fork, wipe (protocol §2, §3, §5)."""

import random
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec.structs import replace

from wuye_client import outbox, sync
from wuye_client.clock import Clock, to_ms
from wuye_client.device import Device
from wuye_client.errors import Erased, LoginRequired, NotReady, Offline, Refused, ServerBusy, WrongUser
from wuye_client.handing import hand_in
from wuye_client.manifest import decode
from wuye_client.protocol import LoggedIn, LogIn, Problem, Storage
from wuye_client.report import SyncReport
from wuye_client.store import Store
from wuye_client.sync import Asked, Step, Taken
from wuye_client.texts import guess_locale
from wuye_client.transport import Answer, HttpTransport, Transport
from wuye_client.uploading import Courier, Progress

_IN_REACH_MS = 60_000
_PATIENCE = 4
_LONGEST_WAIT = 60.0


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
        self.files = Courier(store, clock, self._call)

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

    def log_in(
        self, url: str, username: str, password: str = "", new_password: str | None = None, *, code: str = ""
    ) -> None:
        """Get a token, a replica id and the manifest, by password or by start code. A database that already has a name
        keeps it or forks.

        Raises:
            WrongUser: the database belongs to somebody else.
            LoginRequired: the database must fork, and the start code has been used up.
            Refused: wrong password, locked account …
        """
        self.close()
        self._transport = self._connect(url)
        mine = self._store.meta("replica")
        forking = mine is not None and bool(self._store.meta_int("fork"))
        wish = LogIn(
            username=username,
            password=password,
            code=code,
            device=self._device.info(),
            fork_of=mine if forking else None,
            adopt=None if forking else mine,
            new_password=new_password,
        )
        kept = new_password or password
        said = self._post_session(wish)
        owner = self._store.meta("user")
        if owner is not None and owner != said.user_id:
            raise WrongUser
        if mine is not None and not forking and said.replica != mine:
            # The server's replica for this user and device is another database than this one.
            forking = True
            if not kept:
                self._store.set_meta(fork=1)
                raise LoginRequired(fork=True)
            again = replace(wish, password=kept, code="", fork_of=mine, adopt=None, new_password=None)
            said = self._post_session(again)
        self._credentials = (username, kept) if kept else None
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
                report.uploads = self.files.send(progress)
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
            wait = answer.retry_after
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
        """Offer outbox and attachments with a token that has ended (protocol §5).

        Raises:
            Offline, ServerBusy: the server takes none now, but may later.
        """
        if self._store.meta("token") is not None:
            hand_in(self._store, self._clock, self._call)
            self.files.hand_in()

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
                with suppress(Offline):
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
