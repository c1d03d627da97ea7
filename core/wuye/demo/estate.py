"""The demo's places and who lives, trades and works there: zones, buildings, units, 2,000 households."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from wuye.demo import names
from wuye.demo.names import Name

Record = tuple[str, str, Mapping[str, object]]
"""Entity, id, values."""


class Property(Struct, frozen=True, kw_only=True):
    """How a demo site is built: ``zones`` (code, name), ``buildings`` of ``floors`` × ``rooms``, and how many
    households live in it."""

    code: str
    name: str
    type: str
    address: str
    phone: str
    languages: tuple[str, ...]
    zones: tuple[tuple[str, str], ...]
    buildings: int
    floors: int
    rooms: int
    households: int
    tickets: int


PROPERTIES = (
    Property(
        code="CYY",
        name="翠雲苑",
        type="residential",
        address="黑龍江省綏芬河市翠雲路 18 號",
        phone="0453-5810018",
        languages=("zh-Hant", "zh-Hans"),
        zones=(("A", "東園 1–5 棟"), ("B", "南園 6–10 棟"), ("C", "西園 11–15 棟"), ("D", "北園 16–20 棟")),
        buildings=20,
        floors=16,
        rooms=5,
        households=1500,
        tickets=1900,
    ),
    Property(
        code="SFM",
        name="東方貿易城 · Торговый центр «Дунфан»",
        type="mall",
        address="黑龍江省綏芬河市國貿大街 66 號",
        phone="0453-5816600",
        languages=("zh-Hans", "ru"),
        zones=(("1F", "一層 · 1 этаж"), ("2F", "二層 · 2 этаж"), ("3F", "三層 · 3 этаж")),
        buildings=3,
        floors=3,
        rooms=50,
        households=430,
        tickets=950,
    ),
    Property(
        code="HQ",
        name="遠山物業總部",
        type="office",
        address="黑龍江省哈爾濱市松花江路 9 號",
        phone="0451-86190009",
        languages=("zh-Hans", "en"),
        zones=(("T", "總部大樓"),),
        buildings=1,
        floors=8,
        rooms=10,
        households=70,
        tickets=150,
    ),
)

LAYOUTS = (("one_room", 46), ("two_rooms", 78), ("three_rooms", 104), ("four_rooms", 138))
RELATIONS = ("spouse", "child", "parent", "grandparent")


class Home(Struct, frozen=True, kw_only=True):
    """A unit with its household, as the people at the desk know it."""

    unit: str
    building: str
    zone: str
    owner: str
    contact: Name
    phone: str
    vip: bool


class Estate(Struct, kw_only=True):
    """All of one site: records in the order in which they must be written, each household together."""

    places: list[Record]
    households: list[list[Record]]
    homes: list[Home]
    zones: list[str]


def build(site: Property, random: Random, make_id: Callable[..., str], today: date) -> Estate:
    """Make a site's places and households; ``make_id`` gives the id of (kind, key)."""
    zones = {code: make_id("zone", site.code, code) for code, _ in site.zones}
    estate = Estate(places=[], households=[], homes=[], zones=list(zones.values()))
    estate.places += [("zone", zones[code], {"code": code, "name": name}) for code, name in site.zones]
    units: list[tuple[str, str, str, str, int]] = []
    for number in range(1, site.buildings + 1):
        building = make_id("building", site.code, number)
        estate.places.append(("building", building, _building(site, number, today)))
        for floor in range(1, site.floors + 1):
            zone = zones[_zone(site, number, floor)]
            for room in range(1, site.rooms + 1):
                code = _code(site, number, floor, room)
                units.append((make_id("unit", site.code, code), code, building, zone, floor))
    lived_in = set(random.sample(range(len(units)), site.households))
    for index, (unit, code, building, zone, floor) in enumerate(units):
        about = _unit(site, random, today, occupied=index in lived_in)
        where = {"code": code, "building": building, "zone": zone, "floor": str(floor)}
        estate.places.append(("unit", unit, where | about))
        if index in lived_in:
            contact = names.russian(random) if random.random() < _share_of_russians(site) else names.chinese(random)
            home = Home(
                unit=unit,
                building=building,
                zone=zone,
                owner=make_id("owner", site.code, code),
                contact=contact,
                phone=names.russian_mobile(random) if contact.language == "ru" else names.mobile(random),
                vip=random.random() < 0.02,
            )
            estate.homes.append(home)
            estate.households.append(_household(site, random, make_id, today, home, about))
    return estate


def _zone(site: Property, building: int, floor: int) -> str:
    if site.type == "mall":
        return site.zones[floor - 1][0]
    return site.zones[(building - 1) * len(site.zones) // site.buildings][0]


def _code(site: Property, building: int, floor: int, room: int) -> str:
    if site.type == "mall":
        return f"{'ABC'[building - 1]}-{floor}{room:02d}"
    if site.type == "office":
        return f"{floor}{room:02d}"
    return f"{building:02d}-{1 if room <= 2 else 2}-{floor:02d}{room:02d}"


def _building(site: Property, number: int, today: date) -> Mapping[str, object]:
    if site.type == "mall":
        name = f"{'ABC'[number - 1]} 館"
    else:
        name = "總部大樓" if site.type == "office" else f"{number} 號樓"
    accepted = today - timedelta(days=2000 - 40 * number)
    return {"code": f"{number:02d}", "name": name, "floors": site.floors, "accepted_on": accepted.isoformat()}


def _unit(site: Property, random: Random, today: date, *, occupied: bool) -> dict[str, object]:
    layout, area = random.choice(LAYOUTS)
    if site.type != "residential":
        layout, area = "open_plan", random.randrange(12, 90)
    occupation = "vacant" if not occupied else "occupied" if site.type == "residential" else "leased"
    handed_over = today - timedelta(days=random.randrange(300, 1100))
    return {
        "use": {"residential": "home", "mall": "shop"}.get(site.type, "office"),
        "area": f"{area}.{random.randrange(1, 10)}",
        "layout": layout,
        "occupation": occupation,
        **({"handed_over_on": handed_over.isoformat()} if occupied else {}),
    }


def _household(
    site: Property,
    random: Random,
    make_id: Callable[..., str],
    today: date,
    home: Home,
    about: Mapping[str, object],
) -> list[Record]:
    owner, contact = home.owner, home.contact
    company = site.type == "office" or (site.type == "mall" and random.random() < 0.6)
    values = _company(random, contact, home.phone) if company else _person(site, random, contact)
    values |= {"unit": home.unit, "language": contact.language, "vip": home.vip or None}
    lives = {"unit": home.unit, "owner": owner, "role": _role(site, random), "starts": about["handed_over_on"]}
    records: list[Record] = [
        ("owner", owner, values),
        ("owner.private", make_id("private", owner), _private(random, owner, home.phone, today, company=company)),
        ("occupancy", make_id("occupancy", owner), lives),
    ]
    if random.random() < 0.75:
        records.append(("consent", make_id("consent", owner), _consent(random, owner, contact)))
    return records


def _share_of_russians(site: Property) -> float:
    return {"mall": 0.35, "residential": 0.03}.get(site.type, 0.0)


def _role(site: Property, random: Random) -> str:
    if site.type == "mall":
        return "merchant" if random.random() < 0.8 else "tenant"
    if site.type == "office":
        return "tenant"
    return "owner" if random.random() < 0.86 else "tenant"


def _company(random: Random, contact: Name, phone: str) -> dict[str, object]:
    company = names.company(random)
    return {
        "kind": "company",
        "name": company.zh,
        "name_ru": company.ru,
        "legal_representative": contact.text,
        "business_scope": company.scope,
        "office_phone": phone,
        "contact_person": contact.text,
    }


def _person(site: Property, random: Random, contact: Name) -> dict[str, object]:
    values: dict[str, object] = {"kind": "person", "name": contact.text, "sex": contact.sex}
    if contact.ru:
        values["name_ru"] = contact.ru
    if site.type == "residential" and (count := random.choice((0, 1, 2, 2, 3))):
        values["household"] = list(_relatives(random, count))
        if random.random() < 0.06:
            values["tags"] = [random.choice(("elderly_alone", "needs_care", "volunteer", "committee"))]
    return values


def _relatives(random: Random, count: int) -> Iterator[Mapping[str, object]]:
    for relation in random.sample(RELATIONS, count):
        yield {"name": names.chinese(random).text, "relation": relation}


def _private(random: Random, owner: str, phone: str, today: date, *, company: bool) -> dict[str, object]:
    values: dict[str, object] = {"owner": owner, "phone": phone}
    if not company:
        born = today - timedelta(days=random.randrange(22 * 365, 82 * 365))
        values["birth_date"] = born.isoformat()
    if random.random() < 0.4:
        values["wechat"] = f"wx_{random.randrange(16**8):08x}"
    return values


def _consent(random: Random, owner: str, contact: Name) -> dict[str, object]:
    return {
        "owner": owner,
        "purposes": ["care", "service"] if random.random() < 0.3 else ["service"],
        "version": "2026-1",
        "language": contact.language,
        "channel": random.choice(("counter", "counter", "visit", "wechat")),
        "informed": True,
    }
