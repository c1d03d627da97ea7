"""A renovation from application to warranty: the desk in the office, the inspector and the guard offline on site.

Ends in the forms and reports that the office keeps, in simplified Chinese and Russian.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    BATHROOM,
    DEPOSIT,
    FLOOR,
    INSPECTION,
    PASS,
    PERMIT,
    PHOTO,
    SIGNED,
    VIOLATION,
    WARRANTY,
    WORKER,
    Estate,
    book,
    bring,
    estate_in,
    exchange,
    find,
    required,
    see,
    sign,
    stop,
)

from wuye_client import InvalidEntry

GAS = {"kind": "gas", "place": "kitchen", "description": "移動燃氣表"}
BALCONY = {"kind": "kitchen", "place": "balcony"}
CHECKED = [
    {"item": "lift_protected", "result": "not_ok", "note": "無保護板"},
    {"item": "floors_protected", "result": "ok"},
    {"item": "works_as_approved", "result": "ok"},
]
ALL_GOOD = [
    {"item": item, "result": "ok"} for item in ("as_approved", "waterproof", "pipes_heating_gas", "lift_and_floors")
]


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """An estate that takes a deposit, and accepts a second time after a month."""
    estate = estate_in(tmp_path)
    with estate.company:
        estate.set(renovation_deposit=True, renovation_deposit_amount=300_000, renovation_second_days=30)
        yield estate


def _until(estate: Estate, day: str) -> None:
    """Let time pass to the morning of a day."""
    house = estate.company.house
    morning = datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC)
    house.wait(seconds=(morning - house.now).total_seconds())


def test_a_renovation_from_application_to_warranty(estate: Estate) -> None:
    tablets = tuple(map(estate.company.tablet, ("desk", "boss", "walker", "wu.gang", "cashier")))
    desk, boss, walker, guard, cashier = tablets
    application = _apply(estate, desk, boss)
    _permit(estate, desk, boss, cashier, application)
    exchange(*tablets)
    _build(estate, desk, boss, walker, guard, application)
    exchange(*tablets)
    _finish(estate, boss, walker, cashier, application)
    exchange(*tablets)
    _read(estate, desk, application)
    _print(estate, desk, application)


def _apply(estate: Estate, desk: Tablet, boss: Tablet) -> str:
    """Mr Wang wants his kitchen on the balcony; he is told why not, brings what is asked for, and may begin."""
    application = estate.apply(desk, BATHROOM, GAS, BALCONY)
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, APPLICATION, application, "submit")
    assert "第五条第（二）项" in told.value.messages("zh-Hans")["works"]
    assert "ст. 5 (2)" in told.value.messages("ru")["works"]
    desk.update(ESTATE, APPLICATION, application, {"works": [BATHROOM, GAS, FLOOR]})
    assert {"approval_gas", "waterproof_plan"} <= set(required(desk, application))
    desk.act(ESTATE, APPLICATION, application, "submit", set={"applicant_signature": SIGNED})
    asked = {"documents_note": "燃氣公司批准文件", "documents_by": "2026-11-26"}
    desk.act(ESTATE, APPLICATION, application, "ask_documents", set=asked)
    desk.deliver()
    _until(estate, "2026-11-25")
    bring(desk, application)
    desk.act(ESTATE, APPLICATION, application, "bring_documents")
    desk.act(ESTATE, APPLICATION, application, "review")
    exchange(desk, boss)
    boss.act(ESTATE, APPLICATION, application, "approve", set={"conditions": "電梯做好保護後進場"})
    exchange(boss, desk)
    return application


def _permit(estate: Estate, desk: Tablet, boss: Tablet, cashier: Tablet, application: str) -> None:
    """Agreement, deposit, permit, passes: each waits for the one before."""
    sign(desk, application)
    exchange(desk, cashier)
    with pytest.raises(InvalidEntry):
        desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    book(cashier, application, "receive", 3000, method="transfer", party="王建國", signature=SIGNED)
    exchange(cashier, desk)
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    desk.deliver()
    for name, trade in (("周師傅", "tiler"), ("Ким Сергей", "plumber")):
        man = {"application": application, "trade": trade}
        pass_ = desk.create(ESTATE, PASS, {**man, "holder": name, "valid_until": "2027-02-28"})
        desk.create(ESTATE, WORKER, {**man, "name": name, "document_number": "X-1", "pass": pass_})
    desk.deliver()
    _until(estate, "2026-12-01")
    desk.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
    desk.deliver()


def _build(estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet, guard: Tablet, application: str) -> None:
    """Both are on site without network: one posts the permit and stops the works, the other stops them too."""
    [permit] = walker.query(PERMIT)
    walker.act(ESTATE, PERMIT, permit.id, "post", set={"posted_on": "2026-12-01", "posted_photos": PHOTO})
    _until(estate, "2026-12-03")
    round_ = {"application": application, "inspected_on": "2026-12-03", "checklist": CHECKED}
    inspection = walker.create(ESTATE, INSPECTION, {**round_, "photos": PHOTO, "found": "轎廂無保護"})
    lift = find(walker, application, inspection=inspection)
    noise = find(guard, application, kind="outside_hours", what="12:40 使用電錘", source="complaint")
    stop(walker, lift)
    stop(guard, noise)
    guard.deliver()
    walker.deliver()  # the second stop order finds the site stopped, and counts all the same
    exchange(guard, walker, desk, boss)
    shown = see(desk, application)
    assert (shown["status"], shown["open_violations"], shown["last_inspected_on"]) == ("stopped", 2, "2026-12-03")
    boss.act(ESTATE, APPLICATION, application, "resume")
    assert boss.refused().message == "message.renovation.stop_order_stands"
    _until(estate, "2026-12-05")
    mended = {"correction": "已鋪保護板", "corrected_photos": PHOTO}
    walker.act(ESTATE, VIOLATION, lift, "correct", set=mended)
    walker.act(ESTATE, VIOLATION, lift, "verify")
    # The guard notes a refusal offline, while at the office the same violation was put right.
    boss.act(ESTATE, VIOLATION, noise, "correct", set={"correction": "已承諾遵守"})
    boss.act(ESTATE, VIOLATION, noise, "verify")
    guard.act(ESTATE, VIOLATION, noise, "refuse", set={"refusal": "仍在施工"})
    boss.deliver()
    refused = guard.refused()
    assert (refused.status, refused.code) == ("merged", "stale_transition")
    exchange(walker, guard, boss)
    assert see(guard, noise, VIOLATION)["refusal"] == "仍在施工"  # what he wrote is kept, and somebody looks at it
    [item] = boss.query("review", where={"status": "open", "subject": noise})
    boss.resolve(ESTATE, item.id)
    boss.act(ESTATE, APPLICATION, application, "resume")
    boss.deliver()


def _finish(estate: Estate, boss: Tablet, walker: Tablet, cashier: Tablet, application: str) -> None:
    """Water test, acceptance, a deduction with proof, the second acceptance, the rest of the money, the end."""
    _until(estate, "2027-01-10")
    test = {"application": application, "kind": "water_test", "water_started_at": "2027-01-08T01:00:00.000Z"}
    test |= {"inspected_on": "2027-01-10", "water_place": "bathroom", "water_hours": 48, "water_result": "tight"}
    walker.create(ESTATE, INSPECTION, test)
    _until(estate, "2027-02-20")
    scratch = find(walker, application, kind="common_parts_damaged", found_on="2027-02-20", what="走廊地磚破損")
    exchange(walker, boss, cashier)
    completed = {"completed_on": "2027-02-20", "owner_accepted_on": "2027-02-19", "warranty_certificate": True}
    boss.act(ESTATE, APPLICATION, application, "report_completion", set=completed)
    boss.act(ESTATE, APPLICATION, application, "inspect", set={"acceptance": ALL_GOOD})
    accepted = {"accepted_on": "2027-02-25", "acceptance_signature": SIGNED}
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, APPLICATION, application, "accept", set=accepted)
    assert "违章" in told.value.messages("zh-Hans")["open_violations"]
    boss.act(ESTATE, VIOLATION, scratch, "note_damage", set={"damage": "地磚三塊"})
    boss.act(ESTATE, VIOLATION, scratch, "compensate", set={"compensation": 60_000})
    boss.deliver()
    boss.act(ESTATE, APPLICATION, application, "accept", set=accepted)
    exchange(boss, cashier)
    proof = {"reason": "走廊地磚", "violation": scratch, "signature": SIGNED}
    book(cashier, application, "deduct", -600, **proof)
    for pass_ in boss.query(PASS):
        boss.act(ESTATE, PASS, pass_.id, "give_back")
    _until(estate, "2027-03-27")
    boss.act(ESTATE, APPLICATION, application, "accept_again", set={"second_accepted_on": "2027-03-27"})
    exchange(boss, cashier)
    book(cashier, application, "refund", -2400, party="王建國", signature=SIGNED)
    book(boss, application, "refund", -2400, party="王建國", signature=SIGNED)  # offline, nobody knows of the other
    cashier.deliver()
    assert boss.refused().code == "balance"
    boss.act(ESTATE, APPLICATION, application, "close")
    boss.deliver()


def _read(estate: Estate, desk: Tablet, application: str) -> None:
    """What the office knows in the end."""
    shown = see(desk, application)
    assert (shown["status"], shown["deposit_balance"], shown["open_violations"]) == ("closed", 0, 0)
    ends = {str(warranty["part"]): warranty["ends_on"] for warranty in desk.query(WARRANTY)}
    assert ends == {"works": "2029-02-25", "wet_rooms": "2032-02-25"}
    assert sum(int(str(entry["amount"])) for entry in desk.query(DEPOSIT)) == 0
    report = estate.company.report
    assert [report(ESTATE, f"renovation.{name}", "boss").rows for name in ("running", "missing", "deposits")] == [
        []
    ] * 3
    assert report(ESTATE, "renovation.violations", "boss").rows == []
    [row] = report(ESTATE, "renovation.warranties", "boss", today="2029-02-01", days=60).rows
    assert row[:2] == [estate.home, "works"]
    below = {child.entity: len(found) for child, found in desk.children(ESTATE, "unit", estate.home)}
    assert (below[APPLICATION], below[VIOLATION], below[WARRANTY]) == (1, 3, 2)


def _print(estate: Estate, desk: Tablet, application: str) -> None:
    """The forms of the file, in both languages of the office."""
    [permit], lift = desk.query(PERMIT), desk.query(VIOLATION, where={"kind": "lift_misused"})[0]
    received = desk.query(DEPOSIT, where={"kind": "receive"})[0]
    forms = (
        ("application", application, ("装修申请表", "燃气管道"), ("Заявка на ремонт", "Газовые трубы")),
        ("liability", application, ("装修责任承担书",), ("Обязательство об ответственности",)),
        ("workers", application, ("施工人员登记表", "Ким Сергей"), ("Список рабочих", "Плиточник")),
        ("inspections", application, ("装修检查记录", "不合格"), ("Журнал осмотров", "Не в порядке")),
        ("acceptance", application, ("装修竣工验收单", "厨卫防渗漏"), ("Акт приёмки", "протечки")),
        ("permit", permit.id, ("装修开工许可证",), ("Разрешение на ремонт",)),
        ("violation", lift.id, ("违章整改通知单", "违规使用电梯"), ("Предписание", "лифтом")),
        ("deposit", received.id, ("3,000.00",), ("Квитанция", "3\N{NO-BREAK SPACE}000,00")),
    )
    for form, record, chinese, russian in forms:
        for language, words in (("zh-Hans", chinese), ("ru", russian)):
            html = estate.company.print(f"renovation.{form}", ESTATE, record, "desk", language)
            assert [word for word in words if word not in html] == [], (form, language)
