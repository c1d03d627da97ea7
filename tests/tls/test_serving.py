"""tablet.md §2.7: `wuye serve` by TLS, called by a name that is not loopback; the plain port beside it."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from msgspec import Struct

from wuye.app import Installation
from wuye.cli import main
from wuye.model.catalogue import LANGUAGES
from wuye.tls.keeping import Folder

NAMES = ("wuye.lan", "192.168.1.5")


def wuye(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args], env={"WUYE_LANG": "en"})
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose server has a certificate by its own authority."""
    folder = tmp_path_factory.mktemp("company") / "co"
    about = ("--name", "測試物業", "--type", "residential", "--site", "A:residential:東苑", "--language", "en")
    wuye("init", "--dir", folder, *about, "--admin", "chief", "--admin-name", "C", "--password", "horse-battery-99")
    wuye("tls", "local", "--dir", folder, "--name", NAMES[0], "--name", NAMES[1])
    return folder


class Served(Struct):
    """A server under way: its ports, and ways to call it."""

    folder: Path
    port: int
    plain: int

    def secure(self, name: str, path: str, **headers: str) -> httpx.Response:
        """Ask over TLS as a tablet that trusts the authority and calls the server by a name."""
        trusting = ssl.create_default_context(cafile=str(Folder(self.folder).authority))
        with httpx.Client(verify=trusting, trust_env=False) as client:
            host = {"Host": f"{name}:{self.port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
            return client.get(f"https://127.0.0.1:{self.port}{path}", headers=host, extensions={"sni_hostname": name})

    def clear(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask the plain port."""
        with httpx.Client(trust_env=False) as client:
            named = {k.replace("_", "-"): v for k, v in headers.items()}
            return client.request(method, f"http://127.0.0.1:{self.plain}{path}", headers=named)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    command = [sys.executable, "-c", "from wuye.cli import main; main()", "serve", "--dir", str(folder), "--port", "0"]
    environment = {**os.environ, "WUYE_HTTP_PORT": "0"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            while not (folder / "serve.json").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            note = json.loads((folder / "serve.json").read_bytes())
            port, plain = (int(re.findall(r":(\d+)", note[key])[0]) for key in ("url", "trust"))
            yield Served(folder=folder, port=port, plain=plain)
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def server(company: Path) -> Iterator[Served]:
    with serving(company) as served:
        yield served


@pytest.mark.parametrize("name", [*NAMES, "localhost"])
def test_a_tablet_that_trusts_the_authority_gets_in_by_every_name(server: Served, name: str) -> None:
    assert server.secure(name, "/health/ready").json() == {"status": "ok"}
    page = server.secure(name, "/")
    assert page.status_code == 200
    assert "strict-transport-security" not in page.headers  # the page of trust must stay open


def test_by_another_name_or_without_trust_it_does_not(server: Served) -> None:
    with pytest.raises(httpx.ConnectError, match=r"not valid for 'other\.lan'"):
        server.secure("other.lan", "/")
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://127.0.0.1:{server.port}/", trust_env=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["clear", "secure"])
def test_the_page_of_trust_is_there_in_the_clear_too(server: Served, way: str, language: str) -> None:
    ask: Callable[..., httpx.Response] = (
        server.clear if way == "clear" else lambda path, **headers: server.secure("wuye.lan", path, **headers)
    )
    page = ask("/trust", accept_language=language)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert f"http://wuye.lan:{server.plain}/trust" in page.text
    assert f'href="https://wuye.lan:{server.port}/"' in page.text
    assert "<svg" in page.text
    shown = wuye("tls", "show", "--dir", server.folder).output
    fingerprint = re.findall(r"(?:[0-9A-F]{2} ){31}[0-9A-F]{2}", page.text)[0]
    assert fingerprint in shown
    assert f"http://wuye.lan:{server.plain}/trust" in shown
    crt, profile = ask("/trust/wuye.crt"), ask("/trust/wuye.mobileconfig")
    assert crt.headers["content-type"] == "application/x-x509-ca-cert"
    assert profile.headers["content-type"] == "application/x-apple-aspen-config"
    assert ssl.DER_cert_to_PEM_cert(crt.content).encode() == Folder(server.folder).authority.read_bytes()


def test_every_text_of_a_page_is_there_in_every_language(server: Served) -> None:
    pages = {language: server.clear(f"/trust?lang={language}").text for language in LANGUAGES}
    assert len(set(pages.values())) == 4
    assert not any("page.trust" in text for text in pages.values())


def test_the_plain_port_leads_to_the_secure_one_and_nowhere_else(server: Served) -> None:
    assert server.clear("/").headers["location"] == "/trust"
    there = server.clear("/ticket/1?tab=2", host="192.168.1.5")
    assert (there.status_code, there.headers["location"]) == (307, f"https://192.168.1.5:{server.port}/ticket/1?tab=2")
    astray = server.clear("/queue", host="evil.example")
    assert astray.headers["location"] == f"https://wuye.lan:{server.port}/queue"
    assert server.clear("/api/v1/session", "POST").status_code == 405
    assert server.clear("/health/ready").status_code == 307


def test_a_challenge_is_answered_on_the_plain_port_while_somebody_waits_for_it(server: Served) -> None:
    folder = Folder(server.folder)
    folder.challenges.mkdir(exist_ok=True)
    folder.put(folder.challenges / "tOk-3n_", b"answer")
    assert server.clear("/.well-known/acme-challenge/tOk-3n_").content == b"answer"
    for path in ("gone", "..%2ftls.json", "../authority.key", ""):
        assert server.clear(f"/.well-known/acme-challenge/{path}").status_code == 307


def test_other_commands_reach_the_server_by_its_certificate(server: Served) -> None:
    said = wuye("user", "code", "chief", "--dir", server.folder).output
    code = re.findall(r": ([2-9A-Z]{8}) ", said)[0]
    trusting = ssl.create_default_context(cafile=str(Folder(server.folder).authority))
    asked = {"username": "chief", "code": code, "device": {"id": "019352e2-9000-75b3-ae68-44674ac09a55"}}
    url = f"https://127.0.0.1:{server.port}/api/v1/session"
    with httpx.Client(verify=trusting, trust_env=False) as client:
        assert client.post(url, json=asked).status_code == 200
        assert client.post(url, json=asked).status_code == 401


def test_a_companys_own_certificate_is_served_and_strict(company: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(Folder(company).server.read_bytes())
    copy = tmp_path / "copy"
    Installation.open(copy, create=True).close()
    take = ("tls", "files", "--dir", copy, "--cert", own, "--key")
    wuye(*take, own, "--name", "shop.example", code=1)
    wuye(*take, Folder(company).authority_key, code=1)
    assert "wuye.lan" in wuye(*take, own, "--name", "wuye.lan").output
    shutil.copy(Folder(company).authority, Folder(copy).authority)  # what this test's client trusts
    with serving(copy) as served:
        page = served.secure("wuye.lan", "/")
        assert page.headers["strict-transport-security"] == "max-age=15552000"
        assert "<svg" not in served.secure("wuye.lan", "/trust").text
        assert served.secure("wuye.lan", "/trust/wuye.crt").headers["content-type"].startswith("text/")


def test_off_is_plain_again_and_a_new_authority_is_asked_for(tmp_path: Path, company: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    wuye("tls", "local", "--dir", other, "--name", "wuye.lan", code=1)  # no installation there
    (other / "wuye.sqlite").touch()
    assert "plain HTTP" in wuye("tls", "show", "--dir", other).output
    wuye("tls", "local", "--dir", other, "--name", "wuye.lan")
    first = Folder(other).authority.read_bytes()
    wuye("tls", "local", "--dir", other, "--name", "desk.wuye.lan")
    assert Folder(other).authority.read_bytes() == first
    assert "new one" in wuye("tls", "local", "--dir", other, "--name", "shop.example", code=1).output
    wuye("tls", "local", "--dir", other, "--name", "shop.example", "--new-authority")
    assert Folder(other).authority.read_bytes() != first
    wuye("tls", "off", "--dir", other)
    assert "plain HTTP" in wuye("tls", "show", "--dir", other).output
