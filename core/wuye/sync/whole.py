"""What must be true of a whole record before it is written: server-owned keys, derived fields, form, references,
uniqueness, numbers and balances."""

from collections.abc import Mapping

from wuye.model.entity import BucketKey
from wuye.model.registry import Model
from wuye.model.values import INTEGER_MAX
from wuye.sync.buckets import keys_of
from wuye.sync.directory import Directory
from wuye.sync.judge import REVOKED_WORK, Author
from wuye.sync.layer import Draft, Layer
from wuye.sync.rows import Find, Need
from wuye.sync.verdict import Concern, held, rejected

SHARED = {"user": "users", "site": "sites"}


def complete(draft: Draft, author: Author, layer: Layer, directory: Directory) -> tuple[Concern, ...]:
    """Bring a changed record to its full form and check it. Return what a person must look at: ``revoked_work`` where
    only a right that has ended allows to make it, ``overdrawn`` where an entry takes its account below the floor.

    Raises:
        Refused: the record cannot stand as it is.
    """
    model = directory.models[draft.entity]
    found = layer.found((draft.entity, draft.id))
    is_new, before = found is None, found or {}
    _copy_keys(draft, author, model, layer, is_new=is_new)
    _check_refs(draft, before, author, model, layer, directory)
    if model.scope:
        _evaluate(draft, model, author, layer, directory)
    _check_sizes(draft)
    _check_required(draft, model, layer, directory, author)
    _check_unique(draft, before, model, layer)
    if is_new:
        allowed = author.may(f"{draft.entity}.create", keys_of(model, draft.values))
        if allowed is False:
            raise rejected("forbidden")
        _number(draft, model, layer)
        overdrawn = _book(draft, author, model, layer, directory)
        return overdrawn if allowed else (REVOKED_WORK, *overdrawn)
    return ()


def _copy_keys(draft: Draft, author: Author, model: Model, layer: Layer, *, is_new: bool) -> None:
    for key in model.entity.keys:
        source = _via(draft, key, model, layer)
        if source is not None:
            value = source.get(key.source or key.field)
            if value is None:
                draft.values.pop(key.field, None)
            else:
                draft.values[key.field] = value
    if is_new and author.writes is None:
        _default_key(draft, author, model)


def _via(draft: Draft, key: BucketKey, model: Model, layer: Layer) -> Mapping[str, object] | None:
    if key.via is None or not isinstance(named := draft.values.get(key.via), str):
        return None
    entity = model.entity.field(key.via).ref
    return layer.get(entity, named) if entity else None


def _default_key(draft: Draft, author: Author, model: Model) -> None:
    """Put what a zone-bound user makes without naming a zone into his own, lest it vanish from his sight."""
    right = f"{draft.entity}.create"
    zones = [key for key in model.entity.keys if key.of == "zone"]
    if not zones or right in author.now.wide or any(draft.values.get(key.field) for key in zones):
        return
    own = next((key for key, rights in sorted(author.now.keyed.items()) if right in rights), None)
    if own is not None:
        field = model.entity.field(zones[0].field)
        draft.values[field.name] = [own] if field.type == "refs" else own


def _check_refs(
    draft: Draft,
    before: Mapping[str, object],
    author: Author,
    model: Model,
    layer: Layer,
    directory: Directory,
) -> None:
    for name, entity, many in model.refs:
        value = draft.values.get(name)
        if value is None or value == before.get(name):
            continue
        known = before.get(name)
        for record in value if many and isinstance(value, list) else [value]:
            if isinstance(known, list) and record in known:
                continue
            if not _exists(entity, str(record), author, layer, directory):
                if layer.refused((entity, str(record))):
                    raise rejected("dependency", (name,))
                raise held("unknown_record", f"record:{entity}:{record}")


def _exists(entity: str, record: str, author: Author, layer: Layer, directory: Directory) -> bool:
    if entity in SHARED and record in getattr(directory, SHARED[entity]):
        return True
    draft = layer.draft((entity, record))
    if draft is not None:
        return not draft.deleted
    stored = layer.stored((entity, record))
    return stored is not None and not stored.deleted and author.reads(stored.buckets)


def _evaluate(draft: Draft, model: Model, author: Author, layer: Layer, directory: Directory) -> None:
    scope = scope_of(draft, author, layer, directory)
    for name, expression in model.derived:
        value = expression.evaluate(scope)
        scope[name] = value
        if value is None:
            draft.values.pop(name, None)
        else:
            draft.values[name] = value
    for name, expression, fields in model.constraints:
        if expression.evaluate(scope) is False:
            raise rejected("invalid", fields, message=f"{draft.entity}.constraint.{name}")


def _check_sizes(draft: Draft) -> None:
    """Refuse whole numbers that rules or expressions made too large to be held exactly, or stored at all."""
    if beyond := tuple(n for n, v in draft.values.items() if isinstance(v, int) and abs(v) > INTEGER_MAX):
        raise rejected("invalid", beyond, message="too large: " + ", ".join(beyond))


def _check_required(draft: Draft, model: Model, layer: Layer, directory: Directory, author: Author) -> None:
    missing = [name for name, _ in model.required if draft.values.get(name) is None]
    if not missing:
        return
    scope = scope_of(draft, author, layer, directory)
    whens = dict(model.required)
    needed = [name for name in missing if (when := whens[name]) is None or when.evaluate(scope) is not False]
    if needed:
        raise rejected("invalid", tuple(needed), message="required: " + ", ".join(needed))


def scope_of(draft: Draft, author: Author, layer: Layer, directory: Directory) -> dict[str, object]:
    """Return the names that an expression about a record may use (ADR 1)."""
    settings = directory.settings_at(layer.site)
    return {
        **draft.values,
        "user": {"id": author.user, "roles": author.roles},
        "settings": settings,
        "today": layer.today,
        "now": layer.moment,
    }


def _check_unique(draft: Draft, before: Mapping[str, object], model: Model, layer: Layer) -> None:
    for fields in model.entity.unique:
        values = [draft.values.get(name) for name in fields]
        if any(value is None for value in values) or values == [before.get(name) for name in fields]:
            continue
        for record, other in layer.find(draft.entity, fields[0], str(values[0])):
            if record != draft.id and [other.get(name) for name in fields] == values:
                raise rejected("duplicate_key", fields)


def _number(draft: Draft, model: Model, layer: Layer) -> None:
    rule = model.entity.number
    if rule is None or draft.values.get(rule.field):
        return
    prefix = rule.prefixes.get(str(draft.values.get(rule.by)), rule.prefix) if rule.by else rule.prefix
    year = layer.today[:4]
    key = f"{prefix}-{year}"
    draft.values[rule.field] = f"{key}-{layer.next_number(key):06d}"


def _book(draft: Draft, author: Author, model: Model, layer: Layer, directory: Directory) -> tuple[Concern, ...]:
    account = model.entity.account
    if account is None:
        return ()
    key = (draft.entity, str(draft.values.get(account.owner)))
    amount = draft.values.get(account.amount)
    if not isinstance(amount, int):
        raise rejected("invalid", (account.amount,), message="an entry needs an amount")
    balance = layer.balance(key) + amount
    if abs(balance) > INTEGER_MAX:
        raise rejected("invalid", (account.amount,), message="too large for its account")
    overdrawn = amount < 0 and account.floor is not None and balance < account.floor
    if overdrawn and not (
        model.overdraft and model.overdraft.evaluate(scope_of(draft, author, layer, directory)) is True
    ):
        raise rejected("balance", (account.amount,))
    layer.group_balances[key] = balance
    owner = layer.open((str(model.entity.field(account.owner).ref), key[1]))
    if owner is not None:
        owner.values[account.balance] = balance
    return (Concern(kind="overdrawn", fields=(account.amount,)),) if overdrawn else ()


def wants(draft_values: Mapping[str, object], model: Model, entity: str) -> Need:
    """Return what completing a record with these values will look up, so that a push asks for all of it at once."""
    need = Need()
    for name, target, many in model.refs:
        value = draft_values.get(name)
        if isinstance(value, str) and not many:
            need.records.add((target, value))
        elif isinstance(value, list):
            need.records.update((target, item) for item in value if isinstance(item, str))
    for fields in model.entity.unique:
        value = draft_values.get(fields[0])
        if isinstance(value, str):
            need.finds.add(Find(entity=entity, field=fields[0], value=value))
    if model.entity.account and isinstance(owner := draft_values.get(model.entity.account.owner), str):
        need.balances.add((entity, owner))
    return need
