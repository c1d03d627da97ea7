"""Acts: named transitions of a record's workflow (protocol §3.3)."""

import msgspec

from wuye.model.entity import Transition
from wuye.model.registry import Model
from wuye.protocol.wire import Op
from wuye.sync.incoming import Incoming
from wuye.sync.layer import Draft, Layer
from wuye.sync.verdict import Verdict, rejected

_encode = msgspec.json.Encoder(order="sorted").encode


def run_act(op: Op, incoming: Incoming, author: str, draft: Draft, layer: Layer, verdict: Verdict) -> None:
    """Take the record into the act's target state; what is not legal now is left to a person, and the rest of the
    op stands.

    Raises:
        Refused: the act lacks its reason, or a review's act names no ops of the item.
    """
    model = layer.model(op.entity)
    state = str(model.state_field)
    present = str(draft.values.get(state))
    transition = _legal(model.transitions[str(op.act)], present)
    reason = op.args.get("reason")
    if reason is not None and not isinstance(reason, str):  # rules keep it in fields
        raise rejected("invalid", ("args.reason",), message="a reason is a text")
    if transition is None:
        if not _already(op, model, layer, present):
            verdict.status, verdict.code = "merged", "stale_transition"
            verdict.fields += (state,)
        return
    if transition.reason and not (isinstance(reason, str) and reason.strip()):
        raise rejected("invalid", ("args.reason",), message="a reason is required")
    draft.values[state] = transition.to
    if op.entity == "review":
        _settle(op, incoming, author, draft)


def _legal(transitions: tuple[Transition, ...], state: str) -> Transition | None:
    return next((transition for transition in transitions if state in transition.from_), None)


def _already(op: Op, model: Model, layer: Layer, state: str) -> bool:
    """Tell whether the same act with equal arguments has led here: then nothing changes and nobody is bothered."""
    if all(transition.to != state for transition in model.transitions[str(op.act)]):
        return False
    touch = layer.touches((op.entity, op.record), 0).get(str(model.state_field))
    return touch is not None and touch.act == op.act and touch.args == _encode(op.args)


def _settle(op: Op, incoming: Incoming, author: str, draft: Draft) -> None:
    """Mark the ops that a review's act names as settled; the item stays open while others are not (protocol §3.2)."""
    named = op.args.get("ops")
    items = draft.values.get("items")
    known = {item["op"] for item in items} if isinstance(items, list) else set()
    if not isinstance(named, list) or not named or not known.issuperset(map(str, named)):
        raise rejected("invalid", ("args.ops",), message="args.ops must name ops of this item")
    if op.act != "resolve" or not isinstance(items, list):
        return
    settled = {"settled_by": author, "settled_at": incoming.at}
    draft.values["items"] = [
        item | settled if item["op"] in named and "settled_by" not in item else item for item in items
    ]
    if any("settled_by" not in item for item in items if item["op"] not in named):
        draft.values["status"] = "open"
