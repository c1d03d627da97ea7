"""Protocol §2, USR-2: a start code stands for the password, once."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.client.fake_server import FakeServer, open_replica, states

from wuye_client import LoginRequired, Refused, Replica, cli, replica
from wuye_client.texts import LANGUAGES, say


@pytest.fixture
def server() -> FakeServer:
    return FakeServer(codes={"K7QF-2M9P"})


@pytest.fixture
def known(server: FakeServer) -> Replica:
    return open_replica(server)


def test_2_a_start_code_lets_in_once(server: FakeServer, known: Replica) -> None:
    known.create("HQ-01", "ticket", {"title": "x"})
    known.login("fake:", "li.na", code="K7QF-2M9P")
    assert known.sync().outcomes == {"applied": 1}
    with pytest.raises(Refused):
        known.login("fake:", "li.na", code="K7QF-2M9P")


def test_2_with_a_code_a_new_password_may_be_chosen(server: FakeServer, known: Replica) -> None:
    known.login("fake:", "li.na", code="K7QF-2M9P", new_password="secret")
    assert known._session._credentials == ("li.na", "secret")


def test_3_1_a_database_that_must_fork_asks_for_another_log_in_once_its_code_is_spent(
    server: FakeServer, known: Replica
) -> None:
    known.create("HQ-01", "ticket", {"title": "x"})
    mine = known.store.meta("replica")
    adopted = server._session
    other = server.new_id()
    server.replicas[known.device.card.id] = other
    server._session = lambda asked: adopted(asked if asked.get("fork_of") else {**asked, "adopt": None})
    with pytest.raises(LoginRequired) as caught:
        known.login("fake:", "li.na", code="K7QF-2M9P")
    assert caught.value.fork
    assert known.store.meta("replica") == mine
    known.login("fake:", "li.na", "secret")
    assert known.store.meta("replica") not in (mine, other)
    known.sync()
    assert states(known) == ["applied"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_2_the_command_line_takes_a_code_and_asks_for_no_password(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    monkeypatch.setattr(replica, "HttpTransport", lambda url: server)
    environment = {"WUYE_CLIENT_DIR": str(tmp_path), "WUYE_LANG": lang, "WUYE_PASSWORD": "of somebody else"}
    done = CliRunner().invoke(cli.main, ["login", "fake:", "li.na", "--code", "K7QF-2M9P"], env=environment)
    assert done.exit_code == 0, done.output
    assert say("cli.logged_in", lang, user="li.na", sites=2) in done.output


def test_2_without_code_and_password_the_command_line_asks(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replica, "HttpTransport", lambda url: server)
    environment = {"WUYE_CLIENT_DIR": str(tmp_path), "WUYE_LANG": "en"}
    asked = CliRunner().invoke(cli.main, ["login", "fake:", "li.na"], env=environment, input="secret\n")
    assert asked.exit_code == 0, asked.output
    assert "secret" not in asked.output
