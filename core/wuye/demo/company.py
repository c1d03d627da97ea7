"""Makes the demo organisation: everything enters by the door, with somebody's rights, at its own time."""

import hashlib
import random as random_
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import chain, groupby, islice

from msgspec import Struct

from wuye.bootstrap import Organisation, Person, bootstrap
from wuye.demo import estate, plugins, staff, tickets, writing
from wuye.demo.estate import PROPERTIES, Estate, Property
from wuye.demo.staff import User
from wuye.demo.writing import Entry
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive
from wuye.model.registry import Registry
from wuye.protocol.wire import MAX_OPS, Result
from wuye.storage.blobs import Chunk, Limits, Shelf
from wuye.sync.door import Door, server_replica
from wuye.sync.ports import Store, Transaction
from wuye.sync.push import Pushed
from wuye.sync.steps import Read, Steps, Write

HISTORY = timedelta(days=150)
TOGETHER = 50
"""Pushes in one commit."""


class Site(Struct, frozen=True):
    """A site as ``wuye demo --json`` prints it."""

    id: str
    code: str
    type: str


class LogIn(Struct, frozen=True):
    """A log-in as ``wuye demo --json`` prints it; ``sites`` are ids, all of them for a post that holds everywhere."""

    username: str
    password: str
    roles: list[str]
    sites: list[str]


class Demo(Struct, frozen=True):
    """What ``wuye demo --json`` prints."""

    sites: list[Site]
    users: list[LogIn]


class Script(Struct, frozen=True, kw_only=True):
    """The whole demo before anything is written; ``entries`` come in the order of their receipt."""

    organisation: Organisation
    admin: Person
    founded: datetime
    users: Sequence[User]
    entries: Iterable[Entry]
    demo: Demo


class Batch(Struct, frozen=True):
    """One push."""

    user: str
    site: str
    entries: list[Entry]


class _Ids:
    """Ids that follow from the seed and what they are for."""

    def __init__(self, seed: int, at: datetime) -> None:
        self._seed = str(seed)
        self._at = at

    def __call__(self, kind: str, *key: object, at: datetime | None = None) -> str:
        return derive("demo", self._seed, kind, *map(str, key), ms=to_ms(at or self._at))


def write_script(registry: Registry, org: str, seed: int, now: datetime) -> Script:
    """Work the demo out. The same seed on the same day makes the same people and households."""
    today = now.astimezone(UTC).date()
    founded = datetime(today.year, today.month, today.day, 1, tzinfo=UTC) - HISTORY
    make_id = _Ids(seed, founded)
    sites = {site.code: make_id("site", site.code) for site in PROPERTIES}
    estates = {
        site.code: estate.build(site, random_.Random(f"{site.code}:{seed}"), make_id, today) for site in PROPERTIES
    }
    on = {site.code: _plugins(registry, site) for site in PROPERTIES}
    zones = {code: built.zones for code, built in estates.items()}
    users = staff.hire(random_.Random(f"staff:{seed}"), make_id, org, sites, zones, _plugin_posts(registry, on))
    admin = users[0]

    def entries() -> Iterator[Entry]:
        yield from writing.organisation(org, sites, on, users, make_id, founded)
        for code, site in sites.items():
            yield from writing.households(site, admin.id, estates[code], founded + timedelta(days=2))
        for property_ in PROPERTIES:
            code, site = property_.code, sites[property_.code]
            crew = writing.crew_of(users, site)
            random = random_.Random(f"tickets:{code}:{seed}")
            lives = list(tickets.live(property_, random, make_id, estates[code].homes, crew, now))
            told = writing.in_turn(site, [step for steps in lives for step in steps], make_id, now)
            stage = plugins.Stage(
                registry=registry,
                code=code,
                site=site,
                crew=crew,
                admin=admin.id,
                existing=_existing(estates[code], [user.id for user in users if site in _sites(user)]),
                now=now,
            )
            yield from merge(told, stage.entries(on[code], seed), key=lambda entry: entry.received)
            yield from writing.contested(site, lives, crew, make_id, now)

    return Script(
        organisation=Organisation(
            id=org, name="遠山物業集團 · Группа «Юаньшань»", languages=("zh-Hant", "zh-Hans", "ru", "en")
        ),
        admin=Person(id=admin.id, username=admin.username, name=admin.name.text, locale=admin.locale),
        founded=founded,
        users=users,
        entries=entries(),
        demo=Demo(
            sites=[Site(sites[site.code], site.code, site.type) for site in PROPERTIES],
            users=[_log_in(user, org, list(sites.values())) for user in users],
        ),
    )


def play(
    script: Script,
    store: Store,
    door: Door,
    *,
    progress: Callable[[Sequence[Batch]], Iterable[Batch]] = lambda batches: batches,
) -> None:
    """Write the script, neighbours of one author and site in one push; ``progress`` may look on.

    Raises:
        Problem: ``invalid``, an op was refused: the demo does not fit the plugins that are installed.
    """
    received = script.founded
    bootstrap(store, door, script.organisation, script.admin, received)
    waiting: list[tuple[Batch, datetime]] = []
    for batch in progress(list(_batches(script.entries))):
        if waiting and (len(waiting) == TOGETHER or batch.site != waiting[0][0].site):
            _push(waiting, store, door)
            waiting = []
        received = max(received, batch.entries[-1].received)
        waiting.append((batch, received))
    _push(waiting, store, door)


def _push(batches: Sequence[tuple[Batch, datetime]], store: Store, door: Door) -> None:
    """Push one after the other within one commit: the disk would take longer than the judging."""
    pushes: list[Steps[Pushed]] = []
    units: list[Callable[[Transaction], object]] = []
    for batch, received in batches:
        ops = [entry.op for entry in batch.entries]
        push = door.submit(batch.user, server_replica(batch.user, "demo"), batch.site, ops, received)
        step = next(push)
        while isinstance(step, Read):
            step = push.send(store.read(step.unit))
        assert isinstance(step, Write)
        pushes.append(push)
        units.append(step.unit)
    answers = store.write(batches[0][0].site, lambda tx: [unit(tx) for unit in units])
    for (batch, _), push, answer in zip(batches, pushes, answers, strict=True):
        try:
            push.send(answer)
        except StopIteration as done:
            _check(batch, done.value.results)


def _check(batch: Batch, results: Sequence[Result]) -> None:
    for entry, result in zip(batch.entries, results, strict=True):
        if result.status not in ("applied", "merged"):
            raise Problem("invalid", f"demo, {entry.op.entity} {entry.op.act or entry.op.kind}: {result}")


def _batches(entries: Iterable[Entry]) -> Iterator[Batch]:
    for (user, site), neighbours in groupby(entries, key=lambda entry: (entry.user, entry.site)):
        while some := list(islice(neighbours, MAX_OPS)):
            yield Batch(user, site, some)


def _existing(built: Estate, users: Sequence[str]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {"user": list(users)}
    for entity, record, _ in chain(built.places, *built.households):
        ids.setdefault(entity, []).append(record)
    return ids


def _sites(user: User) -> set[str]:
    return {post.site for post in user.posts}


def _plugins(registry: Registry, site: Property) -> list[str]:
    off = {c.info.id for c in registry.contributions if c.demo and site.code in c.demo.off_at}
    return sorted(registry.plugins_for(site.type) - off)


def _plugin_posts(registry: Registry, plugins: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return (role, site code) for the posts that only plugins know, wherever their plugin is on."""
    known: set[str] = set()
    posts = []
    for contribution in registry.contributions:
        new = [role.id for role in contribution.roles if role.id not in known]
        known.update(new)
        if contribution.info.id != "core":
            posts += [(role, code) for role in new for code, on in plugins.items() if contribution.info.id in on]
    return posts


def _log_in(user: User, org: str, sites: list[str]) -> LogIn:
    everywhere = any(post.site == org for post in user.posts)
    return LogIn(
        username=user.username,
        password=user.password,
        roles=list(dict.fromkeys(post.role for post in user.posts)),
        sites=sites if everywhere else list(dict.fromkeys(post.site for post in user.posts)),
    )


def bring_files(registry: Registry, shelf: Shelf, store: Store, now: datetime) -> None:
    """Upload the files that demo records name, each by whoever named it (protocol §6)."""
    files = {hashlib.sha256(data).hexdigest(): data for c in registry.contributions if c.demo for data in c.demo.files}
    named = store.read(lambda snapshot: snapshot.blobs.namings(files))
    for sha, data in files.items():
        whole = Chunk(sha=sha, start=0, total=len(data), data=data)
        for author in sorted({naming.author for naming in named.get(sha, ())}):
            shelf.put(author, whole, Limits(each=len(data), waiting=len(data)), to_ms(now))
