"""``wuye print``: a form about a record as an HTML file, as a user may see it."""

from pathlib import Path

import click

from wuye.cli.options import database, folder
from wuye.cli.say import language, say
from wuye.model.catalogue import LANGUAGES


@click.command("print")
@click.argument("site")
@click.argument("form")
@click.argument("record")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The form's language; by default that of the terminal.")
@click.option("--user", metavar="NAME", help="Who prints; by default the first administrator.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="By default the screen.")
@folder
@database
def print_command(
    site: str,
    form: str,
    record: str,
    lang: str | None,
    user: str | None,
    out: Path | None,
    dir_: Path,
    database: str | None,
) -> None:
    """Print FORM about RECORD (its id or number) at SITE (its code) as one HTML document.

    What the user may not read stays blank, and each look-up of private data is logged.
    """
    html = _print(dir_, database, site, form, record, lang or language(), user)
    if out:
        out.write_text(html, "utf-8")
        click.echo(say("cli.print.done", file=out.name))
    else:
        click.echo(html)


def _print(dir_: Path, database: str | None, code: str, form: str, record: str, lang: str, username: str | None) -> str:
    from wuye.bootstrap import find_user, first_admin
    from wuye.cli.importing import find_site
    from wuye.cli.reach import reach
    from wuye.kernel.clock import system_clock
    from wuye.kernel.errors import Problem
    from wuye.prints import Asker, named, print_form
    from wuye.reports.running import LOOKED_UP
    from wuye.settings import load_settings
    from wuye.storage.blobs import Objects
    from wuye.sync.directory import load_directory

    with reach(dir_, database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        now = system_clock()
        user = find_user(directory, username) if username else first_admin(directory, now)
        site, known = find_site(directory, code), way.registry.prints.get(form)
        if known is None:
            values = {"form": form, "forms": ", ".join(sorted(way.registry.prints))}
            raise Problem("not_found", extra={"message": "cli.print.no_form", "values": values})
        asker = Asker(user=user, site=site, language=lang, now=now)
        try:
            id_ = way.read(lambda snapshot: named(snapshot, directory, site, known.entity, record))
            objects = Objects.of(load_settings(dir_, database=database))
            printed = way.read(lambda snapshot: print_form(snapshot, directory, asker, form, id_, objects))
        except Problem as problem:
            if problem.code != "not_found":
                raise
            message = {"message": "cli.print.no_record", "values": {"record": record}}
            raise Problem("not_found", extra=message) from problem
        results = way.submit(user, "look-ups", site, printed.look_ups, writes=LOOKED_UP) if printed.look_ups else []
    if any(result.status != "applied" for result in results):
        raise Problem("internal", extra={"message": "cli.print.not_logged", "values": {}})
    return printed.document.html
