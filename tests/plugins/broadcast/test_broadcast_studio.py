"""The studio's upkeep on the shipped client (BRD-4): a check that finds a fault opens one repair ticket."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import CHECK, EQUIPMENT, Studio, see

from wuye_client import InvalidEntry

DESK = {"code": "TB-01", "name": "調音台", "kind": "mixer", "location": "播音室", "check_days": 10}


@pytest.fixture
def mixer(studio: Studio) -> str:
    """The studio's mixer."""
    mixer = studio.company.house.id()
    studio.company.write(MALL, EQUIPMENT, mixer, **DESK)
    return mixer


def _check(tablet: Tablet, mixer: str, day: str, fault: str | None = None) -> str:
    values = {"equipment": mixer, "checked_on": day, "result": "fault" if fault else "fine"}
    return tablet.create(MALL, CHECK, {**values, **({"fault": fault} if fault else {})})


def test_BRD_4_a_check_moves_the_next_one_and_says_who_made_it(studio: Studio, mixer: str, olga: Tablet) -> None:
    record = _check(olga, mixer, "2026-11-22")
    olga.deliver()
    stored = studio.all(EQUIPMENT)[mixer]
    assert (stored["checked_on"], stored["check_by"], stored["status"]) == ("2026-11-22", "2026-12-02", "in_use")
    assert studio.all(CHECK)[record]["checker"] == studio.company.user("olga")
    assert studio.all("ticket") == {}


def test_BRD_4_a_fault_that_two_announcers_find_offline_opens_one_repair_ticket(
    studio: Studio, mixer: str, olga: Tablet, wei: Tablet
) -> None:
    with pytest.raises(InvalidEntry) as told:
        olga.create(MALL, CHECK, {"equipment": mixer, "checked_on": "2026-11-22", "result": "fault"})
    assert told.value.messages("ru") == {"fault": "Опишите неисправность."}
    _check(olga, mixer, "2026-11-22", "左聲道無聲")
    _check(wei, mixer, "2026-11-22", "沒有聲音")
    olga.deliver()
    wei.deliver()
    [ticket] = studio.all("ticket").values()
    assert (ticket["kind"], ticket["department"], ticket["location"], ticket["description"]) == (
        "repair", "engineering", "播音室", "左聲道無聲",
    )  # fmt: skip
    assert (ticket["title"], ticket["responsible"]) == ("TB-01 調音台", studio.company.user("olga"))
    assert studio.all(EQUIPMENT)[mixer]["status"] == "out_of_order"
    olga.sync()
    assert see(olga, EQUIPMENT, mixer)["fault"] == "沒有聲音"


def test_BRD_4_a_later_check_that_finds_it_fine_returns_it_to_use_and_an_older_one_says_nothing(
    studio: Studio, mixer: str, olga: Tablet, wei: Tablet
) -> None:
    _check(olga, mixer, "2026-11-21", "左聲道無聲")
    olga.deliver()
    _check(wei, mixer, "2026-11-20")  # made before, synced after
    wei.deliver()
    assert studio.all(EQUIPMENT)[mixer]["status"] == "out_of_order"
    _check(olga, mixer, "2026-11-22")
    olga.deliver()
    stored = studio.all(EQUIPMENT)[mixer]
    assert (stored["status"], stored.get("fault"), stored["checked_on"]) == ("in_use", None, "2026-11-22")
    _check(wei, mixer, "2026-11-21", "雜音")
    wei.deliver()
    assert len(studio.all("ticket")) == 1
    page = studio.company.print("broadcast.equipment", MALL, mixer, "olga", "zh-Hans")
    assert "左聲道無聲" in page


def test_BRD_4_a_point_that_is_not_fine_makes_a_fault_and_no_check_is_changed(
    studio: Studio, mixer: str, olga: Tablet
) -> None:
    items = [{"item": "sound", "fine": True}, {"item": "noise", "fine": False, "note": "嗡嗡聲"}]
    with pytest.raises(InvalidEntry):
        olga.create(MALL, CHECK, {"equipment": mixer, "checked_on": "2026-11-22", "items": items})
    whole = {"equipment": mixer, "checked_on": "2026-11-22", "items": items, "result": "fault", "fault": "嗡嗡聲"}
    record = olga.create(MALL, CHECK, whole)
    olga.deliver()
    page = studio.company.print("broadcast.check", MALL, record, "olga", "zh-Hant")
    assert "嗡嗡聲" in page
    with pytest.raises(InvalidEntry):
        olga.update(MALL, CHECK, record, {"fault": "無"})
