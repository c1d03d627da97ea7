"""Held ops: judged again in log order when their cause is gone, expired when it never goes (protocol §3.2)."""

from collections.abc import Callable, Iterable

from wuye.kernel.clock import to_ms
from wuye.sync.group import Waiting
from wuye.sync.incoming import from_held, groups
from wuye.sync.judge import Author
from wuye.sync.rows import HeldOp, Need
from wuye.sync.unit import SiteUnit

AuthorOf = Callable[[HeldOp], Author]
Mine = tuple[str, str]
"""(user, op): an op's name is its user's; another's may be the same."""


def release(
    unit: SiteUnit, author_of: AuthorOf, *, admitted: frozenset[Mine] = frozenset(), retry_rules: bool = False
) -> None:
    """Judge again what can be judged now, until nothing moves.

    ``admitted`` ops came with a token that is not good enough and a supervisor lets them in; ``retry_rules`` asks
    rules that failed again.
    """
    while _round(unit, author_of, admitted, retry_rules=retry_rules):
        retry_rules = False


def _round(unit: SiteUnit, author_of: AuthorOf, admitted: frozenset[Mine], *, retry_rules: bool) -> bool:
    gone = set(unit.plan.release)
    waiting = [held for held in unit.tx.held(unit.site) if (held.user, held.op) not in gone]
    still = {(held.user, held.op) for held in waiting}
    logs: dict[str, Waiting] = {}
    for group in _in_groups(waiting):
        log = logs.setdefault(group[0].replica, Waiting())
        incoming = [from_held(held) for held in group]
        judgeable = all(_cause_gone(held, unit, still, admitted, retry_rules=retry_rules) for held in group)
        if any(_depends_on_refused(held, unit) for held in group):
            unit.refuse(group, incoming, author_of(group[0]), "dependency")
        elif judgeable and unit.decide(group, incoming, author_of(group[0]), log):
            pass  # what was judged again and still cannot be decided goes on waiting, but not for ever
        elif any(_expired(held, unit) for held in group):
            unit.refuse(group, incoming, author_of(group[0]), "expired")
        else:
            for held in group:
                log.note((held.entity, held.record), held.op, creates=held.creates)
        still -= set(unit.plan.release)
    return len(unit.plan.release) > len(gone)


def _in_groups(waiting: Iterable[HeldOp]) -> Iterable[list[HeldOp]]:
    by_log: dict[str, list[HeldOp]] = {}
    for held in waiting:
        by_log.setdefault(held.replica, []).append(held)
    cut = [group for log in by_log.values() for group in groups(from_held(held) for held in log)]
    by_op = {(held.user, held.op): held for held in waiting}
    whole = [[by_op[incoming.user, incoming.id] for incoming in group] for group in cut]
    return sorted(whole, key=lambda group: group[0].pos)


def _depends_on_refused(held: HeldOp, unit: SiteUnit) -> bool:
    kind, _, op = held.wait.partition(":")
    if kind == "record":
        entity, _, record = op.partition(":")
        return unit.layer.refused((entity, record))
    if kind != "op":
        return False
    if decided := unit.decided.get((held.user, op)):
        return decided.status == "rejected"
    row = unit.tx.load(unit.site, Need(ops={op})).ops.get((held.user, op))
    return row is not None and row.status == "rejected"


def _cause_gone(
    held: HeldOp, unit: SiteUnit, still: set[Mine], admitted: frozenset[Mine], *, retry_rules: bool
) -> bool:
    kind, _, rest = held.wait.partition(":")
    directory = unit.directory
    match kind:
        case "plugin":
            info = directory.sites.get(unit.site)
            return info is None or rest in info.plugins
        case "entity":
            return rest in directory.models
        case "version":
            op = from_held(held).op
            return op is not None and rest in directory.models and op.v <= directory.models[rest].entity.version
        case "record":
            entity, _, record = rest.partition(":")
            present = unit.layer.values((entity, record))[0] is not None
            shared = (entity == "user" and record in directory.users) or (
                entity == "site" and record in directory.sites
            )
            return present or shared
        case "op":
            return (held.user, rest) not in still
        case "rule":
            return retry_rules
        case "user" | "token":
            return (held.user, held.op) in admitted
        case _:
            return True


def _expired(held: HeldOp, unit: SiteUnit) -> bool:
    return to_ms(unit.now) >= held.received_ms + unit.directory.days_ms("hold_days", 7)
