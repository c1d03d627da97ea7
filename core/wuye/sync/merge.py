"""Three-way merging of one field: a pure function (protocol §3.3), proven by shared vectors."""

from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from wuye.model.entity import MergePolicy

Outcome = Literal["same", "taken", "combined", "conflict"]


class Merged(NamedTuple):
    """The field's new value and how it came about; only ``conflict`` goes to a person."""

    value: object
    outcome: Outcome


def merge_field(policy: MergePolicy, was: object, new: object, cur: object, *, later: bool = False) -> Merged:
    """Merge what the user saw (``was``) and wants (``new``) with what is there now (``cur``), all in normal form.

    ``later`` tells that the user's edit is the later one; only the policy ``latest`` asks.
    """
    if cur == new:
        return Merged(cur, "same")
    if cur == was:
        return Merged(new, "taken")
    match policy:
        case "latest":
            return Merged(new if later else cur, "conflict")
        case "union":
            return Merged(_union(_listed(was), _listed(new), _listed(cur)), "combined")
        case "append":
            return Merged(_append(was, new, cur), "combined")
        case "max" | "min":
            return Merged(_extreme(policy, new, cur), "combined")
        case _:
            return Merged(cur, "conflict")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _union(was: list[object], new: list[object], cur: list[object]) -> object:
    gone = [item for item in was if item not in new]
    kept = [item for item in cur if item not in gone]
    merged = kept + [item for item in new if item not in was and item not in kept]
    return (sorted(merged, key=str) if all(isinstance(item, str) for item in merged) else merged) or None


def _append(was: object, new: object, cur: object) -> object:
    if isinstance(new, list):
        seen, present = _listed(was), _listed(cur)
        added = new[len(seen) :] if new[: len(seen)] == seen else [item for item in new if item not in seen]
        return present + added
    seen_text, text, present_text = str(was or ""), str(new or ""), str(cur or "")
    if text.startswith(seen_text):
        return present_text + text[len(seen_text) :]
    # He rewrote the text instead of adding to it: what he typed is kept whole, on a line of its own.
    return f"{present_text}\n{text}" if text else present_text


def _extreme(policy: Literal["max", "min"], new: object, cur: object) -> object:
    if new is None or cur is None:
        return cur if new is None else new
    newer = _rank(new) > _rank(cur)
    return new if newer == (policy == "max") else cur


def _rank(value: object) -> tuple[Decimal, str]:
    """Order numbers and decimals by value, dates and other texts as they stand."""
    try:
        return Decimal(str(value)), ""
    except InvalidOperation:
        return Decimal(0), str(value)
