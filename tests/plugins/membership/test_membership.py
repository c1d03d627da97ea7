"""The plugin as a whole: fit to ship, its posts, its demo, switched off with work pending (design §3, USR-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.duties.company import MALL, ORG
from tests.duties.stored import StoredCompany
from tests.plugins.membership.club import ENTRY, MEMBER, VISIT, Club, Source, buy, enrol, see

from wuye.builtin import plugin as core
from wuye.host import load
from wuye.model.plugin import Existing, Made
from wuye.testing.plugin_check import check_plugin
from wuye_client import InvalidEntry
from wuye_membership.demo import records

LOADED = load(core, [Source()], strict=True)


def test_design_3_the_plugin_is_fit_to_ship() -> None:
    assert check_plugin(Source(), core=core) == []


def test_USR_4_each_post_may_what_its_work_needs_and_no_more() -> None:
    roles = LOADED.registry.roles
    may = {role: set(roles[role].rights) for role in ("front_desk", "finance", "cs_supervisor", "technician")}
    assert f"{MEMBER}.act.freeze" in may["front_desk"]
    assert not {f"{MEMBER}.act.{act}" for act in ("unfreeze", "set_tier", "cancel")} & may["front_desk"]
    assert not {"membership.rule.create", "membership.correction.act.approve"} & may["front_desk"]
    assert {right for right in may["finance"] if right.startswith("membership")} == {f"{ENTRY}.create"}
    # Importing sets what is otherwise the server's: the balance.
    assert not any(right.endswith((".import", "membership.*")) for right in may["cs_supervisor"])
    assert not any(right.startswith("membership") for right in may["technician"])
    assert "membership.care" not in roles["finance"].streams


def test_USR_4_the_plugin_s_own_post_needs_no_other_but_decides_no_rules(club: Club) -> None:
    club.company.person("keeper", "membership_clerk", site=MALL)
    keeper = club.company.tablet("keeper")
    with keeper.group():
        owner = keeper.create(MALL, "owner", {"name": "趙敏"})
        keeper.create(MALL, "owner.private", {"owner": owner, "phone": "13812345678", "birth_date": "1990-12-01"})
        member = keeper.create(MALL, MEMBER, {"owner": owner})
    club.consent(keeper, owner, "care")
    keeper.deliver()
    keeper.act(MALL, MEMBER, member, "set_tier", {"reason": "—"}, {"tier": club.gold})
    keeper.create(MALL, VISIT, {"member": member, "occasion": "birthday", "planned_on": "2026-12-01"})
    keeper.deliver()
    assert isinstance(club.company, StoredCompany)
    [row] = club.company.report(MALL, "membership.birthdays", "keeper", month=12).rows
    assert row[1] == owner
    with pytest.raises(InvalidEntry):
        keeper.update(MALL, "membership.rule", club.shopping, {"points": 9})


def test_design_3_switched_off_with_work_pending_nothing_is_lost(club: Club) -> None:
    desk, admin = club.company.tablet("desk1"), club.company.tablet("admin")
    member = enrol(desk, club.ivan)
    admin.update(ORG, "site", club.company.house.mall, {"plugins": [{"id": "core"}]})
    admin.deliver()
    entry = buy(desk, club, member, 100, "1")
    assert (desk.refused().code, MEMBER in desk.manifest.entities) == ("plugin_off", False)
    admin.update(ORG, "site", club.company.house.mall, {"plugins": [{"id": "core"}, {"id": "membership"}]})
    admin.deliver()
    desk.deliver()
    assert (see(desk, ENTRY, entry)["points"], see(desk, MEMBER, member)["points"]) == (10, 10)


def test_design_3_at_an_estate_it_is_off_unless_somebody_wants_it(club: Club) -> None:
    club.company.person("li", "cs_assistant")
    assert MEMBER not in club.company.tablet("li").manifest.entities
    assert VISIT in club.company.tablet("desk1").manifest.entities


@given(st.integers())
def test_the_demo_makes_a_club_that_fits_the_entities(seed: int) -> None:
    made, keys = list(records("SFM", seed)), set()
    assert made == list(records("SFM", seed))
    for record in made:
        model = LOADED.registry.models[record.entity]
        assert record.values.keys() <= model.settable
        for name, value in record.values.items():
            if isinstance(value, Made):
                assert value.key in keys
            elif not isinstance(value, Existing):
                assert model.checks[name](value) is not None
        assert all(act.act in model.transitions for act in record.acts)
        keys.add(record.key)
