"""Two circles for the demo: one with a topic from complaints to countermeasures, one just applied for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

from wuye.api import DemoAct, DemoRecord, Existing, Followed, Made

from .programmes import SCORE_FORMS

COMPLAINTS = (("電梯等候", 58), ("報修回覆慢", 31), ("停車", 14), ("保潔", 9), ("噪音", 5), ("其他", 7))
MEETINGS = (
    (96, "選題：三個候選課題打分", "投訴最多的是電梯，先做電梯", "Жалоб на лифты больше всего, с них и начнём"),
    (68, "現狀調查：按樓棟和時段分層", "晚高峰佔七成，一號樓最突出", "Семьдесят процентов — вечером, в первом корпусе"),
    (41, "原因分析：畫因果圖", "三部梯停靠樓層完全重疊", "Все три лифта ходят на одни и те же этажи"),
    (12, "對策表：5W1H 逐條落實", "分區停靠，雙語告示同時換", "Разделим этажи и сразу повесим объявления"),
)
WAITS = (172, 188, 201, 165, 240, 195, 178, 210, 186, 199, 174, 222, 168, 205, 191, 183, 214, 197, 180, 226)


def records(_site: str, seed: int) -> Iterable[DemoRecord | DemoAct]:
    """Make a site's circles, with figures that the seed varies a little."""
    told = (*_circle(), *_meetings(), *_data(Random(f"qc:{seed}")), *_remedies(), *_office())
    return sorted(told, key=lambda step: -(step.days_ago or 0))


def _day(days_ago: float) -> str:
    return (date.today() - timedelta(days=days_ago)).isoformat()


def _member(index: int, duty: str = "member", **more: object) -> dict[str, object]:
    return {"user": Existing("user", index), "duty": duty, "joined": _day(100), **more}


def _record(
    entity: str,
    days_ago: float,
    author: str,
    values: Mapping[str, object],
    acts: tuple[DemoAct, ...] = (),
    key: str = "",
) -> DemoRecord:
    return DemoRecord(entity=f"qc.{entity}", author=author, values=values, acts=acts, key=key, days_ago=days_ago)


def _circle() -> Iterator[DemoRecord | DemoAct]:
    register = DemoAct(act="register", author="qc_registrar", values={"registered_on": _day(99)})
    values = {
        "name": "春雨小組 · «Весенний дождь»",
        "device_number": "QC-D01-0001",
        "kind": "service",
        "scope": "cross_team",
        "departments": ["customer_service", "engineering"],
        "leader": Existing("user", 1),
        "adviser": Existing("user", 2),
        "founded_on": _day(105),
        "motto": "用數據說話",
        "members": [
            _member(1, "leader", task="組織與數據", training_hours="24"),
            _member(0, "secretary", task="記錄", training_hours="12"),
            _member(3, task="現場測量"),
            _member(4, task="高峰值守"),
        ],
    }
    yield _record("circle", 100, "qc_leader", values, acts=(register,), key="circle")
    topic = {
        "name": "縮短辦公樓電梯晚高峰等候時間",
        "device_number": "QCK-D01-0001",
        "circle": Made("circle"),
        "kind": "service",
        "source": "self_chosen",
        "reason": "第二季度投訴 124 件，電梯等候佔 47%；服務標準要求等候不超過 120 秒，實測平均 195 秒。",
        "planned_start": _day(97),
        "planned_end": _day(-30),
        "crux": "一號樓晚高峰電梯等候過久",
        "targets": [
            {
                "name": "晚高峰平均等候",
                "measure": "秒",
                "better": "lower",
                "baseline": "195",
                "value": "120",
                "due": _day(-20),
                "basis": "服務標準；三月曾達 128 秒",
                "own_best": "128",
                "home_best": "90",
                "abroad_best": "60",
            }
        ],
    }
    yield _record("topic", 97, "qc_leader", topic, acts=(register,), key="topic")


def _meetings() -> Iterator[DemoRecord | DemoAct]:
    for days_ago, subject, said, said_ru in MEETINGS:
        attendance = [
            {"user": Existing("user", 1), "presence": "present", "statement": said},
            {"user": Existing("user", 0), "presence": "present", "statement": said_ru},
            {"user": Existing("user", 3), "presence": "excused"},
        ]
        values = {
            "circle": Made("circle"),
            "topic": Made("topic"),
            "held_on": _day(days_ago),
            "starts": "16:00:00",
            "ends": "17:10:00",
            "place": "三樓會議室",
            "subject": subject,
            "chair": Existing("user", 1),
            "attendance": attendance,
            "decisions": "按計劃進行，下月例會檢查。",
            "tasks": [{"what": "補齊原始記錄", "who": Existing("user", 3), "due": _day(days_ago - 14)}],
        }
        yield _record("meeting", days_ago - 0.2, "qc_member", values)


def _step(position: int) -> Followed:
    return Followed("topic", "qc.topic", f"0:{position}", "register")


def _on_step(act: str, position: int, days_ago: float, author: str = "qc_member", **values: object) -> DemoAct:
    step = _step(position)
    return DemoAct(act=act, entity="qc.step", record=step, author=author, values=values, days_ago=days_ago)


def _taken(position: int, days_ago: float, content: str, originals: str) -> Iterator[DemoAct]:
    """Yield the course of a step: begun, finished, checked by another."""
    day = _day(days_ago)
    yield _on_step("start", position, days_ago, started_on=day)
    yield _on_step("finish", position, days_ago, done_on=day, content=content, originals=originals)
    yield _on_step("check", position, days_ago, "qc_leader")


def _data(random: Random) -> Iterator[DemoRecord | DemoAct]:
    counts = [{"label": label, "value": str(count + random.randint(0, 2))} for label, count in COMPLAINTS]
    waits = [{"label": str(index), "value": str(wait + random.randint(-4, 4))} for index, wait in enumerate(WAITS, 1)]
    floors = [{"label": f"{floor} 層", "group": group, "value": str(random.randint(1, 9))}
              for floor in (8, 12, 16) for group in ("早", "晚")]  # fmt: skip
    crowd = [
        {"value": str(people), "value2": str(90 + 6 * people + random.randint(-9, 9))} for people in range(4, 24, 2)
    ]
    sets = (
        (1, "pareto", "第二季度投訴原因", counts, "件", "電梯等候與報修回覆共佔七成，先解決電梯。"),
        (2, "check_sheet", "超過三分鐘的等候", floors, "次", "各層相近，與時段有關。"),
        (2, "histogram", "晚高峰等候分布", waits, "秒", "中心偏右，遠離 120 秒。"),
        (2, "i_mr", "晚高峰等候控制圖", waits, "秒", "過程穩定，但水平不符合要求：是系統原因。"),
        (4, "scatter", "候梯人數與等候時間", crowd, "秒", "人越多等得越久，強相關。"),
    )
    for index, (step, tool, title, rows, unit, reading) in enumerate(sets):
        values: dict[str, object] = {"topic": Made("topic"), "step": _step(step)}
        values |= {"title": title, "tool": tool, "rows": rows}
        values |= {"unit": unit, "reading": reading, "collected_on": _day(75 - index), "place": "一號樓大堂"}
        if tool == "histogram":
            values |= {"lower": "0", "upper": "180"}
        yield _record("data", 74 - index, "qc_member", values)
    yield from _taken(
        1,
        69,
        "電梯等候投訴佔近半，業主意見集中，組內有能力改進。",
        "第二季度投訴台賬，紙質存綜合部 QC-2026-03 盒",
    )
    yield from _taken(
        2, 67, "連測二十個工作日的晚高峰等候，平均 195 秒；各層相近，問題在時段與停靠。", "測量原始記錄 20 張"
    )
    yield from _taken(
        3, 65, "由 195 秒降到 120 秒：服務標準要求，三月曾達 128 秒，可以做到。", "服務標準第 4.2 條；三月記錄"
    )


def _remedies() -> Iterator[DemoRecord | DemoAct]:
    topic = {"topic": Made("topic"), "step": _step(4)}
    yield _record("cause", 40, "qc_member", {**topic, "name": "調度方式不合理", "branch": "method"}, key="root")
    verified = {
        "end_cause": True,
        "verification": "on_site_measurement",
        "verified_by": Existing("user", 3),
        "verified_on": _day(38),
        "verified_at": "一號樓",
    }
    main = {
        "name": "三部梯停靠樓層完全重疊",
        "parent": Made("root"),
        "branch": "method",
        "criterion": "單程停靠不超過 6 次",
        "findings": "連測五日，平均 11.2 次",
        "result": "main",
    }
    other = {
        "name": "轎廂按鈕反應慢",
        "branch": "machine",
        "criterion": "反應不超過 0.5 秒",
        "findings": "30 次測量均在 0.3 秒內",
        "result": "not_main",
    }
    yield _record("cause", 39, "qc_member", {**topic, **verified, **main}, key="main")
    yield _record("cause", 38.5, "qc_member", {**topic, **verified, **other})
    yield from _taken(4, 38, "從人、機、法、環逐層追問，得兩條末端原因。", "頭腦風暴白板照片")
    yield from _taken(5, 37, "兩條末端原因現場逐一測量：停靠重疊為要因，按鈕反應不是。", "要因確認表 2 張")
    measure = {
        "cause": Made("main"),
        "what": "晚高峰分區停靠",
        "why": "單程停靠不超過 6 次",
        "how": "修改調度程序；張貼中俄雙語告示；前三日引導員值守。",
        "place": "一號樓 1–3 號梯",
        "due": _day(-5),
        "who": Existing("user", 3),
    }
    start = DemoAct(act="start", values={"started_on": _day(9)})
    yield _record("countermeasure", 11, "qc_leader", {**topic, "step": _step(6), **measure}, acts=(start,))
    yield from _taken(6, 10, "按 5W1H 定一條對策：晚高峰分區停靠，目標單程停靠不超過 6 次。", "對策表 1 張")
    yield _on_step("start", 7, 9, started_on=_day(9))


def _office() -> Iterator[DemoRecord | DemoAct]:
    for form in SCORE_FORMS:
        yield _record("score_form", 9, "qc_registrar", form, key=f"{form['kind']}:{form['family']}")
    visit = {
        "topic": Made("topic"),
        "form": Made("on_site:any"),
        "held_on": _day(8),
        "place": "三樓會議室",
        "judges": [Existing("user", 2), Existing("user", 5)],
    }
    yield _record("evaluation", 8, "qc_registrar", visit)
    # A person's account has the person's id; the circle's registration opened it.
    award = {"account": Existing("user", 1), "kind": "award", "points": 120, "reason": "季度優秀組長"}
    yield _record("reward", 7, "qc_registrar", {**award, "given_on": _day(7)})
    gift = {"account": Existing("user", 1), "kind": "redeem", "points": -80, "reason": "保溫杯"}
    yield _record("reward", 6, "qc_registrar", {**gift, "given_on": _day(6)})
    adopt = DemoAct(
        act="adopt",
        author="site_chief",
        values={"responsible": Existing("user", 3), "answer": "採納，月底前完成。", "due": _day(-8)},
    )
    idea = {"name": "工具車定位編號", "problem": "找工具平均 8 分鐘", "proposal": "按 7S 畫線、編號、照片對位"}
    yield _record("suggestion", 5, "technician", {**idea, "circle": Made("circle")}, acts=(adopt,))
    applied = {
        "name": "暖流小組",
        "device_number": "QC-D01-0002",
        "kind": "on_site",
        "departments": ["engineering"],
        "leader": Existing("user", 3),
        "founded_on": _day(3),
        "members": [_member(3, "leader"), _member(4)],
    }
    yield _record("circle", 2, "qc_member", applied)
