"""The course of a topic and what it rests on, from replicas through the sync door (QC-2, QC-5)."""

import pytest
from tests.duties.company import ESTATE, Company, Tablet, rows
from tests.plugins.qc.office import (
    BENEFIT,
    CAUSE,
    COUNTERMEASURE,
    PROGRAMME,
    STANDARD,
    STEP,
    TARGET,
    TOPIC,
    registered_topic,
    steps,
    walk,
)

from wuye_client import InvalidEntry

PLAN = ("topic_choice", "status_survey", "target", "cause_analysis", "main_causes", "countermeasures")


def _cause(tablet: Tablet, topic: str, **more: object) -> str:
    values = {
        "topic": topic,
        "name": "晚高峰只有一人值守",
        "branch": "people",
        "end_cause": True,
        "verification": "on_site_check",
        "criterion": "高峰每梯等候不超過 2 分鐘",
        "findings": "連續五日平均 6.4 分鐘",
        "verified_on": "2026-11-12",
        "result": "main",
    }
    return tablet.create(ESTATE, CAUSE, {**values, **more})


def _measure(company: Company, tablet: Tablet, topic: str, cause: str) -> str:
    return tablet.create(
        ESTATE,
        COUNTERMEASURE,
        {
            "topic": topic,
            "cause": cause,
            "what": "晚高峰增設引導崗",
            "why": "等候不超過 2 分鐘",
            "how": "17:30–19:00 兩人值守",
            "place": "1 號樓大堂",
            "due": "2026-12-10",
            "who": company.user("wang"),
        },
    )


def _carried_out(company: Company, tablet: Tablet, topic: str) -> None:
    """Walk a topic from its choice to measures found effective, all offline."""
    tablet.update(ESTATE, TOPIC, topic, {"targets": [TARGET]})
    walk(tablet, topic, *PLAN[:4])
    measure = _measure(company, tablet, topic, _cause(tablet, topic))
    walk(tablet, topic, *PLAN[4:])
    tablet.act(ESTATE, COUNTERMEASURE, measure, "start", set={"started_on": "2026-12-01"})
    tablet.act(ESTATE, COUNTERMEASURE, measure, "succeed", set={"done_on": "2026-12-20", "result": "等候 1.8 分鐘"})
    walk(tablet, topic, "implementation")


def _achieve(tablet: Tablet, topic: str, value: str) -> None:
    [target] = rows(tablet.see(TOPIC, topic)["targets"])
    tablet.update(ESTATE, TOPIC, topic, {"targets": [{**target, "achieved": value}]})
    walk(tablet, topic, "effect_check")


def test_QC_2_each_programme_lays_out_its_steps_with_their_PDCA_letters(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    for programme, letters, there, absent in (
        ("own_target", "PPPPPPDCAA", "status_survey", "feasibility"),
        ("directive_target", "PPPPPPDCAA", "feasibility", "status_survey"),
        ("innovation", "PPPPDCAA", "solutions", "cause_analysis"),
    ):
        topic = registered_topic(company, lead, office, circle, name=programme, programme=programme)
        made = steps(lead, topic)
        assert "".join(str(step["letter"]) for step in made) == letters
        codes = {step["code"] for step in made}
        assert there in codes
        assert absent not in codes
        assert made[0]["planned_start"] == "2026-11-03"
        assert made[-1]["planned_end"] == "2027-02-10"
        assert lead.see(TOPIC, topic)["steps_total"] == len(letters)


def test_QC_2_the_office_s_own_edition_of_a_programme_counts(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    own = [{"code": code, "letter": letter} for code, letter in (("topic_choice", "P"), ("effect_check", "C"))]
    both = [*own, {"code": "status_survey", "letter": "P"}, {"code": "feasibility", "letter": "P"}]
    with pytest.raises(InvalidEntry) as told:
        office.create(ESTATE, PROGRAMME, {"programme": "own_target", "edition": "2024", "steps": both})
    assert set(told.value.messages("zh-Hant")) == {"steps"}
    office.create(ESTATE, PROGRAMME, {"programme": "own_target", "edition": "2024", "steps": own})
    office.deliver()
    topic = registered_topic(company, lead, office, circle, edition="2024")
    assert [step["code"] for step in steps(lead, topic)] == ["topic_choice", "effect_check"]
    lead.update(ESTATE, TOPIC, topic, {"edition": "T/CAQ 10201-2020"})
    assert lead.refused().message == "message.qc.programme_fixed"


def test_QC_2_a_whole_plan_is_worked_off_offline_in_one_go(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    _carried_out(company, lead, topic)
    _achieve(lead, topic, "18")
    walk(lead, topic, "consolidation", "summary")
    lead.act(ESTATE, TOPIC, topic, "report", set={"summary": "會用數據說話了"})
    lead.deliver()
    shown = lead.see(TOPIC, topic)
    assert (shown["status"], shown["steps_done"], shown.get("step"), shown["target_met"]) == (
        "reported",
        10,
        None,
        True,
    )


def test_QC_2_steps_are_taken_in_order_also_when_two_tablets_work_on_them(
    company: Company, lead: Tablet, office: Tablet, wang: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    wang.sync()
    second = steps(wang, topic)[1]
    wang.act(ESTATE, STEP, second.id, "start", set={"started_on": "2026-11-11"})
    refused = wang.refused()
    assert refused.message == "message.qc.step_before"
    assert "前面的步骤" in wang.words("zh-Hans").refusal(refused.code, refused.message)
    walk(lead, topic, "topic_choice")
    lead.deliver()
    wang.sync()
    wang.act(ESTATE, STEP, second.id, "start", set={"started_on": "2026-11-11"})
    wang.deliver()
    assert wang.see(TOPIC, topic)["status"] == "running"
    assert wang.see(TOPIC, topic)["step"] == second.id


def test_QC_2_a_step_is_done_with_evidence_and_checked_by_a_second_person(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    first = steps(lead, topic)[0].id
    lead.act(ESTATE, STEP, first, "start", set={"started_on": "2026-11-10"})
    with pytest.raises(InvalidEntry) as told:
        lead.act(ESTATE, STEP, first, "finish", set={"done_on": "2026-11-12", "content": "選定"})
    assert "evidence" in told.value.messages("en")
    proof = [{"sha256": "a" * 64, "name": "統計表.jpg", "type": "image/jpeg", "size": 120_000}]
    lead.act(ESTATE, STEP, first, "finish", set={"done_on": "2026-11-12", "content": "選定", "evidence": proof})
    lead.act(ESTATE, STEP, first, "check")
    assert lead.refused().message == "message.qc.second_person_checks"
    office.sync()
    office.act(ESTATE, STEP, first, "check")
    office.deliver()
    lead.sync()
    assert lead.see(STEP, first)["checked_by"] == company.user("office")
    office.act(ESTATE, STEP, first, "send_back", args={"reason": "缺少原始數據"})
    office.deliver()
    lead.sync()
    assert (lead.see(STEP, first)["status"], lead.see(TOPIC, topic)["steps_done"]) == ("returned", 0)


def test_QC_2_a_missed_target_leads_back_to_a_planning_step(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    _carried_out(company, lead, topic)
    _achieve(lead, topic, "27")
    lead.deliver()
    after = next(step for step in steps(lead, topic) if step["code"] == "consolidation")
    lead.act(ESTATE, STEP, after.id, "start", set={"started_on": "2026-12-22"})
    assert lead.refused().message == "message.qc.target_missed"
    do = next(step for step in steps(lead, topic) if step["letter"] == "D")
    reason = {"reason": "對策未觸及調度規則"}
    lead.act(ESTATE, TOPIC, topic, "loop_back", args=reason, set={"back_to": do.id})
    assert lead.refused().message == "message.qc.back_to_plan"
    causes = next(step for step in steps(lead, topic) if step["code"] == "cause_analysis")
    lead.act(ESTATE, TOPIC, topic, "loop_back", args=reason, set={"back_to": causes.id})
    lead.deliver()
    shown = lead.see(TOPIC, topic)
    assert (shown["loop"], shown.get("target_met"), shown["steps_done"], shown["steps_total"]) == (1, None, 8, 15)
    [past] = rows(shown["loops"])
    assert (past["back_to"], past["results"]) == ("cause_analysis", "月均投訴: 27 / 20")
    again = [(step["code"], step["loop"], step["status"]) for step in steps(lead, topic)][8:]
    assert again[0] == ("cause_analysis", 1, "not_started")
    assert [code for code, _, _ in again] == [*PLAN[3:], "implementation", "effect_check", "consolidation", "summary"]
    walk(lead, topic, *PLAN[3:], "implementation")
    _achieve(lead, topic, "19.5")
    walk(lead, topic, "consolidation", "summary")
    lead.deliver()
    assert lead.see(TOPIC, topic)["steps_done"] == 15


def test_QC_2_only_verified_end_causes_are_main_and_only_main_ones_are_acted_upon(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    lead.update(ESTATE, TOPIC, topic, {"targets": [TARGET]})
    walk(lead, topic, *PLAN[:4])
    lead.deliver()
    with pytest.raises(InvalidEntry) as told:
        _cause(lead, topic, findings=None)
    assert set(told.value.messages("en")) == {"findings"}
    with pytest.raises(InvalidEntry) as told:
        _cause(lead, topic, end_cause=None)
    assert "end_cause" in told.value.messages("en")
    root = lead.create(ESTATE, CAUSE, {"topic": topic, "name": "人手安排不合理", "branch": "people"})
    main = _cause(lead, topic, parent=root)
    signs = {"topic": topic, "name": "指示牌不清", "branch": "environment", "end_cause": True}
    open_ = lead.create(ESTATE, CAUSE, signs)
    step = next(s.id for s in steps(lead, topic) if s["code"] == "main_causes")
    lead.act(ESTATE, STEP, step, "start", set={"started_on": "2026-11-13"})
    done = {"done_on": "2026-11-14", "content": "要因確認", "originals": "B-3"}
    lead.act(ESTATE, STEP, step, "finish", set=done)
    assert lead.refused().message == "message.qc.causes_unverified"
    _measure(company, lead, topic, open_)
    assert lead.refused().message == "message.qc.not_main_cause"
    verdict = {"verification": "survey", "criterion": "半數看不懂", "findings": "12%", "verified_on": "2026-11-14"}
    lead.update(ESTATE, CAUSE, open_, {**verdict, "result": "not_main"})
    lead.act(ESTATE, STEP, step, "finish", set=done)
    _measure(company, lead, topic, main)
    lead.deliver()
    analysis = next(s for s in steps(lead, topic) if s["code"] == "cause_analysis")
    chart = analysis["chart"]
    assert isinstance(chart, dict)
    assert chart["charts"][0]["fishbone"] is True
    drawn = {row[2]: (row[0], row[1], row[5]) for row in chart["rows"]}
    assert drawn["電梯投訴多"] == ("0", None, False)
    assert drawn["晚高峰只有一人值守"] == (f"{drawn['人手安排不合理'][0]}.1", drawn["人手安排不合理"][0], True)


def test_QC_5_the_benefit_is_confirmed_by_finance_and_never_by_who_reckoned_it(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    purse = company.tablet("purse")
    values = {"topic": topic, "name": "減少賠付", "gain": 3_600_000, "cost": 420_000, "computation": "12 月 × 3,000 元"}
    benefit = lead.create(ESTATE, BENEFIT, values)
    lead.act(ESTATE, BENEFIT, benefit, "submit")
    lead.deliver()
    lead.update(ESTATE, BENEFIT, benefit, {"gain": 9_900_000})
    assert lead.refused().message == "message.qc.benefit_fixed"
    office.sync()
    with pytest.raises(InvalidEntry) as told:
        office.act(ESTATE, BENEFIT, benefit, "confirm")
    assert told.value.messages("zh-Hans") == {"status": "效益只能由财务人员确认。"}
    purse.sync()
    purse.act(ESTATE, BENEFIT, benefit, "confirm", set={"finding": "憑證齊全"})
    purse.deliver()
    lead.sync()
    shown = lead.see(BENEFIT, benefit)
    assert (shown["status"], shown["amount"], shown["confirmed_by"]) == ("confirmed", 3_180_000, company.user("purse"))


def test_QC_5_who_reckons_a_benefit_does_not_confirm_it_though_he_is_of_finance(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    company.house.grant(company.user("purse"), "qc_member")
    purse = company.tablet("purse")
    benefit = purse.create(ESTATE, BENEFIT, {"topic": topic, "name": "減少賠付", "computation": "見附表"})
    purse.act(ESTATE, BENEFIT, benefit, "submit")
    purse.act(ESTATE, BENEFIT, benefit, "confirm")  # offline nobody has named him as the author yet
    assert purse.refused().message == "qc.benefit.constraint.not_by_author"
    with pytest.raises(InvalidEntry):
        purse.act(ESTATE, BENEFIT, benefit, "confirm")


def test_QC_5_originals_are_kept_with_the_step_that_they_belong_to(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    best = {"own_best": "19", "home_best": "16", "abroad_best": "12"}
    lead.update(ESTATE, TOPIC, topic, {"targets": [{**TARGET, **best, "basis": "去年三季度曾達 19"}]})
    standard = lead.create(
        ESTATE,
        STANDARD,
        {
            "topic": topic,
            "name": "高峰值守細則",
            "document_number": "CY-KF-017",
            "clause": "4.2",
            "effective_on": "2027-01-01",
            "text_before": "一人值守",
            "text_after": "高峰兩人值守",
            "tracking": [{"date": "2027-01-31", "value": "18", "kept": True}],
        },
    )
    lead.deliver()
    place = next(step.id for step in steps(lead, topic) if step["code"] == "consolidation")
    assert lead.see(STANDARD, standard)["step"] == place
    [target] = rows(lead.see(TOPIC, topic)["targets"])
    assert (target["home_best"], target["abroad_best"]) == ("16", "12")


def test_QC_5_a_target_is_better_than_what_was_before(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    with pytest.raises(InvalidEntry) as told:
        lead.update(ESTATE, TOPIC, topic, {"targets": [{**TARGET, "value": "40"}]})
    assert told.value.messages("zh-Hans") == {"targets": "目标值要比现状值更好。"}
