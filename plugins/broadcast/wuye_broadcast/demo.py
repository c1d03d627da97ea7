"""Broadcasting at the demo's mall: channels, a plan that runs for weeks, scripts at every stage, a week's log."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from wuye.api import DemoAct, DemoRecord, Existing, Made

LOCAL = timedelta(hours=8)
"""What the mall's clocks are ahead of UTC."""
LOGGED = 7
"""Days of log."""

CHANNELS: tuple[Mapping[str, object], ...] = (
    {"code": "PA-1", "name": "館內公共區", "name_ru": "Торговые залы", "area": "一至三層走廊、中庭、美食廣場"},
    {"code": "PA-2", "name": "東門廣場", "name_ru": "Восточная площадь", "area": "東門廣場、公交站、停車場"},
)
# Key, Chinese and Russian title, type, minutes
PROGRAMMES = (
    ("greeting", "開門迎賓", "Добро пожаловать", "greeting", 10),
    ("music", "背景音樂", "Фоновая музыка", "music", 45),
    ("news", "商城資訊", "Новости торгового центра", "promotion", 15),
    ("safety", "消防與安全提示", "Правила безопасности", "safety", 5),
    ("farewell", "送客曲", "Мелодия закрытия", "music", 15),
)
# Key, type, titles, texts
APPROVED = (
    (
        "welcome",
        "greeting",
        ("開門迎賓詞", "Приветствие"),
        "各位來賓，早上好！東方貿易城開始營業，祝您購物愉快。",
        "Доброе утро, уважаемые гости! Торговый центр «Дунфан» открыт. Приятных покупок!",
    ),
    (
        "furs",
        "promotion",
        ("冬季皮草節", "Зимний фестиваль меха"),
        "三樓皮草區即日起至月底全場八折，外幣結算請到一樓服務台。",
        "На третьем этаже до конца месяца скидка 20 процентов на меха. Расчёт в валюте — у стойки на первом этаже.",
    ),
    (
        "fire",
        "safety",
        ("消防安全提示", "Пожарная безопасность"),
        "請勿在館內吸煙，請勿堵塞安全出口。發現火情請撥打服務台電話。",
        "Просим не курить в помещениях и не загораживать выходы. О возгорании сообщите на стойку.",
    ),
)
# Programme, script, starts, minutes, rule, holidays
SLOTS = (
    ("greeting", "welcome", "09:00:00", 10, "FREQ=DAILY", "every"),
    ("music", None, "09:15:00", 45, "FREQ=DAILY", "not_holidays"),
    ("safety", "fire", "10:30:00", 5, "FREQ=WEEKLY;BYDAY=MO,WE,FR", "every"),
    ("news", "furs", "11:00:00", 15, "FREQ=DAILY", "every"),
    ("news", "furs", "15:30:00", 15, "FREQ=WEEKLY;BYDAY=SA,SU", "every"),
    ("farewell", None, "20:45:00", 15, "FREQ=DAILY", "every"),
)
EQUIPMENT = (
    ("TB-01", "十二路調音台", "mixer"),
    ("TB-02", "播音話筒", "microphone"),
    ("TB-03", "一層功放", "amplifier"),
    ("TB-04", "中庭音箱組", "loudspeaker"),
)
TICKS = {"facts_true": True, "lawful": True, "languages_agree": True, "reads_well": True, "checked_version": 1}
_CHECKED = DemoAct(act="check", values={**TICKS, "seconds": 40}, author="broadcaster")


def records(site: str, seed: int) -> Iterable[DemoRecord]:
    """Make a mall's broadcasting; the same seed makes the same."""
    random, today = Random(f"broadcast:{site}:{seed}"), (datetime.now(UTC) + LOCAL).date()
    yield from _plan(today)
    yield from _log(random, today)
    yield from _desk(today)


def _plan(today: date) -> Iterator[DemoRecord]:
    for values in CHANNELS:
        yield DemoRecord(
            entity="broadcast.channel", author="cs_manager", values=values, key=str(values["code"]), days_ago=60
        )
    for key, zh, ru, type_, minutes in PROGRAMMES:
        yield DemoRecord(
            entity="broadcast.programme",
            author="cs_supervisor",
            values={"title_zh": zh, "title_ru": ru, "type": type_, "minutes": minutes},
            acts=(DemoAct(act="approve", author="cs_manager"),),
            key=key,
            days_ago=59,
        )
    for key, type_, titles, zh, ru in APPROVED:
        yield from _approved(key, type_, titles, zh, ru)
    for index, (programme, script, starts, minutes, rule, days) in enumerate(SLOTS):
        values = {
            "channel": Made("PA-1"),
            "programme": Made(programme),
            "starts": starts,
            "minutes": minutes,
            "rrule": rule,
            "days": days,
            "valid_from": (today - timedelta(days=40)).isoformat(),
            "language_order": "ru_zh" if programme == "news" else "zh_ru",
        }
        if script:
            values["script"] = Made(script)
        yield DemoRecord(
            entity="broadcast.slot", author="cs_supervisor", values=values, key=f"slot{index}", days_ago=41
        )
    special = {"on": (today + timedelta(days=5)).isoformat(), "name": "店慶日 · День рождения центра"}
    yield DemoRecord(entity="broadcast.day", author="cs_supervisor", values=special, days_ago=40)


def _approved(key: str, type_: str, titles: tuple[str, str], zh: str, ru: str) -> Iterator[DemoRecord]:
    """Take over what was approved before the plugin came: the script, and its text as a version."""
    texts = {"title_zh": titles[0], "title_ru": titles[1], "zh": zh, "ru": ru}
    kept = {f"approved_{name}": text for name, text in texts.items()}
    script = {"type": type_, **texts, **kept, **TICKS, "version": 1, "approved_version": 1, "status": "approved"}
    yield DemoRecord(entity="broadcast.script", author="admin", values=script, key=key, days_ago=45)
    version = {
        "script": Made(key),
        "version": 1,
        "title_zh": titles[0],
        "title_ru": titles[1],
        "text": {"zh-Hans": zh, "ru": ru},
    }
    yield DemoRecord(entity="broadcast.version", author="admin", values=version, key=f"{key}.text", days_ago=45)


def _log(random: Random, today: date) -> Iterator[DemoRecord]:
    types = {key: type_ for key, _, _, type_, _ in PROGRAMMES}
    for ago in range(LOGGED, 0, -1):
        day = today - timedelta(days=ago)
        for index, (programme, script, starts, minutes, rule, _) in enumerate(SLOTS):
            if "BYDAY" in rule and f"{day:%a}".upper()[:2] not in rule:
                continue
            planned = datetime.combine(day, time.fromisoformat(starts), UTC) - LOCAL
            values = {
                "slot": Made(f"slot{index}"),
                "channel": Made("PA-1"),
                "programme": Made(programme),
                "type": types[programme],
                "day": day.isoformat(),
                "starts": starts,
                "minutes": minutes,
                "planned_at": _moment(planned),
            }
            if script:
                values |= {"script": Made(script), "version": Made(f"{script}.text")}
            acts = (_course(random, planned, minutes),)
            yield DemoRecord(entity="broadcast.play", author="admin", values=values, acts=acts, days_ago=ago - 0.5)


def _course(random: Random, planned: datetime, minutes: int) -> DemoAct:
    chance = random.random()
    if chance < 0.06:
        return DemoAct(act="skip", values={"reason": "檢修線路"}, author="broadcaster")
    started = planned + timedelta(minutes=random.randint(0, 3))
    times = {"started_at": _moment(started), "ended_at": _moment(started + timedelta(minutes=minutes))}
    if chance < 0.12:
        return DemoAct(act="cut", values={**times, "reason": "Срочное объявление"}, author="broadcaster")
    return DemoAct(act="play", values=times, author="broadcaster")


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _desk(today: date) -> Iterator[DemoRecord]:
    """What is on the desk this week: scripts under way, emergencies, the studio's upkeep, next week's plan."""
    for code, name, kind in EQUIPMENT:
        values = {"code": code, "name": name, "kind": kind, "location": "三樓播音室", "channel": Made("PA-1")}
        yield DemoRecord(entity="broadcast.equipment", author="broadcaster", values=values, key=code, days_ago=0.9)
        fault = {"result": "fault", "fault": "左聲道有雜音"} if code == "TB-04" else {"result": "fine"}
        checked = {"equipment": Made(code), "checked_on": (today - timedelta(days=1)).isoformat(), **fault}
        yield DemoRecord(entity="broadcast.check", author="broadcaster", values=checked, days_ago=0.8)
    submit = DemoAct(act="submit")
    stages: tuple[tuple[str, str, tuple[DemoAct, ...]], ...] = (
        ("年終答謝會", "Новогодняя благодарственная встреча", ()),
        ("停車場改道通知", "Изменение въезда на парковку", (submit,)),
        ("俄語會員日", "День покупателя из России", (submit, _CHECKED)),
        (
            "二樓電梯檢修",
            "Ремонт лифта на втором этаже",
            (submit, DemoAct(act="return", values={"reason": "俄文缺日期"}, author="broadcaster")),
        ),
    )
    for zh, ru, acts in stages:
        values = {
            "type": "notice",
            "title_zh": zh,
            "title_ru": ru,
            "zh": f"各位顧客：{zh}，詳情請諮詢一樓服務台。",
            "ru": f"Уважаемые покупатели! {ru}. Подробности — у стойки на первом этаже.",
            "ordered_by": "客戶服務中心",
            "unit": Existing("unit"),
        }
        yield DemoRecord(entity="broadcast.script", author="front_desk", values=values, acts=acts, days_ago=0.6)
    yield from _emergencies()
    monday = today + timedelta(days=7 - today.weekday())
    yield DemoRecord(
        entity="broadcast.sheet",
        author="cs_supervisor",
        values={"starts_on": monday.isoformat(), "channel": Made("PA-1")},
        acts=(DemoAct(act="draw_up"),),
        days_ago=0.05,
    )


def _emergencies() -> Iterator[DemoRecord]:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    lost = {
        "kind": "missing_person",
        "occasion": "二樓走失一名五歲男孩，穿紅色羽絨服",
        "zh": "走失男孩五歲，穿紅色羽絨服，見到者請送一樓服務台。",
        "ru": "Потерялся мальчик пяти лет в красной куртке. Приведите его к стойке на первом этаже.",
        "aired_at": _moment(now - timedelta(hours=11)),
        "repeats": 3,
    }
    approve = DemoAct(act="approve", values={"approval_note": "處置及時"}, author="cs_manager")
    yield DemoRecord(entity="broadcast.emergency", author="broadcaster", values=lost, acts=(approve,), days_ago=0.45)
    power = {
        "kind": "power_failure",
        "occasion": "東館短時停電",
        "zh": "東館短時停電，請原地等候，注意安全。",
        "aired_at": _moment(now - timedelta(hours=3)),
        "ordered_by": "工程部值班",
    }
    yield DemoRecord(entity="broadcast.emergency", author="control_room", values=power, days_ago=0.12)
