"""The demo's studio: it enters by the door, and shows every part of the plugin."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from tests.duties.company import MALL
from tests.plugins.broadcast.studio import (
    CHANNEL,
    CHECK,
    EMERGENCY,
    PLAY,
    SCRIPT,
    SHEET,
    STAFF,
    Studio,
)

from wuye.demo.names import Name
from wuye.demo.plugins import Stage
from wuye.demo.staff import User
from wuye.demo.tickets import Crew
from wuye.protocol.wire import Result
from wuye.sync.door import server_replica


def _crew(studio: Studio) -> Crew:
    studio.company.person("manager", "cs_manager", site=MALL)
    posts = {**{role: name for name, role in STAFF}, "cs_manager": "manager"}
    return Crew({role: [_user(studio.company.user(name), name)] for role, name in posts.items()}, {})


def _user(id_: str, name: str) -> User:
    called = Name(name, "female", "zh-Hans")
    return User(id=id_, username=name, password="", name=called, locale="zh-Hans", phone="", posts=())


@pytest.fixture
def played(studio: Studio) -> list[Result]:
    """The demo's ops, pushed one by one in their order."""
    house = studio.company.house
    house.now = max(house.now, datetime.now(UTC))  # the demo is made of the days before today
    unit = house.id()
    building, zone = house.id(), house.id()
    studio.company.write(MALL, "zone", zone, code="1F", name="一層")
    studio.company.write(MALL, "building", building, code="A")
    studio.company.write(MALL, "unit", unit, code="A-101", building=building, zone=zone)
    stage = Stage(
        registry=house.registry,
        code=MALL,
        site=house.mall,
        crew=_crew(studio),
        admin=studio.company.user("admin"),
        existing={"unit": [unit]},
        now=house.now,
    )
    results: list[Result] = []
    for entry in stage.entries(["broadcast"], 7):
        log = server_replica(entry.user, "demo")
        results += house.run(house.door.submit(entry.user, log, house.mall, [entry.op], house.now)).results
    return results


def _states(records: Mapping[str, Mapping[str, object]]) -> set[object]:
    return {record["status"] for record in records.values()}


def test_the_demo_is_applied_as_asked_and_shows_every_stage(studio: Studio, played: list[Result]) -> None:
    assert [(result.status, result.message) for result in played if result.status != "applied"] == []
    assert _states(studio.all(SCRIPT)) == {"draft", "submitted", "checked", "returned", "approved"}
    assert _states(studio.all(EMERGENCY)) == {"aired", "approved"}
    assert len(studio.all(CHANNEL)) == 4  # two of the studio's own
    courses = Counter(play["status"] for play in studio.plays())
    assert courses["played"] > 20
    assert all(play["announcer"] == studio.company.user("wei") for play in studio.plays())
    assert len(studio.all("ticket")) == 1
    assert Counter(check["result"] for check in studio.all(CHECK).values())["fault"] == 1


def test_the_demo_s_plan_runs_on(studio: Studio, played: list[Result]) -> None:
    before = len(studio.all(PLAY))
    studio.company.run_jobs()
    assert len(studio.all(PLAY)) > before + 20
    assert _states(studio.all(SHEET)) == {"drawn_up"}
    share = studio.company.report(MALL, "broadcast.log", "head", starts_on="2000-01-01", ends_on="2100-01-01")
    assert len(share.rows) == 5
