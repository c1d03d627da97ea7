"""Visits and greetings: only who agreed is greeted; who is not satisfied is heard as a complaint (MEM-3, CMP-9)."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..consents import agreed
from ..entities import MEMBER, VISIT
from ..entities.visits import GREETING

CHANNELS: Mapping[str, str] = {"phone": "phone", "visit": "visit", "counter": "walk_in", "letter": "letter"}
TITLE = 100


def ask_first(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Plan no greeting for somebody who has not agreed to it."""
    for change in changes:
        new = change.new
        if new is None or new.get("occasion") not in GREETING or not change.changed(("occasion", "member")):
            continue
        member = view.get(MEMBER.name, str(new.get("member")))
        owner = str((member or {}).get("owner"))
        if member and not agreed((consent for _, consent in view.find("consent", "owner", owner)), "care"):
            yield Reject(op=change.op, code="rule", fields=("occasion",), message="message.membership.no_consent")


def date_it(changes: Sequence[Change], _view: View) -> Iterable[Correct]:
    """A visit was made on the day on which it was written down, unless somebody says otherwise."""
    for change in changes:
        if change.entered("done") and change.new and not change.new.get("done_on"):
            yield Correct(op=change.op, set={"done_on": change.at[:10]})


def remember(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Let the member's next visit count from this one; nobody reached is no visit."""
    for change in changes:
        new = change.new
        if new is None or not change.entered("done") or new.get("outcome") == "not_reached":
            continue
        member = view.get(MEMBER.name, str(new.get("member"))) or {}
        # A mistyped year must not end all visits.
        made = min(str(new.get("done_on")), change.at[:10])
        if str(member.get("last_visit_on") or "") < made:
            yield FollowUp(
                key=change.record,
                cause=change.op,
                entity=MEMBER.name,
                kind="update",
                record=str(new.get("member")),
                set={"last_visit_on": made},
            )


def complain(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """A dissatisfied member is a complaint that somebody took in."""
    for change in changes:
        new = change.new
        if new is None or not change.entered("done") or new.get("outcome") != "not_satisfied":
            continue
        member = view.get(MEMBER.name, str(new.get("member"))) or {}
        opinion = str(new.get("opinion") or "")
        values = {
            "kind": "complaint",
            "channel": CHANNELS.get(str(new.get("channel")), "other"),
            "department": "customer_service",
            "title": opinion.partition("\n")[0][:TITLE],
            "description": opinion,
            "owner": member.get("owner"),
            "unit": member.get("unit"),
            "language": member.get("language"),
        }
        yield FollowUp(
            key=f"{change.record}:complaint",
            cause=change.op,
            entity="ticket",
            kind="create",
            set={name: value for name, value in values.items() if value is not None},
        )


_MEMBER = (Read(entity=MEMBER.name, field="id", value_of="member"),)

RULES = (
    Rule(name="membership.greeting", on=(VISIT.name,), reads=_MEMBER, judge=ask_first),
    Rule(name="membership.visited", on=(VISIT.name,), writes=(f"{MEMBER.name}.update",), judge=date_it, react=remember),
    Rule(name="membership.heard", on=(VISIT.name,), reads=_MEMBER, writes=("ticket.create",), react=complain),
)
