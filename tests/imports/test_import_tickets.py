"""TKT-1, TKT-14: a real list of requests becomes tickets, once, with what the list says of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.imports.ledger import LA, SAMPLE, BrokenOff, Road, all_tickets, check_tickets, moment, rows_of, tickets

from wuye.imports.drafts import Draft, site_code
from wuye.imports.faults import Fault
from wuye.imports.mapping import load_map
from wuye.imports.reading import parse_table
from wuye.imports.run import write
from wuye.imports.tickets import draft_tickets
from wuye.kernel.errors import Problem
from wuye.testing.house import House


@pytest.fixture
def road() -> Road:
    return Road(House())


def found_in(road: Road) -> dict[str, Mapping[str, object]]:
    return all_tickets(road.read, road.registry)


def test_TKT_1_every_request_is_a_ticket_at_its_district_with_its_channel_times_and_state(road: Road) -> None:
    _, _, report = tickets(road, SAMPLE)
    rows = rows_of(SAMPLE)
    assert (report.written, report.refused) == (len(rows), [])
    check_tickets(rows, found_in(road))


def test_TKT_1_who_imports_does_not_become_responsible_and_what_is_odd_is_said(road: Road) -> None:
    draft, _, _ = tickets(road, SAMPLE)
    assert not any("responsible" in ticket for ticket in found_in(road).values())
    rows = rows_of(SAMPLE)
    early = [
        line
        for line, row in enumerate(rows, 2)
        if row["ClosedDate"] and str(moment(row["ClosedDate"])) < str(moment(row["CreatedDate"]))
    ]
    assert early
    assert [note.line for note in draft.notes if note.key == "import.note.closed_first"] == early
    assert draft.by_default == sum(not row["NCName"] for row in rows) > 0


def test_TKT_14_register_numbers_follow_time_at_each_site(road: Road) -> None:
    tickets(road, SAMPLE)
    kinds: dict[tuple[object, object], list[tuple[object, object]]] = {}
    for ticket in found_in(road).values():
        site = ticket["site"]
        assert isinstance(site, Mapping)
        key = (site["code"], ticket["kind"])
        kinds.setdefault(key, []).append((ticket["number"], ticket["occurred_at"]))
    assert len(kinds) > 12
    for numbered in kinds.values():
        times = [time for _, time in sorted(numbered, key=lambda pair: str(pair[0]))]
        assert times == sorted(times, key=str)


def test_an_import_twice_is_an_import_once(road: Road) -> None:
    tickets(road, SAMPLE)
    heads = {site: road.read(lambda s, site=site: s.head(site)) for site in road.directory().sites}
    draft, found, report = tickets(road, SAMPLE)
    assert (found.new, found.changed, found.known) == ([], [], len(draft.units))
    assert (draft.founding, report.written) == ([], 0)
    assert heads == {site: road.read(lambda s, site=site: s.head(site)) for site in road.directory().sites}


def test_somebody_else_who_imports_it_again_changes_nothing_either(road: Road) -> None:
    tickets(road, SAMPLE)
    road.user = road.house.user("admin", site=road.house.org)
    _, found, _ = tickets(road, SAMPLE)
    assert (found.new, found.changed) == ([], [])


@pytest.mark.parametrize("pushes", [(1,), (2, 1, 1), (3, 5), (9,)])
def test_an_import_that_breaks_off_is_whole_after_a_repeat(road: Road, pushes: Sequence[int]) -> None:
    few = parse_table("few.csv", b"".join(SAMPLE.read_bytes().splitlines(keepends=True)[:150]))
    for some in pushes:
        road.pushes = some
        with pytest.raises(BrokenOff):
            tickets(road, few)
    road.pushes = None
    tickets(road, few)
    straight = Road(House())
    tickets(straight, few)
    broken, whole = found_in(road), found_in(straight)
    assert broken.keys() == whole.keys()
    for number, ticket in whole.items():
        assert {**broken[number], "received_at": ""} == {**ticket, "received_at": ""}


def changed_sample(old: str, new: str) -> bytes:
    content = SAMPLE.read_bytes()
    assert old.encode() in content
    return content.replace(old.encode(), new.encode(), 1)


def test_a_row_that_says_something_else_later_is_named_and_left_alone(road: Road) -> None:
    tickets(road, SAMPLE)
    before = found_in(road)
    first = rows_of(SAMPLE)[0]
    changes = {
        first["Address"]: "1 NEW ST, 90001",
        first["CreatedDate"]: "12/31/2017 11:00:00 PM",
        f",{first['NCName']},": ",ANOTHER DISTRICT,",
    }
    for old, new in changes.items():
        table = parse_table("later.csv", changed_sample(old, new))
        _, found, report = tickets(road, table)
        assert [unit[0].line for unit in found.changed] == [2], old
        assert (found.new, report.written) == ([], 0)
    assert found_in(road) == before


def test_a_later_file_brings_only_what_is_new(road: Road) -> None:
    content = SAMPLE.read_bytes().splitlines(keepends=True)
    half = parse_table("half.csv", b"".join(content[:251]))
    tickets(road, half)
    _, found, report = tickets(road, SAMPLE)
    assert (found.known, report.written) == (250, 250)


def test_a_refused_row_comes_in_once_its_cause_is_gone(road: Road) -> None:
    map_ = load_map(LA, "ticket")
    draft = draft_tickets(parse_table("a.csv", SAMPLE.read_bytes()), map_, road.directory(), road.house.now)
    bare = road.house.user("auditor", site=road.house.org)
    assert write(road, road.user, draft.founding, (), together=True).refused == []
    report = write(road, bare, (), draft.units[:50], together=True)
    assert report.written == 0
    assert {refusal.result.code for refusal in report.refused} == {"forbidden"}
    _, _, report = tickets(road, SAMPLE)
    assert (report.written, report.refused) == (500, [])


def test_groups_keep_to_the_limits_of_a_push(road: Road) -> None:
    tickets(road, SAMPLE)
    sizes: Counter[object] = Counter()
    for site in road.directory().sites:
        rows = road.read(lambda s, site=site: s.ledger(site, limit=5000))
        sizes += Counter(row.body.split(b'"group":"')[1][:36] for row in rows if row.entity == "ticket")
    assert sum(sizes.values()) == 500
    assert max(sizes.values()) > 20


def faults_of(road: Road, content: bytes) -> list[Fault]:
    table = parse_table("a.csv", content)
    return draft_tickets(table, load_map(LA, "ticket"), road.directory(), road.house.now).faults


@pytest.mark.parametrize(
    ("old", "new", "column", "key"),
    [
        ("12/31/2017", "31.12.2017", "CreatedDate", "import.cell.datetime"),
        (",Call,", ",Pigeon,", "RequestSource", "import.cell.choice"),
        (",Closed,", ",Lost,", "Status", "import.cell.choice"),
        ("Bulky Items", "=cmd|' /C calc'!A0", "RequestType", "import.cell.formula"),
        ("Bulky Items", "B" * 201, "RequestType", "import.cell.too_long"),
        ("Bulky Items", "", "RequestType", "import.cell.required"),
    ],
)
def test_a_wrong_cell_is_named_with_line_and_column(road: Road, old: str, new: str, column: str, key: str) -> None:
    lines = SAMPLE.read_text("utf-8").splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if old in line and index)
    lines[number] = lines[number].replace(old, new, 1)
    faults = faults_of(road, "".join(lines).encode())
    assert [(fault.line, fault.column, fault.key) for fault in faults] == [(number + 1, column, key)]


def test_the_same_row_twice_is_one_and_two_rows_of_one_number_are_a_fault(road: Road) -> None:
    lines = SAMPLE.read_text("utf-8").splitlines(keepends=True)
    table = parse_table("a.csv", "".join([*lines, lines[3]]).encode())
    draft = draft_tickets(table, load_map(LA, "ticket"), road.directory(), road.house.now)
    assert len(draft.units) == 500
    assert [note.line for note in draft.notes if note.key == "import.note.same_row"] == [502]
    [fault] = faults_of(road, "".join([*lines, lines[3].replace("SR Created", "SR Changed")]).encode())
    assert (fault.line, fault.key, fault.values["first"]) == (502, "import.row.same_key", 4)


def test_a_district_is_one_site_however_its_name_is_typed(road: Road) -> None:
    name = rows_of(SAMPLE)[0]["NCName"]
    content = changed_sample(f",{name},", f", {name.title().replace(' ', '  ')},")
    tickets(road, parse_table("a.csv", content))
    names = [str(info.values["name"]).casefold() for info in road.directory().sites.values()]
    assert Counter(names)[name.casefold()] == 1


def test_site_codes_are_short_and_keep_long_names_apart() -> None:
    assert site_code("P.I.C.O. NC") == "P-I-C-O-NC"
    assert site_code("翠雲苑 二期") == "翠雲苑-二期"
    long = [site_code(f"{'UNITED NEIGHBORHOODS ' * 4}{part}") for part in ("EAST", "WEST")]
    assert len(set(long)) == 2
    assert all(len(code) <= 40 for code in long)


def test_a_ticket_that_was_typed_in_with_the_same_number_is_not_doubled(road: Road) -> None:
    house = road.house
    first = rows_of(SAMPLE)[0]["SRNumber"]
    values = {"title": "x", "external_number": first, "source": "la311"}
    op = house.op("ticket", set=values)
    assert road.submit(road.user, "desk", house.estate, [op])[0].status == "applied"
    _, found, report = tickets(road, SAMPLE)
    assert ([unit[0].line for unit in found.changed], report.written) == ([2], 499)


def test_a_map_that_does_not_fit_says_where(road: Road, tmp_path: Path) -> None:
    text = LA.read_text("utf-8")
    wrong = {
        'title = "RequestType"': ('titel = "RequestType"', "import.map.field"),
        '"Call" = "phone"': ('"Call" = "telephone"', "import.map.value"),
        'location = "Address"': ('location = "Adress"', "import.map.columns"),
        'zone = "America/Los_Angeles"': ('zone = "America/Los_Angels"', "import.map.zone"),
        'key = "SRNumber"': ("key = 7", "import.map.malformed"),
        'entity = "ticket"': ('entity = "household"', "import.map.entity"),
        'type = "mixed"': ('type = "castle"', "import.map.value"),
    }
    for old, (new, key) in wrong.items():
        file = tmp_path / "map.toml"
        file.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(Problem) as told:
            drafted(road, file)
        assert (told.value.code, told.value.extra["message"]) == ("bad_map", key), old


def drafted(road: Road, map_file: Path) -> Draft:
    map_ = load_map(map_file, "ticket")
    return draft_tickets(parse_table("a.csv", SAMPLE.read_bytes()), map_, road.directory(), road.house.now)
