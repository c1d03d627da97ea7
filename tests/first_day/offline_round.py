"""An offline round: two field workers in a basement, the desk online meanwhile, then everybody syncs."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.first_day.stage import Person, asked_directly, tablet

from wuye_client import Record, Replica

Values = Mapping[str, object]

SITE = "CYY"
ASSISTANT, TECHNICIAN, SUPERVISOR = "cyy.assistant1", "cyy.technician1", "cyy.cs_supervisor"
Say = Callable[[str], None]


def offline_round(folder: Path, url: str, people: Mapping[str, Person], say: Say) -> None:
    """Play the round; every claim is checked, and what is wrong raises."""
    with ExitStack() as devices:
        tablets = {
            name: devices.enter_context(tablet(folder, url, people[name]))
            for name in (ASSISTANT, TECHNICIAN, SUPERVISOR)
        }
        _play(tablets, url, people, say)


def _play(tablets: Mapping[str, Replica], url: str, people: Mapping[str, Person], say: Say) -> None:
    assistant, technician, desk = tablets[ASSISTANT], tablets[TECHNICIAN], tablets[SUPERVISOR]
    say(f"three devices have read their sites: {_count(assistant)}, {_count(technician)}, {_count(desk)} records")
    shared, taken = _give_work(desk, technician, assistant)
    say("the desk has dispatched two tickets to the technician; now both field workers go offline")

    new = _assistant_works(assistant, shared)
    _technician_works(technician, shared, taken)
    say(f"offline: {_waiting(assistant)} entries wait on the assistant's tablet, {_waiting(technician)} on the other")
    _desk_works(desk, shared, taken)
    say("online meanwhile: the desk changed the shared ticket and took the other one back")

    outcomes: Counter[str] = Counter()
    for replica in (assistant, technician):
        made = {entry.op.op for entry in replica.outbox(decided=False)}
        outcomes.update(replica.sync().outcomes)
        answered = {entry.op.op: entry.state for entry in replica.outbox() if entry.op.op in made}
        check(made == answered.keys(), "every op has an outcome")
        check({"waiting", "sent"}.isdisjoint(answered.values()), "no op is left without one")
    for replica in (desk, assistant, technician):
        replica.sync()
    say(f"synced: {dict(outcomes)}")
    _check_merging(desk, shared, taken, new)
    say("different fields merged; the same field went to a person; the refused step is seen and its fields stand")
    _decide(desk, assistant, technician, shared)
    say("the supervisor decided; the decision is on every tablet")
    for name, replica in tablets.items():
        _check_against_server(url, people[name], replica)
    say("every replica equals what the server answers its user directly")


def check(holds: bool, what: str) -> None:
    """Go on only if a claim holds.

    Raises:
        AssertionError: it does not.
    """
    if not holds:
        raise AssertionError(f"not true: {what}")


def _count(replica: Replica) -> int:
    return sum(len(replica.query(name)) for name in ("ticket", "owner", "unit"))


def _waiting(replica: Replica) -> int:
    return len(replica.outbox(decided=False))


def _give_work(desk: Replica, technician: Replica, assistant: Replica) -> tuple[str, str]:
    """Let the assistant take in two tickets and the desk dispatch them to the technician."""
    unit = assistant.query("unit", site=SITE, limit=1)[0].id
    told = {"kind": "repair", "channel": "phone", "unit": unit}
    shared, taken = (assistant.create(SITE, "ticket", {**told, "title": t}) for t in ("廚房漏水", "馬桶堵塞"))
    assistant.sync()
    desk.sync()
    work = {"department": "engineering", "assignee": technician.manifest.user.id}
    for ticket in (shared, taken):
        desk.act(SITE, "ticket", ticket, "dispatch", set=work)
    for replica in (desk, technician, assistant):
        replica.sync()
    check(technician.get(SITE, "ticket", shared) is not None, "the technician sees what was dispatched to him")
    return shared, taken


def _assistant_works(replica: Replica, shared: str) -> list[str]:
    """Offline: take in tickets, edit and close one of them, note things down, change the shared one."""
    unit = replica.query("unit", site=SITE, limit=1)[0].id
    new = [
        replica.create(SITE, "ticket", {"kind": "repair", "channel": "phone", "title": title, "unit": unit})
        for title in ("樓道燈不亮", "門禁刷卡無反應", "地下車庫積水")
    ]
    first = new[0]
    replica.update(SITE, "ticket", first, {"priority": "urgent", "location": "二單元三樓"})
    replica.act(SITE, "ticket", first, "dispatch", set={"department": "engineering"})
    replica.act(SITE, "ticket", first, "accept")
    replica.act(SITE, "ticket", first, "finish", set={"result": "換了燈泡"})
    replica.act(SITE, "ticket", first, "close")
    replica.create(SITE, "ticket.event", {"ticket": shared, "type": "note", "text": "住戶晚上七點後在家"})
    replica.update(SITE, "ticket", shared, {"priority": "emergency", "wish": "請今晚處理"})
    number = replica.get(SITE, "ticket", first)
    check(number is not None and bool(number.get("device_number")), "a ticket has its device number at once")
    return new


def _technician_works(replica: Replica, shared: str, taken: str) -> None:
    """Offline: do both tickets."""
    for ticket in (shared, taken):
        replica.act(SITE, "ticket", ticket, "accept")
    replica.update(SITE, "ticket", shared, {"location": "廚房水槽下方"})
    done = {"result": "更換密封圈,試水正常", "hours": "1.5"}
    replica.act(SITE, "ticket", taken, "finish", set=done)


def _desk_works(desk: Replica, shared: str, taken: str) -> None:
    """Online: another value for the same field, and the other ticket cancelled under the technician's hands."""
    desk.update(SITE, "ticket", shared, {"priority": "urgent", "reporter": "王小明"})
    desk.act(SITE, "ticket", taken, "cancel", {"reason": "住戶來電取消"})
    report = desk.sync()
    check(report.outcomes == {"applied": 2}, "what the desk does online is applied")


def _check_merging(desk: Replica, shared: str, taken: str, new: list[str]) -> None:
    merged, refused = _ticket(desk, shared), _ticket(desk, taken)
    check(merged["priority"] == "urgent", "the same field: the present value stays until a person decides")
    check(merged["wish"] == "請今晚處理", "different fields: the assistant's stands")
    check(merged["location"] == "廚房水槽下方", "different fields: the technician's stands")
    check(merged["reporter"] == "王小明", "different fields: the desk's stands")
    check(refused["status"] == "cancelled", "an illegal step is not carried out")
    check(refused["result"] == "更換密封圈,試水正常", "the rest of that change is applied")
    check(_ticket(desk, new[0])["status"] == "closed", "a ticket's whole life made offline arrives")
    numbers = {str(_ticket(desk, record)["number"]) for record in new}
    check(len(numbers) == 3, "each has its register number")


def _ticket(replica: Replica, record: str) -> Record:
    found = replica.get(SITE, "ticket", record)
    check(found is not None, "the ticket is there")
    assert found is not None
    return found


def _decide(desk: Replica, assistant: Replica, technician: Replica, shared: str) -> None:
    review = next(r for r in desk.query("review", site=SITE, where={"status": "open"}) if r["subject"] == shared)
    items = review["items"]
    check(isinstance(items, list) and "emergency" in str(items) and "urgent" in str(items), "both values are there")
    desk.resolve(SITE, review.id, set={"priority": "emergency"})
    for replica in (desk, assistant, technician):
        replica.sync()
    for replica in (desk, assistant, technician):
        check(_ticket(replica, shared)["priority"] == "emergency", "the decision reaches every replica")
    seen = assistant.get(SITE, "review", review.id)
    check(seen is not None and seen["status"] == "resolved", "its author sees that it is decided")


def _check_against_server(url: str, person: Person, replica: Replica) -> None:
    for entity in ("ticket", "ticket.event", "owner", "unit", "occupancy", "review"):
        if entity not in replica.manifest.entities:
            continue
        mine, theirs = _both(url, person, replica, entity)
        check(mine.keys() == theirs.keys(), f"{person.username} has exactly the {entity} records that he may read")
        for record, values in theirs.items():
            check(_shown(mine[record]) == _shown(values), f"{entity} {record} is the same on both sides")


def _both(url: str, person: Person, replica: Replica, entity: str) -> tuple[Mapping[str, Values], Mapping[str, Values]]:
    """Return the records here and there. A job of the server may write between the two: then they are asked again."""
    for _ in range(5):
        before = asked_directly(url, person, replica.site(SITE), entity)
        replica.sync()
        mine = {record.id: record.values for record in replica.query(entity, site=SITE)}
        theirs = asked_directly(url, person, replica.site(SITE), entity)
        if before == theirs:
            break
    return mine, theirs


def _shown(values: Values) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
