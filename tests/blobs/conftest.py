"""Places where attachments can lie: a folder, memory, and an S3-compatible server in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from wuye.storage.blobs import Objects
from wuye.storage.blobs.objects import Place

_BUCKETS = count()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3-compatible server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.HTTPError:
                assert process.poll() is None, "moto.server did not start"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=["folder", "memory", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """An empty store of objects of each kind."""
    if request.param == "folder":
        return Objects(Place(), tmp_path / "blobs")
    if request.param == "memory":
        return Objects(Place(url="memory:///"), tmp_path)
    url = request.getfixturevalue("s3")
    bucket = f"wuye-{os.getpid()}-{next(_BUCKETS)}"
    httpx.put(f"{url}/{bucket}", trust_env=False).raise_for_status()
    place = Place(url=f"s3://{bucket}/estate", endpoint=url, region="us-east-1", key="id", secret="secret")
    return Objects(place, tmp_path)
