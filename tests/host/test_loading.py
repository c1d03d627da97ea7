"""Plugins are loaded one by one; what fails is named and left out (design §3)."""

from collections.abc import Callable, Sequence
from types import ModuleType

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.api import API_VERSION, Entity, Extends, Field, PluginInfo, Report, Role, hookimpl
from wuye.host import Loaded, load
from wuye.model.registry import BadPlugin, Registry

PACKAGE = "wuye.host"  # a package without locales


class Source:
    """A plugin made up in a test."""

    def __init__(self, name: str, **hooks: object) -> None:
        self.name = name
        self._hooks = hooks

    def load(self) -> object:
        module = ModuleType(self.name)
        given = {"wuye_plugin": info(self.name), **self._hooks}
        for hook, value in given.items():
            if value is not None:
                setattr(module, hook, hookimpl(_giving(hook, value)))
        return module


def _giving(name: str, value: object) -> Callable[[], object]:
    def answer() -> object:
        if isinstance(value, Exception):
            raise value
        return value

    answer.__name__ = name
    return answer


def info(id_: str, *, depends_on: tuple[str, ...] = (), api: int = API_VERSION, package: str = PACKAGE) -> PluginInfo:
    return PluginInfo(id=id_, version="1", api=api, package=package, depends_on=depends_on)


def entity(name: str, *fields: Field, stream: str | None = None, **rest: object) -> Entity:
    return Entity(name=name, fields=fields, stream=stream or name, title="", **rest)  # type: ignore[arg-type]


CORE = Source("core", wuye_entities=[entity("thing", Field(name="name"), stream="things")]).load()


def loaded(*sources: Source) -> Loaded:
    return load(CORE, sources)


def reason(result: Loaded, plugin: str) -> str:
    return next(out.reason for out in result.quarantined if out.plugin == plugin)


class Broken:
    """An entry point whose module cannot be imported."""

    def __init__(self, name: str, error: BaseException) -> None:
        self.name = name
        self._error = error

    def load(self) -> object:
        raise self._error


def _unknown_hook() -> object:
    module = Source("bad").load()
    module.wuye_entitys = hookimpl(_giving("wuye_entitys", []))  # type: ignore[attr-defined]
    return module


def _wrong_argument() -> object:
    module = Source("bad").load()

    @hookimpl
    def wuye_entities(registry: object) -> object:
        return [registry]

    module.wuye_entities = wuye_entities  # type: ignore[attr-defined]
    return module


class Ready:
    def __init__(self, name: str, module: object) -> None:
        self.name = name
        self.load = lambda: module


FAULTS = {
    "cannot be imported": Broken("bad", ImportError("No module named 'nothing'")),
    "SystemExit": Broken("bad", SystemExit(2)),
    "unknown hook 'wuye_entitys'": Ready("bad", _unknown_hook()),
    "hook does not fit": Ready("bad", _wrong_argument()),
    "does not implement wuye_plugin": Source("bad", wuye_plugin=None),
    "wuye_plugin must return a PluginInfo": Source("bad", wuye_plugin=7),
    "calls itself other": Source("bad", wuye_plugin=info("other")),
    f"needs api {API_VERSION + 1}": Source("bad", wuye_plugin=info("bad", api=API_VERSION + 1)),
    "needs api 0": Source("bad", wuye_plugin=info("bad", api=0)),
    "locales/zh-Hant.json": Source("bad", wuye_plugin=info("bad", package="no_such_package")),
    "wuye_entities failed: KeyError('x')": Source("bad", wuye_entities=KeyError("x")),
    "wuye_entities must return a sequence of Entity": Source("bad", wuye_entities=[entity("bad.a"), "b"]),
    "wuye_rules must return a sequence, not 5": Source("bad", wuye_rules=5),
    "must be named bad.<name>": Source("bad", wuye_entities=[entity("note")]),
    "unknown entity nowhere": Source(
        "bad", wuye_entities=[entity("bad.a", Field(name="r", type="ref", ref="nowhere"))]
    ),
    "extends the unknown entity": Source("bad", wuye_entities=[entity("bad.a", extends=Extends("nowhere", ("x",)))]),
    "stream things belongs to another": Source("bad", wuye_entities=[entity("bad.a", stream="things")]),
    "bad.a: ": Source("bad", wuye_entities=[entity("bad.a", Field(name="x", derive="1 +"))]),
    "depends on missing": Source("bad", wuye_plugin=info("bad", depends_on=("missing",))),
    "depends on bad": Source("bad", wuye_plugin=info("bad", depends_on=("bad",))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_design_3_a_plugin_at_fault_is_left_out_with_a_reason_and_the_rest_starts(fault: str) -> None:
    good = Source("good", wuye_entities=[entity("good.a")])
    result = load(CORE, [good, FAULTS[fault]])  # type: ignore[list-item]
    assert list(result.registry.plugins) == ["core", "good"]
    assert fault in reason(result, "bad")


@pytest.mark.parametrize("fault", FAULTS)
def test_design_3_strict_makes_the_same_faults_fatal(fault: str) -> None:
    with pytest.raises(BadPlugin) as raised:
        load(CORE, [FAULTS[fault]], strict=True)  # type: ignore[list-item]
    assert fault in str(raised.value)
    assert raised.value.plugin == "bad"


def test_design_3_the_later_of_two_that_claim_one_name_is_left_out() -> None:
    report = Report(id="r", entities=(), query=lambda *_: None)  # type: ignore[arg-type]
    result = loaded(Source("b", wuye_reports=[report]), Source("a", wuye_reports=[report]))
    assert list(result.registry.plugins) == ["core", "a"]
    assert "report r exists already" in reason(result, "b")


def test_design_3_two_distributions_cannot_share_an_id() -> None:
    result = loaded(Source("a"), Source("a"), Source("core"))
    assert list(result.registry.plugins) == ["core", "a"]
    assert [out.plugin for out in result.quarantined] == ["a", "core"]


def test_design_3_what_depends_on_a_plugin_at_fault_is_left_out_too() -> None:
    broken = Source("a", wuye_entities=[entity("b.x")])
    result = loaded(broken, Source("b", wuye_plugin=info("b", depends_on=("a",))), Source("c"))
    assert list(result.registry.plugins) == ["core", "c"]
    assert "depends on a" in reason(result, "b")


def test_design_3_circles_are_left_out() -> None:
    result = loaded(
        Source("a", wuye_plugin=info("a", depends_on=("b",))),
        Source("b", wuye_plugin=info("b", depends_on=("a",))),
        Source("c"),
    )
    assert list(result.registry.plugins) == ["core", "c"]
    assert "depends on b" in reason(result, "a")
    assert "depends on a" in reason(result, "b")


def test_design_3_a_core_at_fault_is_fatal() -> None:
    with pytest.raises(BadPlugin, match="plugin core"):
        load(Source("core", wuye_entities=[entity("a"), entity("a")]).load(), [])


@given(st.permutations("abcdef"), st.permutations("abcdef"), st.data())
def test_design_3_order_is_by_dependency_then_id_however_plugins_are_found(
    found: Sequence[str], rank: Sequence[str], data: st.DataObject
) -> None:
    depends = {id_: tuple(before for before in rank[:n] if data.draw(st.booleans())) for n, id_ in enumerate(rank)}

    def order(ids: Sequence[str]) -> list[str]:
        result = loaded(*(Source(id_, wuye_plugin=info(id_, depends_on=depends[id_])) for id_ in ids))
        return list(result.registry.plugins)[1:]

    ordered = order(found)
    assert ordered == order("abcdef")
    for place, id_ in enumerate(ordered):
        ready = [other for other in ordered[place:] if set(depends[other]) <= set(ordered[:place])]
        assert id_ == min(ready)


def test_USR_4_plugins_add_rights_to_roles_that_exist() -> None:
    core = Source("core", wuye_roles=[Role(id="desk", rights=("a.create",), streams=("a",))]).load()
    plugin = Source("p", wuye_roles=[Role(id="desk", rights=("p.x.create", "a.create"), streams=("p",))])
    desk = load(core, [plugin]).registry.roles["desk"]
    assert desk == Role(id="desk", rights=("a.create", "p.x.create"), streams=("a", "p"))


def test_commands_and_piccolo_apps_come_from_the_plugins_that_started() -> None:
    listing = click.Command("list")
    result = loaded(
        Source("b", wuye_piccolo_app="b.piccolo_app", wuye_commands=[listing]),
        Source("a", wuye_piccolo_app="a.piccolo_app"),
        Source("c", wuye_piccolo_app="c.piccolo_app", wuye_commands=[click.Command("x")], wuye_rules=5),
    )
    assert result.piccolo_apps == ("a.piccolo_app", "b.piccolo_app")
    assert result.commands == {"b": (listing,)}


def test_design_3_by_default_a_site_has_the_plugins_meant_for_its_type() -> None:
    def meant(id_: str, *types: str, depends_on: tuple[str, ...] = ()) -> Source:
        card = PluginInfo(id=id_, version="1", api=1, package=PACKAGE, meant_for=types, depends_on=depends_on)
        return Source(id_, wuye_plugin=card)

    registry = loaded(meant("all"), meant("homes", "residential"), meant("more", depends_on=("homes",))).registry
    assert registry.plugins_for("residential") == {"core", "all", "homes", "more"}
    assert registry.plugins_for("mall") == {"core", "all"}
    assert registry.plugins_for("organisation") == {"core"}
    assert registry.plugins_for("residential", []) == {"core"}
    assert registry.plugins_for("residential", ["more"]) == {"core"}
    assert registry.plugins_for("mall", ["homes", "more", "uninstalled"]) == {"core", "homes", "more"}


def test_the_registry_is_the_same_whoever_is_asked_first() -> None:
    plugins = [Source("a", wuye_entities=[entity("a.x")]), Source("b", wuye_entities=[entity("b.x")])]
    assert loaded(*plugins).registry.hash == loaded(*reversed(plugins)).registry.hash != Registry([]).hash
