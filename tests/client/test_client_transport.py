"""HTTP: packing, headers, problems and silence."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import zstandard

from wuye_client import Offline
from wuye_client.transport import Answer, HttpTransport


@pytest.fixture
def seen() -> list[tuple[str, dict[str, str], bytes]]:
    return []


@pytest.fixture
def url(seen: list[tuple[str, dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), body))
            packed = zstandard.compress(b'{"said": "' + b"x" * 5000 + b'"}')
            self.send_response(200)
            self.send_header("Content-Encoding", "zstd")
            self.send_header("Content-Length", str(len(packed)))
            self.send_header("Retry-After", "3")
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_2_large_requests_are_gzipped_and_zstd_answers_are_read(
    url: str, seen: list[tuple[str, dict[str, str], bytes]]
) -> None:
    transport = HttpTransport(url)
    small, large = b'{"a": 1}', b'{"a": "' + b"x" * 5000 + b'"}'
    for body in (small, large):
        answer = transport.request("POST", "/sync", headers={"Authorization": "Bearer t"}, body=body)
        assert answer.body.startswith(b'{"said": "xxx')
        assert answer.headers["retry-after"] == "3"
    transport.close()
    assert [path for path, *_ in seen] == ["/api/v1/sync"] * 2
    assert seen[0][2] == small
    assert "zstd" in seen[0][1]["Accept-Encoding"]
    assert seen[1][1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(seen[1][2]) == large
    assert all(headers["Authorization"] == "Bearer t" for _, headers, _ in seen)


def test_silence_is_offline(url: str) -> None:
    transport = HttpTransport("http://127.0.0.1:1")
    with pytest.raises(Offline):
        transport.request("POST", "/sync", headers={}, body=b"{}")
    transport.close()


def test_2_a_problem_that_is_no_json_is_still_a_problem() -> None:
    assert Answer(502, {}, b"<html>Bad gateway").problem().status == 502
    assert Answer(409, {}, b'{"code": "log_gap", "site": "s", "expected": 4, "new": 1}').problem().expected == 4
