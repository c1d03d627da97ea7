"""What a store must keep of attachments (protocol §6)."""

from contextlib import suppress

import msgspec

from wuye.sync.inventory import Blob, BlobRef, Upload
from wuye.sync.ports import Snapshot, Store, Transaction
from wuye.sync.rows import Plan
from wuye.testing.store_suite.steps import A, B, Undone, edit, gone, note
from wuye.testing.store_suite.world import SITE, id_of

RED, BLUE = "a" * 64, "b" * 64


def refer(
    store: Store, *named: tuple[str, str, str], ended: tuple[tuple[str, str], ...] = (), at_ms: int = 100
) -> None:
    """Let notes refer to hashes on somebody's word, (note, hash, author), or no longer, (note, hash)."""

    def unit(transaction: Transaction) -> None:
        plan = Plan(
            site=SITE,
            head=transaction.head(SITE),
            at_ms=at_ms,
            named=[BlobRef(entity="note", record=id_of(n), field="photos", sha=sha, author=by) for n, sha, by in named],
            unnamed=[(("note", id_of(name)), "photos", sha) for name, sha in ended],
        )
        transaction.apply(plan)

    store.write(SITE, unit)


def send(store: Store, user: str, sha: str, *, done: bool, size: int = 10, touched_ms: int = 5) -> None:
    """Let a user send a file, all of it or half."""
    offset = size if done else size // 2
    upload = Upload(user=user, sha=sha, size=size, type="image/png", offset=offset, touched_ms=touched_ms, done=done)

    def unit(transaction: Transaction) -> None:
        transaction.blobs.put_upload(upload)
        if done:
            transaction.blobs.put_blob(Blob(sha=sha, size=size, type="image/png", stored_ms=touched_ms))

    store.write("", unit)


def namings(store: Store, sha: str) -> list[tuple[str, str, tuple[str, ...], bool]]:
    """Return (record, author, buckets, counts) of each reference."""
    found = store.read(lambda snapshot: snapshot.blobs.namings([sha])).get(sha, [])
    return sorted((one.record, one.author, one.buckets, one.counts) for one in found)


def a_reference_counts_once_its_author_has_the_bytes(store: Store) -> None:
    """References are found by hash, with where their record lies; they count when their author has sent all of it."""
    edit(store, note("one", "a"), note("two", "a", "b"))
    refer(store, ("one", RED, "li"), ("two", RED, "li"), ("two", RED, "ma"), ("two", BLUE, "li"))
    one, two = id_of("one"), id_of("two")
    expected = [(one, "li", (A,), False), (two, "li", (A, B), False), (two, "ma", (A, B), False)]
    assert namings(store, RED) == sorted(expected)
    send(store, "ma", RED, done=True)
    send(store, "li", RED, done=False)
    assert [counts for _, _, _, counts in namings(store, RED)].count(True) == 1
    assert store.read(lambda snapshot: snapshot.blobs.named_by("li", BLUE))
    assert not store.read(lambda snapshot: snapshot.blobs.named_by("ma", BLUE))


def references_follow_their_record(store: Store) -> None:
    """A record that moves takes its references along; one that is gone refers to nothing, nor what has ended."""
    edit(store, note("one", "a"), note("two", "a"))
    refer(store, ("one", RED, "li"), ("two", RED, "li"))
    edit(store, note("one", "b"))
    assert (id_of("one"), "li", (B,), False) in namings(store, RED)
    edit(store, gone("one", "b"))
    assert [record for record, *_ in namings(store, RED)] == [id_of("two")]
    refer(store, ended=(("two", RED),))
    assert namings(store, RED) == []


def what_no_record_shows_is_kept_for_nobody(store: Store) -> None:
    """A reference to a record that never was is nobody's to read, and still keeps its bytes and its author's word."""
    edit(store, note("one", "a"))
    send(store, "li", RED, done=True)
    refer(store, ("never", RED, "li"))
    assert namings(store, RED) == []
    assert store.read(lambda snapshot: snapshot.blobs.named_by("li", RED))
    store.write("", lambda transaction: transaction.blobs.mark_idle(50))
    assert store.read(lambda snapshot: snapshot.blobs.idle(10_000)) == []


def uploads_are_counted_by_user(store: Store) -> None:
    """Each user has his own uploads; the bytes that he has still to send, or that no record names yet, are counted, and
    what is stored."""
    send(store, "li", RED, done=False, size=30)
    send(store, "li", BLUE, done=True, size=7)
    send(store, "ma", RED, done=False, size=50)

    def look(snapshot: Snapshot) -> tuple[int, int, int]:
        book = snapshot.blobs
        return book.bytes_waiting("li"), book.bytes_waiting("ma"), book.bytes_stored()

    assert store.read(look) == (37, 50, 7)
    mine = store.read(lambda snapshot: snapshot.blobs.uploads("li", [RED, BLUE, "c" * 64]))
    assert {sha: (one.offset, one.done) for sha, one in mine.items()} == {RED: (15, False), BLUE: (7, True)}
    store.write("", lambda transaction: transaction.blobs.drop_upload("li", RED))
    assert store.read(lambda snapshot: snapshot.blobs.bytes_waiting("li")) == 7
    edit(store, note("one", "a"))
    refer(store, ("one", BLUE, "li"))
    assert store.read(lambda snapshot: snapshot.blobs.bytes_waiting("li")) == 0
    assert store.read(lambda snapshot: snapshot.blobs.bytes_waiting("ma")) == 50


def files_go_when_nothing_has_referred_to_them_for_long(store: Store) -> None:
    """The time without use is counted from the first look that finds none, and ends when something refers to it."""
    edit(store, note("one", "a"))
    refer(store, ("one", RED, "li"))
    send(store, "li", RED, done=True)
    send(store, "li", BLUE, done=True)

    def idle(before_ms: int) -> list[str]:
        return store.read(lambda snapshot: snapshot.blobs.idle(before_ms))

    store.write("", lambda transaction: transaction.blobs.mark_idle(1000))
    assert (idle(1000), idle(1001)) == ([], [BLUE])
    store.write("", lambda transaction: transaction.blobs.mark_idle(2000))
    assert idle(1001) == [BLUE]
    refer(store, ("one", BLUE, "li"), ended=(("one", RED),))
    assert idle(10_000) == []
    assert not store.write("", lambda transaction: transaction.blobs.forget_blob(BLUE, 10_000))
    store.write("", lambda transaction: transaction.blobs.mark_idle(3000))
    assert idle(10_000) == [RED]
    assert store.write("", lambda transaction: transaction.blobs.forget_blob(RED, 10_000))
    assert [blob.sha for blob in store.read(lambda snapshot: snapshot.blobs.inventory("", 10))] == [BLUE]
    assert store.read(lambda snapshot: snapshot.blobs.uploads("li", [RED])) == {}


def uploads_that_nobody_goes_on_with_are_found(store: Store) -> None:
    """An unfinished upload that was not touched since a moment is abandoned; a finished one never is."""
    send(store, "li", RED, done=False, touched_ms=5)
    send(store, "ma", RED, done=False, touched_ms=50)
    send(store, "li", BLUE, done=True, touched_ms=5)
    found = store.read(lambda snapshot: snapshot.blobs.abandoned(50))
    assert [(one.user, one.sha) for one in found] == [("li", RED)]


def what_has_not_come_is_missed_where_nobody_s_word_is_good(store: Store) -> None:
    """A reference is missing while none of those on whose word it stands has sent the bytes."""
    edit(store, note("one", "a"), note("two", "a"))
    refer(store, ("one", RED, "li"), ("one", RED, "ma"), ("two", BLUE, "li"), at_ms=100)

    def missing(before_ms: int) -> set[tuple[str, str]]:
        return {(one.record, one.sha) for one in store.read(lambda s: s.blobs.missing(SITE, before_ms))}

    both = {(id_of("one"), RED), (id_of("two"), BLUE)}
    assert (missing(100), missing(101)) == (set(), both)
    send(store, "ma", RED, done=True)
    assert missing(101) == {(id_of("two"), BLUE)}
    edit(store, gone("two", "a"))
    assert missing(101) == set()


def a_failed_unit_leaves_no_trace_of_files(store: Store) -> None:
    """What is noted of files belongs to the unit of work, like all else."""
    edit(store, note("one", "a"))
    send(store, "li", RED, done=False)

    def unit(transaction: Transaction) -> None:
        ref = BlobRef(entity="note", record=id_of("one"), field="photos", sha=RED, author="li")
        transaction.apply(Plan(site=SITE, head=transaction.head(SITE), named=[ref]))
        known = transaction.blobs.uploads("li", [RED])[RED]
        transaction.blobs.put_upload(msgspec.structs.replace(known, offset=9))
        transaction.blobs.put_blob(Blob(sha=BLUE, size=1, type="image/png", stored_ms=1))
        transaction.blobs.drop_upload("li", BLUE)
        assert len(transaction.blobs.namings([RED])[RED]) == 1
        raise Undone

    with suppress(Undone):
        store.write(SITE, unit)
    assert namings(store, RED) == []
    assert store.read(lambda snapshot: snapshot.blobs.uploads("li", [RED]))[RED].offset == 5
    assert store.read(lambda snapshot: snapshot.blobs.stored([BLUE])) == {}
