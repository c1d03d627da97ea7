"""Reports and printed forms (domain-reference D9), in Chinese and Russian."""

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    BATHROOM,
    INSPECTION,
    PASS,
    PERMIT,
    PHOTO,
    ROUND,
    SIGNED,
    TEST,
    VIOLATION,
    WORKER,
    Estate,
    accept,
    book,
    complete,
    exchange,
    find,
    see,
    sign,
    stop,
)

from wuye.kernel.errors import Problem


@pytest.fixture
def busy(estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet, cashier: Tablet) -> str:
    """A renovation stopped for its violation, with everything that can be printed of it."""
    estate.set(renovation_deposit=True, renovation_deposit_amount=300_000)
    desk.sync()
    application = estate.approved(desk, boss, BATHROOM)
    sign(desk, application)
    exchange(desk, cashier)
    book(cashier, application, "receive", 3000, party="王建國", signature=SIGNED)
    exchange(cashier, desk)
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    desk.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
    exchange(desk, walker)
    man = {"application": application, "trade": "tiler"}
    desk.create(ESTATE, PASS, {**man, "holder": "周師傅", "valid_until": "2027-02-28"})
    desk.create(ESTATE, WORKER, {**man, "name": "周師傅", "document_number": "231003198001011234"})
    estate.wait_until("2026-12-03")
    walker.create(ESTATE, INSPECTION, {"application": application, **ROUND, "present": "現場負責人"})
    stop(walker, find(walker, application))
    exchange(walker, desk, boss, cashier)
    return application


def test_REN_3_running_works_are_listed_with_the_round_that_is_due(estate: Estate, busy: str) -> None:
    table = estate.company.report(ESTATE, "renovation.running", "boss", today="2026-12-10")
    [row] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert (row[f"{APPLICATION}.status"], row[f"{APPLICATION}.next_inspection"]) == ("stopped", "2026-12-06")
    assert (row["report.renovation.running.overdue"], row[f"{APPLICATION}.open_violations"]) == (4, 1)
    early = estate.company.report(ESTATE, "renovation.running", "boss", today="2026-12-06")
    assert early.rows[0][-2] is None


def test_REN_2_applications_with_papers_missing_are_listed(estate: Estate, desk: Tablet, busy: str) -> None:
    application = estate.apply(desk, {"kind": "gas", "place": "kitchen"}, unit=estate.flat, applicant=estate.chen)
    desk.act(ESTATE, APPLICATION, application, "submit")
    desk.deliver()
    table = estate.company.report(ESTATE, "renovation.missing", "boss")
    [row] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert "approval_gas" in str(row[f"{APPLICATION}.missing_documents"])
    with pytest.raises(Problem):  # who sees a zone only does not see the estate
        estate.company.report(ESTATE, "renovation.missing", "li.na")


def test_REN_3_open_violations_are_counted_by_article_with_both_clocks(
    estate: Estate, walker: Tablet, boss: Tablet, busy: str
) -> None:
    hard = find(walker, None, kind="structure_changed", unit=estate.flat)
    stop(walker, hard)
    walker.act(ESTATE, VIOLATION, hard, "refuse", set={"refusal": "拒簽"})
    walker.deliver()
    table = estate.company.report(ESTATE, "renovation.violations", "boss", today="2026-12-10")
    # open, correction overdue, not reported in time, reported
    assert [tuple(row) for row in table.rows] == [("article_5_1", 1, 0, 1, 0), ("site_rules", 1, 1, 0, 0)]
    boss.deliver()
    boss.act(ESTATE, VIOLATION, hard, "report", set={"authority": "housing"})
    boss.deliver()
    table = estate.company.report(ESTATE, "renovation.violations", "boss", today="2026-12-10")
    assert table.rows[0] == ["article_5_1", 1, 0, 0, 1]


def test_REN_4_deposits_held_say_what_became_of_them_and_which_are_overdue(
    estate: Estate, cashier: Tablet, boss: Tablet, busy: str
) -> None:
    book(cashier, busy, "deduct", -500, reason="刮傷電梯", evidence=PHOTO, signature=SIGNED)
    book(boss, busy, "correction", 10, reason="尾差")
    exchange(cashier, boss)
    table = estate.company.report(ESTATE, "renovation.deposits", "cashier", today="2027-05-01")
    [row] = table.rows
    assert list(row)[4:] == [300_000, 50_000, 0, 1_000, 251_000, None, None]


def test_REN_4_warranties_about_to_end_are_listed(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    complete(boss, application)
    accept(boss, application)
    boss.deliver()
    for today, found in (("2028-11-26", 0), ("2028-11-27", 1), ("2029-02-25", 1), ("2029-02-26", 0)):
        table = estate.company.report(ESTATE, "renovation.warranties", "boss", today=today)
        assert len(table.rows) == found, today


def test_an_idle_application_lapses_by_the_calendar_and_not_before(estate: Estate, desk: Tablet) -> None:
    estate.set(renovation_lapse_days=30)
    desk.sync()
    idle, draft = estate.apply(desk), estate.apply(desk)
    desk.act(ESTATE, APPLICATION, idle, "submit")
    desk.deliver()
    for days, status in ((30, "submitted"), (1, "lapsed")):
        estate.company.house.wait(days=days)
        estate.company.run_jobs()
        desk.sync()
        assert see(desk, idle)["status"] == status
    assert see(desk, draft)["status"] == "draft"


def test_REN_2_the_forms_of_the_office_in_chinese_and_russian(estate: Estate, boss: Tablet, busy: str) -> None:
    company = estate.company
    forms = {
        "renovation.application": ("裝修申請表", "Заявка на ремонт", "匠心裝飾"),
        "renovation.liability": ("裝修責任承擔書", "Обязательство", "08:00"),
        "renovation.workers": ("施工人員登記表", "Список рабочих", "231003198001011234"),
        "renovation.inspections": ("裝修檢查記錄", "Журнал осмотров", "現場負責人"),
    }
    for form, (title, russian, word) in forms.items():
        for lang, wanted in (("zh-Hant", title), ("ru", russian)):
            html = company.print(form, ESTATE, busy, "boss", lang)
            assert wanted in html, form
            assert word in html, form
    [permit] = boss.query(PERMIT)
    [worker_pass] = boss.query(PASS)
    [violation] = boss.query(VIOLATION)
    [agreement] = boss.query("renovation.agreement")
    [entry] = boss.query("renovation.deposit")
    for form, record, words in (
        ("renovation.permit", permit, (permit["number"], "防水", "svg")),
        ("renovation.pass", worker_pass, (worker_pass["number"], "周师傅", "svg")),
        ("renovation.violation", violation, (violation["number"], "立即停工", "当事人联", "物业存档联")),
        ("renovation.agreement", agreement, ("装修垃圾须装袋", "3,000.00")),
        ("renovation.deposit", entry, ("3,000.00", "王建國", "财务联")),
    ):
        html = company.print(form, ESTATE, record.id, "boss", "zh-Hans")
        for word in words:
            assert str(word).replace("周师傅", "周師傅") in html, (form, word)


def test_REN_2_who_may_not_read_the_workers_prints_the_form_without_them(estate: Estate, busy: str) -> None:
    html = estate.company.print("renovation.workers", ESTATE, busy, "walker", "zh-Hans")
    assert "231003198001011234" not in html


def test_REN_4_the_certificate_of_acceptance_tells_the_warranty(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss, BATHROOM)
    walker.deliver()
    with pytest.raises(Problem):  # nothing to accept yet
        estate.company.print("renovation.acceptance", ESTATE, application, "boss")
    estate.wait_until("2026-12-10")
    walker.create(ESTATE, INSPECTION, {"application": application, **TEST})
    exchange(walker, boss)
    complete(boss, application)
    accept(boss, application)
    boss.deliver()
    html = estate.company.print("renovation.acceptance", ESTATE, application, "boss", "zh-Hant")
    assert "廚衛防滲漏" in html
    assert "2032" in html
