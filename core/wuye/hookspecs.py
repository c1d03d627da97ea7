"""Every hook, in order of call. All are called once, at start; they return descriptors, and the code inside the
descriptors runs later (design §3). Implement those you need with ``@hookimpl`` in the plugin's module.

Texts come from ``locales/<language>.json`` beside the plugin's module, not from a hook.
"""

from collections.abc import Sequence

import click
import pluggy

from wuye.model.entity import Entity
from wuye.model.plugin import CodeList, Demo, Job, PluginInfo, Role, Setting
from wuye.model.printing import Print
from wuye.model.report import Calendar, Report
from wuye.model.rules import Rule

API_VERSION = 1
OLDEST_API_VERSION = 1

hookspec = pluggy.HookspecMarker("wuye")
hookimpl = pluggy.HookimplMarker("wuye")


class Hooks:
    """The specification; see docs/hooks.md for an example of each."""

    @hookspec
    def wuye_plugin(self) -> PluginInfo:  # type: ignore[empty-body]
        """Say who the plugin is. Required; called first."""

    @hookspec
    def wuye_piccolo_app(self) -> str:  # type: ignore[empty-body]
        """Return the dotted path of the module with the plugin's Piccolo ``APP_CONFIG``, so that it is migrated."""

    @hookspec
    def wuye_settings(self) -> Sequence[Setting]:  # type: ignore[empty-body]
        """Declare values that a company may set, for the installation or per site."""

    @hookspec
    def wuye_codes(self) -> Sequence[CodeList]:  # type: ignore[empty-body]
        """Declare choice lists and category trees; a company may add values."""

    @hookspec
    def wuye_entities(self) -> Sequence[Entity]:  # type: ignore[empty-body]
        """Declare synced entities."""

    @hookspec
    def wuye_roles(self) -> Sequence[Role]:  # type: ignore[empty-body]
        """Declare roles with rights and streams. A role that exists already gains what is declared here (USR-4)."""

    @hookspec
    def wuye_rules(self) -> Sequence[Rule]:  # type: ignore[empty-body]
        """Declare rules over changes."""

    @hookspec
    def wuye_reports(self) -> Sequence[Report]:  # type: ignore[empty-body]
        """Declare reports."""

    @hookspec
    def wuye_prints(self) -> Sequence[Print]:  # type: ignore[empty-body]
        """Declare printable forms."""

    @hookspec
    def wuye_calendars(self) -> Sequence[Calendar]:  # type: ignore[empty-body]
        """Declare calendars to subscribe to."""

    @hookspec
    def wuye_jobs(self) -> Sequence[Job]:  # type: ignore[empty-body]
        """Declare work by the clock."""

    @hookspec
    def wuye_demo(self) -> Demo:  # type: ignore[empty-body]
        """Give demo data."""

    @hookspec
    def wuye_commands(self) -> Sequence[click.Command]:  # type: ignore[empty-body]
        """Add commands under ``wuye <plugin id>``."""
