"""Protocol §6 in the client: kept with the op, sent after the texts, small ones first, going on after a kill; nothing
goes before the server says that it is stored."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.blobs.files import photo, sha_of
from tests.simulation import stores, town
from tests.simulation.server import Server

from wuye.kernel.ids import uuid7
from wuye_client import Device, Erased, InvalidEntry, Offline, Refused, Replica, cli
from wuye_client import replica as replica_module
from wuye_client.errors import ServerBusy
from wuye_client.kinds import kind_of
from wuye_client.store import Store
from wuye_client.transport import Answer
from wuye_client.uploading import CHUNK

BIG = photo(3 * CHUNK + 500)
SMALL = photo(700, 1)


class Line:
    """The way to the server, which notes what goes over it and may be cut."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.calls: list[tuple[str, str]] = []
        self.cut: Callable[[str, str], bool] = lambda method, path: False
        self.answer: Callable[[str, str], Answer | None] = lambda method, path: None

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        self.calls.append((method, path))
        if self.cut(method, path):
            raise Offline("cut")
        return self.answer(method, path) or self.server.request(method, path, headers=headers, body=body)

    def puts(self) -> list[str]:
        """Return the hashes of the chunks sent, in order."""
        return [path[7:] for method, path in self.calls if method == "PUT"]


class Scene:
    """The simulated town with a movable clock."""

    def __init__(self) -> None:
        self.now = town.START + timedelta(hours=1)
        self._ids = iter(range(10**9))
        self.server = Server(stores.in_memory(lambda point: None), lambda: self.now, self.new_id)
        self.server.usernames = {post.username: post.id for post in town.POSTS}
        self.line = Line(self.server)
        self.devices: list[Device] = []

    def new_id(self) -> str:
        number = next(self._ids)
        return uuid7(int(self.now.timestamp() * 1000) + number, number.to_bytes(10, "big"))

    def replica(self, username: str, path: Path | None = None, *, device: Device | None = None) -> Replica:
        device = device or Device.open(None, name=f"T{len(self.devices)}", clock=lambda: self.now)
        self.devices.append(device)
        store = Store(path or ":memory:")
        replica = Replica(store, device, transport=self.line, clock=lambda: self.now, sleep=lambda _: None)
        if replica.store.meta("token") is None:
            replica.login("sim:", username, "secret")
            replica.sync()
        self.line.calls.clear()
        return replica

    def stored(self, sha: str) -> bytes:
        return b"".join(self.server.shelf.objects.pieces(sha))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def ticket(replica: Replica, *photos: Mapping[str, object]) -> str:
    return replica.create(town.HOMES, "ticket", {"title": "漏水", "photos": list(photos)})


def test_6_texts_go_before_photos_and_small_ones_before_large(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    big, small = replica.attach(BIG, name="leak.jpg"), replica.attach(SMALL)
    thumb = replica.attach(photo(90, 2), role=f"thumb:{big['sha256']}")
    record = ticket(replica, big, small, thumb)
    assert {"name": "leak.jpg", "type": "image/jpeg", "size": len(BIG)}.items() <= big.items()
    assert thumb.keys() == {"sha256", "type", "size", "role"}
    assert [one.size for one in replica.uploads()] == [90, 700, len(BIG)]
    sent: list[tuple[int, str]] = []
    report = replica.sync(lambda done, phase: sent.append((done, phase)))
    assert (report.outcomes, report.uploads) == ({"applied": 1}, 0)
    assert scene.line.calls[0] == ("POST", "/sync")
    assert scene.line.puts() == [thumb["sha256"], small["sha256"], *[big["sha256"]] * 4]
    assert sent[-1] == (90 + 700 + len(BIG), "blobs")
    assert scene.stored(str(big["sha256"])) == BIG
    assert [one.state for one in replica.uploads(all=True)] == ["stored"] * 3
    other = scene.replica("technician")
    assert other.stored([str(big["sha256"]), "0" * 64]) == {big["sha256"]}
    assert other.blob(str(big["sha256"])) == BIG
    assert other.get(town.HOMES, "ticket", record)


def test_6_an_upload_goes_on_after_a_kill(scene: Scene, tmp_path: Path) -> None:
    path, device = tmp_path / "li.wuye", Device.open(None, clock=lambda: scene.now)
    replica = scene.replica("supervisor", path, device=device)
    ticket(replica, replica.attach(BIG))
    scene.line.cut = lambda method, path: method == "PUT" and len(scene.line.puts()) > 2
    assert replica.sync().uploads == 1
    replica.close()
    scene.line.cut = lambda method, path: False
    replica = scene.replica("supervisor", path, device=device)
    assert [one.offset for one in replica.uploads()] == [2 * CHUNK]
    assert replica.sync().uploads == 0
    assert len(scene.line.puts()) == 2
    assert scene.stored(sha_of(BIG)) == BIG
    replica.close()


def test_6_a_lost_answer_costs_no_second_upload(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    ticket(replica, replica.attach(SMALL))

    def lost(method: str, path: str) -> Answer | None:
        if method != "PUT":
            return None
        headers = {"Content-Range": f"bytes 0-{len(SMALL) - 1}/{len(SMALL)}"}
        token = {"Authorization": f"Bearer {replica.store.meta('token')}"}
        scene.server.request(method, path, headers={**headers, **token}, body=SMALL)
        raise Offline("the answer is lost")

    scene.line.answer = lost
    assert replica.sync().uploads == 1
    scene.line.answer = lambda method, path: None
    scene.line.calls.clear()
    assert replica.sync().uploads == 0
    assert scene.line.puts() == []


def test_6_nothing_goes_before_the_server_says_stored(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    sha = str(replica.attach(SMALL)["sha256"])
    ticket(replica, {"sha256": sha})
    scene.line.cut = lambda method, path: method == "PUT"
    for _ in range(40):
        replica.sync()
        scene.now += timedelta(days=1)
    assert replica.blob(sha) == SMALL
    scene.line.cut = lambda method, path: False
    for _ in range(20):
        replica.sync()
        scene.now += timedelta(days=1)
    assert replica.uploads(all=True) == []
    assert scene.stored(sha) == SMALL
    assert replica.blob(sha) == SMALL, "read from the server"


def test_6_what_no_op_names_is_not_sent_and_forgotten_in_time(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    sha = str(replica.attach(SMALL)["sha256"])
    replica.sync()
    assert (scene.line.puts(), replica.uploads()) == ([], [])
    assert replica.blob(sha) == SMALL
    for _ in range(20):
        scene.now += timedelta(days=1)
        replica.sync()
    with pytest.raises(Refused):
        replica.blob(sha)


def test_6_what_the_server_would_refuse_is_refused_here(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    with pytest.raises(InvalidEntry) as kind:
        replica.attach(b"MZ program")
    assert kind.value.flaws[0].key == "blob_type"
    manifest = replica.manifest
    most = manifest.limits["blob_bytes"]
    assert isinstance(most, int)
    with pytest.raises(InvalidEntry) as size:
        replica.attach(photo(most + 1))
    assert "20 MB" in size.value.text("en")


def test_6_a_refused_file_stays_and_blocks_nobody(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    first, second = replica.attach(SMALL), replica.attach(BIG)
    ticket(replica, first, second)
    refusal = Answer(415, {}, msgspec.json.encode({"status": 415, "code": "blob_type"}))
    scene.line.answer = lambda method, path: (
        refusal if method == "PUT" and path.endswith(str(first["sha256"])) else None
    )
    assert replica.sync().uploads == 0
    assert [(one.sha256, one.state, one.code) for one in replica.uploads()] == [
        (first["sha256"], "refused", "blob_type")
    ]
    assert replica.blob(str(first["sha256"])) == SMALL
    assert scene.stored(str(second["sha256"])) == BIG


@pytest.mark.parametrize(("status", "code"), [(507, "storage_full"), (503, "storage_down"), (503, "busy")])
def test_6_a_server_without_room_gets_the_texts_and_later_the_photos(scene: Scene, status: int, code: str) -> None:
    replica = scene.replica("supervisor")
    ticket(replica, replica.attach(SMALL))
    full = Answer(status, {}, msgspec.json.encode({"status": status, "code": code}))
    scene.line.answer = lambda method, path: full if method == "PUT" else None
    report = replica.sync()
    assert (report.outcomes, report.uploads) == ({"applied": 1}, 1)
    scene.line.answer = lambda method, path: None
    assert replica.sync().uploads == 0


def test_6_bytes_damaged_on_the_way_are_sent_again(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    ticket(replica, replica.attach(SMALL))
    bad = Answer(422, {}, msgspec.json.encode({"status": 422, "code": "hash_mismatch", "offset": 0}))
    scene.line.answer = lambda method, path: bad if method == "PUT" and len(scene.line.puts()) == 1 else None
    assert replica.sync().uploads == 0
    assert scene.stored(sha_of(SMALL)) == SMALL


def test_6_bytes_damaged_here_are_not_sent_for_ever(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    ticket(replica, replica.attach(SMALL))
    replica.store.run("UPDATE blob SET body = ?", SMALL[:-1] + b"x")
    assert replica.sync().uploads == 0
    assert [(one.state, one.code) for one in replica.uploads()] == [("refused", "damaged")]


def test_6_what_was_fetched_goes_with_the_access_to_its_record(scene: Scene) -> None:
    desk, technician = scene.replica("supervisor"), scene.replica("technician")
    shown = desk.attach(SMALL)
    record = ticket(desk, shown)
    desk.sync()
    technician.sync()
    assert technician.blob(str(shown["sha256"])) == SMALL
    desk.update(town.HOMES, "ticket", record, {"photos": None})
    desk.sync()
    scene.now += timedelta(days=2)
    technician.sync()
    with pytest.raises(Refused):
        technician.blob(str(shown["sha256"]))


def test_6_a_signature_has_signer_and_time(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    drawing = photo(400, kind="image/svg+xml")
    signed = replica.sign(drawing, "王太太")
    assert signed == {"sha256": sha_of(drawing), "signer": "王太太", "at": signed["at"]}
    replica.create(town.HOMES, "ticket", {"title": "漏水", "signature": signed})
    assert replica.sync().uploads == 0
    assert scene.stored(sha_of(drawing)) == drawing


def test_3_8_a_restored_server_gets_the_photos_again(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    backup = scene.server.store.backup()  # type: ignore[attr-defined]
    ticket(replica, replica.attach(SMALL))
    replica.sync()
    scene.server.store.restore(backup, scene.new_id())  # type: ignore[attr-defined]
    scene.server.shelf.objects.remove(sha_of(SMALL))
    scene.server.start()
    replica.sync()
    assert scene.stored(sha_of(SMALL)) == SMALL
    assert scene.replica("technician").blob(sha_of(SMALL)) == SMALL


def test_5_a_revoked_device_offers_its_photos_before_it_erases_itself(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    ticket(replica, replica.attach(SMALL), replica.attach(BIG))
    scene.server.revoked[replica.device.card.id] = scene.now
    scene.line.cut = lambda method, path: method == "PUT" and len(scene.line.puts()) > 3
    with pytest.raises(Offline):
        replica.sync()
    assert len(replica.uploads()) == 1, "not erased while it may still arrive"
    full = Answer(507, {}, msgspec.json.encode({"status": 507, "code": "storage_full"}))
    scene.line.cut, scene.line.answer = (
        lambda method, path: False,
        lambda method, path: full if method == "PUT" else None,
    )
    with pytest.raises(ServerBusy):
        replica.sync()
    scene.line.answer = lambda method, path: None
    with pytest.raises(Erased):
        replica.sync()
    assert (scene.stored(sha_of(SMALL)), scene.stored(sha_of(BIG))) == (SMALL, BIG)
    assert replica.store.count("SELECT COUNT(*) FROM blob") == 0


def test_the_unsent_queue_takes_its_photos_along(scene: Scene, tmp_path: Path) -> None:
    one, two = scene.replica("supervisor"), scene.replica("supervisor")
    ticket(one, one.attach(SMALL), one.attach(BIG))
    assert one.export_outbox(tmp_path / "queue.json") == 1
    assert two.import_outbox(tmp_path / "queue.json") == 1
    assert [upload.sha256 for upload in two.uploads()] == [sha_of(SMALL), sha_of(BIG)]
    assert two.sync().uploads == 0
    assert scene.stored(sha_of(BIG)) == BIG
    damaged = (tmp_path / "queue.json").read_text().replace(sha_of(SMALL), "0" * 64)
    (tmp_path / "damaged.json").write_text(damaged)
    with pytest.raises(InvalidEntry):
        one.import_outbox(tmp_path / "damaged.json")


def test_a_file_that_the_server_refused_keeps_no_work_back(scene: Scene, tmp_path: Path) -> None:
    one, two = scene.replica("supervisor"), scene.replica("supervisor")
    ticket(one, one.attach(SMALL))
    one.export_outbox(tmp_path / "queue.json")
    queue = msgspec.json.decode((tmp_path / "queue.json").read_bytes())
    page = b"<html>hello"
    refused = {"sha256": sha_of(page), "type": "text/html", "made": 1, "data": b64encode(page).decode()}
    queue["blobs"].insert(0, refused)
    (tmp_path / "queue.json").write_bytes(msgspec.json.encode(queue))
    assert two.import_outbox(tmp_path / "queue.json") == 1
    kept = {upload.sha256: (upload.state, upload.code) for upload in two.uploads()}
    assert kept == {sha_of(page): ("refused", "blob_type"), sha_of(SMALL): ("waiting", None)}
    assert two.blob(sha_of(page)) == page
    two.sync()
    assert scene.stored(sha_of(SMALL)) == SMALL


def test_an_older_database_learns_of_attachments(tmp_path: Path, scene: Scene) -> None:
    path = tmp_path / "old.wuye"
    with Store(path).writing():
        pass
    store = Store(path)
    store.run("DROP TABLE blob")
    store.run("PRAGMA user_version = 1")
    store.close()
    replica = scene.replica("supervisor", path)
    replica.attach(SMALL)
    replica.close()


def test_photos_are_counted_without_their_thumbnails(scene: Scene) -> None:
    replica = scene.replica("supervisor")
    first = replica.attach(SMALL)
    record = ticket(replica, first, replica.attach(photo(90), role=f"thumb:{first['sha256']}"))
    seen = replica.get(town.HOMES, "ticket", record)
    assert seen
    assert replica.words("en").value(seen.site, "ticket", "photos", seen["photos"]) == "1"
    assert kind_of(SMALL, len(SMALL)) == "image/jpeg"


def test_the_command_line_attaches_lists_sends_and_saves(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "HttpTransport", lambda url: scene.line)
    (tmp_path / "leak.jpg").write_bytes(SMALL)

    def run(*words: str) -> str:
        said = CliRunner().invoke(cli.main, ["--dir", str(tmp_path / "device"), "--lang", "en", *words])
        assert said.exit_code == 0, said.output
        return said.output

    run("login", "sim:", "supervisor", "--password", "secret")
    run("sync")
    made = run("new", "HOMES", "ticket", "title=leak")
    ticket_id = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    assert ticket_id
    run("attach", "HOMES", "ticket", ticket_id.group(), "photos", str(tmp_path / "leak.jpg"))
    assert sha_of(SMALL)[:12] in run("uploads")
    scene.line.cut = lambda method, path: method == "PUT"
    assert "1 attachments are still to be sent" in run("sync")
    scene.line.cut = lambda method, path: False
    run("sync")
    assert "stored on the server" in run("uploads", "--all")
    run("blob", sha_of(SMALL), str(tmp_path / "saved.jpg"))
    assert (tmp_path / "saved.jpg").read_bytes() == SMALL
