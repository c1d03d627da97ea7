"""Protocol §2: one shape for every error, in four languages; bodies and answers packed and bounded."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.http.company import ESTATE, Company, Desk, Story, name_of

from wuye.http.bodies import Arrivals
from wuye.http.encoding import takes
from wuye.http.problems import document, language_of
from wuye.http.server import Gate
from wuye.kernel.errors import CODES, Problem
from wuye.model.catalogue import LANGUAGES

Play = Callable[[Story], None]

REQUESTS = [
    ("GET", "/api/nowhere", 404, "not_found"),
    ("GET", "/api/v1/nowhere", 404, "not_found"),
    ("GET", "/api/v1/sync", 405, "method_not_allowed"),
    ("POST", "/api/v1/manifest", 405, "method_not_allowed"),
    ("DELETE", "/health/ready", 405, "method_not_allowed"),
    ("GET", "/api/v1/manifest", 401, "unauthorized"),
    ("GET", "/api/v1/live", 401, "unauthorized"),
    ("GET", "/api/v1/ledger", 401, "unauthorized"),
    ("GET", f"/api/v1/history/ticket/{ESTATE}", 401, "unauthorized"),
    ("GET", f"/api/v1/sites/{ESTATE}/ticket", 401, "unauthorized"),
    ("GET", f"/api/v1/sites/{ESTATE}/ticket/{ESTATE}", 401, "unauthorized"),
    ("POST", "/api/v1/sync", 401, "unauthorized"),
    ("POST", "/api/v1/local/submit", 401, "unauthorized"),
    ("DELETE", "/api/v1/session", 401, "unauthorized"),
    ("POST", "/api/v1/session", 400, "invalid_request"),
]


def check_problem(answer: httpx.Response, status: int, code: str, company: Company) -> dict[str, object]:
    """Check the one shape that every error has; return the document."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, object] = answer.json()
    assert {"type", "title", "status", "detail", "code", "epoch"} <= said.keys()
    assert said["type"] == f"urn:wuye:error:{code}"
    assert (said["status"], said["code"], said["epoch"]) == (status, code, company.installation.epoch)
    assert said["title"]
    assert str(said["detail"]).startswith(str(said["title"]))
    assert CODES[code].status == status
    return said


@pytest.mark.parametrize(("method", "path", "status", "code"), REQUESTS)
def test_2_every_refusal_is_the_same_kind_of_document(
    play: Play, company: Company, method: str, path: str, status: int, code: str
) -> None:
    async def story(desk: Desk) -> None:
        said = await desk.http.request(method, path)
        check_problem(said, status, code, company)
        if status == 405:
            assert said.headers["allow"]
        if status == 401:
            assert said.headers["www-authenticate"] == "Bearer"

    play(story)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [code for code in CODES if CODES[code].status])
def test_2_every_code_has_its_document_in_every_language(company: Company, code: str, language: str) -> None:
    catalogue = company.installation.registry.catalogue
    said = json.loads(document(Problem(code, "$.ops[3]", fields=("a",)), language, catalogue, "e"))
    text = catalogue.text(f"error.{code}")[language]
    assert said["detail"] == text
    assert text.startswith(said["title"])
    assert said["title"]
    assert (said["place"], said["fields"]) == ("$.ops[3]", ["a"])


def test_2_texts_follow_the_caller_and_codes_never_do(play: Play) -> None:
    async def story(desk: Desk) -> None:
        texts = set()
        for language in LANGUAGES:
            answer = await desk.http.get("/api/v1/manifest", headers={"Accept-Language": f"{language},en;q=0.1"})
            assert answer.json()["code"] == "unauthorized"
            assert answer.headers["content-language"] == language
            texts.add(answer.json()["detail"])
        assert len(texts) == len(LANGUAGES)

    play(story)


def test_3_2_a_rule_s_message_is_said_to_the_caller_with_what_it_names(play: Play) -> None:
    async def story(desk: Desk) -> None:
        admin = await desk.at_work("admin")
        texts = set()
        for language in LANGUAGES:
            admin.http.headers["Accept-Language"] = language
            site = {"code": language, "name": "N", "type": "mall", "plugins": [{"id": "lostfnd"}]}
            op = admin.op("create", "site", name_of("new", language), site=desk.company.org, set=site)
            [result] = (await admin.sync(op)).json()["results"]
            assert (result["code"], result["fields"]) == ("invalid", ["plugins"])
            assert "lostfnd" in result["message"]
            assert "core" in result["message"]
            texts.add(result["message"])
        assert len(texts) == len(LANGUAGES)

    play(story)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK,en", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,ru;q=0.2,zh-TW;q=0.9", "zh-Hant"),
        ("*;q=x,;;", "en"),
    ],
)
def test_2_the_language_is_the_best_that_the_caller_names(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@given(st.text(max_size=300))
def test_2_any_accept_language_gets_some_language(accepted: str) -> None:
    assert language_of(accepted) in LANGUAGES


@pytest.mark.parametrize(
    ("accepted", "encoding", "taken"),
    [
        ("gzip, zstd", "zstd", True),
        ("zstd;q=0", "zstd", False),
        ("zstd; q=0.0, gzip", "zstd", False),
        ("", "gzip", False),
        ("xzstd", "zstd", False),
    ],
)
def test_2_an_encoding_is_used_only_where_it_is_taken(accepted: str, encoding: str, *, taken: bool) -> None:
    assert takes(accepted, encoding) is taken


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, zstd", "zstd"), ("gzip", "gzip"), ("", None)])
def test_2_large_answers_are_packed_as_asked(play: Play, accepted: str, encoding: str | None) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        headers = {**tablet.headers, "Accept-Encoding": accepted}
        async with desk.http.stream("GET", "/api/v1/manifest", headers=headers) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert answer.headers.get("content-encoding") == encoding
        if encoding == "zstd":
            raw = zstandard.ZstdDecompressor().decompressobj().decompress(raw)
        elif encoding == "gzip":
            raw = gzip.decompress(raw)
        assert json.loads(raw)["user"]["username"] == "li.na"

    play(story)


def test_2_small_answers_are_left_alone(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        await tablet.read_all()
        answer = await tablet.sync()
        assert "content-encoding" not in answer.headers

    play(story)


def test_2_a_packed_push_is_taken(play: Play) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        op = tablet.op("create", "ticket", name_of("t"), set={"title": "燈不亮"})
        body = gzip.compress(json.dumps(tablet.request(op)).encode())
        headers = {**tablet.headers, "Content-Encoding": "gzip"}
        answer = await desk.http.post("/api/v1/sync", content=body, headers=headers)
        assert [result["status"] for result in answer.json()["results"]] == ["applied"]

    play(story)


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(b" " * (1 << 20)) for _ in range(300)]) + packer.flush()


PACKED: list[tuple[str, bytes, str, int, str]] = [
    ("a gzip bomb", _bomb(), "gzip", 413, "too_large"),
    ("12 MB", b" " * (12 << 20), "identity", 413, "too_large"),
    ("a cut-off stream", gzip.compress(b"{}" * 5000)[:-9], "gzip", 400, "invalid_request"),
    ("two streams", gzip.compress(b"{}") * 2, "gzip", 400, "invalid_request"),
    ("no gzip at all", b"{}", "gzip", 400, "invalid_request"),
    ("a packing that we do not know", b"{}", "br", 415, "unsupported_media"),
    ("nothing", b"", "identity", 400, "invalid_request"),
    ("no JSON", b"{", "identity", 400, "invalid_request"),
    ("bad UTF-8", b'{"protocol":1,"replica":"\xff\xfe"}', "identity", 400, "invalid_request"),
    ("a number too many", b'{"protocol":1e999,"replica":""}', "identity", 400, "invalid_request"),
    ("depth without end", b'{"protocol":1,"replica":"","have":' + b"[" * 60_000, "identity", 400, "invalid_request"),
]


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"), [p[1:] for p in PACKED], ids=[p[0].replace(" ", "_") for p in PACKED]
)
@pytest.mark.parametrize("path", ["/api/v1/sync", "/api/v1/session"])
def test_2_a_bad_body_is_refused_and_the_server_stays_up(
    play: Play, company: Company, path: str, body: bytes, encoding: str, status: int, code: str
) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        before = company.installation.store.blocking.read(lambda snapshot: snapshot.head(ESTATE))
        headers = {**tablet.headers, "Content-Encoding": encoding}
        check_problem(await desk.http.post(path, content=body, headers=headers), status, code, company)
        assert company.installation.store.blocking.read(lambda snapshot: snapshot.head(ESTATE)) == before
        assert (await desk.http.get("/health/ready")).status_code == 200

    play(story)


def test_2_a_body_sent_without_its_length_is_bounded_all_the_same(play: Play, company: Company) -> None:
    async def drip() -> object:
        for _ in range(40):
            yield b" " * (1 << 16)

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        answer = await desk.http.post("/api/v1/sync", content=drip(), headers=tablet.headers)  # type: ignore[arg-type]
        check_problem(answer, 413, "too_large", company)

    play(story)


def test_2_a_full_server_says_when_to_come_back(play: Play, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")
        store = company.installation.store

        def full(*_arguments: object) -> object:
            raise Problem("busy")

        with monkeypatch.context() as patch:
            patch.setattr(store, "read", full)
            answer = await tablet.sync()
            check_problem(answer, 503, "busy", company)
            assert int(answer.headers["retry-after"]) > 0
        assert (await tablet.sync()).status_code == 200

    play(story)


def test_2_a_fault_of_ours_shows_nothing_of_itself(
    play: Play, company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("li.na")

        def broken(*_arguments: object) -> object:
            raise RuntimeError("the secret reason")

        for path in ("/api/v1/ledger", "/health/ready"):
            with monkeypatch.context() as patch:
                patch.setattr(company.installation.store, "read", broken)
                answer = await desk.http.get(path, headers=tablet.headers, params={"site": ESTATE})
            check_problem(answer, 500, "internal", company)
            assert "secret" not in answer.text
        assert "the secret reason" in capsys.readouterr().err

    play(story)


def test_2_requests_beyond_the_bound_are_sent_away_at_once(company: Company) -> None:
    gate = Gate(1)
    with gate, pytest.raises(Problem, match="busy"), gate:
        raise AssertionError
    with gate:
        pass


def test_2_a_body_under_way_takes_no_place(play: Play, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "__init__", lambda gate, _places: setattr(gate, "_places", 1))

    async def story(desk: Desk) -> None:
        slow, quick = await desk.at_work("li.na"), await desk.at_work("li.na")
        body = json.dumps(slow.request()).encode()

        async def drip() -> AsyncIterator[bytes]:
            yield body[:10]
            assert (await quick.sync()).status_code == 200
            yield body[10:]

        answer = await desk.http.post("/api/v1/sync", content=drip(), headers=slow.headers)
        assert answer.status_code == 200

    play(story)


def test_2_who_sends_slowly_may_send_few_at_once_and_others_as_ever() -> None:
    arrivals = Arrivals(each=2)
    with arrivals.of("one"), arrivals.of("one"), arrivals.of("another"):
        with pytest.raises(Problem, match="busy"), arrivals.of("one"):
            raise AssertionError
        with arrivals.of("another"):
            pass
    with arrivals.of("one"):
        pass


def test_2_starting_needs_neither_pydantic_nor_piccolo(company: Company) -> None:
    script = (
        "import sys; from pathlib import Path; from wuye.app import Installation, create_app\n"
        f"installation = Installation.open(Path({str(company.folder)!r}))\n"
        "create_app(installation)\n"
        "print(sorted({'pydantic', 'piccolo', 'rich', 'argon2'} & set(sys.modules)))\n"
    )
    company.installation.close()

    async def run() -> bytes:
        import sys

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err
        return out

    assert asyncio.run(run()).strip() == b"[]"
