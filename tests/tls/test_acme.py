"""`wuye tls acme` against Pebble, the test server of Let's Encrypt: real signatures, nonces, orders, and a real look at
``/.well-known/acme-challenge/``. Debian and Ubuntu have it as the package ``pebble``."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from wuye.cli import main
from wuye.tls.authority import issue, make_authority
from wuye.tls.certificates import is_due, load_chain, names_of
from wuye.tls.keeping import Folder
from wuye.tls.renewing import context


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The directory's address, and the port where it asks back. Its own certificate is by our local authority."""
    place = tmp_path_factory.mktemp("pebble")
    own, now = Folder(place), datetime.now(UTC)
    make_authority(own, ["localhost"], now)
    chain, key = issue(own, ["localhost"], now)
    (place / "cert.pem").write_bytes(chain)
    (place / "key.pem").write_bytes(key)
    port, asks = free_port(), free_port()
    settings = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{free_port()}",
        "certificate": str(place / "cert.pem"),
        "privateKey": str(place / "key.pem"),
        "httpPort": asks,
        "tlsPort": free_port(),
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
    (place / "config.json").write_text(json.dumps({"pebble": settings}))
    environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1"}
    command = ["pebble", "-config", str(place / "config.json")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                assert process.poll() is None
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.02)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("REQUESTS_CA_BUNDLE", str(own.authority))
                yield f"https://localhost:{port}/dir", asks
        finally:
            process.terminate()


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A folder that looks like an installation."""
    (tmp_path / "wuye.sqlite").touch()
    return tmp_path


def order(company: Path, pebble: tuple[str, int], *names: str, port: int | None = None) -> str:
    directory, asks = pebble
    args = ["tls", "acme", "--dir", str(company), "--directory", directory, "--agree-terms"]
    args += ["--http-port", str(port or asks), "--email", "chief@example.org"]
    result = CliRunner().invoke(
        main, args + [part for name in names for part in ("--name", name)], env={"WUYE_LANG": "en"}
    )
    return result.output if result.exit_code == 0 else f"failed: {result.output}"


def test_a_certificate_is_ordered_for_names_and_addresses(company: Path, pebble: tuple[str, int]) -> None:
    assert "Names: localhost, 127.0.0.1" in order(company, pebble, "localhost", "127.0.0.1")
    folder = Folder(company)
    kept = folder.read()
    assert kept is not None
    chain = load_chain(folder.certificate(kept))
    assert set(names_of(chain[0])) == {"localhost", "127.0.0.1"}
    assert len(chain) > 1
    context(folder, kept)  # key and chain are a pair
    assert list(folder.challenges.iterdir()) == []


def test_a_second_order_uses_the_account_and_the_answers_of_the_first(company: Path, pebble: tuple[str, int]) -> None:
    order(company, pebble, "127.0.0.1")
    account = Folder(company).account_key.read_bytes()
    first = Folder(company).server.read_bytes()
    assert "failed" not in order(company, pebble, "127.0.0.1", "localhost")
    assert Folder(company).account_key.read_bytes() == account
    assert Folder(company).server.read_bytes() != first


def test_what_the_authority_could_not_see_is_told(company: Path, pebble: tuple[str, int]) -> None:
    said = order(company, pebble, "localhost", port=free_port())
    assert "bad_certificate" in said
    assert "localhost" in said
    assert "connection refused" in said
    assert not Folder(company).note.exists()


def test_it_is_renewed_while_the_plain_port_answers(company: Path, pebble: tuple[str, int]) -> None:
    """Where the port is taken, whoever has it answers from the folder: here a server of ours."""
    order(company, pebble, "127.0.0.1")
    folder = Folder(company)
    kept = folder.read()
    assert kept is not None
    late = load_chain(folder.server)[0].not_valid_after_utc - timedelta(days=1)
    assert is_due(load_chain(folder.server)[0], late)
    before = folder.server.read_bytes()
    script = (
        "import asyncio, sys, uvicorn\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from wuye.http.front import PlainFront\n"
        "from wuye.http.trust import Secured\n"
        "from wuye.tls.keeping import Folder\n"
        "from wuye.tls.renewing import renew\n"
        "folder = Folder(Path(sys.argv[1])); kept = folder.read()\n"
        "async def both():\n"
        "    front = PlainFront(Secured(folder=folder, kept=kept))\n"
        "    config = uvicorn.Config(front, port=int(sys.argv[2]), lifespan='off', log_config=None)\n"
        "    server = uvicorn.Server(config); task = asyncio.create_task(server.serve())\n"
        "    print(await asyncio.to_thread(renew, folder, kept, datetime.fromisoformat(sys.argv[3])))\n"
        "    server.should_exit = True; await task\n"
        "asyncio.run(both())\n"
    )
    import sys

    run = subprocess.run(
        [sys.executable, "-c", script, str(company), str(pebble[1]), late.isoformat()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "True\n", run.stderr
    assert folder.server.read_bytes() != before
