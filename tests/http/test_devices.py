"""The fleet: what replicas tell of themselves is shown with the device records, and floods no log."""

from collections.abc import Callable

from tests.http.company import ESTATE, Company, Desk, Story, Tablet
from tests.http.test_2_transport import check_problem

Play = Callable[[Story], None]
HEALTH = {
    "app": "1.4.0",
    "outbox": 12,
    "oldest": "2024-11-22T07:00:00.000Z",
    "blobs": 3,
    "storage": {"free": 9_000_000_000, "persisted": True},
    "app_waiting": True,
}


async def fleet(tablet: Tablet, **query: str) -> dict[str, dict[str, object]]:
    answer = await tablet.get("/devices", **query)
    assert answer.status_code == 200, answer.text
    return {device["id"]: device for device in answer.json()["devices"]}


def test_3_what_a_replica_tells_is_shown_with_its_device(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.sync(health=HEALTH)
        desk.later(minutes=5)
        await tablet.sync()
        device = (await fleet(await desk.at_work("admin")))[tablet.device]
        assert device["values"]["platform"] == "test"  # type: ignore[index]
        [replica] = device["replicas"]  # type: ignore[misc]
        assert replica["user"] == tablet.user
        assert replica["name"] == "li.na"
        assert replica["seen"] == replica["synced"] == "2024-11-22T08:05:00.000Z"
        assert {name: replica[name] for name in HEALTH} == HEALTH  # what was told last stands until it is told anew

    play(story)


def test_3_a_replica_that_lags_shows_since_when(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        await tablet.sync(
            *(
                tablet.op("create", "ticket", f"{n:08}-0000-7000-8000-000000000000", set={"title": "t"})
                for n in range(3)
            )
        )
        desk.later(hours=2)
        tablet.cursor = None
        assert (await tablet.sync(limit=1)).json()["more"]
        [replica] = (await fleet(await desk.at_work("admin")))[tablet.device]["replicas"]  # type: ignore[misc]
        assert replica["seen"] == "2024-11-22T10:00:00.000Z"
        assert replica["synced"] == "2024-11-22T08:00:00.000Z"

    play(story)


def test_every_user_of_a_shared_tablet_is_named(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.log_in("chen.jun")
        device = (await fleet(await desk.at_work("admin")))[tablet.device]
        assert [r["name"] for r in device["replicas"]] == ["li.na", "chen.jun"]  # type: ignore[attr-defined]
        assert all("seen" not in r for r in device["replicas"])  # type: ignore[attr-defined]

    play(story)


def test_syncing_writes_nothing_into_the_organisations_log(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        head = company.installation.store.blocking.read(lambda s: s.head(company.org))
        for _ in range(5):
            desk.later(minutes=10)
            await tablet.sync(health=HEALTH)
        assert company.installation.store.blocking.read(lambda s: s.head(company.org)) == head

    play(story)


def test_what_was_heard_outlives_the_server(play: Play, company: Company) -> None:
    async def before(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.sync(health=HEALTH)

    async def after(desk: Desk) -> None:
        devices = await fleet(await desk.at_work("admin"))
        assert any(r.get("outbox") == 12 for device in devices.values() for r in device["replicas"])  # type: ignore[attr-defined]

    play(before)
    play(after)


def test_the_fleet_comes_in_pages_and_is_filtered_like_any_list(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        admin = await desk.at_work("admin")
        for username in ("li.na", "chen.jun", "zhao.min"):
            await desk.at_work(username)
        first = (await admin.get("/devices", limit="3")).json()
        rest = (await admin.get("/devices", limit="3", after=first["next"])).json()
        assert len({device["id"] for device in first["devices"] + rest["devices"]}) == 4
        assert rest["next"] is None
        assert await fleet(admin, site=ESTATE) == {}

    play(story)


def test_only_who_may_read_device_records_sees_the_fleet(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        for username in ("li.na", "zhao.min"):
            check_problem(await (await desk.at_work(username)).get("/devices"), 403, "forbidden", company)
        assert (await (await desk.at_work("sun.li")).get("/devices")).status_code == 200

    play(story)
