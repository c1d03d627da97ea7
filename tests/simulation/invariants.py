"""What must be true when nothing moves any more."""
from typing import TYPE_CHECKING

from .oracle import Truth

if TYPE_CHECKING:
    from .world import World


def check(world, *, nothing_held=False):
    replicas_equal_their_rights(world)


def replicas_equal_their_rights(world: "World") -> None:
    """Every replica holds exactly what a plain query for its user's rights yields, byte for byte."""
    truth = Truth(world.store, world.now)
    for tablet in world.tablets:
        if tablet.erased or not world.may_log_in(tablet) or not tablet.ready:
            continue
        expected = truth.visible(tablet.post.id)
        rows = tablet.store.all("SELECT b.name, m.entity, m.record, m.h FROM member m JOIN bucket b ON b.id = m.bucket")
        held = {}
        for name, entity, record, h in rows:
            held.setdefault(name, {})[name[:36], entity, record] = h
        for name in sorted(expected.keys() | held.keys()):
            e, h = expected.get(name, {}), held.get(name, {})
            assert e == h, f"{tablet.name} {name}: missing {[k for k in e if k not in h]}, too much {[k for k in h if k not in e]}, other {[k for k in e if k in h and e[k]!=h[k]]}"
        records = {key for bucket in expected.values() for key in bucket}
        bodies = {(s, e, r): b for s, e, r, b in tablet.store.all("SELECT site, entity, id, body FROM record")}
        assert bodies == {key: truth.body(key) for key in records}, tablet.name


def self_check_is_quiet(world):
    pass
