"""The plugin as a whole: fit to ship, and what it says exists in four languages."""

import re
from importlib import resources

import pytest
from tests.plugins.broadcast.studio import Source

from wuye.builtin import plugin as core
from wuye.host import load
from wuye.testing.plugin_check import check_plugin
from wuye_broadcast import plugin

REGISTRY = load(core, [Source()], strict=True).registry
SAID = re.compile(r'"((?:message|report)\.broadcast\.[a-z_.]+[a-z])"')


def test_the_plugin_is_fit_to_ship() -> None:
    assert check_plugin(Source(), core=core) == []


@pytest.mark.parametrize("module", ["reports.py", "rules/plan.py", "rules/scripts.py", "rules/log.py"])
def test_every_text_that_code_names_is_there(module: str) -> None:
    source = resources.files("wuye_broadcast").joinpath(module).read_text("utf-8")
    named = {*SAID.findall(source)}
    assert named
    assert {key for key in named if not REGISTRY.catalogue.knows(key)} == set()


def test_BRD_2_only_those_in_charge_approve() -> None:
    holders = {
        role
        for role, known in REGISTRY.roles.items()
        if {"broadcast.script.act.approve", "broadcast.emergency.act.approve"} <= {*known.rights}
    }
    assert holders == {"broadcast_manager", "cs_manager", "site_chief", "hq_cs", "admin"}
    assert "broadcast.script.act.check" in REGISTRY.roles["broadcaster"].rights


def test_rights_and_jobs_name_acts_that_there_are() -> None:
    rights = {right for role in plugin.wuye_roles() for right in role.rights}
    rights |= {right for source in (*plugin.wuye_jobs(), *plugin.wuye_rules()) for right in source.writes}
    for right in rights:
        entity, _, act = right.partition(".act.")
        if act:
            assert act in REGISTRY.models[entity].transitions, right
        else:
            assert right.rpartition(".")[0] in REGISTRY.entities, right
