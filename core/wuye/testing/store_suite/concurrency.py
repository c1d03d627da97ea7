"""Many at once: no neighbour harmed, no row skipped (protocol §3.7)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

from wuye.sync.ports import Snapshot, Store, Transaction
from wuye.testing.store_suite.steps import A, Undone, edit, note, pull
from wuye.testing.store_suite.world import SITE, id_of, write


def a_failing_unit_takes_nothing_of_its_neighbours_with_it(store: Store) -> None:
    def unit(number: int) -> Callable[[Transaction], None]:
        def run(transaction: Transaction) -> None:
            write(transaction, SITE, [note(f"n{number}", "a", "b")])
            if number % 3 == 0:
                raise Undone

        return run

    with ThreadPoolExecutor(16) as threads:
        futures = [threads.submit(store.write, SITE, unit(number)) for number in range(60)]
        failed = {number for number, future in enumerate(futures) if isinstance(future.exception(), Undone)}
    assert failed == set(range(0, 60, 3))
    rows = pull(store, {A: 0})
    assert sorted(row.record for row in rows) == sorted(id_of(f"n{n}") for n in range(60) if n % 3)
    assert [row.seq for row in rows] == list(range(1, 41))
    head = store.read(lambda s: s.head(SITE))
    assert (head.seq, head.pos) == (40, 40)


def a_reader_sees_one_moment(store: Store) -> None:
    edit(store, note("n", "a"))
    written = Event()

    def other() -> None:
        edit(store, note("m", "a"))
        written.set()

    def unit(snapshot: Snapshot) -> None:
        seq = snapshot.head(SITE).seq
        thread = Thread(target=other)
        thread.start()
        written.wait(0.2)
        assert snapshot.head(SITE).seq == seq
        assert len(snapshot.feed(SITE, {A: 0}, 100, 10, marks=True)) == seq
        threads.append(thread)

    threads: list[Thread] = []
    store.read(unit)
    threads[0].join()
    assert store.read(lambda s: s.head(SITE)).seq == 2


def a_late_commit_is_never_skipped(store: Store) -> None:
    """Protocol §3.7, as a chain of events: the first writer knows its seq before the second begins, and commits
    after it if the store lets it. Whatever the reader's cursor has passed, it has seen."""
    has_seq, others_done = Event(), Event()

    def slow(transaction: Transaction) -> None:
        head = transaction.head(SITE)
        has_seq.set()
        others_done.wait(0.3)
        write(transaction, SITE, [note("slow", "a")], seq=head.seq + 1)

    first = Thread(target=store.write, args=(SITE, slow))
    second = Thread(target=edit, args=(store, note("quick", "a")))
    first.start()
    assert has_seq.wait(5)
    second.start()
    second.join(0.1)
    seen, cursor = _follow(store, set(), 0)
    others_done.set()
    first.join()
    second.join()
    seen, cursor = _follow(store, seen, cursor)
    assert seen == {id_of("slow"), id_of("quick")}
    assert cursor == 2


def no_reader_skips_anything_while_many_write(store: Store) -> None:
    """Protocol §3.7, as a storm: seqs are gap-free, and a cursor never passes a row that it has not seen."""
    writers, each = 6, 25
    done = Event()

    def storm(writer: int) -> None:
        for number in range(each):
            edit(store, note(f"{writer}-{number}", "a", "b" if number % 2 else "c"))

    def read() -> set[str]:
        seen: set[str] = set()
        cursor = 0
        while not done.is_set():
            seen, cursor = _follow(store, seen, cursor)
        return _follow(store, seen, cursor)[0]

    with ThreadPoolExecutor(writers + 3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        storms = [threads.submit(storm, writer) for writer in range(writers)]
        try:
            for future in storms:
                future.result()
        finally:
            done.set()
        every = {id_of(f"{writer}-{number}") for writer in range(writers) for number in range(each)}
        assert all(reader.result() == every for reader in readers)
    assert sorted(row.seq for row in pull(store, {A: 0})) == list(range(1, writers * each + 1))


def _follow(store: Store, seen: set[str], cursor: int) -> tuple[set[str], int]:
    rows, head = store.read(lambda s: (s.feed(SITE, {A: cursor}, s.head(SITE).seq, 7, marks=True), s.head(SITE).seq))
    while rows:
        seen = seen | {row.record for row in rows}
        cursor = rows[-1].seq
        rows = store.read(lambda s, at=cursor: s.feed(SITE, {A: at}, head, 7, marks=True))  # type: ignore[misc]
    return seen, max(cursor, head)
