"""``wuye verify``, ``wuye errors``, migrations, help."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from tests.blobs.files import photo, sha_of
from tests.cli.conftest import Wuye

from wuye import host
from wuye.api import PluginInfo, hookimpl
from wuye.app import Installation
from wuye.cli import COMMANDS, main
from wuye.cli import Wuye as Group
from wuye.cli.checks import errors_page
from wuye.kernel.errors import CODES
from wuye.storage.blobs import Chunk, Limits

ERRORS = Path(__file__).parents[2] / "docs" / "errors.md"


def test_the_page_on_error_codes_is_the_one_that_the_table_yields(wuye: Wuye) -> None:
    assert ERRORS.read_text("utf-8") == errors_page(), "write it anew: wuye errors > docs/errors.md"
    assert wuye("errors").output == errors_page()
    assert all(f"| `{code}` |" in errors_page() for code in CODES)


def test_verify_finds_a_row_that_somebody_altered(wuye: Wuye, company: Path) -> None:
    assert wuye("verify", "--dir", company).exit_code == 0
    with closing(sqlite3.connect(company / "wuye.sqlite")) as connection:
        # Who may write the file can drop the triggers that keep the ledger append-only; the digests still tell.
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE wuye_ledger SET user = 'nobody' WHERE entity = 'grant'")
        connection.commit()
    result = wuye("verify", "--dir", company)
    assert result.exit_code == 1
    assert "ORG: row 3" in result.output


def test_verify_finds_an_attachment_that_is_damaged_or_gone(wuye: Wuye, company: Path) -> None:
    files = [photo(500, seed) for seed in range(3)]
    with Installation.open(company) as installation:
        for data in files:
            chunk = Chunk(sha=sha_of(data), start=0, total=len(data), data=data)
            assert installation.shelf.put("somebody", chunk, Limits(each=1000, waiting=9000), 1).complete
    result = wuye("verify", "--dir", company)
    assert (result.exit_code, "3 attachments, none touched" in result.output) == (0, True)
    gone, damaged = (next(company.glob(f"blobs/blobs/*/{sha_of(data)}")) for data in files[:2])
    gone.unlink()
    damaged.write_bytes(b"x" * 500)
    result = wuye("verify", "--dir", company)
    assert result.exit_code == 1
    assert f"{gone.name} is gone" in result.output
    assert f"{damaged.name} is damaged" in result.output
    assert "1 attachments" in result.output
    # Whoever still has them sends them again; what the damaged one has become is kept beside.
    assert (company / "blobs" / "corrupt" / damaged.name).read_bytes() == b"x" * 500
    with Installation.open(company) as installation:
        for data in files[:2]:
            assert installation.shelf.look("somebody", [sha_of(data)], {}).stored == []
            chunk = Chunk(sha=sha_of(data), start=0, total=len(data), data=data)
            assert installation.shelf.put("somebody", chunk, Limits(each=1000, waiting=9000), 1).complete
    assert wuye("verify", "--dir", company).exit_code == 0


def test_migrate_says_what_ran(wuye: Wuye, company: Path) -> None:
    result = wuye("migrate", "--dir", company)
    assert (result.exit_code, result.output) == (0, "The database is up to date; migrations run now: 0.\n")


def test_a_plugin_whose_migrations_fit_needs_none(wuye: Wuye) -> None:
    assert "Nothing is missing" in wuye("migration", "lostfound").output
    assert wuye("migration", "nosuch").exit_code == 2


def test_a_folder_without_installation_is_told_in_every_language(wuye: Wuye, tmp_path: Path) -> None:
    for command in ("serve", "verify", "migrate"):
        said = {wuye(command, "--dir", tmp_path, lang=lang).output for lang in ("en", "ru", "zh-Hans", "zh-Hant")}
        assert len(said) == 4, command
        assert wuye(command, "--dir", tmp_path).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_told(wuye: Wuye, company: Path) -> None:
    (company / "wuye.toml").write_text("colour = 'blue'\n")
    result = wuye("verify", "--dir", company)
    assert result.exit_code == 1
    assert "colour" in result.output


def test_every_command_has_a_help_text_in_english(wuye: Wuye) -> None:
    assert isinstance(main, Group)
    listed = wuye("--help").output
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert name in listed
        assert command.get_short_help_str(500).isascii(), name
        assert len(command.get_short_help_str(500)) > 20, name
    assert main.get_command(click.Context(main), "nosuch") is None


def test_USR_4_a_plugin_brings_commands_of_its_own(wuye: Wuye, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hello:
        name = "hello"

        def load(self) -> object:
            return self

        @hookimpl
        def wuye_plugin(self) -> PluginInfo:
            return PluginInfo(id="hello", version="1", api=1, package="wuye.cli")

        @hookimpl
        def wuye_commands(self) -> list[click.Command]:
            return [click.Command("greet", callback=lambda: click.echo("good morning"))]

    monkeypatch.setattr(host, "installed", lambda: [Hello()])
    assert wuye("hello", "greet").output == "good morning\n"
    assert "hello" in wuye("--help").output
    assert wuye("nosuch").exit_code == 2
