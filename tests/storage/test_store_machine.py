"""Memory and SQLite, driven side by side by one random history, answer every question alike."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate
from wuye.storage.sqlite import SqliteStore
from wuye.sync.ports import Snapshot, Store, Transaction
from wuye.sync.rows import Find, Need
from wuye.testing.memory import MemoryStore
from wuye.testing.store_suite.world import OTHER_SITE, SITE, Edit, bucket, id_of, registry, write

BUCKETS = ("a", "b", "c")
NAMES = ("n1", "n2", "n3", "n4")
SITES = (SITE, OTHER_SITE)
values = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["x", "y"]),
        "place": st.sampled_from([id_of("x"), id_of("y")]),
        "watchers": st.lists(st.sampled_from([id_of("x"), id_of("y")]), min_size=1, unique=True).map(sorted),
        "amount": st.integers(-(2**53) + 1, 2**53 - 1),
        "done": st.booleans(),
    },
)
edits = st.lists(
    st.builds(
        lambda name, values, buckets: Edit(name=name, values=values, buckets=tuple(buckets)),
        st.sampled_from(NAMES),
        st.none() | values,
        st.lists(st.sampled_from(BUCKETS), unique=True),
    ),
    max_size=3,
    unique_by=lambda edit: edit.name,
)
sites = st.sampled_from(SITES)


class Undone(Exception):
    pass


class SideBySide(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "wuye.sqlite"
        path.write_bytes(EMPTY)
        self.sqlite = SqliteStore(path, registry())
        self.stores: tuple[Store, Store] = (MemoryStore(registry()), self.sqlite.blocking)

    @rule(site=sites, batches=st.lists(edits, min_size=1, max_size=3), fails=st.booleans())
    def unit(self, site: str, batches: list[list[Edit]], fails: bool) -> None:
        def run(transaction: Transaction) -> None:
            for batch in batches:
                write(transaction, site, batch)
            if fails:
                raise Undone

        for store in self.stores:
            try:
                store.write(site, run)
            except Undone:
                assert fails

    @rule(site=sites, minute=st.integers(0, 2), second=st.integers(0, 59))
    def purge(self, site: str, minute: int, second: int) -> None:
        for store in self.stores:
            store.write(site, lambda transaction: transaction.purge(f"2026-11-22T01:{minute:02d}:{second:02d}.500Z"))

    @rule(
        site=sites,
        after=st.dictionaries(st.sampled_from(BUCKETS), st.integers(0, 9)),
        limit=st.integers(1, 9),
        marks=st.booleans(),
    )
    def page(self, site: str, after: dict[str, int], limit: int, marks: bool) -> None:
        positions = {bucket(name, site): seq for name, seq in after.items()}

        def read(snapshot: Snapshot) -> object:
            rows = snapshot.feed(site, positions, snapshot.head(site).seq, limit, marks=marks)
            return sorted((r.seq, r.bucket, r.record, r.h, r.body or b"", r.left) for r in rows)

        self.alike(read)

    @rule(site=sites, since=st.integers(0, 9))
    def touches(self, site: str, since: int) -> None:
        need = Need(touches={("note", id_of(name)): since for name in NAMES}, creates={("note", id_of("n1"))})
        self.alike(lambda snapshot: snapshot.load(site, need))

    @invariant()
    def same_state(self) -> None:
        for site in SITES:
            need = Need(
                records={("note", id_of(name)) for name in NAMES},
                finds={
                    *(Find(entity="note", field="title", value=value) for value in ("x", "y")),
                    *(Find(entity="note", field=f, value=id_of(v)) for f in ("place", "watchers") for v in ("x", "y")),
                },
            )
            self.alike(lambda snapshot, site=site: snapshot.head(site))
            self.alike(lambda snapshot, site=site, need=need: snapshot.load(site, need))
            self.alike(lambda snapshot, site=site: snapshot.ledger(site))
            self.alike(lambda s, site=site: s.sums(site, [bucket(name, site) for name in BUCKETS], s.head(site).seq))

    def alike(self, read) -> None:  # type: ignore[no-untyped-def]  # any reading
        plain, real = (store.read(read) for store in self.stores)
        assert plain == real

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()


def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "wuye.sqlite"
        migrate(path, [])
        with closing(sqlite3.connect(path)) as connection:
            create_missing(connection, registry())
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return path.read_bytes()


EMPTY = _empty_database()

TestSideBySide = SideBySide.TestCase
TestSideBySide.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
