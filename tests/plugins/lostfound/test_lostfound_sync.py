"""Lost and found on the shipped engine: from a find on a tablet to the hand-out, and what is refused on the way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

import msgspec
import pytest

import wuye_client.manifest as client
from wuye.builtin import plugin as core
from wuye.host import Manifests, load, scope_of
from wuye.kernel.clock import to_ms
from wuye.kernel.ids import uuid7
from wuye.protocol.wire import Result
from wuye.sync.directory import Directory
from wuye.sync.incoming import decode_ops
from wuye.sync.push import Pusher, push_site
from wuye.sync.rows import Need, ReplicaState, Stored
from wuye.testing.memory import MemoryStore
from wuye_lostfound import plugin

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
AT = "2026-11-22T04:00:00.000Z"


class Source:
    name = "lostfound"

    def load(self) -> object:
        return plugin


def uuid(number: int) -> str:
    return uuid7(1_760_000_000_000 + number, number.to_bytes(10, "big"))


ORG, SITE, USER, ASSISTANT, REPLICA = (uuid(number) for number in range(5))


def stored(entity: str, id_: str, **values: object) -> Stored:
    return Stored(
        entity=entity, id=id_, seq=1, deleted=False, values=values, buckets=(),
        created_at="2026-01-01T00:00:00.000Z", created_by="", updated_at="2026-01-01T00:00:00.000Z", updated_by="",
    )  # fmt: skip


class Tablet:
    """A front desk's replica, always on line, on a memory store."""

    def __init__(self, *, role: str = "front_desk", off: bool = False) -> None:
        registry = load(core, [Source()], strict=True).registry
        plugins = {"plugins": [{"id": "core"}]} if off else {}
        self.directory = Directory(
            registry,
            ORG,
            [
                stored("site", ORG, code="ORG", name="Org", type="organisation"),
                stored("site", SITE, code="SFM", name="Mall", type="mall", timezone="Asia/Shanghai", **plugins),
                stored("user", USER, username="li", name="李", locale="zh-Hans"),
                stored("grant", uuid(90), user=USER, role=role, site=SITE, starts="2026-01-01T00:00:00.000Z"),
            ],
        )
        self.store = MemoryStore(registry)
        self.store.enrol(ReplicaState(id=REPLICA, user=USER, device="d", synced_ms=0))
        self._numbers = count(1000)
        self._n = count(1)

    def new(self) -> str:
        return uuid(next(self._numbers))

    def push(self, *ops: Mapping[str, object]) -> list[Result]:
        """Push ops as one group."""
        group = self.new()
        whole = [
            {"n": next(self._n), "op": self.new(), "group": group, "site": SITE, "at": AT, "v": 1, **op} for op in ops
        ]
        raws = [msgspec.Raw(msgspec.json.encode(op)) for op in whole]
        incoming = decode_ops(raws, user=USER, replica=REPLICA, offset_ms=0, suspect=False)
        pusher = Pusher(user=USER, replica=REPLICA, synced_ms=0)
        return self.store.write(SITE, lambda tx: push_site(tx, self.directory, pusher, SITE, incoming, NOW)).results

    def find(self, **values: object) -> str:
        item = self.new()
        found = {"name": "背包", "category": "bag", "place": "大堂", "found_on": "2026-11-20", **values}
        [result] = self.push({"entity": "lostfound.item", "record": item, "kind": "create", "set": found})
        assert result.status == "applied", result
        return item

    def claimed(self, **values: object) -> str:
        """Return an item that somebody claims."""
        item = self.find(**values)
        results = self.push(
            {
                "entity": "lostfound.claimant",
                "record": self.new(),
                "kind": "create",
                "set": {"item": item, "name": "Иванов", "phone": "+7 423 200 00 00"},
            },
            {"entity": "lostfound.item", "record": item, "kind": "act", "act": "claim"},
        )
        assert [result.status for result in results] == ["applied", "applied"], results
        return item

    def act(self, item: str, act: str, **values: object) -> Result:
        op = {"entity": "lostfound.item", "record": item, "kind": "act", "act": act, "set": values}
        return self.push(op)[0]

    def values(self, item: str) -> dict[str, object]:
        ref = ("lostfound.item", item)
        return dict(self.store.read(lambda snapshot: snapshot.load(SITE, Need(records={ref}))).records[ref].values)

    def tickets(self) -> list[dict[str, object]]:
        return [dict(r.values) for r in self.store.read(lambda snapshot: snapshot.entities(SITE, ("ticket",)))]


SIGNED = {"sha256": "0" * 64, "signer": "Иванов", "at": AT}


@pytest.fixture
def tablet() -> Tablet:
    return Tablet()


def test_a_find_gets_its_number_and_the_day_until_which_it_is_kept(tablet: Tablet) -> None:
    item = tablet.values(tablet.find(device_number="SW-T01-1"))
    assert item["number"] == "SW-2026-000001"
    assert (item["device_number"], item["keep_until"]) == ("SW-T01-1", "2027-02-18")


def test_a_valuable_find_opens_a_ticket_and_others_do_not(tablet: Tablet) -> None:
    tablet.find(worth=100)
    assert tablet.tickets() == []
    item = tablet.find(worth=80_000, name="Кольцо")
    [ticket] = tablet.tickets()
    assert (ticket["kind"], ticket["title"], ticket["location"]) == ("other", "Кольцо", "大堂")
    tablet.push({"entity": "lostfound.item", "record": item, "kind": "update", "set": {"shelf": "A-1"}})
    assert len(tablet.tickets()) == 1


def test_a_find_that_proves_valuable_later_opens_a_ticket_then(tablet: Tablet) -> None:
    item = tablet.find()
    tablet.push({"entity": "lostfound.item", "record": item, "kind": "update", "set": {"worth": 60_000}})
    assert len(tablet.tickets()) == 1


def test_an_item_is_handed_out_against_a_signature(tablet: Tablet) -> None:
    item = tablet.claimed()
    assert tablet.act(item, "hand_out", document_seen="none").code == "invalid"
    assert tablet.act(item, "hand_out", document_seen="none", signature=SIGNED).status == "applied"
    assert tablet.values(item)["status"] == "handed_out"


def test_an_item_is_not_handed_out_to_nobody(tablet: Tablet) -> None:
    item = tablet.find()
    assert tablet.act(item, "claim").status == "applied"
    refused = tablet.act(item, "hand_out", document_seen="passport", signature=SIGNED)
    assert (refused.code, refused.message) == ("rule", "message.lostfound.no_claimant")
    assert tablet.values(item)["status"] == "claimed"


@pytest.mark.parametrize("late", [False, True])
def test_a_valuable_item_is_not_handed_out_without_an_official_document(tablet: Tablet, late: bool) -> None:
    item = tablet.claimed() if late else tablet.claimed(worth=80_000)
    worth = {"worth": 80_000} if late else {}
    refused = tablet.act(item, "hand_out", document_seen="none", signature=SIGNED, **worth)
    assert (refused.code, refused.fields) == ("invalid", ("document_seen",))
    assert tablet.act(item, "hand_out", document_seen="passport", signature=SIGNED, **worth).status == "applied"


def test_a_claimant_must_be_traceable(tablet: Tablet) -> None:
    claimant = {"item": tablet.find(), "name": "Иванов"}
    [refused] = tablet.push({"entity": "lostfound.claimant", "record": tablet.new(), "kind": "create", "set": claimant})
    assert (refused.code, refused.message) == ("invalid", "lostfound.claimant.constraint.can_be_traced")


def test_a_rejected_claim_needs_a_reason_and_puts_the_item_back(tablet: Tablet) -> None:
    item = tablet.claimed()
    assert tablet.act(item, "reject_claim").code == "invalid"
    op = {"entity": "lostfound.item", "record": item, "kind": "act", "act": "reject_claim", "args": {"reason": "不符"}}
    assert tablet.push(op)[0].status == "applied"
    assert tablet.values(item)["status"] == "found"


def test_only_those_entrusted_dispose_and_only_after_the_time_of_keeping() -> None:
    desk, keeper = Tablet(), Tablet(role="lostfound_keeper")
    assert desk.act(desk.find(), "expire").code == "forbidden"
    item = keeper.find()
    assert keeper.act(item, "dispose", disposal="charity").code == "stale_transition"
    assert keeper.act(item, "expire").status == "applied"
    assert keeper.act(item, "dispose").status == "applied"  # its field came with the act that was refused before
    assert keeper.values(item)["status"] == "disposed"


def test_protocol_3_2_where_the_plugin_is_off_its_ops_are_held() -> None:
    tablet = Tablet(off=True)
    found = {"name": "伞", "category": "umbrella", "place": "大堂", "found_on": "2026-11-20"}
    [result] = tablet.push({"entity": "lostfound.item", "record": tablet.new(), "kind": "create", "set": found})
    assert (result.status, result.code) == ("held", "plugin_off")


def test_protocol_7_the_client_shows_it_without_knowing_it(tablet: Tablet) -> None:
    scope = scope_of(tablet.directory, USER, to_ms(NOW), server="1", epoch="e", policies={})
    manifest = client.decode(Manifests(tablet.directory.registry).build(scope).body)
    item = manifest.entities["lostfound.item"]
    assert item.label["zh-Hant"] == "失物"
    assert item.allows(SITE, "act.hand_out")
    assert not item.allows(SITE, "act.dispose")
    assert manifest.entities["lostfound.claimant"].allows(SITE, "read")
    assert {choice.value for choice in manifest.codes["lostfound_category"]} >= {"phone", "umbrella"}
    assert manifest.sites[-1].settings["lostfound_keep_days"] == 90


def test_protocol_7_where_the_plugin_is_off_the_client_learns_nothing_of_it() -> None:
    tablet = Tablet(off=True)
    scope = scope_of(tablet.directory, USER, to_ms(NOW), server="1", epoch="e", policies={})
    [site] = [site for site in scope.sites if site.id == SITE]
    assert list(site.plugins) == ["core"]
    manifest = client.decode(Manifests(tablet.directory.registry).build(scope).body)
    assert not any(name.startswith("lostfound") for name in {**manifest.entities, **manifest.codes})
