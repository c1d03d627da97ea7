"""Lost and found, the smallest complete plugin: what it declares, its report, its job, its demo (design §3)."""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuye.builtin import plugin as core
from wuye.host import load
from wuye.storage.migrator import migrate
from wuye.testing.plugin_check import check_plugin
from wuye_lostfound import plugin
from wuye_lostfound.demo import records
from wuye_lostfound.reports import open_items
from wuye_lostfound.rules import expire


class Source:
    name = "lostfound"

    def load(self) -> object:
        return plugin


LOADED = load(core, [Source()], strict=True)
ITEM = LOADED.registry.models["lostfound.item"]
DERIVED = dict(ITEM.derived)
SITE, ELSEWHERE = "site", "elsewhere"


def test_the_plugin_is_fit_to_ship() -> None:
    assert check_plugin(Source(), core=core) == []


def test_the_core_runs_without_it() -> None:
    assert list(load(core, [], strict=True).registry.plugins) == ["core"]


def test_USR_4_it_brings_one_role_and_widens_those_that_exist() -> None:
    alone = load(core, []).registry.roles
    assert {role.id for role in plugin.wuye_roles()} - alone.keys() == {"lostfound_keeper"}
    assert set(alone["front_desk"].rights) < set(LOADED.registry.roles["front_desk"].rights)


def test_OWN_7_claimants_lie_in_a_stream_that_those_who_only_find_things_do_not_read() -> None:
    assert LOADED.registry.streams["lostfound"].entities == ("lostfound.item",)
    assert LOADED.registry.streams["lostfound.private"].entities == ("lostfound.claimant",)
    assert "lostfound.private" in LOADED.registry.roles["front_desk"].streams
    assert "lostfound.private" not in LOADED.registry.roles["cs_assistant"].streams


@given(worth=st.none() | st.integers(0, 10**7), threshold=st.integers(0, 10**7))
def test_a_find_is_valuable_from_the_threshold_on(worth: int | None, threshold: int) -> None:
    values = {"worth": worth, "settings": {"lostfound_valuable_from": threshold}}
    assert DERIVED["valuable"].evaluate(values) is ((worth or 0) >= threshold)


@given(found=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(1, 3650))
def test_a_find_is_kept_for_the_days_set(found: date, days: int) -> None:
    values = {"found_on": found.isoformat(), "settings": {"lostfound_keep_days": days}}
    assert DERIVED["keep_until"].evaluate(values) == (found + timedelta(days=days)).isoformat()


@given(st.sampled_from(["CYY", "SFM", "HQ", "NEW"]), st.integers())
def test_the_demo_makes_finds_that_fit_the_entity(site: str, seed: int) -> None:
    made = list(records(site, seed))
    assert made == list(records(site, seed))
    for record in made:
        assert record.entity == "lostfound.item"
        assert record.values.keys() <= ITEM.settable
        assert all(ITEM.checks[name](value) is not None for name, value in record.values.items())
        state = "found"
        for done in record.acts:
            [state] = [step.to for step in ITEM.transitions[done.act] if state in step.from_]
    rights = LOADED.registry.roles[made[0].author].rights
    assert "lostfound.*" in rights


# --- report and job, on the tables that the migrations make


class Reading:
    """A reader on one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        cursor = self._connection.execute(sql.replace("{}", "?"), values)
        return [dict(row) for row in cursor]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path: Path = tmp_path_factory.mktemp("lostfound") / "wuye.sqlite"
    migrate(path, LOADED.piccolo_apps)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


Row = tuple[str, str, int, str, int, bool]
ROWS = st.lists(
    st.tuples(
        st.sampled_from([SITE, ELSEWHERE]),
        st.sampled_from(["phone", "keys", "own"]),
        st.integers(0, 200),
        st.sampled_from(["found", "claimed", "handed_out", "expired", "disposed"]),
        st.integers(1, 120),
        st.booleans(),
    ),
    max_size=30,
)
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def filled(database: sqlite3.Connection) -> "Filled":
    return Filled(database)


class Filled:
    """Puts finds of some age into the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, rows: list[Row]) -> Reading:
        self._connection.execute("DELETE FROM lostfound_item")
        for number, (site, category, age, status, keep, deleted) in enumerate(rows):
            found = TODAY - timedelta(days=age)
            until = found + timedelta(days=keep)
            self._connection.execute(
                "INSERT INTO lostfound_item (site, id, seq, deleted, created_at, created_by, updated_at, updated_by,"
                " category, found_on, keep_until, status) VALUES (?, ?, 1, ?, '', '', '', '', ?, ?, ?, ?)",
                (site, f"{number:03d}", deleted, category, found.isoformat(), until.isoformat(), status),
            )
        return Reading(self._connection)


@given(rows=ROWS)
def test_the_report_counts_what_lies_on_the_shelves_by_category_and_age(filled: Filled, rows: list[Row]) -> None:
    table = asyncio.run(open_items(filled(rows), SITE, {"today": TODAY.isoformat()}))
    expected: dict[str, list[int]] = {}
    for site, category, age, status, _, deleted in rows:
        if site == SITE and not deleted and status in ("found", "claimed", "expired"):
            bands = expected.setdefault(category, [0, 0, 0, 0])
            bands[0 if age <= 7 else 1 if age <= 30 else 2 if age <= 90 else 3] += 1
    assert {str(row[0]): row[1:] for row in table.rows} == expected
    assert len(table.columns) == 5


@given(rows=ROWS)
def test_the_job_expires_what_nobody_claimed_in_time_and_nothing_else(filled: Filled, rows: list[Row]) -> None:
    asked = asyncio.run(expire(filled(rows), SITE, datetime(2026, 11, 22, 12, tzinfo=UTC)))
    due = [
        f"{number:03d}"
        for number, (site, _, age, status, keep, deleted) in enumerate(rows)
        if site == SITE and not deleted and status == "found" and age > keep
    ]
    assert [(op.record, op.act) for op in asked] == [(record, "expire") for record in due]
    assert len({op.key for op in asked}) == len(due)


def test_the_job_may_do_what_it_asks_for() -> None:
    [(_, job)] = [entry for entry in LOADED.registry.jobs if entry[0] == "lostfound"]
    assert job.writes == ("lostfound.item.act.expire",)
    assert "expire" in ITEM.transitions
