"""Turns the made-up company into ops, in the order in which a server would have received them."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import resources

import msgspec
from msgspec import Struct

from wuye.bootstrap import create
from wuye.demo.estate import PROPERTIES, Estate
from wuye.demo.staff import User
from wuye.demo.tickets import Crew, Step
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.ids import derive
from wuye.kernel.worktime import Holidays, WorkCalendar, with_holidays
from wuye.protocol.wire import Op

MakeId = Callable[..., str]
TIMEZONE = "Asia/Shanghai"
WORK_DAY = (("08:30", "12:00"), ("13:30", "18:00"))
HOUR_MS = 3_600_000
SLOT_MS, OLD_SLOT_MS = 12 * HOUR_MS, 72 * HOUR_MS
"""What happens within one slot may reach the server in another order than it happened at different tickets; wide
slots for old times make few pushes."""
RECENT = timedelta(days=12)


class Entry(Struct, frozen=True):
    """An op with its author, its site and the moment when the server received it."""

    user: str
    site: str
    received: datetime
    op: Op


def organisation(
    org: str,
    sites: Mapping[str, str],
    plugins: Mapping[str, Sequence[str]],
    users: Sequence[User],
    make_id: MakeId,
    at: datetime,
) -> Iterator[Entry]:
    """Yield the sites, users and grants; the administrator, first of the users, is there already."""
    admin = users[0].id
    calendar = make_id("calendar", "cn")
    records: list[tuple[str, str, Mapping[str, object]]] = [("calendar", calendar, _calendar())]
    for site in PROPERTIES:
        values: dict[str, object] = {
            "code": site.code,
            "name": site.name,
            "type": site.type,
            "timezone": TIMEZONE,
            "languages": list(site.languages),
            "address": site.address,
            "phone": site.phone,
            "calendar": calendar,
            "plugins": [{"id": plugin} for plugin in plugins[site.code]],
        }
        records.append(("site", sites[site.code], values))
    for user in users[1:]:
        about = {"username": user.username, "name": user.name.text, "locale": user.locale, "phone": user.phone}
        records.append(("user", user.id, about | {"department": user.department}))
    for user in users[1:]:
        for post in user.posts:
            grant: dict[str, object] = {
                "user": user.id,
                "role": post.role,
                "site": post.site,
                "key": post.zone,
                "starts": to_wire(at),
            }
            records.append(("grant", make_id("grant", user.username, post.site, post.zone), grant))
    for entity, record, given in records:
        yield Entry(admin, org, at, create(entity, record, given, site=org, at=at))


def _calendar() -> Mapping[str, object]:
    data = resources.files("wuye.kernel").joinpath("data", "calendar_cn.json").read_bytes()
    week = (WORK_DAY,) * 5 + ((),) * 2
    calendar = WorkCalendar(timezone=TIMEZONE, weekly=week, known_through="2026-12-31")
    calendar = with_holidays(calendar, msgspec.json.decode(data, type=Holidays))
    overrides: list[Mapping[str, object]] = []
    for day, override in sorted(calendar.overrides.items()):
        row = {"date": day, "label": override.label["zh-Hant"]}
        overrides += [{**row, "starts": starts, "ends": ends} for starts, ends in override.segments] or [row]
    return {
        "name": "中國 2026",
        "known_through": calendar.known_through,
        "segments": [
            {"weekday": weekday, "starts": starts, "ends": ends}
            for weekday, segments in enumerate(calendar.weekly, 1)
            for starts, ends in segments
        ],
        "overrides": overrides,
    }


def households(site: str, admin: str, built: Estate, at: datetime) -> Iterator[Entry]:
    """Yield a site's places, then its households, each in a group of its own."""
    for records in ([place] for place in built.places), built.households:
        for group in records:
            name = derive("household", site, group[0][1], ms=to_ms(at)) if len(group) > 1 else None
            for entity, record, values in group:
                yield Entry(admin, site, at, create(entity, record, values, site=site, at=at, group=name))


def crew_of(users: Sequence[User], site: str) -> Crew:
    """Return who works at a site."""
    by_role: dict[str, list[User]] = {}
    by_zone: dict[str, User] = {}
    for user in users:
        for post in user.posts:
            if post.site == site and post.zone is None:
                by_role.setdefault(post.role, []).append(user)
            elif post.site == site and post.zone and post.role == "cs_assistant":
                by_zone.setdefault(post.zone, user)
    return Crew(by_role, by_zone)


def in_turn(site: str, steps: Sequence[Step], make_id: MakeId, now: datetime) -> Iterator[Entry]:
    """Order the steps as a server receives them from people who sync now and then, each ticket's in its order."""
    recent_ms = to_ms(now - RECENT) // OLD_SLOT_MS * OLD_SLOT_MS
    slots: dict[int, dict[str, deque[Step]]] = {}
    for step in steps:
        ms = to_ms(step.at)
        begins = ms - ms % (SLOT_MS if ms >= recent_ms else OLD_SLOT_MS)
        slots.setdefault(begins, {}).setdefault(step.record, deque()).append(step)
    for begins in sorted(slots):
        courses = slots[begins]
        while courses:
            # Who has most to tell comes first, so that there are few pushes.
            ready = Counter(course[0].user for course in courses.values())
            user = max(ready, key=lambda user: (ready[user], user))
            told: list[Step] = []
            for course in courses.values():
                while course and course[0].user == user:
                    told.append(course.popleft())
            courses = {record: course for record, course in courses.items() if course}
            received = max(step.at for step in told) + timedelta(seconds=20)
            yield from (Entry(user, site, received, _op(site, step, make_id)) for step in told)


def _op(site: str, step: Step, make_id: MakeId) -> Op:
    if step.note:
        record = make_id("note", step.record, to_ms(step.at), at=step.at)
        return create("ticket.event", record, {"ticket": step.record, **step.set}, site=site, at=step.at)
    if step.act is None:
        return create("ticket", step.record, step.set, site=site, at=step.at)
    return Op(
        n=0,
        op=make_id("act", step.record, step.act, to_ms(step.at), at=step.at),
        site=site,
        entity="ticket",
        record=step.record,
        kind="act",
        act=step.act,
        at=to_wire(step.at),
        set={name: value for name, value in step.set.items() if value is not None},
        was=dict(step.was),
        args=dict(step.args),
    )


def contested(
    site: str, lives: Sequence[Sequence[Step]], crew: Crew, make_id: MakeId, now: datetime
) -> Iterator[Entry]:
    """Let two people move the same appointments without knowing of each other: the desk finds items to review."""
    desk, other = crew.by_role["front_desk"][0], crew.by_role["cs_supervisor"][0]
    busy = [steps[0].record for steps in lives if steps and steps[-1].act == "accept"][-3:]
    for user, hour in ((desk, 9), (other, 15)):
        for record in busy:
            at = now - timedelta(minutes=80 - 2 * hour)
            day = (now + timedelta(days=1)).date()
            yield Entry(
                user.id,
                site,
                at,
                Op(
                    n=0,
                    op=make_id("contest", record, hour, at=at),
                    site=site,
                    entity="ticket",
                    record=record,
                    kind="update",
                    at=to_wire(at),
                    set={"appointed_at": f"{day}T{hour - 8:02d}:00:00.000Z"},
                ),
            )
