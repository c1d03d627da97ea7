"""Points for people: an account for each member, entries for a graded topic and for a suggestion done (QC-9)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.circles import CIRCLE
from ..entities.evaluations import EVALUATION
from ..entities.rewards import REWARD, STAFF_ACCOUNT, SUGGESTION
from ..entities.topics import TOPIC
from .changes import number, texts

_ALIVE = ("registered", "active", "suspended")


def open_accounts(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Everybody in a registered circle has an account, so that rewards can be entered offline."""
    for change in changes:
        new = change.new
        if new and new["status"] in _ALIVE and (change.entered("registered") or change.changed(("members",))):
            for user in texts(new.get("people")):
                yield from _account(change, user, view)


def reward_result(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """A published result gives the points of its grade to everybody in the circle."""
    for change in changes:
        new = change.new
        if new and change.entered("published") and number(new.get("points")) > 0:
            topic = view.get(TOPIC.name, str(new["topic"])) or {}
            circle = view.get(CIRCLE.name, str(topic.get("circle"))) or {}
            entry = {"kind": "award", "points": new["points"], "topic": new["topic"], "given_on": new["held_on"]}
            for user in texts(circle.get("people")):
                yield from _give(change, user, {**entry, "reason": str(topic.get("name"))[:300]}, view)


def reward_suggestion(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """A suggestion carried out gives its points to who made it."""
    for change in changes:
        new = change.new
        if new and change.entered("done") and number(new.get("points")) > 0:
            entry = {"kind": "suggestion", "points": new["points"], "given_on": new.get("done_on")}
            yield from _give(change, str(new["proposer"]), {**entry, "reason": str(new["name"])[:300]}, view)


def name_people(changes: Sequence[Change], _view: View) -> Iterable[Correct | Reject]:
    """Who suggests is who writes, unless he names a colleague, for good; who decides is never what the form says.
    Points come with completion, and never from who gets them."""
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            continue
        if old and old.get("proposer") and change.changed(("proposer",)):
            yield Reject(op=change.op, code="rule", fields=("proposer",), message="message.qc.proposer_stays")
        elif change.act != "complete" and change.changed(("points",)):
            yield Reject(op=change.op, code="rule", fields=("points",), message="message.qc.points_at_completion")
        elif change.entered("done") and number(new.get("points")) > 0 and new.get("proposer") == change.author:
            yield Reject(op=change.op, code="rule", fields=("points",), message="message.qc.own_points")
        elif old is None and not new.get("proposer"):
            yield Correct(op=change.op, set={"proposer": change.author})
        elif change.entered("adopted") or change.entered("declined"):
            yield Correct(op=change.op, set={"decided_by": change.author})


def keep_accounts(changes: Sequence[Change], _view: View) -> Iterable[Correct | Reject]:
    """An account is opened empty and never closed: its entries are somebody's."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.qc.account_is_kept")
        elif change.old is None:
            yield Correct(op=change.op, set={"balance": 0})
        elif change.changed(("user",)):
            yield Reject(op=change.op, code="rule", fields=("user",), message="message.qc.account_is_kept")


def book(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """Nobody gives himself points. A reversal undoes one entry of the same account, wholly and once."""
    for change in changes:
        new = change.new
        if new is None or change.old is not None:
            continue
        account = view.get(STAFF_ACCOUNT.name, str(new.get("account"))) or {}
        if number(new.get("points")) > 0 and account.get("user") == change.author:
            yield Reject(op=change.op, code="rule", fields=("points",), message="message.qc.own_points")
        elif new.get("kind") == "reversal" and not _undoes(change, new, view):
            yield Reject(op=change.op, code="rule", fields=("reverses", "points"), message="message.qc.undoes_one")


def _undoes(change: Change, new: Mapping[str, object], view: View) -> bool:
    original = view.get(REWARD.name, str(new.get("reverses"))) if new.get("reverses") else None
    if original is None:
        return True  # what is missing, the engine says
    entries = view.find(REWARD.name, "account", str(new.get("account")))
    others = [id_ for id_, entry in entries if entry.get("reverses") == new["reverses"] and id_ != change.record]
    fits = original.get("account") == new.get("account") and original.get("kind") != "reversal"
    return fits and not others and number(original.get("points")) == -number(new.get("points"))


def _account(change: Change, user: str, view: View) -> Iterator[FollowUp]:
    if not view.find(STAFF_ACCOUNT.name, "user", user):
        yield FollowUp(
            key=f"{user}:account",
            cause=change.op,
            entity=STAFF_ACCOUNT.name,
            kind="create",
            record=user,
            set={"user": user, "balance": 0},
        )


def _give(change: Change, user: str, entry: dict[str, object], view: View) -> Iterator[FollowUp]:
    yield from _account(change, user, view)
    known = view.find(STAFF_ACCOUNT.name, "user", user)
    account = known[0][0] if known else user
    yield FollowUp(
        key=f"{user}:points",
        cause=change.op,
        entity=REWARD.name,
        kind="create",
        set={**entry, "account": account},
    )


_WRITES = ("qc.staff_account.create", "qc.reward.create")

RULES = (
    Rule(
        name="qc.accounts",
        on=(CIRCLE.name,),
        reads=(Read(entity=STAFF_ACCOUNT.name, field="user", value_of="leader"),),
        writes=_WRITES,
        react=open_accounts,
    ),
    Rule(
        name="qc.award",
        on=(EVALUATION.name,),
        reads=(Read(entity=TOPIC.name, field="id", value_of="topic"),),
        writes=_WRITES,
        react=reward_result,
    ),
    Rule(name="qc.account", on=(STAFF_ACCOUNT.name,), judge=keep_accounts),
    Rule(
        name="qc.reward",
        on=(REWARD.name,),
        reads=(
            Read(entity=STAFF_ACCOUNT.name, field="id", value_of="account"),
            Read(entity=REWARD.name, field="id", value_of="reverses"),
        ),
        judge=book,
    ),
    Rule(
        name="qc.suggestion",
        on=(SUGGESTION.name,),
        reads=(Read(entity=STAFF_ACCOUNT.name, field="user", value_of="proposer"),),
        writes=_WRITES,
        judge=name_people,
        react=reward_suggestion,
    ),
)
