"""Data sets: what was pasted becomes rows, what was frozen stays, and each change is drawn anew (QC-5, QC-6)."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, Reject, Rule, View

from ..drawing import Unfit, draw, plain
from ..entities.data import DATA
from .changes import Values
from .pasting import Unreadable, read

DRAWN = ("tool", "rows", "title", "unit", "target", "bins", "lower", "upper", "subgroup", "frozen")
SNAPSHOT = ("report", "site", "date_from", "date_to", "source", "rows")


def keep_data(changes: Sequence[Change], _view: View) -> Iterable[Reject | Correct]:
    """Read what was pasted, keep what was frozen, draw."""
    for change in changes:
        new = change.new
        if new is None:
            if (change.old or {}).get("frozen") is not None:
                yield Reject(op=change.op, code="rule", message="message.qc.frozen_stays")
            continue
        # Nor while it is asked for: the figures come with the rights of who asked.
        asked = change.act is None and (change.old or {}).get("status") == "asked"
        if (asked or (change.old or {}).get("frozen") is not None) and (touched := change.changed(SNAPSHOT)):
            yield Reject(op=change.op, code="rule", fields=touched, message="message.qc.frozen_stays")
            continue
        set_: dict[str, object] = {}
        if isinstance(pasted := new.get("paste"), str):
            try:
                set_ = {"rows": read(pasted, str(new.get("tool"))), "paste": None}
            except Unreadable:
                yield Reject(op=change.op, code="rule", fields=("paste",), message="message.qc.paste_unreadable")
                continue
        if change.entered("failed") or change.entered("asked"):
            set_["failure"] = change.args.get("reason")
        if set_ or change.changed(DRAWN):
            set_ |= _drawing({**new, **set_})
        if set_:
            yield Correct(op=change.op, set=set_)


def _drawing(values: Values) -> dict[str, object]:
    """Draw, or say why it cannot be drawn: data may grow until they can."""
    if not values.get("rows") and not values.get("frozen"):
        return {"drawing": None, "fault": None}
    try:
        return {"drawing": plain(draw(str(values.get("tool")), values)), "fault": None}
    except Unfit as unfit:
        return {"drawing": None, "fault": unfit.message.removeprefix("message.qc.unfit_")}


RULES = (Rule(name="qc.data", on=(DATA.name,), judge=keep_data),)
