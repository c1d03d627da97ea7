"""An import from the first check to the last row, and what is said of it on the way."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from wuye.bootstrap import find_user, first_admin
from wuye.cli.reach import reach
from wuye.cli.say import catalogue, language, say
from wuye.imports.drafts import Draft, Planned
from wuye.imports.faults import Fault
from wuye.imports.rights import check_rights
from wuye.imports.run import Refusal, Sorted, Way, sort_out, write
from wuye.imports.writing import write_faults
from wuye.kernel.clock import system_clock, to_ms
from wuye.kernel.errors import Problem
from wuye.sync.directory import Directory, load_directory

NAMED = 8
SHOWN = 20
"""Faults, notes and refusals that the screen shows of each; --errors has all."""


def bring_in(
    dir_: Path,
    database: str | None,
    username: str | None,
    errors: Path | None,
    make: Callable[[Way, Directory, datetime], Draft],
    *,
    rights: Sequence[str],
    dry_run: bool,
) -> None:
    """Check a file whole, say what it holds, and write what is new of it.

    Raises:
        Problem: ``bad_rows``, ``bad_map``, ``forbidden`` and what `reach` raises: then nothing was written.
    """
    with reach(dir_, database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        now = system_clock()
        user = find_user(directory, username) if username else first_admin(directory, now)
        draft = make(way, directory, now)
        _tell(draft, errors)
        if draft.faults:
            wrong = len({fault.line for fault in draft.faults})
            values = {"count": wrong, "rows": draft.rows}
            raise Problem("bad_rows", extra={"message": "import.bad_rows", "values": values})
        for site in {planned.op.site for unit in draft.units for planned in unit}:
            check_rights(directory, user, site, rights, to_ms(now))
        check_rights(directory, user, directory.org, {f"{op.entity}.create" for op in draft.founding}, to_ms(now))
        founding = sort_out(way, [(Planned(1, op),) for op in draft.founding])
        draft.founding = [planned.op for unit in founding.new for planned in unit]
        found = sort_out(way, draft.units, elsewhere=_other_sites(draft, directory))
        places = sort_out(way, draft.places)
        _say_what(draft, found, places, directory)
        if dry_run:
            click.echo(say("import.dry_run"))
        elif not (found.new or places.new):
            click.echo(say("import.nothing"))
        else:
            _write(way, user, draft, found, places)


def find_site(directory: Directory, code: str) -> str:
    """Return a site by its code.

    Raises:
        Problem: ``not_found``.
    """
    codes = {str(info.values.get("code")): id_ for id_, info in directory.sites.items() if id_ != directory.org}
    if code not in codes:
        values = {"site": code, "sites": ", ".join(sorted(codes))}
        raise Problem("not_found", extra={"message": "cli.no_site", "values": values})
    return codes[code]


def _other_sites(draft: Draft, directory: Directory) -> Sequence[str]:
    """Return where tickets may lie that an earlier file had at another site."""
    numbered = draft.units and "external_number" in draft.units[0][0].op.set
    return [site for site in directory.sites if site != directory.org] if numbered else ()


def _write(way: Way, user: str, draft: Draft, found: Sorted, places: Sorted) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(say("import.writing"), total=len(found.new))

        def advance(rows: int) -> None:
            progress.update(task, advance=rows)

        report = ready = write(way, user, draft.founding, places.new, together=True)
        if not ready.refused:
            report = write(way, user, (), found.new, together=draft.together, advance=advance)
    click.echo(say("import.written", count=0 if ready.refused else report.written))
    if report.refused:
        _say_refused(report.refused)
        sys.exit(1)


def _say_refused(refused: Sequence[Refusal]) -> None:
    for refusal in refused[:SHOWN]:
        result = refusal.result
        message = result.message or ""
        reason = catalogue().message(message, language()) or message or say(f"error.{result.code}")
        about = {"line": refusal.planned.line, "reason": reason, "fields": ", ".join(result.fields or ()) or "—"}
        click.secho(f"{say('import.refused', **about)} [{result.code}]", fg="red", err=True)
    click.secho(say("import.refused_count", count=len(refused)), fg="red", err=True)


def _say_what(draft: Draft, found: Sorted, places: Sorted, directory: Directory) -> None:
    sites = {op.record: str(op.set["name"]) for op in draft.founding if op.entity == "site"}
    codes = [f"{op.set['list']}: {op.set['value']}" for op in draft.founding if op.entity == "code"]
    _say_names("import.new_sites", sites.values())
    _say_names("import.new_codes", codes)
    if places.new:
        made = Counter(unit[0].op.entity for unit in places.new)
        _say_names("import.new_places", [f"{say(f'{entity}.plural')}: {count}" for entity, count in made.items()])
    if draft.by_default:
        click.echo(say("import.by_default", count=draft.by_default))
    if draft.on_file:
        click.echo(say("import.on_file", count=draft.on_file))
    known = {site: str(info.values["name"]) for site, info in directory.sites.items()}
    counts = Counter((known | sites)[unit[0].op.site] for unit in found.new)
    for site, count in sorted(counts.items()):
        click.echo(f"{count:7}  {site}")
    for unit in found.changed[:SHOWN]:
        click.secho(say("import.changed_row", line=unit[0].line), fg="yellow", err=True)
    known_rows = found.known + draft.on_file
    click.echo(say("import.summary", rows=draft.rows, new=len(found.new), known=known_rows, changed=len(found.changed)))


def _say_names(key: str, names: Iterable[str]) -> None:
    if names := list(names):
        listed = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
        click.echo(say(key, count=len(names), names=listed))


def _tell(draft: Draft, errors: Path | None) -> None:
    """Say what is wrong and what a person should look at, the worst last: it is what stays on the screen."""
    for found, colour in ((draft.notes, "yellow"), (draft.faults, "red")):
        for fault in found[:SHOWN]:
            click.secho(_sentence(fault), fg=colour, err=True)
        if len(found) > SHOWN:
            click.secho(say("import.more", count=len(found) - SHOWN), fg=colour, err=True)
    if errors:
        write_faults(errors, draft.faults, draft.notes, say)


def _sentence(fault: Fault) -> str:
    place = say("import.place", line=fault.line, column=fault.column) if fault.column else ""
    return f"{place or say('import.line', line=fault.line)}: {say(fault.key, **fault.values)}"
