"""What a circle's result earns: evaluation by judges on their own tablets, points, suggestions (QC-7, QC-9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.duties.company import ESTATE, Company, Tablet, rows
from tests.plugins.qc.office import (
    ACCOUNT,
    EVALUATION,
    FORM,
    REWARD,
    SCORE,
    STEP,
    SUGGESTION,
    TARGET,
    TOPIC,
    registered_topic,
    steps,
)

from wuye_client import InvalidEntry
from wuye_qc.programmes import SCORE_FORMS
from wuye_qc.rules.pasting import read

PROBLEM_SOLVING = SCORE_FORMS[0]


def _reported(company: Company, lead: Tablet, office: Tablet, circle: str) -> str:
    """Return a topic of a short programme whose result is reported."""
    short = [{"code": "topic_choice", "letter": "P"}, {"code": "effect_check", "letter": "C"}]
    office.create(ESTATE, "qc.programme", {"programme": "own_target", "edition": "short", "steps": short})
    office.deliver()
    topic = registered_topic(company, lead, office, circle, edition="short")
    lead.update(ESTATE, TOPIC, topic, {"targets": [{**TARGET, "achieved": "17"}]})
    for step in steps(lead, topic):
        lead.act(ESTATE, STEP, step.id, "start", set={"started_on": "2026-11-10"})
        done = {"done_on": "2026-11-12", "content": "見數據", "originals": "B-3"}
        lead.act(ESTATE, STEP, step.id, "finish", set=done)
    lead.act(ESTATE, TOPIC, topic, "report", set={"summary": "達標"})
    lead.deliver()
    office.sync()
    return topic


def _evaluation(company: Company, office: Tablet, topic: str) -> str:
    form = office.create(ESTATE, FORM, PROBLEM_SOLVING)
    judges = [company.user("judge.a"), company.user("judge.b")]
    evaluation = office.create(
        ESTATE, EVALUATION, {"topic": topic, "form": form, "held_on": "2026-11-21", "judges": judges}
    )
    office.deliver()
    return evaluation


def _mark(tablet: Tablet, evaluation: str, user: str, part: int) -> str:
    """Fill in the judge's own sheet: ``part`` percent of each full mark; return its total."""
    tablet.sync()
    [sheet] = tablet.query(SCORE, where={"evaluation": evaluation, "judge": user})
    marks = [{**row, "mark": str(int(str(row["full"])) * part / 100)} for row in rows(sheet["marks"])]
    tablet.act(ESTATE, SCORE, sheet.id, "submit", set={"marks": marks})
    return str(tablet.see(SCORE, sheet.id)["total"])


def test_QC_7_nothing_is_evaluated_before_a_judge_has_handed_in_his_sheet(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    evaluation = _evaluation(company, office, _reported(company, lead, office, circle))
    with pytest.raises(InvalidEntry) as refused:
        office.act(ESTATE, EVALUATION, evaluation, "evaluate")
    assert refused.value.flaws[0].field == "sheets"


def test_QC_7_two_judges_mark_on_their_own_tablets_and_the_average_gives_grade_and_points(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = _reported(company, lead, office, circle)
    evaluation = _evaluation(company, office, topic)
    one, other = company.tablet("judge.a"), company.tablet("judge.b")
    assert _mark(one, evaluation, company.user("judge.a"), 90) == "90"
    assert _mark(other, evaluation, company.user("judge.b"), 85) == "85"
    one.deliver()
    other.deliver()
    office.sync()
    shown = office.see(EVALUATION, evaluation)
    assert (shown["sheets"], shown["average"], shown["grade"], shown["points"]) == (2, "87.5", "second", 200)
    office.act(ESTATE, EVALUATION, evaluation, "publish", set={"award": "公司二等獎"})
    office.deliver()
    lead.sync()
    assert (lead.see(TOPIC, topic)["status"], lead.see(TOPIC, topic)["grade"]) == ("evaluated", "second")
    office.update(ESTATE, EVALUATION, evaluation, {"points": 900})
    assert office.refused().message == "message.qc.evaluation_published"


def test_QC_7_a_judge_hands_in_his_own_sheet_whole_and_within_the_full_marks(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    evaluation = _evaluation(company, office, _reported(company, lead, office, circle))
    one = company.tablet("judge.a")
    sheets = {sheet["judge"]: sheet for sheet in one.query(SCORE, where={"evaluation": evaluation})}
    mine, other = sheets[company.user("judge.a")], sheets[company.user("judge.b")]
    marks = rows(mine["marks"])
    full = [{**row, "mark": str(row["full"])} for row in marks]
    for id_, wrong, field in (
        (mine.id, [*full[:-1], marks[-1]], "marks"),
        (mine.id, [{**full[0], "mark": "99"}, *full[1:]], "marks"),
        (other.id, full, "judge"),
    ):
        with pytest.raises(InvalidEntry) as told:
            one.act(ESTATE, SCORE, id_, "submit", set={"marks": wrong})
        assert set(told.value.messages("en")) == {field}
    one.act(ESTATE, SCORE, mine.id, "submit", set={"marks": full})
    one.deliver()


def test_QC_7_results_are_judged_once_reported(company: Company, lead: Tablet, office: Tablet, circle: str) -> None:
    topic = registered_topic(company, lead, office, circle)
    form = office.create(ESTATE, FORM, PROBLEM_SOLVING)
    values = {"topic": topic, "form": form, "held_on": "2026-11-21", "judges": [company.user("judge.a")]}
    office.deliver()
    office.create(ESTATE, EVALUATION, values)
    assert office.refused().message == "message.qc.report_first"


def test_QC_7_the_weights_of_a_form_add_up_to_a_hundred(office: Tablet) -> None:
    items = rows(PROBLEM_SOLVING["items"])
    with pytest.raises(InvalidEntry) as told:
        office.create(ESTATE, FORM, {**PROBLEM_SOLVING, "items": items[:-1]})
    assert set(told.value.messages("zh-Hans")) == {"items"}


def test_QC_9_a_published_result_gives_points_to_everybody_in_the_circle_in_accounts_of_their_own(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = _reported(company, lead, office, circle)
    evaluation = _evaluation(company, office, topic)
    judge = company.tablet("judge.a")
    _mark(judge, evaluation, company.user("judge.a"), 95)
    judge.deliver()
    office.sync()
    office.act(ESTATE, EVALUATION, evaluation, "publish")
    office.deliver()
    balances = {account["user"]: account["balance"] for account in office.query(ACCOUNT)}
    assert balances == {company.user(name): 300 for name in ("lead", "wang", "chen")}
    assert {entry["topic"] for entry in office.query(REWARD)} == {topic}
    company.house.grant(company.user("wang"), "qc_account_holder", key=company.user("wang"))
    wang = company.tablet("wang")
    assert [account["user"] for account in wang.query(ACCOUNT)] == [company.user("wang")]
    assert [entry["points"] for entry in wang.query(REWARD)] == [300]
    assert ACCOUNT not in lead.manifest.entities


def test_QC_9_points_are_redeemed_no_further_than_they_reach_and_not_offline(
    company: Company, office: Tablet, circle: str
) -> None:
    account = company.user("wang")
    entry = {"account": account, "kind": "award", "points": 120, "reason": "季度之星"}
    gift = {"account": account, "kind": "redeem", "points": -100, "reason": "保溫杯"}
    office.create(ESTATE, REWARD, entry)
    office.deliver()
    with pytest.raises(InvalidEntry) as told:
        office.create(ESTATE, REWARD, gift)  # the cap is 0 until the office sets another
    assert set(told.value.messages("en")) == {"points"}
    with pytest.raises(InvalidEntry):
        office.create(ESTATE, REWARD, {**gift, "points": 100})
    house = company.house
    house.write(house.org, house.op("setting", site=house.org, set={"name": "qc_points_offline", "value": "100"}))
    company.person("office.2", "qc_registrar")
    second = company.tablet("office.2")
    office.sync()
    office.create(ESTATE, REWARD, gift)
    second.create(ESTATE, REWARD, gift)
    office.deliver()
    assert second.refused().code == "balance"
    office.sync()
    assert office.see(ACCOUNT, account)["balance"] == 20


def test_QC_9_a_suggestion_is_answered_carried_out_and_rewarded(company: Company, office: Tablet) -> None:
    company.person("tech", "technician")
    tech = company.tablet("tech")
    wish = {"name": "工具車編號定位", "problem": "找工具平均 8 分鐘", "proposal": "按 7S 畫線編號"}
    suggestion = tech.create(ESTATE, SUGGESTION, wish)
    tech.deliver()
    assert tech.see(SUGGESTION, suggestion)["number"] == "QCJ-2026-000001"
    assert "adopt" not in {step.act for step in tech.view.acts(tech.see(SUGGESTION, suggestion))}
    office.sync()
    office.act(ESTATE, SUGGESTION, suggestion, "adopt", set={"responsible": company.user("tech"), "answer": "採納"})
    done = {"done_on": "2026-11-22", "outcome": "降到 2 分鐘", "points": 50}
    office.act(ESTATE, SUGGESTION, suggestion, "complete", set=done)
    office.deliver()
    tech.sync()
    shown = tech.see(SUGGESTION, suggestion)
    assert (shown["status"], shown["proposer"], shown["decided_by"]) == (
        "done",
        company.user("tech"),
        company.user("office"),
    )
    assert office.see(ACCOUNT, company.user("tech"))["balance"] == 50


@given(st.lists(st.tuples(st.decimals(-(10**6), 10**6, places=2), st.integers(0, 500)), min_size=1, max_size=40))
def test_QC_6_whatever_a_sheet_holds_comes_out_of_the_paste_as_it_was(figures: list[tuple[object, int]]) -> None:
    text = "\n".join(f"{index}\t{value}\t{size}" for index, (value, size) in enumerate(figures))
    found = read(text, "u")
    assert [(row["label"], float(str(row["value"])), row["size"]) for row in found] == [
        (str(index), float(str(value)), size) for index, (value, size) in enumerate(figures)
    ]
    headed = read("label;value;size\n" + text.replace("\t", ";"), "pareto")
    assert headed == found
