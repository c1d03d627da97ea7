"""``wuye demo``: a made-up company to try things on."""

import gc
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import msgspec

from wuye.cli.fresh import fresh
from wuye.cli.options import database, folder
from wuye.cli.say import language, say

CARD = "demo.json"
"""Holds the log-ins; its presence tells a demo."""


@click.command("demo")
@folder
@database
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people on a day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--keep", is_flag=True, help="Keep a demo that is there already and only print its log-ins.")
def demo_command(dir_: Path, database: str | None, seed: int, as_json: bool, keep: bool) -> None:
    """Make a fresh demo installation and print its log-ins.

    A residential estate (CYY), a trading mall (SFM), a head office (HQ), about 2,000 households and 3,000 tickets, a
    user for every post. With --json: {"sites": [{"id", "code", "type"}], "users": [{"username", "password",
    "roles", "sites"}]}; "roles" are role ids, a user's "sites" are site ids, all of them for posts that hold
    everywhere. An older demo in the folder is replaced; a folder that holds anything else is left alone.
    """
    card = dir_ / CARD
    if not (keep and card.exists()):
        if card.exists():
            _clear(dir_, database)
        _make(dir_, database, seed, quiet=as_json)
    if as_json:
        click.echo(card.read_text("utf-8"))
    else:
        _show(card)


def _clear(dir_: Path, database: str | None) -> None:
    """Take an older demo away.

    Raises:
        Problem: ``in_use``, a server runs there and would go on writing into nothing.
    """
    from wuye.settings import load_settings
    from wuye.storage.sqlite.connection import InstallationLock

    file = load_settings(dir_, database=database).file.absolute()
    lock = file.with_name(f"{file.name}.lock")
    if lock.exists():
        InstallationLock(lock).release()
    for part in (f"{file.name}{tail}" for tail in ("", "-wal", "-shm", ".lock")):
        file.with_name(part).unlink(missing_ok=True)
    shutil.rmtree(dir_)


def _make(dir_: Path, database: str | None, seed: int, *, quiet: bool) -> None:
    from rich.console import Console
    from rich.progress import track

    from wuye.demo.company import Batch, bring_files, play, write_script

    def progress(batches: Sequence[Batch]) -> Iterable[Batch]:
        hidden = quiet or not sys.stderr.isatty()
        return track(batches, say("cli.demo.making"), console=Console(stderr=True), transient=True, disable=hidden)

    with fresh(dir_, database) as installation:
        script = write_script(installation.registry, installation.org, seed, installation.clock())
        gc.disable()  # of all that is made here hardly anything is in cycles, and looking took a seventh of the time

        def hash_passwords() -> None:
            for user in script.users:
                installation.set_password(user.id, user.username, user.password)

        with ThreadPoolExecutor(1) as aside:
            hashed = aside.submit(hash_passwords)
            play(script, installation.store.blocking, installation.door, progress=progress)
            hashed.result()
        bring_files(installation.registry, installation.shelf, installation.store.blocking, installation.clock())
        gc.enable()
        card = installation.settings.dir / CARD
        with open(os.open(card, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(msgspec.json.encode(script.demo))


def _show(card: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from wuye.builtin import plugin as core
    from wuye.demo.company import Demo
    from wuye.host import installed, load

    texts = load(core, installed()).registry.catalogue  # plugins bring roles of their own
    demo = msgspec.json.decode(card.read_bytes(), type=Demo)
    codes = {site.id: site.code for site in demo.sites}
    table = Table(title=say("cli.demo.title"))
    for key in ("cli.user", "cli.password", "cli.role", "cli.sites"):
        table.add_column(say(key), no_wrap=key != "cli.role")
    for user in demo.users:
        roles = ", ".join(texts.say(f"role.{role}", language()) for role in user.roles)
        sites = " ".join(codes[site] for site in user.sites)
        table.add_row(user.username, user.password, roles, sites)
    Console().print(table)
