"""What a user sees: the server's state with his own undecided ops laid over it (protocol §3.5). Pure.

His own view shows his own values, so the merge policies of protocol §3.3 play no part here. An act that is no longer
legal from the present state still brings its fields, as it will on the server.
"""

from collections.abc import Iterable, Mapping

from wuye_client.manifest import Account, Entity
from wuye_client.protocol import Op

Body = dict[str, object]


def lay(entity: Entity | None, body: Mapping[str, object] | None, ops: Iterable[Op]) -> Body | None:
    """Return a record after some ops, oldest first; None when there is (then) no such record."""
    seen = dict(body) if body is not None else None
    for op in ops:
        if op.kind == "create":
            # Over a record that exists, a create of the same id has either come back already or will be refused.
            if seen is None:
                seen = _start(entity)
                _set(seen, op.set)
        elif seen is None:
            continue
        elif op.kind == "delete":
            seen = None
        else:
            if op.kind == "act":
                _act(entity, seen, op)
            _set(seen, op.set)
    return seen


def _start(entity: Entity | None) -> Body:
    return {entity.workflow.field: entity.workflow.initial} if entity and entity.workflow else {}


def _set(seen: Body, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if value is None:
            seen.pop(name, None)
        else:
            seen[name] = value


def _act(entity: Entity | None, seen: Body, op: Op) -> None:
    if op.entity == "review" and op.act == "resolve":
        _resolve(seen, op)
    elif entity and entity.workflow and op.act:
        step = entity.workflow.step(op.act, seen.get(entity.workflow.field))
        if step:
            seen[entity.workflow.field] = step.to


def _resolve(seen: Body, op: Op) -> None:
    """Settle the items that the op names; the review closes with its last one (protocol §3.2)."""
    named = op.args.get("ops")
    items = seen.get("items")
    if not isinstance(named, list) or not isinstance(items, list):
        return
    settled = [
        {**item, "settled_at": op.at} if item.get("op") in named and not _is_settled(item) else item for item in items
    ]
    seen["items"] = settled
    if all(map(_is_settled, settled)):
        seen["status"] = "resolved"


def open_items(review: Mapping[str, object]) -> list[str]:
    """Return the ops that a review record still asks about."""
    items = review.get("items")
    return [str(i["op"]) for i in items if not _is_settled(i)] if isinstance(items, list) else []


def _is_settled(item: Mapping[str, object]) -> bool:
    return bool(item.get("settled_by") or item.get("settled_at"))


def pending_amount(account: Account, owner: str, entries: Iterable[Op]) -> tuple[int, int]:
    """Return what pending entries add to an owner's balance, and how much of it they take (as a positive number)."""
    amounts = [
        amount
        for op in entries
        if op.kind == "create"
        and op.set.get(account.owner) == owner
        and type(amount := op.set.get(account.amount)) is int
    ]
    return sum(amounts), -sum(amount for amount in amounts if amount < 0)
