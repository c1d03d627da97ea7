"""``wuye``: sets an installation up, serves it, imports into it, checks it.

Exit codes: 0 done, 1 it could not be done (rows of a file are wrong, say), 2 the command was not understood.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import version

import click

COMMANDS = {
    "init": "wuye.cli.setup:init_command",
    "demo": "wuye.cli.demo:demo_command",
    "serve": "wuye.cli.setup:serve_command",
    "migrate": "wuye.cli.setup:migrate_command",
    "migration": "wuye.cli.setup:migration_command",
    "import": "wuye.cli.imports:import_group",
    "export": "wuye.cli.imports:export_group",
    "print": "wuye.cli.printing:print_command",
    "report": "wuye.cli.reports:report_command",
    "list": "wuye.cli.reports:list_command",
    "calendar": "wuye.cli.reports:calendar_command",
    "user": "wuye.cli.users:user_command",
    "tls": "wuye.cli.tls:tls_command",
    "verify": "wuye.cli.checks:verify_command",
    "errors": "wuye.cli.checks:errors_command",
}
"""Command → where it is; a module is imported when its command is asked for, for start-up time is a goal."""


class Wuye(click.Group):
    """The command group: built-in commands, and ``wuye <plugin id>`` for those that plugins bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the built-in commands, then the plugins that bring some."""
        return [*COMMANDS, *sorted(_plugins())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command, importing its module."""
        if place := COMMANDS.get(cmd_name):
            module, _, name = place.partition(":")
            command = getattr(import_module(module), name)
            assert isinstance(command, click.Command)
            return command
        return _plugins().get(cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a problem becomes a sentence and the exit code 1."""
        from wuye.kernel.errors import Problem
        from wuye.model.registry import BadPlugin

        os.umask(0o077)  # what Wuye writes is personal data: databases, exports, log-ins
        try:
            return super().invoke(ctx)
        except Problem as problem:
            from wuye.cli.say import explain

            click.secho(f"{explain(problem)} [{problem.code}]", fg="red", err=True)
        except BadPlugin as bad:
            from wuye.cli.say import say

            click.secho(f"{say('error.bad_plugin')} ({bad})", fg="red", err=True)
        sys.exit(1)


def _plugins() -> dict[str, click.Group]:
    from wuye.builtin import plugin as core
    from wuye.host import installed, load

    commands = load(core, installed()).commands
    return {name: click.Group(name, commands={c.name or name: c for c in own}) for name, own in commands.items()}


@click.command(cls=Wuye, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("wuye"))
def main() -> None:
    """The service desk for property companies. Texts follow the language of the terminal (WUYE_LANG, LANG)."""
