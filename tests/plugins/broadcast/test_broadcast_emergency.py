"""Emergencies on the shipped client (BRD-3): aired first, approved within a day by another, overdue shown."""

from itertools import permutations

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import EMERGENCY, SCRIPT, Studio, approved, refused, see

from wuye_client import InvalidEntry

FIRE = {
    "kind": "fire",
    "occasion": "二樓餐飲區冒煙",
    "zh": "請從最近的安全出口離開。",
    "ru": "Пройдите к ближайшему выходу.",
    "aired_at": "2026-11-22T08:30:00.000Z",
}


def _aired(tablet: Tablet, **more: object) -> str:
    return tablet.create(MALL, EMERGENCY, {**FIRE, **more})


def test_BRD_3_an_emergency_is_aired_without_asking_and_its_time_for_approval_runs_offline(
    studio: Studio, head: Tablet
) -> None:
    guard = studio.tablet("guard")
    record = _aired(guard)
    assert see(guard, EMERGENCY, record)["approve_by"] == "2026-11-23T08:30:00.000Z"
    with pytest.raises(InvalidEntry):
        _aired(guard, zh=None, ru=None)
    with pytest.raises(InvalidEntry):
        guard.act(MALL, EMERGENCY, record, "approve")
    guard.deliver()
    head.sync()
    head.act(MALL, EMERGENCY, record, "approve", set={"approval_note": "處置得當"})
    head.deliver()
    stored = studio.all(EMERGENCY)[record]
    assert (stored["status"], stored["announcer"], stored["approver"]) == (
        "approved", studio.company.user("guard"), studio.company.user("head"),
    )  # fmt: skip
    assert str(stored["number"]).startswith("YJ-2026-")
    page = studio.company.print("broadcast.emergency", MALL, record, "head", "ru")
    assert "Пройдите к ближайшему выходу." in page
    assert "Лист утверждения экстренного объявления" in page


def test_BRD_3_what_nobody_approves_in_time_is_overdue_and_reported_until_somebody_does(
    studio: Studio, olga: Tablet, head: Tablet
) -> None:
    studio.setting("broadcast_emergency_hours", "12")
    olga.sync()
    record = _aired(olga)
    olga.deliver()
    studio.company.house.wait(hours=12)
    studio.company.run_jobs()
    assert studio.all(EMERGENCY)[record]["status"] == "aired"
    now = "2026-11-22T20:29:00.000Z"
    assert studio.company.report(MALL, "broadcast.overdue", "head", now=now).rows == []
    studio.company.house.wait(hours=3)
    studio.company.run_jobs()
    assert studio.all(EMERGENCY)[record]["status"] == "overdue"
    now = "2026-11-23T00:31:00.000Z"
    [row] = studio.company.report(MALL, "broadcast.overdue", "head", now=now).rows
    assert (row[2], row[-1]) == ("二樓餐飲區冒煙", 4)
    head.sync()
    head.act(MALL, EMERGENCY, record, "approve")
    head.deliver()
    assert studio.company.report(MALL, "broadcast.overdue", "head", now=now).rows == []


@pytest.mark.parametrize("first", ["approval", "clock"])
def test_BRD_3_an_approval_given_offline_in_time_stands_though_the_clock_was_quicker(
    studio: Studio, olga: Tablet, head: Tablet, first: str
) -> None:
    record = _aired(olga)
    olga.deliver()
    head.sync()
    head.act(MALL, EMERGENCY, record, "approve")
    if first == "approval":
        head.deliver()
    studio.company.house.wait(days=2)
    studio.company.run_jobs()
    if first == "clock":
        head.deliver()
    stored = studio.all(EMERGENCY)[record]
    assert stored["status"] == "approved"
    assert str(stored["approved_at"]) < str(stored["approve_by"])


def test_BRD_3_nobody_approves_his_own_announcement_and_what_was_said_is_not_unsaid(
    studio: Studio, head: Tablet
) -> None:
    chief = studio.tablet("chief")
    record = _aired(head)
    head.deliver()
    head.act(MALL, EMERGENCY, record, "approve")
    assert refused(head).message == "message.broadcast.own_announcement"
    head.update(MALL, EMERGENCY, record, {"zh": "請勿驚慌。"})
    assert refused(head).message == "message.broadcast.said_is_said"
    head.update(MALL, EMERGENCY, record, {"note": "16:45 解除"})
    head.deliver()
    chief.sync()
    chief.act(MALL, EMERGENCY, record, "object", args={"reason": "應先核實火情"})
    chief.deliver()
    assert studio.all(EMERGENCY)[record]["objection"] == "應先核實火情"


def test_BRD_3_a_prepared_text_is_written_down_as_it_was_read(studio: Studio, olga: Tablet) -> None:
    script = approved(studio, type="emergency")
    olga.sync()
    record = _aired(olga, zh=None, ru=None, script=script)
    olga.deliver()
    stored = studio.all(EMERGENCY)[record]
    assert stored["zh"] == studio.all(SCRIPT)[script]["zh"]
    assert stored["ru"] == studio.all(SCRIPT)[script]["ru"]


@pytest.mark.parametrize("order", list(permutations(["head", "chief"])))
def test_BRD_3_of_two_decisions_made_offline_one_stands_and_the_other_is_shown(
    studio: Studio, olga: Tablet, head: Tablet, order: tuple[str, ...]
) -> None:
    chief = studio.tablet("chief")
    record = _aired(olga)
    olga.deliver()
    for tablet in (head, chief):
        tablet.sync()
    head.act(MALL, EMERGENCY, record, "approve")
    chief.act(MALL, EMERGENCY, record, "object", args={"reason": "措辭不當"})
    tablets = {"head": head, "chief": chief}
    results = [tablets[name].sync().attention for name in order]
    # An objection may be overcome by an approval; an approval stands.
    assert studio.all(EMERGENCY)[record]["status"] == "approved"
    assert [len(attention) for attention in results] == [0, 1 if order[0] == "head" else 0]
