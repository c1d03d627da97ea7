"""Protocol §6 over HTTP: ``HEAD``, ``PUT``, ``GET /blobs/{sha256}``, the inventory, what an attacker would try."""

import asyncio
import gzip
from collections.abc import Callable

import httpx
import pytest
from tests.blobs.files import photo, sha_of
from tests.http.company import EAST, ESTATE, WEST, Company, Desk, Story, Tablet, name_of
from tests.http.test_2_transport import check_problem

from wuye.kernel.ids import uuid7
from wuye.sync.steps import run

Play = Callable[[Story], None]

CHUNK = 64 << 10
DATA = photo(3 * CHUNK + 500)
SHA = sha_of(DATA)


async def put(tablet: Tablet, data: bytes, start: int = 0, stop: int | None = None, **more: str) -> httpx.Response:
    """PUT a part of a file."""
    stop = len(data) if stop is None else stop
    headers = {**tablet.headers, "Content-Range": f"bytes {start}-{stop - 1}/{len(data)}", **more}
    return await tablet.http.put(f"/api/v1/blobs/{sha_of(data)}", content=data[start:stop], headers=headers)


async def head(tablet: Tablet, sha: str = SHA) -> tuple[int, str]:
    """Return (Upload-Offset, Upload-Complete)."""
    answer = await tablet.http.head(f"/api/v1/blobs/{sha}", headers=tablet.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    return int(answer.headers["upload-offset"]), answer.headers["upload-complete"]


async def get(tablet: Tablet, sha: str = SHA, **headers: str) -> httpx.Response:
    return await tablet.http.get(f"/api/v1/blobs/{sha}", headers={**tablet.headers, **headers})


async def write(tablet: Tablet, *shas: str, entity: str = "ticket", **values: object) -> str:
    """Write a record with photos; return its id."""
    photos = [{"sha256": sha, "type": "image/jpeg", "size": 1} for sha in shas]
    record = uuid7(1_732_000_000_000, sha_of(repr((shas, values, tablet.device)).encode()).encode()[:10])
    field = {"ticket": "photos", "document": "scans"}[entity]
    op = tablet.op("create", entity, record, set={"title": "漏水", field: photos, **values})
    said = (await tablet.sync(op)).json()
    assert [result["status"] for result in said["results"]] == ["applied"], said
    return record


async def unit_in(desk: Desk, zone: str) -> str:
    building, unit = name_of("building"), name_of("unit", zone)
    if not (await (await desk.at_work("admin")).get(f"/sites/{ESTATE}/building")).json()["records"]:
        desk.company.write("building", building, {"code": "1"}, site=ESTATE)
    desk.company.write("unit", unit, {"code": zone[-4:], "building": building, "zone": zone}, site=ESTATE)
    return unit


def test_6_head_tells_the_offset_put_appends_the_last_chunk_stores(play: Play) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await write(li, SHA)
        for start in range(0, len(DATA), CHUNK):
            assert await head(li) == (start, "?0")
            stop = min(start + CHUNK, len(DATA))
            said = await put(li, DATA, start, stop)
            assert said.status_code == 204, said.text
            assert said.headers["upload-offset"] == str(stop)
            assert said.headers["upload-complete"] == ("?1" if stop == len(DATA) else "?0")
        assert await head(li) == (len(DATA), "?1")
        again = await put(li, DATA, 0, CHUNK)
        assert (again.status_code, again.headers["upload-complete"]) == (204, "?1")
        assert (await get(li)).content == DATA

    play(story)


def test_6_a_wrong_offset_is_answered_with_the_right_one(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await put(li, DATA, 0, CHUNK)
        said = check_problem(await put(li, DATA, 2 * CHUNK), 409, "wrong_offset", company)
        assert said["offset"] == CHUNK
        check_problem(await put(li, DATA, CHUNK - 1), 409, "wrong_offset", company)
        assert (await put(li, DATA, CHUNK)).status_code == 204

    play(story)


def test_6_a_wrong_hash_is_said_and_begins_anew(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        headers = {**li.headers, "Content-Range": f"bytes 0-{len(DATA) - 1}/{len(DATA)}"}
        said = await desk.http.put(f"/api/v1/blobs/{SHA}", content=photo(len(DATA), 9), headers=headers)
        assert check_problem(said, 422, "hash_mismatch", company)["offset"] == 0
        assert await head(li) == (0, "?0")
        assert (await put(li, DATA)).status_code == 204

    play(story)


def test_6_a_whole_file_needs_no_range(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        said = await desk.http.put(f"/api/v1/blobs/{SHA}", content=DATA, headers=li.headers)
        assert (said.status_code, said.headers["upload-complete"]) == (204, "?1")
        empty = await desk.http.put(f"/api/v1/blobs/{sha_of(b'')}", content=b"", headers=li.headers)
        check_problem(empty, 400, "invalid_request", company)

    play(story)


@pytest.mark.parametrize(
    ("sha", "said", "status", "code"),
    [
        ("..%2f..%2fwuye.sqlite", "bytes 0-9/10", 404, "not_found"),
        (SHA.upper(), "bytes 0-9/10", 404, "not_found"),
        (SHA[:-1], "bytes 0-9/10", 404, "not_found"),
        (SHA + "%00", "bytes 0-9/10", 404, "not_found"),
        (SHA, "bytes 0-9/9", 400, "invalid_request"),
        (SHA, "bytes 9-0/10", 400, "invalid_request"),
        (SHA, "bytes */10", 400, "invalid_request"),
        (SHA, "bytes 0-9/*", 400, "invalid_request"),
        (SHA, "bytes -1-9/10", 400, "invalid_request"),
        (SHA, "bytes 0-9/10, 0-9/10", 400, "invalid_request"),
        (SHA, "bytes 0-8/10", 413, "too_large"),
        (SHA, "bytes 0-10/11", 400, "invalid_request"),
        (SHA, "bytes 0-2147483647/2147483648", 413, "too_large"),
        (SHA, f"bytes 0-9/{2 << 30}", 413, "too_large"),
        (SHA, f"bytes 0-9/{10**15 - 1}", 413, "too_large"),
        (SHA, f"bytes 0-9/{10**30}", 400, "invalid_request"),
    ],
)
def test_6_what_is_no_chunk_is_refused(
    play: Play, company: Company, sha: str, said: str, status: int, code: str
) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        headers = {**li.headers, "Content-Range": said}
        answer = await desk.http.put(f"/api/v1/blobs/{sha}", content=b"\xff\xd8\xff0123456", headers=headers)
        check_problem(answer, status, code, company)
        assert sorted(path.name for path in company.folder.glob("blobs/**/*") if path.is_file()) == []

    play(story)


def test_6_a_packed_chunk_is_unpacked_with_a_bound(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        headers = {**li.headers, "Content-Encoding": "gzip", "Content-Range": f"bytes 0-{len(DATA) - 1}/{len(DATA)}"}
        bomb = gzip.compress(bytes(50 << 20))
        check_problem(
            await desk.http.put(f"/api/v1/blobs/{SHA}", content=bomb, headers=headers), 413, "too_large", company
        )
        said = await desk.http.put(f"/api/v1/blobs/{SHA}", content=gzip.compress(DATA), headers=headers)
        assert said.headers["upload-complete"] == "?1"

    play(story)


def test_6_limits_are_the_companys_and_checked_at_the_first_chunk(play: Play, company: Company) -> None:
    company.write("setting", name_of("limit"), {"name": "blob_bytes", "value": str(1 << 20)})
    company.write("setting", name_of("waiting"), {"name": "blob_waiting_bytes", "value": str(1 << 20)})

    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        big = photo((1 << 20) + 1)
        assert check_problem(await put(li, big, 0, CHUNK), 413, "too_large", company)["max"] == 1 << 20
        check_problem(
            await put(li, photo(1 << 20, kind="image/png").replace(b"\x89PNG", b"MZMZ"), 0, CHUNK),
            415,
            "blob_type",
            company,
        )
        assert (await put(li, photo(900_000, 1), 0, CHUNK)).status_code == 204
        check_problem(await put(li, photo(900_000, 2), 0, CHUNK), 507, "storage_full", company)
        manifest = (await li.get("/manifest")).json()
        assert manifest["limits"]["blob_bytes"] == 1 << 20
        assert {"photo_side", "photo_quality", "photo_thumb_side", "voice_seconds", "blob_days"} <= manifest[
            "limits"
        ].keys()

    play(story)


def test_6_the_same_chunk_at_once_from_many_requests_counts_once(play: Play) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        answers = await asyncio.gather(*(put(li, DATA, 0, CHUNK) for _ in range(4)))
        assert {(one.status_code, one.headers["upload-offset"]) for one in answers} == {(204, str(CHUNK))}
        answers = await asyncio.gather(*(put(li, DATA, CHUNK) for _ in range(4)))
        assert {(one.status_code, one.headers["upload-complete"]) for one in answers} == {(204, "?1")}

    play(story)


def test_6_reading_needs_the_right_to_read_a_record_that_refers_to_it(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li, wang, ma = [await desk.at_work(name) for name in ("li.na", "wang.fang", "ma.hui")]
        await put(li, DATA)
        for tablet in (li, wang, ma):
            check_problem(await get(tablet), 404, "not_found", company)
        await write(li, SHA, unit=await unit_in(desk, WEST))
        assert (await get(li)).content == DATA
        for tablet in (wang, ma):
            unknown = (await get(tablet, "0" * 64)).json()
            assert check_problem(await get(tablet), 404, "not_found", company) == unknown
            assert await head(tablet) == (0, "?0")
            assert (
                await desk.http.post("/api/v1/blobs/inventory", json={"sha256": [SHA]}, headers=tablet.headers)
            ).json() == {"stored": [], "offsets": {}}
        await write(li, SHA, unit=await unit_in(desk, EAST))
        assert (await get(wang)).content == DATA
        assert await head(wang) == (len(DATA), "?1")
        check_problem(await get(ma), 404, "not_found", company)
        answer = await desk.http.get(f"/api/v1/blobs/{SHA}")
        check_problem(answer, 401, "unauthorized", company)

    play(story)


def test_6_who_names_a_hash_in_his_own_record_does_not_get_the_bytes(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li, ma = [await desk.at_work(name) for name in ("li.na", "ma.hui")]
        await put(li, DATA)
        await write(li, SHA)
        op = ma.op(
            "create",
            "ticket",
            name_of("theft"),
            site=name_of("site", "mall"),
            set={"title": "x", "photos": [{"sha256": SHA}]},
        )
        assert (await ma.sync(op)).json()["results"][0]["status"] == "applied"
        check_problem(await get(ma), 404, "not_found", company)
        assert await head(ma) == (0, "?0")

    play(story)


def test_6_the_inventory_answers_for_many_at_once(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li, zhao = [await desk.at_work(name) for name in ("li.na", "zhao.min")]
        files = [photo(CHUNK + 100, number) for number in range(5)]
        shas = [sha_of(data) for data in files]
        await write(li, *shas)
        await put(li, files[0])
        await put(li, files[1])
        await put(li, files[2], 0, CHUNK)

        async def ask(tablet: Tablet, asked: object) -> httpx.Response:
            return await desk.http.post("/api/v1/blobs/inventory", json={"sha256": asked}, headers=tablet.headers)

        known = (await ask(li, [*shas, "0" * 64])).json()
        assert known == {"stored": sorted(shas[:2]), "offsets": {shas[2]: CHUNK}}
        assert (await ask(zhao, shas)).json() == {"stored": sorted(shas[:2]), "offsets": {}}
        assert (await ask(zhao, [])).json() == {"stored": [], "offsets": {}}
        for bad in (["0" * 63], ["../../x"], [SHA.upper()], ["0" * 64] * 501, "0", [1], None):
            check_problem(await ask(li, bad), 400, "invalid_request", company)

    play(story)


def test_5_a_dead_token_may_put_the_blobs_that_its_ops_name(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li, zhao = [await desk.at_work(name) for name in ("li.na", "zhao.min")]
        stranger = photo(600, 5)
        company.write("user", name_of("user", "li.na"), {"disabled": True}, kind="update")
        check_problem(await put(li, DATA), 401, "unauthorized", company)
        op = li.op("create", "ticket", name_of("last"), set={"title": "漏水", "photos": [{"sha256": SHA}]})
        li.cursor = None
        said = (await li.sync(op)).json()
        assert [(result["status"], result["code"]) for result in said["results"]] == [("held", "revoked")]
        assert (await put(li, DATA, 0, CHUNK)).headers["upload-offset"] == str(CHUNK)
        assert (await put(li, DATA, CHUNK)).headers["upload-complete"] == "?1"
        check_problem(await put(li, stranger), 401, "unauthorized", company)
        check_problem(await get(li), 401, "unauthorized", company)
        for path in (f"/api/v1/blobs/{SHA}",):
            assert (await desk.http.head(path, headers=li.headers)).status_code == 401
        assert (await get(zhao)).content == DATA, "who reviews it sees it"
        desk.later(days=15)
        check_problem(await put(li, DATA), 401, "unauthorized", company)

    play(story)


def test_6_another_users_partial_upload_is_not_his_to_see_or_to_end(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li, zhao = [await desk.at_work(name) for name in ("li.na", "zhao.min")]
        await write(li, SHA)
        await put(li, DATA, 0, CHUNK)
        assert await head(zhao) == (0, "?0")
        assert check_problem(await put(zhao, DATA, CHUNK), 409, "wrong_offset", company)["offset"] == 0
        assert await head(li) == (CHUNK, "?0")

    play(story)


def test_6_a_photo_that_comes_at_last_settles_that_it_was_missing(play: Play, company: Company) -> None:
    def reviews() -> list[object]:
        found = company.installation.store.blocking.read(lambda s: s.entities(ESTATE, ["review"]))
        return [review.values["status"] for review in found]

    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await write(li, SHA)
        await put(li, DATA, 0, CHUNK)
        desk.later(days=8)
        run(company.installation.store.blocking, company.installation.door.report_missing(ESTATE, company.now))
        assert reviews() == ["open"]
        await put(li, DATA, CHUNK, 2 * CHUNK)
        await put(li, DATA, 2 * CHUNK)
        assert await head(li) == (len(DATA), "?1")

    play(story)  # what runs in the background is finished when the server stops
    assert reviews() == ["resolved"]
