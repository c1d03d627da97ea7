"""A club for the demo organisation: tiers, rules and gifts, members with a month of purchases, returns and visits."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random

from wuye.api import DemoAct, DemoRecord, Existing, Made

MEMBERS = 18
SHOPS = ("A12 皮草行", "B07 «Меха Сибири»", "C31 鞋帽批發", "二樓茶莊", "D05 «Игрушки»")


def _texts(hant: str, hans: str, ru: str, en: str) -> dict[str, str]:
    return {"zh-Hant": hant, "zh-Hans": hans, "ru": ru, "en": en}


TIERS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("basic", {"name": _texts("普通卡", "普通卡", "Обычная карта", "Basic card"), "level": 1, "earned_from": 0}),
    (
        "silver",
        {
            "name": _texts("銀卡", "银卡", "Серебряная карта", "Silver card"),
            "level": 2,
            "earned_from": 2000,
            "percent": 110,
            "discount": 3,
        },
    ),
    (
        "gold",
        {
            "name": _texts("金卡", "金卡", "Золотая карта", "Gold card"),
            "level": 3,
            "earned_from": 10_000,
            "percent": 120,
            "discount": 5,
            "priority": True,
            "vip": True,
            "benefits": _texts(
                "貴賓休息室，專人接待",
                "贵宾休息室，专人接待",
                "Комната отдыха, личный консультант",
                "Lounge, personal reception",
            ),
        },
    ),
)


def _catalogue() -> Iterable[DemoRecord]:
    for key, values in TIERS:
        yield DemoRecord(entity="membership.tier", author="cs_manager", values=values, key=key, days_ago=60)
    start = (date.today() - timedelta(days=400)).isoformat()
    purchase = {
        "code": "XF",
        "name": _texts("消費積分", "消费积分", "За покупки", "Shopping"),
        "kind": "purchase",
        "points": 1,
        "per_amount": 1000,
        "valid_from": start,
    }
    fair = {
        "code": "HD",
        "name": _texts("會員日活動", "会员日活动", "День члена клуба", "Members' day"),
        "kind": "activity",
        "points": 50,
        "valid_from": start,
    }
    bag = {
        "code": "LP-01",
        "name": _texts("帆布購物袋", "帆布购物袋", "Холщовая сумка", "Canvas bag"),
        "cost": 100,
        "worth": 1500,
        "valid_from": start,
    }
    approve = (DemoAct(act="approve", values={"approved_edition": 1}),)
    for entity, key, values in (("rule", "purchase", purchase), ("rule", "fair", fair), ("gift", "bag", bag)):
        yield DemoRecord(
            entity=f"membership.{entity}", author="cs_manager", values=values, key=key, acts=approve, days_ago=59
        )


def records(site: str, seed: int) -> Iterable[DemoRecord]:
    """Make a site's club; the same seed makes the same one."""
    random = Random(f"membership:{site}:{seed}")
    yield from _catalogue()
    for index in range(MEMBERS):
        yield DemoRecord(
            entity="membership.member",
            author="front_desk",
            values={
                "owner": Existing("owner", index * 3),
                "source": random.choice(("service_desk", "merchant", "event")),
                "device_number": f"HY-D01-{index + 1:04d}",
                "terms_version": "2026-01",
            },
            key=f"member{index}",
            days_ago=50 - index / 2,
        )
        if index % 3:
            yield _consent(index)
    for index in range(MEMBERS * 3):
        yield _purchase(index, random)
    yield from _afterwards(random)


def _consent(index: int) -> DemoRecord:
    return DemoRecord(
        entity="consent",
        author="cs_supervisor",
        values={
            "owner": Existing("owner", index * 3),
            "purposes": ["care"] if index % 2 else ["care", "marketing"],
            "version": "2026-01",
            "language": "zh-Hans",
            "channel": "counter",
            "informed": True,
        },
        days_ago=50 - index / 2,
    )


def _purchase(index: int, random: Random) -> DemoRecord:
    when = 30 - index * 0.4
    return DemoRecord(
        entity="membership.entry",
        author="front_desk",
        values={
            "member": Made(f"member{index % MEMBERS}"),
            "kind": "purchase",
            "rule": Made("purchase"),
            "amount": random.randint(150, 9000) * 1000,
            "receipt": f"{20_260_000 + index}",
            "issuer": random.choice(SHOPS),
            "device_number": f"JF-D01-{index + 1:04d}",
        },
        key=f"purchase{index}",
        days_ago=when,
    )


def _afterwards(random: Random) -> Iterable[DemoRecord]:
    """Gifts, goods that came back, a fair, a frozen card, visits: what happens to points and people afterwards."""
    for index in range(4):
        yield DemoRecord(
            entity="membership.entry",
            author="front_desk",
            values={
                "member": Made(f"member{index}"),
                "kind": "redeem_gift",
                "gift": Made("bag"),
                "points": -100,
                "identified_by": "card",
                "device_number": f"DH-D01-{index + 1:04d}",
            },
            days_ago=7 - index,
        )
    yield DemoRecord(
        entity="membership.entry",
        author="front_desk",
        values={
            "member": Made("member5"),
            "kind": "reversal",
            "reverses": Made("purchase5"),
            "reason": "退貨：尺碼不合 · возврат: не подошёл размер",
            "device_number": "JF-D01-0900",
        },
        days_ago=3,
    )
    for index in range(8):
        yield DemoRecord(
            entity="membership.entry",
            author="front_desk",
            values={
                "member": Made(f"member{index + 6}"),
                "kind": "activity",
                "rule": Made("fair"),
                "device_number": f"JF-D01-{index + 950}",
            },
            days_ago=2.5,
        )
    gold = {"tier": Made("gold"), "reason": "年度消費達標"}
    for index in (2, 9):
        yield _member_act(index, DemoAct(act="set_tier", values=gold, author="cs_manager"))
    for index in range(6):
        yield _visit(index, random)


def _member_act(index: int, act: DemoAct) -> DemoRecord:
    """A member of his own for an act: acts belong to the record that is made with them."""
    return DemoRecord(
        entity="membership.member",
        author="front_desk",
        values={
            "owner": Existing("owner", index * 3 + 1),
            "source": "introduced",
            "device_number": f"HY-D01-{900 + index:04d}",
            "terms_version": "2026-01",
        },
        acts=(act,),
        days_ago=2,
    )


def _visit(index: int, random: Random) -> DemoRecord:
    outcome = random.choice(("satisfied", "satisfied", "partly"))
    done = DemoAct(act="finish", values={"channel": "phone", "outcome": outcome, "opinion": "希望多辦會員日"})
    return DemoRecord(
        entity="membership.visit",
        author="front_desk",
        values={
            "member": Made(f"member{index}"),
            "occasion": "return_visit",
            "planned_on": (date.today() + timedelta(days=index - 3)).isoformat(),
        },
        acts=(done,) if index < 4 else (),
        days_ago=1.5 - index / 10,
    )
