"""Protocol §8 for attachments: ``blobs.json`` holds what a server answers to uploads.

A file is ``start`` (hex), then the SHA-512 of ``seed`` (eight bytes, big-endian) over and over, cut to ``size``.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.http.company import Company, Tablet, serving

SCENARIOS = json.loads((Path(__file__).parent / "blobs.json").read_text())["scenarios"]


def content(file: dict[str, object]) -> bytes:
    """Return a file's bytes."""
    block = hashlib.sha512(int(str(file["seed"])).to_bytes(8, "big")).digest()
    size = int(str(file["size"]))
    return (bytes.fromhex(str(file["start"])) + block * (size // len(block) + 1))[:size]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    company.found()
    try:
        yield company
    finally:
        company.installation.close()


def test_8_uploads_are_answered_as_written(company: Company) -> None:
    async def play() -> None:
        async with serving(company) as desk:
            for scenario in SCENARIOS:
                people = {name: await desk.at_work(user) for name, user in (("one", "li.na"), ("two", "zhao.min"))}
                files = {name: (file, content(file)) for name, file in scenario["files"].items()}
                for file, data in files.values():
                    assert hashlib.sha256(data).hexdigest() == file["sha256"]
                for number, step in enumerate(scenario["steps"]):
                    said = await send(people[step["as"]], step, files)
                    assert answer_of(said) == step["answer"], (scenario["about"], number)

    asyncio.run(play())


async def send(
    tablet: Tablet, step: dict[str, object], files: dict[str, tuple[dict[str, object], bytes]]
) -> httpx.Response:
    """Send a step's request."""
    if step["call"] == "inventory":
        asked = {"sha256": [files[name][0]["sha256"] for name in step["files"]]}  # type: ignore[attr-defined]
        return await tablet.http.post("/api/v1/blobs/inventory", json=asked, headers=tablet.headers)
    path = f"/api/v1/blobs/{files[str(step['file'])][0]['sha256']}"
    if step["call"] == "HEAD":
        return await tablet.http.head(path, headers=tablet.headers)
    data = files[str(step.get("bytes_of", step["file"]))][1]
    first, last, total = step["range"]  # type: ignore[misc]
    headers = {**tablet.headers, "Content-Range": f"bytes {first}-{last}/{total}"}
    return await tablet.http.put(path, content=data[first : last + 1], headers=headers)


def answer_of(said: httpx.Response) -> dict[str, object]:
    """Return the part of an answer that is promised."""
    if said.status_code >= 400:
        problem = said.json()
        return {name: problem[name] for name in ("status", "code", "offset", "max") if name in problem}
    if said.content:
        return {"status": said.status_code, **said.json()}
    headers = said.headers
    return {"status": said.status_code, "offset": int(headers["upload-offset"]), "complete": headers["upload-complete"]}
