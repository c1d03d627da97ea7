"""The ledgers of a world as its auditors read them: chains of outcomes, states, numbers, sums."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from wuye.model.entity import Account, Entity
from wuye.sync.ledger import verify_chain
from wuye.sync.rows import Carried, Facts, LedgerRow, LogHead, Need

from .domains import OVERRULED, TAKEN_BACK
from .office import LOG
from .oracle import Key, Truth
from .points import registry
from .stores import held, ledger
from .town import SITES, SYSTEM

if TYPE_CHECKING:
    from .world import World

DONE = ("applied", "merged")
OWNED = {("ticket", "priority"), ("ticket", "responsible")} | {
    (entity.name, key.field) for entity in registry().entities.values() for key in entity.keys if key.via
}
"""Fields in which a rule or the server may overrule what was typed."""


class Books:
    """All ledgers, read once."""

    def __init__(self, world: "World", truth: Truth) -> None:
        self.world = world
        self.truth = truth
        self.rows: dict[str, list[LedgerRow]] = {site: ledger(world.store, site) for site in SITES}
        self.chains: dict[tuple[str, str], list[LedgerRow]] = {}
        for rows in self.rows.values():
            for row in rows:
                self.chains.setdefault((row.user, row.op), []).append(row)
        self.bodies = {id(row): msgspec.json.decode(row.body, type=dict) for rows in self.rows.values() for row in rows}
        self.changes = {id(row): msgspec.json.decode(row.changes) for rows in self.rows.values() for row in rows}

    def check(self, *, nothing_held: bool) -> None:
        """Check everything that the ledgers alone can tell."""
        for site, rows in self.rows.items():
            assert verify_chain(rows) is None, f"the chain of {site} is broken"
            assert [row.pos for row in rows] == list(range(1, len(rows) + 1))
        self._one_outcome_each()
        self._what_waits_is_held(nothing_held)
        self._what_was_not_done_as_asked_is_for_review()
        self._logs_are_whole()
        self._values_and_states()
        self._numbers()
        self._balances()

    def status(self, user: str, op: str) -> str | None:
        """Return the present outcome of an op."""
        chain = self.chains.get((user, op))
        return chain[-1].status if chain else None

    def _one_outcome_each(self) -> None:
        lost = {key for tablet in self.world.tablets for key in tablet.stuck}
        for key, op in self.world.typed.items():
            assert key in self.chains or key in lost, f"{op} was never judged"
        for (user, op_id), chain in self.chains.items():
            known = (user, op_id) in self.world.typed or chain[0].replica in ("", LOG) or user == SYSTEM
            assert known, f"{op_id} of {user} was never typed"
            statuses = [row.status for row in chain]
            assert len({row.site for row in chain}) == 1, f"{op_id} is in the ledgers of several sites: {statuses}"
            assert statuses[:-1] in ([], ["held"]), f"{op_id} has the outcomes {statuses}"

    def _what_waits_is_held(self, nothing_held: bool) -> None:
        for site in SITES:
            waiting = held(self.world.store, site)
            expected = {
                key for key, chain in self.chains.items() if chain[-1].status == "held" and chain[0].site == site
            }
            assert {(one.user, one.op) for one in waiting} == expected, f"held at {site}: {waiting} {expected}"
            assert not (nothing_held and waiting), f"held for more than a week: {waiting}"

    def _what_was_not_done_as_asked_is_for_review(self) -> None:
        for (user, op), chain in self.chains.items():
            row = chain[-1]
            if row.status == "applied" and len(chain) == 1:
                continue
            key = (row.site, "review", row.review or "")
            item = self.truth.records.get(key)
            assert item is not None, f"{op} was {row.status} {row.code}: no review item {row.review}"
            entries = [entry for entry in _list(item.values["items"]) if entry["op"] == op]
            assert [e["status"] for e in entries] == [row.status], f"{op} {row.status}: {entries}"
            assert entries[0].get("code") == row.code, f"{op} {row.code}: {entries}"
            author = str(item.values["author"])
            assert author == user or not row.n, f"{op} of {user} lies with {author}"
            assert self.truth.places(key) >= {f"{row.site}/review", f"{row.site}/review/{author}"}
            self._values_are_shown(row, entries[0])

    def _values_are_shown(self, row: LedgerRow, entry: Mapping[str, object]) -> None:
        """Protocol §3.2: what was kept out of the record is in the item, or in its private part."""
        body = self.bodies[id(row)]
        private = self.truth.records.get((row.site, "review.private", row.review or ""))
        shown = list(_list(entry.get("fields")))
        for hidden in _list(private.values["items"]) if private else []:
            if hidden["op"] == row.op:
                shown += _list(hidden["fields"])
        for name in row.fields if row.status == "merged" else ():
            if name in body.get("set", {}):
                mine = [field.get("mine") for field in shown if field["field"] == name]
                assert _normal(row.entity, name, body["set"][name]) in mine, f"{row.op} {name}: {mine}"

    def _logs_are_whole(self) -> None:
        """Protocol §3.1: ``acked`` is the end of what the ledger has of a log, without a gap."""
        logs: dict[tuple[str, str], set[int]] = {}
        for rows in self.rows.values():
            for row in rows:
                if row.replica and row.n:
                    logs.setdefault((row.replica, self.bodies[id(row)]["site"]), set()).add(row.n)
        for replica in sorted({replica for replica, _ in logs}):
            for carried in self._carried(replica):
                log = self.bodies[id(self._row_of(carried.op))]["site"]
                logs.setdefault((replica, log), set()).add(carried.n)
        for (replica, site), numbers in logs.items():
            acked = self._acked(replica).get(site, LogHead()).n
            assert numbers == set(range(1, acked + 1)), f"log of {replica} at {site}: {sorted(numbers)}, acked {acked}"

    def _carried(self, replica: str) -> list[Carried]:
        ops = sorted({op for _, op in self.chains})
        return self.world.store.read(lambda s: [row for site in SITES for row in s.carried(site, replica, ops)])

    def _acked(self, replica: str) -> Mapping[str, LogHead]:
        return self.world.store.read(lambda snapshot: snapshot.acked(replica))

    def _load(self, site: str, need: Need) -> Facts:
        return self.world.store.read(lambda snapshot: snapshot.load(site, need))

    def _row_of(self, op: str) -> LedgerRow:
        return next(row for rows in self.rows.values() for row in rows if row.op == op)

    def _values_and_states(self) -> None:
        """Every value typed went where it should, and every state came about by a legal act."""
        states: dict[Key, dict[str, object]] = {}
        for site, rows in self.rows.items():
            for row in rows:
                if row.status not in DONE:
                    continue
                key = (site, row.entity, row.record)
                body, changes = self.bodies[id(row)], self.changes[id(row)]
                entity = registry().entities[row.entity]
                flow = entity.workflow
                if row.kind == "create":
                    start = {flow.field: flow.initial} if flow else {}
                    states[key] = {**start, **body.get("set", {})}
                    continue
                state = states.get(key, {})
                if flow and flow.field in changes and row.kind != "delete" and row.entity != "review":
                    step = (body.get("act"), state.get(flow.field), changes[flow.field][1])
                    legal = {(t.act, origin, t.to) for t in flow.transitions for origin in t.from_}
                    assert step in legal or (row.entity, step[2]) in TAKEN_BACK, (
                        f"{row.op}: illegal {row.entity} {step}"
                    )
                    assert changes[flow.field][0] == state.get(flow.field), f"{row.op}: {changes} from {state}"
                before = dict(state)
                state.update({name: new for name, (_, new) in changes.items()})
                for name, value in body.get("set", {}).items() if row.n else ():
                    if name not in row.fields and (row.entity, name) not in OWNED | OVERRULED:
                        was = body.get("was", {}).get(name)
                        self._arrived(row, name, was, _normal(row.entity, name, value), before, state)

    @staticmethod
    def _arrived(
        row: LedgerRow, name: str, was: object, new: object, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        policy = registry().models[row.entity].policies[name]
        present = after.get(name)
        told = f"{row.op} {row.entity}.{name} {policy}: {was!r} -> {new!r} gave {before.get(name)!r} -> {present!r}"
        if policy == "union":
            seen, wanted, there = set(_list(was)), set(_list(new)), set(_list(present))
            assert wanted - seen <= there, told
            assert not (seen - wanted) & there, told
        elif policy == "append" and isinstance(new or present, list):
            added, there = (
                [_normal(row.entity, name, [one]) for one in _list(new) if one not in _list(was)],
                _list(present),
            )
            assert all(one in [_normal(row.entity, name, [known]) for known in there] for one in added), told
        elif policy == "append":
            assert str(new or "").removeprefix(str(was or "")) in str(present or ""), told
        elif policy in ("max", "min") and isinstance(new, int) and isinstance(present, int):
            assert present >= new if policy == "max" else present <= new, told
        else:
            assert _normal(row.entity, name, present) == new, told

    def _numbers(self) -> None:
        """Register numbers run from 1 without a gap, per site, prefix and year, deleted records included (TKT-14)."""
        given: dict[tuple[str, str], list[int]] = {}
        for site, number in self._given_numbers():
            prefix, _, count = number.rpartition("-")
            given.setdefault((site, prefix), []).append(int(count))
        for series, counts in given.items():
            assert sorted(counts) == list(range(1, len(counts) + 1)), f"{series}: {sorted(counts)}"

    def _given_numbers(self) -> Iterator[tuple[str, str]]:
        for (site, entity, _), stored in self.truth.records.items():
            if rule := registry().entities[entity].number:
                yield from _server_given(site, stored.values.get(rule.field))
        for site, rows in self.rows.items():
            for row in rows:
                rule = registry().entities[row.entity].number if row.entity in registry().entities else None
                if rule and row.kind == "delete" and row.status in DONE and rule.field in self.changes[id(row)]:
                    yield from _server_given(site, self.changes[id(row)][rule.field][0])

    def _balances(self) -> None:
        """Balances are the sums of their entries, and fell below the floor only where an overdraft is allowed."""
        for entity in registry().entities.values():
            if entity.account:
                for site, rows in self.rows.items():
                    entries = [r for r in rows if (r.entity, r.kind) == (entity.name, "create") and r.status in DONE]
                    self._account(site, entity, entity.account, [row.record for row in entries])

    def _account(self, site: str, entity: Entity, account: Account, entries: list[str]) -> None:
        sums: dict[str, int] = {}
        overdraft = registry().models[entity.name].overdraft
        for entry in entries:
            values = self.truth.records[site, entity.name, entry].values
            owner, amount = str(values[account.owner]), values[account.amount]
            assert isinstance(amount, int)
            sums[owner] = sums.get(owner, 0) + amount
            allowed = overdraft is not None and overdraft.evaluate(values) is True
            assert amount >= 0 or allowed or sums[owner] >= (account.floor or 0), f"{owner} fell to {sums[owner]}"
        kept = self._load(site, Need(balances={(entity.name, owner) for owner in sums})).balances
        assert {owner: kept[entity.name, owner] for owner in sums} == sums, f"{kept} {sums}"
        for owner, total in sums.items():
            stored = self.truth.records.get((site, str(entity.field(account.owner).ref), owner))
            assert stored is None or stored.values.get(account.balance) == total, f"{owner}: {total}"


def _server_given(site: str, number: object) -> Iterator[tuple[str, str]]:
    """Some numbers may be typed, such as that of a card at hand."""
    if re.fullmatch(r"[A-Z]+-\d{4}-\d{6}", str(number)):
        yield site, str(number)


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _normal(entity: str, name: str, value: object) -> object:
    return registry().models[entity].checks[name](value)
