"""``wuye user``: small administration where nobody can log in yet, or nobody any more."""

import secrets
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from wuye.cli.options import database, folder
from wuye.cli.say import say
from wuye.kernel.errors import Problem

if TYPE_CHECKING:
    from wuye.cli.reach import Held, Served
    from wuye.http.credentials import Given
    from wuye.sync.directory import Directory

password_option = click.option(
    "--password", envvar="WUYE_PASSWORD", help="Better in WUYE_PASSWORD; otherwise asked for, or made up and printed."
)


@click.group("user")
def user_command() -> None:
    """Add users, set passwords, give start codes. A server may run meanwhile."""


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
    from wuye.bootstrap import create, first_admin
    from wuye.cli.reach import reach
    from wuye.kernel.clock import system_clock, to_ms
    from wuye.kernel.ids import uuid7
    from wuye.sync.directory import load_directory

    with reach(dir_, database) as way:
        now = system_clock()
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        if role not in directory.roles:
            raise click.UsageError(say("cli.user.no_role", role=role, roles=", ".join(sorted(directory.roles))))
        post_site = _site(directory, site)
        post: dict[str, object] = {"role": role, "site": post_site, "key": _zone(way, post_site, zone)}
        user = uuid7(to_ms(now), secrets.token_bytes(10))
        secret, made_up = _password(directory, password, username, everywhere=post_site == directory.org)
        about: dict[str, object] = {"username": username, "name": name or username, "locale": locale}
        grant = uuid7(to_ms(now), secrets.token_bytes(10))
        ops = [
            create("user", user, about, site=directory.org, at=now, group=user),
            create("grant", grant, {"user": user, **post}, site=directory.org, at=now, group=user),
        ]
        results = way.submit(first_admin(directory, now), "admin", directory.org, ops)
        for op, result in zip(ops, results, strict=True):
            if result.code == "duplicate_key":
                raise Problem("duplicate_key", extra={"message": "cli.user.taken", "values": {"user": username}})
            if result.status != "applied" and result.code != "group":
                raise Problem(result.code or "invalid", f"{op.entity}: {result.message or result.status}")
        way.give(_given(user, username, secret, now))
    click.echo(say("cli.user.added", user=username))
    if made_up:
        click.echo(f"{say('cli.password')}: {secret}")


@user_command.command("password")
@click.argument("username")
@folder
@database
@password_option
@click.option("--once", is_flag=True, help="Make up a password that must be changed at the first log-in.")
def password_command(username: str, dir_: Path, database: str | None, password: str | None, *, once: bool) -> None:
    """Give USERNAME a new password and end his sessions; with --once they go on until he has changed it."""
    from wuye.bootstrap import find_user
    from wuye.cli.reach import reach
    from wuye.http.codes import PASSWORD_MS
    from wuye.kernel.clock import system_clock, to_ms
    from wuye.sync.directory import load_directory

    with reach(dir_, database) as way:
        now = system_clock()
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        user = find_user(directory, username)
        everywhere = any(grant.site == directory.org for grant in directory.grants(user))
        if once:
            secret, made_up = secrets.token_urlsafe(15), True
        else:
            secret, made_up = _password(directory, password, username, everywhere=everywhere)
        _log(way, directory, user, "password")
        given = _given(user, str(directory.users[user]["username"]), secret, now)
        if once:
            given = replace(given, once_until_ms=to_ms(now) + PASSWORD_MS, ends_sessions=False)
        way.give(given)
    click.echo(say("cli.user.password_set", user=username))
    if made_up:
        click.echo(f"{say('cli.password')}: {secret}")


@user_command.command("code")
@click.argument("username")
@folder
@database
def code_command(username: str, dir_: Path, database: str | None) -> None:
    """Give USERNAME a start code: good once, for a day, in place of his password."""
    from wuye.bootstrap import find_user
    from wuye.cli.reach import reach
    from wuye.http.codes import CODE_MS, make_code
    from wuye.http.credentials import Given
    from wuye.http.passwords import hash_password
    from wuye.kernel.clock import system_clock, to_ms
    from wuye.storage.sqlite import StartCode
    from wuye.sync.directory import load_directory

    with reach(dir_, database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        user = find_user(directory, username)
        code = make_code()
        stored = StartCode(user=user, hash=hash_password(code), expires_ms=to_ms(system_clock()) + CODE_MS)
        _log(way, directory, user, "start_code")
        way.give(Given(user=user, username=str(directory.users[user]["username"]), code=stored))
    click.echo(say("cli.user.code", user=username, code=code))


def _given(user: str, username: str, secret: str, now: datetime) -> "Given":
    from wuye.http.credentials import Given
    from wuye.http.passwords import hash_password
    from wuye.kernel.clock import to_ms

    return Given(user=user, username=username, hash=hash_password(secret), changed_ms=to_ms(now), ends_sessions=True)


def _log(way: "Held | Served", directory: "Directory", user: str, screen: str) -> None:
    """Write down that whoever sits at the server gave a user something to log in with, as its first administrator."""
    from wuye.bootstrap import first_admin
    from wuye.http.credentials import PURPOSE, WRITES, logged
    from wuye.kernel.clock import system_clock

    now = system_clock()
    ops = logged([user], screen, directory.org, now)
    results = way.submit(first_admin(directory, now), PURPOSE, directory.org, ops, writes=WRITES)
    if any(result.status != "applied" for result in results):
        raise Problem("internal", "it could not be logged")


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


def _zone(way: "Held | Served", site: str, code: str | None) -> str | None:
    if code is None:
        return None
    zones = way.read(lambda snapshot: snapshot.entities(site, ("zone",)))
    codes = {str(zone.values.get("code")): zone.id for zone in zones}
    if code not in codes:
        raise click.UsageError(say("cli.no_zone", zone=code, zones=", ".join(sorted(codes)) or "—"))
    return codes[code]
