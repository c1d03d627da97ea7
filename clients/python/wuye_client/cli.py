"""``wuye-client``: the offline client on the command line, in four languages."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from wuye_client.device import Device
from wuye_client.errors import WuyeError
from wuye_client.replica import Replica
from wuye_client.shell import BadPair, Shell, read_pairs
from wuye_client.texts import LANGUAGES, guess_locale, say

_LANG = guess_locale()
_WIDE = 200  # files and pipes have no width of their own


def _t(key: str) -> str:
    return say(key, _LANG)


class _Options:
    """What stands before the command; opens the replica when a command needs it."""

    def __init__(self, folder: str, user: str | None, locale: str) -> None:
        self.device = Device.open(folder)
        self.user = user or self.device.card.current
        self.locale = locale

    def shell(self, user: str | None = None) -> Shell:
        """Open the user's replica."""
        name = user or self.user
        if not name:
            raise click.UsageError(say("cli.no_user", self.locale))
        replica = Replica.open(self.device.path_of(name), device=self.device)
        click.get_current_context().call_on_close(replica.close)
        fixed = sys.stdout.isatty() or "COLUMNS" in os.environ
        return Shell(replica, self.locale, Console(width=None if fixed else _WIDE))


class _Group(click.Group):
    """Turns what the client raises into a sentence for people and an exit code for scripts."""

    def invoke(self, ctx: click.Context) -> Any:  # click's own signature
        try:
            return super().invoke(ctx)
        except WuyeError as error:
            locale = ctx.params.get("lang") or _LANG
            click.secho(error.text(locale), fg="red", err=True)
            sys.exit(1)
        except BadPair as error:
            raise click.UsageError(say("cli.bad_pair", ctx.params.get("lang") or _LANG, text=error)) from None


_pass = click.make_pass_decorator(_Options)


def _command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    return main.command(name, help=_t(f"cli.{name}"))


@click.group(cls=_Group, help=_t("cli.about"))
@click.option(
    "--dir",
    "folder",
    envvar="WUYE_CLIENT_DIR",
    default=lambda: click.get_app_dir("wuye-client"),
    help=_t("cli.opt.dir"),
)
@click.option("--user", envvar="WUYE_USER", help=_t("cli.opt.user"))
@click.option("--lang", type=click.Choice(LANGUAGES), default=guess_locale, help=_t("cli.opt.lang"))
@click.pass_context
def main(context: click.Context, folder: str, user: str | None, lang: str) -> None:
    """Read the common options."""
    context.obj = _Options(folder, user, lang)


@_command("login")
@click.argument("url")
@click.argument("username")
@click.option("--password", envvar="WUYE_PASSWORD", default="", help=_t("cli.password"))
@click.option("--code", default="", help=_t("cli.opt.code"))
@click.option("--device", default="", help=_t("cli.opt.device"))
@_pass
def login(options: _Options, url: str, username: str, password: str, code: str, device: str) -> None:
    shell = options.shell(username)
    if code:
        password = ""
    elif not password:
        password = click.prompt(say("cli.password", options.locale), hide_input=True)
    shell.replica.login(url, username, password, code=code, device_name=device)
    options.device.card.current = username
    options.device.save()
    shell.say("cli.logged_in", user=username, sites=len(shell.replica.sites))


@_command("logout")
@_pass
def logout(options: _Options) -> None:
    shell = options.shell()
    shell.replica.logout()
    shell.say("cli.logged_out")


@_command("sync")
@_pass
def sync(options: _Options) -> None:
    shell = options.shell()
    waiting = sum(entry.state in ("waiting", "sent") for entry in shell.replica.outbox(decided=False))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True) as bar:
        tasks = {
            "push": bar.add_task(say("cli.pushing", options.locale), total=waiting),
            "pull": bar.add_task(say("cli.pulling", options.locale), total=None),
            "blobs": bar.add_task(say("cli.sending", options.locale), total=None, visible=False),
        }
        report = shell.replica.sync(lambda done, phase: bar.update(tasks[phase], completed=done, visible=True))
    sent = sum(report.outcomes.values())
    shell.say("cli.synced", sent=sent, read=report.changes, left=report.outbox)
    if report.uploads:
        shell.say("cli.uploads_left", count=report.uploads)
    if report.clock_wrong:
        shell.say("cli.clock_wrong", minutes=round(abs(report.offset) / 60_000))
    if report.forked:
        shell.say("cli.forked")
    if report.restored:
        shell.say("cli.restored")
    if report.attention:
        shell.outcomes(report.attention)


@_command("status")
@_pass
def status(options: _Options) -> None:
    shell = options.shell()
    replica = shell.replica
    waiting = [entry for entry in replica.outbox(decided=False) if entry.state in ("waiting", "sent")]
    shell.pairs(
        {
            "user": f"{replica.manifest.user.name} ({options.user})",
            "server": replica.store.meta("url") or "",
            "device": replica.device.card.name,
            "sites": ", ".join(site.code or site.name for site in replica.sites),
            "unsent": f"{len(waiting)}" + (f" ({shell.moment(waiting[0].op)})" if waiting else ""),
            "reviews": str(len(replica.view.query("review", [s.id for s in replica.sites], where={"status": "open"}))),
            "records": str(replica.store.count("SELECT COUNT(*) FROM record")),
        }
    )


@_command("list")
@click.argument("entity")
@click.option("--site", help=_t("cli.opt.site"))
@click.option("--where", multiple=True, help=_t("cli.opt.where"))
@click.option("--search", help=_t("cli.opt.search"))
@click.option("--order", multiple=True, help=_t("cli.opt.order"))
@click.option("--limit", type=int, default=50, show_default=True, help=_t("cli.opt.limit"))
@_pass
def list_records(
    options: _Options,
    entity: str,
    *,
    site: str | None,
    where: tuple[str, ...],
    search: str | None,
    order: tuple[str, ...],
    limit: int,
) -> None:
    shell = options.shell()
    known = shell.entity(entity)
    wanted = shell.values(entity, where)
    shell.entity(entity, [*wanted, *(name.removeprefix("-") for name in order)])
    by = order or known.views.list.sort
    found = shell.replica.query(entity, site=site, where=wanted, search=search, order=by, limit=limit)
    shell.records(entity, found)


@_command("show")
@click.argument("site")
@click.argument("entity")
@click.argument("record")
@_pass
def show(options: _Options, site: str, entity: str, record: str) -> None:
    shell = options.shell()
    found = shell.replica.get(site, entity, shell.find(site, entity, record))
    if found:
        shell.record(found)


@_command("new")
@click.argument("site")
@click.argument("entity")
@click.argument("values", nargs=-1)
@_pass
def new(options: _Options, site: str, entity: str, values: tuple[str, ...]) -> None:
    shell = options.shell()
    given = shell.values(entity, values)
    shell.saved(site, entity, shell.replica.create(site, entity, given))


@_command("edit")
@click.argument("site")
@click.argument("entity")
@click.argument("record")
@click.argument("values", nargs=-1, required=True)
@_pass
def edit(options: _Options, site: str, entity: str, record: str, values: tuple[str, ...]) -> None:
    shell = options.shell()
    given = shell.values(entity, values)
    found = shell.find(site, entity, record)
    if shell.replica.update(site, entity, found, given):
        shell.saved(site, entity, found)
    else:
        shell.say("cli.unchanged")


@_command("act")
@click.argument("site")
@click.argument("entity")
@click.argument("record")
@click.argument("act")
@click.argument("values", nargs=-1)
@click.option("--arg", multiple=True, help=_t("cli.opt.arg"))
@_pass
def run_act(
    options: _Options,
    site: str,
    entity: str,
    record: str,
    act: str,
    values: tuple[str, ...],
    arg: tuple[str, ...],
) -> None:
    shell = options.shell()
    given = shell.values(entity, values)
    found = shell.find(site, entity, record)
    shell.replica.act(site, entity, found, act, read_pairs(arg), given)
    shell.saved(site, entity, found)


@_command("delete")
@click.argument("site")
@click.argument("entity")
@click.argument("record")
@_pass
def delete(options: _Options, site: str, entity: str, record: str) -> None:
    shell = options.shell()
    found = shell.find(site, entity, record)
    shell.replica.delete(site, entity, found)
    shell.saved(site, entity, found)


@_command("attach")
@click.argument("site")
@click.argument("entity")
@click.argument("record")
@click.argument("field")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_pass
def attach(options: _Options, site: str, entity: str, record: str, field: str, files: tuple[Path, ...]) -> None:
    shell = options.shell()
    shell.entity(entity, [field])
    found = shell.find(site, entity, record)
    seen = shell.replica.get(site, entity, found)
    there = seen.get(field) if seen else None
    added = [shell.replica.attach(file) for file in files]
    shell.replica.update(site, entity, found, {field: [*(there if isinstance(there, list) else []), *added]})
    shell.saved(site, entity, found)


@_command("uploads")
@click.option("--all", "all_", is_flag=True, help=_t("cli.opt.all"))
@_pass
def list_uploads(options: _Options, all_: bool) -> None:
    shell = options.shell()
    shell.uploads(shell.replica.uploads(all=all_))


@_command("blob")
@click.argument("sha256")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_pass
def save_blob(options: _Options, sha256: str, path: Path) -> None:
    path.write_bytes(options.shell().replica.blob(sha256))


@_command("outbox")
@click.option("--all", "decided", is_flag=True, help=_t("cli.opt.all"))
@_pass
def list_outbox(options: _Options, decided: bool) -> None:
    shell = options.shell()
    shell.entries(shell.replica.outbox(decided=decided))


@_command("reviews")
@click.option("--site", help=_t("cli.opt.site"))
@_pass
def reviews(options: _Options, site: str | None) -> None:
    shell = options.shell()
    shell.reviews(shell.replica.query("review", site=site, where={"status": "open"}))


@_command("resolve")
@click.argument("site")
@click.argument("review")
@click.argument("values", nargs=-1)
@click.option("--op", "ops", multiple=True, help=_t("cli.opt.op"))
@_pass
def resolve(options: _Options, site: str, review: str, values: tuple[str, ...], ops: tuple[str, ...]) -> None:
    shell = options.shell()
    found = shell.replica.get(site, "review", shell.find(site, "review", review))
    if found:
        entity = str(found.get("subject_entity"))
        given = shell.values(entity, values)
        shell.replica.resolve(site, found.id, ops or None, given)
        shell.saved(site, entity, str(found.get("subject")))


@_command("export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_pass
def export(options: _Options, path: Path) -> None:
    shell = options.shell()
    shell.say("cli.exported", count=shell.replica.export_outbox(path))


@_command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_pass
def import_(options: _Options, path: Path) -> None:
    shell = options.shell()
    shell.say("cli.imported", count=shell.replica.import_outbox(path))
