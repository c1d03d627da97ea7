"""Loads plugins once, at start. One that fails is left out with a reason; the rest starts (design §3)."""

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Protocol

import click
from msgspec import Struct

from wuye.hookspecs import API_VERSION, OLDEST_API_VERSION
from wuye.host.facade import Plugin
from wuye.model.plugin import Contribution
from wuye.model.registry import BadPlugin, Registry

GROUP = "wuye"
CORE = "core"


class Source(Protocol):
    """Where a plugin's module comes from; an installed entry point is one."""

    @property
    def name(self) -> str:
        """The plugin's id."""
        ...

    def load(self) -> object:
        """Import the module."""
        ...


class Quarantined(Struct, frozen=True, kw_only=True):
    """A plugin that was left out, and why, in words for an administrator."""

    plugin: str
    reason: str


class Loaded(Struct, frozen=True, kw_only=True):
    """The outcome of a start; ``piccolo_apps`` are dotted paths, in the order of the plugins."""

    registry: Registry
    quarantined: tuple[Quarantined, ...]
    commands: Mapping[str, tuple[click.Command, ...]]
    piccolo_apps: tuple[str, ...]


class _Candidate(Struct, frozen=True, kw_only=True):
    contribution: Contribution
    commands: tuple[click.Command, ...]

    @property
    def id(self) -> str:
        return self.contribution.info.id


def installed() -> tuple[Source, ...]:
    """Return the plugins installed in this environment, not yet imported."""
    return tuple(entry_points(group=GROUP))


def load(core: object, sources: Iterable[Source], *, strict: bool = False) -> Loaded:
    """Load the built-in plugin (a module) and the others, ordered by dependencies, then by id.

    Raises:
        BadPlugin: the core is at fault; or any plugin, when ``strict``.
    """
    base = _candidate(CORE, core)
    quarantine = _Quarantine(strict)
    candidates: dict[str, _Candidate] = {}
    for source in sorted(sources, key=lambda source: source.name):
        try:
            if source.name in candidates or source.name == CORE:
                raise BadPlugin(source.name, "another plugin has this id")
            candidates[source.name] = _candidate(source.name, _import(source))
        except BadPlugin as bad:
            quarantine.add(bad)
    accepted, registry = _merge(base, _ordered(candidates, quarantine), quarantine)
    return Loaded(
        registry=registry,
        quarantined=tuple(quarantine.faults),
        commands={candidate.id: candidate.commands for candidate in accepted if candidate.commands},
        piccolo_apps=tuple(c.contribution.piccolo_app for c in accepted if c.contribution.piccolo_app),
    )


class _Quarantine:
    def __init__(self, strict: bool) -> None:
        self.faults: list[Quarantined] = []
        self._strict = strict

    def add(self, bad: BadPlugin) -> None:
        if self._strict:
            raise bad
        self.faults.append(Quarantined(plugin=bad.plugin, reason=bad.fault))


def _import(source: Source) -> object:
    try:
        return source.load()
    except (Exception, SystemExit) as error:  # a module may do anything while it is imported
        raise BadPlugin(source.name, f"cannot be imported: {error!r}") from error


def _candidate(name: str, module: object) -> _Candidate:
    plugin = Plugin(name, module)
    info = plugin.wuye_plugin()
    if info.id != name:
        raise BadPlugin(name, f"calls itself {info.id}; its entry point must have the same name")
    if not OLDEST_API_VERSION <= info.api <= API_VERSION:
        raise BadPlugin(
            name,
            f"needs api {info.api}, this Wuye has {OLDEST_API_VERSION} to {API_VERSION}; update one of them",
        )
    return _Candidate(contribution=plugin.contribution(), commands=plugin.wuye_commands())


def _ordered(candidates: Mapping[str, _Candidate], quarantine: _Quarantine) -> list[_Candidate]:
    ordered: dict[str, _Candidate] = {}
    waiting = dict(sorted(candidates.items()))
    while ready := next((c for c in waiting.values() if not _lacking(c, ordered)), None):
        ordered[ready.id] = waiting.pop(ready.id)
    for candidate in waiting.values():
        quarantine.add(_unmet(candidate, ordered))
    return list(ordered.values())


def _lacking(candidate: _Candidate, there: Iterable[str]) -> list[str]:
    return sorted({*candidate.contribution.info.depends_on} - {CORE, *there})


def _unmet(candidate: _Candidate, there: Iterable[str]) -> BadPlugin:
    lacking = ", ".join(_lacking(candidate, there))
    return BadPlugin(candidate.id, f"depends on {lacking}, which is missing, at fault or depends on it in turn")


def _merge(core: _Candidate, plugins: list[_Candidate], quarantine: _Quarantine) -> tuple[list[_Candidate], Registry]:
    everyone = [core, *plugins]
    try:
        return everyone, _registry(everyone)
    except BadPlugin:
        pass  # whose fault it is shows when they are added one by one
    accepted, registry = [core], _registry([core])
    for candidate in plugins:
        try:
            if _lacking(candidate, [known.id for known in accepted]):
                raise _unmet(candidate, [known.id for known in accepted])
            registry = _registry([*accepted, candidate])
            accepted.append(candidate)
        except BadPlugin as bad:
            quarantine.add(bad)
    return accepted, registry


def _registry(candidates: list[_Candidate]) -> Registry:
    newest = candidates[-1].id
    try:
        return Registry(candidate.contribution for candidate in candidates)
    except BadPlugin as bad:
        raise BadPlugin(newest, bad.fault) from bad
    except Exception as error:  # a descriptor that contradicts itself
        raise BadPlugin(newest, f"its descriptors cannot be merged: {error!r}") from error
