"""Figures and their charts, from replicas through the sync door (QC-5, QC-6)."""

from pathlib import Path

import pytest
from tests.duties.company import ESTATE, Company, Tablet, rows
from tests.duties.stored import StoredCompany
from tests.plugins.qc.office import DATA, Source, registered_circle, registered_topic, staffed

from wuye_client import InvalidEntry

TYPED: dict[str, list[dict[str, object]]] = {
    "check_sheet": [{"label": "電梯", "group": "早", "value": "3"}, {"label": "保潔", "group": "晚", "value": "2"}],
    "pareto": [{"label": "電梯", "value": "21"}, {"label": "保潔", "value": "8"}, {"label": "其他", "value": "5"}],
    "fishbone": [
        {"label": "投訴多"},
        {"label": "人", "parent": "投訴多"},
        {"label": "值守少", "parent": "人", "value": "1"},
    ],
    "histogram": [{"value": str(value)} for value in (5, 6, 6, 7, 7, 7, 8, 8, 9)],
    "i_mr": [{"label": str(index), "value": value} for index, value in enumerate(("34", "31", "36", "29", "33"))],
    "scatter": [{"value": str(x), "value2": str(2 * x + 1)} for x in range(1, 7)],
    "tree": [{"label": "滿意"}, {"label": "快", "parent": "滿意"}],
    "gantt": [{"label": "調查", "start": "2026-11-03", "end": "2026-11-20", "done_start": "2026-11-04"}],
}


@pytest.mark.parametrize("tool", TYPED)
def test_QC_6_figures_entered_on_a_tablet_are_drawn_on_every_tablet(
    company: Company, lead: Tablet, office: Tablet, wang: Tablet, circle: str, tool: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    wang.sync()
    data = wang.create(ESTATE, DATA, {"topic": topic, "title": "電梯投訴", "tool": tool, "rows": TYPED[tool]})
    assert wang.see(DATA, data).get("drawing") is None
    wang.deliver()
    lead.sync()
    drawing = lead.see(DATA, data)["drawing"]
    assert isinstance(drawing, dict)
    assert len(drawing["rows"]) >= len({str(row.get("label")) for row in TYPED[tool]} - {"None"})
    assert tool == "check_sheet" or drawing["charts"]


def test_QC_6_what_cannot_be_drawn_yet_is_kept_and_says_why(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    data = lead.create(ESTATE, DATA, {"topic": topic, "title": "月投訴", "tool": "i_mr", "rows": [{"value": "34"}]})
    lead.deliver()
    shown = lead.see(DATA, data)
    assert (shown.get("drawing"), shown["fault"]) == (None, "few_points")
    assert "少" in lead.words("zh-Hans").value(shown.site, DATA, "fault", shown["fault"])
    lead.update(ESTATE, DATA, data, {"rows": [{"value": "34"}, {"value": "31"}, {"value": "36"}]})
    lead.deliver()
    shown = lead.see(DATA, data)
    assert shown.get("fault") is None
    assert shown["drawing"]


def test_QC_6_a_table_pasted_from_a_sheet_becomes_figures(
    company: Company, lead: Tablet, office: Tablet, circle: str
) -> None:
    topic = registered_topic(company, lead, office, circle)
    wish = {"topic": topic, "title": "晚點率", "tool": "p", "source": "imported"}
    data = lead.create(ESTATE, DATA, {**wish, "paste": "一月\t3\t40\n二月\t5\t42\n三月\t2\t39\n"})
    lead.deliver()
    shown = lead.see(DATA, data)
    assert rows(shown["rows"])[1] == {"label": "二月", "value": "5", "size": 42}
    assert shown.get("paste") is None
    assert shown["drawing"]
    lead.create(ESTATE, DATA, {**wish, "paste": "一月\t三\t40"})
    assert lead.refused().message == "message.qc.paste_unreadable"


def test_QC_5_a_report_that_one_may_not_read_is_not_frozen_and_that_is_told(tmp_path: Path) -> None:
    with StoredCompany(tmp_path, Source()) as company:
        staffed(company)
        lead, office = company.tablet("lead"), company.tablet("office")
        circle = registered_circle(company, lead, office)
        topic = registered_topic(company, lead, office, circle)
        wish = {"topic": topic, "title": "投訴原因", "tool": "pareto", "source": "report"}
        with pytest.raises(InvalidEntry) as told:
            lead.create(ESTATE, DATA, wish)
        assert set(told.value.messages("en")) == {"report"}
        data = lead.create(ESTATE, DATA, {**wish, "report": "tickets.pareto", "site": company.house.mall})
        lead.act(ESTATE, DATA, data, "freeze")
        lead.deliver()
        company.run_jobs()
        lead.sync()
        shown = lead.see(DATA, data)
        assert (shown["status"], shown.get("frozen"), shown.get("drawing")) == ("failed", None, None)
        assert shown["failure"]
        assert "freeze" in {step.act for step in lead.view.acts(shown)}


def test_QC_5_frozen_figures_are_an_original(tmp_path: Path) -> None:
    with StoredCompany(tmp_path, Source()) as company:
        staffed(company)
        company.house.grant(company.user("lead"), "cs_supervisor")
        lead, office = company.tablet("lead"), company.tablet("office")
        for cause in ("lift", "lift", "attitude"):
            complaint = {"kind": "complaint", "title": "等候", "cause_category": cause}
            lead.create(ESTATE, "ticket", complaint)
        circle = registered_circle(company, lead, office)
        topic = registered_topic(company, lead, office, circle)
        wish = {"topic": topic, "title": "投訴原因", "tool": "pareto", "source": "report", "report": "tickets.pareto"}
        data = lead.create(ESTATE, DATA, wish)
        lead.act(ESTATE, DATA, data, "freeze")
        lead.deliver()
        company.run_jobs()
        lead.sync()
        drawing = lead.see(DATA, data)["drawing"]
        assert isinstance(drawing, dict)
        assert [row[:2] for row in drawing["rows"]] == [["lift", 2], ["attitude", 1]]
        lead.update(ESTATE, DATA, data, {"date_from": "2026-01-01"})
        assert lead.refused().message == "message.qc.frozen_stays"
        lead.delete(ESTATE, DATA, data)
        assert lead.refused().message == "message.qc.frozen_stays"
        # The same figures may be looked at in another way.
        lead.update(ESTATE, DATA, data, {"tool": "check_sheet"})
        lead.deliver()
        assert lead.see(DATA, data)["drawing"] != drawing
