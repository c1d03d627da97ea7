"""People, posts and tablets (USR-1, USR-2): granted, ended, disabled, lost; nobody's work is lost with them."""

import pytest
from tests.duties.company import ESTATE, MALL, ORG, Company, Tablet, rows

from wuye_client import Erased, InvalidEntry, LoginRequired, Refused
from wuye_client.texts import LANGUAGES

POSTS = (
    *("cs_assistant", "private_butler", "front_desk", "cs_supervisor", "cs_manager", "site_chief", "technician"),
    *("control_room", "finance", "engineering", "broadcaster", "after_sales", "hq_cs", "adviser", "auditor", "admin"),
)
PHONE = {"title": "電梯停運", "kind": "complaint", "channel": "phone"}


@pytest.mark.parametrize("post", POSTS)
def test_USR_1_every_post_works_from_its_manifest_alone(company: Company, boss: Tablet, post: str) -> None:
    name = {language: boss.manifest.texts[f"role.{post}"][language] for language in LANGUAGES}
    assert len(set(name.values())) >= 3
    assert post not in name.values()
    company.person("new", post, site=ORG if post in ("hq_cs", "auditor", "admin") else ESTATE)
    tablet = company.tablet("new")
    if post in ("adviser", "auditor"):
        with pytest.raises(InvalidEntry) as told:
            tablet.create(ESTATE, "ticket", PHONE)
        assert "" in told.value.messages("zh-Hans")
        return
    ticket = tablet.create(ESTATE, "ticket", PHONE)  # whoever hears a complaint passes it on
    tablet.create(ESTATE, "ticket.event", {"ticket": ticket, "type": "call", "text": "已安撫客戶"})
    tablet.deliver()
    boss.deliver()
    assert boss.see("ticket", ticket)["responsible"] == company.user("new")
    assert [event["author"] for event in boss.query("ticket.event", where={"ticket": ticket})] == [company.user("new")]


def test_USR_1_an_adviser_answers_in_writing_on_the_ticket(company: Company, desk: Tablet) -> None:
    company.person("gu", "adviser")
    ticket = desk.create(ESTATE, "ticket", {"title": "產權證何時辦好", "kind": "inquiry"})
    desk.deliver()
    adviser = company.tablet("gu")
    adviser.create(ESTATE, "ticket.event", {"ticket": ticket, "text": "依合同第八條，三個月內。", "type": "note"})
    adviser.deliver()
    desk.deliver()
    assert [event["text"] for event in desk.query("ticket.event", search="第八条")] == ["依合同第八條，三個月內。"]


def test_USR_1_a_post_is_given_on_a_tablet_and_holds_from_the_next_sync(
    company: Company, admin: Tablet, boss: Tablet
) -> None:
    boss.create(ESTATE, "ticket", PHONE)
    boss.deliver()
    with admin.group():
        user = admin.create(ORG, "user", {"username": "sun.wei", "name": "孫偉", "locale": "zh-Hans"})
        site = admin.site(ESTATE)
        admin.create(ORG, "grant", {"user": user, "role": "technician", "site": site, "key": company.house.west})
    admin.deliver()
    company.names[user] = "sun.wei"
    sun = company.tablet("sun.wei")
    assert sun.query("ticket") == []  # none of his zone
    admin.create(ORG, "grant", {"user": user, "role": "control_room", "site": site})
    admin.deliver()
    sun.deliver()
    assert len(sun.query("ticket")) == 1
    assert {post["role"] for post in sun.manifest.user.roles} == {"technician", "control_room"}


def offered(tablet: Tablet, site: str = ESTATE) -> set[object]:
    """Return the log-ins of those whom a ticket's assignee is chosen from."""
    return {person["username"] for person in tablet.choices(site, "ticket", "assignee", limit=None)}


def test_USR_1_work_is_handed_to_those_who_work_at_the_site(company: Company, admin: Tablet, boss: Tablet) -> None:
    company.person("mall.wu", "technician", site=MALL)
    company.person("both", "site_chief", site=MALL)
    company.write(
        ORG, "grant", company.house.id(), user=company.user("both"), role="technician", site=boss.site(ESTATE)
    )
    boss.sync()
    admin.sync()
    estate = {"li.na", "zhao.min", "desk", "boss", "chief", "wu.gang"}
    assert offered(boss) == estate | {"both", "admin"}
    assert offered(admin, MALL) == {"mall.wu", "both", "admin"}
    assert {person["username"] for person in boss.choices(ESTATE, "ticket", "assignee", search="wu")} == {"wu.gang"}
    ticket = boss.create(ESTATE, "ticket", PHONE)
    boss.update(ESTATE, "ticket", ticket, {"assignee": company.user("mall.wu")})
    boss.deliver()  # whoever is named all the same is not refused

    [grant] = admin.query("grant", where={"user": company.user("wu.gang")})
    admin.update(ORG, "grant", grant.id, {"ends": company.now})
    admin.deliver()
    boss.sync()
    assert offered(boss) == estate - {"wu.gang"} | {"both", "admin"}


def test_USR_1_colleagues_learn_where_somebody_works_and_not_as_what(company: Company, wu: Tablet) -> None:
    chief = next(person for person in wu.query("user") if person["username"] == "chief")
    assert chief["sites"] == [company.house.estate]
    assert "grant" not in wu.manifest.entities
    assert "site_chief" not in str(chief.values)
    with pytest.raises(InvalidEntry):
        wu.update(ORG, "user", chief.id, {"sites": None})


def test_USR_1_a_grant_names_a_post_that_there_is(company: Company, admin: Tablet) -> None:
    grant = {"user": company.user("desk"), "site": admin.site(ESTATE)}
    with pytest.raises(InvalidEntry) as told:
        admin.create(ORG, "grant", {**grant, "role": "technicain"})
    assert set(told.value.messages("en")) == {"role"}
    made = admin.create(ORG, "grant", {**grant, "role": "technician"})
    shown = admin.get(ORG, "grant", made)
    assert shown
    assert admin.words("ru").title(shown) == "desk Техник 翠雲苑"


def test_USR_1_a_company_s_own_post_is_chosen_like_any_other(company: Company, admin: Tablet) -> None:
    own = {
        "id": "concierge",
        "name": {"zh-Hans": "礼宾", "ru": "Консьерж"},
        "rights": [{"right": "ticket.create"}],
        "streams": [{"stream": "tickets"}],
    }
    admin.create(ORG, "role", own)
    admin.deliver()
    admin.create(ORG, "grant", {"user": company.user("wu.gang"), "site": admin.site(ESTATE), "role": "concierge"})
    admin.deliver()
    wu = company.tablet("wu.gang")
    assert {post["role"] for post in wu.manifest.user.roles} == {"technician", "concierge"}


def test_USR_2_a_post_that_ends_takes_its_data_along_but_not_the_work_done(
    company: Company, li: Tablet, boss: Tablet, admin: Tablet
) -> None:
    ticket = li.create(ESTATE, "ticket", {"title": "漏水", "unit": company.house.unit_east})
    li.deliver()
    [grant] = admin.query("grant", where={"user": company.user("li.na")})
    li.act(ESTATE, "ticket", ticket, "dispatch", set={"department": "engineering"})  # offline, still in her post
    admin.update(ORG, "grant", grant.id, {"ends": company.now})
    admin.deliver()
    report = li.sync()
    assert report.outcomes == {"applied": 1}
    assert li.query("ticket") == []
    assert "ticket" not in li.manifest.entities
    boss.deliver()
    assert boss.see("ticket", ticket)["status"] == "relayed"
    [item] = boss.query("review", where={"subject": ticket})
    assert [row["why"] for row in rows(item["items"])] == ["revoked_work"]
    with pytest.raises(InvalidEntry):
        li.create(ESTATE, "ticket", {"title": "再報"})


def test_USR_2_after_the_days_of_grace_the_work_is_refused_and_kept_to_be_seen(
    company: Company, wu: Tablet, boss: Tablet, admin: Tablet
) -> None:
    ticket = wu.create(ESTATE, "ticket", {"title": "漏水"})
    wu.deliver()
    [grant] = admin.query("grant", where={"user": company.user("wu.gang")})
    admin.update(ORG, "grant", grant.id, {"ends": company.now})
    admin.deliver()
    wu.update(ESTATE, "ticket", ticket, {"title": "漏水嚴重"})
    company.house.wait(days=15)
    assert wu.refused().code == "forbidden"
    boss.deliver()
    assert [line.status for line in company.history("ticket", ticket)] == ["applied"]
    house = company.house
    refused = house.store.read(lambda s: s.ledger(house.org, ref=("ticket", ticket)))
    assert [row.code for row in refused] == ["forbidden"]  # the site is his no more: the organisation keeps it


def test_USR_2_a_past_grant_is_not_rewritten(company: Company, admin: Tablet) -> None:
    [grant] = admin.query("grant", where={"user": company.user("wu.gang")})
    admin.update(ORG, "grant", grant.id, {"role": "cs_manager"})
    assert admin.refused().message == "message.grant_is_ended"
    with pytest.raises(InvalidEntry):
        admin.update(ORG, "grant", grant.id, {"role": "nobody"})


@pytest.mark.parametrize("dismissed", [False, True])
def test_USR_2_who_leaves_is_disabled_and_his_unsent_work_waits_for_a_supervisor(
    company: Company, wu: Tablet, boss: Tablet, admin: Tablet, dismissed: bool
) -> None:
    ticket = wu.create(ESTATE, "ticket", {"title": "配電箱發熱"})
    if dismissed:
        [grant] = admin.query("grant", where={"user": company.user("wu.gang")})
        admin.update(ORG, "grant", grant.id, {"ends": company.now})
    admin.update(ORG, "user", company.user("wu.gang"), {"disabled": True})
    admin.deliver()
    with pytest.raises(LoginRequired):
        wu.sync()
    assert [entry.state for entry in wu.outbox()] == ["sent"]
    with pytest.raises(Refused):
        wu.log_in("wu.gang")
    assert [entry.state for entry in wu.outbox()] == ["held"]
    boss.deliver()
    assert boss.get(ESTATE, "ticket", ticket) is None
    [item] = boss.query("review", where={"status": "open"})
    named = [row["op"] for row in rows(item["items"])]
    boss.act(ESTATE, "review", item.id, "admit", {"ops": named})
    boss.deliver()
    assert boss.see("ticket", ticket)["responsible"] == company.user("wu.gang")


@pytest.mark.parametrize("at_once", [False, True])
def test_USR_2_a_lost_tablet_is_revoked_offers_its_work_and_wipes_itself(
    company: Company, li: Tablet, boss: Tablet, admin: Tablet, at_once: bool
) -> None:
    ticket = li.create(ESTATE, "ticket", {"title": "漏水", "unit": company.house.unit_east})
    [device] = [known for known in admin.query("device") if known["user"] == company.user("li.na")]
    admin.update(ORG, "device", device.id, {"revoked": True, "wipe_at_once": at_once})
    admin.deliver()
    with pytest.raises(Erased):
        li.sync()
    assert li.store.all("SELECT * FROM record") == li.store.all("SELECT * FROM op") == []
    boss.deliver()
    items = boss.query("review", where={"status": "open"})
    assert [item["subject"] for item in items] == ([] if at_once else [ticket])
    # Her second tablet works on: the device was revoked, not she.
    assert company.tablet("li.na").sync().attention == []


def test_USR_2_an_account_is_never_deleted_or_renamed_so_that_the_trail_keeps_its_name(
    company: Company, admin: Tablet
) -> None:
    user = company.user("wu.gang")
    admin.delete(ORG, "user", user)
    assert admin.refused().message == "message.user_is_disabled"
    admin.update(ORG, "user", user, {"username": "somebody.else"})
    assert admin.refused().message == "message.username_stays"
    assert admin.see("user", user, ORG)["username"] == "wu.gang"
