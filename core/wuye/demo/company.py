"""Makes the demo organisation: everything enters by the door, with somebody's rights, at its own time."""

import random as random_
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Protocol

import msgspec
from msgspec import Struct

from wuye.bootstrap import Organisation, Person, Way, act, create, founding_ops
from wuye.demo import estate, staff, tickets
from wuye.demo.estate import PROPERTIES, Estate, Property
from wuye.demo.staff import Post, User
from wuye.demo.tickets import Crew, Step
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import derive
from wuye.kernel.worktime import Holidays, WorkCalendar, with_holidays
from wuye.model.plugin import Contribution, DemoRecord
from wuye.model.registry import Registry
from wuye.protocol.wire import Op

HISTORY = timedelta(days=150)
SLOT = timedelta(hours=6)
"""What happens within one slot may reach the server in another order than it happened at different tickets."""
WORK_DAY = (("08:30", "12:00"), ("13:30", "18:00"))


class Site(Struct, frozen=True):
    """A site as ``wuye demo --json`` prints it."""

    id: str
    code: str
    type: str


class LogIn(Struct, frozen=True):
    """A log-in as ``wuye demo --json`` prints it; ``sites`` are site ids, all of them for a post at head office."""

    username: str
    password: str
    roles: list[str]
    sites: list[str]


class Demo(Struct, frozen=True):
    """What ``wuye demo --json`` prints."""

    sites: list[Site]
    users: list[LogIn]


class Entry(Struct, frozen=True):
    """An op with its author and the moment when the server received it."""

    user: str
    site: str
    received: datetime
    op: Op


class Script(Struct, frozen=True, kw_only=True):
    """The whole demo before anything is written: the founding ops, then entries in the order of their receipt."""

    org: str
    founded: datetime
    founding: Sequence[Op]
    users: Sequence[User]
    entries: Iterable[Entry]
    demo: Demo


class _Ids:
    """Ids that follow from the seed and what they are for."""

    def __init__(self, seed: int, at: datetime) -> None:
        self._seed = str(seed)
        self._at = at

    def __call__(self, kind: str, *key: object, at: datetime | None = None) -> str:
        return derive("demo", self._seed, kind, *map(str, key), ms=to_ms(at or self._at))


def write_script(registry: Registry, org: str, seed: int, now: datetime) -> Script:
    """Work the demo out. The same seed on the same day makes the same people, households and tickets."""
    today = now.astimezone(UTC).date()
    founded = datetime(today.year, today.month, today.day, 1, tzinfo=UTC) - HISTORY
    make_id = _Ids(seed, founded)
    random = random_.Random(f"demo:{seed}")
    sites = {site.code: make_id("site", site.code) for site in PROPERTIES}
    estates = {
        site.code: estate.build(site, random_.Random(f"{site.code}:{seed}"), make_id, today) for site in PROPERTIES
    }
    plugins = {site.code: _plugins(registry, site) for site in PROPERTIES}
    zones = {code: estate_.zones for code, estate_ in estates.items()}
    users = staff.hire(random, make_id, org, sites, zones, _plugin_posts(registry, plugins))
    admin = users[0]
    organisation = Organisation(
        id=org, name="遠山物業集團 · Группа «Юаньшань»", languages=("zh-Hant", "zh-Hans", "ru", "en")
    )
    person = Person(id=admin.id, username=admin.username, name=admin.name.text, locale=admin.locale)

    def entries() -> Iterator[Entry]:
        yield from _organisation(org, sites, plugins, users, make_id, founded)
        for site in PROPERTIES:
            yield from _households(sites[site.code], admin.id, estates[site.code], founded + timedelta(days=2))
        for site in PROPERTIES:
            crew = _crew(users, sites[site.code])
            rnd = random_.Random(f"tickets:{site.code}:{seed}")
            lives = tickets.live(site, rnd, make_id, estates[site.code].homes, crew, now)
            yield from _in_turn(sites[site.code], [step for life in lives for step in life], make_id)
            yield from _of_plugins(registry, site, sites[site.code], seed, crew, admin, plugins[site.code], now)

    return Script(
        org=org,
        founded=founded,
        founding=founding_ops(organisation, person, founded),
        users=users,
        entries=entries(),
        demo=Demo(
            sites=[Site(id=sites[site.code], code=site.code, type=site.type) for site in PROPERTIES],
            users=[_log_in(user, org, sites) for user in users],
        ),
    )


def play(script: Script, store: Store, door: Door) -> None:
    """Push the script through the door, neighbours of one author and site together.

    Raises:
        Problem: ``invalid``, an op was refused: the demo does not fit the plugins that are installed.
    """
    received = script.founded
    for user, site, batch in _batches(script.entries):
        received = max(received, batch[-1].received)
        replica = server_replica(user, "demo")
        pushed = run(store, door.submit(user, replica, site, [entry.op for entry in batch], received))
        for entry, result in zip(batch, pushed.results, strict=True):
            if result.status not in ("applied", "merged"):
                raise Problem("invalid", f"demo, {entry.op.entity} {entry.op.act or entry.op.kind}: {result}")


def _batches(entries: Iterable[Entry]) -> Iterator[tuple[str, str, list[Entry]]]:
    for (user, site), run_ in groupby(entries, key=lambda entry: (entry.user, entry.site)):
        while batch := list(islice(run_, MAX_OPS)):
            yield user, site, batch


