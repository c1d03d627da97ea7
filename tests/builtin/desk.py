"""A site in memory for rules: what is there, what a change makes of it, what the rules say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from wuye.builtin import plugin
from wuye.model.rules import Change, Correct, FollowUp, Reject

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
AT = "2026-11-22T07:59:00.000Z"


class Desk:
    """Implements `wuye.model.rules.View`; `write` plays one change through the judging rules of its entity."""

    def __init__(self, site: str = "site-1") -> None:
        self.site = site
        self.now = NOW
        self.records: dict[tuple[str, str], dict[str, object]] = {}

    def get(self, entity: str, record: str) -> Mapping[str, object] | None:
        return self.records.get((entity, record))

    def find(self, entity: str, field: str, value: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        return [
            (record, values)
            for (name, record), values in self.records.items()
            if name == entity and _holds(values.get(field), value)
        ]

    def setting(self, name: str) -> object:
        return None

    def codes(self, name: str) -> Sequence[str]:
        return ("lab",) if name == "plugin" else ()

    def fits(self, setting: str, value: object) -> bool:
        return not (setting == "hold_days" and value == 0)

    def have(self, entity: str, record: str, **values: object) -> None:
        self.records[entity, record] = values

    def change(
        self,
        entity: str,
        record: str,
        set_: Mapping[str, object] | None,
        *,
        act: str | None = None,
        to: str | None = None,
        author: str = "user-1",
        **args: object,
    ) -> Change:
        """Describe a change; ``set_`` None deletes, ``to`` is the state that an act leads to."""
        old = self.records.get((entity, record))
        new = None if set_ is None else {**(old or {}), **set_, **({"status": to} if to else {})}
        new = new if new is None else {name: value for name, value in new.items() if value is not None}
        kind = "delete" if new is None else "act" if act else "update" if old is not None else "create"
        return Change(
            op=f"op-{entity}-{record}",
            entity=entity,
            record=record,
            kind=kind,  # type: ignore[arg-type]
            act=act,
            args=args,
            old=old,
            new=new,
            author=author,
            at=AT,
        )

    def judge(self, change: Change) -> tuple[list[Reject], dict[str, object]]:
        """Return what the rules refuse, and the fields that they set."""
        decisions = [
            decision
            for rule in plugin.wuye_rules()
            if change.entity in rule.on and rule.judge
            for decision in rule.judge([change], self)
        ]
        set_: dict[str, object] = {}
        for decision in decisions:
            if isinstance(decision, Correct):
                set_.update(decision.set)
        return [decision for decision in decisions if isinstance(decision, Reject)], set_

    def write(self, change: Change) -> tuple[Reject | None, list[FollowUp]]:
        """Judge a change, store it unless it is refused, and return what reactions ask for."""
        rejects, set_ = self.judge(change)
        if rejects:
            return rejects[0], []
        if change.new is None:
            del self.records[change.entity, change.record]
            settled = change
        else:
            new = {name: value for name, value in {**change.new, **set_}.items() if value is not None}
            self.records[change.entity, change.record] = new
            settled = Change(**{name: getattr(change, name) for name in change.__struct_fields__} | {"new": new})
        return None, [
            asked
            for rule in plugin.wuye_rules()
            if change.entity in rule.on and rule.react
            for asked in _allowed(rule.writes, rule.react([settled], self))
        ]


def _allowed(writes: Sequence[str], asked: object) -> Iterator[FollowUp]:
    assert not isinstance(asked, str)
    for follow_up in asked:  # type: ignore[attr-defined]
        assert f"{follow_up.entity}.{follow_up.kind}" in writes
        yield follow_up


def _holds(held: object, value: str) -> bool:
    return held == value or (isinstance(held, list) and value in held)
