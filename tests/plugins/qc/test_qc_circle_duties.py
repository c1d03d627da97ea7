"""Circles, their meetings and what they owe, from replicas through the sync door (QC-1, QC-3, QC-4, QC-8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.duties.company import ESTATE, Company, Tablet, rows
from tests.duties.stored import StoredCompany
from tests.plugins.qc.office import (
    CIRCLE,
    FORM,
    MEETING,
    NOTICE,
    PROGRAMME,
    ROUND,
    TOPIC,
    Source,
    apply_for_circle,
    meeting,
    members,
    registered_circle,
    registered_topic,
    staffed,
    steps,
)

from wuye_client import InvalidEntry


def test_QC_1_a_circle_across_teams_is_registered_by_the_general_office(
    company: Company, lead: Tablet, office: Tablet
) -> None:
    circle = apply_for_circle(company, lead)
    shown = lead.see(CIRCLE, circle)
    assert (shown["size"], shown["status"]) == (3, "applied")
    assert "register" not in {step.act for step in lead.view.acts(shown)}
    lead.deliver()
    office.sync()
    office.act(ESTATE, CIRCLE, circle, "register", set={"registered_on": "2026-11-03"})
    office.deliver()
    lead.sync()
    shown = lead.see(CIRCLE, circle)
    assert (shown["number"], shown["status"], shown["renew_by"]) == ("QC-2026-000001", "registered", "2027-11-03")
    assert shown["registered_by"] == company.user("office")


def test_QC_1_a_leader_is_a_member_and_nobody_is_listed_twice(company: Company, lead: Tablet) -> None:
    with pytest.raises(InvalidEntry) as told:
        apply_for_circle(company, lead, members=members(company, "wang", "chen"))
    assert told.value.messages("zh-Hans") == {"leader": "组长必须在现有组员之列。"}
    with pytest.raises(InvalidEntry) as told:
        apply_for_circle(company, lead, members=members(company, "lead", "wang", "wang"))
    assert set(told.value.messages("ru")) == {"members"}


def test_QC_1_a_topic_is_registered_once_its_circle_is(company: Company, lead: Tablet, office: Tablet) -> None:
    circle = apply_for_circle(company, lead)
    topic = lead.create(
        ESTATE,
        TOPIC,
        {"name": "縮短報修等候", "circle": circle, "kind": "service", "source": "guided", "reason": "等候超過標準"},
    )
    lead.deliver()
    office.sync()
    office.act(ESTATE, TOPIC, topic, "register", set={"registered_on": "2026-11-05"})
    assert office.refused().message == "message.qc.circle_first"
    office.act(ESTATE, CIRCLE, circle, "register", set={"registered_on": "2026-11-05"})
    office.act(ESTATE, TOPIC, topic, "register", set={"registered_on": "2026-11-05"})
    office.deliver()
    lead.sync()
    shown = lead.see(TOPIC, topic)
    assert (shown["number"], shown["edition"]) == ("QCK-2026-000001", "T/CAQ 10201-2020")
    assert len(steps(lead, topic)) == 10


def test_QC_3_everybody_present_has_a_statement_and_nobody_drops_out_of_the_list(
    company: Company, lead: Tablet, wang: Tablet, circle: str
) -> None:
    wang.sync()
    silent = [{"user": company.user("wang"), "presence": "present"}]
    with pytest.raises(InvalidEntry) as told:
        meeting(company, wang, circle, attendance=silent)
    assert told.value.messages("zh-Hans") == {"attendance": "每名出席者都要有发言内容。"}
    record = meeting(company, wang, circle)
    wang.deliver()
    lead.sync()
    shown = lead.see(MEETING, record)
    listed = {str(row["user"]): row["presence"] for row in rows(shown["attendance"])}
    assert listed[company.user("chen")] == "absent"
    assert (shown["present"], shown["rate"], shown["number"]) == (2, 67, "QCH-2026-000001")
    assert shown["recorder"] == company.user("wang")
    assert lead.see(CIRCLE, circle)["status"] == "active"


def test_QC_3_two_members_record_meetings_offline_and_both_count(
    company: Company, lead: Tablet, wang: Tablet, circle: str
) -> None:
    wang.sync()
    meeting(company, wang, circle, "2026-11-19")
    meeting(company, lead, circle, "2026-11-12")
    wang.deliver()
    lead.deliver()
    wang.sync()
    shown = wang.see(CIRCLE, circle)
    assert (shown["meetings"], shown["last_activity"]) == (2, "2026-11-19")


def test_QC_5_a_record_is_never_changed_but_corrected_by_another(company: Company, lead: Tablet, circle: str) -> None:
    first = meeting(company, lead, circle)
    lead.deliver()
    with pytest.raises(InvalidEntry):
        lead.update(ESTATE, MEETING, first, {"decisions": "改過的"})
    meeting(company, lead, circle, corrects=first)
    lead.deliver()
    assert lead.see(CIRCLE, circle)["meetings"] == 1


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[StoredCompany]:
    """The company on a database, which jobs read."""
    with StoredCompany(tmp_path, Source()) as company:
        staffed(company)
        yield company


def _statuses(tablet: Tablet, circle: str) -> dict[object, object]:
    return {each.get("month"): each["status"] for each in tablet.query(NOTICE, where={"circle": circle})}


def test_QC_3_a_month_without_a_meeting_is_warned_of_urged_listed_and_settled_by_a_late_record(
    stored: StoredCompany,
) -> None:
    lead, office = stored.tablet("lead"), stored.tablet("office")
    circle = registered_circle(stored, lead, office)
    stored.run_jobs()  # the 22nd: beyond the day of warning
    stored.run_jobs()
    lead.sync()
    assert _statuses(lead, circle) == {"2026-11": "due"}
    stored.house.wait(days=4)
    stored.run_jobs()
    office.sync()
    assert _statuses(office, circle) == {"2026-11": "urgent"}
    stored.house.wait(days=6)
    stored.run_jobs()
    office.sync()
    assert _statuses(office, circle) == {"2026-11": "missed"}
    table = stored.report(ESTATE, "qc.activity", "office", to="2026-12-02")
    [line] = table.rows
    assert (line[3], line[5], line[6]) == (0, 1, "2026-11")
    late = meeting(stored, lead, circle, "2026-11-25")  # written down then, in reach of the server only now
    lead.deliver()
    office.sync()
    assert _statuses(office, circle) == {"2026-11": "settled"}
    assert late in {each.id for each in office.query(MEETING)}
    stored.run_jobs()
    office.sync()
    assert _statuses(office, circle) == {"2026-11": "settled"}


def test_QC_4_half_a_year_of_idleness_is_flagged_until_a_reason_is_given_and_a_meeting_held(
    stored: StoredCompany,
) -> None:
    lead, office = stored.tablet("lead"), stored.tablet("office")
    circle = registered_circle(stored, lead, office)
    meeting(stored, lead, circle, "2026-11-20")
    lead.deliver()
    stored.house.wait(days=30 * 6 - 5)
    stored.run_jobs()
    lead.sync()
    assert not lead.see(CIRCLE, circle).get("idle")
    stored.house.wait(days=7)
    stored.run_jobs()
    stored.run_jobs()
    lead.sync()
    assert lead.see(CIRCLE, circle)["idle"] is True
    [idle] = lead.query(NOTICE, where={"kind": "idle"})
    lead.act(ESTATE, NOTICE, idle.id, "explain", set={"explanation": "組員抽調支援交付，六月恢復"})
    lead.deliver()
    office.sync()
    shown = office.see(CIRCLE, circle)
    assert (shown["idle"], shown["idle_reason"]) == (True, "組員抽調支援交付，六月恢復")
    meeting(stored, lead, circle, stored.now[:10])
    lead.deliver()
    shown = lead.see(CIRCLE, circle)
    assert (shown.get("idle"), shown.get("idle_reason")) == (None, None)
    assert lead.see(NOTICE, idle.id)["status"] == "settled"


def test_QC_4_a_suspended_circle_owes_no_meetings_but_not_for_longer_than_half_a_year(
    stored: StoredCompany,
) -> None:
    lead, office = stored.tablet("lead"), stored.tablet("office")
    circle = registered_circle(stored, lead, office)
    with pytest.raises(InvalidEntry) as told:
        lead.act(ESTATE, CIRCLE, circle, "suspend", set={"suspended_on": "2026-11-10"})
    assert set(told.value.messages("en")) == {"suspend_reason"}
    reason = {"suspended_on": "2026-11-10", "suspend_reason": "組長產假"}
    lead.act(ESTATE, CIRCLE, circle, "suspend", set=reason)
    lead.deliver()
    assert lead.see(CIRCLE, circle)["resume_by"] == "2027-05-10"
    for days, kinds in ((100, []), (75, ["suspension"])):
        stored.house.wait(days=days)
        stored.run_jobs()
        office.sync()
        assert [each["kind"] for each in office.query(NOTICE)] == kinds
    lead.act(ESTATE, CIRCLE, circle, "resume")
    lead.deliver()
    office.sync()
    assert [each["status"] for each in office.query(NOTICE)] == ["settled"]


def test_QC_1_a_registration_that_is_over_is_asked_about_until_it_is_renewed(stored: StoredCompany) -> None:
    lead, office = stored.tablet("lead"), stored.tablet("office")
    circle = registered_circle(stored, lead, office)
    stored.house.wait(days=360)
    stored.run_jobs()
    office.sync()
    [notice] = office.query(NOTICE, where={"kind": "renewal"})
    assert (notice["due"], notice["status"]) == ("2027-11-03", "due")
    office.act(ESTATE, CIRCLE, circle, "renew", set={"registered_on": "2027-11-18"})
    office.deliver()
    assert office.see(NOTICE, notice.id)["status"] == "settled"
    assert office.see(CIRCLE, circle)["renew_by"] == "2028-11-18"


def test_QC_8_every_half_year_an_active_circle_owes_a_gap_a_plan_and_one_PDCA_case(stored: StoredCompany) -> None:
    lead, office = stored.tablet("lead"), stored.tablet("office")
    circle = registered_circle(stored, lead, office)
    meeting(stored, lead, circle)
    topic = registered_topic(stored, lead, office, circle)
    lead.deliver()
    stored.run_jobs()
    stored.run_jobs()
    lead.sync()
    [project] = lead.query(ROUND)
    assert (project["circle"], project["half"], project["due"]) == (circle, "2026H2", "2026-12-31")
    plan = [{"what": "晚高峰加派一人", "who": stored.user("wang"), "due": "2026-12-15"}]
    with pytest.raises(InvalidEntry) as told:
        lead.act(ESTATE, ROUND, project.id, "submit", set={"gap": "標準 10 分鐘，實際 26 分鐘", "plan": plan})
    assert set(told.value.messages("en")) == {"topic"}
    lead.act(ESTATE, ROUND, project.id, "submit", set={"gap": "標準 10 分鐘", "plan": plan, "topic": topic})
    lead.deliver()
    office.sync()
    office.act(ESTATE, ROUND, project.id, "accept")
    office.deliver()
    assert office.see(ROUND, project.id)["status"] == "accepted"


def test_QC_2_programmes_and_score_forms_are_laid_out_once_and_then_the_office_s(stored: StoredCompany) -> None:
    office = stored.tablet("office")
    stored.run_jobs()
    office.sync()
    counts = {each["programme"]: len(rows(each["steps"])) for each in office.query(PROGRAMME)}
    assert counts == {"own_target": 10, "directive_target": 10, "innovation": 8}
    forms = office.query(FORM)
    assert len(forms) == 3
    assert {sum(int(str(row["full"])) for row in rows(form["items"])) for form in forms} == {100}
    office.delete(ESTATE, FORM, forms[0].id)
    office.deliver()
    stored.run_jobs()
    office.sync()
    assert len(office.query(FORM)) == 2
