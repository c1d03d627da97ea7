"""Commands that set an installation up and serve it: init, serve, migrate, migration."""

import socket
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from wuye.cli.options import database, folder, languages
from wuye.cli.say import explain, say
from wuye.kernel.errors import Problem
from wuye.model.catalogue import LANGUAGES


@click.command("init")
@folder
@database
@click.option("--name", help="The company's name.")
@click.option("--type", "types", multiple=True, help="A property type: residential, mall, office, mixed or your own.")
@click.option("--site", "sites", multiple=True, metavar="CODE:TYPE:NAME", help="A property; may be given again.")
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="The time zone of company and sites.")
@languages
@click.option("--admin", metavar="USERNAME", help="User name of the first administrator.")
@click.option("--admin-name", help="His name as others see it.")
@click.option("--password", envvar="WUYE_PASSWORD", help="His password; better in WUYE_PASSWORD, or asked for.")
def init_command(
    dir_: Path,
    database: str | None,
    name: str | None,
    types: tuple[str, ...],
    sites: tuple[str, ...],
    timezone: str,
    languages: tuple[str, ...],
    admin: str | None,
    admin_name: str | None,
    password: str | None,
) -> None:
    """Set up an installation for a company. What is not given as an option is asked for."""
    from wuye.cli.company import Company, Site, create_company

    _check_zone(timezone)
    name = name or click.prompt(say("cli.init.name"))
    languages = languages or _ask_list("cli.init.languages", LANGUAGES, LANGUAGES)
    types = types or _ask_list("cli.init.types", ("residential", "mall", "office", "mixed"), ("residential",))
    properties = [_site(text, types) for text in sites] if sites else _ask_sites(types)
    admin = admin or click.prompt(say("cli.init.admin"), default="admin")
    admin_name = admin_name or click.prompt(say("cli.init.admin_name"), default=admin)
    password = password or _ask_password(admin)
    company = Company(
        name=name,
        languages=languages,
        types=types,
        sites=[Site(*parts) for parts in properties],
        timezone=timezone,
        admin=admin,
        admin_name=admin_name,
        password=password,
    )
    create_company(dir_, database, company)
    click.echo(say("cli.init.done", dir=dir_))


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a folder's name, like Asia
        raise click.UsageError(say("cli.init.bad_zone", zone=name)) from None


def _site(text: str, types: tuple[str, ...]) -> tuple[str, str, str]:
    code, _, rest = text.partition(":")
    type_, _, name = rest.partition(":")
    if not (code and type_ in types and name):
        raise click.UsageError(say("cli.init.bad_site", site=text, types=", ".join(types)))
    return code, type_, name


def _ask_list(key: str, choices: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    def read(typed: str) -> tuple[str, ...]:
        chosen = tuple(dict.fromkeys(typed.replace(",", " ").split()))
        if choices is LANGUAGES and not set(chosen) <= set(LANGUAGES):
            raise click.UsageError(say("cli.init.bad_language", choices=" ".join(LANGUAGES)))
        return chosen

    chosen: tuple[str, ...] = click.prompt(
        say(key, choices=" ".join(choices)), default=" ".join(default), value_proc=read
    )
    return chosen


def _ask_password(admin: str) -> str:
    """Ask until the policy of a new company takes it: the other answers are not lost over a short password."""
    from wuye.builtin import plugin as core
    from wuye.host import installed, load
    from wuye.http.sessions import check_password, policy_of
    from wuye.sync.directory import Directory

    policy = policy_of(Directory(load(core, installed()).registry, "", ()))

    def fit(typed: str) -> str:
        try:
            check_password(typed, admin, policy, everywhere=True)
        except Problem as problem:
            raise click.UsageError(explain(problem)) from None
        return typed

    return str(
        click.prompt(say("cli.password"), hide_input=True, confirmation_prompt=say("cli.repeat"), value_proc=fit)
    )


def _ask_sites(types: tuple[str, ...]) -> list[tuple[str, str, str]]:
    sites = []
    while code := click.prompt(say("cli.init.site_code"), default="", show_default=False).strip():
        name = click.prompt(say("cli.init.site_name"))
        type_ = click.prompt(say("cli.init.site_type"), type=click.Choice(types), default=types[0])
        sites.append((code, type_, name))
    return sites


@click.command("serve")
@folder
@database
@click.option("--host", help="Address to listen at; 127.0.0.1 by default.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen at; 8000 by default.")
def serve_command(dir_: Path, database: str | None, host: str | None, port: int | None) -> None:
    """Serve an installation until a signal comes (Ctrl+C). Ready when GET /health/ready answers 200."""
    from wuye.app import Installation
    from wuye.serving import serve

    with Installation.open(dir_, database) as installation:
        settings = installation.settings
        for wanted in (settings.port if port is None else port, settings.http_port):
            if wanted is not None:
                _check_port(host or settings.host, wanted)
        for left_out in installation.loaded.quarantined:
            click.secho(say("cli.quarantined", plugin=left_out.plugin, reason=left_out.reason), fg="yellow", err=True)
        serve(installation, host, port, ready=lambda url: click.echo(say("cli.serve.ready", url=url)))


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(say("cli.serve.cannot_listen", host=host, port=port)) from error


@click.command("migrate")
@folder
@database
def migrate_command(dir_: Path, database: str | None) -> None:
    """Bring the database up to date. Serving does this too; this shows what ran."""
    from wuye.builtin import plugin as core
    from wuye.host import installed, load
    from wuye.settings import load_settings
    from wuye.storage.migrator import migrate
    from wuye.storage.sqlite.connection import InstallationLock

    file = load_settings(dir_, database=database).file
    if not file.exists():
        raise Problem("not_installed", str(file))
    lock = InstallationLock(file.with_name(f"{file.name}.lock"))
    try:
        ran = migrate(file, load(core, installed()).piccolo_apps)
    finally:
        lock.release()
    for step in ran:
        click.echo(f"{step.app}  {step.name}")
    click.echo(say("cli.migrate.done", count=len(ran)))


@click.command("migration")
@click.argument("plugin")
def migration_command(plugin: str) -> None:
    """Write the migration that a PLUGIN's descriptors need, as a file in its own folder, for review."""
    from wuye.builtin import plugin as core
    from wuye.host import installed, load
    from wuye.kernel.clock import system_clock
    from wuye.storage.drift import new_migration

    loaded = load(core, installed())
    contribution = next((c for c in loaded.registry.contributions if c.info.id == plugin), None)
    if contribution is None or contribution.piccolo_app is None:
        raise click.UsageError(say("cli.migration.no_app", plugin=plugin))
    file = new_migration(loaded.registry, plugin, contribution.piccolo_app, loaded.piccolo_apps, system_clock())
    click.echo(say("cli.migration.nothing") if file is None else str(file))
