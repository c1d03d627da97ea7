"""What may be taken of an account offline: design §3, protocol §3.3 and §7."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.client.fake_server import SITE, FakeServer, Lossy, open_replica

from wuye_client import InvalidEntry, Replica
from wuye_client.errors import Offline
from wuye_client.store import Store


class Desk:
    """A replica that holds one owner with 70 points; ``cap`` is the site's setting."""

    def __init__(self, cap: int | None = 50) -> None:
        self.server = FakeServer(cap=cap)
        self.owner = self.server.new_id()
        self.server.write(SITE, "owner", self.owner, {"name": "王芳", "points": 70})
        self.replica: Replica = open_replica(self.server)
        self.replica.sync()

    def go_offline(self) -> None:
        self.replica._clock.now += timedelta(minutes=2)

    def book(self, amount: int, why: str = "") -> None:
        self.replica.create("HQ-01", "points", {"owner": self.owner, "amount": amount, "why": why or None})

    def refusal(self, amount: int, why: str = "") -> tuple[str, str]:
        with pytest.raises(InvalidEntry) as error:
            self.book(amount, why)
        [flaw] = error.value.flaws
        return flaw.key, flaw.text("en")

    @property
    def points(self) -> object:
        return self.replica.get("HQ-01", "owner", self.owner)["points"]


def test_3_3_pending_entries_count_and_what_they_take_is_capped_offline() -> None:
    desk = Desk()
    desk.go_offline()
    desk.book(-40)
    desk.book(5)
    assert desk.points == 35
    assert desk.replica.query("owner", where={"points": 35})[0].id == desk.owner
    assert desk.refusal(-36)[0] == "balance"
    assert desk.refusal(-11)[0] == "offline_cap"
    desk.book(-10)


def test_3_3_the_entries_of_a_group_count_before_it_is_complete() -> None:
    desk = Desk()
    with desk.replica.group():
        desk.book(-40)
        assert desk.refusal(-31)[0] == "balance"


def test_3_3_an_entry_that_waits_for_its_decision_counts_until_it_is_refused() -> None:
    desk = Desk()
    desk.server.hold = {"points"}
    desk.book(-40)
    desk.replica.sync()
    assert (desk.points, desk.refusal(-31)[0]) == (30, "balance")
    [held] = desk.server.held
    desk.server.decide(held, "rejected", "balance")
    desk.replica.sync()
    assert desk.points == 70


def test_3_3_what_may_overdraw_an_account_is_bound_by_neither_floor_nor_cap() -> None:
    desk = Desk()
    desk.go_offline()
    assert desk.refusal(-100, "a gift")[0] == "balance"
    desk.book(-100, "goods came back")
    assert desk.points == -30


@pytest.mark.parametrize("cap", [0, None])
def test_3_3_where_a_site_allows_nothing_offline_what_takes_is_refused_and_what_brings_is_not(cap: int | None) -> None:
    desk = Desk(cap)
    desk.go_offline()
    assert desk.refusal(-1) == ("offline_cap", "Without a connection at most 0 may be taken. Sync first to take more.")
    desk.book(1)
    desk.replica.sync()
    desk.book(-60)


def test_a_server_is_in_reach_for_a_minute_after_a_sync_and_until_a_call_fails(tmp_path: Path) -> None:
    fate = ["answered"]
    replica = open_replica(Lossy(FakeServer(), lambda: fate[-1]), tmp_path / "r.wuye")
    twin = Replica(Store(replica.store.path), replica.device, clock=lambda: replica._clock.now)
    assert (replica.view.online, twin.view.online) == (True, True)
    replica._clock.now += timedelta(minutes=1)
    assert (replica.view.online, twin.view.online) == (False, False)
    replica.sync()
    assert (replica.view.online, twin.view.online) == (True, True)
    fate.append("request lost")
    with pytest.raises(Offline):
        replica.sync()
    assert (replica.view.online, twin.view.online) == (False, False)
    twin.close()
    replica.close()
