"""One plugin's hooks, typed: the only place that speaks to pluggy."""

from collections.abc import Iterable, Mapping
from importlib import resources
from typing import TypeVar

import click
import msgspec
import pluggy

from wuye.hookspecs import Hooks
from wuye.model.catalogue import LANGUAGES
from wuye.model.entity import Entity
from wuye.model.plugin import CodeList, Contribution, Demo, Job, PluginInfo, Role, Setting
from wuye.model.printing import Print
from wuye.model.registry import BadPlugin
from wuye.model.report import Calendar, Report
from wuye.model.rules import Rule

T = TypeVar("T")


class Plugin:
    """The hooks of one plugin module, one method a hook.

    Each plugin has a pluggy manager of its own, for what is asked is always asked of one plugin: a fault of
    one cannot spoil the call of another, and every error names its plugin.

    Raises:
        BadPlugin: by every method, and at once for a hook that does not exist or takes unknown arguments.
    """

    def __init__(self, name: str, module: object) -> None:
        self.name = name
        manager = pluggy.PluginManager("wuye")
        manager.add_hookspecs(Hooks)
        try:
            manager.register(module, name)
            manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise BadPlugin(name, f"a hook does not fit its specification: {error}") from error
        self._hooks = manager.hook

    def wuye_plugin(self) -> PluginInfo:
        """Return who the plugin is."""
        info = self._one("wuye_plugin", PluginInfo)
        if info is None:
            raise BadPlugin(self.name, "does not implement wuye_plugin (with @hookimpl)")
        return info

    def wuye_piccolo_app(self) -> str | None:
        """Return the dotted path of its Piccolo app, if it has tables."""
        return self._one("wuye_piccolo_app", str)

    def wuye_settings(self) -> tuple[Setting, ...]:
        """Return its settings."""
        return self._many("wuye_settings", Setting)

    def wuye_codes(self) -> tuple[CodeList, ...]:
        """Return its code lists."""
        return self._many("wuye_codes", CodeList)

    def wuye_entities(self) -> tuple[Entity, ...]:
        """Return its entities."""
        return self._many("wuye_entities", Entity)

    def wuye_roles(self) -> tuple[Role, ...]:
        """Return its roles."""
        return self._many("wuye_roles", Role)

    def wuye_rules(self) -> tuple[Rule, ...]:
        """Return its rules."""
        return self._many("wuye_rules", Rule)

    def wuye_reports(self) -> tuple[Report, ...]:
        """Return its reports."""
        return self._many("wuye_reports", Report)

    def wuye_prints(self) -> tuple[Print, ...]:
        """Return its printable forms."""
        return self._many("wuye_prints", Print)

    def wuye_calendars(self) -> tuple[Calendar, ...]:
        """Return its calendars."""
        return self._many("wuye_calendars", Calendar)

    def wuye_jobs(self) -> tuple[Job, ...]:
        """Return its jobs."""
        return self._many("wuye_jobs", Job)

    def wuye_demo(self) -> Demo | None:
        """Return its demo data, if it has any."""
        return self._one("wuye_demo", Demo)

    def wuye_commands(self) -> tuple[click.Command, ...]:
        """Return its commands."""
        return self._many("wuye_commands", click.Command)

    def contribution(self) -> Contribution:
        """Return all that the registry takes from the plugin, its texts included."""
        info = self.wuye_plugin()
        return Contribution(
            info=info,
            catalogues=self._catalogues(info.package),
            entities=self.wuye_entities(),
            rules=self.wuye_rules(),
            settings=self.wuye_settings(),
            roles=self.wuye_roles(),
            codes=self.wuye_codes(),
            reports=self.wuye_reports(),
            prints=self.wuye_prints(),
            calendars=self.wuye_calendars(),
            jobs=self.wuye_jobs(),
            demo=self.wuye_demo(),
            piccolo_app=self.wuye_piccolo_app(),
        )

    def _one(self, hook: str, kind: type[T]) -> T | None:
        answers = self._call(hook)
        if not answers:
            return None
        if not isinstance(answers[0], kind):
            raise BadPlugin(self.name, f"{hook} must return a {kind.__name__}, not {answers[0]!r:.80}")
        return answers[0]

    def _many(self, hook: str, kind: type[T]) -> tuple[T, ...]:
        given = [item for answer in self._call(hook) for item in self._items(hook, answer)]
        items = tuple(item for item in given if isinstance(item, kind))
        if len(items) < len(given):
            raise BadPlugin(self.name, f"{hook} must return a sequence of {kind.__name__} and nothing else")
        return items

    def _items(self, hook: str, answer: object) -> Iterable[object]:
        if not isinstance(answer, Iterable):
            raise BadPlugin(self.name, f"{hook} must return a sequence, not {answer!r:.80}")
        return answer

    def _call(self, hook: str) -> list[object]:
        try:
            answers: list[object] = getattr(self._hooks, hook)()
        except Exception as error:
            raise BadPlugin(self.name, f"{hook} failed: {error!r}") from error
        return answers

    def _catalogues(self, package: str) -> Mapping[str, Mapping[str, str]]:
        catalogues = {}
        for language in LANGUAGES:
            try:
                text = resources.files(package).joinpath("locales", f"{language}.json").read_text("utf-8")
                catalogues[language] = msgspec.json.decode(text, type=dict[str, str])
            except FileNotFoundError:
                catalogues[language] = {}
            except (ImportError, ValueError, msgspec.MsgspecError) as error:
                raise BadPlugin(self.name, f"locales/{language}.json of {package}: {error}") from error
        return catalogues
