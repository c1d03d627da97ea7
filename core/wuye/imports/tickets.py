"""A list of requests becomes tickets at their sites, with the times, channel and state that they had (TKT-1, TKT-14).

Ids follow from the map's source and the row's key: whatever is imported again is known already. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye.bootstrap import create
from wuye.imports.cells import plain
from wuye.imports.drafts import (
    Draft,
    Planned,
    Rows,
    Sites,
    broken_rules,
    code_ops,
    column_of,
    fault,
    missing,
    models_of,
    shown,
    vocabulary_of,
)
from wuye.imports.faults import BadCell, Fault, bad_map
from wuye.imports.mapping import FileMap, Mapped, check_columns, compile_fields, read_row
from wuye.imports.reading import Kind, Row, Table
from wuye.kernel.clock import from_wire, to_ms
from wuye.kernel.ids import derive
from wuye.model.registry import Model
from wuye.sync.directory import Directory

ENTITY = "ticket"


def draft_tickets(table: Table, map_: FileMap, directory: Directory, now: datetime) -> Draft:
    """Work out the tickets of a file.

    Raises:
        Problem: ``bad_map``, the map does not fit the entity or the file.
    """
    models = models_of(map_, directory)
    mapped = compile_fields(map_, models, (ENTITY,), vocabulary_of(map_, directory))
    check_columns(map_, mapped, table)
    sites = Sites(directory, map_.site, map_.times.zone)
    types = {*directory.registry.codes["site_type"].values, *(value for value in map_.codes.get("site_type", {}))}
    types |= {str(code["value"]) for code in directory.codes if code["list"] == "site_type"}
    if map_.site.create and map_.site.create.type not in types:
        raise bad_map("value", field="site.create.type", text=map_.site.create.type, choices=", ".join(sorted(types)))
    if not map_.site.column and not map_.site.default:
        raise bad_map("no_site")
    draft = Draft(rows=len(table.rows), faults=list(table.faults), notes=list(table.notes), together=True)
    rows = Rows(map_, draft)
    found: list[tuple[int, Planned]] = []
    for row in table.rows:
        key = rows.take(row)
        if key is not None and (planned := _ticket(row, key, table.kind, map_, mapped, models, sites, draft, now)):
            found.append(planned)
    # Oldest first, so that register numbers follow time (TKT-14).
    found.sort(key=lambda one: (one[0], one[1].line))
    draft.units = [(planned,) for _, planned in found]
    draft.check_sizes()
    draft.founding = code_ops(map_, directory, now) + sites.ops(now)
    return draft


def _ticket(
    row: Row,
    key: str,
    kind: Kind,
    map_: FileMap,
    mapped: Sequence[Mapped],
    models: Mapping[str, Model],
    sites: Sites,
    draft: Draft,
    now: datetime,
) -> tuple[int, Planned] | None:
    read, faults, notes = read_row(row, kind, mapped, models)
    draft.notes += notes
    faults = faults or missing(row, mapped, read, {ENTITY})
    site = ""
    column = map_.site.column
    try:
        cell = plain(row.cells[column], kind) if column else ""
        draft.by_default += not cell
        site = sites.of(cell)
    except BadCell as bad:
        faults.append(fault(row, column, bad.key, **bad.values))
    values = {"external_number": shown(key), "source": map_.source} | {name: value for (_, name), value in read.items()}
    if not faults:
        faults = [
            fault(row, column_of(mapped, ENTITY, field), rule)
            for rule, field in broken_rules(models[ENTITY], values, now)
        ]
    if faults:
        draft.faults += faults
        return None
    moment = values.get("occurred_at") or values.get("recorded_at")
    at = from_wire(str(moment)) if moment else now
    draft.notes += _odd_times(row, mapped, values, at, now)
    record = derive("import", map_.source, key, ENTITY, ms=max(to_ms(at), 0) if moment else 0)
    return to_ms(at), Planned(row.line, create(ENTITY, record, values, site=site, at=at))


def _odd_times(
    row: Row, mapped: Sequence[Mapped], values: Mapping[str, object], at: datetime, now: datetime
) -> Iterable[Fault]:
    """Say what cannot be so; the times are kept as given."""
    closed, created = column_of(mapped, ENTITY, "closed_at"), column_of(mapped, ENTITY, "occurred_at")
    if values.get("closed_at") and values.get("occurred_at") and from_wire(str(values["closed_at"])) < at:
        given = {"closed": row.cells[closed], "created": row.cells[created]}
        yield fault(row, closed, "import.note.closed_first", **given)
    if at > now:
        column = created or column_of(mapped, ENTITY, "recorded_at")
        yield fault(row, column, "import.note.future", text=row.cells.get(column, ""))
