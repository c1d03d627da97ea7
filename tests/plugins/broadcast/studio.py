"""A mall with a broadcasting studio for the tests: its people, a channel with programmes, and shorthands for the work.

The clock stands at Sunday 2026-11-22, 16:00 local time.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.duties.company import MALL, ORG, Tablet
from tests.duties.stored import StoredCompany

from wuye_broadcast import plugin
from wuye_client import Record
from wuye_client.protocol import Result

CHANNEL, PROGRAMME, SLOT, DAY = "broadcast.channel", "broadcast.programme", "broadcast.slot", "broadcast.day"
SCRIPT, VERSION, PLAY = "broadcast.script", "broadcast.version", "broadcast.play"
EMERGENCY, EQUIPMENT, CHECK, SHEET = (f"broadcast.{name}" for name in ("emergency", "equipment", "check", "sheet"))
STAFF = (
    ("olga", "broadcaster"),
    ("wei", "broadcaster"),
    ("lead", "cs_supervisor"),
    ("head", "broadcast_manager"),
    ("chief", "site_chief"),
    ("guard", "control_room"),
    ("counter", "front_desk"),
)
TEXT = {
    "title_zh": "冬季促銷",
    "title_ru": "Зимняя распродажа",
    "zh": "各位顧客，三樓皮草八折。",
    "ru": "Уважаемые покупатели, на третьем этаже меха со скидкой 20 процентов.",
}
TICKS = {"facts_true": True, "lawful": True, "languages_agree": True, "reads_well": True}


class Source:
    """Where the plugin comes from."""

    name = "broadcast"

    def load(self) -> object:
        return plugin


class Studio:
    """The studio. ``hall`` and ``square`` are channels; ``music`` and ``news`` run, ``draft`` waits for approval."""

    def __init__(self, company: StoredCompany) -> None:
        self.company = company
        house = company.house
        for name, role in STAFF:
            company.person(name, role, site=MALL)
        company.person("admin", "admin", site="ORG")
        self.hall, self.square = house.id(), house.id()
        company.write(MALL, CHANNEL, self.hall, code="T-1", name="大廳", name_ru="Зал")
        company.write(MALL, CHANNEL, self.square, code="T-2", name="廣場")
        self.music, self.news, self.draft = house.id(), house.id(), house.id()
        running = {"status": "running"}
        company.write(MALL, PROGRAMME, self.music, title_zh="晨曲", title_ru="Утро", type="music", **running)
        company.write(MALL, PROGRAMME, self.news, title_zh="商訊", title_ru="Новости", type="promotion", **running)
        company.write(MALL, PROGRAMME, self.draft, title_zh="試辦", type="culture")

    def tablet(self, name: str) -> Tablet:
        """Give somebody a tablet, synced once."""
        return self.company.tablet(name)

    def setting(self, name: str, value: str) -> None:
        """Set a value at the mall; ``value`` is JSON."""
        admin = self.tablet("admin")
        admin.create(ORG, "setting", {"name": name, "site": self.company.house.mall, "value": value})
        admin.deliver()

    def all(self, entity: str) -> dict[str, Mapping[str, object]]:
        """Return all records of the mall as stored."""
        return self.company.house.all(entity, self.company.house.mall)

    def plays(self, *states: str) -> list[Mapping[str, object]]:
        """Return the plays in some states (none named: all), in the order of the clock."""
        found = [play for play in self.all(PLAY).values() if not states or play["status"] in states]
        return sorted(found, key=lambda play: (str(play["day"]), str(play["starts"])))


def studio_in(folder: Path) -> Studio:
    """Return a studio on a database."""
    return Studio(StoredCompany(folder, Source()))


def slot(tablet: Tablet, channel: str, programme: str, starts: str, **more: object) -> str:
    """Plan something; every day from Monday on unless told otherwise."""
    values = {"channel": channel, "programme": programme, "starts": starts, "valid_from": "2026-11-23"}
    return tablet.create(MALL, SLOT, {**values, "minutes": 30, "rrule": "FREQ=DAILY", **more})


def written(tablet: Tablet, **more: object) -> str:
    """Write a script and submit it."""
    script = tablet.create(MALL, SCRIPT, {"type": "promotion", **TEXT, **more})
    tablet.act(MALL, SCRIPT, script, "submit")
    return script


def check(tablet: Tablet, script: str, version: int = 1) -> None:
    """Check a script's content as an announcer does."""
    tablet.act(MALL, SCRIPT, script, "check", set={**TICKS, "checked_version": version})


def approve(tablet: Tablet, script: str, version: int = 1) -> None:
    """Approve a script."""
    tablet.act(MALL, SCRIPT, script, "approve", set={"approved_version": version})


def approved(studio: Studio, **more: object) -> str:
    """Return a script that went all the way; its author is wei, olga checked it, the head approved it."""
    wei, olga, head = studio.tablet("wei"), studio.tablet("olga"), studio.tablet("head")
    script = written(wei, **more)
    for tablet, step in ((olga, check), (head, approve)):
        wei.sync()
        tablet.sync()
        step(tablet, script)
        tablet.deliver()
    return script


def see(tablet: Tablet, entity: str, record: str) -> Record:
    """Return a record of the mall that must be here."""
    return tablet.see(entity, record, MALL)


def refused(tablet: Tablet, status: str = "rejected") -> Result:
    """Sync; exactly one op must not be applied as asked, with this status. Return its result."""
    result = tablet.refused()
    assert result.status == status, result
    return result
