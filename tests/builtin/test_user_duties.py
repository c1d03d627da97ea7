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


def test_USR_1_a_user_s_record_names_the_sites_of_the_posts_that_have_not_ended(org: Desk) -> None:
    org.have("user", "user-1", username="li", name="Li")
    _grant(org, "grant-1", site="b")
    _grant(org, "grant-2", site="a", role="adviser")
    _grant(org, "ended", site="c", ends=PAST)
    _grant(org, "to-come", site="d", starts=FUTURE)
    _grant(org, "another", site="e", user="user-2")
    _, [told] = org.write(org.change("grant", "grant-3", {"user": "user-1", "role": "technician", "site": "b"}))
    assert (told.entity, told.record, told.kind, told.set) == ("user", "user-1", "update", {"sites": ["a", "b", "d"]})
    org.records["user", "user-1"] = {**org.records["user", "user-1"], **told.set}
    assert org.write(org.change("grant", "grant-3", {"ends": FUTURE})) == (None, []), "he is there until then"
    org.records["grant", "grant-2"] = {**org.records["grant", "grant-2"], "ends": PAST}
    _, [told] = org.write(org.change("grant", "grant-4", {"user": "user-1", "role": "adviser", "site": "org"}))
    assert told.set == {"sites": ["b", "d", "org"]}


def _plugins(*names: str) -> dict[str, object]:
    return {"timezone": "Asia/Shanghai", "plugins": [{"id": name} for name in names]}


def test_3_2_a_plugin_that_has_gone_since_stops_no_other_change_of_its_site(org: Desk) -> None:
    org.have("site", "site-1", **_plugins("core", "gone"))
    assert org.judge(org.change("site", "site-1", {"phone": "123456"})) == ([], {})
    assert org.judge(org.change("site", "site-1", _plugins("gone", "lab"))) == ([], {})
    [refused], _ = org.judge(org.change("site", "site-1", _plugins("gone", "never", "labs")))
    assert (refused.message, refused.fields) == ("message.no_such_plugin", ("plugins",))
    assert refused.values == {"plugin": "labs, never", "known": "core, lab"}
    [refused], _ = org.judge(org.change("site", "site-1", _plugins(*(f"no{n}" for n in range(500)))))
    assert refused.values == {"plugin": "no0, no1, no10", "known": "core, lab"}
