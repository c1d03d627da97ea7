"""``GET /calendars/{site}`` and ``GET /calendars/{site}/{calendar}.ics``: calendars to subscribe to.

Calendar programs send no tokens, so the address itself is the permission: its ``key`` is made from the installation's
secret, the user, the calendar and the moment of his password. Nothing is stored, and a new password ends all of his
subscriptions; so does what ends his rights.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from wuye.http.access import site_access
from wuye.http.bodies import AnyRequest
from wuye.http.encoding import answer
from wuye.http.reports import language_asked, log_look_ups_of, query_of
from wuye.http.server import API, Server
from wuye.http.sessions import WAITS, check_address
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.reports.calendars import feed, prepare_calendar, readable
from wuye.reports.running import look_ups
from wuye.reports.shown import Looks
from wuye.storage.sqlite import SqliteSnapshot

ENDING = ".ics"
ICS = "text/calendar"


class Subscription(Struct, frozen=True, kw_only=True):
    """A calendar, and the address that a calendar program asks; whoever has the address reads it."""

    id: str
    label: str
    url: str


class Subscriptions(Struct, frozen=True, kw_only=True):
    """The calendars of a site that somebody may read."""

    site: str
    calendars: list[Subscription]


def routes(server: Server) -> Sequence[HTTPRouteHandler]:
    """Return the routes of calendars."""

    @get("/calendars/{site:str}")
    async def offer(request: AnyRequest, site: FromPath[str]) -> Response[bytes]:
        speaker = await server.speakers.require(request.headers.get("authorization", ""))
        directory = await server.road.directory()
        site_access(server, directory, speaker, site)
        looks = Looks(directory, site, language_asked(request, query_of(request)))
        changed_ms = await _changed_ms(server, speaker.user)

        def url(calendar: str) -> str:
            key = key_of(server, speaker.user, site, calendar, changed_ms)
            query = urlencode({"user": speaker.user, "key": key})
            return f"{str(request.base_url).rstrip('/')}{API}/calendars/{site}/{calendar}{ENDING}?{query}"

        found = [
            Subscription(id=calendar.id, label=looks.text(f"calendar.{calendar.id}"), url=url(calendar.id))
            for calendar in readable(directory, speaker.user, site, to_ms(server.road.clock()))
        ]
        return await answer(request, msgspec.json.encode(Subscriptions(site=site, calendars=found)))

    @get("/calendars/{site:str}/{file:str}")
    async def read(request: AnyRequest, site: FromPath[str], file: FromPath[str]) -> Response[bytes]:
        given = query_of(request)
        name, user = file.removesuffix(ENDING), given.pop("user", "")
        await _check_key(server, request, user, site, name, given.pop("key", ""))
        directory, now = await server.road.directory(), server.road.clock()
        ready = prepare_calendar(directory, user, site, name, to_ms(now))
        given.setdefault("lang", str(directory.users[user].get("locale") or ""))
        looks = Looks(directory, site, language_asked(request, given))
        seen = look_ups(directory, site, f"calendar.{name}", ready.calendar.entities, "export", now)
        await log_look_ups_of(server, user, site, seen)
        body = await server.long_reads.run(lambda reader: feed(ready, reader, looks.text(f"calendar.{name}"), now))
        return Response(body, media_type=ICS, headers={"Cache-Control": "private, no-cache"})

    return [offer, read]


def key_of(server: Server, user: str, site: str, calendar: str, changed_ms: int | None) -> str:
    """Return the key of somebody's subscription; no key fits who has no account."""
    about = "\0".join(("calendar", user, site, calendar, str(changed_ms)))
    return hmac.new(server.road.door.secret, about.encode(), sha256).hexdigest()


async def _changed_ms(server: Server, user: str) -> int | None:
    def read(snapshot: SqliteSnapshot) -> int | None:
        account = snapshot.accounts.account(user)
        return account.changed_ms if account else None

    return await server.road.read(read)


async def _check_key(server: Server, request: AnyRequest, user: str, site: str, calendar: str, key: str) -> None:
    """Check a subscription's key; who guesses waits like at the log-in.

    Raises:
        Problem: ``unauthorized``, ``too_many_attempts``.
    """
    now_ms = to_ms(server.road.clock())
    # Apart from log-ins: a program that asks with an old key locks nobody out.
    caller = f"calendar {request.client.host if request.client else ''}"
    since = [now_ms - span for span, _ in WAITS]
    failures = await server.road.read(lambda snapshot: [snapshot.accounts.attempts(caller, ms) for ms in since])
    check_address(failures)
    changed_ms = await _changed_ms(server, user)
    expected = key_of(server, user, site, calendar, changed_ms)
    if not hmac.compare_digest(expected.encode(), key.encode()) or changed_ms is None:
        await server.road.store.write("", lambda tx: tx.accounts.note_attempt(caller, now_ms))
        raise Problem("unauthorized")
