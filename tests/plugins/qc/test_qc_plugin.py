"""The plugin is fit to ship."""

from tests.plugins.qc.office import Source

from wuye.builtin import plugin as core
from wuye.testing.plugin_check import check_plugin


def test_the_plugin_is_fit_to_ship() -> None:
    assert check_plugin(Source(), core=core) == []
