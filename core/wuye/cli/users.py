"""``wuye user``: small administration where nobody can log in yet, or nobody any more."""

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wuye.cli.options import database, folder
from wuye.cli.say import say
from wuye.kernel.errors import Problem

if TYPE_CHECKING:
    from wuye.app import Installation
    from wuye.sync.directory import Directory

password_option = click.option(
    "--password", envvar="WUYE_PASSWORD", help="Better in WUYE_PASSWORD; otherwise asked for, or made up and printed."
)


@click.group("user")
def user_command() -> None:
    """Add users and set passwords. The server must not run meanwhile."""


@user_command.command("add")
@click.argument("username")
@folder
@database
@click.option("--name", help="The name as others see it; by default the user name.")
@click.option("--role", required=True, help="The post's role id: front_desk, technician, admin …")
@click.option("--site", metavar="CODE", help="The site's code; without it the post holds everywhere.")
@click.option("--zone", metavar="CODE", help="Bind the post to a zone of the site, by the zone's code.")
@click.option("--locale", type=click.Choice(["zh-Hant", "zh-Hans", "ru", "en"]), default="zh-Hans", show_default=True)
@password_option
def add(
    username: str,
    dir_: Path,
    database: str | None,
    name: str | None,
    role: str,
    site: str | None,
    zone: str | None,
    locale: str,
    password: str | None,
) -> None:
    """Add USERNAME with one post."""
    from wuye.app import Installation
    from wuye.bootstrap import create, first_admin
    from wuye.kernel.clock import to_ms
    from wuye.kernel.ids import uuid7

    with Installation.open(dir_, database) as installation:
        now = installation.clock()
        directory = installation.directory()
        if role not in directory.roles:
            raise click.UsageError(say("cli.user.no_role", role=role, roles=", ".join(sorted(directory.roles))))
        post_site = _site(directory, site)
        post: dict[str, object] = {"role": role, "site": post_site, "key": _zone(installation, post_site, zone)}
        user = uuid7(to_ms(now), secrets.token_bytes(10))
        secret, made_up = _password(directory, password, username, everywhere=post_site == installation.org)
        about: dict[str, object] = {"username": username, "name": name or username, "locale": locale}
        grant = uuid7(to_ms(now), secrets.token_bytes(10))
        ops = [
            create("user", user, about, site=installation.org, at=now, group=user),
            create("grant", grant, {"user": user, **post}, site=installation.org, at=now, group=user),
        ]
        results = installation.submit(first_admin(directory, now), "admin", installation.org, ops)
        for op, result in zip(ops, results, strict=True):
            if result.code == "duplicate_key":
                raise Problem("duplicate_key", extra={"message": "cli.user.taken", "values": {"user": username}})
            if result.status != "applied" and result.code != "group":
                raise Problem(result.code or "invalid", f"{op.entity}: {result.message or result.status}")
        installation.set_password(user, username, secret)
    click.echo(say("cli.user.added", user=username))
    if made_up:
        click.echo(f"{say('cli.password')}: {secret}")


@user_command.command("password")
@click.argument("username")
@folder
@database
@password_option
def password_command(username: str, dir_: Path, database: str | None, password: str | None) -> None:
    """Give USERNAME a new password and end his sessions."""
    from wuye.app import Installation
    from wuye.bootstrap import find_user

    with Installation.open(dir_, database) as installation:
        directory = installation.directory()
        user = find_user(directory, username)
        everywhere = any(grant.site == directory.org for grant in directory.grants(user))
        secret, made_up = _password(directory, password, username, everywhere=everywhere)
        installation.set_password(user, str(directory.users[user]["username"]), secret)
    click.echo(say("cli.user.password_set", user=username))
    if made_up:
        click.echo(f"{say('cli.password')}: {secret}")


def _password(directory: "Directory", given: str | None, username: str, *, everywhere: bool) -> tuple[str, bool]:
    """Return a password that the policy takes, and whether it was made up here.

    Raises:
        Problem: ``weak_password``.
    """
    from wuye.http.sessions import check_password, policy_of

    made_up = given is None and not sys.stdin.isatty()
    if made_up:
        given = secrets.token_urlsafe(15)
    elif given is None:
        given = str(click.prompt(say("cli.password"), hide_input=True, confirmation_prompt=say("cli.repeat")))
    assert given is not None
    check_password(given, username, policy_of(directory), everywhere=everywhere)
    return given, made_up


def _site(directory: "Directory", code: str | None) -> str:
    if code is None:
        return directory.org
    codes = {str(info.values.get("code")): id_ for id_, info in directory.sites.items()}
    if code not in codes:
        raise click.UsageError(say("cli.no_site", site=code, sites=", ".join(sorted(codes))))
    return codes[code]


def _zone(installation: "Installation", site: str, code: str | None) -> str | None:
    if code is None:
        return None
    zones = installation.store.blocking.read(lambda snapshot: snapshot.entities(site, ("zone",)))
    codes = {str(zone.values.get("code")): zone.id for zone in zones}
    if code not in codes:
        raise click.UsageError(say("cli.no_zone", zone=code, zones=", ".join(sorted(codes)) or "—"))
    return codes[code]
