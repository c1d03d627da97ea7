"""``wuye demo``: the made-up company of issue 2, Set-up."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.cli.conftest import Wuye

from wuye.app import Installation
from wuye.builtin import plugin as core
from wuye.builtin.ticket_flow import STATES
from wuye.cli import main
from wuye.demo import company, staff, writing
from wuye.demo.company import Demo, write_script
from wuye.demo.names import Name
from wuye.demo.staff import Post, User
from wuye.host import installed, load
from wuye.http.passwords import _verify
from wuye.kernel.clock import to_ms
from wuye.kernel.ids import is_uuid
from wuye.sync.directory import Directory
from wuye.sync.ledger import verify_ledger

pytestmark = pytest.mark.xdist_group("demo")  # one worker makes the demo for all of them
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LOADED = load(core, installed())
ADMIN = User(
    id="01a2017d-c666-71c8-822a-eff2e0109f5b",
    username="admin",
    password="horse-battery-99",
    name=Name("王芳", "female", "zh-Hans"),
    locale="zh-Hans",
    phone="+86 130 0000 0000",
    posts=(Post("admin", "01a2017d-c666-71c8-822a-eff2e0109f5c"),),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo, made once."""
    folder = tmp_path_factory.mktemp("demo") / "there"
    result = CliRunner().invoke(main, ["demo", "--dir", str(folder), "--seed", "7", "--json"])
    assert result.exit_code == 0, result.output
    (folder.parent / "printed.json").write_text(result.stdout, "utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, list[dict[str, object]]]:
    """What the making printed."""
    found: dict[str, list[dict[str, object]]] = json.loads((folder.parent / "printed.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def installation(folder: Path) -> Iterator[Installation]:
    with Installation.open(folder) as installation:
        yield installation


@pytest.fixture(scope="module")
def directory(installation: Installation) -> Directory:
    return installation.directory()


def count(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "wuye.sqlite")) as connection:
        return connection.execute(sql).fetchall()


def test_json_is_one_object_of_the_shape_that_checks_rely_on(printed: dict[str, list[dict[str, object]]]) -> None:
    assert printed.keys() == {"sites", "users"}
    assert [(site.keys(), site["code"], site["type"]) for site in printed["sites"]] == [
        ({"id", "code", "type"}, "CYY", "residential"),
        ({"id", "code", "type"}, "SFM", "mall"),
        ({"id", "code", "type"}, "HQ", "office"),
    ]
    ids = {site["id"] for site in printed["sites"]}
    assert all(is_uuid(str(id_)) for id_ in ids)
    for user in printed["users"]:
        assert user.keys() == {"username", "password", "roles", "sites"}
        assert isinstance(user["sites"], list)
        assert user["sites"]
        assert ids.issuperset(user["sites"])


def test_USR_1_there_is_a_user_for_every_post(
    printed: dict[str, list[dict[str, object]]], installation: Installation, directory: Directory
) -> None:
    held = {role for user in printed["users"] for role in user["roles"]}  # type: ignore[attr-defined]
    assert held == installation.registry.roles.keys() - {"member"}
    names = {str(values["username"]): id_ for id_, values in directory.users.items()}
    assert names.keys() == {user["username"] for user in printed["users"]}
    now_ms = to_ms(installation.clock())
    for user in printed["users"]:
        grants = directory.grants(names[str(user["username"])])
        assert {grant.role for grant in grants} == set(user["roles"])  # type: ignore[call-overload]
        assert all(grant.holds(now_ms) for grant in grants)


def test_OWN_10_assistants_are_bound_to_zones_that_exist(installation: Installation, directory: Directory) -> None:
    zones = {
        zone.id
        for site in directory.sites
        for zone in installation.store.blocking.read(lambda snapshot, site=site: snapshot.entities(site, ("zone",)))  # type: ignore[misc]
    }
    bound = [grant for user in directory.users for grant in directory.grants(user) if grant.role == "cs_assistant"]
    assert len(bound) >= 8
    assert {grant.key for grant in bound} == zones


def test_USR_2_every_printed_password_logs_in(
    printed: dict[str, list[dict[str, object]]], installation: Installation
) -> None:
    for user in printed["users"]:
        account = installation.store.blocking.read(
            lambda snapshot, user=user: snapshot.accounts.by_username(user["username"])  # type: ignore[misc]
        )
        assert account is not None
        assert _verify(account.hash, str(user["password"]))


def test_it_holds_2000_households_and_some_3000_tickets_in_believable_states(folder: Path) -> None:
    assert count(folder, "SELECT count(*) FROM owner") == [(2000,)]
    assert count(folder, "SELECT count(*) FROM occupancy") == [(2000,)]
    [(tickets,)] = count(folder, "SELECT count(*) FROM ticket")
    assert 2900 <= int(str(tickets)) <= 3100
    states = dict(count(folder, "SELECT status, count(*) FROM ticket GROUP BY 1"))
    assert states.keys() <= {state.name for state in STATES}
    assert len(states) >= 10
    assert sum(int(str(n)) for state, n in states.items() if state in ("received", "relayed", "in_progress")) + 50 > 100
    [(without,)] = count(folder, "SELECT count(*) FROM ticket_event WHERE author IS NULL OR occurred_at IS NULL")
    assert without == 0


def test_nothing_lies_in_the_future_and_every_step_follows_the_one_before(folder: Path) -> None:
    stages = ("occurred_at", "recorded_at", "received_at"), ("recorded_at", "relayed_at", "accepted_at", "closed_at")
    for earlier, later in [pair for stage in stages for pair in pairwise(stage)]:
        assert count(folder, f"SELECT id FROM ticket WHERE {earlier} > {later}") == [], (earlier, later)
    made = datetime.fromtimestamp((folder / "demo.json").stat().st_mtime, UTC).isoformat()
    assert count(folder, f"SELECT id FROM ticket_event WHERE occurred_at > '{made}'") == []


def test_everything_entered_by_the_door(folder: Path, installation: Installation, directory: Directory) -> None:
    statuses = Counter(dict(count(folder, "SELECT status, count(*) FROM wuye_ledger GROUP BY 1")))
    assert statuses.keys() == {"applied", "merged"}
    reviews = [json.loads(str(items)) for (items,) in count(folder, "SELECT items FROM review")]
    assert {item["why"] for items in reviews for item in items} == {"conflict"}
    assert statuses["merged"] == sum(map(len, reviews)) > 0
    read = installation.store.blocking.read
    assert all(verify_ledger(read, site)[1] is None for site in directory.sites)


def test_a_plugin_is_on_where_it_is_meant_for_unless_its_demo_says_no(
    installation: Installation, directory: Directory
) -> None:
    on = {str(info.values["code"]): info.plugins for info in directory.sites.values()}
    for contribution in installation.registry.contributions:
        if contribution.demo:
            for code, type_ in (("CYY", "residential"), ("SFM", "mall"), ("HQ", "office")):
                meant = not contribution.info.meant_for or type_ in contribution.info.meant_for
                assert (contribution.info.id in on[code]) is (meant and code not in contribution.demo.off_at)


def test_TKT_8_the_calendar_of_china_is_known_at_every_site(directory: Directory) -> None:
    [(id_, calendar)] = directory.calendars.items()
    assert {info.values.get("calendar") for info in directory.sites.values()} == {id_, None}
    overrides = calendar["overrides"]
    assert isinstance(overrides, list)
    days = {row["date"]: row.get("starts") for row in overrides}
    assert days["2026-10-01"] is None
    assert days["2026-10-10"] is not None


def test_keep_prints_what_is_there_and_changes_nothing(wuye: Wuye, folder: Path) -> None:
    printed = (folder.parent / "printed.json").read_text("utf-8")
    before = (folder / "wuye.sqlite").stat().st_mtime_ns
    assert wuye("demo", "--dir", folder, "--keep", "--json", "--seed", 99).stdout == printed
    table = wuye("demo", "--dir", folder, "--keep", lang="ru").stdout
    assert all(user["username"] in table and user["password"] in table for user in json.loads(printed)["users"])
    assert (folder / "wuye.sqlite").stat().st_mtime_ns == before


@pytest.mark.parametrize("keep", [(), ("--keep",)])
def test_a_folder_that_holds_something_else_is_left_alone(wuye: Wuye, tmp_path: Path, keep: tuple[str, ...]) -> None:
    (tmp_path / "letters.txt").write_text("dear all")
    result = wuye("demo", "--dir", tmp_path, *keep)
    assert result.exit_code == 1
    assert "not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_demo_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(company, "_check", full)
    result = CliRunner().invoke(main, ["demo", "--dir", str(tmp_path / "new")])
    assert isinstance(result.exception, OSError)
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_makes_the_same_company_and_another_seed_another() -> None:
    def made(seed: int) -> tuple[Demo, list[object]]:
        script = write_script(LOADED.registry, "01a2017d-c666-71c8-822a-eff2e0109f5a", seed, NOW)
        return script.demo, list(islice(script.entries, 4000, None, 97))

    assert made(1) == made(1)
    one, two = made(1), made(2)
    assert {user.password for user in one[0].users}.isdisjoint(user.password for user in two[0].users)
    assert one[1] != two[1]


def test_a_demo_is_replaced_by_a_fresh_one_and_a_database_elsewhere_with_it(
    wuye: Wuye, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "PROPERTIES", [])  # the company alone: nobody need wait for households here
    url = f"sqlite:///{tmp_path / 'data' / 'demo.sqlite'}"
    given = ("demo", "--dir", tmp_path / "demo", "--database", url, "--json")
    monkeypatch.setattr(staff, "hire", lambda *_: [ADMIN])
    monkeypatch.setattr(writing, "PROPERTIES", [])
    first, second = (wuye(*given, "--seed", seed) for seed in (1, 2))
    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "demo"]
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == ["demo.json", "wuye.toml"]
    with Installation.open(tmp_path / "demo") as installation:
        assert len(installation.directory().users) == 1
