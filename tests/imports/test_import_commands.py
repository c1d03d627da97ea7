"""``wuye import`` and ``wuye export`` as people run them: over a folder, beside a server, with bad files."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cli.conftest import Wuye
from tests.cli.test_serve import serving
from tests.imports.ledger import DATA, LA, LEDGER, REAL, SAMPLE, all_tickets, check_tickets, rows_of

from wuye.cli.reach import reach
from wuye.sync.directory import load_directory

REQUESTS = [SAMPLE, *([REAL] if REAL.exists() else [])]
"""The sample, and the city's own file where it is at hand."""
HOUSEHOLDS = DATA / "households_sample.xlsx"


def heads(company: Path) -> dict[str, tuple[int, int]]:
    """Return where each site's log ends: equal means that nothing was written."""
    with reach(company, None) as way:
        sites = way.read(lambda s: load_directory(way.registry, s)).sites
        return {site: (head.seq, head.pos) for site in sites if (head := way.read(lambda s, site=site: s.head(site)))}


@pytest.mark.parametrize("file", REQUESTS, ids=lambda path: path.stem)
def test_TKT_1_requests_are_imported_once_and_a_dry_run_writes_nothing(wuye: Wuye, company: Path, file: Path) -> None:
    command = ("import", "tickets", file, "--map", LA, "--dir", company)
    rows = len(rows_of(file))
    before = heads(company)
    dry = wuye(*command, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert heads(company) == before
    done = wuye(*command)
    assert done.exit_code == 0, done.output
    for output in (dry.output, done.output):
        assert f"New: {rows}." in output
        assert "LOS ANGELES (NO DISTRICT)" in output
        assert "before it was created" in output
    assert "nothing was written" in dry.output
    assert f"Imported: {rows}" in done.output
    with reach(company, None) as way:
        check_tickets(rows_of(file), all_tickets(way.read, way.registry))
    after = heads(company)
    again = wuye(*command)
    assert again.exit_code == 0
    assert "Nothing to import" in again.output
    assert heads(company) == after
    assert wuye("verify", "--dir", company).exit_code == 0


def test_imports_go_through_the_server_while_it_runs(wuye: Wuye, company: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    with serving(company):
        done = wuye("import", "tickets", SAMPLE, "--map", LA, "--dir", company)
        assert "Imported: 500" in done.output
        done = wuye("import", "households", HOUSEHOLDS, "--map", LEDGER, "--site", "A", "--dir", company)
        assert "Imported: 40" in done.output
        done = wuye("export", "households", out, "--map", LEDGER, "--site", "A", "--dir", company)
        assert done.exit_code == 0, done.output
    again = wuye("import", "households", out, "--map", LEDGER, "--site", "A", "--dir", company)
    assert "Nothing to import" in again.output


def test_OWN_7_an_export_logs_whose_private_data_it_shows(wuye: Wuye, company: Path, tmp_path: Path) -> None:
    at = ("--map", LEDGER, "--site", "A", "--dir", company)
    assert wuye("import", "households", HOUSEHOLDS, *at).exit_code == 0
    for name, role in (("desk", "front_desk"), ("assistant", "cs_assistant"), ("worker", "technician")):
        assert wuye("user", "add", name, "--role", role, "--dir", company).exit_code == 0

    def logged() -> list[object]:
        with reach(company, None) as way:
            [site] = [id_ for id_ in way.read(lambda s: load_directory(way.registry, s)).sites if id_ in sites]
            return [stored.values for stored in way.read(lambda s: s.entities(site, ("access",)))]

    with reach(company, None) as way:
        directory = way.read(lambda s: load_directory(way.registry, s))
        sites = {id_ for id_, info in directory.sites.items() if info.values["code"] == "A"}
    desk, assistant = tmp_path / "desk.csv", tmp_path / "assistant.csv"
    assert wuye("export", "households", desk, *at, "--user", "desk").exit_code == 0
    assert logged() == []
    assert wuye("export", "households", assistant, *at, "--user", "assistant").exit_code == 0
    assert len(logged()) == 40
    assert all(look["screen"] == "export" for look in logged())  # type: ignore[index]
    blind = [row["手机"] for row in csv.DictReader(io.StringIO(desk.read_text("utf-8-sig")))]
    shown = [row["手机"] for row in csv.DictReader(io.StringIO(assistant.read_text("utf-8-sig")))]
    assert (len(blind), set(blind)) == (40, {""})
    assert all(shown)
    cells = [cell for row in csv.reader(io.StringIO(assistant.read_text("utf-8-sig"))) for cell in row]
    assert "'=下周来办手续" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    refused = wuye("export", "households", tmp_path / "worker.csv", *at, "--user", "worker")
    assert (refused.exit_code, (tmp_path / "worker.csv").exists()) == (1, False)
    assert "[forbidden]" in refused.output


def test_who_may_not_import_is_told_before_anything_is_written(wuye: Wuye, company: Path) -> None:
    wuye("user", "add", "desk", "--role", "front_desk", "--dir", company)
    before = heads(company)
    for command in (("tickets", SAMPLE, "--map", LA), ("households", HOUSEHOLDS, "--map", LEDGER, "--site", "A")):
        refused = wuye("import", *command, "--dir", company, "--user", "desk")
        assert refused.exit_code == 1
        assert "desk may not do this" in refused.output
        assert "[forbidden]" in refused.output
    unknown = wuye("import", "tickets", SAMPLE, "--map", LA, "--dir", company, "--user", "nobody")
    assert (unknown.exit_code, "nobody" in unknown.output) == (1, True)
    assert heads(company) == before


def bad_files() -> Iterator[tuple[str, bytes, str, str]]:
    """Name, content, code, a word of the text."""
    good = SAMPLE.read_bytes()
    yield "truncated.csv", good[: len(good) // 2], "bad_file", "breaks off"
    yield "book.csv", HOUSEHOLDS.read_bytes(), "bad_file", "right name"
    yield "table.xlsx", good, "bad_file", "name it .csv"
    yield "semicolon.csv", good.replace(b",", b";"), "bad_file", "delimiter"
    yield "nul.csv", good[:500] + b"\0" + good[500:], "bad_file", "CSV UTF-8"
    yield "empty.csv", b"", "bad_file", "is empty"
    yield "columns.csv", good.replace(b"RequestType", b"Type", 1), "bad_map", "RequestType"
    yield "formula.csv", good.replace(b",Call,", b",=1+1,", 1), "bad_rows", "formula"
    yield "time.csv", good.replace(b" PM,", b" pm o'clock,", 1), "bad_rows", "CreatedDate"


@pytest.mark.parametrize(("name", "content", "code", "word"), list(bad_files()), ids=lambda value: str(value)[:20])
def test_a_bad_file_gets_its_code_and_a_text_and_nothing_is_written(
    wuye: Wuye, company: Path, tmp_path: Path, name: str, content: bytes, code: str, word: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    before = heads(company)
    for lang in ("en", "zh-Hans"):
        refused = wuye("import", "tickets", file, "--map", LA, "--dir", company, lang=lang)
        assert refused.exit_code == 1, refused.output
        assert f"[{code}]" in refused.output
        assert "import." not in refused.output
        assert lang != "en" or word in refused.output
    assert heads(company) == before


def test_a_file_in_gb18030_is_read(wuye: Wuye, company: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes((DATA / "households_sample.csv").read_text("utf-8-sig").encode("gb18030"))
    done = wuye("import", "households", file, "--map", LEDGER, "--site", "A", "--dir", company)
    assert "Imported: 40" in done.output


def test_all_faults_go_to_a_file_that_a_spreadsheet_opens(wuye: Wuye, company: Path, tmp_path: Path) -> None:
    file, errors = tmp_path / "bad.csv", tmp_path / "errors.csv"
    file.write_bytes(SAMPLE.read_bytes().replace(b",Closed,", b",=Closed,"))
    command = ("import", "tickets", file, "--map", LA, "--dir", company, "--errors", errors)
    refused = wuye(*command, "--lang", "ru")
    assert "и ещё" in refused.output
    rows = list(csv.reader(io.StringIO(errors.read_text("utf-8-sig"))))
    assert rows[0] == ["строка", "столбец", "вид", "что не так и что делать"]
    assert len([row for row in rows if row[1:3] == ["Status", "ошибка"]]) > 400


def test_what_is_not_understood_ends_with_2(wuye: Wuye, company: Path, tmp_path: Path) -> None:
    for command in (
        ("import", "tickets", SAMPLE, "--dir", company),
        ("import", "tickets", tmp_path / "none.csv", "--map", LA, "--dir", company),
        ("import", "households", HOUSEHOLDS, "--map", LEDGER, "--dir", company),
        ("import", "tickets", SAMPLE, "--map", LA, "--dir", company, "--lang", "fr"),
    ):
        assert wuye(*command).exit_code == 2
    unknown = wuye("import", "households", HOUSEHOLDS, "--map", LEDGER, "--site", "Z", "--dir", company)
    assert (unknown.exit_code, "Z" in unknown.output) == (1, True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_bytes_end_in_a_sentence_and_write_all_or_nothing(
    wuye: Wuye, company: Path, tmp_path: Path, data: st.DataObject
) -> None:
    lines = (DATA / "households_sample.csv").read_bytes().splitlines(keepends=True)[:4]
    content = bytearray(b"".join(lines))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 60))] = data.draw(st.binary(max_size=6))
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    before = heads(company)
    done = wuye("import", "households", file, "--map", LEDGER, "--site", "A", "--dir", company)
    assert done.exit_code in (0, 1)
    assert done.output.strip()
    if done.exit_code:
        assert heads(company) == before, json.dumps(done.output)
