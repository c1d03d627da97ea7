"""The demo's tickets: each lives through real acts of the people at the site, some months long, up to this moment."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.demo import texts
from wuye.demo.estate import Home, Property
from wuye.demo.staff import User
from wuye.demo.texts import Matter
from wuye.kernel.clock import to_wire

LOCAL = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(8, 30), time(18, 0)
DAYS = 120
DUPLICATE_OF = timedelta(days=4)
"""Old enough to have reached the server before (`writing.OLD_SLOT_MS`)."""
PREFIX = {
    "repair": "BX", "complaint": "TS", "inquiry": "ZX", "help": "QZ", "suggestion": "JY", "praise": "BY", "other": "QT",
}  # fmt: skip
CHANNELS = ("phone",) * 8 + ("walk_in",) * 4 + ("chat_group",) * 4 + ("app",) * 3 + ("hotline", "email", "visit", "web")


class Step(Struct, frozen=True, kw_only=True):
    """Something that somebody did with a ticket; ``was`` is what he saw of the fields that he set."""

    at: datetime
    user: str
    record: str
    act: str | None = None
    set: Mapping[str, object] = {}
    was: Mapping[str, object] = {}
    args: Mapping[str, object] = {}
    note: bool = False


class Crew(Struct, frozen=True):
    """Who works at a site, by post; assistants also by the zone that they answer for."""

    by_role: Mapping[str, Sequence[User]]
    by_zone: Mapping[str, User]

    def one(self, random: Random, *roles: str) -> User:
        """Return somebody who holds the first of these posts that is filled."""
        return random.choice(next(self.by_role[role] for role in roles if self.by_role.get(role)))


class Life:
    """One ticket's course, written step by step; steps that lie in the future are left out."""

    def __init__(self, random: Random, record: str, begins: datetime, now: datetime) -> None:
        self.random = random
        self.record = record
        self.at = begins
        self.now = now
        self.steps: list[Step] = []
        self._seen: dict[str, object] = {}

    def act(
        self, user: User, act: str | None, minutes: int, set_: Mapping[str, object] = {}, *, reason: str = ""
    ) -> None:
        """Let somebody act, some time (about ``minutes``) after the step before."""
        if act is not None:
            self.at = _in_hours(self.at + timedelta(minutes=minutes * self.random.uniform(0.4, 1.8)), self.random)
        was = {name: self._seen[name] for name in set_ if name in self._seen}
        args = {"reason": reason} if reason else {}
        self._add(Step(at=self.at, user=user.id, record=self.record, act=act, set=set_, was=was, args=args))
        self._seen.update(set_)

    def note(self, user: User, text: str) -> None:
        """Let somebody write a note a little later."""
        self.at += timedelta(minutes=self.random.randrange(3, 50))
        self._add(Step(at=self.at, user=user.id, record=self.record, set={"text": text}, note=True))

    def _add(self, step: Step) -> None:
        if step.at < self.now:
            self.steps.append(step)


def live(
    site: Property,
    random: Random,
    make_id: Callable[..., str],
    homes: Sequence[Home],
    crew: Crew,
    now: datetime,
) -> Iterator[list[Step]]:
    """Yield the steps of every ticket of a site, the oldest ticket first."""
    begins = sorted(_intake(random, now) for _ in range(site.tickets))
    earlier: list[tuple[datetime, str]] = []
    for index, begin in enumerate(begins):
        record = make_id("ticket", site.code, index, at=begin)
        first = next((other for at, other in reversed(earlier) if at < begin - DUPLICATE_OF), None)
        life = Life(random, record, begin, now)
        _course(life, random.choice(texts.MATTERS[site.code]), random.choice(homes), crew, site, index, first)
        earlier.append((begin, record))
        yield life.steps


def _intake(random: Random, now: datetime) -> datetime:
    # More of late, so that the desk has work to look at.
    back = DAYS * (1 - random.random() ** 0.5)
    day = (now - timedelta(days=back)).astimezone(LOCAL).date()
    minute = int(random.triangular(7 * 60, 22 * 60, 10 * 60)) if random.random() < 0.93 else random.randrange(1440)
    moment = datetime.combine(day, time(minute // 60, minute % 60, random.randrange(60)), LOCAL)
    return min(moment, now - timedelta(minutes=random.randrange(5, 90)))


def _in_hours(moment: datetime, random: Random) -> datetime:
    local = moment.astimezone(LOCAL)
    if OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    return datetime.combine(day, OPENS, LOCAL) + timedelta(minutes=random.randrange(70))


def _course(life: Life, matter: Matter, home: Home, crew: Crew, site: Property, index: int, first: str | None) -> None:
    """Write a whole life; ``first`` is an older ticket that it may repeat."""
    random = life.random
    helper, desk, lead = crew.by_zone[home.zone], crew.one(random, "front_desk"), crew.one(random, "cs_supervisor")
    taker = random.choice((desk, desk, helper))
    _take_in(life, matter, home, taker, site, index)
    fate = random.random()
    if random.random() < 0.25:
        life.note(taker, random.choice(texts.NOTES))
    if matter.kind not in ("repair", "complaint"):
        life.act(desk, "answer", 60, {"result": matter.result})
        if random.random() < 0.9:
            life.act(desk, "close", 2000)
    elif fate < 0.02 and first:
        life.act(desk, "mark_duplicate", 40, {"duplicate_of": first})
    elif fate < 0.05 and matter.kind == "repair":
        life.act(desk, "cancel", 200, reason=random.choice(texts.REASONS))
    else:
        _handle(life, matter, crew, helper, desk, lead, fate)


def _handle(life: Life, matter: Matter, crew: Crew, helper: User, desk: User, lead: User, fate: float) -> None:
    random = life.random
    repair = matter.kind == "repair"
    worker = crew.one(random, "technician") if repair else random.choice((helper, lead))
    if not repair or random.random() < 0.3:
        life.act(lead, "classify", 20, {"symptom_category": matter.category})
    order = {
        "department": "engineering" if repair else "customer_service",
        "assignee": worker.id,
        "deadline": to_wire(life.at + timedelta(days=random.randrange(1, 4))),
    }
    life.act(random.choice((desk, lead)), "dispatch", 35, order)
    if fate > 0.97:
        return  # nobody has taken it up: it stands out in every list
    life.act(worker, "accept", 50)
    _work(life, worker, lead)
    if not repair and fate > 0.91:
        _end_badly(life, matter, crew, fate)
        return
    _finish(life, matter, worker)
    if fate < 0.11:
        unhappy = random.choice(texts.UNHAPPY)
        life.act(desk, "reopen", 1500, {"satisfaction": "not_satisfied", "opinion": unhappy}, reason=unhappy)
        _finish(life, matter, worker)
    if fate < 0.9:
        happy = {"satisfaction": "satisfied", "opinion": random.choice(texts.OPINIONS)}
        life.act(desk, "callback_ok", 1300, happy)
    if fate < 0.88:
        life.act(lead, "close", 600, {"cause_category": matter.cause})


def _take_in(life: Life, matter: Matter, home: Home, taker: User, site: Property, index: int) -> None:
    random = life.random
    told = life.at
    at_night = not time(7, 0) <= told.astimezone(LOCAL).time() < time(20, 0)
    if at_night:  # the control room heard it, the desk writes it down in the morning (TKT-11)
        life.at = _in_hours(life.at, random)
    day = life.at.astimezone(LOCAL)
    values: dict[str, object] = {
        "kind": matter.kind,
        "title": matter.title,
        "description": matter.told,
        "channel": "control_room" if at_night else random.choice(CHANNELS),
        "device_number": f"{PREFIX[matter.kind]}-T{index % 7 + 1:02d}-{day:%Y%m%d}-{index % 97 + 1:04d}",
        "reporter": home.contact.text,
        "reporter_phone": home.phone,
        "language": matter.language,
        "occurred_at": to_wire(told),
        "read_back": True,
    }
    if at_night:
        values["backfilled"] = True
    if matter.public:
        values |= {"location": random.choice(texts.PLACES[site.code]), "zone": home.zone, "tags": ["public_area"]}
    else:
        values |= {"unit": home.unit, "owner": home.owner, "building": home.building}
    if random.random() < 0.12:
        values["priority"] = "urgent"
    if matter.kind == "complaint" and random.random() < 0.6:
        values["promised_reply_at"] = to_wire(told + timedelta(hours=24))
    if random.random() < 0.3:
        values["wish"] = random.choice(texts.WISHES)
    life.act(taker, None, 0, values)


def _work(life: Life, worker: User, lead: User) -> None:
    random = life.random
    chance = random.random()
    if chance < 0.12:
        until = to_wire(life.at + timedelta(days=random.randrange(1, 6)))
        reason = random.choice(("parts", "owner", "third_party"))
        life.act(worker, "wait", 60, {"waiting_for": reason, "wait_until": until})
        life.note(worker, random.choice(texts.NOTES))
        life.act(worker, "resume", 2600)
    elif chance < 0.18:
        promised = to_wire(life.at + timedelta(days=2))
        life.act(lead, "late_notice", 500, {"promised_reply_at": promised}, reason="配件未到，與客戶另約時間")
    elif chance < 0.22:
        life.act(worker, "escalate", 300, {"escalated_to": "manager"}, reason="超出本崗權限")


def _finish(life: Life, matter: Matter, worker: User) -> None:
    random = life.random
    done: dict[str, object] = {"result": matter.result}
    if matter.kind == "repair":
        done |= {"hours": random.choice(("0.5", "1", "1.5", "2", "3")), "cause_category": matter.cause}
        if random.random() < 0.5:
            name, measure = random.choice(texts.MATERIALS)
            done["materials"] = [{"name": name, "quantity": str(random.randrange(1, 4)), "measure": measure}]
    life.act(worker, "finish", random.choice((90, 240, 240, 4000)), done)


def _end_badly(life: Life, matter: Matter, crew: Crew, fate: float) -> None:
    manager = crew.one(life.random, "cs_manager", "site_chief")
    if fate > 0.94:
        life.act(manager, "leave_open", 4000, reason="需開發商配合，持續跟進")
    else:
        life.act(manager, "explain", 3000, reason="要求超出合同約定，已多次說明")
        life.act(manager, "close", 1500, {"cause_category": matter.cause})
