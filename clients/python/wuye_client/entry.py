"""Judges what a user enters before it becomes an op: rights, fields, references, workflow, constraints, uniqueness.

The server judges again; this is so that people hear at once what would be refused later, in words.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from wuye_client.errors import Flaw, InvalidEntry
from wuye_client.expressions import ExpressionError, compile_expression
from wuye_client.fields import Misfit, check_value
from wuye_client.manifest import Account, Entity, Field, Manifest

Values = Mapping[str, object]


class Look(Protocol):
    """What a judgement needs to see of the local database."""

    online: bool

    def exists(self, entity: str, record: str) -> bool:
        """Tell whether a record is here, also if it was only just made."""
        ...

    def has_twin(self, site: str, entity: str, values: Values, record: str) -> bool:
        """Tell whether another record of the site has these values."""
        ...

    def scope(self, site: str) -> Values:
        """Return what expressions may name besides fields."""
        ...

    def balance(self, site: str, entity: str, account: Account, owner: str) -> tuple[int | None, int]:
        """Return an owner's balance as seen, and what undecided entries take of it."""
        ...


class Form:
    """Judges entries for one record. Every method raises `InvalidEntry` when the server would refuse the entry."""

    def __init__(self, look: Look, manifest: Manifest, site: str, name: str, record: str) -> None:
        self._look = look
        self._manifest = manifest
        self._site = site
        self._name = name
        self._record = record

    def create(self, values: Values) -> dict[str, object]:
        """Return the ``set`` of a create: normal forms, defaults filled in."""
        entity = self._allowed("create")
        defaults = {f.name: f.default for f in entity.fields if f.default is not None}
        given = {**defaults, **values}
        start: dict[str, object] = {}
        clean: dict[str, object] = {}
        if entity.workflow:
            start = {entity.workflow.field: entity.workflow.initial}
            # What is taken over from another system may have come further.
            if entity.workflow.field in given and entity.allows(self._site, "import"):
                clean = {entity.workflow.field: given.pop(entity.workflow.field)}
                states = [state.name for state in entity.workflow.states]
                if clean[entity.workflow.field] not in states:
                    raise InvalidEntry([Flaw(entity.workflow.field, "choice", {"known": ", ".join(states)})])
        checked, flaws = self._clean(entity, given)
        clean |= {name: value for name, value in checked.items() if value is not None}
        flaws += self._whole(entity, None, {**start, **clean}, clean)
        flaws += self._account(entity, clean)
        _refuse(flaws)
        return clean

    def update(self, seen: Values, changes: Values) -> dict[str, object]:
        """Return the ``set`` of an update: normal forms of what differs from what the user saw."""
        return self._changes(self._allowed("update"), seen, changes)

    def act(self, seen: Values, act: str, args: Values, changes: Values) -> dict[str, object]:
        """Return the ``set`` that comes with an act, which must be legal from the state that the user saw."""
        known = self._manifest.entities.get(self._name)
        flow = known.workflow if known else None
        if known and not (flow and any(step.act == act for step in flow.transitions)):
            raise InvalidEntry([Flaw("", "unknown_act")])
        entity = self._allowed(f"act.{act}")
        step = flow.step(act, seen.get(flow.field)) if flow else None
        if flow is None or step is None:
            raise InvalidEntry([Flaw(flow.field if flow else "", "stale_transition")])
        clean, flaws = self._clean(entity, changes)
        clean = {field: value for field, value in clean.items() if value != seen.get(field)}
        moved = {**clean, flow.field: step.to}
        after = {field: value for field, value in {**seen, **moved}.items() if value is not None}
        flaws += self._whole(entity, seen, after, moved)
        flaws += [Flaw(field, "required") for field in step.needs if field not in after]
        if step.reason and not str(args.get("reason") or "").strip():
            flaws.append(Flaw("reason", "required"))
        if step.online and not self._look.online:
            flaws.append(Flaw("", "online"))
        _refuse(flaws)
        return clean

    def delete(self) -> None:
        """Judge a delete."""
        self._allowed("delete")

    def _allowed(self, right: str) -> Entity:
        entity = self._manifest.entities.get(self._name)
        if entity is None:
            raise InvalidEntry([Flaw("", "unknown_entity", {"entity": self._name})])
        if not entity.allows(self._site, right):
            raise InvalidEntry([Flaw("", "forbidden", {"right": f"{self._name}.{right}"})])
        return entity

    def _clean(self, entity: Entity, values: Values) -> tuple[dict[str, object], list[Flaw]]:
        clean: dict[str, object] = {}
        flaws: list[Flaw] = []
        importing = entity.allows(self._site, "import")
        for name, value in values.items():
            field = entity.by_name.get(name)
            if field is None and name != entity.state_field:
                flaws.append(Flaw(name, "unknown_field"))
            elif field is None or field.derive or name == entity.state_field or (field.readonly and not importing):
                flaws.append(Flaw(name, "readonly"))
            else:
                try:
                    clean[name] = check_value(field, value, self._manifest)
                    flaws += self._missing_refs(field, name, clean[name])
                except Misfit as misfit:
                    flaws.append(misfit.at(name))
        return clean, flaws

    def _missing_refs(self, field: Field, path: str, value: object) -> Iterable[Flaw]:
        if field.type == "rows" and isinstance(value, list):
            for index, row in enumerate(value):
                for sub in field.fields:
                    yield from self._missing_refs(sub, f"{path}.{index}.{sub.name}", row.get(sub.name))
        known = self._manifest.entities.get(field.ref) if field.ref else None
        # What the user may not read is not here; whether it exists is then for the server to say.
        if field.ref and known and any("read" in rights for rights in known.rights.values()):
            for record in value if isinstance(value, list) else [value] if value else []:
                if not self._look.exists(field.ref, str(record)):
                    yield Flaw(path, "ref_missing")

    def _changes(self, entity: Entity, seen: Values, changes: Values) -> dict[str, object]:
        clean, flaws = self._clean(entity, changes)
        clean = {field: value for field, value in clean.items() if value != seen.get(field)}
        after = {field: value for field, value in {**seen, **clean}.items() if value is not None}
        flaws += self._whole(entity, seen, after, clean)
        _refuse(flaws)
        return clean

    def _whole(self, entity: Entity, before: Values | None, after: Values, changed: Values) -> list[Flaw]:
        """Judge the record as it would be. What was wrong before and is not touched is not this user's fault."""
        scope = self._look.scope(self._site)
        after = derive(entity, dict(after), scope)
        flaws = []
        for field in entity.fields:
            if field.required and not field.readonly and field.name not in after and applies(field, after, scope):
                same = before is not None and field.name not in before and applies(field, before, scope)
                if not same or field.name in changed:
                    flaws.append(Flaw(field.name, "required"))
        for constraint in entity.constraints:
            if _evaluate(constraint.expr, after, scope) is False:
                touched = before is None or not changed.keys().isdisjoint(constraint.fields)
                if touched or _evaluate(constraint.expr, before or {}, scope) is not False:
                    # Beside the field that is still to be filled in, if there is one.
                    empty = (name for name in constraint.fields if after.get(name) is None)
                    flaws.append(
                        Flaw(next(empty, next(iter(constraint.fields), "")), "constraint", {}, constraint.message)
                    )
        for key in entity.unique:
            values = {field: after[field] for field in key if field in after}
            touched = len(values) == len(key) and not changed.keys().isdisjoint(key)
            if touched and self._look.has_twin(self._site, self._name, values, self._record):
                flaws.append(Flaw(key[0], "unique"))
        return flaws

    def _account(self, entity: Entity, clean: Values) -> list[Flaw]:
        account = entity.account
        amount = clean.get(account.amount) if account else None
        if account is None or type(amount) is not int or amount >= 0:
            return []
        scope = self._look.scope(self._site)
        if account.overdraft and _evaluate(account.overdraft, derive(entity, dict(clean), scope), scope) is True:
            return []
        balance, taken = self._look.balance(self._site, self._name, account, str(clean.get(account.owner)))
        if balance is not None and account.floor is not None and balance + amount < account.floor:
            return [Flaw(account.amount, "balance", {"balance": balance})]
        if account.offline_cap is None or self._look.online:
            return []
        cap: object = account.offline_cap
        if isinstance(cap, str):
            settings = scope.get("settings")
            cap = settings.get(cap) if isinstance(settings, Mapping) else None
        allowed = cap if type(cap) is int else 0
        return [Flaw(account.amount, "offline_cap", {"cap": allowed})] if taken - amount > allowed else []


def derive(entity: Entity, body: dict[str, object], scope: Values) -> dict[str, object]:
    """Compute the derived fields of a record that was changed here, in the order in which they are declared."""
    for field in entity.fields:
        if field.derive:
            value = _evaluate(field.derive, body, scope)
            if value is None:
                body.pop(field.name, None)
            else:
                body[field.name] = value
    return body


def _evaluate(source: str, body: Values, scope: Values) -> object:
    try:
        return compile_expression(source).evaluate({**body, **scope})
    except ExpressionError:  # of a newer server's language: its own judgement will do
        return None


def applies(field: Field, body: Values, scope: Values) -> bool:
    """Tell whether a field has a place in a record, by its ``when``."""
    return field.when is None or _evaluate(field.when, body, scope) is not False


def _refuse(flaws: Iterable[Flaw]) -> None:
    first: dict[str, Flaw] = {}
    for flaw in flaws:
        first.setdefault(flaw.field, flaw)
    if first:
        raise InvalidEntry(list(first.values()))
