"""``wuye report``, ``wuye list``, ``wuye calendar``: what is known here, as a table, a workbook or a calendar file."""

from pathlib import Path

import click

from wuye.cli.options import database, folder
from wuye.cli.say import language, say
from wuye.model.catalogue import LANGUAGES

_file = click.Path(dir_okay=False, path_type=Path)
site_code = click.argument("site")
lang_of = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of texts; by default the terminal's.")
user_name = click.option("--user", metavar="NAME", help="In whose name; by default the first administrator.")


@click.command("report")
@site_code
@click.argument("report", required=False)
@click.option("--arg", "args", multiple=True, metavar="NAME=VALUE", help="A parameter; may be given again.")
@user_name
@lang_of
@click.option("--xlsx", type=_file, metavar="FILE", help="Write a workbook with charts instead of the screen.")
@folder
@database
def report_command(
    site: str,
    report: str | None,
    args: tuple[str, ...],
    user: str | None,
    lang: str | None,
    xlsx: Path | None,
    dir_: Path,
    database: str | None,
) -> None:
    """Run REPORT at SITE (its code); without REPORT, list those that there are. A server may run meanwhile.

    What somebody may not read whole he gets no report of, and each look-up of private data is logged.
    """
    from wuye.cli.reporting import Asker, reports_at, run

    asker = Asker(dir_=dir_, database=database, username=user, site=site, language=lang or language())
    if report is None:
        reports_at(asker)
        return
    given = dict(_argument(arg) for arg in args)
    count = run(asker, report, given, xlsx)
    if xlsx:
        click.echo(say("cli.rows_written", count=count, file=xlsx.name))


@click.command("list")
@site_code
@click.argument("entity")
@click.option("--xlsx", type=_file, metavar="FILE", required=True, help="The workbook to write.")
@click.option("--filter", "filters", multiple=True, metavar="FIELD=VALUE", help="May be given again; q=… searches.")
@user_name
@lang_of
@folder
@database
def list_command(
    site: str,
    entity: str,
    xlsx: Path,
    filters: tuple[str, ...],
    user: str | None,
    lang: str | None,
    dir_: Path,
    database: str | None,
) -> None:
    """Write the list of ENTITY (ticket, unit, owner) at SITE (its code) to a workbook: what the user may read of it."""
    from wuye.cli.reporting import Asker, write_list

    asker = Asker(dir_=dir_, database=database, username=user, site=site, language=lang or language())
    count = write_list(asker, entity, dict(_argument(one) for one in filters), xlsx)
    click.echo(say("cli.rows_written", count=count, file=xlsx.name))


@click.command("calendar")
@site_code
@click.argument("calendar")
@user_name
@lang_of
@click.option("--out", type=_file, metavar="FILE", help="By default the screen.")
@folder
@database
def calendar_command(
    site: str, calendar: str, user: str | None, lang: str | None, out: Path | None, dir_: Path, database: str | None
) -> None:
    """Write CALENDAR at SITE (its code) as iCalendar (.ics)."""
    from wuye.cli.reporting import Asker, calendar_feed

    asker = Asker(dir_=dir_, database=database, username=user, site=site, language=lang or language())
    feed = calendar_feed(asker, calendar)
    if out:
        out.write_bytes(feed)
        click.echo(say("cli.calendar_written", file=out.name))
    else:
        click.echo(feed.decode(), nl=False)


def _argument(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not (name and sign):
        raise click.UsageError(say("cli.report.bad_arg", given=given))
    return name, value
