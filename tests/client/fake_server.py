"""A small server that keeps to protocol.md where a client can see it: one process, no database, simple judging.

Fields merge by the policy `server`; ``hold`` and ``refuse`` name entities whose ops are held or rejected.
"""

import gzip
import json
import uuid
import zlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from wuye_client import Device, Replica
from wuye_client.clock import to_wire
from wuye_client.errors import Offline
from wuye_client.transport import Answer

NOON = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

SITE = "01900000-0000-7000-8000-000000000001"
MALL = "01900000-0000-7000-8000-000000000002"
TEXT = dict.fromkeys(("zh-Hant", "zh-Hans", "ru", "en"), "x")
ALL = ["read", "create", "update", "delete", "import"]


def manifest(user: str, cap: int | None = 50) -> dict[str, object]:
    """What a client works with in these tests."""
    rights = {site: [*ALL, "act.dispatch", "act.finish", "act.resolve"] for site in (SITE, MALL)}
    ticket = {
        "plugin": "core", "version": 3, "label": TEXT, "title": "{device_number} {title}", "stream": "tickets",
        "fields": [
            {"name": "title", "type": "text", "required": True, "max": 40, "search": True},
            {"name": "note", "type": "note"},
            {"name": "priority", "type": "choice", "default": "normal", "choices": [
                {"value": v, "label": TEXT} for v in ("normal", "urgent")]},
            {"name": "cost", "type": "money", "min": 0},
            {"name": "hours", "type": "decimal"},
            {"name": "tags", "type": "choices", "codes": "tags"},
            {"name": "owner", "type": "ref", "ref": "owner"},
            {"name": "works", "type": "rows", "fields": [
                {"name": "kind", "type": "text", "required": True}, {"name": "fee", "type": "money"}]},
            {"name": "team", "type": "text"},
            {"name": "number", "type": "text", "readonly": True},
            {"name": "device_number", "type": "text"},
            {"name": "total", "type": "money", "derive": "sum(works.map(w, w.fee))"},
            {"name": "due", "type": "date", "required": True, "when": "priority == 'urgent'"},
        ],
        "constraints": [{"expr": "cost <= 100000", "message": {**TEXT, "en": "too dear"}, "fields": ["cost"]}],
        "unique": [["device_number"]],
        "number": {"field": "number", "device_field": "device_number", "prefix": "BX"},
        "workflow": {"field": "status", "initial": "received", "states": [
            {"name": n, "label": TEXT} for n in ("received", "doing", "done")], "transitions": [
            {"act": "dispatch", "label": TEXT, "from": ["received"], "to": "doing", "needs": ["team"]},
            {"act": "finish", "label": TEXT, "from": ["doing"], "to": "done", "reason": True}]},
        "rights": rights,
    }  # fmt: skip
    owner = {"version": 1, "label": TEXT, "title": "{name}", "rights": rights, "fields": [
        {"name": "name", "type": "text", "required": True, "search": True},
        {"name": "phone", "type": "phone", "search": True},
        {"name": "points", "type": "integer", "readonly": True}]}  # fmt: skip
    entry = {"version": 1, "label": TEXT, "rights": rights, "fields": [{"name": "why"},
        {"name": "owner", "type": "ref", "ref": "owner", "required": True}, {"name": "amount", "type": "integer"}],
        "account": {"owner": "owner", "amount": "amount", "balance": "points", "floor": 0, "offline_cap": "cap",
            "overdraft": "why == 'goods came back'"}}  # fmt: skip
    review = {"version": 1, "label": TEXT, "rights": rights, "fields": [], "workflow": {
        "field": "status", "initial": "open", "states": [{"name": "open"}, {"name": "resolved"}],
        "transitions": [{"act": "resolve", "from": ["open"], "to": "resolved"}]}}  # fmt: skip
    return {
        "hash": "m1", "server": "fake", "epoch": "e1", "unheard_of": {"a": 1},
        "user": {"id": user, "username": "li.na", "name": "李娜", "locale": "zh-Hant", "roles": []},
        "sites": [{"id": SITE, "code": "HQ-01", "name": "花園", "type": "residential", "timezone": "Asia/Shanghai",
                   "settings": {"cap": cap}},
                  {"id": MALL, "code": "MALL", "name": "商城", "type": "mall", "timezone": "Asia/Vladivostok"}],
        "limits": {}, "codes": {"tags": [{"value": v, "label": TEXT} for v in ("wet", "loud")]}, "texts": {},
        "entities": {"ticket": ticket, "owner": owner, "points": entry, "review": review},
    }  # fmt: skip


@dataclass
class Row:
    seq: int
    entity: str
    record: str
    body: dict[str, object] | None
    left: bool = False

    @property
    def h(self) -> int:
        return zlib.crc32(json.dumps([self.entity, self.record, self.body], sort_keys=True).encode())


@dataclass
class FakeServer:
    """Everything in attributes, so that ``deepcopy`` is a backup."""

    now: datetime = NOON
    user: str = "01900000-0000-7000-8000-0000000000aa"
    cap: int | None = 50
    epoch: str = "e1"
    page: int = 2000
    seq: dict[str, int] = field(default_factory=lambda: {SITE: 0, MALL: 0})
    feed: dict[str, dict[tuple[str, str], Row]] = field(default_factory=dict)
    granted: list[str] = field(default_factory=lambda: [f"{s}/{n}" for s in (SITE, MALL) for n in ("all", "reviews")])
    logs: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    ledger: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    held: dict[str, dict[str, object]] = field(default_factory=dict)
    replicas: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    hold: set[str] = field(default_factory=set)
    refuse: set[str] = field(default_factory=set)
    max_ops: int = 500
    reset_next: list[str] = field(default_factory=list)
    asked: list[dict[str, object]] = field(default_factory=list)
    problem: tuple[int, dict[str, object], dict[str, str]] | None = None
    wiped: bool = False
    at_once: bool = False
    closed: bool = False
    codes: set[str] = field(default_factory=set)
    made: int = 0

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """The transport of a client under test."""
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        asked = json.loads(body) if body else {}
        if (method, path) == ("POST", "/session"):
            return self._session(asked)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return problem(401, "unauthorized")
        if (method, path) == ("DELETE", "/session"):
            self.tokens.discard(token)
            return Answer(204, {}, b"")
        if path == "/manifest":
            known = manifest(self.user, self.cap)
            tag = f'"{known["hash"]}"'
            if headers.get("If-None-Match") == tag:
                return Answer(304, {}, b"")
            return Answer(200, {"etag": tag}, json.dumps(known).encode())
        return self.sync(asked)

    def _session(self, asked: dict[str, object]) -> Answer:
        if asked.get("code"):
            if asked.get("password") or asked["code"] not in self.codes:
                return problem(401, "bad_credentials")
            self.codes.remove(asked["code"])
        elif asked["password"] != "secret":
            return problem(401, "bad_credentials")
        device = asked["device"]["id"]
        if self.closed:
            return problem(403, "forbidden")
        if self.wiped:
            return problem(403, "device_revoked", wipe=True, at_once=self.at_once)
        if device not in self.replicas or asked.get("fork_of"):
            self.replicas[device] = self.new_id()
        token = self.new_id()
        self.tokens.add(token)
        replica = asked.get("adopt") or self.replicas[device]
        return answer({"token": token, "replica": replica, "user": {"id": self.user}, "expires": ""})

    def sync(self, asked: dict[str, object]) -> Answer:
        """``POST /sync``."""
        self.asked.append(asked)
        ops_only = self.wiped and "health" not in asked
        if self.wiped and not ops_only:
            return problem(403, "device_revoked", wipe=True, at_once=self.at_once)
        if self.problem:
            status, extra, headers = self.problem
            self.problem = None
            return Answer(status, headers, json.dumps(extra).encode())
        ops, replica = asked["ops"], asked["replica"]
        if len(ops) > self.max_ops:
            return problem(413, "too_many_ops")
        expected: dict[str, int] = {}
        for op in ops:
            log = self.logs.setdefault((replica, op["site"]), {})
            n, content = op["n"], json.dumps(op, sort_keys=True)
            if n in log and log[n] != content:
                return problem(409, "log_forked", site=op["site"])
            if n > expected.get(op["site"], len(log)) + 1:
                return problem(409, "log_gap", site=op["site"], expected=len(log) + 1)
            expected[op["site"]] = max(n, len(log), expected.get(op["site"], 0))
        results = [self._judge(op, replica) for op in ops]
        acked = {site: len(log) for (who, site), log in self.logs.items() if who == replica}
        said = {"acked": acked, "results": results, "unheard_of": 1}
        said |= {"epoch": self.epoch, "now": to_wire(self.now), "manifest": "m1"}
        return answer(said if ops_only else said | self._pull(asked))

    def _judge(self, op: dict[str, object], replica: str) -> dict[str, object]:
        site, n = op["site"], op["n"]
        log = self.logs[replica, site]
        log[n] = json.dumps(op, sort_keys=True)
        known = self.ledger.get((site, op["op"]))
        if known is None:
            known = self.ledger[site, op["op"]] = self._apply(op)
        return {"site": site, "n": n, "op": op["op"], **known}

    def _apply(self, op: dict[str, object]) -> dict[str, object]:
        site, entity, record = op["site"], op["entity"], op["record"]
        if entity in self.hold or self.wiped:
            self.held[op["op"]] = op
            return {"status": "held", "code": "plugin_off", "review": self._review(op, "held", "plugin_off")}
        if entity in self.refuse:
            return {"status": "rejected", "code": "rule"}
        row = self.feed.get(f"{site}/all", {}).get((entity, record))
        body = row.body if row else None
        if op["kind"] == "create":
            if row:
                return {"status": "rejected", "code": "duplicate_key"}
            body = {"status": "received", **op["set"]} if entity == "ticket" else dict(op["set"])
            self.write(site, entity, record, body)
            return {"status": "applied", "seq": self.seq[site]}
        if body is None:
            return {"status": "rejected", "code": "gone" if row else "not_found"}
        if op["kind"] == "delete":
            self.write(site, entity, record, None)
            return {"status": "applied", "seq": self.seq[site]}
        kept, body = [], dict(body)
        for name, value in op.get("set", {}).items():
            if body.get(name) in (op.get("was", {}).get(name), value):
                body[name] = value
            else:
                kept.append(name)
        if op["kind"] == "act" and op["act"] == "dispatch" and body.get("status") == "received":
            body["status"] = "doing"
        self.write(site, entity, record, body)
        return {"status": "merged" if kept else "applied", "seq": self.seq[site], "fields": kept}

    def write(
        self, site: str, entity: str, record: str, body: dict[str, object] | None, *, bucket: str = "all"
    ) -> None:
        """Store a record: the next seq of its site."""
        self.seq[site] += 1
        self.feed.setdefault(f"{site}/{bucket}", {})[entity, record] = Row(self.seq[site], entity, record, body)

    def leave(self, bucket: str, entity: str, record: str) -> None:
        """Mark that a record has left a bucket."""
        site = bucket[:36]
        self.seq[site] += 1
        self.feed[bucket][entity, record] = Row(self.seq[site], entity, record, None, left=True)

    def decide(self, op_id: str, status: str, code: str | None = None) -> None:
        """Decide a held op and tell its author through a review item."""
        op = self.held.pop(op_id)
        self.hold.discard(op["entity"])
        if status == "applied":
            self._apply(op)
        review = self._review(op, status, code, self.ledger[op["site"], op_id]["review"])
        self.ledger[op["site"], op_id] = {"status": status, "code": code, "review": review}

    def _review(self, op: dict[str, object], status: str, code: str | None, review: object = None) -> str:
        """Tell an op's author what is the matter with it."""
        item = str(review or self.new_id())
        items = [{"op": op["op"], "kind": op["kind"], "status": status, "code": code, "at": op["at"]}]
        self.write(op["site"], "review", item, {"status": "open", "items": items}, bucket="reviews")
        return item

    def _pull(self, asked: dict[str, object]) -> dict[str, object]:
        at: dict[str, int] = json.loads(asked["cursor"]) if asked["cursor"] else {}
        mine = set(at)
        for name, (count, total) in asked.get("have", {}).items():
            rows = [row for row in self.feed.get(name, {}).values() if row.body is not None]
            if at.get(name) == self.seq[name[:36]] and (count, total) != (
                len(rows),
                sum(r.h for r in rows) % 2**32,
            ):
                self.reset_next.append(name)
        reset = [name for name in self.reset_next if name in self.granted]
        at = {name: 0 if name in reset else at.get(name, 0) for name in self.granted}
        self.reset_next = []
        found = sorted(
            (row.seq, name, row.record, row)
            for name in self.granted
            for row in self.feed.get(name, {}).values()
            if row.seq > at[name]
        )
        more = len(found) > (page := min(self.page, asked["limit"]))
        upto: dict[str, int] = dict(self.seq)
        if more:
            for seq, name, *_ in found[page:]:
                upto[name[:36]] = min(upto[name[:36]], seq - 1)
            found = [item for item in found if item[0] <= upto[item[1][:36]]]
        changes = []
        for seq, name, record, row in found:
            change: dict[str, object] = {"b": name, "s": seq, "e": row.entity, "r": record, "zzz": 0}
            changes.append(change | ({"x": "left"} if row.left else {"h": row.h, "d": row.body}))
        at = {name: max(at[name], upto[name[:36]]) for name in at}
        return {"changes": changes, "cursor": json.dumps(at, sort_keys=True), "more": more,
                "drop": sorted(mine - set(self.granted)), "reset": reset}  # fmt: skip

    def new_id(self) -> str:
        """Return an id, always the same in the same run."""
        self.made += 1
        return str(uuid.UUID(int=0x7000_8000_0000_0000_0000 + self.made))

    def backup(self) -> "FakeServer":
        """Return a server restored to this moment; it has an epoch of its own."""
        twin = deepcopy(self)
        twin.epoch = f"{self.epoch}+"
        return twin


@dataclass
class Lossy:
    """A network that loses some requests and some answers."""

    server: FakeServer
    fate: object

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        kind = self.fate()
        if kind == "request lost" and path == "/sync":
            raise Offline("lost on the way there")
        said = self.server.request(method, path, headers=headers, body=body)
        if kind == "answer lost" and path == "/sync":
            raise Offline("lost on the way back")
        return said


def answer(body: object) -> Answer:
    return Answer(200, {}, json.dumps(body).encode())


def problem(status: int, code: str, **extra: object) -> Answer:
    return Answer(status, {}, json.dumps({"code": code, "title": code, "status": status, **extra}).encode())


class Ticker:
    """A clock that moves one second a reading, and randomness that never repeats: the same in every run."""

    def __init__(self, start: datetime = NOON, seed: int = 0) -> None:
        self.now = start
        self._random = Random(seed)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def entropy(self, size: int) -> bytes:
        return self._random.randbytes(size)


def open_replica(server: object, path: object = ":memory:", *, seed: int = 0, name: str = "T07") -> Replica:
    """Return a logged-in, synced replica with a clock of its own."""
    ticker = Ticker(seed=seed)
    device = Device.open(None, name=name, clock=ticker, entropy=ticker.entropy)
    replica = Replica.open(
        path, device=device, transport=server, clock=ticker, entropy=ticker.entropy, sleep=lambda _: None
    )
    replica.login("fake:", "li.na", "secret")
    replica.sync()
    return replica


def contents(replica: Replica) -> dict[tuple[str, str], object]:
    """Return all records as the user sees them."""
    return {(name, r.id): r.values for name in replica.manifest.entities for r in replica.query(name)}


def states(replica: Replica) -> list[str]:
    """Return the states of all ops, oldest first."""
    return [entry.state for entry in replica.outbox()]
