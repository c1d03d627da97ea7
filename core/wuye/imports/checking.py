"""Checks records before anything is pushed, with the very checks that the door will make (`wuye.sync.judge`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from wuye.imports.faults import RowFault, shown
from wuye.model.entity import Field
from wuye.model.registry import Model
from wuye.model.values import BadValue


class Checker:
    """Checks records of one import; ``columns`` tells which column a field came from, for the messages."""

    def __init__(self, models: Mapping[str, Model], user: str, now: datetime) -> None:
        self._models = models
        self._scope = {"user": {"id": user}, "today": now.isoformat()[:10], "now": now.isoformat()}

    def settable(self, entity: str) -> Mapping[str, Field]:
        """Return the fields that an import may set: those that the server does not own or derive."""
        model = self._models[entity]
        owned = {key.field for key in model.entity.keys if key.via}
        derived = {name for name, _ in model.derived}
        return {f.name: f for f in model.entity.fields if f.name not in derived and not (f.readonly and f.name in owned)}

    def check(
        self,
        line: int,
        entity: str,
        values: Mapping[str, object],
        settings: Mapping[str, object],
        columns: Mapping[str, str],
    ) -> tuple[dict[str, object], Sequence[RowFault]]:
        """Return the values in normal form, and what is wrong with them."""
        model = self._models[entity]
        clean: dict[str, object] = {}
        faults: list[RowFault] = []
        for name, value in values.items():
            if name == model.state_field:
                clean[name] = value
                continue
            try:
                normal = model.checks[name](value)
            except BadValue:
                faults.append(_misfit(line, model.entity.field(name), value, columns.get(name, "")))
                continue
            if normal is not None:
                clean[name] = normal
        if not faults:
            faults += self._whole(line, model, clean, settings, columns)
        return clean, faults

    def _whole(
        self,
        line: int,
        model: Model,
        clean: Mapping[str, object],
        settings: Mapping[str, object],
        columns: Mapping[str, str],
    ) -> Iterator[RowFault]:
        entity = model.entity.name
        state = model.state_field
        flow = model.entity.workflow
        full = {**model.defaults, **clean}
        if flow and state and full.setdefault(state, flow.initial) not in {known.name for known in flow.states}:
            values: dict[str, object] = {"text": full[state], "choices": ", ".join(known.name for known in flow.states)}
            yield RowFault(line=line, column=columns.get(state, ""), key="cli.cell.choice", values=values)
        scope = {**full, **self._scope, "settings": settings}
        for name, when in model.required:
            if full.get(name) is None and (when is None or when.evaluate(scope) is not False):
                yield RowFault(line=line, column=columns.get(name, ""), key="cli.row.required", values={"field": name})
        for name, expression, fields in model.constraints:
            if expression.evaluate(scope) is False:
                where = next((columns[field] for field in fields if field in columns), "")
                yield RowFault(line=line, column=where, key=f"{entity}.constraint.{name}")


def _misfit(line: int, field: Field, value: object, column: str) -> RowFault:
    known = {"text", "note", "phone", "choice", "choices", "integer", "decimal", "money", "place"}
    key = f"cli.misfit.{field.type if field.type in known else 'other'}"
    values: dict[str, object] = {
        "text": shown(str(value)),
        "max": field.max if field.max is not None else "",
        "min": field.min if field.min is not None else "",
        "field": field.name,
    }
    if field.type in ("text", "note"):
        values["max"] = field.max or (20_000 if field.type == "note" else 500)
        if field.pattern and len(str(value)) <= int(str(values["max"])):
            key, values["pattern"] = "cli.misfit.pattern", field.pattern
    return RowFault(line=line, column=column, key=key, values=values)
