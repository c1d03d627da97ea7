"""A mall with a members' club for the tests: its people, its catalogue, shorthands for what happens at its desks."""

from pathlib import Path

from tests.duties.company import MALL, ORG, Company, Tablet
from tests.duties.stored import StoredCompany

from wuye_client import Record
from wuye_membership import plugin

TIER, RULE, GIFT = "membership.tier", "membership.rule", "membership.gift"
MEMBER, ENTRY = "membership.member", "membership.entry"
CORRECTION, VISIT = "membership.correction", "membership.visit"
STAFF = (
    ("desk1", "front_desk"),
    ("desk2", "front_desk"),
    ("clerk", "cs_assistant"),
    ("lead", "cs_supervisor"),
    ("chief", "cs_manager"),
    ("cashier", "finance"),
)
APPROVED = {"status": "approved", "valid_from": "2026-01-01"}


class Source:
    """Where the plugin comes from."""

    name = "membership"

    def load(self) -> object:
        return plugin


class Club:
    """The club and its shorthands. ``ivan`` and ``wang`` are owners; nobody is a member yet."""

    def __init__(self, company: Company) -> None:
        self.company = company
        house = company.house
        for name, role in STAFF:
            company.person(name, role, site=MALL)
        company.person("admin", "admin", site="ORG")
        self.ivan, self.wang = house.id(), house.id()
        company.write(MALL, "owner", self.ivan, name="Иван Петров", language="ru")
        company.write(MALL, "owner", self.wang, name="王秀英", language="zh-Hans")
        self.silver, self.gold = house.id(), house.id()
        self._keep(TIER, self.silver, name={"zh-Hant": "銀卡", "ru": "Серебро"}, level=1, earned_from=0, percent=100)
        gold = {"name": {"zh-Hant": "金卡", "ru": "Золото"}, "level": 2, "earned_from": 500, "percent": 150}
        self._keep(TIER, self.gold, **gold, vip=True, discount=5)
        self.shopping, self.fees, self.fair, self.bag = (house.id() for _ in range(4))
        name = {"zh-Hant": "規則", "ru": "Правило"}
        rate = {"points": 1, "per_amount": 1000}
        self._keep(RULE, self.shopping, code="XF", name=name, kind="purchase", min_amount=5000, **rate, **APPROVED)
        self._keep(RULE, self.fees, code="WY", name=name, kind="property_fee", max_points=300, **rate, **APPROVED)
        self._keep(RULE, self.fair, code="HD", name=name, kind="activity", points=50, **APPROVED)
        self._keep(GIFT, self.bag, code="B1", name={"zh-Hant": "購物袋", "ru": "Сумка"}, cost=100, **APPROVED)

    def _keep(self, entity: str, record: str, **values: object) -> None:
        """Let the plugin itself write the catalogue, as an import does."""
        self.company.write(MALL, entity, record, **values)

    def setting(self, name: str, value: str) -> None:
        """Set a value at the mall; ``value`` is JSON."""
        admin = self.company.tablet("admin")
        admin.create(ORG, "setting", {"name": name, "site": self.company.house.mall, "value": value})
        admin.deliver()

    def consent(self, tablet: Tablet, owner: str, *purposes: str) -> str:
        """Let somebody agree at the desk."""
        values = {"owner": owner, "purposes": list(purposes), "version": "3", "language": "ru", "channel": "counter"}
        return tablet.create(MALL, "consent", {**values, "informed": True})


def club_in(folder: Path) -> Club:
    """Return a club on a database."""
    return Club(StoredCompany(folder, Source()))


def enrol(tablet: Tablet, owner: str, **more: object) -> str:
    """Enrol somebody; the membership is in force once synced."""
    member = tablet.create(MALL, MEMBER, {"owner": owner, **more})
    tablet.deliver()
    return member


def buy(tablet: Tablet, club: Club, member: str, yuan: int, receipt: str, **more: object) -> str:
    """Book a purchase."""
    values = {"rule": club.shopping, "amount": yuan * 100, "receipt": receipt, "issuer": "A12"}
    return tablet.create(MALL, ENTRY, {"member": member, "kind": "purchase", **values, **more})


def redeem(tablet: Tablet, club: Club, member: str, points: int) -> str:
    """Redeem bags."""
    values = {"gift": club.bag, "quantity": points // 100, "points": -points}
    return tablet.create(MALL, ENTRY, {"member": member, "kind": "redeem_gift", **values})


def see(tablet: Tablet, entity: str, record: str) -> Record:
    """Return a record of the mall that must be here."""
    return tablet.see(entity, record, MALL)


def points(tablet: Tablet, member: str) -> object:
    """Return a member's balance as the tablet shows it."""
    return see(tablet, MEMBER, member).values.get("points", 0)
