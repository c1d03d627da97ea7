"""``wuye report``, ``wuye list``, ``wuye calendar``: beside a running server and without one."""

from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook
from tests.http.company import Company

from wuye.cli import main
from wuye.sync.ports import Snapshot

Wuye = Callable[..., Result]


@pytest.fixture(params=["held by the command", "held by a server"])
def wuye(served: Company, request: pytest.FixtureRequest) -> Wuye:
    """Run ``wuye`` on the company's folder, in English."""
    if request.param == "held by the command":
        served.installation.close()
    else:  # what only reads never speaks to the server
        (served.folder / "serve.json").write_text('{"url": "http://127.0.0.1:9", "token": "t"}')

    def run(command: str, *args: object) -> Result:
        given = [command, *map(str, args), "--dir", str(served.folder)]
        result = CliRunner().invoke(main, given, env={"WUYE_LANG": "en", "COLUMNS": "200"})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


def sheet(file: Path) -> list[list[object]]:
    """Read a workbook."""
    return CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()  # type: ignore[return-value]


def test_reports_are_listed_with_their_parameters(wuye: Wuye) -> None:
    said = wuye("report", "EST").output
    assert "tickets.pareto" in said
    assert "Pareto chart of ticket causes" in said
    assert "from (From)" in said
    assert "lab.notes" not in wuye("report", "EST", "--user", "desk").output


def test_a_report_is_shown_in_words(wuye: Wuye) -> None:
    said = wuye("report", "EST", "lab.by_kind", "--lang", "ru").output
    assert [word for word in ("Вид", "Жалоба", "Ремонт") if word not in said] == []
    said = wuye("report", "EST", "lab.by_kind", "--arg", "kind=complaint").output
    assert "Complaint" in said
    assert "Repair" not in said


def test_a_report_becomes_a_workbook(wuye: Wuye, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert "out.xlsx: 2" in wuye("report", "EST", "lab.by_kind", "--xlsx", file, "--lang", "en").output
    assert sheet(file) == [["Kind", "n"], ["Complaint", 1.0], ["Repair", 2.0]]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("EST", "lab.by_kind", "--arg", "least=x"), "least"),
        (("EST", "lab.by_kind", "--arg", "colour=red"), "invalid_request"),
        (("EST", "lab.nothing"), "not_found"),
        (("NOWHERE", "lab.by_kind"), "EST"),
        (("EST", "lab.notes", "--user", "desk"), "forbidden"),
        (("EST", "lab.by_kind", "--user", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_run_says_why(wuye: Wuye, args: tuple[str, ...], word: str) -> None:
    result = wuye("report", *args)
    assert result.exit_code == 1
    assert word in result.output


def test_a_parameter_without_a_value_is_not_understood(wuye: Wuye) -> None:
    result = wuye("report", "EST", "lab.by_kind", "--arg", "least")
    assert (result.exit_code, "NAME=VALUE" in result.output) == (2, True)


def test_a_list_becomes_a_workbook(wuye: Wuye, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert wuye("list", "EST", "ticket", "--xlsx", file, "--filter", "kind=repair").exit_code == 0
    assert [row[1:3] for row in sheet(file)] == [["Kind", "Title"], ["Repair", "=1+1"], ["Repair", "=1+1"]]
    assert wuye("list", "EST", "nothing", "--xlsx", file).exit_code == 1


def test_a_calendar_becomes_a_file(wuye: Wuye, tmp_path: Path) -> None:
    file = tmp_path / "week.ics"
    assert wuye("calendar", "EST", "lab.week", "--user", "desk", "--out", file).exit_code == 0
    [event] = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert str(event["summary"]) == "晨間廣播"
    assert "BEGIN:VEVENT" in wuye("calendar", "EST", "lab.week").output
    assert "forbidden" in wuye("calendar", "EST", "lab.week", "--user", "chen.jun").output


def test_OWN_7_a_look_up_is_logged_or_nothing_is_shown(served: Company) -> None:
    served.installation.close()
    command = ["report", "EST", "lab.notes", "--dir", str(served.folder)]
    result = CliRunner().invoke(main, command, env={"WUYE_LANG": "en"})
    assert result.exit_code == 0, result.output
    again = Company(served.folder)
    try:

        def looked_up(snapshot: Snapshot) -> list[object]:
            return [stored.values["subject"] for stored in snapshot.entities(site, ["access"])]

        site = next(id_ for id_, info in again.installation.directory().sites.items() if info.values["code"] == "EST")
        assert again.installation.store.blocking.read(looked_up) == ["report.lab.notes"]
        (served.folder / "serve.json").write_text('{"url": "http://127.0.0.1:9", "token": "t"}')
        result = CliRunner().invoke(main, command, env={"WUYE_LANG": "en"})
        assert (result.exit_code, "[in_use]" in result.output) == (1, True)
    finally:
        again.installation.close()
