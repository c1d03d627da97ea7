"""Owners: occupancies are history, zones follow units, consents stand, disclosures need a second person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builtin.desk import AT, Desk

from wuye.model.registry import Registry

ZONES = ("zone-a", "zone-b", "zone-c")
UNITS = ("unit-1", "unit-2", "unit-3", "unit-4")


def _household(desk: Desk, *, ends: str | None = None) -> None:
    desk.have("unit", "unit-1", code="1-1-101", zone="zone-a")
    desk.have("unit", "unit-2", code="1-1-102", zone="zone-b")
    desk.have("owner", "owner-1", kind="person", name="陳大文", zones=["zone-a"])
    dates = {"starts": "2020-01-01", **({"ends": ends} if ends else {})}
    desk.have("occupancy", "occ-1", unit="unit-1", owner="owner-1", role="tenant", zone="zone-a", **dates)


def test_OWN_8_moving_out_sets_the_end_and_is_then_fixed(desk: Desk) -> None:
    _household(desk)
    refused, _ = desk.write(desk.change("occupancy", "occ-1", {"ends": "2026-11-01"}))
    assert refused is None
    for set_ in ({"ends": None}, {"ends": "2027-01-01"}, {"role": "owner"}, {"starts": "2019-01-01"}):
        refused, _ = desk.write(desk.change("occupancy", "occ-1", set_))
        assert refused is not None
        assert (refused.code, refused.message) == ("rule", "message.occupancy_is_kept")
        assert set(refused.fields) == set(set_)


@pytest.mark.parametrize("ends", [None, "2026-01-01", "2027-01-01"])
def test_OWN_8_an_occupancy_is_never_deleted_or_passed_to_somebody_else(desk: Desk, ends: str | None) -> None:
    _household(desk, ends=ends)
    for set_ in (None, {"owner": "owner-2"}, {"unit": "unit-2"}):
        rejects, _ = desk.judge(desk.change("occupancy", "occ-1", set_))
        assert [reject.message for reject in rejects] == ["message.occupancy_is_kept"]


def test_OWN_8_an_ended_occupancy_still_follows_its_unit_to_another_zone(desk: Desk) -> None:
    _household(desk, ends="2026-01-01")
    rejects, _ = desk.judge(desk.change("occupancy", "occ-1", {"zone": "zone-b"}, author="plugin:core"))
    assert rejects == []


@pytest.mark.parametrize(("starts", "ends", "fits"), [("2020-01-02", "2020-01-01", False), (None, "2020-01-01", True)])
def test_an_occupancy_cannot_end_before_it_starts(
    registry: Registry, starts: str | None, ends: str, fits: bool
) -> None:
    assert _holds(registry, "occupancy", "ends_after_start", starts=starts, ends=ends) is fits


def _holds(registry: Registry, entity: str, name: str, **values: object) -> bool:
    found = {known: expression for known, expression, _ in registry.models[entity].constraints}
    return found[name].evaluate(values) is not False


def test_OWN_10_an_owner_lies_in_the_zones_of_home_and_occupancies(desk: Desk) -> None:
    _household(desk)
    desk.have("owner", "owner-1", kind="person", name="陳大文")
    desk.write(desk.change("owner", "owner-1", {"unit": "unit-2"}))
    assert desk.records["owner", "owner-1"]["zones"] == ["zone-a", "zone-b"]


def test_OWN_10_who_has_left_everywhere_keeps_his_zones(desk: Desk) -> None:
    _household(desk)
    _, asked = desk.write(desk.change("occupancy", "occ-1", {"ends": "2026-11-01"}))
    assert asked == []
    assert desk.records["owner", "owner-1"]["zones"] == ["zone-a"]


_STEP = st.one_of(
    st.tuples(st.just("moves in"), st.sampled_from(UNITS), st.sampled_from(("owner-1", "owner-2"))),
    st.tuples(st.just("leaves"), st.integers(0, 9), st.sampled_from(("2026-11-21", "2026-11-23"))),
    st.tuples(st.just("is rezoned"), st.sampled_from(UNITS), st.sampled_from(ZONES)),
    st.tuples(st.just("has his home at"), st.sampled_from(("owner-1", "owner-2")), st.sampled_from(UNITS)),
)


@given(st.lists(_STEP, max_size=14))
def test_OWN_10_zones_of_owners_are_right_after_whatever_happens(steps: list[tuple[str, object, str]]) -> None:
    desk = Desk()
    for index, unit in enumerate(UNITS):
        desk.have("unit", unit, code=unit, zone=ZONES[index % len(ZONES)])
    for owner in ("owner-1", "owner-2"):
        desk.write(desk.change("owner", owner, {"kind": "person", "name": owner}))
    for number, (what, one, other) in enumerate(steps):
        occupancies = [record for entity, record in desk.records if entity == "occupancy"]
        if what == "moves in":
            change = desk.change("occupancy", f"occ-{number}", {"unit": one, "owner": other, "role": "tenant"})
        elif what == "is rezoned":
            change = desk.change("unit", str(one), {"zone": other})
        elif what == "has his home at":
            change = desk.change("owner", str(one), {"unit": other})
        elif occupancies and isinstance(one, int):
            change = desk.change("occupancy", occupancies[one % len(occupancies)], {"ends": other})
        else:
            continue
        _settle(desk, change)
    for owner in ("owner-1", "owner-2"):
        values = desk.records["owner", owner]
        units = {values.get("unit")} | {
            occupancy["unit"]
            for _, occupancy in desk.find("occupancy", "owner", owner)
            if str(occupancy.get("ends", "9999")) >= "2026-11-22"
        }
        zones = sorted({str(desk.records["unit", str(unit)]["zone"]) for unit in units - {None}})
        if zones:
            assert values["zones"] == zones


def _settle(desk: Desk, change: object) -> None:
    """Write a change as the engine does: with follow-ups, and with the zones of occupancies after their unit's."""
    _, asked = desk.write(change)  # type: ignore[arg-type]
    for follow_up in asked:
        assert follow_up.record is not None
        _settle(desk, desk.change(follow_up.entity, follow_up.record, follow_up.set, author="plugin:core"))
    if change.entity == "unit":  # type: ignore[attr-defined]
        for record, occupancy in desk.find("occupancy", "unit", change.record):  # type: ignore[attr-defined]
            zone = desk.records["unit", change.record]["zone"]  # type: ignore[attr-defined]
            if occupancy.get("zone") != zone:
                _settle(desk, desk.change("occupancy", record, {"zone": zone}, author="plugin:core"))


def _consent(desk: Desk) -> None:
    desk.have(
        "consent", "consent-1", owner="owner-1", purposes=["care"], version="2026-1", language="ru", channel="counter",
        informed=True, given_at="2026-01-01T00:00:00.000Z", status="given",
    )  # fmt: skip


def test_OWN_3_a_consent_stands_as_it_was_given(desk: Desk) -> None:
    _consent(desk)
    for set_ in ({"purposes": ["care", "marketing"]}, {"version": "2026-2"}, {"given_at": None}, None):
        rejects, _ = desk.judge(desk.change("consent", "consent-1", set_))
        assert [reject.message for reject in rejects] == ["message.consent_is_kept"]
    rejects, _ = desk.judge(desk.change("consent", "consent-1", {"zones": ["zone-b"]}, author="plugin:core"))
    assert rejects == []


def test_OWN_3_a_consent_can_be_withdrawn_and_keeps_when(desk: Desk) -> None:
    _consent(desk)
    assert desk.judge(desk.change("consent", "consent-1", {}, act="withdraw", to="withdrawn")) == (
        [],
        {"withdrawn_at": AT},
    )


def test_OWN_7_a_look_up_names_its_true_author(desk: Desk) -> None:
    change = desk.change("access", "access-1", {"owner": "owner-1", "user": "somebody-else"}, author="user-7")
    assert desk.judge(change) == ([], {"user": "user-7", "occurred_at": AT})


def _application(desk: Desk, status: str = "submitted") -> None:
    desk.have(
        "disclosure", "dis-1", recipient="警署", purpose="查案", legal_basis="authority", owners=["owner-1"],
        data=[{"field": "phone"}], applicant="user-1", status=status,
    )  # fmt: skip


def test_OWN_7_the_applicant_is_the_author(desk: Desk) -> None:
    change = desk.change("disclosure", "dis-1", {"recipient": "警署", "applicant": "user-9"}, author="user-1")
    assert desk.judge(change) == ([], {"applicant": "user-1"})


@pytest.mark.parametrize(("act", "to"), [("approve", "approved"), ("refuse", "refused")])
def test_OWN_7_nobody_decides_on_his_own_application(desk: Desk, act: str, to: str) -> None:
    _application(desk)
    rejects, _ = desk.judge(desk.change("disclosure", "dis-1", {}, act=act, to=to, author="user-1", reason="—"))
    assert [reject.message for reject in rejects] == ["message.second_person_decides"]
    rejects, set_ = desk.judge(desk.change("disclosure", "dis-1", {}, act=act, to=to, author="user-2", reason="—"))
    assert rejects == []
    assert set_ == {"approver": "user-2", "decided_at": AT}


def test_OWN_7_a_stale_approval_names_no_approver(desk: Desk) -> None:
    _application(desk, status="closed")
    assert desk.judge(desk.change("disclosure", "dis-1", {}, act="approve", author="user-2")) == ([], {})


@pytest.mark.parametrize("status", ["submitted", "approved", "delivered", "closed"])
def test_OWN_7_what_was_applied_for_is_not_altered_afterwards(desk: Desk, status: str) -> None:
    _application(desk, status=status)
    rejects, _ = desk.judge(desk.change("disclosure", "dis-1", {"owners": ["owner-1", "owner-2"]}, author="user-2"))
    assert [(reject.message, reject.fields) for reject in rejects] == [("message.disclosure_is_kept", ("owners",))]
