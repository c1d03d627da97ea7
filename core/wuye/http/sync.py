"""``POST /sync`` (protocol §3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from litestar import asgi
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from msgspec import Struct, structs

from wuye.http.bodies import Arrivals, decode, header, read_body
from wuye.http.encoding import JSON, pack
from wuye.http.log import log
from wuye.http.problems import language_of
from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.model.catalogue import Catalogue
from wuye.protocol.wire import MAX_BODY, VERSION, Receipt, Result, SyncRequest, SyncResponse
from wuye.storage.road import Road
from wuye.sync.access import Access
from wuye.sync.answer import Principal
from wuye.sync.directory import Directory
from wuye.sync.pull import Mismatch

MAX_QUIET = 20_000
BODIES_AT_ONCE = 4
_NOW = b'"now":"'
_HEADERS = ((b"content-type", JSON.encode()), (b"cache-control", b"no-store"), (b"vary", b"accept-encoding"))

_request = msgspec.json.Decoder(SyncRequest)
_encode = msgspec.json.Encoder().encode


def routes(server: Server) -> Sequence[ASGIRouteHandler]:
    """Return the route of sync. It is the busiest by far, so it does without Litestar's requests and responses."""
    quiet = Quiet(server.road)
    alarm = MismatchAlarm()
    arrivals = Arrivals(each=BODIES_AT_ONCE)

    async def serve(speaker: Speaker, asked: SyncRequest, now: datetime, language: str) -> bytes:
        alive = speaker.alive(to_ms(now))
        if alive:
            server.fleet.heard(speaker.session.replica, asked.health, to_ms(now))
            if speaker.push_only and not asked.ops:
                raise Problem("push_only")
            if not speaker.push_only and (same := quiet.answer(speaker, asked, now)):
                server.fleet.up_to_date(speaker.session.replica, to_ms(now))
                return same
        elif not (asked.ops and asked.cursor is None and await server.speakers.may_offer(speaker)):
            raise speaker.refusal()
        reads = alive and not speaker.push_only
        principal = Principal(user=speaker.user, replica=speaker.session.replica, alive=alive, reads=reads)
        await server.road.directory()
        seen = quiet.look(speaker, now)
        answered = await server.road.exchange(principal, asked, alarm.reset_today(asked.have, speaker, now))
        alarm.note(answered.mismatches, speaker)
        results = [_spoken(result, server.registry.catalogue, language) for result in answered.response.results]
        if not reads:  # what an outbox is told, and no more (protocol §5)
            return _encode(Receipt(acked=answered.response.acked, results=results))
        if not answered.response.more:
            server.fleet.up_to_date(speaker.session.replica, to_ms(now))
        body = _encode(structs.replace(answered.response, results=results))
        quiet.learn(speaker, asked, answered.response, body, seen)
        return body

    @asgi("/sync", copy_scope=False)
    async def sync(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "POST":
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        speaker = await server.speakers.find(header(scope, b"authorization"))
        with arrivals.of(speaker.session.replica):
            sent = await read_body(scope, receive, MAX_BODY)
        with server.gate:
            asked = decode(sent, _request)
            language = language_of(header(scope, b"accept-language"))
            body = await serve(speaker, asked, server.road.clock(), language)
            body, encoding = await pack(header(scope, b"accept-encoding"), body)
        headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return [sync]


def _spoken(result: Result, catalogue: Catalogue, language: str) -> Result:
    """Return a result whose message a person can read: a rule's own words, or the code's with the engine's detail."""
    if result.code is None:
        return result
    said = result.message or ""
    detail = f" ({said})" if said else ""
    words = catalogue.message(said, language) or catalogue.say(f"error.{result.code}", language) + detail
    return structs.replace(result, message=words)


class _Seen(Struct, frozen=True):
    """How things stood before an exchange: the organisation, what the user may do, commits at his sites."""

    directory: Directory
    access: Mapping[str, Access]
    commits: Mapping[str, int]


class _Last(Struct, frozen=True):
    """The last answer to a replica. ``known``: it had shown before that it knows of the rights it has now."""

    cursor: str
    seen: _Seen
    body: bytes
    known: bool


class Quiet:
    """Answers those who are up to date without asking the database: most polls find nothing (design §9, W4).

    A replica that shows the cursor of the last answer gets that answer again as long as nothing was committed at any
    of its sites, its user may do what he might then, and that answer was empty.
    """

    def __init__(self, road: Road) -> None:
        self._road = road
        self._last: dict[str, _Last] = {}

    def answer(self, speaker: Speaker, asked: SyncRequest, now: datetime) -> bytes | None:
        """Return the answer, or None when the database must be asked."""
        last = self._last.get(speaker.session.replica)
        if last is None or not last.known or last.cursor != asked.cursor or asked.ops or asked.have:
            return None
        if asked.replica != speaker.session.replica or asked.protocol != VERSION:
            return None
        directory, seen = self._road.known_directory(), last.seen
        if directory is not seen.directory or directory.access(speaker.user, to_ms(now)) is not seen.access:
            return None
        commits = self._road.commits
        if any(commits.get(site, 0) != count for site, count in seen.commits.items()):
            return None
        return last.body + to_wire(now).encode() + b'"}'

    def look(self, speaker: Speaker, now: datetime) -> _Seen | None:
        """Note how things stand; to be called before the exchange that is learnt from."""
        directory = self._road.known_directory()
        if directory is None:
            return None
        access = directory.access(speaker.user, to_ms(now))
        commits = self._road.commits
        sites = {*access, directory.org}
        return _Seen(directory, access, {site: commits.get(site, 0) for site in sites})

    def learn(
        self, speaker: Speaker, asked: SyncRequest, response: SyncResponse, body: bytes, seen: _Seen | None
    ) -> None:
        """Remember an answer that was empty."""
        replica = speaker.session.replica
        before = self._last.pop(replica, None)
        empty = not (asked.ops or response.changes or response.drop or response.reset or response.more)
        if seen is None or not empty or not isinstance(response.cursor, str):
            return
        if len(self._last) >= MAX_QUIET:
            self._last.clear()
        # The cursor that a replica shows tells which ends of rights it knows of; the first one under new rights
        # must reach the database.
        known = before is not None and before.seen.access is seen.access and before.cursor == asked.cursor
        self._last[replica] = _Last(response.cursor, seen, body[: body.rindex(_NOW) + len(_NOW)], known)


class MismatchAlarm:
    """Writes down what a self-check found; from the second time a day on it is an alarm (protocol §3.6)."""

    def __init__(self) -> None:
        self._day = ""
        self._reset: set[tuple[str, str]] = set()

    def reset_today(self, have: Iterable[str], speaker: Speaker, now: datetime) -> frozenset[str]:
        """Return the buckets among these that this replica was told to read again today."""
        day = to_wire(now)[:10]
        if day != self._day:
            self._day, self._reset = day, set()
        return frozenset(bucket for bucket in have if (speaker.session.replica, bucket) in self._reset)

    def note(self, mismatches: Sequence[Mismatch], speaker: Speaker) -> None:
        """Log buckets that a replica counts otherwise than the server."""
        for mismatch in mismatches:
            key = (speaker.session.replica, mismatch.bucket)
            write = log().error if key in self._reset else log().warning
            self._reset.add(key)
            write(
                "bucket_mismatch",
                bucket=mismatch.bucket,
                device=speaker.session.device,
                replica=speaker.session.replica,
                theirs=mismatch.theirs,
                ours=mismatch.ours,
            )
