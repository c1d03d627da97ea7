"""Attachments as the engine sees them (protocol §6): which records refer to which bytes, and on whose word. Pure.

A reference counts only if its author uploaded the bytes or could read them then. Texts arrive before photos, so neither
can be decided when the op is: the reference keeps everybody on whose word it stands (its author, and the authors of
the references that he could read), and counts from the moment on at which one of them has uploaded the bytes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from wuye.sync.access import Access
from wuye.sync.inventory import Naming
from wuye.sync.rows import Ref

SHA = re.compile(r"[0-9a-f]{64}")

NOWHERE: Ref = ("", "")
"""Stands for the record of bytes that an op names but no record shows: they are kept, and nobody reads them."""


def shas_in(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (field, hash) of all attachments in a record's values or in what an op sets."""
    for field, value in values.items():
        if isinstance(value, (list, dict)):
            for sha in _walk(value):
                yield field, sha


def _walk(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        sha = value.get("sha256")
        if isinstance(sha, str) and SHA.fullmatch(sha):
            yield sha
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(inner, (list, dict)):
            yield from _walk(inner)


def newly_named(
    old: Mapping[str, object], new: Mapping[str, object], set_: Mapping[str, object], was: Mapping[str, object]
) -> set[tuple[str, str]]:
    """Return what a change brought into a record. Also what was there already counts, where the op's author had not
    seen it: he brings his own word for it."""
    present = set(shas_in(new))
    if not present:
        return present
    return (present - set(shas_in(old))) | (present & (set(shas_in(set_)) - set(shas_in(was))))


def may_read(namings: Sequence[Naming], access: Mapping[str, Access]) -> list[Naming]:
    """Return the references that count among those in records which somebody may read."""
    return [naming for naming in namings if naming.counts and in_reach(naming, access)]


def in_reach(naming: Naming, access: Mapping[str, Access]) -> bool:
    """Tell whether somebody may read the record of a reference."""
    known = access.get(naming.site)
    return known is not None and known.reads(naming.buckets)


def lacks_his_own(namings: Sequence[Naming], user: str) -> bool:
    """Tell whether a reference of somebody's own counts for nobody yet: then others wait for him to upload the bytes,
    though he may read them elsewhere."""
    places: dict[tuple[str, str, str, str], list[Naming]] = {}
    for naming in namings:
        places.setdefault((naming.site, naming.entity, naming.record, naming.field), []).append(naming)
    return any(
        any(naming.author == user for naming in place) and not any(naming.counts for naming in place)
        for place in places.values()
    )
