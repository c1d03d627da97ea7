"""Judging a group: its ops, then the rules over all its changes, then each changed record as a whole. It applies
together or not at all (protocol §3.1)."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from wuye.model.catalogue import filled
from wuye.model.rules import Change, Correct, Flag, FollowUp, Reject, Rule
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming, group_too_large
from wuye.sync.judge import Author, judge_op, touch_of
from wuye.sync.layer import Layer
from wuye.sync.rows import Ref
from wuye.sync.verdict import Concern, Refused, Verdict, held, rejected
from wuye.sync.whole import complete

Asked = tuple[str, Rule, FollowUp]
"""A follow-up with the plugin and rule that ask for it."""
Seen = tuple[str, Rule, list[Change]]
"""A rule with its plugin and the changes that it looks at."""


class Waiting(Struct, kw_only=True):
    """Ops of one log that are held, and so what later ops of this log must wait for (protocol §3.2)."""

    on: dict[Ref, str] = {}
    creating: dict[Ref, str] = {}

    def note(self, ref: Ref, op: str, *, creates: bool) -> None:
        """Remember a held op."""
        self.on[ref] = op
        if creates:
            self.creating[ref] = op

    def blocks(self, incoming: Incoming, directory: Directory) -> str | None:
        """Return the held op that this one builds on, if any."""
        op = incoming.op
        if op is None or not self.on:
            return None
        if blocker := self.on.get((op.entity, op.record)):
            return blocker
        model = directory.models.get(op.entity)
        for name, entity, _ in model.refs if model and self.creating else ():
            named = op.set.get(name)
            for record in named if isinstance(named, list) else (named,):
                if isinstance(record, str) and (blocker := self.creating.get((entity, record))):
                    return blocker
        return None


class Judged(Struct, kw_only=True):
    """A group's verdicts, and the follow-ups that its changes call for."""

    verdicts: list[Verdict]
    follow_ups: list[Asked] = []
    changes: list[Change] = []


def judge_group(
    group: Sequence[Incoming],
    author: Author,
    layer: Layer,
    directory: Directory,
    waiting: Waiting,
    *,
    barred: str | None,
    seq: int,
) -> Judged:
    """Judge a group; its drafts are kept in the layer only if nothing in it was rejected or held.

    ``barred``: nothing is judged; ``revoked`` and ``push_only`` hold every op for review, ``forbidden`` rejects it.
    """
    layer.begin()
    verdicts: list[Verdict] = []
    changes: list[Change] = []
    for incoming in group:
        try:
            _may_be_judged(incoming, group, waiting, directory, barred=barred)
            before = _before(layer, incoming)
            verdicts.append(judge_op(incoming, author, layer, directory))
            changes.append(_change(incoming, before, layer, author))
        except Refused as refused:
            verdicts.append(refused.verdict)
    if any(verdict.status in ("rejected", "held") for verdict in verdicts):
        return _fall(layer, verdicts)
    try:
        rules = _rules(changes, layer, directory)
        flags = _apply_rules(rules, layer)
        _complete_all(changes, verdicts, author, layer, directory)
        follow_ups = _reactions(rules, layer)
    except OpRefused as refused:
        verdicts[[change.op for change in changes].index(refused.op)] = refused.verdict
        return _fall(layer, verdicts)
    for incoming, verdict, change in zip(group, verdicts, changes, strict=True):
        verdict.seq = seq
        verdict.review += tuple(concern for op, concern in flags if op == change.op)
        _leave_marks(incoming, verdict, change, author, layer, seq)
    for draft in layer.group.values():
        if draft.was is None or draft.deleted or draft.was.values != draft.values:
            draft.seq = seq
    layer.keep()
    return Judged(verdicts=verdicts, follow_ups=follow_ups, changes=changes)


class OpRefused(Exception):
    """A whole record or a rule refuses the op that touched it last."""

    def __init__(self, op: str, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.op = op
        self.verdict = verdict


def _may_be_judged(
    incoming: Incoming,
    group: Sequence[Incoming],
    waiting: Waiting,
    directory: Directory,
    *,
    barred: str | None,
) -> None:
    if len(group) > 1 and group_too_large(group):
        raise rejected("too_large")
    if barred == "revoked":
        raise held("revoked", f"user:{incoming.user}")
    if barred == "push_only":
        raise held("revoked", f"token:{incoming.user}")
    if barred:
        raise rejected(barred)
    if blocker := waiting.blocks(incoming, directory):
        raise held("held_before", f"op:{blocker}")


def _fall(layer: Layer, verdicts: list[Verdict]) -> Judged:
    """Let the group fall: with one rejected all are, else with one held all are."""
    layer.begin()
    rejects = any(verdict.status == "rejected" for verdict in verdicts)
    fallen = []
    for verdict in verdicts:
        if rejects and verdict.status != "rejected":
            fallen.append(Verdict(status="rejected", code="group", conflicts=verdict.conflicts))
        elif verdict.status not in ("rejected", "held"):
            fallen.append(Verdict(status="held", code="held_before", wait="group"))
        else:
            fallen.append(verdict)
    return Judged(verdicts=fallen)


def _before(layer: Layer, incoming: Incoming) -> Mapping[str, object] | None:
    """Return the record's values before an op, safe from what the op will do to its draft."""
    op = incoming.op
    if op is None:
        return None
    ref = (op.entity, op.record)
    values, deleted = layer.values(ref)
    if draft := layer.group.get(ref):  # an earlier op of the group: its change keeps the old dict
        draft.values = dict(draft.values)
    return None if deleted else values


def _change(incoming: Incoming, old: Mapping[str, object] | None, layer: Layer, author: Author) -> Change:
    """Return the change that an op made; ``new`` follows what rules and completion still do to the record."""
    op = incoming.op
    assert op is not None
    draft = layer.group[op.entity, op.record]
    return Change(
        op=op.op,
        entity=op.entity,
        record=op.record,
        kind=op.kind,
        act=op.act,
        args=op.args,
        old=old,
        new=None if draft.deleted else draft.values,
        author=author.user,
        at=incoming.at,
    )


def _apply_rules(rules: Sequence[Seen], layer: Layer) -> list[tuple[str, Concern]]:
    """Let the rules refuse and correct; return the ops that they flag."""
    flags: list[tuple[str, Concern]] = []
    for plugin, rule, seen in rules:
        try:
            refused = [op for op, allow in rule.authorize(seen, layer) if not allow] if rule.authorize else []
            decisions = list(rule.judge(seen, layer)) if rule.judge else []
            _keep_to(seen, (*refused, *(decision.op for decision in decisions)))
        except Exception:
            raise OpRefused(seen[0].op, held("rule_failed", f"rule:{plugin}.{rule.name}").verdict) from None
        if refused:
            raise OpRefused(refused[0], rejected("forbidden").verdict)
        for decision in decisions:
            if isinstance(decision, Flag):
                flags.append((decision.op, Concern(kind="flagged", message=decision.message, fields=decision.fields)))
            else:
                _decide(decision, seen, layer)
    return flags


def _keep_to(seen: Sequence[Change], ops: Iterable[str]) -> None:
    """See to it that a rule speaks of what it was shown."""
    if strange := {*ops} - {change.op for change in seen}:
        raise ValueError(f"speaks of ops that it was not shown: {strange}")


def _decide(decision: Reject | Correct, seen: Sequence[Change], layer: Layer) -> None:
    if isinstance(decision, Reject):
        raise OpRefused(decision.op, rejected(decision.code, decision.fields, _message(decision)).verdict)
    change = next(change for change in seen if change.op == decision.op)
    draft = layer.open((change.entity, change.record))
    assert draft is not None
    for name, value in decision.set.items():
        if value is None:
            draft.values.pop(name, None)
        else:
            draft.values[name] = value


def _message(refusal: Reject) -> str | None:
    return filled(refusal.message, refusal.values) if refusal.message else None


def _rules(changes: Sequence[Change], layer: Layer, directory: Directory) -> list[Seen]:
    """Return the rules that look at these changes, in plugin order, each with its share of them."""
    info = directory.sites.get(layer.site)
    shares: dict[tuple[str, str], Seen] = {}
    for change in changes:
        for plugin, rule in directory.registry.rules_on[change.entity]:
            if info is None or plugin in info.plugins:
                known = shares.get((plugin, rule.name))
                if known is None:
                    shares[plugin, rule.name] = (plugin, rule, [change])
                else:
                    known[2].append(change)
    return list(shares.values())


def _complete_all(
    changes: Sequence[Change], verdicts: Sequence[Verdict], author: Author, layer: Layer, directory: Directory
) -> None:
    last = {
        (change.entity, change.record): (change, verdict) for change, verdict in zip(changes, verdicts, strict=True)
    }
    for ref, (change, verdict) in last.items():
        draft = layer.group.get(ref)
        if draft is None or draft.deleted:
            continue
        try:
            verdict.review += complete(draft, author, layer, directory)
            _check_needs(change, draft.values, directory)
        except Refused as refused:
            raise OpRefused(change.op, refused.verdict) from None


def _check_needs(change: Change, values: Mapping[str, object], directory: Directory) -> None:
    model = directory.models[change.entity]
    if change.act is None or change.old is None:
        return
    was = change.old.get(str(model.state_field))
    for transition in model.transitions[change.act]:
        missing = tuple(name for name in transition.needs if values.get(name) is None)
        if missing and was in transition.from_:
            raise rejected("invalid", missing, message="required by this act: " + ", ".join(missing))


def _reactions(rules: Sequence[Seen], layer: Layer) -> list[Asked]:
    asked: list[Asked] = []
    for plugin, rule, seen in rules:
        if rule.react is None:
            continue
        try:
            wanted = list(rule.react(seen, layer))
            _keep_to(seen, (follow_up.cause for follow_up in wanted))
        except Exception:
            raise OpRefused(seen[0].op, held("rule_failed", f"rule:{plugin}.{rule.name}").verdict) from None
        asked += [(plugin, rule, follow_up) for follow_up in wanted]
    return asked


def _leave_marks(incoming: Incoming, verdict: Verdict, change: Change, author: Author, layer: Layer, seq: int) -> None:
    """Note what the op wrote; of a creation the op itself tells."""
    if change.old is None:
        return
    old, new = change.old, change.new or {}
    verdict.changes = {
        name: (old.get(name), new.get(name)) for name in old.keys() | new.keys() if old.get(name) != new.get(name)
    }
    draft = layer.group[change.entity, change.record]
    if verdict.changes or change.new is None:
        touch = touch_of(incoming, author.user, seq, layer)
        draft.touches |= dict.fromkeys(verdict.changes, touch)
        draft.updated_at, draft.updated_by = incoming.at, author.user
