"""Users, grants, settings and codes: what keeps past rights judgeable and old records readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builtin.desk import Desk

PRESENT = "2026-11-22T08:00:00.000Z"
PAST, FUTURE = "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"


def _grant(desk: Desk, record: str = "grant-1", role: str = "technician", **values: object) -> None:
    desk.have("grant", record, **{"user": "user-1", "role": role, "site": "org", "starts": PAST, **values})


@pytest.fixture
def org() -> Desk:
    """The organisation's own site."""
    return Desk(site="org")


def test_USR_1_a_grant_starts_when_it_is_given(org: Desk) -> None:
    change = org.change("grant", "grant-1", {"user": "user-1", "role": "technician", "site": "site-1"})
    assert org.judge(change) == ([], {"starts": PRESENT})


@pytest.mark.parametrize("set_", [None, {"role": "admin"}, {"user": "user-2"}, {"key": "zone-b"}, {"starts": FUTURE}])
def test_USR_1_a_grant_is_ended_never_overwritten(org: Desk, set_: dict[str, object] | None) -> None:
    _grant(org)
    rejects, _ = org.judge(org.change("grant", "grant-1", set_))
    assert [reject.message for reject in rejects] == ["message.grant_is_ended"]


def test_USR_1_the_end_of_a_grant_is_not_antedated(org: Desk) -> None:
    _grant(org)
    assert org.judge(org.change("grant", "grant-1", {"ends": PAST})) == ([], {"ends": PRESENT})
    assert org.judge(org.change("grant", "grant-1", {"ends": FUTURE})) == ([], {})


@given(st.sampled_from([None, PAST, PRESENT, FUTURE]))
def test_USR_1_an_ended_grant_does_not_revive(ends: str | None) -> None:
    org = Desk(site="org")
    _grant(org, ends=PAST)
    rejects, set_ = org.judge(org.change("grant", "grant-1", {"ends": ends}))
    assert bool(rejects) is (ends != PAST)
    assert set_ == {}


def test_USR_1_an_end_to_come_can_be_put_off(org: Desk) -> None:
    _grant(org, ends=FUTURE)
    assert org.judge(org.change("grant", "grant-1", {"ends": None})) == ([], {})


def test_USR_1_the_last_administrator_stays(org: Desk) -> None:
    _grant(org, role="admin")
    rejects, _ = org.judge(org.change("grant", "grant-1", {"ends": PRESENT}))
    assert [reject.message for reject in rejects] == ["message.last_admin"]
    _grant(org, record="grant-2", role="admin", user="user-2")
    assert org.judge(org.change("grant", "grant-1", {"ends": PRESENT})) == ([], {})
    org.records["user", "user-2"] = {"username": "second", "name": "Second", "disabled": True}
    rejects, _ = org.judge(org.change("grant", "grant-1", {"ends": PRESENT}))
    assert [reject.message for reject in rejects] == ["message.last_admin"]


def test_USR_1_people_keep_their_user_names_and_are_disabled_not_deleted(org: Desk) -> None:
    org.have("user", "user-1", username="li.wei", name="李偉")
    rejects, _ = org.judge(org.change("user", "user-1", {"username": "root"}))
    assert [reject.message for reject in rejects] == ["message.username_stays"]
    rejects, _ = org.judge(org.change("user", "user-1", None))
    assert [reject.message for reject in rejects] == ["message.user_is_disabled"]
    assert org.judge(org.change("user", "user-1", {"disabled": True, "name": "李 偉"})) == ([], {})


@pytest.mark.parametrize(
    ("value", "fits"), [("14", True), ('"文字"', True), (None, True), ("[1,", False), ("文字", False), ("NaN", False)]
)
def test_a_setting_is_json(org: Desk, value: str | None, fits: bool) -> None:
    rejects, _ = org.judge(org.change("setting", "setting-1", {"name": "hold_days", "value": value}))
    assert (rejects == []) is fits


def test_a_setting_fits_its_declaration(org: Desk) -> None:
    rejects, _ = org.judge(org.change("setting", "setting-1", {"name": "hold_days", "value": "0"}))
    assert [(reject.code, reject.fields, reject.message) for reject in rejects] == [
        ("invalid", ("value",), "message.setting_unfit")
    ]


def test_a_code_in_use_is_retired_not_deleted(org: Desk) -> None:
    org.have("code", "code-1", list="ticket_tag", value="noise", label={"en": "Noise"})
    for set_ in (None, {"value": "loud"}):
        rejects, _ = org.judge(org.change("code", "code-1", set_))
        assert [reject.message for reject in rejects] == ["message.code_is_retired"]
    assert org.judge(org.change("code", "code-1", {"retired": True})) == ([], {})
