"""What must be true when nothing moves any more (design §8)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from wuye.kernel.clock import to_ms
from wuye.sync.blobs import shas_in

from . import domains
from .books import Books
from .oracle import Key, Truth
from .tablet import Tablet

if TYPE_CHECKING:
    from .world import World


def check(world: "World", *, nothing_held: bool = False) -> None:
    """Check everything; ``nothing_held``: the days of holding have passed."""
    truth = Truth(world.store, world.now)
    books = Books(world, truth)
    for tablet in world.tablets:
        if tablet.erased:
            assert not tablet.seqs(), f"{tablet.name} was to be wiped"
        elif tablet.ready and world.may_log_in(tablet):
            _holds_what_he_may_see(tablet, truth)
            _outcomes_came_home(tablet, books)
            assert tablet.store.count("SELECT COUNT(*) FROM blob WHERE named = 1 AND state != 'stored'") == 0
    books.check(nothing_held=nothing_held)
    _photos_are_stored_and_read_by_who_may(world, truth)
    domains.check(truth, world.server.directory().settings_at, world.now.date())


def _holds_what_he_may_see(tablet: Tablet, truth: Truth) -> None:
    """A replica holds exactly what a plain query for its user's rights yields, byte for byte."""
    expected = truth.visible(tablet.post.id)
    held: dict[str, dict[Key, int]] = {}
    for name, entity, record, h in tablet.store.all(
        "SELECT b.name, m.entity, m.record, m.h FROM member m JOIN bucket b ON b.id = m.bucket"
    ):
        held.setdefault(str(name), {})[str(name)[:36], str(entity), str(record)] = int(str(h))
    for name in sorted(expected.keys() | held.keys()):
        right, here = expected.get(name, {}), held.get(name, {})
        missing, beyond = right.keys() - here.keys(), here.keys() - right.keys()
        other = [key for key in right.keys() & here.keys() if right[key] != here[key]]
        assert right == here, f"{tablet.name} {name}: missing {missing}, too much {beyond}, other {other}"
    known = truth.buckets(tablet.post.id)
    assert set(tablet.store.buckets()) <= known, f"{tablet.name} keeps {set(tablet.store.buckets()) - known}"
    bodies = {
        (str(site), str(entity), str(record)): body
        for site, entity, record, body in tablet.store.all("SELECT site, entity, id, body FROM record")
    }
    assert bodies == {key: truth.body(key) for key in {key for bucket in expected.values() for key in bucket}}


def _outcomes_came_home(tablet: Tablet, books: Books) -> None:
    """The outbox is empty, and of each op the person sees what has become of it."""
    for op, state, overlay in tablet.store.all("SELECT op, state, overlay FROM op"):
        status = books.status(tablet.post.id, str(op))
        assert state == status, f"{tablet.name}: {op} is {state}, the ledger says {status}"
        assert overlay == (1 if state == "held" else 0), f"{tablet.name}: overlay of {op}, {state}, is {overlay}"


def _photos_are_stored_and_read_by_who_may(world: "World", truth: Truth) -> None:
    """What is stored are the right bytes; somebody reads a photo only if a record shows it that he may read, and does
    where its photographer has shown it (protocol §6)."""
    shelf, directory = world.server.shelf, world.server.directory()
    stored = {blob.sha for blob in world.store.read(lambda snapshot: snapshot.blobs.inventory("", 10_000))}
    for sha in stored:
        assert b"".join(shelf.objects.pieces(sha)) == world.photos[sha]
    for tablet in world.tablets:
        sent = tablet.store.all("SELECT sha FROM blob WHERE state = 'stored'")
        assert {str(sha) for (sha,) in sent} <= stored, f"{tablet.name} believes photos stored that are not"
    shows: dict[str, set[Key]] = {}
    for key, record in truth.records.items():
        for _, sha in shas_in(record.values):
            shows.setdefault(sha, set()).add(key)
    for user in truth.users:
        mine, access = truth.buckets(user), directory.access(user, to_ms(world.now))
        for sha in stored:
            read = {(one.site, one.entity, one.record) for one in (shelf.find(sha, access) or (None, []))[1]}
            seen = {key for key in shows.get(sha, ()) if truth.places(key) & mine}
            assert read <= seen, f"{user} reads {sha} through {read - seen}"
            own = {key for key in seen if (sha, key[2]) in world.shown}
            assert own <= read, f"{user} cannot read {sha}, though {own - read} show it"


def self_check_is_quiet(world: "World") -> None:
    """A day later every replica sends its sums, and the server agrees with all of them (protocol §3.6)."""
    before = world.watch.mismatches
    world.now += timedelta(days=1, hours=1)
    world.rest()
    assert world.watch.mismatches == before, "a self-check failed"
    known = [t for t in world.tablets if t.ready and world.may_log_in(t) and t.store.have()]
    assert world.watch.checked > 0 or not known, "nobody sent his sums"
