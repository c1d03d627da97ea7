"""Options that many commands have."""

from pathlib import Path

import click

folder = click.option(
    "--dir",
    "dir_",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    envvar="WUYE_DIR",
    show_default=True,
    help="The installation's folder.",
)
database = click.option("--database", metavar="URL", help="sqlite:///FILE; by default wuye.sqlite in the folder.")
languages = click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(["zh-Hant", "zh-Hans", "ru", "en"]),
    help="A language that the company works in; may be given again.",
)
