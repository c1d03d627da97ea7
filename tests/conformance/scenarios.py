"""The protocol scenarios, recorded into ``protocol/*.json``: ``python -m tests.conformance.scenarios`` writes them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
from tests.conformance.recording import Recorder

from wuye.protocol.wire import Op
from wuye.testing.house import Replica

FOLDER = Path(__file__).parent / "protocol"
SCENARIOS: dict[str, Callable[[Recorder], None]] = {}
TITLE = {"title": "水管漏水"}


def scenario(play: Callable[[Recorder], None]) -> Callable[[Recorder], None]:
    """Declare a scenario; its docstring is the statement."""
    SCENARIOS[play.__name__] = play
    return play


def record(name: str) -> dict[str, object]:
    """Play a scenario and return the record."""
    recorder = Recorder(name, " ".join((SCENARIOS[name].__doc__ or "").split()))
    SCENARIOS[name](recorder)
    return recorder.scenario()


def edit(replica: Replica, entity: str, record_: str, **values: object) -> Op:
    """Write an update from what the replica sees."""
    seen = replica.get(entity, record_) or {}
    was = {name: seen[name] for name in values if name in seen}
    return replica.house.op(
        entity, "update", record_, set=values, was=was, base=replica.seq(entity, record_) if seen else 0
    )


def act(
    replica: Replica, entity: str, record_: str, name: str, args: dict[str, object] | None = None, **values: object
) -> Op:
    """Write an act from what the replica sees."""
    return msgspec.structs.replace(edit(replica, entity, record_, **values), kind="act", act=name, args=args or {})


def both(r: Recorder, **values: object) -> tuple[Replica, Replica, str]:
    """Let two at the desk see the same new ticket."""
    one, two = r.joined("one", "cs_supervisor"), r.joined("two", "admin")
    ticket = r.house.op("ticket", set={**TITLE, "unit": r.house.unit_east, **values})
    r.sync(one, ticket)
    r.sync(two)
    return one, two, ticket.record


@scenario
def first_sync_in_pages(r: Recorder) -> None:
    """A first sync goes through the buckets by priority, in pages; asked again after a lost answer, it is the same."""
    one = r.joined("one", "technician")
    for _ in range(3):
        r.sync(one, limit=3)
    r.sync(one, limit=3, lost=True)
    for _ in range(3):
        r.sync(one, limit=3)


@scenario
def what_one_makes_the_other_reads(r: Recorder) -> None:
    """A new record reaches whoever may read it, complete and once."""
    one, two, ticket = both(r)
    r.sync(one, edit(one, "ticket", ticket, title="a"))
    r.sync(one, edit(one, "ticket", ticket, title="b"))
    r.sync(two)
    r.sync(two)


@scenario
def a_repeat_is_answered_not_applied(r: Recorder) -> None:
    """3.1: n <= acked with the same op: its outcome again, alone or together with what follows."""
    one = r.joined("one", "cs_supervisor")
    first, second = (one.number(r.house.op("ticket", set=TITLE)) for _ in range(2))
    plain = [msgspec.to_builtins(op) for op in (first, second)]
    r.sync(one, raw=plain[:1], lost=True)
    r.sync(one, raw=plain[:1])
    r.sync(one, raw=plain)


@scenario
def a_gap_is_named(r: Recorder) -> None:
    """3.1: n > acked + 1: 409 log_gap with site and what is expected; nothing is applied."""
    one = r.joined("one", "cs_supervisor")
    r.sync(one, r.house.op("ticket", set=TITLE))
    op = msgspec.to_builtins(r.house.op("ticket", set=TITLE))
    r.sync(one, raw=[{**op, "n": 3}])
    r.sync(one, raw=[{**op, "n": 2}])


@scenario
def a_fork_is_named(r: Recorder) -> None:
    """3.1: the same n with another op, or with other content: 409 log_forked with site."""
    one = r.joined("one", "cs_supervisor")
    op = msgspec.to_builtins(one.number(r.house.op("ticket", set=TITLE)))
    r.sync(one, raw=[op])
    r.sync(one, raw=[{**op, "op": r.house.id()}])
    r.sync(one, raw=[{**op, "set": {"title": "other"}}])
    r.sync(one, raw=[dict(reversed(op.items()))])


@scenario
def the_whole_push_is_checked_first(r: Recorder) -> None:
    """3.1: a gap at the second site keeps the first site's good ops from being applied too."""
    user = r.person("one", "cs_supervisor", site=r.house.org)
    one = r.replica("one", user)
    good = {**msgspec.to_builtins(r.house.op("ticket", set=TITLE)), "n": 1}
    bad = {**msgspec.to_builtins(r.house.op("ticket", site=r.house.mall, set=TITLE)), "n": 2}
    r.sync(one, raw=[good, bad])
    r.sync(one, raw=[good, {**bad, "n": 1}])


@scenario
def a_fork_carries_its_ops_over(r: Recorder) -> None:
    """3.1: an op known under another replica of the user: its outcome, nothing applied; acked goes on."""
    user = r.person("one", "cs_supervisor")
    old, new = r.replica("old", user), r.replica("new", user)
    known, fresh = (r.house.op("ticket", set=TITLE) for _ in range(2))
    r.sync(old, known)
    r.sync(new, fresh, known)
    r.sync(new, raw=[{**msgspec.to_builtins(known), "n": 2}])


@scenario
def a_group_falls_together(r: Recorder) -> None:
    """3.1: one of a group rejected, all are: its own code for the one, `group` for the others."""
    one, group = r.joined("one", "cs_supervisor"), r.house.id()
    ops = [r.house.op("ticket", set=set_, group=group) for set_ in (TITLE, {"title": 7}, TITLE)]
    r.sync(one, *ops, r.house.op("ticket", set=TITLE))


@scenario
def a_group_applies_under_one_seq(r: Recorder) -> None:
    """3.1: a group and what follows from it share one seq."""
    one, group = r.joined("one", "cs_supervisor"), r.house.id()
    r.sync(one, *(r.house.op("ticket", set={**TITLE, "major": True}, group=group) for _ in range(2)))


@scenario
def a_group_is_held_together(r: Recorder) -> None:
    """3.1: one of a group held and none rejected: all are held, and decided together."""
    one, group, unit = r.joined("one", "cs_supervisor"), r.house.id(), r.house.id()
    two = r.joined("two", "admin")
    r.sync(one, *(r.house.op("ticket", set={**TITLE, **more}, group=group) for more in ({}, {"unit": unit})))
    values = {"code": "103", "building": r.house.building, "zone": r.house.east}
    r.sync(two, r.house.op("unit", record=unit, set=values))
    r.sync(one)


@scenario
def a_held_op_waits_for_its_record(r: Recorder) -> None:
    """3.2: an unknown record: held, and what builds on it; decided in log order when it comes; the item tells."""
    one, two = r.joined("one", "cs_supervisor"), r.joined("two", "admin")
    owner = r.house.id()
    ticket = r.house.op("ticket", set={**TITLE, "owner": owner})
    r.sync(one, ticket, r.house.op("ticket", "update", ticket.record, set={"wish": "soon"}))
    r.sync(
        one, r.house.op("ticket.event", set={"ticket": ticket.record, "text": "note"}), r.house.op("ticket", set=TITLE)
    )
    r.sync(two, r.house.op("owner", record=owner, set={"name": "陳大文"}))
    r.sync(one)


@scenario
def what_builds_on_a_refused_op_is_refused(r: Recorder) -> None:
    """3.2: `rejected: dependency` for what depends on a rejected op."""
    one = r.joined("one", "cs_supervisor")
    ticket = r.house.op("ticket", set={"title": ""})
    r.sync(one, ticket, r.house.op("ticket", "update", ticket.record, set={"wish": "soon"}))


@scenario
def what_is_held_expires(r: Recorder) -> None:
    """3.2: after hold_days a held op is `rejected: expired`, what waits for it `rejected: dependency`."""
    one = r.joined("one", "cs_supervisor")
    ticket = r.house.op("ticket", set={**TITLE, "owner": r.house.id()})
    r.sync(one, ticket, r.house.op("ticket", "update", ticket.record, set={"wish": "soon"}))
    r.house.wait(days=8)
    r.sweep()
    r.sync(one)


@scenario
def different_fields_merge(r: Recorder) -> None:
    """3.3: two edits of different fields are both applied."""
    one, two, ticket = both(r)
    ops = edit(one, "ticket", ticket, wish="soon"), edit(two, "ticket", ticket, priority="urgent")
    r.sync(one, ops[0])
    r.sync(two, ops[1])
    r.sync(one)


@scenario
def a_contested_field_goes_to_a_person(r: Recorder) -> None:
    """3.3 `server`: the present value stays, both values go into a review item; a decision reaches both replicas."""
    one, two, ticket = both(r)
    ops = edit(one, "ticket", ticket, title="one's"), edit(two, "ticket", ticket, title="two's", wish="soon")
    r.sync(two, ops[1])
    answer = r.sync(one, ops[0])
    assert answer is not None
    review, group = str(answer.results[0].review), r.house.id()
    r.sync(two)
    choose = msgspec.structs.replace(edit(two, "ticket", ticket, title="one's"), group=group)
    settle = msgspec.structs.replace(act(two, "review", review, "resolve", {"ops": [ops[0].op]}), group=group)
    r.sync(two, choose, settle)
    r.sync(one)


@scenario
def the_later_place_wins(r: Recorder) -> None:
    """3.3 `latest`: the later edit is taken, both values go into a review item."""
    one, two, ticket = both(r)
    op = edit(one, "ticket", ticket, place={"lat": 31.1, "lon": 121.1})
    r.house.wait(minutes=5)
    later = edit(two, "ticket", ticket, place={"lat": 31.2, "lon": 121.2})
    r.house.wait(minutes=5)
    r.sync(one, op)
    r.sync(two, later)


@scenario
def a_wrong_clock_never_wins(r: Recorder) -> None:
    """3.4: an offset of more than two minutes marks the ops; they are applied, but never win as the later edit."""
    one, two, ticket = both(r)
    op = edit(one, "ticket", ticket, place={"lat": 31.1, "lon": 121.1})
    r.sync(one, op)
    later = msgspec.structs.replace(
        edit(two, "ticket", ticket, place={"lat": 31.2, "lon": 121.2}), at="2026-11-22T09:30:00.000Z"
    )
    r.sync(two, later, now=timedelta(hours=1))


@scenario
def sets_texts_and_extremes_combine(r: Recorder) -> None:
    """3.3 `union`, `append`, `max`: combined and `applied`, nobody is bothered."""
    one, two, _ = both(r)
    owner = r.house.op(
        "owner", set={"name": "陳", "tags": ["foreign", "volunteer"], "note": "a", "verified_on": "2026-01-01"}
    )
    r.sync(one, owner)
    r.sync(two)
    ops = (
        edit(one, "owner", owner.record, note="a, b", verified_on="2026-03-01", tags=["foreign"]),
        edit(
            two,
            "owner",
            owner.record,
            note="a, c",
            verified_on="2026-02-01",
            tags=["committee", "foreign", "volunteer"],
        ),
    )
    r.sync(one, ops[0])
    r.sync(two, ops[1])
    r.sync(one)


def main() -> None:
    """Record every scenario anew."""
    from tests.conformance import more_scenarios  # noqa: F401  # declares its scenarios

    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for name in SCENARIOS:
        (FOLDER / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(record(name)), indent=1))


if __name__ == "__main__":
    from tests.conformance.scenarios import main as write  # run as a script, this module is another one

    write()
