"""Commands that look: verify, errors."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wuye.cli.options import database, folder
from wuye.cli.say import say

if TYPE_CHECKING:
    from wuye.cli.reach import Held, Served


@click.command("verify")
@folder
@database
def verify_command(dir_: Path, database: str | None) -> None:
    """Check every site's ledger, where each row's digest must follow from the row before, and every attachment. One
    that is damaged is put aside, so that the device that still has it can send it again."""
    from wuye.cli.reach import reach
    from wuye.sync.directory import load_directory
    from wuye.sync.ledger import verify_ledger

    broken = False
    with reach(dir_, database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        for site, info in sorted(directory.sites.items(), key=lambda item: str(item[1].values.get("code"))):
            code = str(info.values.get("code"))
            rows, bad = verify_ledger(way.read, site)
            if bad is None:
                click.echo(say("cli.verify.good", site=code, rows=rows))
            else:
                broken = True
                click.secho(say("cli.verify.broken", site=code, row=bad), fg="red", err=True)
        broken |= _verify_blobs(way, dir_, database)
    sys.exit(broken)


def _verify_blobs(way: "Held | Served", dir_: Path, database: str | None) -> bool:
    """Read every attachment; tell whether any is missing or is not what it was."""
    from wuye.settings import load_settings
    from wuye.storage.blobs import Objects
    from wuye.storage.blobs.keeping import faults

    good = bad = 0
    objects = Objects.of(load_settings(dir_, database=database))
    for blob, fault in faults(objects, way.read):
        if fault:
            bad += 1
            if fault == "corrupt":
                objects.set_aside(blob.sha)
            told = "cli.verify.blob_missing" if fault == "missing" else "cli.verify.blob_corrupt"
            click.secho(say(told, sha=blob.sha), fg="red", err=True)
        else:
            good += 1
    click.echo(say("cli.verify.blobs", count=good))
    return bad > 0


@click.command("errors")
def errors_command() -> None:
    """Print the page on error codes, docs/errors.md."""
    click.echo(errors_page(), nl=False)


def errors_page() -> str:
    """Return docs/errors.md, made from the code table."""
    from wuye.kernel.errors import CODES

    outcomes = [(code, about) for code, about in CODES.items() if not about.status]
    problems = [(code, about) for code, about in CODES.items() if about.status]
    return "\n".join(
        [
            "# Error codes",
            "",
            "Written by `wuye errors` from `wuye.kernel.errors`; do not edit. A code never changes its meaning; the",
            "texts that people read are in the catalogues, in four languages.",
            "",
            "## With an HTTP status",
            "",
            "Problems of requests (RFC 9457); the first ones are outcomes of ops too.",
            "",
            "| code | status | what happened | what to do |",
            "|---|---|---|---|",
            *(f"| `{code}` | {about.status} | {about.meaning} | {about.remedy} |" for code, about in problems),
            "",
            "## Without one",
            "",
            "Outcomes and reasons of single ops, kinds of review items, and problems of the command line.",
            "",
            "| code | what happened | what to do |",
            "|---|---|---|",
            *(f"| `{code}` | {about.meaning} | {about.remedy} |" for code, about in outcomes),
            "",
        ]
    )
