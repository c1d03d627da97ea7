"""Protocol §3.1: ops are decoded strictly and one by one; ops of foreign sites are kept by the organisation."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sync.scene import exchange, item, items, ledger, make, plain, values

from wuye.kernel.errors import Problem
from wuye.kernel.ids import is_uuid
from wuye.sync.incoming import decode_ops
from wuye.sync.ledger import verify_chain
from wuye.testing.house import House, Replica

BAD = {
    "no entity": {"entity": None},
    "no record": {"record": None},
    "no kind": {"kind": None},
    "no at": {"at": None},
    "unknown kind": {"kind": "destroy"},
    "entity of another type": {"entity": 7},
    "entity without end": {"entity": "x" * 101},
    "op that is no uuid": {"op": "one"},
    "op in capitals": {"op": "01A20244-E83A-7FB8-953D-6C05A8CDB0F7"},
    "op of another type": {"op": ["x"]},
    "no op": {"op": None},
    "record that is no uuid": {"record": "7"},
    "group that is no uuid": {"group": "mine"},
    "group of another type": {"group": {}},
    "v that is a text": {"v": "1"},
    "v of nought": {"v": 0},
    "set that is a list": {"set": ["name"]},
    "was that is a text": {"was": "x"},
    "args that are a number": {"args": 1},
    "base that is a fraction": {"base": 1.5},
    "at without a zone": {"at": "2026-11-22T08:00:00"},
    "at that is no moment": {"at": "yesterday"},
    "at beyond time": {"at": "9999-99-99T00:00:00.000Z"},
    "an act without its name": {"kind": "act"},
    "a create with an act": {"act": "start"},
    "a value that is a list": {"set": {"name": ["x"]}},
    "a value that is an object": {"set": {"parent": {"a": 1}}},
    "a ref that is a list": {"set": {"name": "x", "parent": []}},
    "an unknown field": {"set": {"name": "x", "colour": "red"}},
    "a readonly field": {"set": {"name": "x", "stamp": "mine"}},
    "too long a value": {"set": {"name": "x" * 101}},
    "a text with NUL": {"set": {"name": "a\u0000b"}},
    "a number of thirty digits": {"set": {"name": "x", "high": 10**17}},
    "a decimal that is a number": {"set": {"name": "x", "weight": 1.5}},
    "a choice that is none": {"set": {"name": "x", "tags": ["z"]}},
    "without what is required": {"set": {"spot": "here"}},
}


@pytest.mark.parametrize("fault", BAD)
def test_3_1_a_malformed_op_is_rejected_and_its_neighbours_are_judged(
    house: House, worker: Replica, fault: str
) -> None:
    before, bad, after = (plain(house.op("lab.thing", set={"name": "x"}), n=n) for n in (1, 2, 3))
    bad = {key: value for key, value in {**bad, **BAD[fault]}.items() if value is not None}
    results = exchange(worker, [before, bad, after]).results
    assert [result.status for result in results] == ["applied", "rejected", "applied"]
    assert (results[1].n, results[1].code) == (2, "invalid")
    if isinstance(bad.get("op"), str):
        assert results[1].op == bad["op"]
    else:
        assert is_uuid(results[1].op)
    assert exchange(worker, [before, bad, after]).results == results
    assert item(house, results[1].op)["code"] == "invalid"
    assert msgspec.json.decode(next(row for row in ledger(house) if row.op == results[1].op).body) == bad


UNREADABLE = {
    "a text": b'"op"',
    "a list": b"[]",
    "no site": b'{"n": 1}',
    "a site that is no uuid": b'{"n": 1, "site": "here"}',
    "no n": b'{"site": "%s"}',
    "n of nought": b'{"n": 0, "site": "%s"}',
    "n that is true": b'{"n": true, "site": "%s"}',
    "n that is a text": b'{"n": "1", "site": "%s"}',
    "n beyond reckoning": b'{"n": 9007199254740992, "site": "%s"}',
    "half a character": b'{"n": 2, "site": "%s", "x": "\\ud800"}',
}
BEYOND = {
    "a number beyond reckoning": b"1e999",
    "bad UTF-8": b'"\xff"',
    "more digits than anybody reads": b"9" * 5000,
    "a little too deep": b"[" * 64 + b"]" * 64,
    "nested without end": b"[" * 600 + b"]" * 600,
}


@pytest.mark.parametrize("what", BEYOND)
def test_3_1_an_op_that_cannot_be_read_whole_is_rejected_alone_and_kept(
    house: House, worker: Replica, what: str
) -> None:
    before, odd, after = (plain(house.op("lab.thing", set={"name": "x"}), n=n) for n in (1, 2, 3))
    body = msgspec.json.encode({**odd, "args": "HERE"}).replace(b'"HERE"', BEYOND[what])
    ops = [msgspec.Raw(body) if op is odd else msgspec.Raw(msgspec.json.encode(op)) for op in (before, odd, after)]
    for _ in range(2):
        results = exchange(worker, ops).results
        assert [(result.status, result.code) for result in results] == [
            ("applied", None),
            ("rejected", "invalid"),
            ("applied", None),
        ]
    [row] = [row for row in ledger(house) if row.op == odd["op"]]
    assert msgspec.json.decode(row.body)["record"] == odd["record"]
    assert verify_chain(ledger(house)) is None


@pytest.mark.parametrize("fault", UNREADABLE)
def test_3_1_only_an_op_without_readable_site_and_n_refuses_the_push_and_its_index_is_told(
    house: House, worker: Replica, fault: str
) -> None:
    good = msgspec.Raw(msgspec.json.encode(plain(house.op("lab.thing", set={"name": "x"}), n=1)))
    bad = msgspec.Raw(UNREADABLE[fault].replace(b"%s", house.estate.encode()))
    rows = ledger(house)
    with pytest.raises(Problem) as problem:
        exchange(worker, [good, bad])
    assert (problem.value.code, problem.value.extra) == ("invalid_op", {"index": 1})
    assert ledger(house) == rows


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("op", "entity", "record", "kind", "at", "v", "group", "set", "was", "act", "args", "base", "n", "site", "more")


@given(changes=st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1))
def test_3_1_whatever_json_an_op_is_it_is_decoded_or_named_as_unreadable(changes: dict[str, object]) -> None:
    op = {
        "n": 1, "op": "01a20244-e83a-7fb8-953d-6c05a8cdb0f7", "site": "01a20244-e802-781b-a7e3-5594aa6b5d0a",
        "entity": "x", "record": "01a20244-e83b-7e0d-ba24-7d2b9dcd018b", "kind": "update", "at": "2026-11-22T08:00:00Z",
    }  # fmt: skip
    try:
        raw = msgspec.Raw(msgspec.json.encode({**op, **changes}))
    except OverflowError:  # integers that this encoder cannot write
        return
    whole = {**op, **changes}
    if type(whole["n"]) is not int or not 0 < whole["n"] < 2**53 or whole["site"] != op["site"]:
        with pytest.raises(Problem, match="invalid_op"):
            decode_ops([raw], user="u", replica="r", offset_ms=0, suspect=False)
        return
    [incoming] = decode_ops([raw], user="u", replica="r", offset_ms=0, suspect=False)
    assert (incoming.op is None) == bool(incoming.fault)
    assert msgspec.json.decode(incoming.body) == msgspec.json.decode(raw)


@pytest.mark.parametrize("digits", [19, 20, 40, 400])
def test_3_1_integers_beyond_what_json_libraries_write_are_no_reason_to_fail(
    house: House, worker: Replica, digits: int
) -> None:
    good = msgspec.Raw(msgspec.json.encode(plain(house.op("lab.thing", set={"name": "x"}), n=1)))
    bad = msgspec.json.encode(plain(house.op("lab.thing", set={"name": "x", "high": 77}), n=2))
    ops = [good, msgspec.Raw(bad.replace(b"77", b"9" * digits))]
    assert [result.status for result in exchange(worker, ops).results] == ["applied", "rejected"]


def test_2_times_are_brought_to_utc_with_milliseconds(house: House, worker: Replica) -> None:
    op = plain(house.op("lab.thing", set={"name": "x"}), n=1, at="2026-11-22T16:00:00.5+08:00")
    exchange(worker, [op])
    stored = house.record("lab.thing", str(op["record"]))
    assert stored is not None
    assert stored.created_at == "2026-11-22T08:00:00.500Z"


@pytest.mark.parametrize("mine", [False, True])
def test_3_1_an_op_of_a_foreign_site_is_forbidden_and_kept_by_the_organisation(
    house: House, worker: Replica, boss: Replica, mine: bool
) -> None:
    site = house.mall if mine else house.id()
    op = house.op("lab.thing", site=site, set={"name": "x"})
    [result] = worker.push(op)
    assert (result.status, result.code, result.site) == ("rejected", "forbidden", site)
    assert worker.acked[site] == 1
    assert [row.op for row in ledger(house, house.org)][-1] == op.op
    assert ledger(house, site) == []
    assert house.all("lab.thing", site) == {}
    assert [entry["code"] for body in worker.reviews() for entry in body["items"]] == ["forbidden"]
    boss.sync()
    assert boss.reviews() == []
    house.replica(house.user("admin", site=house.org))
    assert verify_chain(ledger(house, house.org)) is None
    assert len(items(house, house.org)) == 1


def test_3_1_a_log_goes_on_when_a_site_becomes_the_users(house: House, worker: Replica) -> None:
    early = worker.number(house.op("lab.thing", site=house.mall, set={"name": "early"}))
    [refused] = worker.sync([early])
    house.grant(worker.user, "lab_worker", site=house.mall)
    late = worker.number(house.op("lab.thing", site=house.mall, set={"name": "late"}))
    assert [result.status for result in worker.sync([early, late])] == ["rejected", "applied"]
    assert worker.sync([early])[0].code == refused.code
    assert [body["name"] for body in house.all("lab.thing", house.mall).values()] == ["late"]


def test_3_1_a_lone_op_over_64_kib_is_too_large_and_its_neighbours_are_judged(house: House, worker: Replica) -> None:
    large = house.op("lab.thing", set={"name": "x", "log": "x" * (65 << 10)})
    results = worker.push(house.op("lab.thing", set={"name": "x"}), large, house.op("lab.thing", set={"name": "x"}))
    assert [(result.status, result.code) for result in results] == [
        ("applied", None),
        ("rejected", "too_large"),
        ("applied", None),
    ]
    thing = make(worker, log="x" * 19_000)
    assert len(str(values(house, thing)["log"])) == 19_000
