"""What the calendar does to members, and the care for them (MEM-1, MEM-2, MEM-3), on a database."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.duties.stored import StoredCompany
from tests.plugins.membership.club import ENTRY, MEMBER, VISIT, Club, buy, enrol, points, redeem, see

CARE = {"channel": "phone", "outcome": "satisfied"}


def _nights(club: Club, days: int) -> None:
    """Let days pass; the jobs run in the night after them, twice, as after a crash."""
    assert isinstance(club.company, StoredCompany)
    club.company.house.wait(days=days)
    club.company.run_jobs()
    club.company.run_jobs()


def test_MEM_2_points_end_by_the_calendar_first_in_first_out_and_once(club: Club, desk: Tablet) -> None:
    club.setting("membership_points_months", "1")
    club.setting("membership_offline_cap", "500")
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 3000, "1", occurred_on="2026-11-01")
    buy(desk, club, member, 2000, "2")
    desk.deliver()
    redeem(desk, club, member, 200)  # comes off what ends first
    desk.deliver()
    for days, left in ((8, 300), (2, 200), (1, 200), (30, 0), (1, 0)):
        _nights(club, days)
        desk.sync()
        assert points(desk, member) == left, (days, club.company.now)
    ended = sorted(entry["points"] for entry in desk.query(ENTRY, where={"kind": "expire"}))  # type: ignore[type-var]
    assert ended == [-200, -100]


def test_MEM_2_what_was_redeemed_offline_meanwhile_does_not_end_as_well(club: Club, desk: Tablet) -> None:
    club.setting("membership_points_months", "1")
    club.setting("membership_offline_cap", "500")
    member = enrol(desk, club.ivan)
    buy(desk, club, member, 3000, "1")
    desk.deliver()
    redeem(desk, club, member, 300)
    _nights(club, 40)  # all have ended before the tablet comes back
    assert desk.refused().code == "balance"
    assert points(desk, member) == 0


@pytest.mark.parametrize("automatic", [False, True])
def test_MEM_1_the_tier_follows_from_a_year_s_points_returns_taken_off(
    club: Club, desk: Tablet, lead: Tablet, automatic: bool
) -> None:
    club.setting("membership_tier_automatic", "true" if automatic else "false")
    member = enrol(desk, club.ivan)
    first = buy(desk, club, member, 4000, "1")
    desk.deliver()
    _nights(club, 1)
    lead.sync()
    shown = see(lead, MEMBER, member).values
    standing = (None, club.silver) if automatic else (club.silver, None)
    assert (shown["points_year"], shown.get("suggested_tier"), shown.get("tier")) == (400, *standing)
    buy(desk, club, member, 1500, "2")
    desk.deliver()
    _nights(club, 1)
    lead.sync()
    shown = see(lead, MEMBER, member).values
    assert shown.get("tier" if automatic else "suggested_tier") == club.gold
    assert bool(shown.get("vip")) is automatic
    desk.sync()
    desk.create(MALL, ENTRY, {"member": member, "kind": "reversal", "reverses": first, "reason": "退貨"})
    desk.deliver()
    _nights(club, 1)
    lead.sync()
    shown = see(lead, MEMBER, member).values
    assert shown["points_year"] == 150
    assert shown.get("tier" if automatic else "suggested_tier") == club.silver
    assert bool(shown.get("vip")) is False


def test_MEM_3_a_VIP_is_visited_when_it_is_time_and_the_next_visit_counts_from_this(
    club: Club, desk: Tablet, lead: Tablet
) -> None:
    member = enrol(desk, club.ivan)
    enrol(desk, club.wang)  # no VIP: nobody calls
    lead.deliver()
    lead.act(MALL, MEMBER, member, "set_tier", {"reason": "VIP"}, {"tier": club.gold})
    lead.deliver()
    assert see(lead, MEMBER, member)["visit_by"] == "2027-02-20"
    _nights(club, 89)
    desk.sync()
    assert desk.query(VISIT) == []
    _nights(club, 1)
    _nights(club, 1)
    desk.sync()
    [visit] = desk.query(VISIT)
    assert (visit["member"], visit["occasion"], visit["planned_on"]) == (member, "return_visit", "2027-02-20")
    desk.act(MALL, VISIT, visit.id, "finish", set=CARE)
    desk.deliver()
    shown = see(desk, MEMBER, member)
    assert (shown["last_visit_on"], shown["visit_by"]) == ("2027-02-21", "2027-05-22")


def test_MEM_3_who_is_not_satisfied_is_heard_as_a_complaint(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    visit = desk.create(MALL, VISIT, {"member": member, "planned_on": "2026-11-23"})
    desk.act(MALL, VISIT, visit, "finish", set={**CARE, "outcome": "not_satisfied", "opinion": "Продавец нагрубил"})
    desk.deliver()
    [ticket] = desk.query("ticket")
    assert (ticket["kind"], ticket["title"], ticket["owner"], ticket["channel"]) == (
        "complaint",
        "Продавец нагрубил",
        club.ivan,
        "phone",
    )


def test_MEM_3_nobody_is_greeted_who_has_not_agreed(club: Club, desk: Tablet) -> None:
    member = enrol(desk, club.ivan)
    greeting = {"member": member, "occasion": "birthday", "planned_on": "2026-12-01"}
    desk.create(MALL, VISIT, greeting)
    refused = desk.refused()
    assert refused.message == "message.membership.no_consent"
    consent = club.consent(desk, club.ivan, "care")
    desk.create(MALL, VISIT, greeting)
    desk.deliver()
    desk.act(MALL, "consent", consent, "withdraw")
    desk.create(MALL, VISIT, {**greeting, "planned_on": "2027-12-01"})
    assert desk.refused().message == "message.membership.no_consent"
