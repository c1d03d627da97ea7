"""``wuye init``: what a company does on its first day (issue 2, Set-up)."""

from pathlib import Path

import pytest
from tests.cli.conftest import Wuye

from wuye.app import Installation
from wuye.bootstrap import SYSTEM
from wuye.http.passwords import _verify

COMPANY = ("--name", "Север", "--type", "mall", "--language", "ru", "--admin", "boss", "--admin-name", "Босс")


def test_init_writes_organisation_sites_and_first_administrator(company: Path) -> None:
    with Installation.open(company) as installation:
        directory = installation.directory()
        sites = {info.values["code"]: info for info in directory.sites.values()}
        assert {code: info.type for code, info in sites.items()} == {"ORG": "organisation", "A": "residential"}
        assert sites["ORG"].id == installation.org
        assert sites["ORG"].values["name"] == "測試物業"
        [user] = directory.users
        [grant] = directory.grants(user)
        assert (grant.role, grant.site, directory.users[user]["username"]) == ("admin", installation.org, "chief")
        account = installation.store.blocking.read(lambda snapshot: snapshot.accounts.account(user))
        assert account is not None
        assert _verify(account.hash, "horse-battery-99")


def test_OWN_4_the_ledger_says_who_founded_the_company(company: Path) -> None:
    with Installation.open(company) as installation:
        rows = installation.store.blocking.read(lambda snapshot: snapshot.ledger(installation.org))
        [chief] = installation.directory().users
        assert [(row.entity, row.user) for row in rows] == [
            ("site", SYSTEM),
            ("user", SYSTEM),
            ("grant", SYSTEM),
            ("user", "plugin:core"),  # where he works, by his grant
            ("site", chief),
        ]


def test_init_asks_for_what_the_command_does_not_say(wuye: Wuye, tmp_path: Path) -> None:
    typed = [
        "遠山",
        "chinese",  # what does not fit is asked for again; the other answers stay
        "zh-Hans ru",
        "residential 醫院",
        "Y1",
        "一院",
        "醫院",
        "",
        "admin",
        "王芳",
        "short",
        *["horse-battery-99"] * 2,
    ]
    result = wuye("init", "--dir", tmp_path / "new", typed="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    with Installation.open(tmp_path / "new") as installation:
        sites = {str(info.values["code"]): info for info in installation.directory().sites.values()}
        assert sites["Y1"].type == "醫院"
        assert sites["ORG"].values["languages"] == ["ru", "zh-Hans"]
        assert [code["value"] for code in installation.directory().codes] == ["醫院"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--password", "short"), "at least 14 characters"),
        (("--password", "boss-boss-boss-boss"), "user name"),
        (("--password", "horse-battery-99", "--site", "A:mall:" + "x" * 300), "name"),
        (("--password", "horse-battery-99", "--site", "A:mall:a", "--site", "A:mall:b"), "exists"),
    ],
)
def test_what_does_not_fit_leaves_nothing_behind(wuye: Wuye, tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    site = () if "--site" in given else ("--site", "A:mall:Рынок")
    result = wuye("init", "--dir", tmp_path / "new", *COMPANY, *site, *given)
    assert result.exit_code == 1
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--site", "A:office:x"), "CODE:TYPE:NAME"),
        (("--site", "A:mall:x", "--timezone", "Asia/Nowhere"), "no time zone"),
        (("--site", "A:mall:x", "--timezone", "Asia"), "no time zone"),
        (("--site", "A:mall:x", "--timezone", "../etc/passwd"), "no time zone"),
        (("--site", "A:mall:x", "--language", "de"), "de"),
    ],
)
def test_a_wrong_command_is_told_from_one_that_failed(
    wuye: Wuye, tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    result = wuye("init", "--dir", tmp_path / "new", *COMPANY, *given, "--password", "horse-battery-99")
    assert result.exit_code == 2
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(wuye: Wuye, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear all")
    given = ("--site", "A:mall:Рынок", "--password", "horse-battery-99")
    result = wuye("init", "--dir", tmp_path, *COMPANY, *given, lang="ru")
    assert result.exit_code == 1
    assert "уже занято" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_settings_written_before_the_set_up_stay(wuye: Wuye, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "wuye.toml").write_text("port = 8123\n")
    result = wuye("init", "--dir", folder, *COMPANY, "--site", "A:mall:Рынок", "--password", "horse-battery-99")
    assert result.exit_code == 0, result.output
    with Installation.open(folder) as installation:
        assert installation.settings.port == 8123


def test_a_database_elsewhere_is_found_again_without_naming_it(wuye: Wuye, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data' / 'company.sqlite'}"
    given = ("--site", "A:mall:Рынок", "--password", "horse-battery-99", "--database", url)
    assert wuye("init", "--dir", tmp_path / "new", *COMPANY, *given).exit_code == 0
    assert (tmp_path / "data" / "company.sqlite").exists()
    assert wuye("verify", "--dir", tmp_path / "new").exit_code == 0
