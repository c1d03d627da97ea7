"""The plugin as a whole: its posts, its demo, switched off with work pending (design §3, USR-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.duties.company import ESTATE, ORG, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    DEPOSIT,
    ROUND,
    WORKER,
    Estate,
    Source,
    exchange,
    find,
    see,
)

from wuye.builtin import plugin as core
from wuye.host import load
from wuye.model.plugin import Existing, Made
from wuye.testing.plugin_check import check_plugin
from wuye_client import InvalidEntry
from wuye_renovation.demo import records

LOADED = load(core, [Source()], strict=True)


def test_design_3_the_plugin_is_fit_to_ship() -> None:
    assert check_plugin(Source(), core=core) == []


def test_USR_4_each_post_may_what_its_work_needs_and_no_more() -> None:
    roles = LOADED.registry.roles
    may = {role: {right for right in roles[role].rights if right.startswith("renovation")} for role in roles}
    assert may["finance"] == {f"{DEPOSIT}.create"}
    assert not {f"{APPLICATION}.act.approve", f"{APPLICATION}.act.accept", f"{DEPOSIT}.create"} & may["front_desk"]
    assert f"{APPLICATION}.act.approve" in may["engineering"]
    assert not {f"{APPLICATION}.update", "renovation.violation.act.verify"} & may["technician"]
    # Importing sets what is otherwise the server's: the balance.
    assert not any(right.endswith((".import", "renovation.*")) for right in may["cs_supervisor"])
    seeing = {role for role in roles if "renovation.private" in roles[role].streams}
    assert not seeing & {"technician", "control_room", "engineering", "finance", "renovation_inspector", "broadcaster"}


def test_USR_4_the_plugin_s_own_post_needs_no_other(estate: Estate, walker: Tablet, desk: Tablet, boss: Tablet) -> None:
    application = estate.working(desk, boss)
    walker.deliver()
    assert walker.get(ESTATE, "unit", estate.home)
    estate.wait_until("2026-12-03")
    walker.create(ESTATE, "renovation.inspection", {"application": application, **ROUND})
    find(walker, application)
    walker.deliver()
    with pytest.raises(InvalidEntry):
        walker.act(ESTATE, APPLICATION, application, "extend", {"reason": "雨季"}, {"ends_on": "2027-05-01"})
    assert WORKER not in walker.manifest.entities


def test_OWN_10_an_assistant_holds_the_renovations_of_his_zone(estate: Estate, desk: Tablet, walker: Tablet) -> None:
    mine = estate.apply(desk)
    theirs = estate.apply(desk, unit=estate.flat, applicant=estate.chen)
    shed = find(walker, None, kind="illegal_structure", unit=estate.home)
    exchange(desk, walker)
    li = estate.company.tablet("li.na")
    assert [record.id for record in li.query(APPLICATION)] == [mine]
    assert [record.id for record in li.query("renovation.violation")] == [shed]
    desk.update(ESTATE, APPLICATION, theirs, {"unit": estate.home})
    desk.deliver()
    li.deliver()
    assert {record.id for record in li.query(APPLICATION)} == {mine, theirs}


def test_design_3_off_at_a_site_its_work_is_held_and_nothing_is_lost(estate: Estate, desk: Tablet) -> None:
    admin = estate.company.tablet("admin")
    admin.update(ORG, "site", estate.company.sites[ESTATE], {"plugins": [{"id": "core"}]})
    admin.deliver()
    application = estate.apply(desk)  # offline: she does not know yet
    held = desk.refused()
    assert (held.status, held.code) == ("held", "plugin_off")
    assert APPLICATION not in desk.manifest.entities
    admin.update(ORG, "site", estate.company.sites[ESTATE], {"plugins": None})
    admin.deliver()
    desk.deliver()
    assert str(see(desk, application)["number"]).startswith("ZXSQ-2026-")


@given(st.integers(0, 50))
def test_the_demo_makes_renovations_that_fit_the_entities(seed: int) -> None:
    made, keys = list(records("CYY", seed)), set()
    assert made == list(records("CYY", seed))
    assert [record.days_ago for record in made] == sorted((record.days_ago or 0 for record in made), reverse=True)
    for record in made:
        model = LOADED.registry.models[record.entity]
        settable = model.importable if record.author == "admin" else model.settable
        assert record.values.keys() <= settable
        for name, value in record.values.items():
            if isinstance(value, Made):
                assert value.key in keys
            elif not isinstance(value, Existing) and name != model.state_field:
                assert model.checks[name](value) is not None
        assert all(act.act in model.transitions for act in record.acts)
        keys.add(record.key)


def test_TKT_14_its_registers_share_no_series_with_any_other() -> None:
    rules = [entity.number for entity in LOADED.registry.entities.values() if entity.number]
    series = [prefix for rule in rules for prefix in {rule.prefix, *rule.prefixes.values()}]
    assert len(series) == len(set(series))
