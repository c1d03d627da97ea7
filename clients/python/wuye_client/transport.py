"""How requests reach a server: one small protocol, and HTTP through httpx. Tests and worlds bring their own."""

import gzip
from collections.abc import Mapping
from typing import Protocol

import httpx
import msgspec
from msgspec import Struct

from wuye_client.errors import Offline
from wuye_client.protocol import Problem

BASE = "/api/v1"
_GZIP_FROM = 4096


class Answer(Struct, frozen=True):
    """A server's answer; header names in lower case, the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float:
        """How many seconds to wait before asking again."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdigit() else 2.0

    def problem(self) -> Problem:
        """Return the problem document, or what can be told without one."""
        try:
            problem = msgspec.json.decode(self.body, type=Problem)
        except msgspec.DecodeError:
            problem = Problem()
        return msgspec.structs.replace(problem, status=self.status)


class Transport(Protocol):
    """Carries one request to the server."""

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Return the server's answer; ``path`` begins behind the base path, as in ``/sync``.

        Raises:
            Offline: no answer came. The server may have done the work all the same.
        """
        ...


class HttpTransport:
    """HTTP/1.1 with keep-alive; large requests are packed, answers may be."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/") + BASE,
            timeout=httpx.Timeout(timeout, connect=10.0),
            headers={"Accept-Encoding": "zstd, gzip"},
        )

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send a request (see `Transport`)."""
        sent = dict(headers)
        if body and "Content-Type" not in sent:  # photos are packed already
            sent["Content-Type"] = "application/json"
            if len(body) > _GZIP_FROM:
                body, sent["Content-Encoding"] = gzip.compress(body, 5), "gzip"
        try:
            response = self._client.request(method, path, headers=sent, content=body)
        except httpx.HTTPError as error:
            raise Offline(str(error)) from error
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
