"""Made-up people, companies, phones: the same seed makes the same ones."""

from random import Random

from msgspec import Struct

SURNAMES = (
    "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜"
    "戴夏鍾汪田任姜范方石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文"
)
FEMALE = ("桂蘭", "秀英", "淑珍", "麗華", "曉梅", "雅琴", "佳怡", "雨桐", "欣然", "夢潔", "玉芬", "鳳霞", "思雨", "婉清", "靜",
          "敏", "慧", "燕", "娟", "琳", "春燕", "冬梅", "紅霞", "豔麗", "海燕", "詩涵", "可馨", "美玲", "彩雲", "素雲")  # fmt: skip
MALE = ("建國", "志強", "國棟", "永福", "德貴", "海濤", "文博", "俊傑", "子軒", "浩然", "立新", "振宇", "家豪", "天佑", "偉",
        "強", "磊", "軍", "勇", "濤", "建軍", "玉林", "長春", "慶豐", "明遠", "宏志", "春生", "兆麟", "鐵山", "志遠")  # fmt: skip

RU_FEMALE = ("Марина", "Ольга", "Елена", "Наталья", "Светлана", "Ирина", "Анна", "Татьяна", "Юлия", "Екатерина")
RU_MALE = ("Сергей", "Андрей", "Дмитрий", "Алексей", "Виктор", "Николай", "Олег", "Игорь", "Павел", "Михаил")
RU_SURNAMES = ("Иванов", "Смирнов", "Кузнецов", "Попов", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов", "Волков",
               "Соловьёв", "Васильев", "Зайцев", "Павлов", "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв",
               "Фёдоров", "Беляев", "Тарасов", "Белов", "Комаров", "Орлов", "Киселёв", "Макаров", "Андреев")  # fmt: skip

FIRST = ("恒", "瑞", "遠", "金", "華", "北", "東", "盛", "泰", "寶", "嘉", "德", "鴻", "順", "隆", "豐", "吉", "信", "興", "昌")
SECOND = ("達", "豐", "航", "源", "通", "祥", "泰", "利", "和", "誠", "霖", "邦", "茂", "展", "躍", "凱", "森", "宇", "晟", "發")
FIRST_RU = ("Хэн", "Жуй", "Юань", "Цзинь", "Хуа", "Бэй", "Дун", "Шэн", "Тай", "Бао", "Цзя", "Дэ", "Хун", "Шунь", "Лун",
            "Фэн", "Цзи", "Синь", "Син", "Чан")  # fmt: skip
SECOND_RU = ("да", "фэн", "хан", "юань", "тун", "сян", "тай", "ли", "хэ", "чэн", "линь", "бан", "мао", "чжань", "юэ",
             "кай", "сэнь", "юй", "шэн", "фа")  # fmt: skip
TRADES = (
    ("皮草", "меха", "皮草批發零售"),
    ("服裝", "одежда", "服裝鞋帽批發零售"),
    ("鞋業", "обувь", "鞋類批發零售"),
    ("家電", "бытовая техника", "家用電器銷售與售後"),
    ("五金", "инструменты", "五金工具銷售"),
    ("食品", "продукты", "預包裝食品銷售"),
    ("茶葉", "чай", "茶葉茶具銷售"),
    ("建材", "стройматериалы", "建築材料銷售"),
    ("物流", "логистика", "跨境貨運代理"),
    ("數碼", "электроника", "數碼產品銷售"),
    ("家居", "мебель", "家具與家居用品銷售"),
    ("汽配", "автозапчасти", "汽車配件銷售"),
)


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
    given = random.choice(FEMALE if female else MALE)
    return Name(random.choice(SURNAMES) + given, "female" if female else "male", "zh-Hans")


def russian(random: Random) -> Name:
    """Make a Russian name, surname first as in papers."""
    female = random.random() < 0.5
    surname = random.choice(RU_SURNAMES) + ("а" if female else "")
    text = f"{surname} {random.choice(RU_FEMALE if female else RU_MALE)}"
    return Name(text, "female" if female else "male", "ru", text)


def company(random: Random) -> Company:
    """Make a trading company."""
    first, second = random.randrange(len(FIRST)), random.randrange(len(SECOND))
    trade, trade_ru, scope = random.choice(TRADES)
    brand_ru = FIRST_RU[first] + SECOND_RU[second]
    return Company(f"{FIRST[first]}{SECOND[second]}{trade}商貿有限公司", f"ООО «{brand_ru}», {trade_ru}", scope)


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
