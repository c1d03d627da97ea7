"""Made-up people, companies, phones: the same seed makes the same ones."""

from importlib.resources import files
from random import Random

import msgspec
from msgspec import Struct


class Words(Struct, frozen=True):
    """What names are put together from (``names.json``); pairs are Chinese and Russian, trades have a scope too."""

    surnames: list[str]
    female: list[str]
    male: list[str]
    ru_surnames: list[str]
    ru_female: list[str]
    ru_male: list[str]
    firm_first: list[tuple[str, str]]
    firm_second: list[tuple[str, str]]
    trades: list[tuple[str, str, str]]


WORDS = msgspec.json.decode((files("wuye.demo") / "names.json").read_bytes(), type=Words)


class Name(Struct, frozen=True):
    """A person's name; ``language`` is what he is spoken to in."""

    text: str
    sex: str
    language: str
    ru: str | None = None


class Company(Struct, frozen=True):
    """A company's name in two languages and its business."""

    zh: str
    ru: str
    scope: str


def chinese(random: Random) -> Name:
    """Make a Chinese name."""
    female = random.random() < 0.5
    given = random.choice(WORDS.female if female else WORDS.male)
    return Name(random.choice(WORDS.surnames) + given, "female" if female else "male", "zh-Hans")


def russian(random: Random) -> Name:
    """Make a Russian name, surname first as in papers."""
    female = random.random() < 0.5
    surname = random.choice(WORDS.ru_surnames) + ("а" if female else "")
    text = f"{surname} {random.choice(WORDS.ru_female if female else WORDS.ru_male)}"
    return Name(text, "female" if female else "male", "ru", text)


def company(random: Random) -> Company:
    """Make a trading company."""
    (first, first_ru), (second, second_ru) = random.choice(WORDS.firm_first), random.choice(WORDS.firm_second)
    trade, trade_ru, scope = random.choice(WORDS.trades)
    return Company(f"{first}{second}{trade}商貿有限公司", f"ООО «{first_ru}{second_ru}», {trade_ru}", scope)


def mobile(random: Random) -> str:
    """Make a Chinese mobile number of a range that is not given out."""
    return f"+86 1{random.choice('3578')}0 0000 {random.randrange(10_000):04d}"


def russian_mobile(random: Random) -> str:
    """Make a Russian mobile number of a range that is not given out."""
    return f"+7 900 000-{random.randrange(100):02d}-{random.randrange(1000):03d}"


def password(random: Random) -> str:
    """Make a password that can be read out: 14 characters, letters and digits."""
    syllables = "".join(random.choice("bdfgkmnprstvz") + random.choice("aeiou") for _ in range(5))
    return f"{syllables[:5].capitalize()}-{syllables[5:]}{random.randrange(1000):03d}"
