"""Protocol §2 audit and plain reading; OWN-7: values only to who may read them, and every look-up is logged."""

import base64
from collections.abc import Callable, Mapping, Sequence

import pytest
from tests.http.company import EAST, ESTATE, MALL, WEST, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

Play = Callable[[Story], None]
PHONE = "+8613912345678"


def furnish(company: Company) -> None:
    """One household in each zone, and who lives there."""
    company.write("building", name_of("b"), {"code": "1"}, site=ESTATE)
    for side, zone in (("east", EAST), ("west", WEST)):
        unit = {"code": f"1-{side}", "building": name_of("b"), "zone": zone}
        company.write("unit", name_of("u", side), unit, site=ESTATE)
        owner = {"name": f"owner {side}", "unit": name_of("u", side)}
        company.write("owner", name_of("o", side), owner, site=ESTATE)
        private = {"owner": name_of("o", side), "phone": PHONE, "home_address": "secret street"}
        company.write("owner.private", name_of("p", side), private, site=ESTATE)


def ticket(company: Company, name: str, side: str | None = None, **values: object) -> str:
    record = name_of("t", name)
    more = {"unit": name_of("u", side)} if side else {}
    company.write("ticket", record, {"title": name, **more, **values}, site=ESTATE)
    return record


async def entries(tablet: Tablet, path: str = "/ledger", **params: str) -> Sequence[Mapping[str, object]]:
    answer = await tablet.get(path, **{"site": ESTATE, **params})
    assert answer.status_code == 200, answer.text
    found: Sequence[Mapping[str, object]] = answer.json()["entries"]
    return found


async def looked_up(desk: Desk) -> list[tuple[object, object, object]]:
    """Return (who, what, on which screen) of the access log."""
    auditor = await desk.at_work("sun.li")
    page = (await auditor.get(f"/sites/{ESTATE}/access", limit="200")).json()["records"]
    return [(r["values"]["user"], r["values"]["subject"], r["values"]["screen"]) for r in page]


def test_2_history_tells_who_changed_what_when(play: Play, company: Company) -> None:
    furnish(company)
    record = ticket(company, "漏水", "east")

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        desk.later(hours=1)
        op = tablet.op("update", "ticket", record, set={"priority": "urgent"}, was={"priority": "normal"})
        await tablet.sync(op)
        created, updated = await entries(tablet, f"/history/ticket/{record}")
        assert (created["kind"], created["user"]) == ("create", company.admin)
        assert (updated["kind"], updated["user"], updated["status"]) == ("update", tablet.user, "applied")
        assert updated["changes"] == {"priority": ["normal", "urgent"]}
        assert updated["op"]["op"] == op["op"] == updated["id"]  # type: ignore[index]
        assert str(updated["received_at"]) > str(created["received_at"])

    play(story)


def test_2_history_shows_values_only_to_who_may_read_the_record_now(play: Play, company: Company) -> None:
    furnish(company)
    east, west = ticket(company, "east secret", "east"), ticket(company, "west secret", "west")

    async def story(desk: Desk) -> None:
        bound = await desk.at_work("wang.fang")
        assert len(await entries(bound, f"/history/ticket/{east}")) == 1
        refused = await bound.get(f"/history/ticket/{west}", site=ESTATE)
        check_problem(refused, 404, "not_found", company)
        page = await bound.get("/ledger", site=ESTATE)
        assert "east secret" in page.text
        assert "west secret" not in page.text
        assert "owner west" not in page.text
        for username, private in (("chen.jun", False), ("zhao.min", True), ("sun.li", True)):
            answer = await (await desk.at_work(username)).get("/ledger", site=ESTATE, limit="500")
            assert ("secret street" in answer.text) is private
            assert "west secret" in answer.text
        elsewhere = await desk.at_work("ma.hui")
        check_problem(await elsewhere.get("/ledger", site=ESTATE), 404, "not_found", company)

    play(story)


def test_2_who_watches_review_items_sees_that_something_happened_but_no_values(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        bad = tablet.op("create", "ticket", name_of("never"), set={"title": 5, "description": "my secret"})
        assert (await tablet.sync(bad)).json()["results"][0]["status"] == "rejected"
        (mine,) = await entries(tablet, record=name_of("never"))
        assert mine["op"]["set"]["description"] == "my secret"  # type: ignore[index]
        for username in ("zhao.min", "sun.li"):
            (seen,) = await entries(await desk.at_work(username), record=name_of("never"))
            assert (seen["user"], seen["status"], seen["code"]) == (tablet.user, "rejected", "invalid")
            assert not {"op", "changes", "message", "fields"} & seen.keys()
        assert await entries(await desk.at_work("chen.jun"), record=name_of("never")) == []

    play(story)


def test_2_the_ledger_is_filtered_and_paged_without_gaps(play: Play, company: Company) -> None:
    for index in range(25):
        ticket(company, f"t{index}")

    async def story(desk: Desk) -> None:
        auditor, tablet = await desk.at_work("sun.li"), await desk.at_work("li.na")
        await tablet.sync(tablet.op("create", "ticket", name_of("mine"), set={"title": "mine"}))
        whole = await entries(auditor, limit="500")
        assert [entry["pos"] for entry in whole] == list(range(1, len(whole) + 1))
        pages: list[Mapping[str, object]] = []
        since: int | None = 0
        while since is not None:
            page = (await auditor.get("/ledger", site=ESTATE, limit="7", since=str(since))).json()
            assert len(page["entries"]) <= 7
            pages += page["entries"]
            since = page["next"]
        assert pages == whole
        assert {entry["user"] for entry in await entries(auditor, user=tablet.user)} == {tablet.user}
        assert {entry["entity"] for entry in await entries(auditor, entity="zone")} == {"zone"}
        assert await entries(auditor, status="rejected") == []
        assert len(await entries(auditor, record=name_of("t", "t3"), entity="ticket")) == 1

    play(story)


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"since": "-1"}, ["since"]),
        ({"since": "x"}, ["since"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "501"}, ["limit"]),
        ({"colour": "red"}, ["colour"]),
        ({"user": "x" * 300}, None),
    ],
)
def test_2_a_bad_ledger_query_says_what_is_wrong(
    play: Play, company: Company, params: dict[str, str], fields: list[str] | None
) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("sun.li")
        said = check_problem(await tablet.get("/ledger", site=ESTATE, **params), 400, "invalid_request", company)
        assert said.get("fields") == fields
        missing = check_problem(await tablet.get("/ledger"), 400, "invalid_request", company)
        assert missing["fields"] == ["site"]

    play(story)


def test_2_records_are_listed_by_page_filter_sort_and_search(play: Play, company: Company) -> None:
    furnish(company)
    for index in range(9):
        ticket(
            company,
            f"第{index}號 漏水" if index % 2 else f"第{index}號 燈",
            priority="urgent" if index % 3 == 0 else "normal",
        )

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")

        async def titles(**params: str) -> list[str]:
            found: list[str] = []
            after: str | None = ""
            while after is not None:
                page = (await tablet.get(f"/sites/{ESTATE}/ticket", limit="2", after=after, **params)).json()
                assert len(page["records"]) <= 2
                found += [record["values"]["title"] for record in page["records"]]
                after = page["next"]
            return found

        every = await titles()
        assert len(every) == 9
        assert await titles(sort="title") == sorted(every)
        assert await titles(sort="-title") == sorted(every, reverse=True)
        assert await titles(sort="deadline") == every
        assert [title[1] for title in await titles(priority="urgent")] == ["0", "3", "6"]
        assert [title[1] for title in await titles(q="漏水")] == ["1", "3", "5", "7"]
        assert [title[1] for title in await titles(q="lou shui")] == []
        assert [title[1] for title in await titles(q="ls")] == ["1", "3", "5", "7"]
        assert [title[1] for title in await titles(q="漏水", priority="urgent")] == ["3"]
        assert await titles(status="closed") == []

    play(story)


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"after": "?"},
        {"after": "e30="},
        {"sort": "colour"},
        {"sort": "photos"},
        {"colour": "red"},
        {"photos": "x"},
        {"reopened": "many"},
        {"q": "x" * 600},
    ],
)
def test_2_a_bad_list_query_is_refused(play: Play, company: Company, params: dict[str, str]) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        answer = await tablet.get(f"/sites/{ESTATE}/ticket", **params)
        check_problem(answer, 400, "invalid_request", company)

    play(story)


def test_2_a_record_is_shown_with_its_seq(play: Play, company: Company) -> None:
    record = ticket(company, "t")

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        held = (await tablet.read_all())["ticket", record]
        answer = await tablet.get(f"/sites/{ESTATE}/ticket/{record}")
        assert answer.json()["values"] == held
        assert answer.headers["etag"] == f'"{answer.json()["seq"]}"'
        for path in (f"/sites/{ESTATE}/ticket/{name_of('none')}", f"/sites/{ESTATE}/ticket/x", f"/sites/{ESTATE}/none"):
            check_problem(await tablet.get(path), 404, "not_found", company)
        check_problem(await tablet.get(f"/sites/{MALL}/ticket"), 404, "not_found", company)
        check_problem(await tablet.get(f"/sites/{ESTATE}/access/{record}"), 403, "forbidden", company)

    play(story)


def test_OWN_10_who_is_bound_to_a_zone_lists_that_zone_only(play: Play, company: Company) -> None:
    furnish(company)
    east, west = ticket(company, "e", "east"), ticket(company, "w", "west")

    async def story(desk: Desk) -> None:
        bound = await desk.at_work("wang.fang")
        page = (await bound.get(f"/sites/{ESTATE}/ticket")).json()
        assert [record["id"] for record in page["records"]] == [east]
        assert page["next"] is None
        owners = (await bound.get(f"/sites/{ESTATE}/owner", q="owner")).json()["records"]
        assert [record["id"] for record in owners] == [name_of("o", "east")]
        check_problem(await bound.get(f"/sites/{ESTATE}/ticket/{west}"), 404, "not_found", company)

    play(story)


def test_2_a_record_that_leaves_a_zone_leaves_its_list(play: Play, company: Company) -> None:
    furnish(company)
    moved = ticket(company, "e", "east")

    async def story(desk: Desk) -> None:
        bound, desk_worker = await desk.at_work("wang.fang"), await desk.at_work("li.na")
        set_ = {"unit": name_of("u", "west")}
        op = desk_worker.op("update", "ticket", moved, set=set_, was={"unit": name_of("u", "east")})
        await desk_worker.sync(op)
        assert (await bound.get(f"/sites/{ESTATE}/ticket")).json()["records"] == []
        check_problem(await bound.get(f"/sites/{ESTATE}/ticket/{moved}"), 404, "not_found", company)
        check_problem(await bound.get(f"/history/ticket/{moved}", site=ESTATE), 404, "not_found", company)

    play(story)


def test_2_a_deleted_record_is_gone_but_has_its_history(play: Play, company: Company) -> None:
    record = ticket(company, "t")

    async def story(desk: Desk) -> None:
        admin = await desk.at_work("admin")
        op = admin.op("delete", "ticket", record, base=99)
        assert (await admin.sync(op)).json()["results"][0]["status"] == "applied"
        check_problem(await admin.get(f"/sites/{ESTATE}/ticket/{record}"), 410, "gone", company)
        assert (await admin.get(f"/sites/{ESTATE}/ticket")).json()["records"] == []
        kinds = [entry["kind"] for entry in await entries(admin, f"/history/ticket/{record}")]
        assert kinds == ["create", "delete"]

    play(story)


def test_OWN_7_each_look_up_of_private_data_is_logged_whoever_looks(play: Play, company: Company) -> None:
    furnish(company)
    east, west = name_of("p", "east"), name_of("p", "west")

    async def story(desk: Desk) -> None:
        worker, auditor = await desk.at_work("li.na"), await desk.at_work("sun.li")
        await worker.get(f"/sites/{ESTATE}/owner/{name_of('o', 'east')}")
        assert await looked_up(desk) == []
        assert (await worker.get(f"/sites/{ESTATE}/owner.private/{east}")).json()["values"]["phone"] == PHONE
        assert await looked_up(desk) == [(worker.user, east, "view")]
        await auditor.get(f"/sites/{ESTATE}/owner.private")
        assert await looked_up(desk) == [
            (worker.user, east, "view"),
            (auditor.user, east, "search"),
            (auditor.user, west, "search"),
        ]
        await worker.get(f"/history/owner.private/{west}", site=ESTATE)
        assert (await looked_up(desk))[-1] == (worker.user, west, "view")
        page = (await auditor.get(f"/sites/{ESTATE}/access")).json()["records"]
        assert page[0]["values"]["owner"] == name_of("o", "east")
        assert [row["field"] for row in page[0]["values"]["fields"]] == ["phone", "home_address"]

    play(story)


def test_OWN_7_what_cannot_be_logged_is_not_shown(
    play: Play, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(company)

    async def story(desk: Desk) -> None:
        worker = await desk.at_work("li.na")
        await worker.get("/manifest")

        def full(*_arguments: object) -> object:
            raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(company.installation.store, "write", full)
            for path in (f"/sites/{ESTATE}/owner.private", f"/sites/{ESTATE}/owner.private/{name_of('p', 'east')}"):
                answer = await worker.get(path)
                check_problem(answer, 500, "internal", company)
                assert PHONE not in answer.text

    play(story)


def test_OWN_7_who_may_not_read_private_data_gets_none_of_it(play: Play, company: Company) -> None:
    furnish(company)

    async def story(desk: Desk) -> None:
        technician = await desk.at_work("chen.jun")
        for path in (f"/sites/{ESTATE}/owner.private", f"/sites/{ESTATE}/owner.private/{name_of('p', 'east')}"):
            check_problem(await technician.get(path), 403, "forbidden", company)
        check_problem(
            await technician.get(f"/history/owner.private/{name_of('p', 'east')}", site=ESTATE),
            404,
            "not_found",
            company,
        )
        assert PHONE not in str(await technician.read_all())
        assert await looked_up(desk) == []

    play(story)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (f"/sites/{ESTATE}/ticket", {"limit": "²"}),
        (f"/sites/{ESTATE}/ticket", {"reopened": "²"}),
        (f"/sites/{ESTATE}/ticket", {"reopened": "9" * 400}),
        (f"/sites/{ESTATE}/ticket", {"after": base64.urlsafe_b64encode(b'["",99999999999999999999]').decode()}),
        ("/ledger", {"site": ESTATE, "limit": "²"}),
        ("/ledger", {"site": ESTATE, "since": "²"}),
    ],
)
def test_2_numbers_that_are_none_or_too_large_are_refused(
    play: Play, company: Company, path: str, params: dict[str, str]
) -> None:
    async def story(desk: Desk) -> None:
        check_problem(await (await desk.at_work("li.na")).get(path, **params), 400, "invalid_request", company)

    play(story)
