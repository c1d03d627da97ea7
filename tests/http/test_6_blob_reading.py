"""Protocol §6: reading attachments over HTTP: safe headers, parts, look-ups that are logged, signatures on paper."""

import base64
import html
from collections.abc import Callable

import pytest
from tests.blobs.files import photo, sha_of
from tests.http.company import EAST, ESTATE, Company, Desk, Story, name_of
from tests.http.test_2_transport import check_problem
from tests.http.test_6_blobs import CHUNK, DATA, SHA, get, head, put, unit_in, write

Play = Callable[[Story], None]


def test_6_what_is_sent_cannot_run_and_is_cached_for_its_user_alone(play: Play) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        drawing = photo(300, kind="image/svg+xml")
        await write(li, sha_of(drawing))
        await put(li, drawing)
        answer = await get(li, sha_of(drawing))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == "attachment"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Authorization"
        assert answer.headers["etag"] == f'"{sha_of(drawing)}"'
        same = await get(li, sha_of(drawing), **{"If-None-Match": answer.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")

    play(story)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), (f"bytes={CHUNK}-", CHUNK, len(DATA)),
        ("bytes=-5", len(DATA) - 5, len(DATA)), ("bytes=5-99999999", 5, len(DATA)), ("bytes=-99999999", 0, len(DATA)),
        ("bytes=0-1,5-6", 0, len(DATA)), ("bytes=-", 0, len(DATA)), ("lines=1-2", 0, len(DATA)), ("", 0, len(DATA)),
    ],
)  # fmt: skip
def test_6_a_part_can_be_read(play: Play, asked: str, start: int, stop: int) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await write(li, SHA)
        await put(li, DATA)
        answer = await get(li, Range=asked)
        assert answer.content == DATA[start:stop]
        whole = (start, stop) == (0, len(DATA))
        assert answer.status_code == (200 if whole else 206)
        assert answer.headers.get("content-range") == (None if whole else f"bytes {start}-{stop - 1}/{len(DATA)}")
        other = await get(li, Range=asked, **{"If-Range": '"another"'})
        assert (other.status_code, other.content) == (200, DATA)

    play(story)


def test_6_a_part_beyond_the_end_is_refused(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await write(li, SHA)
        await put(li, DATA)
        for asked in (f"bytes={len(DATA)}-", "bytes=9-5", "bytes=-0"):
            check_problem(await get(li, Range=asked), 416, "bad_range", company)

    play(story)


def test_6_looking_at_a_file_of_a_private_record_is_logged(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        admin, zhao, chen = [await desk.at_work(name) for name in ("admin", "zhao.min", "chen.jun")]
        worker, signed = name_of("worker"), {"sha256": SHA, "signer": "張工", "at": "2024-11-22T08:00:00.000Z"}
        owner, application = name_of("owner"), name_of("application")
        unit = await unit_in(desk, EAST)
        company.write("owner", owner, {"name": "陳", "unit": unit}, site=ESTATE)
        company.write(
            "renovation.application", application, {"unit": unit, "applicant": owner, "builder": "self"}, site=ESTATE
        )
        values = {"application": application, "name": "張工", "document_number": "1", "signature": signed}
        company.write("renovation.worker", worker, values, site=ESTATE)
        await put(admin, DATA)
        check_problem(await get(chen), 404, "not_found", company)
        assert (await get(zhao)).content == DATA
        assert (await get(zhao, **{"If-None-Match": f'"{SHA}"'})).status_code == 304
        seen = [values for (entity, _), values in (await admin.read_all()).items() if entity == "access"]
        looks = [(one["subject_entity"], one["subject"], one["screen"], one["created_by"]) for one in seen]
        assert looks == [("renovation.worker", worker, "view", zhao.user)]

    play(story)


def test_6_what_the_place_has_lost_is_told_before_any_byte(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        await write(li, SHA)
        await put(li, DATA)
        company.installation.shelf.objects.keep(SHA, DATA[:CHUNK])
        check_problem(await get(li), 503, "storage_down", company)
        company.installation.shelf.objects.remove(SHA)
        check_problem(await get(li), 503, "storage_down", company)
        # Who has it is told so, and the same address gives it again.
        assert await head(li) == (0, "?0")
        assert (await put(li, DATA)).headers["upload-complete"] == "?1"
        assert (await get(li)).content == DATA

    play(story)


def test_6_a_printed_form_shows_the_signature_to_who_may_read_it(play: Play) -> None:
    async def story(desk: Desk) -> None:
        li = await desk.at_work("li.na")
        drawing = photo(300, kind="image/svg+xml")
        record = name_of("signed")
        signed = {"sha256": sha_of(drawing), "signer": "王太太", "at": "2024-11-22T08:00:00.000Z"}
        op = li.op("create", "ticket", record, set={"title": "漏水", "signature": signed})
        assert (await li.sync(op)).json()["results"][0]["status"] == "applied"
        path = f"/print/ticket.order/{ESTATE}/{record}"
        assert "data:image/svg+xml;base64," not in (await li.get(path)).text
        await put(li, drawing)
        printed = await li.get(path)
        assert f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}" in html.unescape(printed.text)
        assert "img-src data:" in printed.headers["content-security-policy"]
        desk.company.installation.shelf.objects.remove(sha_of(drawing))
        assert "王太太" in (await li.get(path)).text

    play(story)
