"""Renovations for the demo organisation, in every stage; those under way come as an import takes them over."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from wuye.api import DemoAct, DemoRecord, Existing, Made

from .entities.application import CHECKED_AT_ACCEPTANCE
from .entities.inspection import CHECKS

CONTRACTORS = (
    ("匠心裝飾工程有限公司", "D223011845", "劉志剛", "13904530018"),
    ("綏芬河宏遠裝飾公司", "D223014402", "孫立新", "13845300127"),
    ("北方家居裝飾公司", "D223009916", "馬國慶", "13946320055"),
)
WORKS: tuple[tuple[Mapping[str, object], ...], ...] = (
    ({"kind": "floor", "place": "living_room"}, {"kind": "walls", "place": "whole_home"}),
    ({"kind": "bathroom", "place": "bathroom", "waterproof": True}, {"kind": "ceiling", "place": "hall"}),
    ({"kind": "kitchen", "place": "kitchen"}, {"kind": "gas", "place": "kitchen", "description": "移動燃氣表"}),
    ({"kind": "demolish_partition", "place": "study"}, {"kind": "electricity", "place": "whole_home"}),
    ({"kind": "heating", "place": "bedroom"}, {"kind": "joinery", "place": "bedroom"}),
)
PAPERS = (
    "title_proof",
    "applicant_id",
    "renovation_plan",
    "waterproof_plan",
    "approval_gas",
    "approval_heating",
    "contractor_qualification",
)
MEN = (("周德勝", "foreman"), ("李木生", "carpenter"), ("何大力", "bricklayer"), ("Ким Сергей", "tiler"))
_FOLDER = Path(__file__).parent / "demo_files"
SITE, SEAL = (_FOLDER / "site.jpg").read_bytes(), (_FOLDER / "seal.png").read_bytes()
FILES = (SITE, SEAL)
PHOTO = [
    {"sha256": hashlib.sha256(SITE).hexdigest(), "name": "現場.jpg", "type": "image/jpeg", "size": len(SITE)},
]
SEALED = {"sha256": hashlib.sha256(SEAL).hexdigest(), "signer": "物業服務中心"}

SUBMIT = DemoAct(act="submit", values={"neighbours_informed": True})
REVIEW = DemoAct(act="review")
APPROVE = DemoAct(act="approve", values={"conditions": "電梯轎廂、公共地面做好保護後進場"}, author="cs_supervisor")
REJECT = DemoAct(
    act="reject",
    values={"rejection": "封閉陽台的樣式與本戶型裝修規定不符，請按規定樣式修改後再報。"},
    author="cs_supervisor",
)
ASK = DemoAct(act="ask_documents", values={"documents_note": "請補交燃氣公司批准文件"})
FRESH: tuple[tuple[DemoAct, ...], ...] = (
    (),
    (SUBMIT,),
    (SUBMIT, ASK),
    (SUBMIT, REVIEW),
    (SUBMIT, REVIEW, REJECT),
    (SUBMIT, REVIEW, APPROVE),
)
UNDER_WAY = ("working", "working", "working", "extended", "stopped", "completion_reported", "accepted", "closed")
VIOLATIONS = (
    ("lift_misused", "轎廂未做保護，運送水泥砂漿", ("tell_to_stop", "correct", "verify", "close")),
    ("outside_hours", "午休時間使用電鑽，鄰居投訴", ("tell_to_stop",)),
    ("waste_misplaced", "建築垃圾堆放在消防通道", ("tell_to_stop", "correct")),
    ("facade_altered", "擅自在外牆開孔安裝排煙管", ("tell_to_stop", "refuse", "report")),
    ("noise", "週末持續敲打", ()),
)


def records(site: str, seed: int) -> Iterable[DemoRecord]:
    """Make a site's renovations; the same seed makes the same ones, some weeks before today."""
    random, today = Random(f"renovation:{site}:{seed}"), date.today()
    told = [_house_rule()]
    told += [_fresh(random, today, index, acts) for index, acts in enumerate(FRESH * 2)]
    told.append(_agreement(today, "fresh5"))
    for index, status in enumerate(UNDER_WAY * 2):
        told += _under_way(random, today, index, status)
    for index, (kind, what, steps) in enumerate(VIOLATIONS * 2):
        told.append(_violation(today, index, kind, what, steps, f"working{index % 3}" if index % 2 else None))
    return sorted(told, key=lambda record: -(record.days_ago or 0))


def _house_rule() -> DemoRecord:
    elements = (
        ("facade", "forbidden", "不得改變外牆顏色和洞口"),
        ("balcony", "on_conditions", "無框玻璃，與鄰戶同高"),
        ("entrance_door", "on_conditions", "門框位置不變，外側顏色統一"),
        ("grilles", "on_conditions", "裝在窗內側，可從內打開"),
        ("air_conditioning", "on_conditions", "外機放在預留機位，冷凝水接入專管"),
    )
    return DemoRecord(
        entity="renovation.rule",
        author="site_chief",
        days_ago=80,
        values={
            "name": "三居室裝修規定",
            "layout": "three_rooms",
            "elements": [{"element": e, "permitted": p, "terms": t} for e, p, t in elements],
            "forbidden_works": ["structural_change", "erect_structure"],
            "key_points": {
                "zh-Hant": "衛生間防水須做閉水試驗；不得在樓道加工材料。",
                "zh-Hans": "卫生间防水须做闭水试验；不得在楼道加工材料。",
                "ru": "Гидроизоляцию санузла испытать водой; в коридоре материалы не обрабатывать.",
                "en": "Test the bathroom's waterproofing under water; no cutting of materials in corridors.",
            },
            "services": [
                {"service": "裝修垃圾清運", "price": 35_000, "per": "車"},
                {"service": "電梯轎廂保護板", "price": 20_000, "per": "戶"},
            ],
        },
        acts=(DemoAct(act="put_in_force", values={"valid_from": "2026-01-01"}),),
    )


def _application(random: Random, today: date, index: int, starts_in: int) -> dict[str, object]:
    contractor, qualification, manager, phone = random.choice(CONTRACTORS)
    starts = today + timedelta(days=starts_in)
    return {
        "unit": Existing("unit", 17 + 41 * index),
        "applicant": Existing("owner", 17 + 38 * index),
        "contractor": contractor,
        "qualification_number": qualification,
        "site_manager": manager,
        "site_phone": phone,
        "works": [dict(work) for work in WORKS[index % len(WORKS)]],
        "documents": [{"kind": kind, "received": True, "check": "ok"} for kind in PAPERS],
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=60)).isoformat(),
        "neighbours_informed": True,
    }


def _fresh(random: Random, today: date, index: int, acts: tuple[DemoAct, ...]) -> DemoRecord:
    values = _application(random, today, index, starts_in=7 + index)
    if ASK in acts or not acts:
        values["documents"] = [{"kind": kind, "received": True} for kind in PAPERS[:3]]
    return DemoRecord(
        entity="renovation.application",
        author="front_desk",
        key=f"fresh{index}",
        days_ago=12 - index / 2,
        values={**values, "device_number": f"ZXSQ-D01-{index + 1:04d}"},
        acts=acts,
    )


def _agreement(today: date, key: str) -> DemoRecord:
    signed_on = today - timedelta(days=2)
    signature = {**SEALED, "at": f"{signed_on}T02:00:00.000Z"}
    names = ("renovator_signature", "contractor_signature", "manager_signature")
    told: dict[str, object] = {"told_renovator": True, "told_contractor": True, "signed_on": signed_on.isoformat()}
    return DemoRecord(
        entity="renovation.agreement",
        author="front_desk",
        days_ago=2,
        values={"application": Made(key), "fee": 60_000, "special": "材料經地下車庫貨梯運輸。"},
        acts=(DemoAct(act="sign", values={**told, **dict.fromkeys(names, signature)}),),
    )


def _under_way(random: Random, today: date, index: int, status: str) -> Iterable[DemoRecord]:
    key, started = f"working{index}", today - timedelta(days=20 + index)
    done: dict[str, object] = {}
    if status in ("completion_reported", "accepted", "closed"):
        done = {"completed_on": (today - timedelta(days=6)).isoformat(), "water_test": "passed"}
    if status in ("accepted", "closed"):
        signed = {**SEALED, "at": f"{today - timedelta(days=4)}T02:00:00.000Z"}
        done["acceptance"] = [{"item": item, "result": "ok"} for item in CHECKED_AT_ACCEPTANCE]
        done |= {"accepted_on": (today - timedelta(days=4)).isoformat(), "acceptance_signature": signed}
    yield DemoRecord(
        entity="renovation.application",
        author="admin",
        key=key,
        days_ago=60 - index,
        values={
            **_application(random, today, 20 + index, starts_in=-20 - index),
            "device_number": f"ZXSQ-D02-{index + 1:04d}",
            "status": status,
            "started_on": started.isoformat(),
            **done,
        },
    )
    if status in ("accepted", "closed"):
        yield _warranty(key, today)
        return
    until = (started + timedelta(days=60)).isoformat()
    yield DemoRecord(
        entity="renovation.permit",
        author="admin",
        days_ago=59.9 - index,
        values={"application": Made(key), "valid_until": until},
        acts=(DemoAct(act="post", values={"posted_on": started.isoformat(), "posted_photos": PHOTO}),),
    )
    name, trade = MEN[index % len(MEN)]
    yield DemoRecord(
        entity="renovation.pass",
        author="front_desk",
        key=f"{key}.pass",
        days_ago=59.8 - index,
        values={"application": Made(key), "holder": name, "trade": trade, "valid_until": until},
    )
    yield DemoRecord(
        entity="renovation.worker",
        author="front_desk",
        days_ago=59.7 - index,
        values={
            "application": Made(key),
            "pass": Made(f"{key}.pass"),
            "name": name,
            "trade": trade,
            "document_number": f"23108119{70 + index % 25}0{1 + index % 9}15{1000 + 37 * index}",
        },
    )
    for days in range(18, 1 + index % 3, -4):
        yield _round(random, today, key, days)


def _warranty(key: str, today: date) -> DemoRecord:
    return DemoRecord(
        entity="renovation.warranty",
        author="admin",
        days_ago=4,
        values={
            "application": Made(key),
            "part": "works",
            "accepted_on": (today - timedelta(days=4)).isoformat(),
            "years": 2,
        },
    )


def _round(random: Random, today: date, key: str, days: int) -> DemoRecord:
    bad = random.choice((*CHECKS, None, None, None))
    return DemoRecord(
        entity="renovation.inspection",
        author="renovation_inspector",
        days_ago=days,
        values={
            "application": Made(key),
            "inspected_on": (today - timedelta(days=days)).isoformat(),
            "checklist": [{"item": item, "result": "not_ok" if item == bad else "ok"} for item in CHECKS],
            **({"found": "已當場要求改正", "photos": PHOTO} if bad else {}),
        },
    )


def _violation(today: date, index: int, kind: str, what: str, acts: tuple[str, ...], key: str | None) -> DemoRecord:
    found = today - timedelta(days=9)
    steps: Mapping[str, Mapping[str, object]] = {
        "tell_to_stop": {
            "demand": "立即停止，限期整改，並通知物業複驗。",
            "deadline": (found + timedelta(days=3 + index)).isoformat(),
        },
        "correct": {"correction": "已按要求整改", "corrected_photos": PHOTO},
        "refuse": {"refusal": "當事人拒簽通知單，繼續施工"},
        "report": {"authority": "urban_management", "report_number": f"綏物〔2026〕{index + 11} 號"},
    }
    where = {"application": Made(key)} if key else {"unit": Existing("unit", 300 + 13 * index)}
    return DemoRecord(
        entity="renovation.violation",
        author="renovation_inspector",
        days_ago=9 - index / 10,
        values={
            "kind": kind if key or index else "illegal_structure",
            "found_on": found.isoformat(),
            "what": what if key or index else "頂層露台搭建陽光房",
            "evidence": PHOTO,
            "device_number": f"WZ-D01-{index + 1:04d}",
            **where,
        },
        acts=tuple(
            DemoAct(act=act, values=steps.get(act, {}), author="cs_supervisor" if act in ("report", "close") else "")
            for act in acts
        ),
    )
