"""What becomes of a ticket (TKT-5…7, 12, 13): assigned, escalated, late, done, checked with the customer."""

from datetime import timedelta

import pytest
from tests.duties.company import ESTATE, Company, Tablet, rows

from wuye.kernel.clock import to_wire
from wuye_client import InvalidEntry

PHOTO = {"sha256": "a" * 64, "name": "前.jpg", "type": "image/jpeg", "size": 90_000, "role": "before"}


def _course(tablet: Tablet, ticket: str) -> list[tuple[object, ...]]:
    """Return the told course of a ticket: act, from, to."""
    told = tablet.query("ticket.event", where={"ticket": ticket, "type": "act"}, order="occurred_at")
    return [(event["act"], event["from_state"], event["to_state"]) for event in told]


def _offered(tablet: Tablet, act: str) -> set[str]:
    """Return the fields that an act asks for."""
    flow = tablet.manifest.entities["ticket"].workflow
    assert flow is not None
    return {name for step in flow.transitions if step.act == act for name in step.form}


def _acts(tablet: Tablet, ticket: str) -> set[str]:
    return {step.act for step in tablet.view.acts(tablet.see("ticket", ticket))}


def test_TKT_5_work_is_given_to_somebody_with_a_deadline_and_a_standard(
    company: Company, li: Tablet, wu: Tablet
) -> None:
    ticket = li.create(ESTATE, "ticket", {"title": "門鎖壞", "unit": company.house.unit_east})
    with pytest.raises(InvalidEntry) as told:
        li.act(ESTATE, "ticket", ticket, "dispatch")
    assert told.value.messages("ru") == {"department": "Укажите отдел или исполнителя"}
    [colleague] = li.query("user", search="wu.gang")
    assigned = {
        "department": "engineering",
        "assignee": colleague.id,
        "deadline": to_wire(company.house.now + timedelta(hours=4)),
        "quality_standard": "試開十次無卡滯",
    }
    li.act(ESTATE, "ticket", ticket, "dispatch", set=assigned)
    li.deliver()
    wu.deliver()
    [mine] = wu.query("ticket", where={"assignee": wu.manifest.user.id, "status": "relayed"})
    assert {name: mine[name] for name in assigned} == assigned
    assert wu.words("zh-Hant").value(mine.site, "ticket", "responsible", mine["responsible"]) == "li.na"


def test_TKT_5_a_technician_bound_to_a_zone_sees_what_is_assigned_to_him_elsewhere(
    company: Company, boss: Tablet
) -> None:
    company.person("gao.li", "technician", zone=company.house.west)
    west = company.tablet("gao.li")
    boss.deliver()
    ticket = boss.create(ESTATE, "ticket", {"title": "門鎖壞", "unit": company.house.unit_east})
    boss.create(ESTATE, "ticket", {"title": "別的", "unit": company.house.unit_east})
    boss.act(ESTATE, "ticket", ticket, "dispatch", set={"assignee": company.user("gao.li")})
    boss.deliver()
    west.deliver()
    assert [found.id for found in west.query("ticket")] == [ticket]
    west.act(ESTATE, "ticket", ticket, "accept")
    west.deliver()
    boss.deliver()
    assert boss.see("ticket", ticket)["status"] == "in_progress"


def test_TKT_6_what_is_beyond_one_s_authority_is_escalated_with_its_reason_and_lies_nowhere(
    company: Company, wu: Tablet, chief: Tablet
) -> None:
    ticket = wu.create(ESTATE, "ticket", {"title": "主管道老化", "location": "地下室"})
    for args, set_ in (({}, {"escalated_to": "site_chief"}), ({"reason": "須停水"}, {})):
        with pytest.raises(InvalidEntry):
            wu.act(ESTATE, "ticket", ticket, "escalate", args, set_)
    wu.act(ESTATE, "ticket", ticket, "escalate", {"reason": "須停水一天"}, {"escalated_to": "site_chief"})
    wu.deliver()
    chief.deliver()
    [for_me] = chief.query("ticket", where={"escalated_to": "site_chief"})
    assert for_me["responsible"] == company.user("wu.gang")
    [event] = chief.query("ticket.event", where={"ticket": ticket, "act": "escalate"})
    assert (event["author"], event["reason"], event["escalated_to"]) == (
        company.user("wu.gang"),
        "須停水一天",
        "site_chief",
    )
    assert for_me["escalated_at"] == event["occurred_at"]


def test_TKT_7_the_late_notice_keeps_both_promises_and_the_reason(company: Company, desk: Tablet, boss: Tablet) -> None:
    first, second = (to_wire(company.house.now + timedelta(hours=hours)) for hours in (3, 27))
    ticket = desk.create(ESTATE, "ticket", {"title": "空調不冷", "promised_reply_at": first})
    desk.deliver()
    company.house.wait(hours=2)
    desk.act(ESTATE, "ticket", ticket, "late_notice", {"reason": "缺零件"}, {"promised_reply_at": second})
    told_at = company.now
    desk.deliver()
    boss.deliver()
    assert boss.see("ticket", ticket)["promised_reply_at"] == second
    assert str(boss.see("ticket", ticket)["late_notified_at"])[:19] == told_at[:19]
    told = boss.query("ticket.event", where={"ticket": ticket}, order="occurred_at")
    assert [(event["type"], event["promised_at"], event.get("reason")) for event in told] == [
        ("promise", first, None),
        ("act", second, "缺零件"),
    ]


def test_TKT_7_a_promise_is_moved_only_by_telling_why_and_until_when(
    company: Company, desk: Tablet, boss: Tablet
) -> None:
    first = to_wire(company.house.now + timedelta(hours=1))
    ticket = desk.create(ESTATE, "ticket", {"title": "空調不冷", "promised_reply_at": first})
    desk.deliver()
    company.house.wait(hours=2)
    with pytest.raises(InvalidEntry):
        desk.act(ESTATE, "ticket", ticket, "late_notice", {}, {"promised_reply_at": company.now})
    # Neither silently nor with the time that has passed already.
    desk.update(ESTATE, "ticket", ticket, {"promised_reply_at": to_wire(company.house.now + timedelta(hours=9))})
    assert desk.refused().message == "message.promise_needs_late_notice"
    desk.act(ESTATE, "ticket", ticket, "late_notice", {"reason": "缺零件"})
    assert desk.refused().message == "message.late_notice_needs_new_time"
    boss.deliver()
    assert boss.see("ticket", ticket)["promised_reply_at"] == first
    assert len(boss.query("review", where={"subject": ticket, "status": "open"})) == 1


def test_TKT_12_the_technician_s_record_of_the_work_comes_from_the_cellar(
    company: Company, desk: Tablet, wu: Tablet
) -> None:
    ticket = desk.create(ESTATE, "ticket", {"title": "水泵漏油", "photos": [PHOTO]})
    desk.act(ESTATE, "ticket", ticket, "dispatch", set={"assignee": company.user("wu.gang")})
    for tablet in (desk, wu):
        tablet.deliver()
    done = {
        "result": "更換密封圈",
        "photos": [PHOTO, {**PHOTO, "sha256": "b" * 64, "role": "after"}],
        "materials": [{"name": "密封圈", "quantity": "2", "measure": "個"}],
        "hours": "1.5",
        "signature": {"sha256": "c" * 64, "signer": "Ким", "at": company.now},
    }
    assert done.keys() <= _offered(wu, "finish")
    wu.act(ESTATE, "ticket", ticket, "accept")
    company.house.wait(hours=2)
    wu.act(ESTATE, "ticket", ticket, "wait", set={"waiting_for": "parts", "wait_until": "2026-11-23T01:00:00.000Z"})
    company.house.wait(hours=15)
    wu.act(ESTATE, "ticket", ticket, "resume")
    wu.act(ESTATE, "ticket", ticket, "finish", set=done)
    finished_at = company.now
    company.house.wait(hours=3)
    for tablet in (wu, desk):
        tablet.deliver()
    shown = desk.see("ticket", ticket)
    assert {name: shown[name] for name in done} == done
    assert str(shown["done_at"])[:19] == finished_at[:19]
    assert _course(desk, ticket) == [
        ("dispatch", "received", "relayed"),
        ("accept", "relayed", "in_progress"),
        ("wait", "in_progress", "waiting"),
        ("resume", "waiting", "in_progress"),
        ("finish", "in_progress", "done"),
    ]


def test_TKT_13_a_customer_who_is_not_satisfied_has_it_reopened_until_he_is(
    company: Company, desk: Tablet, wu: Tablet
) -> None:
    ticket = desk.create(ESTATE, "ticket", {"title": "牆面滲水", "kind": "complaint", "symptom_category": "walls_roof"})
    desk.act(ESTATE, "ticket", ticket, "dispatch", set={"department": "engineering"})
    for tablet in (desk, wu):
        tablet.deliver()
    for attempt in (1, 2):
        wu.act(ESTATE, "ticket", ticket, "accept") if attempt == 1 else None
        wu.act(ESTATE, "ticket", ticket, "finish", set={"result": f"第 {attempt} 次"})
        for tablet in (wu, desk):
            tablet.deliver()
        if attempt == 2:
            break
        with pytest.raises(InvalidEntry) as told:
            desk.act(ESTATE, "ticket", ticket, "callback_ok", set={"satisfaction": "not_satisfied"})
        assert told.value.messages("zh-Hans") == {"satisfaction": "客户不满意时须重开工单，不能视为满意"}
        plan = {"satisfaction": "not_satisfied", "deadline": to_wire(company.house.now + timedelta(days=1))}
        desk.act(ESTATE, "ticket", ticket, "reopen", {"reason": "又滲水，改做防水層"}, plan)
        for tablet in (desk, wu):
            tablet.deliver()
        assert (wu.see("ticket", ticket)["status"], wu.see("ticket", ticket)["reopened"]) == ("in_progress", 1)
    desk.act(ESTATE, "ticket", ticket, "callback_ok", set={"satisfaction": "satisfied", "opinion": "好"})
    with pytest.raises(InvalidEntry) as told:  # a complaint is counted by its root cause
        desk.act(ESTATE, "ticket", ticket, "close")
    assert set(told.value.messages("en")) == {"cause_category"}
    desk.act(ESTATE, "ticket", ticket, "close", set={"cause_category": "equipment"})
    desk.deliver()
    shown = desk.see("ticket", ticket)
    assert (shown["status"], shown["satisfaction"], shown["result"]) == ("closed", "satisfied", "第 2 次")
    assert [step[0] for step in _course(desk, ticket)][-4:] == ["reopen", "finish", "callback_ok", "close"]


def test_CMP_9_no_act_refuses_a_complaint(company: Company, desk: Tablet, boss: Tablet) -> None:
    ticket = desk.create(ESTATE, "ticket", {"title": "態度", "kind": "complaint"})
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, "ticket", ticket, "cancel", {"reason": "不屬於我們"})
    assert told.value.messages("zh-Hant") == {"kind": "投訴不能取消，任何人無權拒絕受理"}
    with pytest.raises(InvalidEntry):
        boss.delete(ESTATE, "ticket", ticket)
    assert {"cancel", "dispatch", "escalate", "classify"} <= _acts(desk, ticket)


def test_two_people_on_one_ticket_lose_nothing_and_a_supervisor_decides(
    company: Company, desk: Tablet, wu: Tablet, boss: Tablet
) -> None:
    ticket = desk.create(ESTATE, "ticket", {"title": "燈不亮", "location": "一層"})
    for tablet in (desk, wu, boss):
        tablet.deliver()
    desk.update(ESTATE, "ticket", ticket, {"location": "一層東側", "reporter": "保安"})
    wu.update(ESTATE, "ticket", ticket, {"location": "二層", "remarks": "已看過"})
    desk.deliver()
    contested = wu.refused()
    assert (contested.status, contested.fields) == ("merged", ["location"])
    merged = wu.see("ticket", ticket)
    assert (merged["location"], merged["reporter"], merged["remarks"]) == ("一層東側", "保安", "已看過")
    boss.deliver()
    [item] = boss.query("review", where={"status": "open"})
    [row] = rows(item["items"])
    [field] = rows(row["fields"])
    assert (field["mine"], field["theirs"]) == ("二層", "一層東側")
    boss.resolve(ESTATE, item.id, set={"location": "二層"})
    for tablet in (boss, desk, wu):
        tablet.deliver()
        assert tablet.see("ticket", ticket)["location"] == "二層"
    assert wu.query("review", where={"status": "open"}) == []
