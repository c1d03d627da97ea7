"""``wuye import`` and ``wuye export``: files of a company's past come in, household ledgers go out again."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wuye.cli.options import database, folder
from wuye.cli.say import say

if TYPE_CHECKING:
    from wuye.imports.drafts import Draft
    from wuye.imports.run import Way
    from wuye.sync.directory import Directory


def _speak(_context: click.Context, _option: click.Parameter, language: str | None) -> None:
    if language:
        os.environ["WUYE_LANG"] = language


file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
map_file = click.option(
    "--map",
    "map_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Which column is which field: a TOML file, see maps/.",
)
site_code = click.option("--site", metavar="CODE", required=True, help="The site's code.")
user_name = click.option("--user", metavar="USERNAME", help="In whose name; by default the first administrator.")
dry_run = click.option("--dry-run", is_flag=True, help="Check everything, say what would happen, write nothing.")
errors_to = click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write all faults and notes to this CSV or XLSX."
)
lang = click.option(
    "--lang",
    type=click.Choice(["zh-Hant", "zh-Hans", "ru", "en"]),
    callback=_speak,
    expose_value=False,
    is_eager=True,
    help="The language of what is said; by default the terminal's.",
)


@click.group("import")
def import_group() -> None:
    """Bring in what a company has in files. The whole file is checked before anything is written, and what was
    imported before is not imported again. A server may run meanwhile."""


@click.group("export")
def export_group() -> None:
    """Take out what a company has here, as files that spreadsheet programs open."""


@import_group.command("tickets")
@file
@map_file
@folder
@database
@dry_run
@user_name
@errors_to
@lang
def import_tickets(
    file: Path,
    map_path: Path,
    dir_: Path,
    database: str | None,
    dry_run: bool,
    user: str | None,
    errors: Path | None,
) -> None:
    """Import requests from FILE (CSV, XLSX, XLS, ODS) as tickets at the sites that its rows name."""
    from wuye.cli.importing import bring_in
    from wuye.imports.mapping import load_map
    from wuye.imports.reading import read_table
    from wuye.imports.tickets import draft_tickets

    map_ = load_map(map_path, "ticket")
    table = read_table(file, map_.file)

    def draft(_way: "Way", directory: "Directory", now: datetime) -> "Draft":
        return draft_tickets(table, map_, directory, now)

    bring_in(dir_, database, user, errors, draft, rights=("ticket.create", "ticket.import"), dry_run=dry_run)


@import_group.command("households")
@file
@map_file
@site_code
@folder
@database
@dry_run
@user_name
@errors_to
@lang
def import_households(
    file: Path,
    map_path: Path,
    site: str,
    dir_: Path,
    database: str | None,
    dry_run: bool,
    user: str | None,
    errors: Path | None,
) -> None:
    """Import a household ledger from FILE (CSV, XLSX, XLS, ODS), one row a household, to one site."""
    from wuye.cli.importing import bring_in, find_site
    from wuye.imports.households import ENTITIES, draft_households
    from wuye.imports.mapping import load_map
    from wuye.imports.reading import read_table

    map_ = load_map(map_path, "household")
    table = read_table(file, map_.file)

    def draft(way: "Way", directory: "Directory", now: datetime) -> "Draft":
        at = find_site(directory, site)
        on_file = way.read(lambda snapshot: snapshot.entities(at, ENTITIES))
        return draft_households(table, map_, directory, at, on_file, now)

    rights = [f"{entity}.create" for entity in ENTITIES]
    bring_in(dir_, database, user, errors, draft, rights=rights, dry_run=dry_run)


@export_group.command("households")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@map_file
@site_code
@folder
@database
@user_name
@lang
def export_households(
    file: Path, map_path: Path, site: str, dir_: Path, database: str | None, user: str | None
) -> None:
    """Write a site's households to FILE (CSV or XLSX) in the columns of the map, so that they can be imported again.

    Private columns are filled only for those who may read them, and each look-up is logged.
    """
    from wuye.cli.exporting import take_out

    count = take_out(dir_, database, user, file, map_path, site)
    click.echo(say("import.exported", count=count, file=file.name))
