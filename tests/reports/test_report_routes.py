"""Design §3 and §5: who may run which report; parameters; JSON and workbooks; lists."""

import io
from collections.abc import Callable

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.http.company import EAST, ESTATE, FOREIGN, MALL, Company, Desk, Story, name_of

from wuye.http import lists
from wuye.reports import running

Play = Callable[[Story], None]

TICKETS = {f"tickets.{name}" for name in ("by_cause", "pareto", "monthly")}
TICKETS |= {f"lab.{name}" for name in ("by_kind", "wide", "named", "crooked")}
PEOPLE: dict[str, dict[str, set[str]]] = {
    "zhao.min": {ESTATE: TICKETS | {"lab.notes"}},  # supervisor
    "desk": {ESTATE: TICKETS},
    "chen.jun": {ESTATE: TICKETS},
    "wang.fang": {ESTATE: set()},  # the tickets of one zone only
    "sun.li": {ESTATE: TICKETS, MALL: TICKETS},
    "ma.hui": {MALL: TICKETS},
}
"""Who may run what where; nothing else."""


def sheet(answer: httpx.Response) -> list[list[object]]:
    """Read a workbook."""
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()  # type: ignore[return-value]


@pytest.mark.parametrize("person", PEOPLE)
def test_5_reports_are_for_those_who_read_all_that_they_read(play: Play, served: Company, person: str) -> None:
    every = served.installation.registry.reports

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work(person)
        for site in (ESTATE, MALL, FOREIGN):
            answer = await tablet.get(f"/reports/{site}")
            offered = {report["id"] for report in answer.json().get("reports", [])}
            assert offered == PEOPLE[person].get(site, set())
            for report in every:
                told = await tablet.get(f"/reports/{site}/{report}")
                may = report in offered
                expected = {"lab.crooked": 500}.get(report, 200) if may else (403 if site in PEOPLE[person] else 404)
                assert told.status_code == expected, (site, report, told.text)

    play(story)


def test_5_without_a_token_there_are_no_reports(play: Play) -> None:
    async def story(desk: Desk) -> None:
        for path in (f"/reports/{ESTATE}", f"/reports/{ESTATE}/tickets.monthly", f"/lists/{ESTATE}/ticket.xlsx"):
            assert (await desk.tablet().get(path)).status_code == 401

    play(story)


def test_3_a_report_of_a_plugin_that_is_off_is_not_there(play: Play, served: Company) -> None:
    async def story(desk: Desk) -> None:
        admin, boss = await desk.at_work("admin"), await desk.at_work("zhao.min")
        plugins = {"plugins": [{"id": "core"}]}
        await admin.sync(admin.op("update", "site", ESTATE, site=served.org, set=plugins))
        assert (await boss.get(f"/reports/{ESTATE}/lab.by_kind")).status_code == 404
        assert (await boss.get(f"/reports/{ESTATE}/tickets.monthly")).status_code == 200

    play(story)


def test_records_that_a_result_names_have_their_titles_on_screen_and_in_the_workbook(play: Play) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        said = (await boss.get(f"/reports/{ESTATE}/lab.named", lang="ru")).json()
        assert all(row[0] for row in said["rows"]), "the values are ids"
        assert [row[0].endswith("=1+1") for row in said["shown"]] == [True] * 3
        answer = await boss.get(f"/reports/{ESTATE}/lab.named", lang="ru", format="xlsx")
        assert [str(row[0]) for row in sheet(answer)[1:]] == [row[0] for row in said["shown"]]

    play(story)


def test_a_result_has_values_and_texts(play: Play) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        said = (await boss.get(f"/reports/{ESTATE}/lab.by_kind", lang="ru")).json()
        assert (said["columns"], said["heads"]) == (["ticket.kind", "n"], ["Вид", "n"])
        assert (said["rows"], said["shown"]) == (
            [["complaint", 1], ["repair", 2]],
            [["Жалоба", "1"], ["Ремонт", "2"]],
        )
        assert said["args"] == {"kind": None, "least": 1}
        assert [chart["x"] for chart in said["charts"]] == ["ticket.kind"]
        [offered] = [
            r
            for r in (await boss.get(f"/reports/{ESTATE}", lang="en")).json()["reports"]
            if r["id"] == "tickets.pareto"
        ]
        assert offered["label"] == "Pareto chart of ticket causes"
        assert [arg["name"] for arg in offered["args"]] == ["kind", "from", "to"]
        assert {"value": "complaint", "label": "Complaint"} in offered["args"][0]["choices"]

    play(story)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"least": "many"}, "least"),
        ({"least": "10"}, "least"),
        ({"least": "1.0"}, "least"),
        ({"kind": "war"}, "kind"),
        ({"kind": "x" * 3000}, "kind"),
        ({"least": "9" * 1900}, "least"),
        ({"colour": "red"}, "colour"),
        ({"lang": "fr"}, "lang"),
        ({"format": "pdf"}, "format"),
    ],
)
def test_parameters_that_do_not_fit_are_named(play: Play, given: dict[str, str], field: str) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        answer = await boss.get(f"/reports/{ESTATE}/lab.by_kind", **given)
        assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (400, "invalid_request", [field])

    play(story)


def test_parameters_change_the_answer(play: Play) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        for given, rows in (
            ({"least": "2"}, [["repair", 2]]),
            ({"kind": "complaint"}, [["complaint", 1]]),
            ({"kind": ""}, [["complaint", 1], ["repair", 2]]),
        ):
            assert (await boss.get(f"/reports/{ESTATE}/lab.by_kind", **given)).json()["rows"] == rows

    play(story)


def test_a_company_s_own_codes_are_known_and_called_by_its_words(play: Play, served: Company) -> None:
    label = {"en": "Noise", "ru": "Шум"}
    served.write("code", name_of("code"), {"list": "ticket_kind", "value": "noise", "label": label})
    served.write("ticket", name_of("noisy"), {"title": "t", "kind": "noise"}, site=ESTATE)

    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        said = (await boss.get(f"/reports/{ESTATE}/lab.by_kind", kind="noise", lang="ru")).json()
        assert said["shown"] == [["Шум", "1"]]
        said = (await boss.get(f"/reports/{ESTATE}/tickets.monthly", lang="en")).json()
        assert "Noise" in said["heads"]

    play(story)


def test_the_workbook_holds_the_same(play: Play) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        answer = await boss.get(f"/reports/{ESTATE}/lab.by_kind", format="xlsx", lang="zh-Hans")
        assert sheet(answer) == [["种类", "n"], ["投诉", 1.0], ["报修", 2.0]]
        assert "lab.by_kind" in answer.headers["content-disposition"]

    play(story)


def test_OWN_7_a_report_over_private_records_is_logged_as_a_look_up(play: Play, served: Company) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        await boss.get(f"/reports/{ESTATE}/lab.by_kind")
        await boss.get(f"/reports/{ESTATE}/lab.notes")
        await boss.get(f"/reports/{ESTATE}/lab.notes", format="xlsx")
        records = (await boss.read_all()).items()
        seen = [values for (entity, _), values in records if entity == "access"]
        assert [(line["user"], line["subject_entity"], line["subject"]) for line in seen] == [
            (boss.user, "lab.note", "report.lab.notes")
        ] * 2
        assert {line["screen"] for line in seen} == {"view", "export"}

    play(story)


def test_what_is_too_large_is_refused_and_what_is_crooked_is_the_plugins_fault(
    play: Play, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "MAX_ROWS", 4_999)

    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        assert (await boss.get(f"/reports/{ESTATE}/lab.wide")).json()["code"] == "too_large"
        assert (await boss.get(f"/reports/{ESTATE}/lab.crooked")).json()["code"] == "internal"

    play(story)
    assert "plugin lab: report lab.crooked: row 1 has 1 cells for 2 columns" in capsys.readouterr().err


def test_a_list_is_the_view_s_columns_in_words(play: Play, served: Company) -> None:
    building, unit = name_of("building"), name_of("unit")
    served.write("building", building, {"code": "7", "name": "7號樓"}, site=ESTATE)
    served.write("unit", unit, {"code": "7-0101", "building": building, "zone": EAST}, site=ESTATE)
    served.write("ticket", name_of("at home"), {"title": "@SUM(A1)", "unit": unit}, site=ESTATE)

    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        heads, *rows = sheet(await boss.get(f"/lists/{ESTATE}/ticket.xlsx", lang="en"))
        assert heads[1:5] == ["Kind", "Title", "Unit", "Priority"]
        assert sorted(row[2] for row in rows) == ["=1+1", "=1+1", "=1+1", "@SUM(A1)"]
        assert {str(row[3]) for row in rows} == {"", "7-0101"}
        filtered = sheet(await boss.get(f"/lists/{ESTATE}/ticket.xlsx", lang="en", kind="complaint"))
        assert [row[1] for row in filtered[1:]] == ["Complaint"]
        found = sheet(await boss.get(f"/lists/{ESTATE}/ticket.xlsx", q="SUM"))
        assert len(found) == 2

    play(story)


def test_5_a_list_shows_what_its_reader_may_read(play: Play) -> None:
    async def story(desk: Desk) -> None:
        wang, ma, chen = [await desk.at_work(name) for name in ("wang.fang", "ma.hui", "chen.jun")]
        assert len(sheet(await wang.get(f"/lists/{ESTATE}/ticket.xlsx"))) == 1  # nothing in her zone
        assert (await ma.get(f"/lists/{ESTATE}/ticket.xlsx")).status_code == 404
        assert (await chen.get(f"/lists/{ESTATE}/lab.note.xlsx")).status_code == 403
        for name in ("nothing.xlsx", "ticket", "ticket.xlsx.xlsx", ".xlsx"):
            assert (await chen.get(f"/lists/{ESTATE}/{name}")).status_code == 404
        for given in ({"limit": "5"}, {"after": "x"}, {"colour": "x"}, {"sort": "photos"}):
            assert (await chen.get(f"/lists/{ESTATE}/ticket.xlsx", **given)).status_code == 400

    play(story)


def test_OWN_7_a_private_list_is_logged_record_by_record(play: Play) -> None:
    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        assert len(sheet(await boss.get(f"/lists/{ESTATE}/lab.note.xlsx"))) == 2
        seen = [values for (entity, _), values in (await boss.read_all()).items() if entity == "access"]
        assert [(line["subject"], line["screen"]) for line in seen] == [(name_of("note"), "export")]

    play(story)


def test_a_list_that_is_too_long_says_so(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_RECORDS", 2)
    monkeypatch.setattr(lists, "MAX_PAGE", 1)

    async def story(desk: Desk) -> None:
        boss = await desk.at_work("zhao.min")
        rows = sheet(await boss.get(f"/lists/{ESTATE}/ticket.xlsx", lang="en"))
        assert len(rows) == 4
        assert "only the first 2" in str(rows[-1][0])

    play(story)
