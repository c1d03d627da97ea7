"""REN-1, REN-2: from the rule of the house to the permit on the door and the passes of the workers."""

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    AGREEMENT,
    APPLICATION,
    BATHROOM,
    DEPOSIT,
    FLOOR,
    PASS,
    PERMIT,
    PHOTO,
    RULE,
    SIGNED,
    WORKER,
    Estate,
    book,
    bring,
    exchange,
    required,
    see,
    sign,
)

from wuye_client import InvalidEntry

ENCLOSURE = {"kind": "balcony_enclosure", "place": "balcony"}


def _rule(boss: Tablet, **more: object) -> str:
    elements = [{"element": "balcony", "permitted": "forbidden", "terms": "保持原狀"}]
    rule = {"name": "三居室裝修規定", "layout": "three_rooms", "elements": elements}
    record = boss.create(ESTATE, RULE, {**rule, "forbidden_works": ["balcony_enclosure"], **more})
    boss.act(ESTATE, RULE, record, "put_in_force", set={"valid_from": "2026-01-01"})
    boss.deliver()
    return record


def test_REN_1_the_rule_of_the_house_type_holds_without_being_named(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    boss.update(ESTATE, "unit", estate.home, {"layout": "three_rooms"})
    rule = _rule(boss)
    desk.deliver()
    application = estate.apply(desk, ENCLOSURE)
    other = estate.apply(desk, ENCLOSURE, unit=estate.flat, applicant=estate.chen)
    desk.deliver()
    assert (see(desk, application)["house_rule"], see(desk, other).get("house_rule")) == (rule, None)
    assert desk.see(RULE, rule)["elements"] == [{"element": "balcony", "permitted": "forbidden", "terms": "保持原狀"}]
    desk.act(ESTATE, APPLICATION, application, "submit")
    refused = desk.refused()
    assert refused.message == "message.renovation.house_rule_forbids"
    assert "禁止" in desk.words("zh-Hans").refusal(refused.code, refused.message)
    desk.update(ESTATE, APPLICATION, application, {"works": [FLOOR]})
    desk.act(ESTATE, APPLICATION, application, "submit")
    desk.act(ESTATE, APPLICATION, other, "submit")
    desk.deliver()
    assert [see(desk, record)["status"] for record in (application, other)] == ["submitted"] * 2


def test_REN_1_a_rule_for_some_buildings_or_out_of_force_binds_nobody_else(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    boss.update(ESTATE, "unit", estate.home, {"layout": "three_rooms"})
    elsewhere = estate.company.house.id()
    estate.company.write(ESTATE, "building", elsewhere, code="9")
    boss.deliver()
    _rule(boss, buildings=[elsewhere])
    retired = _rule(boss)
    boss.act(ESTATE, RULE, retired, "retire")
    boss.deliver()
    desk.deliver()
    application = estate.apply(desk, ENCLOSURE, house_rule=retired)
    desk.act(ESTATE, APPLICATION, application, "submit")
    free = estate.apply(desk)
    desk.deliver()
    assert (see(desk, application)["status"], see(desk, free).get("house_rule")) == ("submitted", None)


def test_REN_2_from_draft_to_permit_and_passes(estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet) -> None:
    application = estate.approved(desk, boss, BATHROOM)
    shown = see(desk, application)
    assert (shown["status"], shown["decided_by"]) == ("approved", estate.company.user("boss"))
    assert str(shown["number"]).startswith("ZXSQ-2026-")
    agreement = sign(desk, application)
    desk.deliver()
    assert see(desk, application)["status"] == "agreement_signed"
    terms = desk.see(AGREEMENT, agreement)["terms_prohibited"]
    assert isinstance(terms, dict)
    assert set(terms) == {"zh-Hant", "zh-Hans", "ru", "en"}
    desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
    exchange(desk, walker)
    [permit] = walker.query(PERMIT)
    assert (str(permit["number"])[:10], permit["valid_until"]) == ("ZXXK-2026-", "2027-02-28")
    with pytest.raises(InvalidEntry):  # a poster without proof
        walker.act(ESTATE, PERMIT, permit.id, "post", set={"posted_on": "2026-12-01"})
    walker.act(ESTATE, PERMIT, permit.id, "post", set={"posted_on": "2026-12-01", "posted_photos": PHOTO})
    walker.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
    issued = desk.create(ESTATE, PASS, {"application": application, "holder": "周師傅", "valid_until": "2027-02-28"})
    exchange(walker, desk)
    assert str(desk.see(PASS, issued)["number"]).startswith("CRZ-2026-")
    assert see(desk, application)["status"] == "working"
    file = {child.entity for child, records in desk.children(ESTATE, APPLICATION, application) if records}
    assert file == {AGREEMENT, PERMIT, PASS}
    below_unit = {child.entity: records for child, records in desk.children(ESTATE, "unit", estate.home)}
    assert [record.id for record in below_unit[APPLICATION]] == [application]


def test_REN_2_no_step_before_what_it_rests_on(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.apply(desk)
    desk.act(ESTATE, APPLICATION, application, "submit")
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, APPLICATION, application, "review")
    assert "资料不齐" in told.value.messages("zh-Hans")["documents"]
    desk.act(ESTATE, APPLICATION, application, "ask_documents", set={"documents_by": "2026-12-01"})
    bring(desk, application, check="not_ok")
    desk.act(ESTATE, APPLICATION, application, "bring_documents")
    desk.act(ESTATE, APPLICATION, application, "review")
    exchange(desk, boss)
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, APPLICATION, application, "approve")
    assert set(told.value.messages("en")) == {"documents"}
    bring(boss, application)
    boss.act(ESTATE, APPLICATION, application, "approve")
    exchange(boss, desk)
    agreement = desk.create(ESTATE, AGREEMENT, {"application": application})
    with pytest.raises(InvalidEntry):  # told nothing, signed nothing
        sign(desk, application, agreement, told_renovator=False)
    # Without an agreement its act is nobody's.
    boss.act(ESTATE, APPLICATION, application, "sign_agreement")
    assert boss.refused().message == "message.renovation.no_agreement"
    sign(desk, application, agreement)
    desk.deliver()
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, APPLICATION, application, "issue_permit")
    assert "第十五条" in told.value.messages("zh-Hans")["neighbours_informed"]
    desk.create(ESTATE, PASS, {"application": application, "holder": "周師傅", "valid_until": "2027-02-28"})
    assert desk.refused().message == "message.renovation.no_permit"


def test_REN_2_a_rejected_application_says_why_and_may_be_mended(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.apply(desk)
    desk.act(ESTATE, APPLICATION, application, "submit")
    exchange(desk, boss)
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, APPLICATION, application, "reject")
    assert set(told.value.messages("en")) == {"rejection"}
    boss.act(ESTATE, APPLICATION, application, "reject", set={"rejection": "外立面方案與規定不符"})
    exchange(boss, desk)
    assert see(desk, application)["rejection"] == "外立面方案與規定不符"
    desk.act(ESTATE, APPLICATION, application, "revise")
    desk.act(ESTATE, APPLICATION, application, "submit")
    desk.deliver()


def test_REN_2_an_edit_takes_the_approval_away_and_what_was_agreed_stands(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    application = estate.approved(desk, boss)
    works = [FLOOR, {"kind": "walls", "place": "bedroom"}]
    desk.update(ESTATE, APPLICATION, application, {"works": works})
    exchange(desk, boss)
    shown = see(boss, application)
    assert (shown["status"], shown.get("decided_by")) == ("under_review", None)
    boss.act(ESTATE, APPLICATION, application, "approve")
    exchange(boss, desk)
    sign(desk, application)
    desk.deliver()
    desk.update(ESTATE, APPLICATION, application, {"works": [FLOOR]})
    assert desk.refused().message == "message.renovation.agreed_upon"
    assert see(desk, application)["works"] == works


def test_REN_2_an_agreement_needs_the_approval_and_the_enterprise_s_signature(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    early = estate.apply(desk)
    sign(desk, early)
    assert desk.refused().message == "message.renovation.not_approved"
    application = estate.approved(desk, boss, unit=estate.flat, applicant=estate.chen)
    sign(desk, application, contractor_signature=None, told_contractor=None)
    assert desk.refused().message == "message.renovation.contractor_signs"
    craft = estate.approved(desk, boss, builder="craftsmen", contractor="李木匠", qualification_number=None)
    sign(desk, craft, contractor_signature=None, told_contractor=None)
    desk.deliver()
    assert see(desk, craft)["status"] == "agreement_signed"


def test_REN_2_a_signed_agreement_keeps_its_terms_and_its_deposit(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    estate.set(renovation_deposit=True, renovation_deposit_amount=300_000, renovation_hours="09:00–17:00")
    desk.sync()
    application = estate.approved(desk, boss)
    agreement = sign(desk, application)
    desk.deliver()
    estate.set(renovation_deposit_amount=900_000, renovation_hours="10:00–12:00")
    estate.set(renovation_terms_waste={"en": "new"}, renovation_extra_documents=["insurance"])
    desk.sync()
    desk.update(ESTATE, APPLICATION, application, {"note": "補充說明"})
    desk.update(ESTATE, AGREEMENT, agreement, {"fee_note": "已付"})
    desk.deliver()
    shown, terms = see(desk, application), desk.see(AGREEMENT, agreement)["terms_waste"]
    assert (shown["deposit_due"], shown["permitted_hours"]) == (300_000, "09:00–17:00")
    assert isinstance(terms, dict)
    assert terms["en"].startswith("Waste")
    fresh = see(desk, estate.apply(desk))
    assert (fresh["deposit_due"], "insurance" in required(desk, fresh.id)) == (900_000, True)


def test_REN_2_two_replicas_that_approve_and_reject_offline_end_in_one_decision(
    estate: Estate, desk: Tablet, boss: Tablet
) -> None:
    application = estate.apply(desk)
    desk.act(ESTATE, APPLICATION, application, "submit")
    bring(desk, application)
    desk.act(ESTATE, APPLICATION, application, "review")
    chief = estate.company.tablet("chief")
    exchange(desk, boss, chief)
    boss.act(ESTATE, APPLICATION, application, "approve")
    chief.act(ESTATE, APPLICATION, application, "reject", set={"rejection": "圖紙不清"})
    boss.deliver()
    refused = chief.refused()
    assert (refused.status, refused.code) == ("merged", "stale_transition")
    assert see(chief, application)["status"] == "approved"


def test_REN_2_workers_are_for_the_desk_and_look_ups_are_logged(
    estate: Estate, desk: Tablet, boss: Tablet, walker: Tablet
) -> None:
    application = estate.working(desk, boss)
    man = {"application": application, "name": "周師傅", "document_number": "231003198001011234", "trade": "tiler"}
    worker = desk.create(ESTATE, WORKER, man)
    exchange(desk, walker, boss)
    assert WORKER not in walker.manifest.entities
    assert desk.see(WORKER, worker)["document_number"] == "231003198001011234"
    exchange(desk, boss)
    [line] = boss.query("access", where={"subject": worker})
    assert (line["user"], line["subject_entity"]) == (estate.company.user("desk"), WORKER)


def test_REN_2_the_deposit_is_paid_before_the_permit_and_only_where_the_site_asks(
    estate: Estate, desk: Tablet, boss: Tablet, cashier: Tablet
) -> None:
    free = estate.approved(desk, boss)
    cashier.deliver()
    with pytest.raises(InvalidEntry) as told:
        book(cashier, free, "receive", 3000)
    assert "不收" in told.value.messages("zh-Hans")["kind"]
    estate.set(renovation_deposit=True, renovation_deposit_amount=300_000)
    exchange(desk, boss, cashier)
    asked = estate.approved(desk, boss, unit=estate.flat, applicant=estate.chen)
    sign(desk, asked)
    exchange(desk, cashier)
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, APPLICATION, asked, "issue_permit", set={"neighbours_informed": True})
    assert "保证金尚未收足" in told.value.messages("zh-Hans")["deposit_balance"]
    entry = book(cashier, asked, "receive", 3000, method="cash", party="陳志強", signature=SIGNED)
    exchange(cashier, desk)
    assert (see(desk, asked)["deposit_balance"], see(desk, entry, DEPOSIT)["recorded_by"]) == (
        300_000,
        estate.company.user("cashier"),
    )
    desk.act(ESTATE, APPLICATION, asked, "issue_permit", set={"neighbours_informed": True})
    desk.deliver()


def test_REN_2_extension_prolongs_the_permit_and_lapse_ends_it(estate: Estate, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    boss.act(ESTATE, APPLICATION, application, "extend", {"reason": "材料晚到"}, {"ends_on": "2027-04-30"})
    exchange(boss, desk)
    [permit] = desk.query(PERMIT)
    assert (permit["valid_until"], see(desk, application)["status"]) == ("2027-04-30", "extended")
    other = estate.approved(desk, boss, unit=estate.flat, applicant=estate.chen)
    agreement = sign(desk, other)
    desk.deliver()
    desk.act(ESTATE, APPLICATION, other, "issue_permit", set={"neighbours_informed": True})
    exchange(desk, boss)
    boss.act(ESTATE, APPLICATION, other, "lapse", {"reason": "業主放棄"})
    exchange(boss, desk)
    assert [desk.query(PERMIT, where={"application": other})[0]["status"]] == ["ended"]
    assert desk.see(AGREEMENT, agreement)["status"] == "ended"
