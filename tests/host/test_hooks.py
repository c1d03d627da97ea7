"""Every hook is documented, typed in the facade and proved here (one test a hook, named after it)."""

import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import pluggy
import pytest

from wuye import api
from wuye.api import (
    Calendar,
    Change,
    CodeList,
    Demo,
    DemoRecord,
    Entity,
    Event,
    Facts,
    Field,
    FollowUp,
    Job,
    PluginInfo,
    Print,
    Reader,
    Report,
    Role,
    Rule,
    Setting,
    Table,
    View,
    hookimpl,
)
from wuye.hookspecs import Hooks
from wuye.host import Loaded, load
from wuye.host.facade import Plugin

DOCS = Path(__file__).parents[2] / "docs"


def _specs() -> dict[str, str]:
    manager = pluggy.PluginManager("wuye")
    manager.add_hookspecs(Hooks)
    callers = (getattr(manager.hook, name) for name in vars(manager.hook) if name.startswith("wuye_"))
    return {caller.name: f"{caller.name}({', '.join(caller.spec.argnames)})" for caller in callers}


HOOKS = _specs()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_heading_in_the_docs(hook: str) -> None:
    headings = re.findall(r"^## `(.*)`$", (DOCS / "hooks.md").read_text("utf-8"), re.MULTILINE)
    assert HOOKS[hook] in headings


def test_the_docs_know_no_other_hooks_and_keep_the_order_of_call() -> None:
    headings = re.findall(r"^## `(wuye_.*)`$", (DOCS / "hooks.md").read_text("utf-8"), re.MULTILINE)
    assert headings == [HOOKS[name] for name in vars(Hooks) if name.startswith("wuye_")]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_typed_method(hook: str) -> None:
    assert vars(Plugin)[hook].__annotations__["return"]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test(hook: str) -> None:
    assert any(name.startswith(f"test_{hook}_") for name in globals())


def test_the_api_exports_exactly_what_it_imports() -> None:
    assert {name for name in vars(api) if not name.startswith("_")} == set(api.__all__)


def test_the_api_is_imported_without_piccolo() -> None:
    loads = "import sys, wuye.api; sys.exit('piccolo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


def test_the_examples_in_the_docs_are_python() -> None:
    for name in ("hooks.md", "plugins.md"):
        for block in re.findall(r"^```python\n(.*?)^```", (DOCS / name).read_text("utf-8"), re.MULTILINE | re.DOTALL):
            compile(block, name, "exec")


async def _no_rows(_reader: Reader, _site: str, _args: object) -> Table:
    return Table(columns=("a",), rows=[])


async def _no_events(_reader: Reader, _site: str) -> Sequence[Event]:
    return ()


async def _nothing(_reader: Reader, _site: str, _now: datetime) -> Sequence[FollowUp]:
    return ()


def _judge_nothing(_changes: Sequence[Change], _view: View) -> Sequence[api.Reject]:
    return ()


LISTING = click.Command("list")
FORM = Print(id="every.form", entity="every.thing", blocks=(Facts(fields=("n",)),))
DEMO = Demo(records=lambda _site, _seed: [DemoRecord(entity="every.thing", author="desk", values={})], off_at=("X",))


class Everything:
    """A plugin with every hook; an object serves as well as a module."""

    name = "every"

    def load(self) -> object:
        return self

    @hookimpl
    def wuye_plugin(self) -> PluginInfo:
        return PluginInfo(id="every", version="1", api=api.API_VERSION, package="wuye_lostfound")

    @hookimpl
    def wuye_piccolo_app(self) -> str:
        return "every.piccolo_app"

    @hookimpl
    def wuye_settings(self) -> Sequence[Setting]:
        return [Setting(field=Field(name="every_day", type="integer", default=3))]

    @hookimpl
    def wuye_codes(self) -> Sequence[CodeList]:
        return [CodeList(id="every_kind", values={"a": None, "b": "a"})]

    @hookimpl
    def wuye_entities(self) -> Sequence[Entity]:
        return (Entity(name="every.thing", fields=(Field(name="n"),), stream="every", title="{n}"),)

    @hookimpl
    def wuye_roles(self) -> Sequence[Role]:
        return [Role(id="desk", rights=("every.thing.create",), streams=("every",))]

    @hookimpl
    def wuye_rules(self) -> Sequence[Rule]:
        return [Rule(name="every.rule", on=("every.thing",), judge=_judge_nothing)]

    @hookimpl
    def wuye_reports(self) -> Sequence[Report]:
        return [Report(id="every.report", entities=("every.thing",), query=_no_rows)]

    @hookimpl
    def wuye_prints(self) -> Sequence[Print]:
        return [FORM]

    @hookimpl
    def wuye_calendars(self) -> Sequence[Calendar]:
        return [Calendar(id="every.calendar", entities=("every.thing",), query=_no_events)]

    @hookimpl
    def wuye_jobs(self) -> Sequence[Job]:
        return [Job(id="every.job", every=60, run=_nothing, writes=())]

    @hookimpl
    def wuye_demo(self) -> Demo:
        return DEMO

    @hookimpl
    def wuye_commands(self) -> Sequence[click.Command]:
        return [LISTING]


class Core:
    """The least that can be core."""

    @hookimpl
    def wuye_plugin(self) -> PluginInfo:
        return PluginInfo(id="core", version="1", api=api.API_VERSION, package="wuye.host")


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(Core(), [Everything()], strict=True)


def test_wuye_plugin_makes_it_known(loaded: Loaded) -> None:
    assert loaded.registry.plugins["every"].package == "wuye_lostfound"
    assert loaded.registry.catalogue.say("plugin.lostfound", "en") == "Lost and found"


def test_wuye_piccolo_app_is_handed_to_the_migrator(loaded: Loaded) -> None:
    assert loaded.piccolo_apps == ("every.piccolo_app",)


def test_wuye_settings_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.settings["every_day"].field.default == 3


def test_wuye_codes_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.codes["every_kind"].values == {"a": None, "b": "a"}


def test_wuye_entities_become_models_and_streams(loaded: Loaded) -> None:
    assert loaded.registry.models["every.thing"].plugin == "every"
    assert loaded.registry.streams["every"].entities == ("every.thing",)


def test_wuye_roles_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.roles["desk"].rights == ("every.thing.create",)


def test_wuye_rules_are_found_by_entity(loaded: Loaded) -> None:
    assert [(plugin, rule.name) for plugin, rule in loaded.registry.rules_on["every.thing"]] == [
        ("every", "every.rule")
    ]


def test_wuye_reports_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.reports["every.report"].query is _no_rows


def test_wuye_prints_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.prints["every.form"] is FORM
    assert loaded.registry.origin["print.every.form"] == "every"


def test_wuye_calendars_are_declared(loaded: Loaded) -> None:
    assert loaded.registry.calendars["every.calendar"].query is _no_events
    assert loaded.registry.origin["calendar.every.calendar"] == "every"


def test_wuye_jobs_are_declared(loaded: Loaded) -> None:
    assert [(plugin, job.id) for plugin, job in loaded.registry.jobs] == [("every", "every.job")]


def test_wuye_demo_is_kept(loaded: Loaded) -> None:
    assert loaded.registry.contributions[1].demo is DEMO


def test_wuye_commands_are_grouped_by_plugin(loaded: Loaded) -> None:
    assert loaded.commands == {"every": (LISTING,)}
