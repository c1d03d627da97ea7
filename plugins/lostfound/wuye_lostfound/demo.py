"""Finds for the demo organisation."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from wuye.api import DemoAct, DemoRecord

PLACES = {
    "SFM": (
        "一層服務台 · 1 этаж, стойка",
        "B 區皮草街 · ряд «Меха»",
        "東門停車場 · восточная парковка",
        "三層美食廣場 · фуд-корт",
    ),
    "HQ": ("大堂", "三樓會議室", "地下車庫", "員工餐廳"),
}
THINGS = (
    ("黑色雙肩包", "bag", 12_000, "內有筆記本和充電器"),
    ("Мужские перчатки", "clothing", 8_000, "Кожа, размер 9"),
    ("蘋果手機", "phone", 420_000, "屏幕右上角有裂痕"),
    ("Связка ключей", "keys", None, "Пять ключей, брелок «Владивосток»"),
    ("金色耳環一隻", "jewellery", 90_000, "小圓環"),
    ("格子雨傘", "umbrella", 3_000, None),
    ("Паспорт", "id_document", None, "В синей обложке"),
    ("貂皮帽", "goods", 150_000, "吊牌尚在"),
    ("身份證", "id_document", None, None),
    ("Детская куртка", "clothing", 15_000, "Красная, рост 110"),
)
FINDERS = ("保潔王桂蘭", "保安李強", "Марина, ряд 12", "中控室趙敏", None)
ENDS: tuple[tuple[DemoAct, ...], ...] = (
    (),
    (),
    (),
    (DemoAct(act="claim"),),
    (DemoAct(act="claim"), DemoAct(act="reject_claim", values={"reason": "特徵不符"})),
    (DemoAct(act="expire"),),
    (DemoAct(act="expire"), DemoAct(act="dispose", values={"disposal": "charity"})),
)


def records(site: str, seed: int) -> Iterable[DemoRecord]:
    """Make a site's finds; the same seed makes the same ones, some days before today."""
    places = PLACES.get(site, PLACES["HQ"])
    random = Random(f"lostfound:{site}:{seed}")
    for index in range(24):
        name, category, worth, description = random.choice(THINGS)
        yield DemoRecord(
            entity="lostfound.item",
            author="cs_supervisor",
            values={
                "name": name,
                "category": category,
                "found_on": (date.today() - timedelta(days=random.randint(1, 80))).isoformat(),
                "found_time": f"{random.randint(8, 21):02d}:{random.randrange(0, 60, 5):02d}:00",
                "place": random.choice(places),
                "shelf": f"{random.choice('ABC')}-{index + 1:02d}",
                "device_number": f"SW-D01-{index + 1:04d}",
                **{k: v for k, v in (("worth", worth), ("description", description)) if v is not None},
                **({"found_by": finder} if (finder := random.choice(FINDERS)) else {}),
            },
            acts=random.choice(ENDS),
        )
