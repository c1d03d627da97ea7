"""A QC topic from the Pareto of a mall's complaints to the control chart and the reward: two replicas that are offline
but for their syncs, the general office at its desk, judges and finance; in the end the printed report and workbooks."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.duties.company import ESTATE, MALL, Tablet, rows
from tests.duties.stored import StoredCompany
from tests.plugins.qc.office import (
    ACCOUNT,
    BENEFIT,
    CAUSE,
    COUNTERMEASURE,
    DATA,
    EVALUATION,
    FORM,
    SCORE,
    STANDARD,
    TARGET,
    TOPIC,
    Source,
    meeting,
    registered_circle,
    registered_topic,
    staffed,
    steps,
    walk,
)

from wuye.reports.shown import Looks
from wuye.reports.workbook import write_report

BEFORE = {
    "2026-08": (("lift", 13), ("attitude", 3)),
    "2026-09": (("lift", 15), ("charges", 2)),
    "2026-10": (("lift", 14),),
}
AFTER = {"2027-01": (("lift", 5),), "2027-02": (("lift", 4), ("charges", 1)), "2027-03": (("lift", 3),)}
WORDS = "電梯類占投訴的八成以上，是癥結所在"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[StoredCompany]:
    """Head office with its circle; the leader may also read the mall's tickets, the desk there takes them in."""
    with StoredCompany(tmp_path, Source()) as company:
        staffed(company)
        company.house.grant(company.user("lead"), "cs_supervisor", site=company.house.mall)
        company.person("desk", "cs_supervisor", site=MALL)
        yield company


def _complain(desk: Tablet, months: Mapping[str, tuple[tuple[str, int], ...]]) -> None:
    for month, causes in months.items():
        for cause, count in causes:
            for number in range(count):
                values = {
                    "kind": "complaint",
                    "title": f"{cause} {number + 1}",
                    "occurred_at": f"{month}-{number % 27 + 1:02d}T02:00:00.000Z",
                    "cause_category": cause,
                }
                desk.create(MALL, "ticket", values)
    desk.deliver()


def _frozen(company: StoredCompany, tablet: Tablet, topic: str, step: str, **more: object) -> str:
    """Ask offline for a report on the mall's tickets; return the data set once the server has frozen it."""
    values = {"topic": topic, "step": step, "source": "report", "site": company.house.mall, **more}
    data = tablet.create(ESTATE, DATA, values)
    tablet.act(ESTATE, DATA, data, "freeze")
    tablet.deliver()
    company.run_jobs()
    tablet.sync()
    assert tablet.see(DATA, data)["status"] == "frozen"
    return data


def _drawing(tablet: Tablet, data: str) -> Mapping[str, list[list[object]]]:
    drawing = tablet.see(DATA, data)["drawing"]
    assert isinstance(drawing, dict)
    return drawing


def _step(tablet: Tablet, topic: str, code: str) -> str:
    return next(step.id for step in steps(tablet, topic) if step["code"] == code)


def _workbook(company: StoredCompany, report: str, language: str, **args: object) -> list[str]:
    table = company.report(ESTATE, report, "office", **args)
    house, target = company.house, io.BytesIO()
    directory = house.store.read(house.door.directory)
    write_report(target, table, Looks(directory, house.estate, language), report)
    return zipfile.ZipFile(target).namelist()


class Crew(NamedTuple):
    """Who is on the road: the leader and a member, offline but for their syncs."""

    company: StoredCompany
    lead: Tablet
    wang: Tablet
    office: Tablet
    desk: Tablet
    topic: str


def test_a_QC_topic_from_the_complaints_of_a_mall_to_control_chart_and_reward(company: StoredCompany) -> None:
    desk, office = company.tablet("desk"), company.tablet("office")
    lead, wang = company.tablet("lead"), company.tablet("wang")
    _complain(desk, BEFORE)
    circle = registered_circle(company, lead, office)
    topic = registered_topic(company, lead, office, circle)
    crew = Crew(company, lead, wang, office, desk, topic)
    pareto = _survey(crew)
    main = _find_causes(crew, circle)
    _act_on(crew, main)
    company.house.wait(days=130)
    _complain(desk, AFTER)
    _check_effect(crew)
    _consolidate(crew)
    evaluation = _judge(crew)
    office.act(ESTATE, TOPIC, topic, "archive")
    office.deliver()
    lead.sync()
    shown = lead.see(TOPIC, topic)
    assert (shown["status"], shown["grade"], shown["target_met"]) == ("archived", "first", True)
    assert {account["balance"] for account in office.query(ACCOUNT)} == {300}
    _print(company, circle, topic, evaluation)
    _take_away(company, topic, pareto)


def _survey(crew: Crew) -> str:
    """The leader freezes the Pareto of the mall's complaints; tickets told later change nothing."""
    company, lead, topic = crew.company, crew.lead, crew.topic
    values = {"title": "投訴原因", "tool": "pareto", "report": "tickets.pareto", "reading": WORDS}
    pareto = _frozen(company, lead, topic, _step(lead, topic, "status_survey"), **values)
    assert _drawing(lead, pareto)["rows"][0][:2] == ["lift", 42]
    _complain(crew.desk, {"2026-10": (("attitude", 30),)})
    company.run_jobs()
    lead.sync()
    assert _drawing(lead, pareto)["rows"][0][:2] == ["lift", 42]
    return pareto


def _find_causes(crew: Crew, circle: str) -> str:
    """Both work offline: he sets the target; she records a meeting, counts on the spot, looks for causes."""
    lead, wang, topic = crew.lead, crew.wang, crew.topic
    wang.sync()
    survey = _step(wang, topic, "status_survey")
    lead.update(ESTATE, TOPIC, topic, {"targets": [{**TARGET, "value": "6", "baseline": "14"}]})
    walk(lead, topic, "topic_choice", "status_survey", "target")
    meeting(crew.company, wang, circle, topic=topic, step=survey)
    sheet = [{"label": "等候過久", "group": group, "value": count} for group, count in (("早", "4"), ("晚", "17"))]
    counted = {"topic": topic, "step": survey, "title": "等候調查", "tool": "check_sheet", "rows": sheet}
    wang.create(ESTATE, DATA, counted)
    root = wang.create(ESTATE, CAUSE, {"topic": topic, "name": "高峰運力不足", "branch": "method"})
    verified = {
        "topic": topic,
        "name": "三梯停靠樓層重疊",
        "branch": "method",
        "parent": root,
        "end_cause": True,
        "verification": "on_site_measurement",
        "criterion": "高峰等候不超過 2 分鐘",
        "findings": "五日平均 6.4 分鐘",
        "verified_on": "2026-11-21",
        "result": "main",
    }
    main = wang.create(ESTATE, CAUSE, verified)
    wang.deliver()
    lead.deliver()
    wang.sync()
    walk(lead, topic, "cause_analysis", "main_causes")
    lead.deliver()
    return main


def _act_on(crew: Crew, main: str) -> None:
    """He plans by 5W1H, she carries it out, offline in the plant room."""
    lead, wang, topic = crew.lead, crew.wang, crew.topic
    planned = {
        "topic": topic,
        "cause": main,
        "what": "高峰分區停靠",
        "why": "等候不超過 2 分鐘",
        "how": "改程序，貼雙語告示，兩人引導",
        "place": "貿易城 1–6 號梯",
        "due": "2026-12-10",
        "who": crew.company.user("wang"),
    }
    measure = lead.create(ESTATE, COUNTERMEASURE, planned)
    walk(lead, topic, "countermeasures")
    lead.deliver()
    wang.sync()
    wang.act(ESTATE, COUNTERMEASURE, measure, "start", set={"started_on": "2026-12-01"})
    done = {"done_on": "2026-12-09", "result": "等候 1.7 分鐘", "side_effects": "無"}
    wang.act(ESTATE, COUNTERMEASURE, measure, "succeed", set=done)
    wang.deliver()
    lead.sync()
    walk(lead, topic, "implementation")


def _check_effect(crew: Crew) -> None:
    """Months later: a control chart of all complaints, before and after side by side, the money seen by finance."""
    company, lead, wang, topic = crew.company, crew.lead, crew.wang, crew.topic
    effect = _step(lead, topic, "effect_check")
    values = {"title": "月投訴", "tool": "c", "report": "tickets.by_cause", "date_to": "2027-03-31"}
    control = _frozen(company, lead, topic, effect, **values)
    points = {row[0]: row for row in _drawing(lead, control)["rows"]}
    assert points["2026-10"][1] == 44
    assert points["2026-10"][5]  # the 30 rude answers are beyond the limits: a signal to look at
    assert points["2026-12"][1] == 0
    pair = [{"label": "電梯投訴", "value": "14", "value2": "4"}]
    compared = {
        "topic": topic,
        "step": effect,
        "title": "活動前後",
        "tool": "before_after",
        "rows": pair,
        "target": "6",
    }
    lead.create(ESTATE, DATA, {**compared, "tool": "before_after"})
    [target] = rows(lead.see(TOPIC, topic)["targets"])
    lead.update(ESTATE, TOPIC, topic, {"targets": [{**target, "achieved": "4"}]})
    money = {"name": "少賠付", "gain": 1_200_000, "cost": 90_000, "computation": "10 件 × 3 月 × 400 元"}
    benefit = wang.create(ESTATE, BENEFIT, {"topic": topic, **money})
    wang.act(ESTATE, BENEFIT, benefit, "submit")
    wang.deliver()
    purse = company.tablet("purse")
    purse.act(ESTATE, BENEFIT, benefit, "confirm", set={"finding": "屬實"})
    purse.deliver()
    walk(lead, topic, "effect_check")


def _consolidate(crew: Crew) -> None:
    lead, topic = crew.lead, crew.topic
    standard = {"name": "電梯高峰運行規程", "document_number": "SFM-DT-03", "clause": "5.1"}
    lead.create(ESTATE, STANDARD, {"topic": topic, "effective_on": "2027-04-01", **standard})
    walk(lead, topic, "consolidation", "summary")
    lead.act(ESTATE, TOPIC, topic, "report", set={"summary": "學會了分層", "next_topic": "縮短報修等候"})
    lead.deliver()


def _judge(crew: Crew) -> str:
    """Two judges mark on their own tablets; the office publishes grade and points."""
    company, office, topic = crew.company, crew.office, crew.topic
    office.sync()
    form = next(form.id for form in office.query(FORM) if form["family"] == "problem_solving")
    judges = [company.user("judge.a"), company.user("judge.b")]
    values = {"topic": topic, "form": form, "held_on": "2027-04-05", "judges": judges}
    evaluation = office.create(ESTATE, EVALUATION, values)
    office.deliver()
    for name, part in (("judge.a", 96), ("judge.b", 90)):
        judge = company.tablet(name)
        [score] = judge.query(SCORE, where={"judge": company.user(name)})
        marks = [{**row, "mark": str(int(str(row["full"])) * part / 100)} for row in rows(score["marks"])]
        judge.act(ESTATE, SCORE, score.id, "submit", set={"marks": marks})
        judge.deliver()
    office.sync()
    office.act(ESTATE, EVALUATION, evaluation, "publish", set={"award": "集團一等獎"})
    office.deliver()
    return evaluation


def _print(company: StoredCompany, circle: str, topic: str, evaluation: str) -> None:
    page = company.print("qc.report", ESTATE, topic, "office")
    # Charts before words (QC-7).
    assert page.index("<svg") < page.index(WORDS) < page.index("完成 status_survey")
    assert page.count("<svg") >= 5
    for word in ("QC 小組", "SFM-DT-03", "11,100.00", "三梯停靠樓層重疊", "一等", "現狀調查"):
        assert word in page
    russian = company.print("qc.report", ESTATE, topic, "office", "ru")
    for word in ("Отчёт о результате кружка качества", "Изучение текущего состояния", "SFM-DT-03"):
        assert word in russian
    for form, record, word in (
        ("qc.circle", circle, "春雨小組"),
        ("qc.topic", topic, "月均投訴"),
        ("qc.evaluation", evaluation, "93"),
    ):
        assert word in company.print(form, ESTATE, record, "office")
    # QC-9: nothing of this enters anybody's appraisal, and the sheet says so.
    assert "不計入個人績效考核" in company.print("qc.evaluation", ESTATE, evaluation, "office")
    [held] = company.tablet("office").query("qc.meeting", where={"circle": circle})
    assert "晚高峰最多" in company.print("qc.meeting", ESTATE, held.id, "office")


def _take_away(company: StoredCompany, topic: str, pareto: str) -> None:
    period = {"from": "2026-01-01", "to": "2027-12-31"}
    for name, args in (("qc.chart", {"data": pareto}), ("qc.plan", {"topic": topic}), ("qc.results", period)):
        assert any("charts/chart" in part for part in _workbook(company, name, "ru", **args)), name
    [line] = company.report(ESTATE, "qc.results", "office", **period).rows
    assert line[3:] == ["月均投訴", "件", "14", "6", "4", 1_110_000, "first"]
    people = company.report(ESTATE, "qc.points", "office", **period).rows
    assert [row[1:] for row in people] == [[300, 0, 300]] * 3
    stages = company.report(ESTATE, "qc.topics", "office").rows
    assert [row[4] for row in stages] == ["archived"]
