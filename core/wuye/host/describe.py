"""Turns descriptors into the manifest's shapes, with their texts looked up (protocol §7)."""

from collections.abc import Iterable

import msgspec

from wuye.model import entity as model
from wuye.model.catalogue import Catalogue
from wuye.model.printing import Block, Each, Of, Print, Signature
from wuye.model.registry import PLUGINS, REPORTS, ROLES, Registry
from wuye.protocol import manifest as shape


def entity(registry: Registry, name: str) -> shape.Entity:
    """Describe an entity, all but its rights."""
    known, texts = registry.entities[name], registry.catalogue
    sections = [
        shape.Section(label=texts.text(f"{name}.section.{section.name}"), fields=section.fields)
        for section in known.views.sections
    ]
    return shape.Entity(
        plugin=registry.plugin_of[name],
        version=known.version,
        label=texts.text(f"{name}.label"),
        plural=texts.text(f"{name}.plural"),
        icon=known.icon,
        stream=known.stream,
        title=known.title,
        private=known.private,
        append_only=known.append_only,
        fields=[*_state_field(texts, known), *_fields(texts, name, known.fields)],
        constraints=tuple(
            shape.Constraint(expr=c.expr, message=texts.text(f"{name}.constraint.{c.name}"), fields=c.fields)
            for c in known.constraints
        ),
        unique=known.unique,
        number=_number(known.number),
        extends=shape.Extends(entity=known.extends.entity, kinds=known.extends.kinds) if known.extends else None,
        account=_account(known.account),
        workflow=_workflow(texts, known),
        views=shape.Views(
            list=_list(known.views),
            form=shape.FormView(sections=sections, short=known.views.short),
            detail=shape.DetailView(sections=sections),
        ),
        deadlines=tuple(
            shape.Deadline(
                name=d.name,
                label=texts.text(f"{name}.deadline.{d.name}"),
                policy=d.policy,
                start=d.start,
                stop=d.stop,
            )
            for d in known.deadlines
        ),
        children=(*_children(texts, known), *_shown_here(registry, name)),
        prints=tuple(_print(registry, form) for form in registry.prints.values() if form.entity == name),
    )


def _children(texts: Catalogue, entity: model.Entity) -> Iterable[shape.Child]:
    for child in entity.children:
        label = texts.text(f"{entity.name}.child.{child.entity}.{child.field}")
        yield shape.Child(entity=child.entity, field=child.field, label=label)


def _shown_here(registry: Registry, name: str) -> Iterable[shape.Child]:
    for entity in registry.entities.values():
        for field in entity.shown_under:
            if entity.field(field).ref == name:
                label = registry.catalogue.text(f"{entity.name}.plural")
                yield shape.Child(entity=entity.name, field=field, label=label)


def codes(registry: Registry, name: str) -> list[shape.Code]:
    """Describe a code list as plugins declare it."""
    prefix = name if name in (ROLES, REPORTS, PLUGINS) else f"code.{name}"
    return [
        shape.Code(value=value, label=registry.catalogue.text(f"{prefix}.{value}"), parent=parent)
        for value, parent in registry.codes[name].values.items()
    ]


def _print(registry: Registry, form: Print) -> shape.Print:
    texts = registry.catalogue
    return shape.Print(
        id=form.id,
        plugin=registry.origin[f"print.{form.id}"],
        label=texts.text(f"print.{form.id}"),
        blocks=[_block(texts, block) for block in form.blocks],
        when=form.when,
        paper=form.paper,
        landscape=form.landscape,
        parts=tuple(texts.text(part) for part in form.parts),
    )


def _block(texts: Catalogue, block: Block) -> dict[str, object]:
    plain: dict[str, object] = {k: v for k, v in msgspec.to_builtins(block).items() if v is not None}
    plain |= {name: texts.text(str(plain[name])) for name in ("label", "text") if name in plain}
    match block:
        case Signature():
            plain["places"] = [{"label": texts.text(key), "field": field} for key, field in block.places.items()]
        case Each() | Of():
            plain["blocks"] = [_block(texts, inner) for inner in block.blocks]
    return plain


def _fields(texts: Catalogue, prefix: str, fields: Iterable[model.Field]) -> tuple[shape.Field, ...]:
    return tuple(_field(texts, f"{prefix}.{field.name}", field) for field in fields)


def _field(texts: Catalogue, key: str, field: model.Field) -> shape.Field:
    return shape.Field(
        name=field.name,
        label=texts.text(key),
        type=field.type,
        required=field.required,
        readonly=field.readonly,
        default=field.default,
        max=field.max,
        min=field.min,
        pattern=field.pattern,
        measure=field.measure,
        search=field.search,
        short=texts.text(f"{key}.short") if field.short else None,
        derive=field.derive,
        choices=tuple(shape.Choice(value=value, label=texts.text(f"{key}.{value}")) for value in field.choices),
        codes=field.codes,
        ref=field.ref,
        among=field.among,
        fields=_fields(texts, key, field.fields),
        merge=field.merge,
        private=field.private,
        when=field.when,
        help=texts.text(f"{key}.help") if field.help else None,
    )


def _state_field(texts: Catalogue, entity: model.Entity) -> list[shape.Field]:
    # Lists, filters and labels then treat the state like any choice; only acts move it.
    if not entity.workflow:
        return []
    name = f"{entity.name}.{entity.workflow.field}"
    return [
        shape.Field(
            name=entity.workflow.field,
            label=texts.text(name),
            type="choice",
            readonly=True,
            choices=tuple(
                shape.Choice(value=s.name, label=texts.text(f"{name}.{s.name}")) for s in entity.workflow.states
            ),
        )
    ]


def _workflow(texts: Catalogue, entity: model.Entity) -> shape.Workflow | None:
    flow = entity.workflow
    if not flow:
        return None
    return shape.Workflow(
        field=flow.field,
        initial=flow.initial,
        states=[
            shape.State(
                name=s.name,
                label=texts.text(f"{entity.name}.{flow.field}.{s.name}"),
                final=s.final,
                tone=s.tone,
            )
            for s in flow.states
        ],
        transitions=[
            shape.Transition(
                act=t.act,
                label=texts.text(f"{entity.name}.act.{t.act}"),
                from_=t.from_,
                to=t.to,
                form=t.form,
                needs=t.needs,
                online=t.online,
                confirm=texts.text(f"{entity.name}.act.{t.act}.confirm") if t.confirm else None,
                reason=t.reason,
                quick=t.quick,
                doer=t.doer,
            )
            for t in flow.transitions
        ],
    )


def _number(rule: model.NumberRule | None) -> shape.Numbering | None:
    if not rule:
        return None
    return shape.Numbering(
        field=rule.field,
        device_field=rule.device_field,
        prefix=rule.prefix,
        by=rule.by,
        prefixes=rule.prefixes,
    )


def _account(account: model.Account | None) -> shape.Account | None:
    if not account:
        return None
    return shape.Account(
        owner=account.owner,
        amount=account.amount,
        balance=account.balance,
        floor=account.floor,
        offline_cap=account.offline_cap,
        overdraft=account.overdraft,
    )


def _list(views: model.Views) -> shape.ListView:
    order = [field.removeprefix("-") for field in views.sort]
    return shape.ListView(
        columns=views.columns,
        filters=views.filters,
        sort=views.sort,
        group=views.group,
        keys=[list(dict.fromkeys([filter_, *order])) for filter_ in views.filters] or [order],
    )
