"""Review items: whatever was not applied as asked, put before a person (protocol §3.2).

One open item per (replica, record) collects everything; it carries values only if its author and the site's
supervisors may read the record, otherwise they lie in `review.private`, where the record lies.
"""

from collections.abc import Mapping

from msgspec import Struct

from wuye.kernel.clock import to_wire
from wuye.kernel.ids import derive, is_uuid, time_of
from wuye.sync.blobs import NOWHERE, shas_in
from wuye.sync.directory import Directory
from wuye.sync.incoming import Incoming
from wuye.sync.judge import Author
from wuye.sync.layer import Draft, Layer
from wuye.sync.rows import Find, Need, Ref
from wuye.sync.verdict import Concern, Verdict

MAX_ITEMS = 40
MAX_SHOWN = 16 << 10


class Entry(Struct, frozen=True, kw_only=True):
    """An outcome that a person must look at, and why; without ``concerns`` only its author waits for it."""

    incoming: Incoming
    author: Author
    verdict: Verdict
    concerns: tuple[Concern, ...]
    replica: str


def subject_of(incoming: Incoming) -> Ref:
    """Return the record that an op is about; a malformed op stands for itself."""
    return (incoming.op.entity, incoming.op.record) if incoming.op else ("", derive("malformed", incoming.id, ms=0))


def write_reviews(entries: list[Entry], layer: Layer, directory: Directory, seq: int) -> int:
    """Write the entries into review items, a limited number a seq; return the last seq used.

    Each entry's verdict learns its item.
    """
    finds = {Find(entity="review", field="subject", value=subject_of(entry.incoming)[1]) for entry in entries}
    layer.ensure(Need(finds=finds))
    for index, entry in enumerate(entries):
        if index and index % 400 == 0:
            seq += 1
        draft = _item(entry, layer)
        items = draft.values.get("items")
        row = _row(entry, draft, layer, directory, seq)
        draft.values["items"] = [*(items if isinstance(items, list) else []), row]
        draft.seq = seq
        draft.updated_at, draft.updated_by = entry.incoming.at or draft.updated_at, "plugin:core"
        entry.verdict.item = draft.id
        _name_blobs(entry, draft, row, layer)
        layer.keep()
    return seq


def record_decision(entry: Entry, item: str, layer: Layer, directory: Directory, seq: int) -> None:
    """Tell a held op's author how it was decided: as an update of the op's review item."""
    layer.begin()
    draft = layer.open(("review", item))
    if draft is None:
        return
    row = _row(entry, draft, layer, directory, seq)
    if not entry.concerns:
        row |= {"settled_by": "plugin:core", "settled_at": to_wire(layer.now)}
    items = draft.values.get("items")
    rows = [
        # What was applied as asked keeps saying why it had waited.
        {"why": known["why"], **row} if known["op"] == row["op"] else known
        for known in (items if isinstance(items, list) else [])
    ]
    draft.values["items"] = rows
    if all("settled_by" in known for known in rows):
        draft.values["status"] = "resolved"
    draft.seq = seq
    layer.keep()


def _item(entry: Entry, layer: Layer) -> Draft:
    layer.begin()
    entity, record = subject_of(entry.incoming)
    for known, values in layer.find("review", "subject", record):
        items = values.get("items")
        mine = values.get("replica") == entry.replica and values.get("author") == entry.incoming.user
        same = mine and values.get("subject_entity") == entity
        if same and values.get("status") == "open" and (not isinstance(items, list) or len(items) < MAX_ITEMS):
            draft = layer.open(("review", known))
            assert draft is not None
            return draft
    incoming = entry.incoming
    ms = time_of(incoming.id) if is_uuid(incoming.id) else incoming.at_ms
    at = incoming.at or to_wire(layer.now)
    draft = Draft(
        entity="review",
        id=derive("review", entry.replica, incoming.id, ms=ms),
        values={
            "subject_entity": entity,
            "subject": record,
            "author": entry.incoming.user,
            "replica": entry.replica,
            "status": "open",
        },
        created_at=at,
        created_by="plugin:core",
        updated_at=at,
        updated_by="plugin:core",
    )
    layer.group["review", draft.id] = draft
    return draft


def _row(entry: Entry, draft: Draft, layer: Layer, directory: Directory, seq: int) -> dict[str, object]:
    incoming, verdict = entry.incoming, entry.verdict
    row: dict[str, object] = {
        "op": incoming.id,
        "status": verdict.status,
        "at": incoming.at,
    }
    if entry.concerns:
        row["why"] = entry.concerns[0].kind
        others = [_without_none(why=concern.kind, message=concern.message) for concern in entry.concerns[1:]]
        row |= {"also": others} if others else {}
    if incoming.op:
        row["kind"] = incoming.op.kind
        if incoming.op.act:
            row["act"] = incoming.op.act
    if verdict.code:
        row["code"] = verdict.code
    if message := verdict.message or next((concern.message for concern in entry.concerns), None):
        row["message"] = message
    fields = _fields(entry, layer)
    if fields and _open_to_both(entry, layer, directory):
        row["fields"] = fields
    elif fields:
        _keep_private(entry, draft, fields, layer, seq)
    return row


def _name_blobs(entry: Entry, draft: Draft, row: Mapping[str, object], layer: Layer) -> None:
    """Let the attachments of an op that was not applied as asked be referred to from where its values are shown."""
    op, verdict = entry.incoming.op, entry.verdict
    if op is None:
        return
    lost = op.set if verdict.status in ("rejected", "held") else {n: op.set[n] for n in verdict.fields if n in op.set}
    if named := [*shas_in(lost), *shas_in(op.args)]:
        private = ("review.private", draft.id)
        shown = ("review", draft.id) if "fields" in row else private if private in layer.group else NOWHERE
        layer.name(shown, {("items", sha) for _, sha in named}, entry.incoming.user)


def _fields(entry: Entry, layer: Layer) -> list[dict[str, object]]:
    incoming, verdict = entry.incoming, entry.verdict
    op = incoming.op
    if op is None or verdict.code == "unknown_record":
        return []
    if verdict.status in ("applied", "merged"):
        return _conflicting(verdict) + _concerned(entry, layer)
    if verdict.conflicts:
        return _conflicting(verdict)
    if len(incoming.body) > MAX_SHOWN:
        return [{"field": name} for name in sorted(op.set)]
    present: Mapping[str, object] = {}
    if entry.author.reads_now(layer.buckets(subject_of(incoming))):
        present = layer.values((op.entity, op.record))[0] or {}
    return [
        _without_none(field=name, was=op.was.get(name), mine=value, theirs=present.get(name))
        for name, value in sorted(op.set.items())
    ]


def _conflicting(verdict: Verdict) -> list[dict[str, object]]:
    return [
        _without_none(
            field=conflict.field,
            was=conflict.was,
            mine=conflict.mine,
            theirs=conflict.theirs,
            their_at=conflict.their_at,
            their_author=conflict.their_author,
        )
        for conflict in verdict.conflicts
    ]


def _concerned(entry: Entry, layer: Layer) -> list[dict[str, object]]:
    """Show the fields that a concern names as the op left them; of a deleted record no values."""
    present = layer.get(*subject_of(entry.incoming))
    shown = []
    for name in dict.fromkeys(name for concern in entry.concerns for name in concern.fields):
        was, mine = entry.verdict.changes.get(name, (None, (present or {}).get(name)))
        shown.append(_without_none(field=name, was=was, mine=mine) if present else _without_none(field=name))
    return shown


def _without_none(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _open_to_both(entry: Entry, layer: Layer, directory: Directory) -> bool:
    op = entry.incoming.op
    model = directory.models.get(op.entity) if op else None
    if model is None:
        return True
    if model.entity.stream not in directory.supervised_streams:
        return False
    buckets = layer.buckets(subject_of(entry.incoming))
    return not buckets or entry.author.reads_now(buckets)


def _keep_private(entry: Entry, draft: Draft, fields: list[dict[str, object]], layer: Layer, seq: int) -> None:
    private = layer.open(("review.private", draft.id))
    if private is None:
        values = {name: draft.values[name] for name in ("subject_entity", "subject", "author")}
        private = Draft(
            entity="review.private",
            id=draft.id,
            values=values,
            created_at=draft.created_at,
            created_by="plugin:core",
            updated_at=draft.updated_at,
            updated_by="plugin:core",
        )
        layer.group["review.private", draft.id] = private
    items, op = private.values.get("items"), entry.incoming.id
    # A held op comes twice: when it is held and when it is decided, and then the decision counts.
    others = [known for known in items if known["op"] != op] if isinstance(items, list) else []
    private.values["items"] = [*others, {"op": op, "fields": fields}]
    private.seq = seq
