"""The core as it stands alone."""

import json
from pathlib import Path

import pytest
from tests.builtin.desk import Desk

from wuye.builtin import plugin
from wuye.model.plugin import Contribution
from wuye.model.registry import Registry

LOCALES = Path(plugin.__file__).parent / "locales"


@pytest.fixture
def desk() -> Desk:
    """An empty site."""
    return Desk()


@pytest.fixture(scope="session")
def core() -> Contribution:
    """What the plugin ``core`` contributes."""
    return Contribution(
        info=plugin.wuye_plugin(),
        catalogues={file.stem: json.loads(file.read_text("utf-8")) for file in LOCALES.glob("*.json")},
        entities=tuple(plugin.wuye_entities()),
        rules=tuple(plugin.wuye_rules()),
        settings=tuple(plugin.wuye_settings()),
        roles=tuple(plugin.wuye_roles()),
        codes=tuple(plugin.wuye_codes()),
    )


@pytest.fixture(scope="session")
def registry(core: Contribution) -> Registry:
    """The registry of an installation without any further plugin."""
    return Registry([core])
