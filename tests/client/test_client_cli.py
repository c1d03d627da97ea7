"""The command line: a working day in every language, and faults told in words."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.client.fake_server import SITE, FakeServer

from wuye_client import cli, replica
from wuye_client.texts import LANGUAGES, catalogue, say


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    server = FakeServer()
    monkeypatch.setattr(replica, "HttpTransport", lambda url: server)
    return server


@pytest.fixture
def run(tmp_path: Path, server: FakeServer):
    def call(*words: str, lang: str = "en", columns: int = 200) -> Result:
        environment = {"WUYE_CLIENT_DIR": str(tmp_path), "WUYE_LANG": lang, "COLUMNS": str(columns)}
        return CliRunner().invoke(cli.main, words, env=environment)

    return call


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_working_day(run, server: FakeServer, lang: str) -> None:
    assert run("login", "fake:", "li.na", "--password", "secret", "--device", "T07", lang=lang).exit_code == 0
    made = run("new", "HQ-01", "ticket", "title=漏水", "tags=wet,loud", 'works=[{"kind":"a","fee":5}]', lang=lang)
    assert made.exit_code == 0
    ticket = re.search(r"[0-9a-f-]{36}", made.output).group()
    assert run("act", "HQ-01", "ticket", ticket[-8:], "dispatch", "team=eng", lang=lang).exit_code == 0
    assert run("edit", "HQ-01", "ticket", ticket, "note=n", lang=lang).exit_code == 0
    assert say("cli.unchanged", lang) in run("edit", "HQ-01", "ticket", ticket, "note=n", lang=lang).output
    assert say("state.waiting", lang) in run("outbox", lang=lang).output
    assert say("cli.synced", lang, sent=3, read=1, left=0) in run("sync", lang=lang).output
    assert say("cli.none", lang) in run("outbox", lang=lang).output
    assert say("state.applied", lang) in run("outbox", "--all", lang=lang).output
    listed = run("list", "ticket", "--search", "漏水", "--where", "team=eng", lang=lang)
    assert ticket[-8:] in listed.output
    assert "BX-T07" in listed.output
    assert "漏水" in run("show", "HQ-01", "ticket", ticket, lang=lang).output
    assert "HQ-01" in run("status", lang=lang).output
    assert run("delete", "HQ-01", "ticket", ticket, lang=lang).exit_code == 0
    assert say("cli.none", lang) in run("list", "ticket", lang=lang).output
    assert run("logout", lang=lang).exit_code == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_refused_is_told_also_when_its_site_is_left(run, server: FakeServer, lang: str) -> None:
    run("login", "fake:", "li.na", "--password", "secret", lang=lang)
    run("new", "HQ-01", "ticket", "title=x", lang=lang)
    run("sync", lang=lang)
    run("new", "HQ-01", "ticket", "title=y", lang=lang)
    server.refuse = {"ticket"}
    server.granted = [name for name in server.granted if not name.startswith(SITE)]
    told = run("sync", lang=lang)
    assert say("cli.left", lang, site="HQ-01", why="rule") in told.output
    assert say("cli.synced", lang, sent=1, read=0, left=0) in told.output


@pytest.mark.parametrize("lang", LANGUAGES)
def test_faults_are_sentences_in_the_user_s_language(run, lang: str) -> None:
    nobody = run("list", "ticket", lang=lang)
    assert nobody.exit_code == 2
    assert say("cli.no_user", lang) in nobody.output
    run("login", "fake:", "li.na", "--password", "secret", lang=lang)
    wrong = run("new", "HQ-01", "ticket", "cost=-1", lang=lang)
    assert wrong.exit_code == 1
    assert say("entry.required", lang) in wrong.output
    assert say("entry.too_small", lang, min=0) in wrong.output
    assert say("cli.bad_pair", lang, text="title") in run("new", "HQ-01", "ticket", "title", lang=lang).output
    missing = run("show", "HQ-01", "ticket", "ffff", lang=lang)
    assert missing.exit_code == 2
    assert "ffff" in missing.output
    assert run("new", "NOWHERE", "ticket", "title=x", lang=lang).exit_code == 1


def test_what_does_not_exist_is_answered_with_what_there_is(run) -> None:
    run("login", "fake:", "li.na", "--password", "secret")
    for words in (["tickets"], ["ticket", "--where", "stat=x"], ["ticket", "--order=-nothing"]):
        answer = run("list", *words)
        assert answer.exit_code == 2
        assert ("ticket" if words == ["tickets"] else "priority") in answer.output
    choice = run("new", "HQ-01", "ticket", "title=x", "priority=fast")
    assert "urgent" in choice.output


def test_TKT_14_a_narrow_terminal_shows_id_and_number_whole_and_the_number_names_the_record(run) -> None:
    run("login", "fake:", "li.na", "--password", "secret", "--device", "T07")
    made = run("new", "HQ-01", "ticket", f"title={'漏水' * 20}").output
    ticket = re.search(r"[0-9a-f-]{36}", made).group()
    number = re.search(r"BX-T07-[0-9-]+", made).group()
    listed = run("list", "ticket", columns=60).output
    assert ticket[-8:] in listed
    assert number in listed
    assert ticket in run("show", "HQ-01", "ticket", number).output


def test_a_field_names_another_record_as_lists_show_it(run, server: FakeServer) -> None:
    owner = server.new_id()
    server.write(SITE, "owner", owner, {"name": "王小明"})
    run("login", "fake:", "li.na", "--password", "secret")
    run("sync")
    assert run("new", "HQ-01", "ticket", "title=x", f"owner={owner[-8:]}").exit_code == 0
    assert run("list", "ticket", "--where", f"owner={owner[-8:]}").output.count("HQ-01") == 1
    unknown = run("new", "HQ-01", "ticket", "title=x", "owner=ffff")
    assert (unknown.exit_code, "ffff" in unknown.output) == (2, True)


def test_a_wrong_password_is_the_server_s_own_text(run) -> None:
    refused = run("login", "fake:", "li.na", "--password", "wrong")
    assert refused.exit_code == 1
    assert "bad_credentials" in refused.output


def test_reviews_show_both_values_and_are_resolved(run, server: FakeServer) -> None:
    run("login", "fake:", "li.na", "--password", "secret")
    ticket, review, secret = server.new_id(), server.new_id(), server.new_id()
    server.write(SITE, "ticket", ticket, {"title": "theirs", "status": "received"})
    fields = [{"field": "title", "was": "x", "mine": "my title", "theirs": "their title"}]
    body = {"subject_entity": "ticket", "subject": ticket, "status": "open"}
    server.write(SITE, "review", review, body | {"items": [{"op": "a", "status": "merged", "fields": fields}]})
    server.write(SITE, "review", secret, body | {"items": [{"op": "b", "status": "merged"}]})
    server.write(SITE, "review.private", secret, {"items": [{"op": "b", "fields": [{**fields[0], "mine": "hidden"}]}]})
    run("sync")
    shown = run("reviews").output
    assert all(text in shown for text in ("my title", "their title", "hidden"))
    assert run("resolve", "HQ-01", review, "title=decided").exit_code == 0
    assert "decided" in run("show", "HQ-01", "ticket", ticket).output
    assert "my title" not in run("reviews").output


def test_unsent_work_travels_as_a_file(run, server: FakeServer, tmp_path: Path) -> None:
    run("login", "fake:", "li.na", "--password", "secret")
    run("new", "HQ-01", "ticket", "title=x")
    queue = str(tmp_path / "queue.json")
    assert "1" in run("export", queue).output
    assert "0" in run("import", queue).output


def test_every_text_is_there_in_every_language_and_is_not_english() -> None:
    english = catalogue("en")
    for lang in LANGUAGES:
        texts = catalogue(lang)
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert text.strip()
            assert re.findall(r"\{\w+\}", text).sort() == re.findall(r"\{\w+\}", english[key]).sort()
            assert lang == "en" or text != english[key], key


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    package = Path(cli.__file__).parent
    source = "\n".join(path.read_text() for path in package.glob("*.py"))
    keys = {f"entry.{key}" for key in re.findall(r'(?:Misfit\(|Flaw\([^,()]+, )"([a-z_]+)"', source)}
    keys |= set(re.findall(r'"((?:cli|error|state|kind)\.[a-z_.]+)"', source))
    assert len(keys) > 60
    assert keys <= catalogue("en").keys()
