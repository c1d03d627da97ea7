"""tablet.md §3.3, §2.3: the app's files as browsers get them, and what stands in for an app that was never built."""

import asyncio
import gzip
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import Message, Receive, Scope, Send
from tests.http.company import Company, Desk, Story

from wuye.http.front import Front
from wuye.http.static import Tablet
from wuye.model.catalogue import LANGUAGES

Play = Callable[[Story], None]
POLICY = (
    "default-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; script-src 'self'"
    " 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)
GUARDS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), microphone=(self), geolocation=(self)",
    "cross-origin-opener-policy": "same-origin",
}
INDEX = b"<!doctype html><title>Wuye</title>" + b" " * 2000
SCRIPT = b"console.log('hello');" * 100


async def api(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Stand in for the API."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"api", "more_body": False})


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """An app as the build leaves it."""
    folder = tmp_path / "tablet"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(INDEX)
    (folder / "sw.js").write_bytes(SCRIPT)
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "icon-192.png").write_bytes(b"\x89PNG")
    (folder / "assets" / "index-B4_x-9Zq.js").write_bytes(SCRIPT)
    (folder / "assets" / "zxing_reader-Xy.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def ask(folder: Path, *requests: tuple[str, dict[str, str]], method: str = "GET") -> list[httpx.Response]:
    """Ask for pages; the address as it stands on the wire."""

    async def go() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Front(Tablet(folder)).before(api))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://wuye") as client:
            return [await client.request(method, path, headers=headers) for path, headers in requests]

    return asyncio.run(go())


def get(folder: Path, path: str, **headers: str) -> httpx.Response:
    plain = {"accept-encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    [answer] = ask(folder, (path, plain))
    return answer


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icon-192.png", "image/png", "no-cache"),
        ("/assets/index-B4_x-9Zq.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/zxing_reader-Xy.wasm", "application/wasm", "public, max-age=31536000, immutable"),
    ],
)
def test_3_3_every_file_has_its_type_its_life_and_the_guards(
    built: Path, path: str, media_type: str, cache: str
) -> None:
    answer = get(built, path)
    assert answer.status_code == 200
    assert answer.content == (built / (path[1:] or "index.html")).read_bytes()
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == cache
    assert {name: answer.headers.get(name) for name in GUARDS} == GUARDS
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/ticket/0193", "/queue", "/enrol", "/ticket/0193/", "/物業", "/login?next=/a.b"])
def test_2_3_an_address_inside_the_app_is_the_app(built: Path, path: str) -> None:
    assert get(built, path).content == INDEX


@pytest.mark.parametrize("path", ["/assets/gone-1.js", "/assets/", "/gone.js", "/favicon.ico", "/assets/x"])
def test_2_3_a_file_that_is_gone_is_not_the_app(built: Path, path: str) -> None:
    """Else a browser would run HTML as a script after an update."""
    assert get(built, path).status_code == 404


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nowhere", "/health/live", "/api/index.html"])
def test_2_what_is_the_apis_is_never_a_page(built: Path, path: str) -> None:
    assert get(built, path).status_code == 418


@given(st.text(alphabet="./\\%2eEfF0~secrtx", max_size=40))
def test_no_path_leads_out_of_the_folder(path: str) -> None:

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tablet"
        folder.mkdir()
        (folder / "index.html").write_bytes(INDEX)
        (Path(place) / "secret.txt").write_text("secret")
        for way in (path, "../secret.txt", f"{path}/../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt"):
            page = asyncio.run(Tablet(folder).page(f"/{way}"))
            assert page is None or page.bodies[""] == INDEX


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_files_are_packed_for_who_can_unpack_them(built: Path, encoding: str) -> None:
    path = "/assets/index-B4_x-9Zq.js"
    packed, plain = ask(
        built, (path, {"accept-encoding": f"{encoding}, br"}), (path, {"accept-encoding": f"{encoding};q=0"})
    )
    assert packed.headers["content-encoding"] == encoding
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 4
    assert packed.headers["vary"] == "accept-encoding"
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT
    page = asyncio.run(Tablet(built).page(path))
    assert page is not None
    assert gzip.decompress(page.bodies["gzip"]) == zstandard.decompress(page.bodies["zstd"]) == SCRIPT


def test_2_3_a_browser_that_has_it_is_sent_nothing(built: Path) -> None:
    tag = get(built, "/sw.js").headers["etag"]
    same = get(built, "/sw.js", if_none_match=f'"x", W/{tag}')
    assert (same.status_code, same.content) == (304, b"")
    (built / "sw.js").write_bytes(SCRIPT + b"//")
    assert get(built, "/sw.js", if_none_match=tag).status_code == 200


def test_2_3_a_new_build_is_served_without_a_restart(built: Path) -> None:
    async def go() -> None:
        tablet = Tablet(built)
        for content in (b"one", b"two"):
            (built / "sw.js").write_bytes(content)
            os.utime(built / "sw.js", ns=(1, int.from_bytes(content)))
            page = await tablet.page("/sw.js")
            assert page is not None
            assert page.bodies[""] == content

    asyncio.run(go())


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_pages_are_only_read(built: Path, method: str) -> None:
    [answer] = ask(built, ("/", {}), method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_head_has_the_length_and_no_body(built: Path) -> None:
    [answer] = ask(built, ("/sw.js", {"accept-encoding": "identity"}), method="HEAD")
    assert (answer.headers["content-length"], answer.content) == (str(len(SCRIPT)), b"")


@pytest.mark.parametrize("path", ["/", "/ticket/0193", "/assets/index-1.js"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_app_the_page_says_how_to_build_it(tmp_path: Path, language: str, path: str) -> None:
    answer = get(tmp_path, path, accept_language=language)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert "20.19" in answer.text
    assert "make run" in answer.text
    assert get(tmp_path, f"{path}?lang=ru", accept_language=language).text.count("Node") == 1
    assert {name: answer.headers.get(name) for name in GUARDS} == GUARDS


def test_the_served_company_has_pages_beside_its_api(play: Play, company: Company) -> None:
    async def story(desk: Desk) -> None:
        page = await desk.http.get("/")
        assert (page.status_code, page.headers["content-security-policy"]) == (200, POLICY)
        assert (await desk.http.get("/health/live")).json() == {"status": "ok"}
        assert (await desk.http.get("/api/v1/manifest")).status_code == 401

    play(story)


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_a_request_for_the_server_as_a_whole_is_refused_in_words(built: Path, method: str) -> None:
    """``OPTIONS *`` (RFC 9110 §9.3.7) is no address."""
    sent: list[Message] = []

    async def ask_all() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": "*", "headers": [], "query_string": b""}
        await Front(Tablet(built)).before(api)(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(ask_all())
    assert sent[0]["status"] == 400  # type: ignore[typeddict-item]
