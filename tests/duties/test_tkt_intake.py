"""Taking in (TKT-1…4, 11, 14, 18): what a customer says becomes a ticket on the spot, without network."""

from datetime import timedelta

import pytest
from tests.duties.company import ESTATE, Company, Tablet

from wuye.kernel.clock import to_wire
from wuye_client import InvalidEntry, Span

CHANNELS = (
    "phone fax walk_in email letter opinion_box web superior chat_group press visit hotline app patrol control_room"
)


def _fields(tablet: Tablet, **values: object) -> set[str]:
    form = tablet.view.form(tablet.site(ESTATE), "ticket", values)
    return {field.name for _, fields in form for field in fields}


@pytest.mark.parametrize("channel", CHANNELS.split())
def test_TKT_1_whoever_takes_it_in_by_any_channel_stays_responsible(
    company: Company, desk: Tablet, boss: Tablet, channel: str
) -> None:
    label = desk.words("zh-Hant").value(desk.site(ESTATE), "ticket", "channel", channel)
    assert label != channel
    ticket = desk.create(ESTATE, "ticket", {"title": "電梯異響", "channel": channel})
    desk.deliver()
    boss.deliver()
    taken = boss.see("ticket", ticket)
    assert (taken["channel"], taken["responsible"]) == (channel, company.user("desk"))


def test_TKT_1_responsibility_is_handed_on_to_somebody_and_never_dropped(
    company: Company, desk: Tablet, boss: Tablet
) -> None:
    ticket = desk.create(ESTATE, "ticket", {"title": "電梯異響"})
    desk.deliver()
    boss.deliver()
    boss.update(ESTATE, "ticket", ticket, {"responsible": None})
    assert boss.refused().message == "message.somebody_stays_responsible"
    boss.update(ESTATE, "ticket", ticket, {"responsible": company.user("boss")})
    boss.deliver()
    desk.deliver()
    assert desk.see("ticket", ticket)["responsible"] == company.user("boss")
    [event] = desk.query("ticket.event", where={"ticket": ticket, "type": "handed_on"})
    assert (event["author"], event["responsible"]) == (company.user("boss"),) * 2


@pytest.mark.parametrize(
    ("kind", "asked", "not_asked"),
    [
        ("repair", {"appointed_at", "materials", "hours", "signature", "cause_category"}, set()),
        ("complaint", {"symptom_category", "cause_category", "wish", "satisfaction"}, set()),
        ("inquiry", {"promised_reply_at", "result"}, {"materials", "hours", "signature", "cause_category", "wish"}),
        ("help", {"appointed_at", "hours", "signature"}, {"cause_category", "symptom_category"}),
        ("praise", {"description"}, {"wish", "materials", "satisfaction", "cause_category"}),
        ("other", {"description", "wish"}, set()),
    ],
)
def test_TKT_2_each_kind_has_its_own_form_and_register(
    desk: Tablet, boss: Tablet, kind: str, asked: set[str], not_asked: set[str]
) -> None:
    shown = _fields(desk, kind=kind)
    assert asked <= shown
    assert shown.isdisjoint(not_asked)
    made = desk.create(ESTATE, "ticket", {"title": "…", "kind": kind})
    desk.create(ESTATE, "ticket", {"title": "…", "kind": "suggestion"})
    desk.deliver()
    boss.deliver()
    assert [ticket.id for ticket in boss.query("ticket", where={"kind": kind})] == [made]


def test_TKT_3_who_where_what_when_and_the_wish_are_collected_and_read_back(
    company: Company, desk: Tablet, wu: Tablet
) -> None:
    told = {
        "kind": "complaint",
        "title": "夜間施工噪音",
        "description": "每晚十一點後仍有電鑽聲",
        "wish": "晚上九點後停工",
        "reporter": "Ольга Ким",
        "reporter_phone": "+7 914 700 11 22",
        "language": "ru",
        "location": "3 號樓後院",
        "occurred_at": "2026-11-21T15:00:00.000Z",
        "read_back": True,
    }
    asked = _fields(desk, kind="complaint")
    assert told.keys() <= asked
    ticket = desk.create(ESTATE, "ticket", told)
    desk.deliver()
    wu.deliver()
    assert (
        told.items() <= {k: v for k, v in wu.see("ticket", ticket).values.items() if isinstance(v, (str, bool))}.items()
    )
    in_words = wu.words("zh-Hans").value(wu.site(ESTATE), "ticket", "occurred_at", told["occurred_at"])
    assert in_words == "2026-11-21 23:00"  # on the site's own clock
    for words in ("ким", "7001122", "后院", "电钻"):
        assert [found.id for found in wu.query("ticket", search=words)] == [ticket], words


def test_TKT_4_a_vip_complaint_is_extra_urgent_whatever_was_typed(
    company: Company, li: Tablet, desk: Tablet, boss: Tablet
) -> None:
    owner = li.create(ESTATE, "owner", {"name": "貴賓", "unit": company.house.unit_east, "vip": True})
    li.deliver()
    desk.deliver()
    told = {"title": "服務態度", "owner": owner, "unit": company.house.unit_east}
    complaint = desk.create(ESTATE, "ticket", {**told, "kind": "complaint", "priority": "normal"})
    inquiry = desk.create(ESTATE, "ticket", {**told, "kind": "inquiry"})
    desk.deliver()
    boss.deliver()
    urgent = boss.query("ticket", where={"priority": ["extra_urgent", "emergency"]})
    assert [ticket.id for ticket in urgent] == [complaint]
    assert boss.see("ticket", inquiry)["vip"] is True


@pytest.mark.parametrize("how", [{"priority": "emergency"}, {"major": True}])
def test_TKT_4_leaders_head_office_and_departments_are_alarmed_at_once(
    company: Company, li: Tablet, wu: Tablet, chief: Tablet, how: dict[str, object]
) -> None:
    company.person("hq", "hq_cs", site="ORG")
    head_office = company.tablet("hq")
    ticket = li.create(ESTATE, "ticket", {"title": "水管爆裂", "unit": company.house.unit_east, "kind": "help", **how})
    li.deliver()
    for tablet in (chief, head_office, wu):
        tablet.deliver()
        [alarm] = tablet.query("ticket.event", where={"type": "alarm"})
        assert (alarm["ticket"], alarm["author"]) == (ticket, company.user("li.na"))


def test_TKT_4_a_major_event_is_not_closed_without_its_report(company: Company, boss: Tablet, chief: Tablet) -> None:
    ticket = boss.create(ESTATE, "ticket", {"title": "電梯困人", "kind": "help", "major": True})
    boss.act(ESTATE, "ticket", ticket, "answer", set={"result": "已救出"})
    with pytest.raises(InvalidEntry) as told:
        boss.act(ESTATE, "ticket", ticket, "close")
    assert told.value.messages("zh-Hant") == {"major_report": "重大事件關閉前須補書面報告"}
    boss.act(ESTATE, "ticket", ticket, "close", set={"major_report": "經過、處置、影響、措施"})
    boss.deliver()
    chief.deliver()
    assert chief.see("ticket", ticket)["status"] == "closed"


def test_TKT_11_the_night_s_call_is_written_down_afterwards_with_both_times(
    company: Company, desk: Tablet, wu: Tablet
) -> None:
    night = {"title": "跳閘", "channel": "control_room", "backfilled": True}
    with pytest.raises(InvalidEntry) as told:
        desk.create(ESTATE, "ticket", night)
    assert "补单须填写实际发生的时间" in told.value.text("zh-Hans")
    ticket = desk.create(ESTATE, "ticket", {**night, "occurred_at": "2026-11-21T17:40:00.000Z"})
    written_at = company.now
    company.house.wait(hours=1)
    desk.deliver()
    wu.deliver()
    taken = wu.see("ticket", ticket)
    assert taken["occurred_at"] == "2026-11-21T17:40:00.000Z"
    assert str(taken["recorded_at"])[:19] == written_at[:19]
    assert str(taken["received_at"]) > str(taken["recorded_at"])


def test_TKT_14_a_device_number_at_once_and_a_register_number_at_sync(
    company: Company, desk: Tablet, boss: Tablet
) -> None:
    first = desk.create(ESTATE, "ticket", {"title": "漏水"})
    other = boss.create(ESTATE, "ticket", {"title": "燈不亮"})
    complaint = desk.create(ESTATE, "ticket", {"title": "噪音", "kind": "complaint"})
    slip = str(desk.see("ticket", first)["device_number"])
    assert slip == "BX-T01-20261122-0001"
    assert desk.words("zh-Hant").title(desk.see("ticket", first)) == f"{slip} 漏水"
    boss.deliver()  # the desk's was typed first, but the supervisor's reached the register first
    desk.deliver()
    boss.deliver()
    assert [boss.see("ticket", t)["number"] for t in (other, first, complaint)] == [
        "BX-2026-000001",
        "BX-2026-000002",
        "TS-2026-000001",
    ]
    for words in (slip, "BX-2026-000002", slip.lower()):
        assert [found.id for found in boss.query("ticket", search=words)] == [first]
    assert boss.words("zh-Hant").title(boss.see("ticket", first)) == "BX-2026-000002 漏水"


def test_TKT_14_a_month_s_register_is_without_gaps_though_one_ticket_was_refused(
    company: Company, desk: Tablet, boss: Tablet
) -> None:
    desk.create(ESTATE, "ticket", {"title": "十月", "occurred_at": "2026-10-31T15:59:59.000Z"})
    desk.create(ESTATE, "ticket", {"title": "一"})
    with desk.group():
        desk.create(ESTATE, "ticket", {"title": "作廢"})
        desk.create(ESTATE, "owner", {"name": "無", "unit": company.house.unit_east})
        desk.act(ESTATE, "ticket", desk.create(ESTATE, "ticket", {"title": "並"}), "late_notice",
                 {"reason": "—"}, {"promised_reply_at": "2020-01-01T00:00:00.000Z"})  # fmt: skip
    desk.create(ESTATE, "ticket", {"title": "二"})
    assert {result.code for result in desk.sync().attention} == {"group", "rule"}
    boss.deliver()
    november = Span("2026-10-31T16:00:00.000Z", "2026-11-30T16:00:00.000Z")
    register = boss.query("ticket", where={"kind": "repair", "occurred_at": november}, order="number")
    assert [(t["number"], t["title"]) for t in register] == [("BX-2026-000002", "一"), ("BX-2026-000003", "二")]


def test_TKT_18_all_promises_of_the_day_on_one_sheet(company: Company, li: Tablet, desk: Tablet, boss: Tablet) -> None:
    today = company.house.now.replace(hour=16, minute=0, second=0, microsecond=0)  # midnight at the site
    for tablet, title, at in ((li, "b", today - timedelta(hours=2)), (desk, "a", today - timedelta(hours=5)),
                              (desk, "tomorrow", today + timedelta(hours=3))):  # fmt: skip
        unit = {"unit": company.house.unit_east} if tablet is li else {}
        tablet.create(ESTATE, "ticket", {"title": title, "promised_reply_at": to_wire(at), **unit})
    for tablet in (li, desk, boss):
        tablet.deliver()
    day = Span(to_wire(today - timedelta(days=1)), to_wire(today))
    sheet = boss.query("ticket", where={"promised_reply_at": day}, order="promised_reply_at")
    assert [ticket["title"] for ticket in sheet] == ["a", "b"]
    kept = boss.query("ticket.event", where={"type": "promise", "promised_at": day}, order="promised_at")
    assert [event["author"] for event in kept] == [company.user("desk"), company.user("li.na")]
    # A promise that has been kept leaves the sheet of those still owed.
    boss.act(ESTATE, "ticket", sheet[0].id, "answer", set={"result": "已答覆"})
    boss.deliver()
    owed = boss.query("ticket", where={"promised_reply_at": day, "replied_at": None})
    assert [ticket["title"] for ticket in owed] == ["b"]
