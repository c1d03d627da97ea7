"""Runs reports, lists and calendars for the command line, on an installation that it or a server holds."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from wuye.bootstrap import find_user, first_admin
from wuye.cli.reach import Held, Served, reach
from wuye.cli.say import say
from wuye.http.lists import MAX_RECORDS, Page, ask, begin, cut_line, page_reader
from wuye.imports.faults import bad_file
from wuye.imports.writing import put_file
from wuye.kernel.clock import system_clock, to_ms
from wuye.kernel.errors import Problem
from wuye.model.report import Report, Table
from wuye.prints.gathering import View, looks_of
from wuye.protocol.wire import Op
from wuye.reports.calendars import feed, prepare_calendar
from wuye.reports.running import LOOKED_UP, from_texts, look_ups, prepare, run_report, runnable
from wuye.reports.shown import Looks, shown
from wuye.reports.workbook import write_report
from wuye.storage.layout import layouts
from wuye.storage.sqlite.listing import Place
from wuye.sync.directory import Directory, load_directory
from wuye.sync.ports import Snapshot


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks (a user name, or the first administrator), at which site (its code), in which language."""

    dir_: Path
    database: str | None
    username: str | None
    site: str
    language: str


class _Desk(Struct, frozen=True, kw_only=True):
    """An installation in reach, with names looked up."""

    way: Held | Served
    directory: Directory
    user: str
    site: str
    now: datetime

    def log(self, ops: Sequence[Op]) -> None:
        """Write look-ups down before anything is shown (OWN-7)."""
        results = self.way.submit(self.user, "look-ups", self.site, ops, writes=LOOKED_UP) if ops else []
        if any(result.status != "applied" for result in results):
            raise Problem("forbidden", extra={"message": "import.not_logged", "values": {}})


def reports_at(asker: Asker) -> None:
    """Print the reports that somebody may run at a site."""
    with _desk(asker) as desk:
        found = runnable(desk.directory, desk.user, desk.site, to_ms(desk.now))
        looks = Looks(desk.directory, desk.site, asker.language)
        rows = [[report.id, looks.text(f"report.{report.id}"), _arguments(report, looks)] for report in found]
        _print([say("cli.report.id"), say("cli.report.title"), say("cli.report.args")], rows)


def run(asker: Asker, report: str, texts: Mapping[str, str], xlsx: Path | None) -> int:
    """Run a report onto the screen or into a workbook; return the number of its rows.

    Raises:
        Problem: what `prepare` and `run_report` raise; ``bad_file``.
    """
    with _desk(asker) as desk:
        known = desk.directory.registry.reports.get(report)
        given = from_texts(known, texts) if known else {}
        ready = prepare(desk.directory, desk.user, desk.site, report, given, to_ms(desk.now))
        screen = "export" if xlsx else "view"
        desk.log(look_ups(desk.directory, desk.site, ready.key, ready.report.entities, screen, desk.now))
        table: Table = desk.way.long_read(lambda reader: run_report(ready, reader))

        def seen_by(snapshot: Snapshot) -> tuple[Looks, Sequence[Op]]:
            view = View(snapshot, desk.directory, desk.site, desk.user, desk.now)
            return looks_of(view, table, asker.language), view.look_ups()

        looks, named = desk.way.read(seen_by)
        desk.log(named)
    if xlsx:
        target = io.BytesIO()
        write_report(target, table, looks, looks.text(ready.key))
        _save(xlsx, target.getvalue())
    else:
        texts_of = shown(table, looks)
        _print(texts_of.heads, texts_of.rows, title=looks.text(ready.key))
    return len(table.rows)


def write_list(asker: Asker, entity: str, filters: Mapping[str, str], xlsx: Path) -> int:
    """Write a list into a workbook; return how many records it shows.

    Raises:
        Problem: what `ask` raises; ``bad_file``.
    """
    with _desk(asker) as desk:
        tables = layouts(desk.way.registry)
        asked = ask(desk.directory, desk.user, desk.site, entity, filters, asker.language, desk.now, tables)
        target = io.BytesIO()
        book = begin(target, asked)
        try:
            after: Place | None = None
            count = 0
            while count < MAX_RECORDS:
                page: Page = desk.way.read(page_reader(asked, after, MAX_RECORDS - count))  # type: ignore[arg-type]
                desk.log(page.look_ups)
                book.add(page.cells)
                after, count = page.next, count + len(page.cells)
                if after is None:
                    break
            else:
                book.add([cut_line(asked, count)])
        finally:
            book.close()
    _save(xlsx, target.getvalue())
    return count


def calendar_feed(asker: Asker, calendar: str) -> bytes:
    """Return a calendar as iCalendar.

    Raises:
        Problem: what `prepare_calendar` and `feed` raise.
    """
    with _desk(asker) as desk:
        ready = prepare_calendar(desk.directory, desk.user, desk.site, calendar, to_ms(desk.now))
        key = f"calendar.{calendar}"
        desk.log(look_ups(desk.directory, desk.site, key, ready.calendar.entities, "export", desk.now))
        title = Looks(desk.directory, desk.site, asker.language).text(key)
        return desk.way.long_read(lambda reader: feed(ready, reader, title, desk.now))


@contextmanager
def _desk(asker: Asker) -> Iterator[_Desk]:
    with reach(asker.dir_, asker.database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        now = system_clock()
        user = find_user(directory, asker.username) if asker.username else first_admin(directory, now)
        codes = {str(info.values.get("code")): id_ for id_, info in directory.sites.items()}
        if asker.site not in codes:
            values = {"site": asker.site, "sites": ", ".join(sorted(codes))}
            raise Problem("not_found", extra={"message": "cli.no_site", "values": values})
        yield _Desk(way=way, directory=directory, user=user, site=codes[asker.site], now=now)


def _arguments(report: Report, looks: Looks) -> str:
    key = f"report.{report.id}"
    return ", ".join(f"{field.name} ({looks.text(f'{key}.{field.name}')})" for field in report.args)


def _print(heads: Sequence[str], rows: Sequence[Sequence[str]], *, title: str | None = None) -> None:
    from rich.console import Console
    from rich.table import Table as Screen
    from rich.text import Text

    screen = Screen(title=Text(title) if title else None)
    for head in heads:
        screen.add_column(Text(head))
    for row in rows:
        screen.add_row(*(Text(cell) for cell in row))
    Console().print(screen)


def _save(file: Path, content: bytes) -> None:
    try:
        put_file(file, content)
    except OSError as error:
        raise bad_file("unwritable", file=file.name, reason=error.strerror or error) from error
