"""``wuye user``: people and passwords where nobody can log in (USR-1, USR-2)."""

from pathlib import Path

import pytest
from tests.cli.conftest import Wuye

from wuye.app import Installation
from wuye.http.passwords import _verify


def account_hash(folder: Path, username: str) -> str:
    with Installation.open(folder) as installation:
        account = installation.store.blocking.read(lambda snapshot: snapshot.accounts.by_username(username))
    assert account is not None
    return account.hash


def test_USR_1_a_user_is_added_with_a_post_at_a_site(wuye: Wuye, company: Path) -> None:
    result = wuye("user", "add", "li.na", "--dir", company, "--role", "front_desk", "--site", "A", "--name", "李娜")
    assert result.exit_code == 0, result.output
    made_up = result.output.splitlines()[-1].partition(": ")[2]
    assert _verify(account_hash(company, "li.na"), made_up)
    with Installation.open(company) as installation:
        directory = installation.directory()
        user = next(id_ for id_, values in directory.users.items() if values["name"] == "李娜")
        [grant] = directory.grants(user)
        assert (grant.role, directory.sites[grant.site].values["code"]) == ("front_desk", "A")


def test_USR_2_a_password_is_set_anew(wuye: Wuye, company: Path) -> None:
    before = account_hash(company, "chief")
    result = wuye("user", "password", "chief", "--dir", company, "--password", "new-horse-battery-1")
    assert result.exit_code == 0, result.output
    assert before != account_hash(company, "chief")
    assert _verify(account_hash(company, "chief"), "new-horse-battery-1")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("add", "chief", "--role", "admin"), 1, "already"),
        (("add", "x", "--role", "king"), 2, "no role king"),
        (("add", "x", "--role", "admin", "--site", "B"), 2, "no site B"),
        (("add", "x", "--role", "cs_assistant", "--site", "A", "--zone", "Z9"), 2, "no zone Z9"),
        (("add", "a b", "--role", "admin"), 1, "username"),
        (("add", "x", "--role", "admin", "--password", "short"), 1, "at least 14"),
        (("password", "nobody"), 1, "no active user nobody"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(
    wuye: Wuye, company: Path, args: tuple[str, ...], code: int, said: str
) -> None:
    result = wuye("user", *args, "--dir", company)
    assert result.exit_code == code, result.output
    assert said in result.output
    with Installation.open(company) as installation:
        assert len(installation.directory().users) == 1


def test_USR_2_a_start_code_is_given_and_logged_without_the_code(wuye: Wuye, company: Path) -> None:
    result = wuye("user", "code", "chief", "--dir", company)
    assert result.exit_code == 0, result.output
    code = result.output.split(": ")[1].split()[0]
    with Installation.open(company) as installation:
        directory = installation.directory()
        [user] = directory.users
        stored = installation.store.blocking.read(lambda snapshot: snapshot.accounts.start_code(user))
        assert stored is not None
        assert _verify(stored.hash, code)
        rows = installation.store.blocking.read(lambda snapshot: snapshot.ledger(installation.org))
    assert (rows[-1].entity, rows[-1].user) == ("access", user)
    assert b"start_code" in rows[-1].body
    assert code.encode() not in rows[-1].body


def test_USR_2_a_password_for_once_must_be_changed(wuye: Wuye, company: Path) -> None:
    result = wuye("user", "password", "chief", "--dir", company, "--once")
    assert result.exit_code == 0, result.output
    made_up = result.output.splitlines()[-1].partition(": ")[2]
    with Installation.open(company) as installation:
        account = installation.store.blocking.read(lambda snapshot: snapshot.accounts.by_username("chief"))
    assert account is not None
    assert _verify(account.hash, made_up)
    assert account.once_until_ms > account.changed_ms
