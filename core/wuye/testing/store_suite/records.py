"""Records: written, found, undone."""

from wuye.sync.ports import Store, Transaction
from wuye.sync.rows import Find, Head, Need, Stored
from wuye.testing.store_suite.steps import A, B, Undone, edit, found, gone, load, names, note, pull
from wuye.testing.store_suite.world import AT, OTHER_SITE, SITE, Edit, bucket, id_of, write


def a_written_record_is_read_as_it_was_written(store: Store) -> None:
    values: dict[str, object] = {
        "title": "漏水 «кран»", "place": id_of("room"), "watchers": [id_of("x"), id_of("y")], "tags": ["blue", "red"],
        "amount": 2**53 - 1, "done": False, "photos": [{"sha256": "ab" * 32, "size": 3}], "site": SITE,
        "status": "open",
    }  # fmt: skip
    edit(store, Edit(name="n", values=values, buckets=("a", "b")), by="ann")
    edit(store, Edit(name="n", values={**values, "done": True}, buckets=("a",)), by="bob")
    stored = load(store, "n")
    assert stored == Stored(
        entity="note", id=id_of("n"), seq=2, deleted=False, values={**values, "done": True}, buckets=(A,),
        created_at=AT, created_by="ann", updated_at=AT, updated_by="bob",
    )  # fmt: skip
    edit(store, gone("n", "a"), by="bob")
    stored = load(store, "n")
    assert stored is not None
    assert (stored.deleted, stored.values, stored.created_by, stored.updated_by) == (True, {}, "ann", "bob")
    assert load(store, "never") is None


def finds_agree_with_the_records(store: Store) -> None:
    room, other = id_of("room"), id_of("other")
    edit(
        store,
        note("a", place=room, watchers=[room, other], amount=5, site="s"),
        note("b", place=room, watchers=[other]),
    )
    edit(store, note("c", place=other))
    edit(store, note("c", place=room), note("a", place=other, watchers=[other], amount=6, site="t"))
    edit(store, gone("b"))
    asked = {
        Find(entity="note", field="place", value=room): ("c",),
        Find(entity="note", field="place", value=other): ("a",),
        Find(entity="note", field="watchers", value=other): ("a",),
        Find(entity="note", field="watchers", value=room): (),
        Find(entity="note", field="title", value="c"): ("c",),
        Find(entity="note", field="amount", value="6"): ("a",),
        Find(entity="note", field="amount", value="5"): (),
        Find(entity="note", field="site", value="t"): ("a",),
        Find(entity="note", field="no such field", value="t"): (),
        Find(entity="no such entity", field="title", value="t"): (),
    }
    facts = store.read(lambda s: s.load(SITE, Need(finds=set(asked))))
    assert facts.found == {find: tuple(id_of(name) for name in names_) for find, names_ in asked.items()}
    assert facts.records.keys() == {("note", id_of("a")), ("note", id_of("c"))}
    elsewhere = store.read(lambda s: s.load(OTHER_SITE, Need(finds=set(asked), records={("note", id_of("a"))})))
    assert elsewhere.records == {}


def a_unit_sees_what_it_wrote(store: Store) -> None:
    def unit(transaction: Transaction) -> None:
        write(transaction, SITE, [note("n", "a", amount=1)])
        write(transaction, SITE, [note("n", "b", amount=2)])
        assert transaction.head(SITE).seq == 2
        assert found(transaction, "title", "n") == (id_of("n"),)
        assert names(transaction.feed(SITE, {A: 0, B: 0}, 2, 10, marks=True)) == [(A, 2, "left"), (B, 2, "live")]

    store.write(SITE, unit)


def a_failed_unit_leaves_nothing(store: Store) -> None:
    edit(store, note("kept", "a"))
    before = _everything(store)

    def fail(transaction: Transaction) -> None:
        write(transaction, SITE, [note("kept", "b", amount=1), note("new", "fresh bucket")])
        assert found(transaction, "title", "new") == (id_of("new"),)
        raise Undone

    for _ in range(2):
        try:
            store.write(SITE, fail)
        except Undone:
            pass
        else:
            raise AssertionError("the unit's exception was lost")
    assert _everything(store) == before
    edit(store, note("new", "fresh bucket"))
    assert names(pull(store, {bucket("fresh bucket"): 0})) == [(bucket("fresh bucket"), 2, "live")]


def sites_know_nothing_of_each_other(store: Store) -> None:
    edit(store, note("n", "a"))
    edit(store, note("n", "a"), note("m", "a"), site=OTHER_SITE)
    assert store.read(lambda s: s.head(SITE)).pos == 1
    assert store.read(lambda s: s.head(OTHER_SITE)).pos == 2
    assert [row.site for row in store.read(lambda s: s.ledger(SITE))] == [SITE]
    here, there = (store.read(lambda s, site=site: s.entities(site, ["note"])) for site in (SITE, OTHER_SITE))  # type: ignore[misc]
    assert (len(here), len(there)) == (1, 2)


def a_stamp_tells_when_any_of_some_entities_changed(store: Store) -> None:
    def stamp() -> tuple[int, int]:
        return store.read(lambda s: s.stamp(SITE, ["note", "room.plan", "no such entity"]))

    stamps = [stamp()]
    assert stamps == [(0, 0)]
    room = Edit(name="r", values={"name": "R"}, buckets=(), entity="room.plan")
    for one in (room, note("n", "a"), note("n", "a", amount=1), gone("n", "a")):
        edit(store, one)
        stamps.append(stamp())
    assert [seq for seq, _ in stamps] == [0, 1, 2, 3, 4]
    assert store.read(lambda s: s.stamp(SITE, ["room.plan"])) == stamps[1]
    assert store.read(lambda s: s.stamp(OTHER_SITE, ["note"])) == (0, 0)


def entities_are_listed_without_the_dead(store: Store) -> None:
    edit(
        store, note("n", "a"), note("m", "a"), Edit(name="r", values={"name": "R"}, buckets=("r",), entity="room.plan")
    )
    edit(store, gone("n", "a"))
    listed = store.read(lambda s: s.entities(SITE, ["note", "room.plan", "no such entity"]))
    assert {record.id for record in listed} == {id_of("m"), id_of("r")}


def a_unit_writes_at_its_own_site_only(store: Store) -> None:
    try:
        store.write(SITE, lambda transaction: write(transaction, OTHER_SITE, [note("n", "a")]))
    except ValueError:
        assert store.read(lambda s: s.head(OTHER_SITE)) == Head()
    else:
        raise AssertionError("a unit wrote at a site whose lock it does not hold")


def _everything(store: Store) -> object:
    return store.read(
        lambda s: (
            s.head(SITE),
            s.entities(SITE, ["note"]),
            s.ledger(SITE),
            names(s.feed(SITE, {A: 0, B: 0, bucket("fresh bucket"): 0}, 99, 99, marks=True)),
            found(s, "title", "new"),
            found(s, "title", "kept"),
        )
    )
